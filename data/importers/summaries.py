"""CNN, Daily Mail and XSum articles with their human highlights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..detokenize import detokenize
from ..schema import Article
from .jsonl import read_lines


def read_summaries(path: Path) -> Iterator[Article]:
    """The articles of one file, each with its references."""
    for row in read_lines(path):
        references = [detokenize(reference) for reference in row["references"]]
        yield Article(id=str(row["id"]), text=detokenize(row["article"]), summaries=references)
