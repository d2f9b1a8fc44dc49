"""95% percentile bootstrap intervals. What is drawn is a group (an article, a sentence) with all its items, since the
items of one group are not independent of each other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from .metrics import macro_f1_of

RESAMPLES, SEED = 1000, 0
PERCENTILES = (2.5, 97.5)


def group_numbers(groups: Sequence[Hashable] | np.ndarray) -> np.ndarray:
    """int64 [items]: the items' groups, numbered from 0 in the order of their first item."""
    numbers: dict[Hashable, int] = {}
    return np.asarray([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)


def draws(groups: int, resamples: int = RESAMPLES, seed: int = SEED) -> np.ndarray:
    """int64 [resamples, groups]: how often each group is drawn, with replacement."""
    if groups < 1:
        raise ValueError("no groups to resample")
    generator = np.random.default_rng(seed)
    return generator.multinomial(groups, np.full(groups, 1 / groups), size=resamples)


def mean_interval(
    values: np.ndarray, groups: Sequence[Hashable] | np.ndarray, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[float, float]:
    """Interval of the items' mean."""
    numbers = group_numbers(groups)
    weights = draws(int(numbers.max(initial=-1)) + 1, resamples, seed)
    sums = np.bincount(numbers, weights=np.asarray(values, dtype=np.float64))
    return _percentiles((weights @ sums) / (weights @ np.bincount(numbers)))


def macro_f1_interval(
    gold: np.ndarray,
    predicted: np.ndarray,
    classes: int,
    groups: Sequence[Hashable] | np.ndarray,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[float, float]:
    """Interval of the macro F1, from one confusion matrix a group."""
    numbers = group_numbers(groups)
    count = int(numbers.max(initial=-1)) + 1
    weights = draws(count, resamples, seed)
    cells = classes * classes
    flat = np.bincount(numbers * cells + gold * classes + predicted, minlength=count * cells)
    confusions = weights.astype(np.float64) @ flat.reshape(count, cells).astype(np.float64)
    return _percentiles(macro_f1_of(confusions.reshape(-1, classes, classes)))


def interval(
    statistic: Callable[[np.ndarray], float],
    groups: Sequence[Hashable] | np.ndarray,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> tuple[float, float]:
    """Interval of any statistic, which is called with the indices of each resample's items."""
    numbers = group_numbers(groups)
    items = np.arange(len(numbers))
    weights = draws(int(numbers.max(initial=-1)) + 1, resamples, seed)
    return _percentiles(np.asarray([statistic(np.repeat(items, weight[numbers])) for weight in weights]))


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, PERCENTILES)
    return float(low), float(high)
