"""Stand-off labels: records without text, for articles that may not be passed on, joined with the text by who has it.

A line is a record of schema.py with ``text_sha256`` in place of ``title``, ``text``, ``source`` and ``date``; its
offsets point into the text that has this SHA-256.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .schema import Article, RecordError, parse_line, text_hash


def is_standoff(path: Path) -> bool:
    """Whether the first record of a file has a hash and no text."""
    with path.open("rb") as lines:
        first = next((line for line in lines if line.strip()), b"{}")
    try:
        record = json.loads(first)
    except ValueError:
        return False
    return isinstance(record, dict) and "text_sha256" in record and "text" not in record


def standoff_ids(path: Path) -> set[str]:
    """The articles that the labels are of."""
    return {str(record["id"]) for _number, record in _lines(path)}


def resolve(path: Path, texts: Iterable[Article]) -> Iterator[Article]:
    """The records with title, text, source and date of the articles ``texts``, in the order of the file.

    Raises RecordError, naming the line, for an article that is not among them or has another text.
    """
    wanted = standoff_ids(path)
    found: Mapping[str, Article] = {article.id: article for article in texts if article.id in wanted}
    seen: set[tuple[str, str | None]] = set()
    for number, record in _lines(path):
        where = f"{path}:{number}"
        key = (str(record["id"]), record.get("annotator"))
        if key in seen:
            raise RecordError(f"{where}: id {key[0]!r} occurs twice for annotator {key[1]}")
        seen.add(key)
        article = found.get(str(record["id"]))
        if article is None:
            raise RecordError(f"{where}: id: the text of {record['id']!r} is not in the data")
        if text_hash(article.text) != record.pop("text_sha256"):
            raise RecordError(f"{where}: text_sha256: {article.id!r} has another text in the data")
        text = article.model_dump(include={"title", "text", "source", "date"}, exclude_unset=True)
        yield parse_line(json.dumps(record | text), where)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError:
                raise RecordError(f"{path}:{number}: record: not JSON") from None
            if not isinstance(record, dict) or not {"id", "text_sha256"} <= record.keys():
                raise RecordError(f"{path}:{number}: record: stand-off labels have an id and a text_sha256")
            yield number, record
