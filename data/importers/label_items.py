"""Reads the objects of a JSON or JSONL file that a labelling tool wrote."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..drafts import Skipped, UnreadableError
from ..encoding import decode, has_surrogates
from ..label_names import SETS

Report = Callable[[str], None]

CORRECTED = "corrected: "  # begins a message about what was mended, and so is kept


def files_of(path: Path) -> list[Path]:
    """The file, or in a folder its files, without hidden ones and the set of labels that may stand beside them."""
    if not path.is_dir():
        return [path]
    return sorted(f for f in path.iterdir() if f.is_file() and not f.name.startswith(".") and f.name != SETS)


def read_items(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object with its number: of the line in JSONL, of the item in a JSON list.

    Raises UnreadableError if the file is no text. What is no object, or no JSON, is reported.
    """
    text = decode(path.read_bytes())[0]
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith("["):
            raise UnreadableError(f"{path}: broken JSON: {error}") from None
        # Not splitlines: U+2028 may stand in a string
        values = _lines(path, text.split("\n"), skipped)
    else:
        values = enumerate(whole if isinstance(whole, list) else [whole], 1)
    for number, value in values:
        if not isinstance(value, dict):
            skipped(Skipped(str(path), number, "not a JSON object"))
        elif has_surrogates(json.dumps(value, ensure_ascii=False)):
            skipped(Skipped(str(path), number, "broken encoding: half of a surrogate pair"))
        else:
            yield number, value


def _lines(path: Path, lines: list[str], skipped: Callable[[Skipped], None]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            skipped(Skipped(str(path), number, f"broken JSON: {error}"))
            continue
        yield number, value


def reporter(path: Path, number: int, skipped: Callable[[Skipped], None]) -> Report:
    """What tells ``skipped`` of one item."""
    return lambda reason: skipped(Skipped(str(path), number, reason))


def plain_string(value: Any) -> str | None:
    """The value as text; None for nothing, which pandas writes as NaN where another row has a value.

    Whole numbers of such a column it writes as floats.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def strings(value: Any) -> list[str]:
    """The value as a list of texts, empty ones left out."""
    found = [plain_string(item) for item in (value if isinstance(value, list) else [value])]
    return [item for item in found if item]


def listed(value: Any) -> list[Any]:
    """The value if it is a list, else none."""
    return value if isinstance(value, list) else []


def whole_number(value: Any) -> int | None:
    """The value as an offset or id: some exports write numbers as text or as floats."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() else None
    return value if isinstance(value, int) else None
