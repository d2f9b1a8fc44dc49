"""Drift: seen where the articles differ, and not where they are alike."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from stancelens.data.schema import Article
from stancelens.evaluation.drift import drift, drift_from_labels

from .records import article, sure, write

COMMON = ["the", "council", "said", "today", "that", "plan", "was", "new"]


def articles(count: int, words: list[str], topic: str, sureness: float, seed: int) -> list[Article]:
    """Articles of ten random words each, with one topic more often than the other."""
    generator = random.Random(seed)
    found = []
    for number in range(count):
        line = " ".join(generator.choices([*COMMON, *words], k=12)) + "."
        own = topic if generator.random() < 0.9 else "sport"
        chance = sureness + generator.uniform(-0.02, 0.02)
        chances = {"topics": sure(own, chance, ("politics", "sport", "weather"))}
        found.append(article(f"{seed}-{number}", (line, {"topics": [own], "probabilities": chances})))
    return found


def test_alike_articles_show_no_drift_but_by_chance() -> None:
    far = 0
    for seed in range(10):
        first, second = (articles(40, ["tax", "vote"], "politics", 0.9, 2 * seed + side) for side in (0, 1))
        far += sum(row.far for row in drift(first, second, seed))
    assert far <= 6  # of 30; 1.5 expected, and more than 6 in one of 1,000 such tests


def test_other_words_topics_and_confidence_are_seen() -> None:
    first = articles(40, ["tax", "vote"], "politics", 0.9, 1)
    second = articles(40, ["goal", "match"], "weather", 0.6, 2)
    rows = {row.name: row for row in drift(first, second, 0)}
    assert set(rows) == {"vocabulary", "topics", "confidence"}
    assert all(row.far for row in rows.values())
    assert rows["confidence"].value > 0.25
    assert rows["topics"].value > 0.7
    assert all(0 <= row.value <= 1 for row in rows.values())


def test_meaning_is_measured_where_texts_can_be_embedded() -> None:
    def embed(texts: list[str]) -> np.ndarray:
        rows = np.asarray([[1.0, "goal" in text, "tax" in text] for text in texts])
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    first = articles(30, ["tax"] * 8, "politics", 0.9, 1)
    second = articles(30, ["goal"] * 8, "politics", 0.9, 2)
    (row,) = [row for row in drift(first, second, 0, embed) if row.name == "meaning"]
    assert row.far


def test_without_predictions_there_are_words_alone() -> None:
    bare = [article(f"a{n}", ("Rain fell today.", {})) for n in range(20)]
    rows = drift(bare[:10], bare[10:], 0)
    assert [(row.name, row.value, row.far) for row in rows] == [("vocabulary", 0, False)]


def test_labels_and_results_of_a_run(tmp_path: Path) -> None:
    known, new = articles(12, ["tax"], "politics", 0.9, 1), articles(400, ["goal"], "weather", 0.7, 2)
    file = write(tmp_path / "results.jsonl", [*known, *new])
    rows = drift_from_labels(file, {each.id for each in known}, 0)
    assert all(row.far for row in rows)
    assert rows == drift_from_labels(file, {each.id for each in known}, 0)
    assert drift_from_labels(file, {each.id for each in known[:9]}, 0) == []
