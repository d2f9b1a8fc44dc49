"""The results of one Label Studio annotation: regions, choices, text areas and relations (labelstud.io/guide/export).

Results that share an id are of one region. A choice or text area with the id of a region belongs to that region, one
without offsets to the whole text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .flat_labels import add_class, read_entities, read_label
from .label_items import CORRECTED, Columns, Report, listed, plain_string, strings, whole_number
from .offsets import Place, settle
from .pages import ABOUT, HOLDER, MENTION, NONE_OF_TEXT, SENTENCE, Link, Page, Region, is_stance

# What a control holds is told by these parts of its name, the first that fits; before them, by its whole name
ROLES = (
    ("topic", "topics"),
    ("categor", "topics"),
    ("stance", "stance"),
    ("sentiment", "stance"),
    ("polarity", "stance"),
    ("summar", "summaries"),
    ("tag", "tags"),
    ("holder", "holder"),
    ("entity", "entity"),
    ("target", "target"),
)
OWN = {"none_of_text": "none_of", "none_of_target": "none_of"} | {
    name: name for name in ("span", "by", "none_of", "annotator", "entities")
}
# Those of docs/label-studio.xml that belong to a region, by what they hold and whether the region is a sentence
CONTROLS = {
    ("topics", True): "sentence_topics",
    ("stance", True): "stance",
    ("tags", True): "sentence_tags",
    ("none_of", True): "none_of",
    ("stance", False): "target_stance",
    ("tags", False): "tags",
    ("none_of", False): "none_of_target",
    ("by", False): "by",
    ("entity", False): "entity",
    ("target", False): "target",
    ("holder", False): "holder",
}
KEYS = {"labels": "labels", "choices": "choices", "textarea": "text", "taxonomy": "taxonomy"}
_SPANS = ("labels", "hypertextlabels")
_OF_SENTENCES = ("topics", "stance", "tags", "none_of")
_OF_OTHERS = ("stance", "target", "entity", "holder", "by", "tags", "none_of")
ADDED = ("annotation_id", "annotator", "created_at", "updated_at", "lead_time", "agreement", "id")  # by JSON-MIN


def role(name: str, columns: Columns) -> str | None:
    """What the control of this name holds; None if its name does not say."""
    if name in columns:
        return columns[name]
    if name in OWN:
        return OWN[name]
    return next((held for part, held in ROLES if part in name.casefold()), None)


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
    elif held in ("topics", "sentence stance"):
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


def _into_region(region: Region, control: str, values: list[str], columns: Columns, report: Report) -> None:
    held = role(control, columns)
    if not values:
        return
    if held is None and all(map(is_stance, values)):
        held = "stance"
    where = f"{region.kind} {region.start}-{region.end}"
    if held is not None and held in (_OF_SENTENCES if region.kind == SENTENCE else _OF_OTHERS):
        region.values.setdefault(held, []).extend(values)
    elif held is None:
        report(f"control {control!r} of {where}: its name does not say what it holds; name it with columns")
    else:
        report(f"control {control!r}: a {where} has no {held}")


def _into_page(page: Page, control: str, values: list[str], columns: Columns, report: Report) -> None:
    held = role(control, columns)
    if held == "topics":
        page.topics += values
    elif held == "summaries":
        page.summaries += values
    elif held == "stance":
        page.stance = values[0] if values else page.stance
    elif held == "none_of":
        page.none_of += [value for value in values if value in NONE_OF_TEXT]
    elif held == "entities":
        page.entities = read_entities(list(_objects(values, report)), report)
    elif held is None:
        for value in values:
            add_class(page, value, {})
    elif held != "annotator":
        report(f"control {control!r}: the whole text has no {held}")


def _objects(values: list[str], report: Report) -> Iterator[Any]:
    for value in values:
        try:
            yield json.loads(value)
        except ValueError:
            report(f"entity {value!r} is not written as JSON")


def _relate(page: Page, row: dict[str, Any], columns: Columns, report: Report) -> None:
    names = [columns.get(name, name).casefold() for name in strings(row.get("labels", []))]
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
        if name in ADDED or columns.get(name) == "text":
            continue
        rows = value if isinstance(value, list) else [value]
        held = role(name, columns)
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
        elif words and held in ("topics", "stance", "summaries"):
            results.append({"from_name": name, "type": "choices", "value": {"choices": words}})
    return results
