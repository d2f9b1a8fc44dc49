"""Scores of predicted against gold labels. Labels are integers; F1 is a percentage."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import f1_score

COVERAGE = 0.8  # share of the items that is kept where a model may stay silent on the others


def macro_f1(gold: np.ndarray, predicted: np.ndarray) -> float:
    """Mean F1 of the classes that occur, as gold or as prediction. Raises ValueError without items."""
    _check(gold, predicted)
    return float(100 * f1_score(gold, predicted, average="macro", zero_division=0))


def most_confident(confidence: np.ndarray, coverage: float = COVERAGE) -> np.ndarray:
    """Indices of the most confident share of the items, at least one; of equals the first come first."""
    kept = max(1, round(coverage * len(confidence)))
    return np.argsort(-confidence, kind="stable")[:kept]


def confusion(gold: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """float64 [classes, classes]: how often each gold label (row) was given each label (column)."""
    flat = np.bincount(gold * classes + predicted, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.float64)


def f1_by_label(confusions: np.ndarray) -> np.ndarray:
    """[..., labels]: the F1 of each label in percent, NaN where it neither is one nor was given.

    Confusion matrices are [..., labels, labels], or [..., labels, labels + 1] whose last column counts the items for
    which nothing was predicted.
    """
    labels = confusions.shape[-2]
    right = np.diagonal(confusions, axis1=-2, axis2=-1)
    total = confusions.sum(axis=-1) + confusions[..., :labels].sum(axis=-2)
    return 100 * np.divide(2 * right, total, out=np.full(total.shape, np.nan), where=total > 0)


def macro_f1_of(confusions: np.ndarray) -> np.ndarray:
    """The macro F1 of each confusion matrix; equals :func:`macro_f1`."""
    f1 = f1_by_label(confusions)
    known = np.isfinite(f1)
    return np.where(known, f1, 0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1)


def micro_f1_of(confusions: np.ndarray) -> np.ndarray:
    """The F1 of all labels together in percent: the accuracy, unless some items have no prediction."""
    labels = confusions.shape[-2]
    right = np.trace(confusions, axis1=-2, axis2=-1)
    total = confusions.sum(axis=(-2, -1)) + confusions[..., :labels].sum(axis=(-2, -1))
    return 100 * np.divide(2 * right, total, out=np.full(np.shape(total), np.nan), where=total > 0)


def matthews_of(confusions: np.ndarray) -> np.ndarray:
    """Matthews' correlation for several labels (Gorodkin 2004) in percent; 0 where it is not defined."""
    labels = confusions.shape[-2]
    right = np.trace(confusions, axis1=-2, axis2=-1)
    gold, given = confusions.sum(axis=-1), confusions.sum(axis=-2)
    n = gold.sum(axis=-1)
    shared = right * n - (gold * given[..., :labels]).sum(axis=-1)
    spread = np.sqrt((n**2 - (gold**2).sum(axis=-1)) * (n**2 - (given**2).sum(axis=-1)))
    return 100 * np.divide(shared, spread, out=np.zeros(np.shape(n)), where=spread > 0)


def _check(gold: np.ndarray, predicted: np.ndarray) -> None:
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold labels for {len(predicted)} predictions")
    if not len(gold):
        raise ValueError("no items to score")
