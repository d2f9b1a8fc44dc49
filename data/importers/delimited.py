"""Reads the rows of a gzipped CSV or TSV file."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

from ..drafts import Skipped


def read_rows(
    path: Path, delimiter: str, columns: int, skipped: Callable[[Skipped], None], *, encoding: str = "utf-8"
) -> Iterator[tuple[int, list[str]]]:
    """Each row of ``columns`` cells, a header line among them, with the line at which it begins."""
    with gzip.open(path, "rt", encoding=encoding, newline="") as handle:
        rows = csv.reader(handle, delimiter=delimiter)
        line = 1
        for row in rows:
            if len(row) == columns:
                yield line, row
            else:
                skipped(Skipped(str(path), line, f"{len(row)} columns instead of {columns}"))
            line = rows.line_num + 1
