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
    interval: Interval | None  # 95%; None also with fewer than two articles
    units: int  # labelled by at least two annotators; for a label, those in which one of them gave it
    articles: int


def agreement(articles: Sequence[Sequence[Kept]], findings: Findings) -> list[Agreement]:
    """``articles`` are the records of each article that several annotators labelled, read one article at a time."""
    tallies = {task: Tally() for task in TASKS}
    for records in articles:
        read = [(kept, kept.read()) for kept in records]
        rated = {(article.annotator or "no name"): ratings(article) for _kept, article in read}
        for task, tally in tallies.items():
            units = []
            for unit, given in compared({name: tasks[task] for name, tasks in rated.items()}):
                units.append(list(given.values()))
                if len(set(given.values())) > 1:
                    start, end, target, *_ = unit
                    toward = f" toward {excerpt(target)}" if target else ""
                    labels = ", ".join(f"{label!r} ({name})" for name, label in given.items())
                    findings.doubt(
                        "disagreement", read[0][0].place, f"sentence {start}-{end}",
                        f"the {task}{toward} of {excerpt(read[0][1].text[start:end])} is {labels}: decide which holds",
                        SHOWN,
                    )  # fmt: skip
            tally.add(units)
    return [row for task, tally in tallies.items() if tally.units for row in measured(task, tally)]


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
        Agreement(task, name, None if np.isnan(value) else value, interval, count, tally.articles)
        for name, value, interval, count in zip([None, *names], values, intervals, units, strict=True)
    ]


def can_resample() -> bool:
    """Whether what the intervals need is installed, the "eval" extra."""
    return find_spec("sklearn") is not None


def _intervals(tally: Tally, numbers: list[int]) -> list[Interval | None]:
    """Of alpha over all labels, then of the given ones. Resamples in which it is not defined are left out."""
    from scipy.sparse import csr_array

    from .intervals import RESAMPLES, draws

    shape, at = (tally.articles, len(tally.labels)), (tally.article, tally.label)
    matched, rated = csr_array((tally.matched, at), shape=shape), csr_array((tally.rated, at), shape=shape)
    rows = []
    for seed in range(RESAMPLES // BATCH):
        weights = draws(tally.articles, BATCH, seed).astype(np.float64)
        drawn, total = weights @ matched, weights @ rated
        rows.append(np.column_stack([alpha(drawn, total), alpha_by_label(drawn, total)[:, numbers]]))
    found: list[Interval | None] = []
    for values in np.concatenate(rows).T:
        known = values[~np.isnan(values)]
        low, high = np.percentile(known, (2.5, 97.5)) if len(known) else (np.nan, np.nan)
        found.append((float(low), float(high)) if len(known) else None)
    return found
