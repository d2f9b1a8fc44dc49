"""Expected calibration error, and how large it would be by chance alone, both fractions; and proper scores."""

from __future__ import annotations

import numpy as np

BINS = 15
DRAWS, SEED = 1000, 0
LIMIT = 95  # percentile


def expected_calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> float:
    """Mean distance between confidence and accuracy over bins that hold equally many items (Naeini et al. 2015).

    Raises ValueError without items.
    """
    order = np.argsort(confidence, kind="stable")
    even = even_over_ties(confidence, np.asarray(correct, dtype=np.float64))
    return float(_error(confidence[order], even[order][None], bins)[0])


def even_over_ties(confidence: np.ndarray, correct: np.ndarray) -> np.ndarray:
    """float64 [items]: of equal confidences the share of right answers, so that their order does not count."""
    _, tie = np.unique(confidence, return_inverse=True)
    return np.asarray((np.bincount(tie, weights=correct) / np.bincount(tie))[tie])


def ece_limit(confidence: np.ndarray, bins: int = BINS, simulations: int = DRAWS, seed: int = SEED) -> float:
    """The 95th percentile of the error that a perfectly calibrated model with these confidences would show.

    With few items even such a model shows an error; a measured one below the limit is no sign of bad calibration.
    """
    ordered = np.sort(confidence)
    outcomes = np.random.default_rng(seed).random((simulations, len(ordered))) < ordered
    _, starts, counts = np.unique(ordered, return_index=True, return_counts=True)
    shares = np.add.reduceat(outcomes.astype(np.float64), starts, axis=1) / counts if len(ordered) else outcomes
    even = np.repeat(shares, counts, axis=1)  # over ties, as the measured error is
    return float(np.percentile(_error(ordered, even, bins), LIMIT))


def brier_scores(probabilities: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """float64 [items], 0 to 2: the squared distance of [items, labels] probabilities from the truth (Brier 1950)."""
    return ((probabilities - np.eye(probabilities.shape[1])[gold]) ** 2).sum(axis=1)


def log_losses(probabilities: np.ndarray, gold: np.ndarray) -> np.ndarray:
    """float64 [items], nats; an impossible truth counts as one in 10^12."""
    return -np.log(np.maximum(probabilities[np.arange(len(gold)), gold], 1e-12))


def _error(confidence: np.ndarray, correct: np.ndarray, bins: int) -> np.ndarray:
    """float64 [rows]: the error of each row of ``correct`` [rows, items], the items sorted by confidence."""
    if not len(confidence):
        raise ValueError("no items to score")
    if len(confidence) != correct.shape[1]:
        raise ValueError(f"{len(confidence)} confidences for {correct.shape[1]} outcomes")
    bins = min(bins, len(confidence))
    starts = np.arange(bins) * len(confidence) // bins
    gaps = np.add.reduceat(correct - confidence, starts, axis=1)
    return np.abs(gaps).sum(axis=1) / len(confidence)
