"""Parts of the items for which figures are given apart: by source, date, topic, length and tags."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ..data.schema import Article
from ..data.sentences import split_sentences
from .items import Item
from .matching import Pair

SLICES = ("source", "date", "topic", "length", "tags")
MOST = 40  # values of one kind, the most frequent; the rest are left out
LENGTHS = ((10, "up to 10 sentences"), (20, "11 to 20 sentences"))
LONG = "21 sentences and more"
MONTHS = 24  # more of them are shown as years
UNKNOWN = "(none)"
OTHER = "(not a date like 2026-05-31)"
ISO = re.compile(r"\d{4}-\d\d")


def masks(by: str, items: Sequence[Item], pairs: Sequence[Pair]) -> dict[str, np.ndarray]:
    """Value → bool [items]. An item has one value each, of tags as many as there are.

    Raises ValueError for an unknown kind of slice.
    """
    if by not in SLICES:
        raise ValueError(f"no slice {by!r}: one of {', '.join(SLICES)}")
    months = {_period(pair.gold.date, years=False) for pair in pairs}
    lengths = [_length(pair.gold) for pair in pairs] if by == "length" else []
    found: dict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        article = pairs[item.article].gold
        for value in _values(by, item, article, lengths, years=len(months) > MONTHS):
            found[value].append(at)
    chosen = sorted(found, key=lambda value: (-len(found[value]), value))[:MOST]
    order = sorted(chosen) if by == "date" else chosen
    return {value: _mask(found[value], len(items)) for value in order}


def _values(by: str, item: Item, article: Article, lengths: Sequence[str], *, years: bool) -> Sequence[str]:
    if by == "source":
        return [article.source or UNKNOWN]
    if by == "date":
        return [_period(article.date, years=years)]
    if by == "topic":
        return ((article.sentences or [])[item.sentence].topics or article.topics or [UNKNOWN])[:1]
    if by == "length":
        return [lengths[item.article]]
    return item.tags or [UNKNOWN]


def _period(date: str | None, *, years: bool) -> str:
    if not date:
        return UNKNOWN
    return date[: 4 if years else 7] if ISO.match(date) else OTHER


def _length(article: Article) -> str:
    """By all sentences of the text, which may be labelled in part."""
    count = len(split_sentences(article.text, article.ignored))
    return next((name for most, name in LENGTHS if count <= most), LONG)


def _mask(chosen: Sequence[int], size: int) -> np.ndarray:
    mask = np.zeros(size, dtype=bool)
    mask[list(chosen)] = True
    return mask
