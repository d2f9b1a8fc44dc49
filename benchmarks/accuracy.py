"""python -m stancelens.benchmarks.accuracy --data DIR [--models base,small] [--splits dev] [--json FILE]
python -m stancelens.benchmarks.accuracy --data DIR --agreement      # also how often int8 and fp32 agree

Accuracy of the released models against annotated data, targets given, as released (int8) or with `--precision fp32`
(whose keys end in `.MODEL.fp32`). NewsMTSC rows are read alone. `gold` is the project's corpus, `real` its labels of
40 AllSides articles. Intervals: 95%, 1,000 resamples of the rows, on `gold`, `real` and BBC of the articles. The
calibration error has none, as it grows by resampling: hold it against `ece_limit`, below which a perfectly calibrated
model's error stays in 95 of 100 cases.
`--splits dev` keeps every test file closed: choose with it, report with `--splits test`.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..data.corpus import SETTLED, read_corpus, read_real
from ..data.importers.newsmtsc import read_newsmtsc
from ..data.labels import IPTC_TOPICS
from ..data.schema import Article, Mention, Span
from ..evaluation.calibration import ece_limit, expected_calibration_error
from ..evaluation.intervals import RESAMPLES, SEED, Estimate, interval, mean_interval
from ..evaluation.items import is_name
from ..evaluation.matching import match_spans, overlap
from ..evaluation.metrics import confusion, macro_f1_of, most_confident
from ..inference.ahead import ahead
from ..inference.decode import decode_mentions, softmax
from ..models.export import exported
from ..models.runtime import Reading, Runtime
from ..models.windows import pack
from .arguments import model_parser, parsed
from .bbc import distinct_articles
from .figures import Figures, Items, print_head, write_json

PACKAGE = Path(__file__).parents[1]
# IPTC topic → BBC section. Fixed before the first run on BBC, from the names alone; the topics left out belong to none.
BBC = {
    **dict.fromkeys(("04000000", "09000000"), "business"),
    "01000000": "entertainment",
    **dict.fromkeys(
        ("11000000", "16000000", "02000000", "05000000", "07000000", "14000000", "12000000", "06000000"), "politics"
    ),
    "15000000": "sport",
    "13000000": "tech",
}
PERCENT = (0.0, 100.0)
SECTIONS = sorted(set(BBC.values()))


def read(runtime: Runtime, article: Article) -> Reading:
    config = runtime.config
    packed = pack(runtime.encoding, article.text, article.sentences or [], config.max_tokens, config.overlap)
    return runtime.read(packed)


def stances(runtime: Runtime, reading: Reading, targets: list[tuple[int, list[Span]]]) -> np.ndarray:
    return softmax(reading.stances(targets), runtime.config.temperatures.get("stance", 1.0))


def topics(runtime: Runtime, reading: Reading) -> np.ndarray:
    return softmax(reading.topics(), runtime.config.temperatures.get("topic", 1.0))


def newsmtsc_items(runtime: Runtime, data: Path, name: str) -> Items:
    """The targets of one file, each row read alone."""
    items = Items()
    for number, article in enumerate(read_newsmtsc(data / "stance" / "newsmtsc", name)):
        spans = {mention.id: mention for mention in article.mentions or []}
        labelled = [stance for sentence in article.sentences or [] for stance in sentence.stances or []]
        targets: list[tuple[int, list[Span]]] = [(0, [spans[stance.mention or ""]]) for stance in labelled]
        rows = stances(runtime, read(runtime, article), targets)
        for stance, row in zip(labelled, rows, strict=True):
            items.add(runtime.config.heads.stances.index(stance.label), row, f"{name}/{number}")
    return items


def newsmtsc(figures: Figures, name: str, items: Items) -> None:
    gold, probabilities = np.asarray(items.gold), np.asarray(items.probabilities)
    n, classes = len(gold), probabilities.shape[1]
    confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
    right = predicted == gold

    def selective(drawn: np.ndarray) -> float:
        kept = drawn[most_confident(confidence[drawn])]
        return float(macro_f1_of(confusion(gold[kept], predicted[kept], classes)))

    key = f"newsmtsc.{name}"
    figures.add_macro_f1(f"{key}.macro_f1", items)
    figures.add(f"{key}.macro_f1_at_80", interval(selective, items.groups, PERCENT), n)
    ece = expected_calibration_error(confidence, right)
    figures.add(f"{key}.ece", Estimate(ece), n, digits=4)
    figures.add(f"{key}.ece_limit", Estimate(ece_limit(confidence)), n, digits=4)
    figures.values[f"{key}.n.{figures.model}"] = n


def mention_recall(figures: Figures, key: str, runtime: Runtime, data: Path, names: list[str]) -> None:
    """Over the distinct named targets of all files together."""
    hits, groups, seen = [], [], set()
    for name in names:
        for article in read_newsmtsc(data / "stance" / "newsmtsc", name):
            found = decode_mentions(read(runtime, article), article.text)
            for mention in article.mentions or []:
                identity = (article.text, mention.start, mention.end)
                if is_name(mention.of(article.text)) and identity not in seen:
                    seen.add(identity)
                    hits.append(
                        100.0 * any(overlap(mention, Span(start=start, end=end)) >= 0.5 for start, end, _ in found)
                    )
                    groups.append(article.text)
    figures.add(key, mean_interval(np.asarray(hits), groups, PERCENT), len(hits))


def gold_targets(article: Article) -> Iterator[tuple[tuple[int, list[Span]], str, list[str]]]:
    """(target, label, tags) of every stance toward something that its sentence mentions."""
    mentions = {mention.id: mention for mention in article.mentions or []}
    for index, sentence in enumerate(article.sentences or []):
        inside = [m for m in mentions.values() if sentence.start <= m.start < sentence.end]
        for stance in sentence.stances or []:
            own: Mention | None = mentions.get(stance.mention or "")
            if own is not None and own in inside:
                group = [m for m in inside if m is own or (own.entity and m.entity == own.entity)]
                yield (index, list[Span](group)), stance.label, stance.tags or []


def gold_corpus(figures: Figures, runtime: Runtime, key: str, articles: list[Article]) -> None:
    """Articles labelled by the project's guideline, with their sentences and mentions given."""
    heads = runtime.config.heads
    stance, topic, side, spared, owners = Items(), Items(), Items(), [], []
    for article in articles:
        reading = read(runtime, article)
        if "sentence_stance" in runtime.heads:
            sides = softmax(reading.sentence_stances(), runtime.config.temperatures.get("sentence_stance", 1.0))
            for sentence, row in zip(article.sentences or [], sides, strict=True):
                if sentence.stance is not None:
                    side.add(heads.stances.index(sentence.stance), row, article.id)
        for sentence, row in zip(article.sentences or [], topics(runtime, reading), strict=True):
            labels = [heads.topics.index(label) for label in sentence.topics or []]
            if labels:  # where two topics carry equal weight, either is right
                best = int(row.argmax())
                topic.add(best if best in labels else labels[0], row, article.id)
        labelled = list(gold_targets(article))
        rows = stances(runtime, reading, [target for target, _, _ in labelled])
        for (_, label, tags), row in zip(labelled, rows, strict=True):
            stance.add(heads.stances.index(label), row, article.id)
            if "victim" in tags:
                spared.append(100.0 * (row.argmax() != heads.stances.index("against")))
                owners.append(article.id)
    figures.add_macro_f1(f"{key}.topic.macro_f1", topic)
    if side.gold:
        figures.add_macro_f1(f"{key}.sentence_stance.macro_f1", side)
    figures.add_macro_f1(f"{key}.target_stance.macro_f1", stance)
    if spared:
        figures.add(f"{key}.victims_not_against", mean_interval(np.asarray(spared), owners, PERCENT), len(spared))


def mention_precision(figures: Figures, key: str, runtime: Runtime, articles: list[Article]) -> None:
    """Of the names that are found, those that are labelled: pronouns and descriptions among the labels count too."""
    hits, owners = [], []
    for article in articles:
        found = [Span(start=start, end=end) for start, end, _ in decode_mentions(read(runtime, article), article.text)]
        matched = set(match_spans(article.mentions or [], found).values())
        hits += [100.0 * (at in matched) for at in range(len(found))]
        owners += [article.id] * len(found)
    figures.add(key, mean_interval(np.asarray(hits), owners, PERCENT), len(hits))


def bbc(figures: Figures, runtime: Runtime, data: Path, limit: int | None) -> None:
    """The section with the greatest sum of the sentences' topic probabilities, on distinct articles."""
    chosen = distinct_articles(data)
    if limit is not None and limit < len(chosen):  # the file is sorted by section
        chosen = random.Random(SEED).sample(chosen, limit)
    labels = [BBC.get(code) for code in IPTC_TOPICS]
    if runtime.config.heads.topics != list(IPTC_TOPICS.values()):
        raise SystemExit(
            f"{figures.model} predicts other topics than the IPTC top level: BBC sections cannot be derived"
        )
    columns = np.asarray([[label == section for section in SECTIONS] for label in labels], dtype=np.float64)

    def section(article: Article) -> str:
        return SECTIONS[int((topics(runtime, read(runtime, article)).sum(axis=0) @ columns).argmax())]

    called = ahead(section, chosen, os.cpu_count() or 1)
    hits = [100.0 * ((article.topics or []) == [call.result()]) for article, call in called]
    figures.add("bbc.accuracy", mean_interval(np.asarray(hits), range(len(hits)), PERCENT), len(hits))


def agreement(figures: Figures, key: str, export: Items, other: Items) -> None:
    """Share of the targets that both precisions give the same label."""
    same = np.asarray(export.probabilities).argmax(axis=1) == np.asarray(other.probabilities).argmax(axis=1)
    figures.add(key, mean_interval(100.0 * same, export.groups, PERCENT), len(same))


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    """Every figure of one model."""
    data: Path = arguments.data
    runtime = Runtime(exported(folder, precision=arguments.precision))
    name = runtime.config.name if arguments.precision == "int8" else f"{runtime.config.name}.{arguments.precision}"
    figures = Figures(name)
    files = [f"{arguments.splits}_{kind}" for kind in ("rw", "mt")]
    prefix = "newsmtsc" if arguments.splits == "test" else "newsmtsc.dev"  # over both files
    together = Items()
    for file in files:
        items = newsmtsc_items(runtime, data, file)
        newsmtsc(figures, file, items)
        together.extend(items)
    if arguments.agreement:
        other = Runtime(exported(folder, precision="fp32" if arguments.precision == "int8" else "int8"))
        twice = Items()
        for file in files:
            twice.extend(newsmtsc_items(other, data, file))
        agreement(figures, f"{prefix}.int8_agreement", together, twice)
    if "mention" in runtime.heads:
        mention_recall(figures, f"{prefix}.mention_recall", runtime, data, files)
    gold = "gold" if arguments.splits == "test" else f"gold.{arguments.splits}"
    corpus = list(read_corpus(arguments.splits))
    gold_corpus(figures, runtime, gold, corpus)
    if "mention" in runtime.heads:
        mention_precision(figures, f"{gold}.mention_precision", runtime, corpus)
    if arguments.splits == "test":
        real = (a for a in read_real(data / "topic" / "allsides" / "articles.jsonl.gz") if a.annotator == SETTLED)
        gold_corpus(figures, runtime, "real", list(real))
        bbc(figures, runtime, data, arguments.bbc_limit)
    return figures.values


def main() -> None:
    parser = model_parser("Accuracy of the released models against annotated data.")
    parser.add_argument("--splits", choices=("test", "dev"), default="test")
    parser.add_argument("--precision", choices=("int8", "fp32"), default="int8")
    parser.add_argument("--agreement", action="store_true", help="also run the other precision and compare")
    parser.add_argument("--bbc-limit", type=int, help="a random part of the BBC articles, seed 0")
    arguments, folders = parsed(parser)
    print(f"Precision {arguments.precision}. Files: {arguments.splits}")
    print_head(f"95% intervals: bootstrap, bias taken out, {RESAMPLES:,} resamples, seed {SEED}. n: items, not groups")
    values: dict[str, float] = {}
    for folder in folders:
        values |= measure(folder, arguments)
        write_json(arguments.json, values)


if __name__ == "__main__":
    main()
