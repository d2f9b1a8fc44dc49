"""The project's own annotated corpus: full articles, briefs of a few sentences that only train, and labels of real
articles, which only measure and whose text is in the public data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .importers.allsides import read_texts
from .schema import Article, load_articles
from .standoff import resolve, standoff_ids

GOLD = Path(__file__).parent / "gold"
ARTICLES, BRIEFS, REAL = GOLD / "articles.jsonl", GOLD / "briefs.jsonl", GOLD / "real.jsonl"
SETTLED = "settled"  # the annotator whose labels of a real article stand


def read_corpus(split: str) -> Iterator[Article]:
    """The articles of a split: "train", "dev" or "test". The briefs are in train and dev."""
    for path in (BRIEFS, ARTICLES):
        yield from (article for article in load_articles(path) if article.split == split)


def read_real(allsides: Path) -> Iterator[Article]:
    """The real articles as each pass labelled them and as they were settled, with the text in a file of AllSides.

    Raises RecordError where a text is missing or differs.
    """
    return resolve(REAL, read_texts(allsides))


def real_ids() -> set[str]:
    """The real articles, none of which may train."""
    return standoff_ids(REAL)
