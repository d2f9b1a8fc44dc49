"""How far the articles without labels are from those with: whether figures measured on the one hold for the other.

Each measure is a distance between two sets of articles. It is held against the same distance when the labels are dealt
out at random among all of these articles (a permutation test): beyond 95 in 100 of those, the sets differ.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from ..data.schema import Article, Sentence, load_articles
from .result_schema import Drift
from .systems import Embed

SAMPLE = 300  # articles of each set, at most
PERMUTATIONS = 200
LEAST = 10  # articles of each set
SENTENCES = 10  # of an article whose vectors are averaged
WORD = r"(?u)\b\w\w+\b"
Distance = Callable[[np.ndarray], float]  # of a bool mask of the articles: True for those of the first set


def drift_from_labels(results: Path, labelled: set[str], seed: int, embed: Embed | None = None) -> list[Drift]:
    """The distances between the results with and without labels; none where there are fewer than ten articles of each.

    ``labelled`` are ids. Memory holds a random sample of the articles.
    """
    generator = random.Random(seed)
    samples: tuple[list[Article], list[Article]] = ([], [])
    seen = [0, 0]
    for article in load_articles(results):
        which = int(article.id not in labelled)
        seen[which] += 1
        kept = samples[which]
        if len(kept) < SAMPLE:
            kept.append(article)
        elif (at := generator.randrange(seen[which])) < SAMPLE:
            kept[at] = article
    if min(map(len, samples)) < LEAST:
        return []
    return drift(samples[0], samples[1], seed, embed)


def drift(first: Sequence[Article], second: Sequence[Article], seed: int, embed: Embed | None = None) -> list[Drift]:
    """Each distance between two sets of articles with predictions."""
    articles = [*first, *second]
    measures: list[tuple[str, str, Distance]] = [
        ("vocabulary", "Jensen-Shannon distance between the words used, 0 (the same) to 1", _words(articles)),
        (
            "topics",
            "total variation between the predicted topics, 0 (the same shares) to 1",
            _shares(articles, _topics),
        ),
        ("confidence", "difference between the mean probabilities of the answers, 0 to 1", _means(articles)),
    ]
    if embed is not None:
        meaning = "cosine distance between the mean sentence vectors, 0 (the same) to 2"
        measures.append(("meaning", meaning, _vectors(articles, embed)))
    own = np.arange(len(articles)) < len(first)
    generator = np.random.default_rng(seed)
    dealt = [generator.permutation(own) for _ in range(PERMUTATIONS)]
    rows = []
    for name, meaning, distance in measures:
        value = distance(own)
        if not np.isfinite(value):
            continue
        usual = float(np.nanquantile([distance(mask) for mask in dealt], 0.95))
        rows.append(Drift(name=name, value=value, usual=usual, far=value > usual, meaning=meaning))
    return rows


def _words(articles: Sequence[Article]) -> Distance:
    from sklearn.feature_extraction.text import CountVectorizer

    counts = CountVectorizer(token_pattern=WORD, max_features=20_000).fit_transform([a.text for a in articles])

    def distance(mask: np.ndarray) -> float:
        return _jensen_shannon(*(np.asarray(counts[side].sum(axis=0)).ravel() for side in (mask, ~mask)))

    return distance


def _jensen_shannon(one: np.ndarray, two: np.ndarray) -> float:
    from scipy.spatial.distance import jensenshannon

    return float(jensenshannon(one, two, base=2))


def _topics(article: Article) -> Iterable[str]:
    return (sentence.topics[0] for sentence in article.sentences or [] if sentence.topics)


def _shares(articles: Sequence[Article], labels: Callable[[Article], Iterable[str]]) -> Distance:
    names: dict[str, int] = {}
    found = [[names.setdefault(label, len(names)) for label in labels(article)] for article in articles]
    counts = np.asarray([np.bincount(row, minlength=len(names)) for row in found], dtype=np.float64)

    def distance(mask: np.ndarray) -> float:
        sides = [counts[side].sum(axis=0) for side in (mask, ~mask)]
        if not all(side.sum() for side in sides):
            return float("nan")
        return float(np.abs(sides[0] / sides[0].sum() - sides[1] / sides[1].sum()).sum() / 2)

    return distance


def _means(articles: Sequence[Article]) -> Distance:
    rows = [
        [max(chances.values()) for sentence in article.sentences or [] for chances in _chances(sentence)]
        for article in articles
    ]
    sums, counts = np.asarray([sum(row) for row in rows]), np.asarray([len(row) for row in rows])

    def distance(mask: np.ndarray) -> float:
        if not counts[mask].sum() or not counts[~mask].sum():
            return float("nan")
        return float(abs(sums[mask].sum() / counts[mask].sum() - sums[~mask].sum() / counts[~mask].sum()))

    return distance


def _chances(sentence: Sentence) -> Iterable[dict[str, float]]:
    yield from filter(None, (sentence.probabilities or {}).values())
    for stance in sentence.stances or []:
        if stance.probabilities:
            yield stance.probabilities


def _vectors(articles: Sequence[Article], embed: Embed) -> Distance:
    vectors = np.stack([embed(_first(article)).mean(axis=0) for article in articles])

    def distance(mask: np.ndarray) -> float:
        one, two = vectors[mask].mean(axis=0), vectors[~mask].mean(axis=0)
        return float(1 - one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))

    return distance


def _first(article: Article) -> list[str]:
    found = [sentence.of(article.text) for sentence in (article.sentences or [])[:SENTENCES]]
    return found or [article.text[:500]]
