"""Reads label files record by record, turning what cannot be read into findings that name line and field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .label_findings import Findings, Place
from .schema import Article

_FIELD = re.compile(r"(\w+(?:\[\d+\])?): (.*)", re.DOTALL)  # how the schema's own checks begin their messages
_OFFSETS = ("lies outside", "has ended", "the text there reads", "is not after start")
_WHAT_TO_DO = {
    "missing": "is missing: add it",
    "extra_forbidden": "is not a field of the schema: correct its name or take it out",
}


@dataclass(frozen=True)
class Kept:
    """Where a record stands, so that it can be read again instead of being held in memory."""

    place: Place
    offset: int  # of its first byte in the file

    def read(self) -> Article:
        with open(self.place.path, "rb") as handle:
            handle.seek(self.offset)
            return Article.model_validate_json(handle.readline())


def label_files(paths: Sequence[Path]) -> list[Path]:
    """The files, each once; a folder stands for its .jsonl files. Raises ValueError where there are none."""
    found: dict[Path, Path] = {}
    for path in paths:
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise ValueError(f"no .jsonl file in {path}")
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def read_records(path: Path, findings: Findings) -> Iterator[tuple[Article, Kept]]:
    """The records of a file that can be read."""
    offset = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            kept = Kept(Place(str(path), number), offset)
            offset += len(line)
            if not line.strip():
                continue
            try:
                article = Article.model_validate_json(line)
            except ValidationError as error:
                for fault in error.errors(include_url=False):
                    _report(fault, kept.place, findings)
                continue
            yield article, kept


def _report(fault: Any, place: Place, findings: Findings) -> None:
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).removeprefix(".")
    reason: str = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "json_invalid":
        findings.error("unreadable", place, "record", f"{reason}: write one JSON object in UTF-8 a line")
        return
    if fault["type"] == "value_error" and not field and (named := _FIELD.fullmatch(reason)):
        field, reason = named.groups()
    reason = reason[:1].lower() + reason[1:]
    if fault["type"] in _WHAT_TO_DO:
        findings.error("unreadable", place, field, _WHAT_TO_DO[fault["type"]])
    elif field.endswith((".start", ".end")) or any(phrase in reason for phrase in _OFFSETS):
        advice = "correct the offsets: characters counted from 0, the end excluded"
        findings.error("offsets", place, field, f"{reason}; {advice}")
    else:
        findings.error("unreadable", place, field or "record", f"{reason}: correct the record")
