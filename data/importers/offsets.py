"""Checks the offsets that a labelling tool wrote, and mends those that count UTF-16 code units.

Python and these records count Unicode code points. Editors in a browser may count JavaScript's code units instead, of
which an emoji has two (label-studio#1347, doccano#99), so that every offset behind one is too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    start: int
    end: int
    quoted: str | None = None  # the text that the tool says stands there


def settle(text: str, places: Sequence[Place]) -> tuple[list[tuple[int, int] | str], int]:
    """For each place its offsets in code points, or why it cannot be used; and how many were mended.

    A place that fits only as UTF-16 is mended. If one does, and none fits only as code points, the others are counted
    that way too, since a tool counts in one way: without it a place that quotes no text would be left shifted.
    """
    units = _code_units(text)
    as_points = [_fits(text, place.start, place.end, place.quoted) for place in places]
    converted = [
        (units[place.start], units[place.end]) if units and place.start in units and place.end in units else None
        for place in places
    ]
    as_units = [
        span is not None and _fits(text, *span, place.quoted) for span, place in zip(converted, places, strict=True)
    ]
    only_units = [u and not p for p, u in zip(as_points, as_units, strict=True)]
    only_points = [p and not u for p, u in zip(as_points, as_units, strict=True)]
    all_units = any(only_units) and not any(only_points)
    found: list[tuple[int, int] | str] = []
    mended = 0
    for place, span, points, fits_units in zip(places, converted, as_points, as_units, strict=True):
        if span is not None and fits_units and (all_units or not points):
            mended += span != (place.start, place.end)
            found.append(span)
        elif points:
            found.append((place.start, place.end))
        else:
            found.append(_reason(text, place))
    return found, mended


def _code_units(text: str) -> dict[int, int]:
    """Position in UTF-16 → in code points; empty where there is no difference."""
    if not text or max(text) <= "\uffff":
        return {}
    units: dict[int, int] = {}
    at = 0
    for index, letter in enumerate(text):
        units[at] = index
        at += 1 if letter <= "\uffff" else 2
    units[at] = len(text)
    return units


def _fits(text: str, start: int, end: int, quoted: str | None) -> bool:
    if not 0 <= start < end <= len(text):
        return False
    # A browser shows white space otherwise than it is stored
    return quoted is None or text[start:end] == quoted or _squeezed(text[start:end]) == _squeezed(quoted)


def _squeezed(text: str) -> str:
    # Label Studio writes line breaks in a region's text as backslash and n
    return "".join(text.replace("\\n", " ").split())


def _reason(text: str, place: Place) -> str:
    where = f"{place.start}-{place.end}"
    if place.end <= place.start:
        return f"region {where} is empty"
    if place.start < 0 or place.end > len(text):
        return f"region {where} lies outside the text of {len(text)} characters"
    return f"region {where} should read {place.quoted!r} but the text there reads {text[place.start : place.end]!r}"
