"""A model's logits on labelled articles, as it will run, and what is fitted on them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from ..data.schema import Article
from ..models.runtime import Runtime
from .examples import make_example

ABSTAIN_BELOW = 0.5  # the model abstains where it is likelier to be wrong than right
Items = tuple[np.ndarray, np.ndarray]  # logits float [items, labels], gold int64 [items]


def items_of(runtime: Runtime, articles: Iterable[Article]) -> dict[str, Items]:
    """By head ("stance", "sentence_stance", "topic") those of all labels, sentences and mentions given.

    Where a sentence has several topics, each of them is right. Heads without labels are left out.
    """
    found: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = {}
    for article in articles:
        example = make_example(article, runtime.encoding, runtime.config)
        reading = runtime.read(example.packed)
        for head, gold in (("stance", example.stances), ("sentence_stance", example.sides), ("topic", example.topics)):
            labelled = gold.sum(axis=1) > 0
            if head not in runtime.heads or not labelled.any():
                continue
            if head == "stance":
                rows = reading.stances_at(example.owners, example.positions)
            else:
                rows = reading.topics() if head == "topic" else reading.sentence_stances()
            logits, golds = found.setdefault(head, ([], []))
            logits.append(rows[labelled])
            golds.append(right_of(gold[labelled], rows[labelled]))
    return {head: (np.concatenate(logits), np.concatenate(golds)) for head, (logits, golds) in found.items()}


def right_of(gold: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """int64 [items]: the label that counts as right, of several with equal shares the one that was answered.

    ``gold`` are the labels' shares and ``rows`` logits or probabilities, both float [items, labels].
    """
    best = rows.argmax(axis=1)
    return np.where(gold[np.arange(len(gold)), best] >= gold.max(axis=1), best, gold.argmax(axis=1))


def fit_temperature(logits: np.ndarray, gold: np.ndarray) -> float:
    """The temperature that makes the gold labels likeliest (Guo et al. 2017)."""

    def loss(log_temperature: float) -> float:
        scaled = logits.astype(np.float64) / np.exp(log_temperature)
        scaled -= scaled.max(-1, keepdims=True)
        return float(-(scaled[np.arange(len(gold)), gold] - np.log(np.exp(scaled).sum(-1))).mean())

    found = minimize_scalar(loss, bounds=(-2, 2), method="bounded")
    return round(float(np.exp(found.x)), 4)


def threshold_for(logits: np.ndarray, gold: np.ndarray, temperature: float, accuracy: float) -> float | None:
    """The lowest confidence from which on the answers are right as often as wanted; None where none is."""
    chances = softmax(logits.astype(np.float64) / temperature, axis=1)
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == gold
    order = np.argsort(-sure, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last = np.append(sure[order][1:] != sure[order][:-1], True)  # of equal confidences all or none are answered
    enough = np.flatnonzero((shares >= accuracy) & last)
    return None if not len(enough) else round(float(np.floor(sure[order][enough[-1]] * 1e4) / 1e4), 4)
