"""Plain text and Markdown: one file, one article."""

from __future__ import annotations

import re

from .boilerplate import is_boilerplate_line
from .dates import iso_day
from .drafts import Draft, digest
from .encoding import decode

MAX_HEADLINE = 200  # characters
_MAY_END_A_HEADLINE = re.compile(r"(?:\.\.|\b(?:[A-Za-z]\.){2,}|\b(?:Inc|Corp|Co|Ltd|Jr|Sr|vs|No)\.)$")
_MARKDOWN_HEADING = re.compile(r"#\s+(.+?)\s*#*\s*$")
_UNDERLINED_HEADING = re.compile(r"(\S[^\n]*)\n=+[ \t]*(?=\n|$)")
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", re.S)
_FRONT_FIELD = re.compile(r"(title|date|source|publication|outlet):[ \t]*(.*?)[ \t]*", re.I)


def read_text(data: bytes, *, markdown: bool) -> Draft:
    """The article in a text file. Raises UnreadableError if the bytes are no text."""
    text, warnings = decode(data)
    text = text.strip()
    meta: dict[str, str] = {}
    if markdown:
        meta, text = _front_matter(text)
    title, text = split_title(text, markdown=markdown)
    return Draft(
        text=text,
        sha256=digest(data),
        title=meta.get("title") or title,
        date=meta.get("date"),
        source=meta.get("source"),
        warnings=warnings,
    )


def split_title(text: str, *, markdown: bool) -> tuple[str, str]:
    """Title and the text after it; an empty title, and the whole text, where the first line is no headline."""
    first, _, rest = text.partition("\n")
    if markdown:
        heading = _MARKDOWN_HEADING.fullmatch(first)
        if heading and rest.strip():
            return heading[1], rest.strip()
        underlined = _UNDERLINED_HEADING.match(text)
        if underlined and text[underlined.end() :].strip():
            return underlined[1].strip(), text[underlined.end() :].strip()
    following = rest.partition("\n")[0]
    if rest.strip() and not following.strip() and looks_like_headline(first):
        return first.strip(), rest.strip()
    return "", text


def looks_like_headline(line: str) -> bool:
    """Short, not a sentence with its full stop, not a date, a byline or other boilerplate."""
    line = line.strip()
    if not 0 < len(line) <= MAX_HEADLINE or not any(map(str.isalpha, line)):
        return False
    bare = line.rstrip("\"'\u201d\u2019)")
    if bare.endswith((",", ";", ":")) or (bare.endswith(".") and not _MAY_END_A_HEADLINE.search(bare)):
        return False
    return iso_day(line) is None and not is_boilerplate_line(line)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The title, date and source of a block between two lines of three dashes, and the text after the block."""
    block = _FRONT_MATTER.match(text)
    if not block:
        return {}, text
    meta: dict[str, str] = {}
    for line in block[1].split("\n"):
        entry = _FRONT_FIELD.fullmatch(line)
        if entry:
            key = entry[1].lower()
            meta["source" if key in ("publication", "outlet") else key] = entry[2].strip("\"'")
    # A rule of dashes above ordinary text is no front matter
    return (meta, text[block.end() :].strip()) if meta else ({}, text)
