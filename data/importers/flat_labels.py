"""Pages as marked spans that have one label each, as doccano and Prodigy keep them.

A label says what it is of: ``sentence``, ``topic:sport``, ``stance:favor`` and ``tag:quoted`` lie over a sentence;
``mention`` and ``target:against`` over a mention, the latter with a stance toward it; ``issue:favor`` over a sentence
with a stance toward what it does not name. What such spans cannot hold, such as the names of targets and
entities, travels beside them as an object, which both tools hand back as it came. It is found again by a span's place
and kind: the tools number spans anew, and people change labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ..schema import Entity
from .columns import Columns
from .label_items import CORRECTED, Report, listed, plain_string, strings, whole_number
from .offsets import Place, settle
from .pages import (
    ABOUT,
    FIELDS,
    HOLDER,
    ISSUE,
    KINDS,
    MENTION,
    NONE_OF_TEXT,
    SENTENCE,
    Link,
    Page,
    Region,
    is_stance,
    set_stance,
)

BESIDE = "stancelens"  # key of the object that travels along
_OVER_SENTENCE = {"topic": "topics", "stance": "stance", "tag": "tags"}
_OVER_OTHERS = {"target": MENTION, "issue": ISSUE}
# What labels and relations can be said to mean
MEANINGS = (*KINDS, HOLDER, ABOUT, *(f"{prefix}:" for prefix in (*_OVER_SENTENCE, *_OVER_OTHERS)))


@dataclass(frozen=True)
class LabelledSpan:
    id: str
    start: int
    end: int
    label: str
    quoted: str | None = None


@dataclass(frozen=True)
class Flat:
    spans: list[LabelledSpan]
    links: list[Link]
    beside: dict[str, Any]  # what BESIDE holds


def flatten(page: Page) -> Flat:
    """The page's regions as spans, numbered from 0, and what they cannot hold."""
    spans: list[LabelledSpan] = []
    beside: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    number_of: dict[str, str] = {}
    for region in page.regions:
        labels = _labels(region)
        number_of[region.id] = str(len(spans))
        kept = {name: values for name, values in region.values.items() if name in _beside(region.kind)}
        # Also where there is nothing to keep, if an equal span has something: they are told apart by their order
        rows.append({"start": region.start, "end": region.end, "kind": region.kind, **kept})
        spans += [LabelledSpan(str(len(spans) + n), region.start, region.end, label) for n, label in enumerate(labels)]
    telling = {_key(row) for row in rows if len(row) > 3}
    if telling:
        beside["regions"] = [row for row in rows if _key(row) in telling]
    if page.entities is not None:
        beside["entities"] = [entity.model_dump(exclude_unset=True) for entity in page.entities]
    for name in ("topics", "summaries", "none_of"):
        if found := getattr(page, name):
            beside[name] = found
    links = [Link(number_of[link.source], number_of[link.target], link.label) for link in page.links]
    return Flat(spans, links, beside)


def _beside(kind: str) -> list[str]:
    """The fields of a region that its labels do not hold."""
    in_labels = _OVER_SENTENCE.values() if kind == SENTENCE else ("stance", "kind")
    return [name for name in FIELDS[kind] if name not in in_labels]


def _labels(region: Region) -> list[str]:
    """The labels of a region, the first of them its own."""
    if region.kind == SENTENCE:
        more = [f"{p}:{value}" for p, name in _OVER_SENTENCE.items() for value in region.values.get(name, [])]
        return ["sentence", *more]
    stance = region.one("stance")
    if region.kind == ISSUE:
        return [f"issue:{stance}"]
    return ["mention" if stance is None else f"target:{stance}"]


def unflatten(page: Page, flat: Flat, columns: Columns, report: Report) -> None:
    """Put the spans on the page: a label that does not say is a stance if called like one, else an entity's kind."""
    places, mended = settle(page.text, [Place(span.start, span.end, span.quoted) for span in flat.spans])
    if mended:
        report(f"{CORRECTED}{mended} offsets were counted in UTF-16 code units")
    beside = flat.beside
    kept: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in listed(beside.get("regions")):
        if isinstance(row, dict):
            kept[_key(row)].append(row)
    for span, place in zip(flat.spans, places, strict=True):
        if isinstance(place, str):
            report(f"{span.label!r}: {place}")
            continue
        region = _region(span, place, columns)
        rows = kept[(*place, region.kind)]
        # Of the spans over a sentence, the one without a label of its own
        if rows and not (region.kind == SENTENCE and region.values):
            row = rows.pop(0)
            region.values |= {name: strings(row[name]) for name in _beside(region.kind) if strings(row.get(name))}
        page.regions.append(region)
    known = {region.id for region in page.regions}
    for link in flat.links:
        if link.source not in known or link.target not in known:
            report(f"relation {link.label!r}: a span that it joins is missing")
        elif (name := (columns.get(link.label) or link.label).casefold()) not in (HOLDER, ABOUT):
            report(f"relation {link.label!r} has no place in the records")
        else:
            page.links.append(Link(link.source, link.target, name))
    page.topics += strings(beside.get("topics", []))
    page.summaries += strings(beside.get("summaries", []))
    page.none_of = [name for name in strings(beside.get("none_of", [])) if name in NONE_OF_TEXT]
    if isinstance(beside.get("entities"), list):
        page.entities = read_entities(beside["entities"], report)


def read_entities(rows: Sequence[Any], report: Report) -> list[Entity]:
    """Entities as they were written beside the labels."""
    found = []
    for row in rows:
        try:
            found.append(Entity.model_validate(row))
        except ValidationError as error:
            report(f"entity {row!r}: {error.errors()[0]['msg']}")
    return found


def _key(row: dict[str, Any]) -> tuple[int | None, int | None, str]:
    return whole_number(row.get("start")), whole_number(row.get("end")), str(row.get("kind"))


def _region(span: LabelledSpan, place: tuple[int, int], columns: Columns) -> Region:
    kind, values = read_label(span.label, columns) or (
        MENTION,
        {"stance" if is_stance(span.label) else "kind": [span.label]},
    )
    return Region(span.id, kind, *place, values)


def read_label(label: str, columns: Columns) -> tuple[str, dict[str, list[str]]] | None:
    """The kind of region and what is said of it, or None where the label does not say: "topic:sport", "Mention"."""
    prefix, _, value = (columns.get(label) or label).partition(":")
    prefix, value = prefix.strip().casefold(), value.strip()
    if value and prefix in _OVER_SENTENCE:
        return SENTENCE, {_OVER_SENTENCE[prefix]: [value]}
    if value and prefix in _OVER_OTHERS:
        return _OVER_OTHERS[prefix], {"stance": [value]}
    return (prefix, {}) if not value and prefix in KINDS else None


def add_class(page: Page, label: str, columns: Columns, report: Report) -> None:
    """A label of the whole text: a stance if it says so or is called like one, else a topic."""
    kind, said = read_label(label, columns) or (SENTENCE, {"stance" if is_stance(label) else "topics": [label]})
    if kind == SENTENCE and "topics" in said:
        page.topics += said["topics"]
    elif kind == SENTENCE and "stance" in said:
        set_stance(page, said["stance"][0], report)
    else:
        report(f"label {label!r} of the whole text: only a marked span can hold it")


def text_of(item: dict[str, Any], names: Sequence[str], columns: Columns) -> str | None:
    """The text under the name that ``columns`` says holds it, else under the first of ``names`` that is there."""
    named = columns.named("text", item)
    return next((found for name in [*named, *names] if (found := plain_string(item.get(name))) is not None), None)
