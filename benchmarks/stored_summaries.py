"""python -m stancelens.benchmarks.stored_summaries --data DIR --out OUT [--json FILE]
stancelens evaluate OUT/bart --gold OUT/gold.jsonl --out REPORT          # or OUT/banditsum

The stored outputs of BART and BanditSum on 500 CNN articles (`summaries/test.jsonl.gz`) as records that any results can
be held against: OUT/bart/results.jsonl, OUT/banditsum/results.jsonl and OUT/gold.jsonl, with the ids and texts that the
package reads from the same file. The figures of `evaluation.summary_scores` are printed, means over the articles.

Neither output has line ends. A sentence ends at a full stop, question or exclamation mark before a space, but not at an
initial or a title, and becomes a line (of BanditSum's lines 96% are then sentences of the article, word for word). The
references have a highlight a line; the nine of one line are split. So ROUGE-1/2/Lsum are 33.8/13.9/30.9 for BART and
30.5/12.3/27.3 for BanditSum. Published are 33.8/13.9/30.8 and the same: that is what comes out when an output is cut at
every such mark and these nine references are left whole (BART 30.81, BanditSum 27.26). With the outputs left whole
Lsum is 28.0 and 25.0, with the references whole 27.8 and 24.2.

Neither system cites: a line cites the one sentence of the article that has the same words, else the one that shares
most of its content words, the earliest of equals. A line that joins two sentences thus cites one of them, and the
figures on citations say how far a summary can be traced back rather than how well these systems would cite. BanditSum
writes in lower case, where no name can be seen: of it only numbers are checked.

The texts are the publishers': keep the records to yourself.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ..data.atomic import replaced
from ..data.detokenize import detokenize
from ..data.importers.jsonl import read_lines
from ..data.importers.summaries import read_summaries
from ..data.schema import Article, Sentence, SummaryLine, dump_line
from ..data.sentences import split_sentences
from ..evaluation.intervals import RESAMPLES, SEED, mean_interval
from ..evaluation.summary_scores import MEASURES, score_summary
from ..evaluation.summary_words import content_words, words
from .figures import Figures, print_head, write_json

FILE = Path("summaries") / "test.jsonl.gz"
METHODS = {"bart": "rewrite", "banditsum": "extract"}  # system, as the file names it → how it makes its lines
_END = re.compile(r"(?<=[.!?])(?<!\b\w\.)(?<!\b(?:mr|dr|st|lt|jr|sr)\.)(?<!\b(?:mrs|gov|sen|rep|gen|col)\.)\s+", re.I)
_BRACKETS = {"-LRB-": "(", "-RRB-": ")"}  # how a tokenizer wrote them in BART's training texts


def stored_summaries(data: Path) -> tuple[list[Article], dict[str, list[Article]]]:
    """The gold articles with their references, and for each system the same articles with its summary."""
    path = data / FILE
    gold = list(read_summaries(path))
    results: dict[str, list[Article]] = {system: [] for system in METHODS}
    for article, row in zip(gold, read_lines(path), strict=True):
        spans = split_sentences(article.text)
        sentences = [Sentence(start=span.start, end=span.end) for span in spans]
        found = [words(span.of(article.text)) for span in spans]
        contents = [content_words(span.of(article.text)) for span in spans]
        for system, method in METHODS.items():
            summary = [
                SummaryLine(text=line, cites=cites(line, found, contents), method=method) for line in lines(row[system])
            ]
            result = Article(
                id=article.id, text=article.text, license=article.license, sentences=sentences, summary=summary
            )
            results[system].append(result)
    return gold, results


def lines(output: str) -> list[str]:
    """The sentences of an output, as they are written in the article."""
    for token, bracket in _BRACKETS.items():
        output = output.replace(token, bracket)
    return [detokenize(line) for line in _END.split(output) if words(line)]


def cites(line: str, sentences: list[list[str]], contents: list[set[str]]) -> list[int]:
    """The sentence that a line rests on, in a list; empty if none shares a content word with it.

    Of every sentence the words and the content words are given.
    """
    wanted = words(line)
    if wanted in sentences:
        return [sentences.index(wanted)]
    content = content_words(line)
    shared = [len(content & other) for other in contents]
    return [shared.index(max(shared))] if any(shared) else []


def write_records(path: Path, articles: Iterable[Article]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replaced(path) as part:
        part.write_text("".join(dump_line(article) + "\n" for article in articles), encoding="utf-8")


def write_stored(data: Path, out: Path) -> dict[str, Path]:
    """System → its results file in ``out``."""
    _, results = stored_summaries(data)
    files = {system: out / system / "results.jsonl" for system in results}
    for system, file in files.items():
        write_records(file, results[system])
    return files


def measure(system: str, results: list[Article], gold: list[Article]) -> dict[str, float]:
    """The means of one system; keys are MEASURE.SYSTEM. A measure that is defined nowhere has no figure."""
    figures = Figures(system)
    scores = [score_summary(result, article) for result, article in zip(results, gold, strict=True)]
    for name, about in MEASURES.items():
        values = np.asarray([value for score in scores if (value := score[name]) is not None])
        if len(values):
            figures.add(name, mean_interval(values, range(len(values)), about.bounds), len(values))
    return figures.values


def main() -> None:
    parser = argparse.ArgumentParser(description="Stored outputs of BART and BanditSum, as records and scored.")
    parser.add_argument("--data", type=Path, default=os.environ.get("STANCELENS_DATA"), help="default $STANCELENS_DATA")
    parser.add_argument("--out", type=Path, required=True, help="folder for the records")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("give --data or set STANCELENS_DATA")
    gold, results = stored_summaries(Path(arguments.data))
    write_records(arguments.out / "gold.jsonl", gold)
    print_head(f"95% intervals by bootstrap, {RESAMPLES:,} resamples, seed {SEED}. n: articles")
    values: dict[str, float] = {}
    for system, articles in results.items():
        write_records(arguments.out / system / "results.jsonl", articles)
        values |= measure(system, articles, gold)
    write_json(arguments.json, values)


if __name__ == "__main__":
    main()
