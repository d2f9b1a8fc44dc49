"""HTML: the main text of the page, with its title, date and source. One file, one article."""

from __future__ import annotations

import re
from typing import Any

from .drafts import Draft, UnreadableError, digest
from .encoding import decode, newlines
from .fields import plain

_CHARSET = re.compile(rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.I)
# A declaration inside a decoded string is refused by lxml: the encoding is no longer its business
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")


def read_html(data: bytes) -> Draft:
    """The article on a page. Raises UnreadableError where no article text is found."""
    declared = _CHARSET.search(data[:4096])
    page, warnings = decode(data, declared[1].decode("ascii") if declared else None)
    document = _extract(_XML_DECLARATION.sub("", page, count=1))
    text = newlines(getattr(document, "text", None) or "").strip()
    if not text:
        raise UnreadableError("no article text found in the HTML")
    title = " ".join((document.title or "").split())
    first, _, rest = text.partition("\n")
    # The page's own heading is the title, not the first sentence
    if rest.strip() and _same(first, title):
        title, text = title or first.strip(), rest.strip()
    return Draft(
        text=text,
        sha256=digest(data),
        title=title,
        date=document.date or None,
        source=document.sitename or document.hostname or None,
        warnings=warnings,
    )


def _same(heading: str, title: str) -> bool:
    """Whether the heading is the title, which may also name the site: "Budget passed | The Daily News"."""
    short, long = plain(heading), plain(title)
    return bool(short) and (short == long or (len(short) > 15 and long.startswith(short)))


def _extract(page: str) -> Any:
    import trafilatura  # takes a third of a second, and most folders hold no HTML

    options: dict[str, Any] = {
        "with_metadata": True,
        "include_comments": False,
        "include_tables": False,
        # Only dates that the page states: an extensive search takes any year that it finds
        "date_extraction_params": {"original_date": True, "extensive_search": False},
    }
    found = trafilatura.bare_extraction(page, **options)
    if found is None or not getattr(found, "text", None):
        found = trafilatura.bare_extraction(page, favor_recall=True, **options)  # a page of one short paragraph
    return found
