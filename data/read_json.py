"""JSON and JSON lines: articles as objects, be they label and result records or anybody's own.

A ``.json`` file is one article, a list of them, or an object whose ``articles`` is the list. A ``.jsonl`` file is
streamed; its size limit is one of each line.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, TextIO

from .drafts import Draft, Drafts, ReadOptions, Rejected, UnreadableError, digest
from .encoding import decode, has_surrogates, newlines, stream_encoding
from .fields import find_columns, listing
from .rows import bounded_lines
from .schema import RecordError, parse_line


def read_json(data: bytes, options: ReadOptions) -> Drafts:
    """The articles of a JSON file. Raises UnreadableError if it is broken or holds no objects."""
    text, warnings = decode(data)
    try:
        value = json.loads(text)
    except ValueError as error:
        if not _first_line_is_object(text):
            raise UnreadableError(f"broken JSON: {error}") from None
        yield from _lines(io.StringIO(text, newline=""), options, warnings)  # JSON lines under another name
        return
    if isinstance(value, dict) and isinstance(value.get("articles"), list):
        value = value["articles"]
    if isinstance(value, dict):
        yield _draft(value, digest(data), options, warnings)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            canonical = json.dumps(item, sort_keys=True, separators=(",", ":"))
            yield _draft(item, digest(canonical.encode()), options, warnings, number, number)
    else:
        raise UnreadableError("JSON that holds neither an object nor a list")


def read_jsonl(path: Path, options: ReadOptions) -> Drafts:
    """The articles of a file of JSON lines, one at a time. Raises UnreadableError if it is no text."""
    encoding, warnings = stream_encoding(path)
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as handle:
        yield from _lines(handle, options, warnings)


def _lines(handle: TextIO, options: ReadOptions, warnings: list[str]) -> Drafts:
    for number, line in enumerate(bounded_lines(handle, options.max_bytes), 1):
        if line is None:
            yield Rejected(f"line over the limit of {options.max_bytes:,} bytes", number)
            continue
        line = line.strip(" \t\r\n\ufeff")
        if not line:
            continue
        if has_surrogates(line):
            yield Rejected("broken encoding", number)
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Rejected(f"broken JSON: {error}", number)
            continue
        yield _draft(value, digest(line.encode()), options, warnings, number, number)


def _draft(
    value: Any,
    sha256: str,
    options: ReadOptions,
    warnings: list[str],
    row: int | None = None,
    line: int | None = None,
) -> Draft | Rejected:
    if not isinstance(value, dict):
        return Rejected("not a JSON object", line)
    record = None
    if is_record(value) and options.keep_labels:
        try:
            record = parse_line(json.dumps(value), "label record")
        except RecordError as error:
            return Rejected(str(error), line)
    # An empty field must not hide the one that holds the text
    usable = [name for name, held in value.items() if _string(held)]
    named = (options.title_column, options.date_column, options.source_column, options.id_column)
    unknown = [name for name in named if name is not None and name not in usable]
    if options.text_column in value and options.text_column not in usable:
        return Rejected("empty", line)
    try:
        columns = find_columns([*usable, *unknown], options)
    except UnreadableError as error:
        return Rejected(str(error), line)
    if "text" not in columns:
        if isinstance(value.get("text"), str):
            return Rejected("empty", line)
        return Rejected(
            f"no text field; {listing(list(value))}: name the one that holds the text with text_column", line
        )
    values = {kind: _string(value.get(name)) for kind, name in columns.items()}
    warnings = [*warnings, *(f"no field {name!r}" for name in unknown if name not in value)]
    return Draft(
        # The offsets of labels fit the text as it is
        text=record.text if record else newlines(values["text"]).strip(),
        sha256=sha256,
        title=" ".join(values.get("title", "").split()),
        source=values.get("source") or None,
        date=values.get("date") or None,
        id=values.get("id") or None,
        row=row,
        line=line,
        warnings=warnings,
        record=record,
    )


def is_record(value: dict[str, Any]) -> bool:
    """Whether the object is one of this package's records, and not one that happens to have a field "schema"."""
    return isinstance(value.get("schema"), int) and isinstance(value.get("id"), str) and "text" in value


def _string(value: Any) -> str:
    """The value as a string, empty if it is none: a list of paragraphs, a source with its name, a number."""
    if isinstance(value, str):
        return value.strip("\n")
    if isinstance(value, dict):
        return _string(value["name"]) if isinstance(value.get("name"), str) else ""
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "\n\n".join(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _first_line_is_object(text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    try:
        return bool(rest) and isinstance(json.loads(first), dict)
    except ValueError:
        return False
