"""Scores against scikit-learn and against plain loops on random input, and spans against a brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import (
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_fscore_support,
)
from stancelens.data.schema import Span
from stancelens.evaluation.calibration import brier_scores, log_losses
from stancelens.evaluation.comparison import mcnemar
from stancelens.evaluation.items import Item, label_set
from stancelens.evaluation.label_metric import LabelAgreement, ProbabilityScores
from stancelens.evaluation.matching import match_spans, overlap
from stancelens.evaluation.scores import Scorer, coverage_points, reliability, scored

LABELS = ("against", "neutral", "favor")
LABEL = st.sampled_from(LABELS)


def chances(label: str, sure: float) -> dict[str, float]:
    return {each: sure if each == label else (1 - sure) / 2 for each in LABELS}


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    found = []
    for number in range(draw(st.integers(1, 30))):
        predicted = draw(st.none() | LABEL)
        sure = draw(st.floats(0.34, 1))
        found.append(
            Item(
                number % 4,
                number,
                (draw(LABEL),),
                predicted,
                None if predicted is None else chances(predicted, sure),
                draw(st.booleans()),
            )
        )
    return found


@settings(deadline=None)  # a busy machine is slow now and then
@given(items())
def test_figures_equal_scikit_learns(found: list[Item]) -> None:
    task = Scorer(20, 0, 0.9).task("target_stance", scored(found, 4), [])
    gold = [item.gold[0] for item in found]
    predicted = [item.predicted or "(none)" for item in found]
    values = {each.name.rpartition(".")[2]: each.value for each in task.figures}
    known = sorted({*gold, *(label for label in predicted if label != "(none)")})
    assert values["macro_f1"] == pytest.approx(
        100 * f1_score(gold, predicted, labels=known, average="macro", zero_division=0)
    )
    assert values["micro_f1"] == pytest.approx(
        100 * f1_score(gold, predicted, labels=known, average="micro", zero_division=0)
    )
    assert values["mcc"] == pytest.approx(100 * matthews_corrcoef(gold, predicted), abs=1e-6)
    assert values["accuracy"] == pytest.approx(100 * np.mean([a == b for a, b in zip(gold, predicted, strict=True)]))
    scores = precision_recall_fscore_support(gold, predicted, labels=task.labels, zero_division=0)
    for at, row in enumerate(task.per_label):
        assert (row.precision.value or 0) == pytest.approx(100 * scores[0][at])
        assert (row.recall.value or 0) == pytest.approx(100 * scores[1][at])
        assert (row.f1.value or 0) == pytest.approx(100 * scores[2][at])
        assert row.support == scores[3][at]
    told = [item for item in found if not item.abstained and item.predicted is not None]
    if "macro_f1_answered" in values and told:
        gold = [item.gold[0] for item in told]
        predicted = [item.predicted or "(none)" for item in told]
        known = sorted({*gold, *(label for label in predicted if label != "(none)")})
        expected = 100 * f1_score(gold, predicted, labels=known, average="macro", zero_division=0)
        assert values["macro_f1_answered"] == pytest.approx(expected)


@settings(deadline=None)  # a busy machine is slow now and then
@given(items())
def test_calibration_equals_plain_loops(found: list[Item]) -> None:
    of = scored(found, 4)
    calibration = Scorer(20, 0, 0.6).calibration("target_stance", of)
    told = [item for item in found if item.predicted is not None]
    if calibration is None:
        assert not told
        return
    brier, area, hits = [], [], []
    order = sorted(told, key=lambda item: -max((item.probabilities or {}).values()))
    for item in order:
        rows = item.probabilities or {}
        brier.append(sum((rows[label] - (label == item.gold[0])) ** 2 for label in LABELS))
        hits.append(item.predicted == item.gold[0])
        area.append(1 - np.mean(hits))
    assert calibration.brier.value == pytest.approx(np.mean(brier))
    assert sum(part.n for part in calibration.reliability) == len(told)
    sures = [max((item.probabilities or {}).values()) for item in order]
    if len(set(sures)) == len(sures):  # of equal ones the order is anybody's
        assert calibration.aurc.value == pytest.approx(np.mean(area))
    assert calibration.coverage[0].coverage == 1
    if calibration.threshold:
        kept = [hit for hit, sure in zip(hits, sures, strict=True) if sure >= calibration.threshold.threshold]
        assert np.mean(kept) == pytest.approx(calibration.threshold.accuracy)
        assert calibration.threshold.accuracy >= 0.6


def test_proper_scores() -> None:
    rows, gold = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]), np.array([0, 1])
    assert brier_scores(rows, gold) == pytest.approx([0.14, 0.01 + 0.81 + 0.64])
    assert log_losses(rows, gold).mean() == pytest.approx(log_loss(gold, rows, labels=[0, 1, 2]))
    assert np.isfinite(log_losses(np.array([[1.0, 0.0]]), np.array([1]))).all()


def test_the_interface_of_evaluate() -> None:
    found = LabelAgreement().compute(predictions=[0, 2, 1, 1], references=[0, 1, 1, 1])
    assert found["macro_f1"] == pytest.approx((100 + 80 + 0) / 3)
    assert found["f1"] == pytest.approx([100, 80, 0])
    scores = ProbabilityScores().compute(predictions=[[0.7, 0.3], [0.1, 0.9]], references=[0, 1])
    assert scores["brier"] == pytest.approx((0.18 + 0.02) / 2)
    assert scores["ece"] == pytest.approx(0.2)


def test_mcnemar_is_a_binomial_test_of_what_one_alone_got_right() -> None:
    first = np.array([True] * 9 + [False] * 2 + [True] * 5)
    other = np.array([False] * 9 + [True] * 2 + [True] * 5)
    assert mcnemar(first, other) == pytest.approx(2 * binom.cdf(2, 11, 0.5))
    assert mcnemar(first, first) == 1


def test_reliability_bins_hold_equally_many_and_their_ends_hold_the_accuracy() -> None:
    generator = np.random.default_rng(0)
    confidence = generator.uniform(0.4, 1, 95)
    bins = list(reliability(confidence, (generator.random(95) < confidence).astype(float)))
    assert [each.n for each in bins] == [10] * 5 + [9] * 5
    assert all(each.low <= each.accuracy <= each.high for each in bins)
    assert [each.confidence for each in bins] == sorted(each.confidence for each in bins)


def test_of_equal_confidences_all_or_none_are_answered() -> None:
    points = list(coverage_points(np.array([0.9, 0.9, 0.5]), np.array([1.0, 0.0, 1.0])))
    assert [(each.threshold, each.coverage, each.accuracy) for each in points] == [
        (0.5, 1.0, pytest.approx(2 / 3)),
        (0.9, pytest.approx(2 / 3), 0.5),
    ]


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=8)


@given(SPANS, SPANS)
def test_spans_are_matched_one_to_one_by_half_of_their_union(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    gold, predicted = ([Span(start=a, end=a + n) for a, n in side] for side in (left, right))
    matched = match_spans(gold, predicted)
    assert len(set(matched.values())) == len(matched)
    assert all(overlap(gold[a], predicted[b]) >= 0.5 for a, b in matched.items())
    free = set(range(len(predicted))) - set(matched.values())
    for at, span in enumerate(gold):  # nothing that fits is left unmatched on both sides
        assert at in matched or all(overlap(span, predicted[b]) < 0.5 for b in free)
    assert match_spans(gold, gold).keys() == set(range(len(gold)))


def test_the_greatest_overlap_comes_first() -> None:
    gold = [Span(start=0, end=10)]
    assert match_spans(gold, [Span(start=0, end=6), Span(start=0, end=9)]) == {0: 1}
    assert match_spans(gold, [Span(start=0, end=4)]) == {}
    assert overlap(Span(start=0, end=4), Span(start=2, end=6)) == pytest.approx(1 / 3)


def test_labels_stand_from_against_to_favor_or_by_frequency() -> None:
    assert label_set([Item(0, 0, ("agree",), "disagree"), Item(0, 1, ("neutral",), None)]) == [
        "disagree",
        "neutral",
        "agree",
    ]
    found = [Item(0, n, (topic,), "sport") for n, topic in enumerate(("law", "tax", "law", "sport"))]
    assert label_set(found) == ["law", "sport", "tax"]
