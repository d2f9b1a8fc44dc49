"""The results of one Label Studio annotation: regions, choices, text areas and relations (labelstud.io/guide/export).

Results that share an id are of one region. A choice or text area with the id of a region belongs to that region, one
without offsets to the whole text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .columns import Columns
from .flat_labels import MEANINGS, add_class, read_entities, read_label
from .label_items import CORRECTED, Report, listed, plain_string, strings, whole_number
from .label_studio_roles import ADDED, CONTROLS, SENTENCE_STANCE, role
from .offsets import Place, settle
from .pages import (
    ABOUT,
    FIELDS,
    HOLDER,
    MENTION,
    NONE_OF_TEXT,
    SENTENCE,
    Link,
    Page,
    Region,
    is_stance,
    set_stance,
)

# What the user can say that keys, controls, labels and relations hold
HOLDS = tuple(dict.fromkeys(["text", *sum(FIELDS.values(), ()), SENTENCE_STANCE, "summaries", *MEANINGS]))
KEYS = {"labels": "labels", "choices": "choices", "textarea": "text", "taxonomy": "taxonomy"}
_SPANS = ("labels", "hypertextlabels")


def read_results(page: Page, results: list[Any], columns: Columns, report: Report) -> None:
    """Put the results on the page."""
    rows = [{"value": {}, **row} for row in results if isinstance(row, dict)]
    rows = [row for row in rows if isinstance(row["value"], dict)]
    if len(rows) < len(results):
        report(f"{len(results) - len(rows)} results are no objects")
    regions = _regions(page, rows, columns, report)
    page.regions += regions.values()
    marked = {str(row.get("id")) for row in rows if row.get("type") in _SPANS}
    for row in rows:
        kind, key, name = str(row.get("type")), str(row.get("id")), str(row.get("from_name"))
        if kind == "relation":
            _relate(page, row, columns, report)
        elif kind in _SPANS:
            continue
        elif kind not in KEYS:
            report(f"control {name!r}: results of type {kind!r} have no place in the records")
        elif kind == "textarea" and (reason := _no_label(name, columns)) is not None:
            if _values(row):
                report(f"control {name!r}: {reason}")
        elif key in regions:
            _into_region(regions[key], name, _values(row), columns, report)
        elif key in marked or "start" in row["value"]:
            report(f"control {name!r}: its region was not read")
        else:
            _into_page(page, name, _values(row), columns, report)
    known = set(regions)
    for link in [link for link in page.links if not {link.source, link.target} <= known]:
        report(f"relation {link.label!r}: a region that it joins is missing")
        page.links.remove(link)


def _regions(page: Page, rows: list[dict[str, Any]], columns: Columns, report: Report) -> dict[str, Region]:
    found: list[tuple[dict[str, Any], Place]] = []
    for row in rows:
        if row.get("type") not in _SPANS:
            continue
        value = row["value"]
        offsets = value.get("globalOffsets") if isinstance(value.get("globalOffsets"), dict) else value
        start, end = whole_number(offsets.get("start")), whole_number(offsets.get("end"))
        if start is None or end is None:
            report(f"region {row.get('id')}: no offsets into the text")
        else:
            found.append((row, Place(start, end, plain_string(value.get("text")) or None)))
    places, mended = settle(page.text, [place for _, place in found])
    if mended:
        report(f"{CORRECTED}{mended} offsets were counted in UTF-16 code units")
    regions: dict[str, Region] = {}
    for (row, _), place in zip(found, places, strict=True):
        labels = strings(row["value"].get(str(row["type"]), row["value"].get("labels", [])))
        if isinstance(place, str):
            report(f"{', '.join(labels) or 'region'}: {place}")
        elif not labels:
            report(f"region {place[0]}-{place[1]} has no label")
        else:
            region = regions.setdefault(str(row.get("id")), Region(str(row.get("id")), MENTION, *place))
            for label in labels:
                _label(region, label, str(row.get("from_name")), columns)
    return regions


def _label(region: Region, label: str, control: str, columns: Columns) -> None:
    """What a label on a span says: the region's kind, a topic, a stance toward what is marked, a kind of entity."""
    held = role(control, columns)
    told = read_label(label, columns)
    if told is not None:
        region.kind = told[0]
        for name, values in told[1].items():
            region.values.setdefault(name, []).extend(values)
    elif held in ("topics", SENTENCE_STANCE):
        region.kind = SENTENCE
        region.values.setdefault("topics" if held == "topics" else "stance", []).append(label)
    else:
        name = "stance" if held == "stance" or is_stance(label) else "kind"
        region.values.setdefault(name, []).append(label)


def _values(row: dict[str, Any]) -> list[str]:
    found = row["value"].get(KEYS[row["type"]], [])
    if row["type"] == "taxonomy":  # each choice is its path from the root
        return [" > ".join(strings(path)) for path in listed(found) if strings(path)]
    return strings(found)


def _no_label(control: str, columns: Columns) -> str | None:
    """Why what is written in a text area is no label: classes are chosen, and anything else must be named."""
    held = role(control, columns)
    if held in ("stance", SENTENCE_STANCE):
        return "a text area holds no stance"
    return "its name does not say what it holds; name it with columns" if held is None else None


def _into_region(region: Region, control: str, values: list[str], columns: Columns, report: Report) -> None:
    if not values:
        return
    where = f"{region.kind} {region.start}-{region.end}"
    held = role(control, columns)
    if held is None and all(map(is_stance, values)):
        held = "stance"
    if held == SENTENCE_STANCE and region.kind == SENTENCE:
        held = "stance"
    if held is None:
        report(f"control {control!r} of {where}: its name does not say what it holds; name it with columns")
    elif held in FIELDS[region.kind]:
        region.values.setdefault(held, []).extend(values)
    else:
        report(f"control {control!r}: a {where} has no {held}")


def _into_page(page: Page, control: str, values: list[str], columns: Columns, report: Report) -> None:
    held = role(control, columns)
    if held == "topics":
        page.topics += values
    elif held == "summaries":
        page.summaries += values
    elif held in ("stance", SENTENCE_STANCE):
        for value in values:
            set_stance(page, value, report)
    elif held == "none_of":
        page.none_of += [value for value in values if value in NONE_OF_TEXT]
        for value in values:
            if value not in NONE_OF_TEXT:
                report(f"control {control!r}: the whole text has no {value}")
    elif held == "entities":
        page.entities = read_entities(list(_objects(values, report)), report)
    elif held is None:
        for value in values:
            add_class(page, value, columns, report)
    elif held != "annotator":
        report(f"control {control!r}: the whole text has no {held}")


def _objects(values: list[str], report: Report) -> Iterator[Any]:
    for value in values:
        try:
            yield json.loads(value)
        except ValueError:
            report(f"entity {value!r} is not written as JSON")


def _relate(page: Page, row: dict[str, Any], columns: Columns, report: Report) -> None:
    names = [(columns.get(name) or name).casefold() for name in strings(row.get("labels", []))]
    ends = [str(row.get("from_id")), str(row.get("to_id"))]
    known = [name for name in names if name in (HOLDER, ABOUT)]
    if not known:
        report(f"relation {', '.join(names) or 'without a label'} has no place in the records")
    elif row.get("direction") == "bi":
        report(f"relation {known[0]!r} has no direction")
    else:
        source, target = reversed(ends) if row.get("direction") == "left" else ends
        page.links.append(Link(source, target, known[0]))


def minimal_results(task: dict[str, Any], columns: Columns, report: Report) -> list[Any]:
    """The results of a JSON-MIN item, as far as it holds them: relations are not in it.

    Nor does it say of a region's single choice which region it is of.
    """
    results: list[Any] = []
    for name, value in task.items():
        held = role(name, columns)
        if name in ADDED or held == "text":
            continue
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            kind = next(
                (kind for kind, key in KEYS.items() if isinstance(row, dict) and isinstance(row.get(key), list)), None
            )
            if kind is not None:
                key = f"{row['start']}-{row.get('end')}" if "start" in row else None
                results.append({"id": key, "from_name": name, "type": kind, "value": row})
        words = [row for row in rows if isinstance(row, str)]
        if words and (isinstance(value, list) or name in set(CONTROLS.values()) - {"stance"}):
            report(f"{name!r}: JSON-MIN does not say of which region each choice is; export JSON")
        elif words and held in ("topics", "stance", SENTENCE_STANCE, "summaries"):
            results.append({"from_name": name, "type": "choices", "value": {"choices": words}})
    return results
