"""Which column of a table, or field of a JSON object, holds the text, the title, the date, the source, the id."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .drafts import ReadOptions, UnreadableError

# Written as :func:`plain` leaves them, the most telling first
TEXT = (
    "text", "articletext", "fulltext", "maintext", "content", "body", "articlebody", "bodytext", "article",
    "articlecontent", "story", "storytext", "newstext", "document", "sentence",
)  # fmt: skip
TITLE = ("title", "headline", "heading", "articletitle")
DATE = (
    "date", "published", "publishdate", "publisheddate", "publishedat", "publicationdate", "pubdate", "datepublished",
    "datepublish", "publishedtime", "datetime", "timestamp", "createdat", "created",
)  # fmt: skip
SOURCE = (
    "source", "outlet", "publisher", "publication", "newspaper", "sitename", "sourcename", "sourcedomain", "domain",
    "site", "media",
)  # fmt: skip
ID = ("id", "articleid", "docid", "documentid", "uuid", "guid", "uid")
KINDS = {"text": TEXT, "title": TITLE, "date": DATE, "source": SOURCE, "id": ID}
KNOWN = frozenset(name for names in KINDS.values() for name in names)
_NOT_PLAIN = re.compile(r"[\W_]+")


def plain(name: str) -> str:
    """A name without case, spaces and punctuation: "Publish Date" and "publish_date" are the same."""
    return _NOT_PLAIN.sub("", name).casefold()


def find_columns(names: Sequence[str], options: ReadOptions) -> dict[str, str]:
    """Of the given names, those that hold the text, title, date, source and id.

    A column that the options name must be there: raises UnreadableError, listing what is.
    """
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain(name), name)
    found: dict[str, str] = {}
    for kind, usual in KINDS.items():
        wanted: str | None = getattr(options, f"{kind}_column")
        if wanted is not None:
            if wanted not in names:
                raise UnreadableError(f"no {kind} column {wanted!r}; {listing(names)}")
            found[kind] = wanted
            continue
        taken = set(found.values())
        match = next((by_plain[name] for name in usual if name in by_plain and by_plain[name] not in taken), None)
        if match is not None:
            found[kind] = match
    return found


def listing(names: Sequence[str]) -> str:
    """The columns that are there, shortened for a message."""
    shown = ", ".join(repr(name[:40]) for name in names[:20])
    return f"found {shown or 'none'}{', …' if len(names) > 20 else ''}"
