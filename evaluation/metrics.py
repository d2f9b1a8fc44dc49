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


def macro_f1_of(confusions: np.ndarray) -> np.ndarray:
    """The macro F1 of each confusion matrix in [..., classes, classes]; equals :func:`macro_f1`."""
    right = np.diagonal(confusions, axis1=-2, axis2=-1)
    total = confusions.sum(axis=-1) + confusions.sum(axis=-2)
    f1 = np.divide(2 * right, total, out=np.zeros_like(total, dtype=np.float64), where=total > 0)
    return 100 * f1.sum(axis=-1) / np.maximum((total > 0).sum(axis=-1), 1)


def _check(gold: np.ndarray, predicted: np.ndarray) -> None:
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold labels for {len(predicted)} predictions")
    if not len(gold):
        raise ValueError("no items to score")
