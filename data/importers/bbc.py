"""BBC News (Greene and Cunningham 2006): articles of 2004 and 2005 with the section that they stood in.

The text is the BBC's copyright.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ..drafts import Skipped
from ..schema import Article
from .jsonl import read_lines

LICENSE = "BBC copyright"
TOPICS = ("business", "entertainment", "politics", "sport", "tech")


def read_bbc(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """All articles, the headline as first line of the text; 104 stand there twice."""
    for line, row in enumerate(read_lines(path), 1):
        if row["topic"] not in TOPICS:
            skipped(Skipped(str(path), line, f"topic {row['topic']!r}"))
        elif not row["text"].strip():
            skipped(Skipped(str(path), line, "no text"))
        else:
            yield Article(id=f"bbc/{row['id']}", text=row["text"], source="BBC", topics=[row["topic"]], license=LICENSE)
