"""python -m stancelens.benchmarks.invariance --data DIR [--models base,small] [--splits dev|test] [--json FILE]

How often a stance changes where it should not, as a share; no gold label is needed. Released models (int8).

`name_swap.changed`: targets given, an entity gets another name of its kind (names.py), 5 names drawn for each entity;
per target the share of its 5 swaps that change its label. In the corpus every mention in the whole article is swapped,
as half a swap would make two people of one; a target counts in the sentences where its name stands. NewsMTSC rows are
read alone; they name no kinds, so the model's own mentions, grouped as the analyzer does, say which kind a target is
of and what else in the row names it, and a target without such a mention is left out: so the targets differ a little
from model to model. What is swapped and what stays: `swap` in changes.py. A new name may be of another gender than the
pronouns that stay, and need an article where the old one needed none.

`surface`: the whole way (`Analyzer.analyze_article`) on the corpus and 100 random NewsMTSC rows, before and after the
text is written in upper case, with straight for curly and curly for straight quotes, and with single spaces doubled.
`lost` are the stances of which no target is found at that place any more (half of the union of some mention of it in
the sentence); `changed` is of those found in both. A text that a change leaves as it is does not count there.

A label is the likeliest one, whether the model abstains or not. Intervals: 95%, 1,000 resamples of articles and rows.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.corpus import read_corpus
from ..data.importers.newsmtsc import read_newsmtsc
from ..data.schema import Article, Entity, Mention, Sentence, Span
from ..evaluation.intervals import RESAMPLES, SEED, mean_interval
from ..evaluation.matching import grouped_mentions, overlap
from ..evaluation.scores import FRACTION
from ..inference.ahead import ahead
from ..inference.analyzer import Analyzer
from ..inference.decode import decode_mentions
from ..inference.names import PERSON
from ..inference.targets import Found, group
from ..models.runtime import Runtime
from .accuracy import read, stances
from .arguments import model_parser, parsed
from .changes import KINDS, PERTURBATIONS, can_be_swapped, moved, perturb, swap
from .figures import Figures, print_head, write_json
from .names import NAMES

SWAPS = 5  # names drawn for each entity
ROWS = 100  # of NewsMTSC, for the surface
SAME = 0.5  # of the union of two spans that mean the same target

Place = tuple[int, list[Span]]  # a sentence and a target's spans in it
Predict = Callable[[Article, list[Place]], list[int]]  # the labels of an article's targets


@dataclass(frozen=True)
class Target:
    """What a stance is toward: an entity in a sentence."""

    sentence: int
    spans: list[Span]
    entity: Entity


def corpus_targets(article: Article) -> list[Target]:
    """Every labelled target of a sentence once, whoever holds the stances toward it."""
    entities = {entity.id: entity for entity in article.entities or []}
    mentions = {mention.id: mention for mention in article.mentions or []}
    found: dict[tuple[int, str], Target] = {}
    for index, sentence in enumerate(article.sentences or []):
        for stance in sentence.stances or []:
            mention = mentions.get(stance.mention or "")
            entity = entities.get((mention and mention.entity) or "")
            if mention and entity and sentence.start <= mention.start < sentence.end:
                spans = grouped_mentions(article, mention, sentence)
                found.setdefault((index, entity.id), Target(index, spans, entity))
    return list(found.values())


def row_targets(row: Article, names: Sequence[Found]) -> tuple[Article, list[Target]]:
    """A NewsMTSC row with the found names as its mentions, and those of its targets that such a name answers."""
    entities, mentions = group(row.text, names, [])
    known = {entity.id: entity for entity in entities}
    targets = []
    for target in row.mentions or []:
        nearest = max(mentions, key=lambda mention: overlap(mention, target), default=None)
        if nearest is not None and overlap(nearest, target) >= SAME:
            targets.append(Target(0, [Span(start=target.start, end=target.end)], known[nearest.entity or ""]))
    sentences = [Sentence(start=sentence.start, end=sentence.end) for sentence in row.sentences or []]
    return Article(id=row.id, text=row.text, entities=entities, mentions=mentions, sentences=sentences), targets


def drawn_names(article: Article, entity: Entity) -> list[str]:
    """New names for the entity; none that the article may already hold. The same in every run and for every model."""
    kind, text = KINDS[entity.kind or ""], article.text.casefold()
    free = [name for name in NAMES[kind] if (name.split()[-1] if kind == PERSON else name).casefold() not in text]
    return random.Random(f"{SEED}/{article.id}/{entity.name}").sample(free, SWAPS)


def name_swaps(article: Article, targets: Sequence[Target], predict: Predict) -> list[float]:
    """For every target whose name can be swapped the percent of swaps that change its label."""
    entities = {target.entity.id: target.entity for target in targets if can_be_swapped(target.entity)}
    if not entities:
        return []
    plain = np.asarray(predict(article, [(target.sentence, target.spans) for target in targets]))
    shares: list[float] = []
    for entity in entities.values():
        made = [swap(article, entity, name) for name in drawn_names(article, entity)]
        edited = made[0][1]  # which mentions are swapped does not depend on the new name
        own = [
            at
            for at, target in enumerate(targets)
            if target.entity.id == entity.id and any(edited.touches(span) for span in target.spans)
        ]
        if not own:
            continue
        changed = []
        for other, edited in made:
            places = [(targets[at].sentence, [edited.move(span) for span in targets[at].spans]) for at in own]
            changed.append(np.asarray(predict(other, places)) != plain[own])
        shares += np.mean(changed, axis=0).tolist()
    return shares


def predicted_stances(article: Article) -> list[tuple[list[Span], str]]:
    """The mentions of each target in its sentence, and the label; issues, which have no mention, are left out."""
    mentions = {mention.id: mention for mention in article.mentions or []}
    found = []
    for sentence in article.sentences or []:
        for stance in sentence.stances or []:
            mention: Mention | None = mentions.get(stance.mention or "")
            if mention is not None:
                found.append((grouped_mentions(article, mention, sentence), stance.label))
    return found


def outcomes(before: Sequence[tuple[list[Span], str]], after: Sequence[tuple[list[Span], str]]) -> list[bool | None]:
    """For every stance of the first run, its spans moved into the other's text: whether the label is another there;
    None where no stance answers it. They answer one to one, the greatest overlap first."""
    shares = []
    for here, (spans, _) in enumerate(before):
        for there, (others, _) in enumerate(after):
            share = max((overlap(one, other) for one in spans for other in others), default=0.0)
            if share >= SAME:
                shares.append((-share, here, there))
    found: list[bool | None] = [None] * len(before)
    taken: set[int] = set()
    for _, here, there in sorted(shares):
        if found[here] is None and there not in taken:
            found[here] = before[here][1] != after[there][1]
            taken.add(there)
    return found


def surface(article: Article, analyze: Callable[[Article], Article]) -> dict[str, list[bool | None]]:
    """The outcomes of every perturbation that changes the text."""
    bare = Article(id=article.id, text=article.text, ignored=article.ignored)
    before = predicted_stances(analyze(bare))
    found = {}
    for name in PERTURBATIONS:
        edited = perturb(bare.text, name)
        if edited.text != bare.text:
            after = predicted_stances(analyze(moved(bare, edited)))
            found[name] = outcomes([([edited.move(span) for span in spans], label) for spans, label in before], after)
    return found


def add_mean(figures: Figures, key: str, found: Sequence[tuple[str, float]]) -> None:
    """``found``: the article, and the item, 0 to 1."""
    values, owners = np.asarray([value for _, value in found]), [owner for owner, _ in found]
    figures.add(key, mean_interval(values, owners, FRACTION), len(values), digits=4)


def measure_names(figures: Figures, key: str, runtime: Runtime, rows: list[Article], corpus: list[Article]) -> None:
    def predict(article: Article, places: list[Place]) -> list[int]:
        return stances(runtime, read(runtime, article), places).argmax(axis=1).tolist()

    def of_row(row: Article) -> list[float]:
        names = [Found(start, end, kind) for start, end, kind in decode_mentions(read(runtime, row), row.text)]
        return name_swaps(*row_targets(row, names), predict)

    def of_article(article: Article) -> list[float]:
        return name_swaps(article, corpus_targets(article), predict)

    workers, parts = os.cpu_count() or 1, []
    for name, function, articles in (("newsmtsc", of_row, rows), ("gold", of_article, corpus)):
        found = [(article.id, share) for article, call in ahead(function, articles, workers) for share in call.result()]
        add_mean(figures, f"{key}.{name}.changed", found)
        parts += found
    add_mean(figures, f"{key}.changed", parts)


def measure_surface(figures: Figures, key: str, analyzer: Analyzer, articles: list[Article]) -> None:
    found: dict[str, list[tuple[str, bool | None]]] = {f"{key}.{name}": [] for name in PERTURBATIONS}
    found[key] = []  # all of them

    def of_article(article: Article) -> dict[str, list[bool | None]]:
        return surface(article, analyzer.analyze_article)

    for article, call in ahead(of_article, articles, os.cpu_count() or 1):
        for name, results in call.result().items():
            for part in (f"{key}.{name}", key):
                found[part] += [(article.id, result) for result in results]
    for part, pairs in found.items():
        kept = [(owner, float(result)) for owner, result in pairs if result is not None]
        add_mean(figures, f"{part}.changed", kept)
        add_mean(figures, f"{part}.lost", [(owner, float(result is None)) for owner, result in pairs])


def measure(folder: Path, rows: list[Article], corpus: list[Article], prefix: str) -> dict[str, float]:
    """Every figure of one model."""
    analyzer = Analyzer(folder)
    runtime = analyzer.runtime
    if missing := {"mention", "stance"} - runtime.heads:
        raise SystemExit(f"{runtime.config.name} has no head for {' and '.join(sorted(missing))}: nothing to compare")
    figures = Figures(runtime.config.name)
    measure_names(figures, f"{prefix}.name_swap", runtime, rows, corpus)
    chosen = random.Random(SEED).sample(rows, min(ROWS, len(rows)))
    measure_surface(figures, f"{prefix}.surface", analyzer, corpus + chosen)
    return figures.values


def main() -> None:
    parser = model_parser("How often a stance changes where it should not.")
    parser.add_argument("--splits", choices=("test", "dev"), default="test")
    arguments, folders = parsed(parser)
    files = [f"{arguments.splits}_{kind}" for kind in ("rw", "mt")]
    rows = [row for file in files for row in read_newsmtsc(arguments.data / "stance" / "newsmtsc", file)]
    corpus = list(read_corpus(arguments.splits))
    print(f"{len(rows):,} NewsMTSC rows, {len(corpus)} articles of the corpus. Files: {arguments.splits}")
    print_head(f"95% intervals: bootstrap, bias taken out, {RESAMPLES:,} resamples, seed {SEED}. n: items, not groups")
    prefix = "invariance" if arguments.splits == "test" else f"invariance.{arguments.splits}"
    values: dict[str, float] = {}
    for folder in folders:
        values |= measure(folder, rows, corpus, prefix)
        write_json(arguments.json, values)


if __name__ == "__main__":
    main()
