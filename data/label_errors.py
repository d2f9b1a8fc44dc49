"""Probable label errors: where a model that has not seen an article is sure of another label than the given one.

Confident learning (Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels") as
cleanlab implements it, on the out-of-fold probabilities of a logistic regression over TF-IDF. So plain a model is
wrong more often than a careful annotator; what it lists is for a person to read, never for a program to correct.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .label_findings import STANCE, TARGET, TOPIC, Findings, Place, excerpt
from .schema import Article, Mention, Sentence

LEAST_SENTENCES, LEAST_OF_LABEL = 200, 10
TOP = 20  # of each task
FOLDS = 5
FEATURES = 50_000
WORD = r"\w+|[^\w\s]+"  # marks too, so that no text is without words
SURE = 0.5  # least probability of a label that is suggested
MASK = "thetarget"  # stands for the target that a stance is toward
NOT_INSTALLED = "no probable label errors looked for: install stancelens[eval]"


@dataclass
class _Items:
    """The labelled sentences of one task."""

    texts: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)
    places: list[tuple[Place, str]] = field(default_factory=list)


class LabelErrors:
    """Collects labelled sentences, then looks for those whose label the others speak against."""

    def __init__(self) -> None:
        self._items = {task: _Items() for task in (TOPIC, STANCE, TARGET)}

    def add(self, article: Article, place: Place) -> None:
        mentions = {mention.id: mention for mention in article.mentions or []}
        for index, sentence in enumerate(article.sentences or []):
            text = sentence.of(article.text)
            where = f"sentences[{index}]"
            if sentence.topics:
                self._add(TOPIC, article.id, text, text, sentence.topics[0], place, f"{where}.topics")
            if sentence.stance is not None:
                self._add(STANCE, article.id, text, text, sentence.stance, place, f"{where}.stance")
            for at, stance in enumerate(sentence.stances or []):
                masked = _masked(text, sentence, mentions.get(stance.mention or ""), stance.target)
                self._add(TARGET, article.id, masked, text, stance.label, place, f"{where}.stances[{at}].label")

    def find(self, findings: Findings) -> list[str]:
        """Add the most probable errors of each task; returns a note on each that has labels: how good the model
        is, or why there is none."""
        notes = []
        for task, items in self._items.items():
            if not items.labels:
                continue
            try:
                notes.append(_find(task, items, findings))
            except ModuleNotFoundError:
                return [NOT_INSTALLED]
        return notes

    def _add(self, task: str, article: str, text: str, shown: str, label: str, place: Place, where: str) -> None:
        items = self._items[task]
        items.texts.append(text)
        items.shown.append(shown)
        items.labels.append(label)
        items.articles.append(article)
        items.places.append((place, where))


def _masked(text: str, sentence: Sentence, mention: Mention | None, target: str) -> str:
    """The sentence with its target named alike wherever it is, so that names are not learned as sides."""
    if mention is None or not (sentence.start <= mention.start and mention.end <= sentence.end):
        return f"{MASK} {text.replace(target, MASK)}"
    return f"{text[: mention.start - sentence.start]} {MASK} {text[mention.end - sentence.start :]}"


def _find(task: str, items: _Items, findings: Findings) -> str:
    from cleanlab.filter import find_label_issues

    counts = Counter(items.labels)
    held: dict[str, set[str]] = defaultdict(set)  # a label in one article alone is unknown where that is held out
    for label, article in zip(items.labels, items.articles, strict=True):
        held[label].add(article)
    names = sorted(name for name, count in counts.items() if count >= LEAST_OF_LABEL and len(held[name]) >= FOLDS)
    if len(items.labels) < LEAST_SENTENCES or len(names) < 2:
        return (
            f"no probable errors looked for in {task}: {LEAST_SENTENCES} labelled sentences and 2 labels seen "
            f"{LEAST_OF_LABEL} times in {FOLDS} articles are needed, there are {len(items.labels)} and {len(names)}"
        )
    kept = [at for at, label in enumerate(items.labels) if label in set(names)]
    articles = [items.articles[at] for at in kept]
    if len(set(articles)) < FOLDS:
        return f"no probable errors looked for in {task}: {FOLDS} articles are needed, there are {len(set(articles))}"
    given = np.asarray([names.index(items.labels[at]) for at in kept])
    probabilities = _out_of_fold([items.texts[at] for at in kept], given, articles, len(names))
    ranked = find_label_issues(given, probabilities, return_indices_ranked_by="normalized_margin", n_jobs=1)
    best = probabilities.argmax(axis=1)
    for at in [int(at) for at in ranked if best[at] != given[at] and probabilities[at, best[at]] >= SURE][:TOP]:
        place, where = items.places[kept[at]]
        row = probabilities[at]
        findings.doubt(
            "probable_error", place, where,
            f"the {task} {names[given[at]]!r} may be {names[best[at]]!r} ({row[given[at]]:.2f} against "
            f"{row[best[at]]:.2f}) in {excerpt(items.shown[kept[at]])}: read it again",
        )  # fmt: skip
    right, most = float(np.mean(best == given)), max(counts.values()) / len(kept)
    return (
        f"the probable errors in {task} come from a model that is right on {right:.0%} of the sentences in articles "
        f"that it has not seen; the most frequent label alone is right on {most:.0%}"
    )


def _out_of_fold(texts: list[str], labels: np.ndarray, articles: list[str], classes: int) -> Any:
    """float64 [items, classes]: probabilities from models that have seen no sentence of the item's article."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold
    from sklearn.pipeline import make_pipeline

    probabilities = np.zeros((len(texts), classes))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    for train, test in folds.split(labels, groups=articles):
        words = TfidfVectorizer(token_pattern=WORD, ngram_range=(1, 2), sublinear_tf=True, max_features=FEATURES)
        model = make_pipeline(words, LogisticRegression(C=10, solver="saga", tol=0.01, random_state=0))
        model.fit([texts[at] for at in train], labels[train])
        rows = model.predict_proba([texts[at] for at in test])
        probabilities[np.ix_(test, model.classes_)] = rows
    return probabilities
