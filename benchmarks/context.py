"""python -m stancelens.benchmarks.context --data DIR [--models base,small] [--splits dev|test] [--json FILE]

Whether an article helps to read a sentence's stances: NewsMTSC rows whose article is known, read alone and inside it,
the same targets both times. Inside means with the 70 words of the article on either side, as the reader gives them:
about as much as fits beside a sentence in a window of `base` (256 tokens), and more than in one of `small` (128).

`delta_macro_f1` is the macro-F1 inside minus alone, `delta_unnamed` the same of the targets that are a pronoun or a
description ("the judge"), which other sentences name. 95% intervals and two-sided p-values: paired bootstrap, 1,000
resamples of the articles. `detectable` is the smallest difference that as many articles show in 80 of 100 cases: most
of the 2,003 rows that have an article are in the train file, so it is large. A row counts in the article that the data
set lists first for it. Released models (int8).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..data.importers.newsmtsc import read_newsmtsc, read_newsmtsc_in_context
from ..data.schema import Article, Span
from ..evaluation.intervals import RESAMPLES, SEED, Difference, Estimate, Statistic, difference, group_numbers
from ..evaluation.items import is_name
from ..evaluation.metrics import macro_f1_of
from ..models.export import exported
from ..models.runtime import Runtime
from .accuracy import read, stances
from .arguments import model_parser, parsed
from .figures import Figures, Items, print_head, write_json


@dataclass(frozen=True)
class Target:
    """What a stance is toward, and the label."""

    sentence: int
    span: Span
    words: str
    label: str


@dataclass(frozen=True)
class Pair:
    """One row both ways; its targets are those of either article, in the same order."""

    group: str  # the article that it comes from
    alone: Article
    inside: Article


@dataclass
class Read:
    """Every target as it was read both ways."""

    alone: Items = field(default_factory=Items)
    inside: Items = field(default_factory=Items)
    named: list[bool] = field(default_factory=list)

    def unnamed(self) -> Read:
        """The targets that are no names."""
        kept = [at for at, named in enumerate(self.named) if not named]
        return Read(_part(self.alone, kept), _part(self.inside, kept), [False] * len(kept))


def _part(items: Items, kept: list[int]) -> Items:
    part = Items()
    for at in kept:
        part.add(items.gold[at], items.probabilities[at], items.groups[at])
    return part


def articles_of_rows(folder: Path) -> dict[str, str]:
    """The article that each row is read in, by the row's id: the first of those that hold it."""
    with gzip.open(folder / "sentence_to_context_article.json.gz", "rt", encoding="utf-8") as handle:
        return {key.split("|", 1)[1]: ids[0] for key, ids in json.load(handle).items()}


def row_id(article: Article) -> str:
    """The data set's own id, of a row alone and of one in context."""
    return article.id.split("/", 2)[2].removeprefix("context/")


def pair_up(alone: Iterable[Article], inside: Iterable[Article], articles: dict[str, str]) -> Iterator[Pair]:
    """The rows that were found in an article, in the order of ``inside``.

    Raises ValueError for a row whose targets are not the same both times.
    """
    rows = {row_id(article): article for article in alone}
    for article in inside:
        name = row_id(article)
        pair = Pair(articles[name], rows[name], article)
        first, other = ([(t.words, t.label) for t in targets(each)] for each in (pair.alone, pair.inside))
        if first != other:
            raise ValueError(f"{article.id}: the targets alone are {first}, in the article {other}")
        yield pair


def targets(article: Article) -> list[Target]:
    """The labelled targets, in text order of their sentences."""
    mentions = {mention.id: mention for mention in article.mentions or []}
    return [
        Target(index, mentions[stance.mention or ""], mentions[stance.mention or ""].of(article.text), stance.label)
        for index, sentence in enumerate(article.sentences or [])
        for stance in sentence.stances or []
    ]


def load_pairs(data: Path, names: Iterable[str]) -> list[Pair]:
    """The rows of these files that have an article."""
    folder = data / "stance" / "newsmtsc"
    articles = articles_of_rows(folder)
    return [
        pair
        for name in names
        for pair in pair_up(read_newsmtsc(folder, name), read_newsmtsc_in_context(folder, name), articles)
    ]


def macro_f1(items: Items) -> Statistic:
    """The macro-F1 as a function of the weights of the groups."""
    probabilities, numbers = np.asarray(items.probabilities), group_numbers(items.groups)
    classes, groups = probabilities.shape[1], int(numbers.max()) + 1
    cells = classes * classes
    at = numbers * cells + np.asarray(items.gold) * classes + probabilities.argmax(axis=1)
    flat = np.bincount(at, minlength=groups * cells).reshape(groups, cells)
    return lambda weights: macro_f1_of((weights @ flat).reshape(-1, classes, classes))


def delta(found: Read) -> Difference:
    """Macro-F1 inside minus alone. Raises ValueError without targets."""
    if not found.named:
        raise ValueError("no targets to compare")
    return difference(macro_f1(found.inside), macro_f1(found.alone), len(set(found.alone.groups)))


def read_pairs(runtime: Runtime, pairs: Iterable[Pair]) -> Read:
    found = Read()
    labels = runtime.config.heads.stances
    for pair in pairs:
        for article, items in ((pair.alone, found.alone), (pair.inside, found.inside)):
            own = targets(article)
            rows = stances(runtime, read(runtime, article), [(target.sentence, [target.span]) for target in own])
            for target, row in zip(own, rows, strict=True):
                items.add(labels.index(target.label), row, pair.group)
        found.named += [is_name(target.words) for target in targets(pair.alone)]
    return found


def add_delta(figures: Figures, key: str, found: Read) -> None:
    n = len(found.named)
    figures.values[f"{key}_n.{figures.model}"] = n
    if not n:
        return
    paired = delta(found)
    figures.add(key, Estimate(paired.value, paired.low, paired.high), n)
    if paired.p is not None and paired.detectable is not None:  # none where both ways give the same on every article
        figures.add(f"{key}_p", Estimate(paired.p), n, digits=4)
        figures.add(f"{key}_detectable", Estimate(paired.detectable), n)


def measure(folder: Path, pairs: list[Pair], prefix: str) -> dict[str, float]:
    """Every figure of one model."""
    runtime = Runtime(exported(folder))
    figures = Figures(runtime.config.name)
    found = read_pairs(runtime, pairs)
    figures.add_macro_f1(f"{prefix}.alone.macro_f1", found.alone)
    figures.add_macro_f1(f"{prefix}.inside.macro_f1", found.inside)
    add_delta(figures, f"{prefix}.delta_macro_f1", found)
    add_delta(figures, f"{prefix}.delta_unnamed", found.unnamed())
    return figures.values


def main() -> None:
    parser = model_parser("NewsMTSC rows read alone and inside their article.")
    parser.add_argument("--splits", choices=("test", "dev"), default="test")
    arguments, folders = parsed(parser)
    names = [f"{arguments.splits}_{kind}" for kind in ("rw", "mt")]
    pairs = load_pairs(arguments.data, names)
    words = [target.words for pair in pairs for target in targets(pair.alone)]
    values: dict[str, float] = {
        "rows": len(pairs),
        "articles": len({pair.group for pair in pairs}),
        "targets": len(words),
        "unnamed_targets": sum(not is_name(each) for each in words),
    }
    print(f"Compared, of {' and '.join(names)}: {', '.join(f'{n:,} {what}' for what, n in values.items())}")
    print_head(f"95% intervals: bootstrap, bias taken out, {RESAMPLES:,} resamples, seed {SEED}. n: targets")
    prefix = "context" if arguments.splits == "test" else "context.dev"
    values = {f"{prefix}.{what}": n for what, n in values.items()}
    for folder in folders:
        values |= measure(folder, pairs, prefix)
        write_json(arguments.json, values)


if __name__ == "__main__":
    main()
