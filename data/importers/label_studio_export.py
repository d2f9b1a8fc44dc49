"""A page as results of Label Studio that fit docs/label-studio.xml; what results are: label_studio_results.py."""

from __future__ import annotations

import json
from typing import Any

from .label_studio_results import KEYS
from .label_studio_roles import CONTROLS
from .pages import SENTENCE, Page


def write_results(page: Page) -> list[dict[str, Any]]:
    """The page as results that fit docs/label-studio.xml."""
    results = [_whole("topics", "choices", page.topics), _whole("summaries", "textarea", page.summaries)]
    results += [_whole("none_of_text", "choices", page.none_of)]
    results += [_whole("annotator", "textarea", [] if page.annotator is None else [page.annotator])]
    entities = [json.dumps(e.model_dump(exclude_unset=True), ensure_ascii=False) for e in page.entities or []]
    results += [_whole("entities", "textarea", entities, also_empty=page.entities is not None)]
    found = [result for result in results if result is not None]
    for region in page.regions:
        place = {"start": region.start, "end": region.end, "text": page.text[region.start : region.end]}
        found.append(_result(region.id, "span", "labels", {**place, "labels": [region.kind.capitalize()]}))
        for name, values in region.values.items():
            control = CONTROLS[name, region.kind == SENTENCE]
            kind = "textarea" if name in ("entity", "target", "holder") else "choices"
            found.append(_result(region.id, control, kind, {**place, KEYS[kind]: values}))
    for link in page.links:
        ends = {"from_id": link.source, "to_id": link.target}
        found.append({"type": "relation", "direction": "right", "labels": [link.label], **ends})
    return found


def _whole(control: str, kind: str, values: list[str], also_empty: bool = False) -> dict[str, Any] | None:
    if not values and not also_empty:
        return None
    return _result(f"_{control}", control, kind, {KEYS[kind]: values})


def _result(key: str, control: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": key,
        "from_name": control,
        "to_name": "text",
        "type": kind,
        "value": value,
        "origin": "manual",
    }
