"""The project's own annotated corpus: full articles, and briefs of a few sentences that only train."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .schema import Article, load_articles

GOLD = Path(__file__).parent / "gold"
ARTICLES, BRIEFS = GOLD / "articles.jsonl", GOLD / "briefs.jsonl"


def read_corpus(split: str) -> Iterator[Article]:
    """The articles of a split: "train", "dev" or "test". The briefs are in train and dev."""
    for path in (BRIEFS, ARTICLES):
        yield from (article for article in load_articles(path) if article.split == split)
