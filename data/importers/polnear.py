"""PolNeAR (Newell, Margolin and Ruths 2018): US political news with who is cited for what. No licence.

An attribution has a source (whose words or thoughts they are), a cue ("said") and a content (what). Each is one or
more pieces of the text; the source may be absent. Articles are read here with the sources as mentions; the
attributions themselves come from :func:`read_attributions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..drafts import Skipped
from ..schema import Article, Mention, Span
from .jsonl import read_lines

LICENSE = "none"
ROLES = ("Source", "Cue", "Content")
_ENTRY = re.compile(r"\n(?=[A-Z#]\d+\t)")  # a recorded text may itself hold line breaks
_NAME = re.compile(r"(?P<source>.+?)_(?P<day>\d{4}-\d\d-\d\d)_")


@dataclass(frozen=True)
class Attribution:
    """One attribution; its spans fit the article's text, in text order."""

    article: str  # Article.id
    id: str  # of the article's event in the set
    source: tuple[Span, ...]  # empty where none is named
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


def read_polnear(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The articles of one file, each distinct source a mention."""
    for line, row in enumerate(read_lines(path), 1):
        attributions, reasons = _attributions(row)
        for reason in reasons:
            skipped(Skipped(str(path), line, reason))
        sources = sorted({(span.start, span.end) for found in attributions for span in found.source})
        named = _NAME.match(row["id"])
        yield Article(
            id=f"polnear/{row['id']}",
            text=row["text"],
            source=named["source"] if named else None,
            date=named["day"] if named else None,
            mentions=[Mention(id=f"m{n}", start=start, end=end) for n, (start, end) in enumerate(sources)],
            split=row["split"],
            license=LICENSE,
        )


def read_attributions(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Attribution]:
    """The attributions of one file, by each article's first annotator: twenty articles have five or six."""
    for line, row in enumerate(read_lines(path), 1):
        attributions, reasons = _attributions(row)
        for reason in reasons:
            skipped(Skipped(str(path), line, reason))
        yield from attributions


def _attributions(row: dict[str, Any]) -> tuple[list[Attribution], list[str]]:
    """The row's attributions, and why others of it cannot be used."""
    spans: dict[str, tuple[str, str, str]] = {}  # kind, offsets, text as recorded
    events: list[tuple[str, str]] = []
    brat = next(iter(row["brat_annotations"].values()))
    for entry in _ENTRY.split(brat.strip("\n")):
        key, _, rest = entry.partition("\t")  # an article without attributions has one empty entry
        head, _, recorded = rest.partition("\t")
        if key.startswith("T"):
            kind, _, offsets = head.partition(" ")
            spans[key] = kind, offsets, recorded
        elif key.startswith("E"):
            events.append((key, head))
    attributions, reasons = [], []
    for key, head in events:
        found = _roles(head, spans, row["text"])
        if isinstance(found, str):
            reasons.append(f"{key}: {found}")
        else:
            source, cue, content = (tuple(found[role]) for role in ROLES)
            attributions.append(Attribution(f"polnear/{row['id']}", key, source, cue, content))
    return attributions, reasons


def _roles(head: str, spans: dict[str, tuple[str, str, str]], text: str) -> dict[str, list[Span]] | str:
    """The spans of one event ("Attribution:T4 Content:T3 Cue:T2 Source:T1") by role, or why it cannot be used."""
    found: dict[str, list[Span]] = {role: [] for role in ROLES}
    for part in head.split()[1:]:
        name, key = part.split(":")
        role = name.rstrip("0123456789")  # a second content is "Content2"
        kind, offsets, recorded = spans[key]
        if kind != role:
            return f"its {role} is marked as {kind}"
        pieces = [Span(start=int(start), end=int(end)) for start, end in (p.split() for p in offsets.split(";"))]
        if " ".join(piece.of(text) for piece in pieces) != recorded:
            return f"its {role} is not at {offsets}"
        found[role] += pieces
    for role in ("Cue", "Content"):
        if not found[role]:
            return f"no {role}"
    return {role: sorted(pieces, key=lambda span: span.start) for role, pieces in found.items()}
