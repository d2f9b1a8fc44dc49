"""Tells label files apart by their content: the names of files say little, and ``.jsonl`` nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..drafts import UnreadableError
from ..encoding import SAMPLE, stream_encoding
from ..read_json import is_record
from ..read_tables import sniff
from . import doccano, label_tables


def possible_formats(path: Path, columns: Mapping[str, str]) -> set[str]:
    """The formats whose signs a file has: none (also where it is no text), one, or several where it is a mixture.

    ``columns`` says what names in a table hold.
    """
    with path.open("rb") as handle:
        if handle.read(4) == b"PAR1":
            return {"table"}
    try:
        encoding, _ = stream_encoding(path)
    except UnreadableError:
        return set()
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as handle:
        head = handle.read(SAMPLE)
    if head.lstrip().startswith(("{", "[")):
        return {name for item in _first_items(head, path, encoding) if (name := _of_item(item)) is not None}
    return _of_header(head, columns)


def _first_items(head: str, path: Path, encoding: str) -> list[Any]:
    """The first objects of JSON lines, else of the whole file."""
    items = []
    for line in head.split("\n")[:20]:
        try:
            items.append(json.loads(line))
        except ValueError:
            continue
    if any(isinstance(item, dict) for item in items):
        return items
    try:
        whole = json.loads(path.read_text(encoding=encoding))
    except (ValueError, RecursionError):
        return []
    return whole[:20] if isinstance(whole, list) else [whole]


def _of_item(item: Any) -> str | None:
    """The format whose keys an object has."""
    if not isinstance(item, dict):
        return None
    if is_record(item):
        return "stancelens"
    if isinstance(item.get("data"), dict) or {"annotation_id", "lead_time"} <= item.keys():
        return "label-studio"
    if item.keys() & {"answer", "_input_hash", "_task_hash", "_view_id", "_session_id", "_annotator_id"}:
        return "prodigy"
    text = item.keys() & set(doccano.TEXT_KEYS)
    if text and ("spans" in item or {"options", "accept"} <= item.keys()):
        return "prodigy"
    return "doccano" if text and item.keys() & set(doccano.LABEL_KEYS) else None


def _of_header(head: str, columns: Mapping[str, str]) -> set[str]:
    lines = iter(head.splitlines(keepends=True))
    names = next(sniff(head, tabs_first=False).reader(lines), [])
    names = [name.strip() for name in names]
    held = set(label_tables.find_columns(names, {name: columns[name] for name in columns if name in names}).values())
    labels = held & {"topics", "stance", "label", "target", "target_stance", "article_topics"}
    return {"table"} if "text" in held and labels else set()
