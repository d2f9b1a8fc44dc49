"""The figures of one task from its items: agreement with the labels, and how far the probabilities can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from ..data.labels import SIDES
from .calibration import brier_scores, ece_limit, even_over_ties, expected_calibration_error, log_losses
from .intervals import Estimate, Statistic, estimate, mean_of, of_groups, ratio_of
from .items import Item, TaskName, as_arrays, label_set, probability_rows
from .matching import MatchError
from .metrics import macro_f1_of, matthews_of, micro_f1_of
from .result_schema import Bin, Calibration, CoveragePoint, Figure, LabelScores, Slice, Task

BINS = 10  # of the reliability diagram
POINTS = 100  # of the risk-coverage curve
PERCENT, FRACTION = (0.0, 100.0), (0.0, 1.0)
SMALL_ARTICLES, SMALL_ITEMS = 10, 50  # fewer in a slice: not to be relied on
ECE_NOTE = "no interval: the error grows by resampling; hold it against the limit of a calibrated model"


@dataclass
class Scored:
    """Items as arrays. ``articles`` is the number of all pairs, which are what is resampled."""

    items: Sequence[Item]
    labels: list[str]
    articles: int
    gold: np.ndarray  # int64 [items]
    predicted: np.ndarray  # int64 [items]; len(labels) where nothing was predicted
    article: np.ndarray  # int64 [items]

    @property
    def right(self) -> np.ndarray:
        return self.gold == self.predicted

    def part(self, kept: np.ndarray) -> Scored:
        """The items of a boolean mask."""
        chosen = [item for item, keep in zip(self.items, kept, strict=True) if keep]
        return Scored(chosen, self.labels, self.articles, self.gold[kept], self.predicted[kept], self.article[kept])

    def counts(self) -> np.ndarray:
        """float64 [articles, labels * (labels + 1)]: the confusion matrix of each article, laid flat."""
        width = len(self.labels) + 1
        cells = len(self.labels) * width
        flat = np.bincount(self.article * cells + self.gold * width + self.predicted, minlength=self.articles * cells)
        return flat.reshape(self.articles, cells).astype(np.float64)

    def statistic(self, of: Statistic) -> Statistic:
        """A figure of confusion matrices [draws, labels, labels + 1] as a figure of the articles' weights."""
        flat, labels = self.counts(), len(self.labels)
        return lambda weights: of((weights @ flat).reshape(-1, labels, labels + 1))


def scored(items: Sequence[Item], articles: int) -> Scored:
    labels = label_set(items)
    gold, predicted = as_arrays(items, labels)
    return Scored(items, labels, articles, gold, predicted, np.asarray([i.article for i in items], dtype=np.int64))


def figure(name: str, found: Estimate, n: int, articles: int) -> Figure:
    value = found.value if np.isfinite(found.value) else None
    return Figure(name=name, value=value, low=found.low, high=found.high, n=n, articles=articles, note=found.note)


class Scorer:
    """Figures with intervals from one number of resamples and one seed."""

    def __init__(self, resamples: int, seed: int, wanted_accuracy: float) -> None:
        self.resamples, self.seed, self.wanted_accuracy = resamples, seed, wanted_accuracy

    def estimate(self, statistic: Statistic, articles: int, bounds: tuple[float, float]) -> Estimate:
        return estimate(statistic, articles, bounds, self.resamples, self.seed)

    def figure(self, name: str, of: Scored, statistic: Statistic, bounds: tuple[float, float] = PERCENT) -> Figure:
        """Of a statistic that is resampled over the articles which hold the items."""
        return self.over_articles(name, statistic, np.bincount(of.article, minlength=of.articles), bounds)

    def mean(self, name: str, of: Scored, values: np.ndarray, bounds: tuple[float, float]) -> Figure:
        return self.figure(name, of, mean_of(values, of.article, of.articles), bounds)

    def over_articles(self, name: str, statistic: Statistic, counts: np.ndarray, bounds: tuple[float, float]) -> Figure:
        """Of a statistic of all articles, of which those hold items whose ``counts`` are not zero."""
        held = np.flatnonzero(counts)
        if not len(held):
            return Figure(name=name, value=None, n=0, articles=0, note="no such items")

        found = self.estimate(of_groups(statistic, held, len(counts)), len(held), bounds)
        return figure(name, found, int(counts.sum()), len(held))

    def article_mean(self, name: str, values: np.ndarray, bounds: tuple[float, float]) -> Figure:
        """Of one value an article, NaN where it has none."""
        known = np.isfinite(values).astype(np.float64)
        numbers = np.arange(len(values))
        mean = mean_of(values[known > 0], numbers[known > 0], len(values))
        return self.over_articles(name, mean, known, bounds)

    def task(self, task: TaskName, of: Scored, slices: Sequence[Slice]) -> Task:
        return Task(
            task=task,
            labels=of.labels,
            figures=list(self._figures(task, of)),
            per_label=list(self._per_label(task, of)),
            confusion=of.counts().sum(axis=0).reshape(len(of.labels), -1).astype(int).tolist(),
            calibration=self.calibration(task, of),
            slices=list(slices),
        )

    def _figures(self, task: str, of: Scored) -> Iterator[Figure]:
        for name, statistic in MEASURES.items():
            yield self.figure(f"{task}.{name}", of, of.statistic(statistic), BOUNDS.get(name, PERCENT))
        answered = of.predicted < len(of.labels)
        if all(label.casefold() in SIDES for label in of.labels):
            sides = np.asarray([SIDES[label.casefold()] for label in of.labels])
            told = of.part(answered)
            apart = np.abs(sides[told.gold] - sides[told.predicted])
            yield self.mean(f"{task}.ordinal_error", told, apart, (0.0, 2.0))
        yield self.mean(f"{task}.missing", of, 1.0 - answered, FRACTION)
        told = of.part(answered)
        silent = np.asarray([item.abstained for item in told.items], dtype=bool)
        if silent.any():
            yield self.mean(f"{task}.coverage", told, 1.0 - silent, FRACTION)
            told = told.part(~silent)
            yield self.figure(f"{task}.macro_f1_answered", told, told.statistic(macro_f1_of))

    def _per_label(self, task: str, of: Scored) -> Iterator[LabelScores]:
        cells = of.counts().reshape(of.articles, len(of.labels), -1)
        for at, label in enumerate(of.labels):
            right, has, given = cells[:, at, at], cells[:, at].sum(axis=1), cells[:, :, at].sum(axis=1)
            yield LabelScores(
                label=label,
                support=int(has.sum()),
                predicted=int(given.sum()),
                precision=self.figure(f"{task}.precision", of, ratio_of(right, given)),
                recall=self.figure(f"{task}.recall", of, ratio_of(right, has)),
                f1=self.figure(f"{task}.f1", of, ratio_of(2 * right, has + given)),
            )

    def calibration(self, task: str, of: Scored) -> Calibration | None:
        """Over the items that were answered; None without probabilities."""
        of = of.part(of.predicted < len(of.labels))
        rows = probability_rows(of.items, of.labels)
        if rows is None or not len(rows):
            return None
        if not (rows.min() >= 0 and rows.max() <= 1 + 1e-6):  # NaN too
            raise MatchError(f"{task}: probabilities must lie between 0 and 1, and {rows.max():g} is among them")
        confidence, right = rows[np.arange(len(rows)), of.predicted], of.right.astype(np.float64)
        ece = expected_calibration_error(confidence, right)
        points = list(coverage_points(confidence, right))
        enough = [point for point in points if point.accuracy >= self.wanted_accuracy]
        return Calibration(
            ece=Figure(name=f"{task}.ece", value=ece, n=len(rows), articles=len(np.unique(of.article)), note=ECE_NOTE),
            ece_limit=ece_limit(confidence),
            brier=self.mean(f"{task}.brier", of, brier_scores(rows, of.gold), (0.0, 2.0)),
            log_loss=self.mean(f"{task}.log_loss", of, log_losses(rows, of.gold), (0.0, np.inf)),
            aurc=self.figure(f"{task}.aurc", of, area_under_risk_coverage(confidence, right, of), FRACTION),
            reliability=list(reliability(confidence, right)),
            coverage=points[:: max(1, len(points) // POINTS)],
            wanted_accuracy=self.wanted_accuracy,
            threshold=enough[0] if enough else None,
        )

    def slice(self, by: str, value: str, task: str, of: Scored) -> Slice:
        articles = len(np.unique(of.article))
        return Slice(
            by=by,
            value=value,
            figure=self.figure(f"{task}.macro_f1", of, of.statistic(macro_f1_of)),
            accuracy=self.mean(f"{task}.accuracy", of, 100.0 * of.right, PERCENT),
            small=articles < SMALL_ARTICLES or len(of.items) < SMALL_ITEMS,
        )


def accuracy_of(confusions: np.ndarray) -> np.ndarray:
    """Percent of the items that were given their label, of confusion matrices [draws, labels, labels + 1]."""
    right, whole = np.trace(confusions, axis1=-2, axis2=-1), confusions.sum(axis=(-2, -1))
    return 100 * np.divide(right, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


MEASURES: dict[str, Statistic] = {
    "macro_f1": macro_f1_of,
    "micro_f1": micro_f1_of,
    "accuracy": accuracy_of,
    "mcc": matthews_of,
}
BOUNDS = {"mcc": (-100.0, 100.0)}


def area_under_risk_coverage(confidence: np.ndarray, right: np.ndarray, of: Scored) -> Statistic:
    """Mean share of wrong answers over all coverages, the surest answers first (Geifman, Uziel and El-Yaniv 2019)."""
    order = np.argsort(-confidence, kind="stable")
    wrong, article = 1 - even_over_ties(confidence, right)[order], of.article[order]

    def statistic(weights: np.ndarray) -> np.ndarray:
        found = []
        for row in weights:  # items times resamples would be much memory
            each = row[article]
            kept = np.cumsum(each)
            risk = np.divide(np.cumsum(each * wrong), kept, out=np.zeros_like(kept), where=kept > 0)
            found.append((each * risk).sum() / kept[-1] if kept[-1] > 0 else np.nan)
        return np.asarray(found)

    return statistic


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> Iterator[Bin]:
    order = np.argsort(confidence, kind="stable")
    right = even_over_ties(confidence, right)
    for part in np.array_split(order, min(bins, len(order))):
        hits = round(float(right[part].sum()))
        ends = binomtest(hits, len(part)).proportion_ci(method="wilson")
        yield Bin(
            confidence=float(confidence[part].mean()),
            accuracy=hits / len(part),
            low=float(ends.low),
            high=float(ends.high),
            n=len(part),
        )


def coverage_points(confidence: np.ndarray, right: np.ndarray) -> Iterator[CoveragePoint]:
    """One point for each different confidence, from full coverage on."""
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order])
    sure = confidence[order]
    last = np.flatnonzero(np.append(sure[1:] != sure[:-1], True))  # of equal confidences all or none are answered
    for at in last[::-1]:
        yield CoveragePoint(
            threshold=float(sure[at]), coverage=float((at + 1) / len(sure)), accuracy=float(hits[at] / (at + 1))
        )
