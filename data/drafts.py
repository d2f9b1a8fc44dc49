"""What the readers hand on before it becomes an article, and why something was not read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from .schema import Article


@dataclass(frozen=True)
class ReadOptions:
    """How to read. Named columns are looked up in tables and in JSON objects; without a name they are detected."""

    max_bytes: int = 10_000_000  # a file; of .csv, .tsv and .jsonl, which are streamed, one row
    text_column: str | None = None  # a table without a header line is named by number: "1" is its first column
    title_column: str | None = None
    date_column: str | None = None
    source_column: str | None = None
    id_column: str | None = None
    any_language: bool = False  # True: do not skip articles that are not in English
    limit: int | None = None  # stop after so many articles
    keep_labels: bool = False  # keep sentences, mentions and other labels of label and result files


@dataclass(frozen=True)
class Skipped:
    """An input, or one row of it, that was not read."""

    path: str  # as reached from the path that was given
    line: int | None  # 1-based, where a row begins; of a JSON list, the number of the item
    reason: str


class UnreadableError(ValueError):
    """A file that cannot be read as articles: the message is the reason."""


@dataclass(frozen=True)
class Draft:
    """One article as it stands in its file."""

    text: str
    sha256: str  # of the file's bytes, or of the row's
    title: str = ""
    source: str | None = None
    date: str | None = None
    id: str | None = None  # the id that the row brings along
    row: int | None = None  # 1-based, of tables and lists; None where the file is one article
    line: int | None = None  # where a message about the row should point
    warnings: list[str] = field(default_factory=list)
    record: Article | None = None  # a label or result record whose labels are kept; its offsets fit ``text``


@dataclass(frozen=True)
class Rejected:
    """One row that cannot be read; the rest of its file goes on."""

    reason: str
    line: int | None = None


Drafts = Iterator[Draft | Rejected]


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
