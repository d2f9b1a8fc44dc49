"""One system's predictions, matched with the labels, and all their figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..data.schema import Article, Span, file_hash
from ..data.sentences import split_sentences
from .intervals import Statistic, ratio_of
from .items import TASKS, Collected, Item, TaskName, collect
from .matching import Matched, MatchError, match_articles
from .result_schema import Figure, Matching, Slice, System, Worst
from .scores import FRACTION, PERCENT, Scored, Scorer, scored
from .slices import masks
from .summary_scores import MEASURES, score_summary

RESULTS = "results.jsonl"
WORST = 100

Embed = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class Input:
    """A results file, and what its predictions were given of the labels: "sentences", "mentions"; None: not known."""

    name: str
    file: Path
    given: tuple[str, ...] | None = ()

    @property
    def finds_mentions(self) -> bool:
        return "mentions" not in (self.given or ())


def like_with_like(runs: Sequence[Sequence[Input]]) -> list[tuple[Input, Input]]:
    """What to compare of several systems' runs: those of the first with those of each other that were given as much, or
    of which that is not known."""
    found = []
    for other in runs[1:]:
        alike = [
            (one, two)
            for one in runs[0]
            for two in other
            if one.given == two.given or one.given is None or two.given is None
        ]
        found += alike or [(runs[0][0], other[0])]
    return found


@dataclass
class Read:
    """The predictions for the articles that are scored."""

    source: Input
    matched: Matched
    collected: Collected
    tasks: dict[TaskName, Scored] = field(default_factory=dict)  # those that have labels
    summaries: dict[str, np.ndarray] = field(default_factory=dict)  # measure → float [articles], NaN where undefined
    only_common: bool = False  # what the others lack is left out

    @property
    def finds_mentions(self) -> bool:
        """Whether its mentions can be scored: they are its own, and are not left out as it has none anywhere."""
        lacking = self.only_common and all(pair.predicted.mentions is None for pair in self.matched.pairs)
        return self.source.finds_mentions and not lacking


def results_file(path: Path) -> Path:
    """The results file of a folder, or the file itself. Raises MatchError if there is none."""
    file = path / RESULTS if path.is_dir() else path
    if not path.exists():
        raise MatchError(f"{path}: there is no such file or folder, nor a model of that name")
    if not file.is_file():
        raise MatchError(f"{path}: holds no {RESULTS}")
    return file


def read_systems(
    systems: Sequence[Input],
    gold: dict[str, Article],
    labels: dict[str, str],
    *,
    only_common: bool,
    embed: Embed | None = None,
) -> list[Read]:
    """All systems on the same articles; with ``only_common`` also on the same labels, those which all have answered.

    Raises MatchError for what cannot be compared.
    """
    matched = [match_articles(gold, system.file, only_common=only_common) for system in systems]
    shared = set.intersection(*({pair.gold.id for pair in each.pairs} for each in matched))
    if not shared:
        raise MatchError("no labelled article is in all of the results")
    found = []
    for system, each in zip(systems, matched, strict=True):
        each.pairs = [pair for pair in each.pairs if pair.gold.id in shared]
        found.append(Read(system, each, collect(each.pairs, labels), only_common=only_common))
    _mapped_from(labels, found)
    for task in TASKS:
        items = [read.collected.items[task] for read in found]
        answered = [all(i.predicted is not None for i in row) for row in zip(*items, strict=True)]
        for read in found:
            own = read.collected.items[task]
            kept = [item for item, yes in zip(own, answered, strict=True) if yes or not only_common]
            if kept:
                read.tasks[task] = scored(kept, len(read.matched.pairs))
    for read in found:
        read.summaries = _summaries(read, embed)
    if only_common:
        _common_summaries([read.summaries for read in found if read.summaries])
    return found


def _mapped_from(labels: dict[str, str], systems: Sequence[Read]) -> None:
    """Refuses a map from what no system predicts, as a misspelt one does."""
    known: set[str] = set()
    for pair in (pair for read in systems for pair in read.matched.pairs):
        for sentence in pair.predicted.sentences or []:
            known.update(sentence.topics or (), [sentence.stance] if sentence.stance else ())
            known.update(name for chances in (sentence.probabilities or {}).values() for name in chances)
            for stance in sentence.stances or []:
                known.update([stance.label], stance.probabilities or ())
    if unknown := sorted(labels.keys() - known):
        raise MatchError(
            f"--map {unknown[0]}={labels[unknown[0]]}: no prediction is called {unknown[0]!r}; they are called "
            f"{', '.join(sorted(known)) or 'nothing'}"
        )


def _summaries(read: Read, embed: Embed | None) -> dict[str, np.ndarray]:
    pairs = read.matched.pairs
    if not any(pair.predicted.summary is not None for pair in pairs):
        return {}
    rows = [
        score_summary(pair.predicted, pair.gold, embed) if pair.predicted.summary is not None else {} for pair in pairs
    ]
    return {name: np.asarray([np.nan if row.get(name) is None else row[name] for row in rows]) for name in MEASURES}


def _common_summaries(scores: Sequence[dict[str, np.ndarray]]) -> None:
    """Leaves out, in place, the articles that some of the systems have no summary for."""
    for each in scores:
        for other in scores:
            for values in each.values():
                values[np.isnan(other["words"])] = np.nan


def score_system(read: Read, scorer: Scorer, slices: Sequence[str], *, text: bool) -> System:
    """Every figure of one system; ``text`` says whether sentences may be shown."""
    counts, matched = read.collected.counts, read.matched
    model = _model(read.source.file)
    return System(
        name=read.source.name,
        given=None if read.source.given is None else list(read.source.given),
        sha256=file_hash(read.source.file),
        model=model.get("name"),
        model_sha256=model.get("sha256"),
        matching=Matching(
            gold_articles=matched.gold_articles,
            scored_articles=len(matched.pairs),
            gold_only=matched.gold_articles - len(matched.pairs),
            results_only=matched.results_only,
            **vars(counts),
        ),
        tasks=[
            scorer.task(task, of, [part for by in slices for part in _slices(by, task, of, read, scorer)])
            for task, of in read.tasks.items()
        ],
        mentions=_mention_figures(read, scorer),
        summaries=[
            *_missing_summaries(read, scorer),
            *(
                scorer.article_mean(f"summary.{name}", values, MEASURES[name].bounds)
                for name, values in read.summaries.items()
                if np.isfinite(values).any()
            ),
        ],
        worst=worst(read, text=text),
    )


def _missing_summaries(read: Read, scorer: Scorer) -> Iterator[Figure]:
    """Of a system that sums up some articles only: the other figures leave the rest out."""
    missing = np.asarray([pair.predicted.summary is None for pair in read.matched.pairs])
    if read.summaries and not read.only_common and missing.any():
        yield scorer.article_mean("summary.missing", missing.astype(np.float64), FRACTION)


def given_to(results: Path) -> tuple[str, ...] | None:
    """What run.json beside the results says that the run was given of the labels; None where there is none."""
    command = _run(results).get("command")
    given = command.get("given") if isinstance(command, dict) else None
    return tuple(name for name in ("sentences", "mentions") if name in given) if isinstance(given, list) else None


def _model(results: Path) -> dict[str, str]:
    """What run.json beside the results says of the model."""
    model = _run(results).get("model")
    return {name: str(model[name]) for name in ("name", "sha256") if name in model} if isinstance(model, dict) else {}


def _run(results: Path) -> dict[str, Any]:
    """run.json beside the results; nothing for what others have made."""
    try:
        found = json.loads((results.parent / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and results.name == RESULTS else {}


def _slices(by: str, task: TaskName, of: Scored, read: Read, scorer: Scorer) -> list[Slice]:
    if by == task:  # each part would have one label
        return []
    if by == "tags" and not any(item.tags for item in of.items):
        return []
    parts = masks(by, of.items, read.matched.pairs)
    return [scorer.slice(by, value, task, of.part(mask)) for value, mask in parts.items()]


@dataclass(frozen=True)
class MentionCounts:
    """float64 [articles] each."""

    found: np.ndarray  # labelled mentions that were predicted
    labelled: np.ndarray
    named_found: np.ndarray  # of names, without pronouns and descriptions in lower case
    named: np.ndarray
    right: np.ndarray  # predicted mentions that are labelled
    predicted: np.ndarray


def mention_counts(read: Read) -> MentionCounts:
    hits, size = read.collected.mentions, len(read.matched.pairs)
    recalled = np.asarray(hits.recalled, dtype=np.int64).reshape(-1, 3)
    precise = np.asarray(hits.precise, dtype=np.int64).reshape(-1, 2)
    names = recalled[recalled[:, 2] == 1]

    def each(rows: np.ndarray, hit: bool) -> np.ndarray:
        return np.bincount(rows[:, 0], weights=rows[:, 1] if hit else None, minlength=size).astype(np.float64)

    return MentionCounts(
        each(recalled, True), each(recalled, False), each(names, True), each(names, False),
        each(precise, True), each(precise, False),
    )  # fmt: skip


def mention_f1(counts: MentionCounts) -> Statistic:
    return ratio_of(counts.found + counts.right, counts.labelled + counts.predicted)


def _mention_figures(read: Read, scorer: Scorer) -> list[Figure]:
    counts = mention_counts(read)
    if not counts.labelled.any() or not read.finds_mentions:
        return []
    rows = [
        ("mention.precision", ratio_of(counts.right, counts.predicted), counts.predicted),
        ("mention.recall", ratio_of(counts.found, counts.labelled), counts.labelled),
        ("mention.recall_named", ratio_of(counts.named_found, counts.named), counts.named),
        ("mention.f1", mention_f1(counts), counts.labelled + counts.predicted),
    ]
    return [scorer.over_articles(name, statistic, of, PERCENT) for name, statistic, of in rows]


def worst(read: Read, *, text: bool) -> list[Worst]:
    """The wrong answers of which the system was surest; then those that say nothing of how sure they are."""
    wrong: list[tuple[float, TaskName, Item]] = []
    for task, of in read.tasks.items():
        for item in of.items:
            if item.predicted is not None and item.predicted not in item.gold:
                sure = (item.probabilities or {}).get(item.predicted)
                wrong.append((-1.0 if sure is None else sure, task, item))
    wrong.sort(key=lambda row: -row[0])  # of equal ones the first in the articles' order
    return [_worst(sure, task, item, read, text) for sure, task, item in wrong[:WORST]]


def _worst(sure: float, task: TaskName, item: Item, read: Read, text: bool) -> Worst:
    article = read.matched.pairs[item.article].gold
    own = (article.sentences or [])[item.sentence]
    # the neighbours in the text, of which perhaps none is labelled
    others = split_sentences(article.text, article.ignored) if text else []
    before = [other for other in others if other.end <= own.start][-1:]
    after = [other for other in others if other.start >= own.end][:1]

    def shown(spans: Sequence[Span]) -> str | None:
        return spans[0].of(article.text) if text and spans else None

    return Worst(
        task=task,
        article=article.id,
        start=own.start,
        end=own.end,
        target=item.target if text else None,
        gold=" or ".join(item.gold),
        predicted=item.predicted or "",
        confidence=None if sure < 0 else sure,
        text=shown([own]),
        before=shown(before),
        after=shown(after),
    )
