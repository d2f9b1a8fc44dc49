"""Intervals and tests of differences: that they hold the truth as often as they say, and what they do at the edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.evaluation.intervals import (
    difference,
    draws,
    estimate,
    group_numbers,
    holm,
    interval,
    macro_f1_interval,
    mean_interval,
    mean_of,
)
from stancelens.evaluation.metrics import macro_f1, macro_f1_of

Population = Callable[[np.random.Generator, int], np.ndarray]


def population(shares: np.ndarray) -> Population:
    """Articles of one main class with a classifier of their own quality: float [articles, classes, classes]."""
    classes = len(shares)

    def articles(generator: np.random.Generator, count: int) -> np.ndarray:
        found = np.zeros((count, classes, classes))
        for matrix, main in zip(found, generator.choice(classes, count, p=shares), strict=True):
            size = generator.integers(8, 30)
            gold = np.where(generator.random(size) < 0.8, main, generator.choice(classes, size, p=shares))
            right = generator.random(size) < generator.beta(6, 2)
            np.add.at(matrix, (gold, np.where(right, gold, generator.choice(classes, size, p=shares))), 1)
        return found

    return articles


@pytest.mark.parametrize(
    ("shares", "articles"),
    [
        (np.array([0.6, 0.25, 0.15]), 45),
        (np.array([0.6, 0.25, 0.15]), 12),
        (np.full(17, 1 / 17), 45),
        (np.array([0.4, *[0.6 / 16] * 16]), 45),
    ],
)
def test_intervals_of_macro_f1_hold_the_truth(shares: np.ndarray, articles: int) -> None:
    """In 200 samples 95 of 100 expected; by chance alone fewer than 90 in one of 500 such tests."""
    generator, make, classes = np.random.default_rng(0), population(shares), len(shares)
    truth = float(macro_f1_of(make(generator, 10_000).sum(axis=0)))
    held = percentile = 0
    for _ in range(200):
        flat = make(generator, articles).reshape(articles, -1)

        def statistic(weights: np.ndarray, flat: np.ndarray = flat) -> np.ndarray:
            return macro_f1_of((weights @ flat).reshape(-1, classes, classes))

        found = estimate(statistic, articles, (0, 100), resamples=400)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
        low, high = np.percentile(statistic(draws(articles, 400).astype(float)), [2.5, 97.5])
        percentile += low <= truth <= high
    assert 0.9 <= held / 200 <= 0.99
    assert classes < 17 or percentile / 200 < 0.6  # what the method was chosen for


def test_intervals_of_a_mean_hold_the_truth() -> None:
    generator = np.random.default_rng(4)
    held = 0
    for _ in range(200):
        found = mean_interval(generator.random(150) < 0.7, range(150), resamples=400)
        held += (found.low or 0) <= 0.7 <= (found.high or 0)
    assert 0.9 <= held / 200 <= 0.99


def test_the_mean_of_a_normal_sample_has_students_interval() -> None:
    from scipy import stats

    values = np.random.default_rng(1).normal(size=40)
    found = mean_interval(values, range(40), resamples=20_000)
    expected = stats.t.interval(0.95, 39, values.mean(), stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected, abs=0.02)


def test_items_of_one_group_are_drawn_together() -> None:
    values = np.repeat(np.arange(20) % 2, 10)
    alone = mean_interval(values, range(200))
    together = mean_interval(values, np.repeat(np.arange(20), 10))
    assert (together.high or 0) - (together.low or 0) > 2 * ((alone.high or 0) - (alone.low or 0))
    assert list(group_numbers(["b", "a", "b", "c"])) == [0, 1, 0, 2]


def test_one_article_has_no_interval_and_a_few_a_rough_one() -> None:
    one = mean_interval(np.arange(9), ["one"] * 9)
    assert (one.value, one.low, one.high) == (4, None, None)
    assert one.note == "one article: no interval can be computed, as there is nothing to resample"
    assert "rough" in (mean_interval(np.arange(9), range(9)).note or "")
    assert mean_interval(np.arange(10), range(10)).note is None
    with pytest.raises(ValueError, match="no groups"):
        draws(0)


def test_general_and_fast_intervals_agree_and_depend_on_the_seed_alone() -> None:
    generator = np.random.default_rng(5)
    gold = generator.integers(0, 3, 300)
    predicted = np.where(generator.random(300) < 0.8, gold, generator.integers(0, 3, 300))
    groups = generator.integers(0, 60, 300)
    fast = macro_f1_interval(gold, predicted, 3, groups)
    slow = interval(lambda drawn: macro_f1(gold[drawn], predicted[drawn]), groups, (0, 100))
    assert (fast.value, fast.low, fast.high) == pytest.approx((slow.value, slow.low, slow.high))
    assert fast == macro_f1_interval(gold, predicted, 3, groups)
    assert fast != macro_f1_interval(gold, predicted, 3, groups, seed=1)
    assert (fast.low or 100) < macro_f1(gold, predicted) < (fast.high or 0)


def test_bounds_hold() -> None:
    found = mean_interval(np.array([100.0] * 19 + [0.0]), range(20), (0, 100))
    assert found.high == 100


def test_a_difference_is_paired() -> None:
    """Two systems that err on the same articles differ surely, though each alone is uncertain."""
    generator = np.random.default_rng(2)
    hard = generator.random(80)
    first, other = 100 * (hard > 0.3), 100 * (hard > 0.45)
    numbers = np.arange(80)
    found = difference(mean_of(first, numbers, 80), mean_of(other, numbers, 80), 80)
    assert found.value == pytest.approx(first.mean() - other.mean())
    assert found.p is not None
    assert found.p < 0.01
    assert (found.low or 0) > 0
    alone = mean_interval(first, numbers)
    assert (found.high or 0) - (found.low or 0) < ((alone.high or 0) - (alone.low or 0))
    assert found.detectable is not None
    assert found.detectable == pytest.approx(
        ((found.high or 0) - (found.low or 0)) / 2 * (1.96 + 0.84) / 1.96, rel=0.02
    )
    same = difference(mean_of(first, numbers, 80), mean_of(first, numbers, 80), 80)
    assert (same.value, same.low, same.p) == (0, None, None)


def test_p_values_are_below_a_level_as_often_as_it_says() -> None:
    generator = np.random.default_rng(7)
    below = 0
    for _ in range(300):
        first, other = generator.random((2, 40)) < 0.6
        found = difference(mean_of(first, np.arange(40), 40), mean_of(other, np.arange(40), 40), 40, resamples=300)
        below += (1.0 if found.p is None else found.p) < 0.05
    assert 0.02 <= below / 300 <= 0.09


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_by_its_definition(p_values: list[float]) -> None:
    corrected = holm(p_values)
    for at, p in enumerate(p_values):
        ranks = sorted(p_values)
        expected = max(min(1.0, (len(ranks) - k) * ranks[k]) for k in range(len(ranks)) if ranks[k] <= p)
        assert corrected[at] == pytest.approx(expected)
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
