"""How well the annotators of the same articles agree: alpha with intervals that resample articles, since the sentences
of one article are not independent. Also counts the units on which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from ..data.agreement import AUTHOR, Tally, alpha, alpha_by_label, compared, ratings
from ..data.label_findings import HOLDER, STANCE, TARGET, TOPIC, Findings, excerpt
from ..data.label_records import Kept

TASKS = (TOPIC, STANCE, TARGET, HOLDER)
MOST_LABELS = 20  # labels of a task with an alpha of their own, the most frequent
SHOWN = 10  # disagreements that are listed
BATCH = 100  # resamples at a time, which bounds memory
Interval = tuple[float, float]


@dataclass(frozen=True)
class Agreement:
    """Alpha of one task, or of one of its labels against the rest."""

    task: str
    label: str | None  # None: over all labels
    alpha: float | None  # None where it is not defined: fewer than two labels occur
    interval: Interval | None  # 95%; None where it cannot be computed, as with fewer than two articles
    units: int  # labelled by at least two annotators; for a label, those in which one of them gave it
    articles: int
    alone: int  # units that only one annotator of their article labelled, which count in no alpha


def agreement(articles: Sequence[Sequence[Kept]], findings: Findings) -> list[Agreement]:
    """``articles`` are the records of each article that several annotators labelled, read one article at a time."""
    tallies = {task: Tally() for task in TASKS}
    for records in articles:
        read = [(kept, kept.read()) for kept in records]
        rated = {article.annotator: ratings(article) for _kept, article in read}
        for task, tally in tallies.items():
            units = []
            for unit, given in compared({name: tasks[task] for name, tasks in rated.items()}):
                units.append(list(given.values()))
                if len(set(given.values())) > 1:
                    start, end, name, first, last = unit
                    text = read[0][1].text
                    target = name if first < 0 else text[first:last]
                    toward = f" toward {excerpt(target)}" if target else ""
                    labels = ", ".join(f"{label!r} ({who or 'no name'})" for who, label in given.items())
                    findings.doubt(
                        "disagreement", read[0][0].place, f"sentence {start}-{end}",
                        f"the {task}{toward} of {excerpt(text[start:end])} is {labels}: decide which holds",
                        SHOWN,
                    )  # fmt: skip
            tally.add(units)
    return [row for task, tally in tallies.items() if tally.units or tally.alone for row in measured(task, tally)]


def measured(task: str, tally: Tally) -> list[Agreement]:
    """Alpha over all labels, then that of each label, the most frequent first; of holders, of the author alone, since
    a name hardly occurs in a second article."""
    matched, rated = tally.sums()
    names = [label for label, _count in tally.units_with.most_common(MOST_LABELS)]
    if task == HOLDER:
        names = [AUTHOR] if AUTHOR in tally.labels else []
    numbers = [tally.labels[name] for name in names]
    values = [float(alpha(matched, rated)), *map(float, alpha_by_label(matched, rated)[numbers])]
    intervals: list[Interval | None] = [None] * len(values)
    if tally.articles > 1 and can_resample():
        intervals = _intervals(tally, numbers)
    units = [tally.units, *(tally.units_with[name] for name in names)]
    return [
        Agreement(task, name, None if np.isnan(value) else value, interval, count, tally.articles, tally.alone)
        for name, value, interval, count in zip([None, *names], values, intervals, units, strict=True)
    ]


def can_resample() -> bool:
    """Whether what the intervals need is installed, the "eval" extra."""
    return find_spec("sklearn") is not None


def _intervals(tally: Tally, numbers: list[int]) -> list[Interval | None]:
    """Of alpha over all labels, then of the given ones. Resamples in which it is not defined are left out."""
    from scipy.sparse import csr_array

    from .intervals import Statistic, estimate

    shape, at = (tally.articles, len(tally.labels)), (tally.article, tally.label)
    matched, rated = csr_array((tally.matched, at), shape=shape), csr_array((tally.rated, at), shape=shape)

    def over_all(weights: np.ndarray) -> np.ndarray:
        parts = [weights[at : at + BATCH] for at in range(0, len(weights), BATCH)]
        return np.concatenate([alpha(part @ matched, part @ rated) for part in parts])

    def of_label(number: int) -> Statistic:
        own = matched[:, [number]].toarray()[:, 0], rated[:, [number]].toarray()[:, 0], rated.sum(axis=1)

        def statistic(weights: np.ndarray) -> np.ndarray:
            hits, given, total = (weights @ column for column in own)
            rest = np.stack([hits, total - 2 * given + hits], axis=-1)  # of the label, and of all others as one
            return alpha(rest, np.stack([given, total - given], axis=-1))

        return statistic

    found = [estimate(each, tally.articles, (-1, 1)) for each in (over_all, *map(of_label, numbers))]
    return [None if each.low is None or each.high is None else (each.low, each.high) for each in found]
