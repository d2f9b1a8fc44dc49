"""python -m stancelens.benchmarks.reports --data DIR [--out docs/reports] [--models base,small]

Evaluates the released models on the test part of the project's own corpus, on the NewsMTSC tests and on the summary
test, and writes a report of each to OUT/{corpus,newsmtsc,summaries}. The first model is compared with the others; on
the summary test also with the stored outputs of BART and BanditSum. Reports on data that is not ours show no text.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..data.corpus import read_corpus
from ..data.importers.newsmtsc import read_newsmtsc
from ..data.importers.summaries import read_summaries
from ..data.label_files import write_stancelens
from ..data.schema import Article
from ..evaluation.evaluate import Options, evaluate
from ..evaluation.report_files import write_reports
from ..evaluation.report_terminal import render_terminal
from ..evaluation.systems import Input, like_with_like
from ..inference.on_labels import analyze_labelled, given_by
from ..models.embedding import find_embedder
from .stored_summaries import write_stored

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Part:
    """One test set."""

    name: str
    articles: list[Article]
    ours: bool  # whether its text may be shown
    end_to_end: bool  # also without the labels' sentences and mentions


def parts(data: Path) -> Iterable[Part]:
    yield Part("corpus", list(read_corpus("test")), ours=True, end_to_end=True)
    rows = [row for name in ("test_rw", "test_mt") for row in read_newsmtsc(data / "stance" / "newsmtsc", name)]
    yield Part("newsmtsc", rows, ours=False, end_to_end=False)
    yield Part("summaries", list(read_summaries(data / "summaries" / "test.jsonl.gz")), ours=False, end_to_end=True)


def report(part: Part, models: list[str], data: Path, out: Path, scratch: Path) -> None:
    gold = scratch / "gold.jsonl"
    write_stancelens(part.articles, gold)
    given = given_by(part.articles)
    runs: list[list[Input]] = []
    for number, model in enumerate(models):
        own = []
        if given:
            file = analyze_labelled(part.articles, scratch / str(number) / "given", model, given)
            own.append(Input(f"{model}, {' and '.join(given)} given", file, given))
        if part.end_to_end:
            whole = analyze_labelled(part.articles, scratch / str(number) / "whole", model, ())
            own.append(Input(f"{model}, end to end", whole))
        runs.append(own)
    if part.name == "summaries":
        runs += [[Input(name, file)] for name, file in write_stored(data, scratch / "stored").items()]
    embed = find_embedder() if part.name == "summaries" else None
    systems = [own[0] for own in runs] + [whole for own in runs for whole in own[1:]]
    metrics, _ = evaluate(systems, [gold], Options(text=part.ours), compared=like_with_like(runs), embed=embed)
    write_reports(metrics, out / part.name)
    print(f"{part.name}\n\n{render_terminal(metrics)}\n", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Reports of the released models on the test sets.")
    parser.add_argument("--data", type=Path, default=os.environ.get("STANCELENS_DATA"), help="default $STANCELENS_DATA")
    parser.add_argument("--out", type=Path, default=PACKAGE / "docs" / "reports")
    parser.add_argument("--models", default="base,small", help="released names or model folders, with commas")
    parser.add_argument("--only", choices=("corpus", "newsmtsc", "summaries"), help="this part alone")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("give --data or set STANCELENS_DATA")
    data = Path(arguments.data)
    for part in parts(data):
        if arguments.only in (None, part.name):
            with TemporaryDirectory(prefix="stancelens-") as scratch:
                report(part, arguments.models.split(","), data, arguments.out, Path(scratch))


if __name__ == "__main__":
    main()
