"""Metrics, intervals and calibration: known values, and what they do at the edges."""

from __future__ import annotations

import time

import numpy as np
import pytest
from stancelens.evaluation.calibration import ece_limit, expected_calibration_error
from stancelens.evaluation.intervals import macro_f1_interval, mean_interval
from stancelens.evaluation.metrics import confusion, macro_f1, macro_f1_of, most_confident

GOLD = np.array([0, 0, 1, 1, 2, 2])
PREDICTED = np.array([0, 1, 1, 1, 2, 0])


def test_known_macro_f1() -> None:
    assert macro_f1(GOLD, PREDICTED) == pytest.approx(100 * (1 / 2 + 4 / 5 + 2 / 3) / 3)


@pytest.mark.parametrize("seed", range(20))
def test_macro_f1_from_counts_equals_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    gold, predicted = generator.integers(0, 5, 12), generator.integers(0, 5, 12)
    assert float(macro_f1_of(confusion(gold, predicted, 7))) == pytest.approx(macro_f1(gold, predicted))


def test_classes_that_never_occur_do_not_count_and_wrong_ones_do() -> None:
    ones = np.ones(4, dtype=np.int64)
    assert macro_f1(ones, ones) == 100
    assert float(macro_f1_of(confusion(ones, ones, 17))) == 100
    assert macro_f1(ones, np.zeros(4, dtype=np.int64)) == 0
    assert float(macro_f1_of(np.zeros((3, 3)))) == 0
    always = macro_f1_interval(ones, ones, 3, range(4))
    assert (always.value, always.low, always.high) == (100, None, None)
    assert always.note == "the figure is the same in every resample: no interval can be computed"


def test_nothing_to_score_is_an_error() -> None:
    none = np.zeros(0, dtype=np.int64)
    for score in (lambda: macro_f1(none, none), lambda: ece_limit(none.astype(float))):
        with pytest.raises(ValueError, match="no items"):
            score()
    with pytest.raises(ValueError, match="no groups"):
        mean_interval(none, [])
    with pytest.raises(ValueError, match="2 gold labels for 1"):
        macro_f1(np.array([0, 1]), np.array([0]))


def test_coverage_drops_the_least_confident() -> None:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.55, 0.45]])
    assert sorted(most_confident(probabilities.max(axis=1))) == [0, 1, 2, 3]
    assert list(most_confident(np.array([0.5]))) == [0]


def test_known_calibration_errors() -> None:
    assert expected_calibration_error(np.full(10, 0.8), np.arange(10) < 8, bins=1) == pytest.approx(0, abs=1e-12)
    assert expected_calibration_error(np.full(100, 1.0), np.arange(100) % 2) == pytest.approx(0.5, abs=0.04)
    assert expected_calibration_error(np.full(100, 1.0), np.zeros(100)) == 1
    two = np.array([0.9, 0.9, 0.6, 0.6])
    assert expected_calibration_error(two, np.array([1, 1, 0, 1]), bins=2) == pytest.approx(0.1)


def test_limit_is_exceeded_by_one_calibrated_model_in_twenty_and_by_overconfident_ones() -> None:
    generator = np.random.default_rng(3)
    confidence = generator.uniform(0.4, 1, 1000)
    limit = ece_limit(confidence)
    assert 0.02 < limit < 0.08
    assert limit == ece_limit(generator.permutation(confidence))
    errors = [expected_calibration_error(confidence, generator.random(1000) < confidence) for _ in range(400)]
    assert 0.02 < np.mean(np.array(errors) > limit) < 0.09
    assert expected_calibration_error(confidence, generator.random(1000) < confidence - 0.15) > limit
    assert ece_limit(generator.uniform(0.4, 1, 100)) > limit
    assert ece_limit(np.ones(50)) == 0


def test_a_thousand_resamples_of_a_thousand_items_are_fast() -> None:
    generator = np.random.default_rng(6)
    gold, predicted = generator.integers(0, 17, 1000), generator.integers(0, 17, 1000)
    start = time.perf_counter()
    macro_f1_interval(gold, predicted, 17, range(1000))
    assert time.perf_counter() - start < 3


def test_of_equal_confidences_the_order_does_not_count() -> None:
    confidence, right = np.full(100, 0.5), np.arange(100) < 50
    assert expected_calibration_error(confidence, right) == pytest.approx(0)
    assert expected_calibration_error(confidence, ~right) == pytest.approx(0)


def test_the_limit_of_tied_confidences_is_that_of_the_measured_error() -> None:
    confidence = np.full(300, 0.8)
    generator = np.random.default_rng(1)
    drawn = [expected_calibration_error(confidence, generator.random(300) < 0.8) for _ in range(400)]
    assert ece_limit(confidence) == pytest.approx(np.percentile(drawn, 95), abs=0.006)
