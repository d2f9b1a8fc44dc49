"""The articles of topic/bbc that the benchmarks read."""

from __future__ import annotations

from pathlib import Path

from ..data.importers.bbc import read_bbc
from ..data.schema import Article, Sentence, text_hash
from ..data.sentences import split_sentences


def distinct_articles(data: Path, limit: int | None = None) -> list[Article]:
    """The first ``limit`` articles in file order, split into sentences; of texts equal but for
    their spaces only the first counts.

    ``topics`` holds the section, by its own name.
    """
    articles: list[Article] = []
    seen: set[str] = set()
    for article in read_bbc(data / "topic" / "bbc" / "articles.jsonl.gz", lambda _: None):
        if limit is not None and len(articles) >= limit:
            break
        if (identity := text_hash(" ".join(article.text.split()))) in seen:
            continue
        seen.add(identity)
        sentences = [Sentence(start=span.start, end=span.end) for span in split_sentences(article.text)]
        articles.append(article.model_copy(update={"sentences": sentences}))
    return articles
