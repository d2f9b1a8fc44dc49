"""The articles of topic/bbc that the benchmarks read."""

from __future__ import annotations

from pathlib import Path

from ..data.importers.jsonl import read_lines
from ..data.schema import Article, Sentence, text_hash
from ..data.sentences import split_sentences


def distinct_articles(data: Path, limit: int | None = None) -> list[Article]:
    """The first ``limit`` articles in file order, split into sentences; of texts equal but for
    their spaces only the first counts.

    ``topics`` holds the section, by its own name.
    """
    articles: list[Article] = []
    seen: set[str] = set()
    for row in read_lines(data / "topic" / "bbc" / "articles.jsonl.gz"):
        if limit is not None and len(articles) >= limit:
            break
        text: str = row["text"]
        if (identity := text_hash(" ".join(text.split()))) in seen:
            continue
        seen.add(identity)
        sentences = [Sentence(start=span.start, end=span.end) for span in split_sentences(text)]
        articles.append(Article(id=row["id"], text=text, topics=[row["topic"]], sentences=sentences))
    return articles
