"""The estimate of a corrected share: worked examples, textbook formulas, how often intervals hold the truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import t
from stancelens.evaluation.shares import estimate


def of_all(
    gold: Sequence[float] | np.ndarray, predicted: Sequence[float] | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The two samples for a share of all sentences."""
    ones = np.ones(len(gold))
    return np.column_stack([gold, ones]), np.column_stack([predicted, ones])


def test_a_share_worked_by_hand() -> None:
    """Four of ten are labelled; three of ten are predicted. The predictions count for 2/3, the covariance over the
    variance: 1/2 + 2/3 (3/10 - 1/4). What is left are errors of 1/3, 1, 0, 0 about their mean, whose squares add up to
    2/3; with two degrees of freedom, four sentences and 6/10 of the corpus open that is a variance of 1/20."""
    found = estimate(*of_all([1, 1, 0, 0], [1, 0, 0, 0]), (0.3, 1), 10)
    half = 4.302653 * 0.05**0.5
    assert found == pytest.approx((8 / 15, 8 / 15 - half, 8 / 15 + half), abs=1e-6)


def test_a_share_of_some_worked_by_hand() -> None:
    """Of eight sentences four are about it and two of these against; the predictions say nothing. The errors are twice
    1/2, twice -1/2 and four times 0: squares add up to 1, so that their mean has a variance of 1/7 over 8, of which 4/5
    is open, and the share's is 4 times that, since half of the sentences are about it. Seven degrees of freedom."""
    gold = np.asarray([[1, 1], [1, 1], [0, 1], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]])
    found = estimate(gold, np.zeros((8, 2)), (0, 0), 40)
    half = t.ppf(0.975, 7) * (4 / 5 / 7 / 8 * 4) ** 0.5
    assert found == pytest.approx((0.5, 0.5 - half, 0.5 + half))


@pytest.mark.parametrize("constant", [0, 1])
def test_constant_predictions_add_nothing(constant: int) -> None:
    """The interval of a mean in every textbook (Cochran 1977, 2.8)."""
    gold = np.asarray([1] * 22 + [0] * 28)
    found = estimate(*of_all(gold, np.full(50, constant)), (constant, 1), 400)
    half = t.ppf(0.975, 49) * (gold.var(ddof=1) / 50 * (1 - 50 / 400)) ** 0.5
    assert found == pytest.approx((0.44, 0.44 - half, 0.44 + half))


def test_perfect_predictions_leave_nothing_open() -> None:
    gold = np.random.default_rng(0).random((60, 2)) < (0.3, 0.6)
    gold[:, 0] &= gold[:, 1]
    assert estimate(gold, gold, (0.07, 0.31), 1000) == (0.07 / 0.31,) * 3


def test_a_sample_of_all_is_the_truth() -> None:
    """Whatever the classifier says, and with no interval: nothing is left to estimate."""
    draw = np.random.default_rng(1)
    gold, predicted = draw.random((2, 80, 2)) < 0.4
    gold[:, 0] &= gold[:, 1]
    found = estimate(gold, predicted, predicted.mean(axis=0), 80)
    assert found == pytest.approx((gold[:, 0].sum() / gold[:, 1].sum(),) * 3)


def test_predictions_never_count_against_themselves() -> None:
    """A classifier that says the opposite is left aside, as is one that says something unrelated."""
    gold = np.asarray([1, 0] * 25)
    opposite = estimate(*of_all(gold, 1 - gold), (0.1, 1), 1000)
    assert opposite is not None
    assert opposite[0] == pytest.approx(0.5)


SENTENCES = 20_000


def population(share: float, recall: float, false: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted labels of a corpus: which sentences have it, and which the classifier says have it."""
    draw = np.random.default_rng(seed)
    true = draw.random(SENTENCES) < share
    return true, draw.random(SENTENCES) < np.where(true, recall, false)


def coverage(true: np.ndarray, predicted: np.ndarray, n: int, samples: int = 1000) -> tuple[float, float]:
    """How often the interval holds the true share, in percent, and how wide it is on average."""
    share, means = true[:, 0].sum() / true[:, 1].sum(), predicted.mean(axis=0)
    draw = np.random.default_rng(7)
    held, widths = 0, []
    for _ in range(samples):
        sample = draw.choice(SENTENCES, n, replace=False, shuffle=False)
        found = estimate(true[sample], predicted[sample], means, SENTENCES)
        assert found is not None
        held += max(found[1], 0) <= share <= min(found[2], 1)
        widths.append(found[2] - found[1])
    return 100 * held / samples, float(np.mean(widths))


@pytest.mark.parametrize(
    ("share", "recall", "false", "n"),
    [(0.4, 0.7, 0.05, 200), (0.4, 0.95, 0.1, 200), (0.05, 0.7, 0.05, 300), (0.05, 0.9, 0.01, 400)],
    ids=["common", "common, too many", "rare, too many", "rare, few errors"],
)
def test_intervals_hold_the_true_share_of_all(share: float, recall: float, false: float, n: int) -> None:
    true, predicted = population(share, recall, false, seed=1)
    assert abs(predicted.mean() - true.mean()) > 3 * np.sqrt(
        share / SENTENCES
    )  # biased, or there is nothing to correct
    assert 93 <= coverage(*of_all(true, predicted), n)[0] <= 97


def about(recall: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A fifth of the sentences are about it, 30% of these against: true and predicted, with sides often mistaken."""
    kind, found = population(0.2, recall, 0.02, seed)
    draw = np.random.default_rng(seed + 1)
    against = kind & (draw.random(SENTENCES) < 0.3)
    said = found & (draw.random(SENTENCES) < np.where(against, 0.75, 0.12))
    return np.column_stack([against, kind]), np.column_stack([said, found])


@pytest.mark.parametrize("recall", [0.7, 0.95])
def test_intervals_hold_the_true_share_of_some(recall: float) -> None:
    assert 93 <= coverage(*about(recall, seed=2), 300)[0] <= 97


def test_a_good_classifier_narrows_the_interval() -> None:
    true, predicted = of_all(*population(0.4, 0.95, 0.03, seed=3))
    nothing = of_all(true[:, 0], np.zeros(SENTENCES))[1]
    assert coverage(true, predicted, 200, 100)[1] < 0.6 * coverage(true, nothing, 200, 100)[1]
    true, predicted = about(0.95, seed=4)
    assert coverage(true, predicted, 300, 100)[1] < 0.9 * coverage(true, np.zeros_like(predicted), 300, 100)[1]
