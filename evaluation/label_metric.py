"""The scores of labels and of probabilities in the interface of the package evaluate, for trainers and notebooks that
expect it."""

from __future__ import annotations

from typing import Any

import datasets
import evaluate
import numpy as np

from .calibration import brier_scores, ece_limit, expected_calibration_error, log_losses
from .metrics import confusion, f1_by_label, macro_f1_of, matthews_of, micro_f1_of
from .offline_metric import OfflineMetric

_LABELS = """
Args:
    predictions: the number of the label that each item was given.
    references: the number of the label that it has.
"""
_CHANCES = """
Args:
    predictions: of each item, the probability of each label.
    references: the number of the label that it has.
"""


class LabelAgreement(OfflineMetric):
    """`LabelAgreement().compute(predictions=[0, 2, 1], references=[0, 1, 1])`: macro and micro F1, the F1 of each label
    and Matthews' correlation, all in percent."""

    def _info(self) -> evaluate.MetricInfo:
        number = datasets.Value("int64")
        return evaluate.MetricInfo(
            description="Macro and micro F1, F1 by label and Matthews' correlation, in percent.",
            citation="",
            inputs_description=_LABELS,
            features=datasets.Features({"predictions": number, "references": number}),
        )

    def _compute(self, predictions: list[int], references: list[int]) -> dict[str, Any]:
        given, gold = np.asarray(predictions), np.asarray(references)
        counts = confusion(gold, given, 1 + int(max(given.max(), gold.max())))
        return {
            "macro_f1": float(macro_f1_of(counts)),
            "micro_f1": float(micro_f1_of(counts)),
            "mcc": float(matthews_of(counts)),
            "f1": f1_by_label(counts).tolist(),
        }


class ProbabilityScores(OfflineMetric):
    """`ProbabilityScores().compute(predictions=[[0.7, 0.3], [0.1, 0.9]], references=[0, 1])`: the expected calibration
    error with its limit for a perfectly calibrated model, the Brier score and the log loss."""

    def _info(self) -> evaluate.MetricInfo:
        chances = datasets.List(datasets.Value("float64"))
        return evaluate.MetricInfo(
            description="Expected calibration error and its limit (fractions), Brier score (0 to 2), log loss (nats).",
            citation="",
            inputs_description=_CHANCES,
            features=datasets.Features({"predictions": chances, "references": datasets.Value("int64")}),
        )

    def _compute(self, predictions: list[list[float]], references: list[int]) -> dict[str, float]:
        chances, gold = np.asarray(predictions), np.asarray(references)
        confidence = chances.max(axis=1)
        return {
            "ece": expected_calibration_error(confidence, chances.argmax(axis=1) == gold),
            "ece_limit": ece_limit(confidence),
            "brier": float(brier_scores(chances, gold).mean()),
            "log_loss": float(log_losses(chances, gold).mean()),
        }
