"""Krippendorff's alpha for nominal labels, any number of annotators and missing labels.

Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": alpha = 1 - observed / expected disagreement. In a
unit that m annotators labelled, n of them with label c, that label adds n (n - 1) / (m - 1) to its coincidences with
itself ("matched") and n to its total ("rated"); a unit with one annotator adds nothing. Nominal alpha needs nothing
but these two sums, so that they are kept by article and label: resampling articles then means weighting rows, and
thousands of holders' names take no matrix of all pairs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .label_findings import HOLDER, STANCE, TARGET, TOPIC
from .schema import Article, Stance

AUTHOR = "(author)"
NO_TOPIC = "(none)"  # annotated, and none found
_SETTLES = re.compile(r"\b(adjudicat\w*|consensus|majority|settled)\b|^gold$", re.IGNORECASE)
# A sentence's offsets; of a target its mention's offsets, without one its name and -1, -1
Unit = tuple[int, int, str, int, int]


@dataclass
class Tally:
    """The sums of one task's units, one entry for each article and each label that occurs in it."""

    labels: dict[str, int] = field(default_factory=dict)  # label → number, in the order of their first unit
    units: int = 0  # labelled by two annotators or more
    units_with: Counter[str] = field(default_factory=Counter)  # label → units in which somebody gave it
    alone: int = 0  # units that only one annotator of the article labelled
    articles: int = 0
    article: list[int] = field(default_factory=list)
    label: list[int] = field(default_factory=list)
    matched: list[float] = field(default_factory=list)
    rated: list[float] = field(default_factory=list)

    def add(self, units: Sequence[Sequence[str]]) -> None:
        """Add one article: the labels that each of its units got, from different annotators."""
        matched: dict[str, float] = defaultdict(float)
        rated: dict[str, float] = defaultdict(float)
        for given in units:
            if len(given) < 2:
                self.alone += 1
                continue
            self.units += 1
            for label, count in Counter(given).items():
                self.units_with[label] += 1
                rated[label] += count
                matched[label] += count * (count - 1) / (len(given) - 1)
        for label, total in rated.items():
            self.article.append(self.articles)
            self.label.append(self.labels.setdefault(label, len(self.labels)))
            self.matched.append(matched[label])
            self.rated.append(total)
        self.articles += bool(rated)

    def sums(self) -> tuple[np.ndarray, np.ndarray]:
        """float64 [labels]: matched and rated, over all articles."""
        at = np.asarray(self.label, dtype=np.int64)
        matched = np.bincount(at, weights=self.matched, minlength=len(self.labels))
        return matched, np.bincount(at, weights=self.rated, minlength=len(self.labels))


def alpha(matched: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """Alpha over all labels, [..., labels] → [...]; nan where fewer than two labels occur."""
    total = rated.sum(axis=-1)
    observed = total - matched.sum(axis=-1)
    return _alpha(observed, total**2 - (rated**2).sum(axis=-1), total)


def alpha_by_label(matched: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """Alpha of each label against the rest, [..., labels] → [..., labels]; nan where there is no rest."""
    total = rated.sum(axis=-1, keepdims=True)
    return _alpha(2 * (rated - matched), 2 * rated * (total - rated), total)


def _alpha(observed: np.ndarray, expected: np.ndarray, total: np.ndarray) -> np.ndarray:
    share = np.divide(observed, expected, out=np.full(np.shape(observed), np.nan), where=expected > 0)
    return 1 - (total - 1) * share


def settles(annotator: str | None) -> bool:
    """Whether the name says that these labels settle those of others: with them counted, alpha would be too high."""
    return annotator is not None and _SETTLES.search(annotator) is not None


def ratings(article: Article) -> dict[str, dict[Unit, str]]:
    """Task → unit → label of one annotator. Units are matched by offsets, since annotators name mentions as they like.
    Of two labels that one annotator gives a unit (two holders take a side), the first counts."""
    found: dict[str, dict[Unit, str]] = {TOPIC: {}, STANCE: {}, TARGET: {}, HOLDER: {}}
    mentions = {mention.id: mention for mention in article.mentions or []}
    for sentence in article.sentences or []:
        unit: Unit = (sentence.start, sentence.end, "", -1, -1)
        if sentence.topics is not None:
            found[TOPIC][unit] = sentence.topics[0] if sentence.topics else NO_TOPIC
        if sentence.stance is not None:
            found[STANCE][unit] = sentence.stance
        for stance in sentence.stances or []:
            span = mentions.get(stance.mention or "")
            # Where the target is marked its place says which is meant, however each annotator calls it
            toward: Unit = (*unit[:2], "", span.start, span.end) if span else (*unit[:2], stance.target, -1, -1)
            found[TARGET].setdefault(toward, stance.label)
            if "holder" in stance.model_fields_set:
                found[HOLDER].setdefault(toward, _holder(article, stance))
    return found


def compared(records: Mapping[Hashable, dict[Unit, str]]) -> Iterator[tuple[Unit, dict[Hashable, str]]]:
    """Each unit of one task and article, in order, with the label that each annotator gave it."""
    for unit in sorted(set().union(*records.values())):
        yield unit, {name: labels[unit] for name, labels in records.items() if unit in labels}


def _holder(article: Article, stance: Stance) -> str:
    """The author, or a name: the entity's, since annotators may mark different mentions of the same holder."""
    if stance.holder is None:
        return AUTHOR
    if stance.holder.name is not None:
        return stance.holder.name
    mention = next(mention for mention in article.mentions or [] if mention.id == stance.holder.mention)
    names = {entity.id: entity.name for entity in article.entities or []}
    return names.get(mention.entity or "", mention.of(article.text))
