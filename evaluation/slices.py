"""Parts of the items for which figures are given apart: by source, date, topic, length and tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from ..data.schema import Article
from .items import Item
from .matching import Pair

SLICES = ("source", "date", "topic", "length", "tags")
MOST = 40  # values of one kind, the most frequent; the rest are left out
LENGTHS = ((10, "up to 10 sentences"), (20, "11 to 20 sentences"))
LONG = "21 sentences and more"
MONTHS = 24  # more of them are shown as years
UNKNOWN = "(none)"


def masks(by: str, items: Sequence[Item], pairs: Sequence[Pair]) -> dict[str, np.ndarray]:
    """Value → bool [items]. An item has one value each, of tags as many as there are.

    Raises ValueError for an unknown kind of slice.
    """
    if by not in SLICES:
        raise ValueError(f"no slice {by!r}: one of {', '.join(SLICES)}")
    months = {(pair.gold.date or "")[:7] for pair in pairs}
    found: dict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        article = pairs[item.article].gold
        for value in _values(by, item, article, years=len(months) > MONTHS):
            found[value].append(at)
    chosen = sorted(found, key=lambda value: (-len(found[value]), value))[:MOST]
    order = sorted(chosen) if by == "date" else chosen
    return {value: _mask(found[value], len(items)) for value in order}


def _values(by: str, item: Item, article: Article, *, years: bool) -> Sequence[str]:
    sentences = article.sentences or []
    if by == "source":
        return [article.source or UNKNOWN]
    if by == "date":
        return [article.date[: 4 if years else 7] if article.date else UNKNOWN]
    if by == "topic":
        return (sentences[item.sentence].topics or article.topics or [UNKNOWN])[:1]
    if by == "length":
        return [next((name for most, name in LENGTHS if len(sentences) <= most), LONG)]
    return item.tags or [UNKNOWN]


def _mask(chosen: Sequence[int], size: int) -> np.ndarray:
    mask = np.zeros(size, dtype=bool)
    mask[list(chosen)] = True
    return mask
