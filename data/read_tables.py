"""CSV and TSV: one row, one article, read row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .dates import iso_day
from .drafts import Draft, Drafts, ReadOptions, Rejected, UnreadableError, digest
from .encoding import has_surrogates, newlines, stream_encoding
from .fields import KINDS, KNOWN, find_columns, listing, plain
from .rows import RetryLines, RowTooLongError

SAMPLE = 1 << 16  # characters that the delimiter is sniffed from
NO_DELIMITER = "\x1f"  # of a table with one column: in no text


@dataclass(frozen=True)
class Dialect:
    delimiter: str
    quoted: bool  # False: quotation marks are ordinary characters, as in many tab-separated files

    def reader(self, lines: Iterator[str]) -> Iterator[list[str]]:
        # Strict, because the lenient reader drops quotation marks of the text and joins rows without a word
        if self.quoted:
            return csv.reader(lines, delimiter=self.delimiter, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE, strict=True)


def read_table(path: Path, options: ReadOptions) -> Drafts:
    """The articles of a table. Raises UnreadableError if no column holds the text.

    A row that cannot be right is rejected, not guessed at: one with more or fewer cells than the header, with stray
    quotation marks, or larger than ``options.max_bytes``; reading goes on at the next line.
    """
    encoding, warnings = stream_encoding(path)
    # The limit is the whole process's: never lower what somebody else has set
    csv.field_size_limit(max(csv.field_size_limit(), options.max_bytes + 1))
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as handle:
        dialect = sniff(handle.read(SAMPLE), tabs_first=path.suffix.lower() == ".tsv")
        handle.seek(0)
        lines = RetryLines(handle, options.max_bytes)
        rows = _rows(dialect.reader(lines), lines)
        first = next(rows, None)
        if first is None:
            return
        if isinstance(first, Rejected):
            raise UnreadableError(f"header line: {first.reason}")
        names, has_header = _names(first, options)
        columns = _columns(names, options)
        number = 0
        if not has_header:
            number += 1
            yield _draft(first, names, columns, number, 1, warnings)
        for row in rows:
            number += 1
            yield row if isinstance(row, Rejected) else _draft(row, names, columns, number, lines.start, warnings)


def _rows(reader: Iterator[list[str]], lines: RetryLines) -> Iterator[list[str] | Rejected]:
    while True:
        lines.begin()
        try:
            row = next(reader)
        except StopIteration:
            return
        except RowTooLongError:
            yield Rejected("row over the size limit, or a quotation mark that is never closed", lines.start)
            lines.retry()
            continue
        except csv.Error as error:
            yield Rejected(f"broken row: {error}", lines.start)
            lines.retry()
            continue
        if any(cell.strip() for cell in row):
            yield row


def _draft(
    row: list[str], names: list[str], columns: dict[str, str], number: int, line: int, warnings: list[str]
) -> Draft | Rejected:
    while len(row) > len(names) and not row[-1].strip():
        row = row[:-1]  # trailing delimiters
    if len(row) != len(names):
        return Rejected(f"broken row: {len(row)} cells where the header has {len(names)}", line)
    if any(map(has_surrogates, row)):
        return Rejected("broken encoding", line)
    cells = dict(zip(names, row, strict=True))
    values = {kind: newlines(cells[name]).strip() for kind, name in columns.items()}
    canonical = json.dumps(cells, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Draft(
        text=values["text"],
        sha256=digest(canonical.encode()),
        title=" ".join(values.get("title", "").split()),
        source=values.get("source") or None,
        date=values.get("date") or None,
        id=values.get("id") or None,
        row=number,
        line=line,
        warnings=warnings,
    )


def _names(row: list[str], options: ReadOptions) -> tuple[list[str], bool]:
    """Names of the columns, and whether the first row holds them. Without a header the names are 1, 2, …"""
    cells = [cell.strip().removeprefix("\ufeff") for cell in row]
    wanted = {getattr(options, f"{kind}_column") for kind in KINDS}
    # A cell "3" is not the column that was named by its number
    known = any(plain(cell) in KNOWN or (cell in wanted and not cell.isdecimal()) for cell in cells)
    like_names = all(len(c) <= 40 and not c.isdigit() and not c.endswith(".") and iso_day(c) is None for c in cells)
    if not known and not like_names:
        return [str(number) for number in range(1, len(cells) + 1)], False
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        names.append(cell if cell and cell not in names else f"{cell} {number}".strip())
    return names, True


def _columns(names: list[str], options: ReadOptions) -> dict[str, str]:
    named: dict[str, str | None] = {}
    for kind in KINDS:
        wanted: str | None = getattr(options, f"{kind}_column")
        if wanted is not None and wanted not in names and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
            wanted = names[int(wanted) - 1]
        named[f"{kind}_column"] = wanted
    columns = find_columns(names, ReadOptions(**named))  # type: ignore[arg-type]
    if "text" not in columns:
        raise UnreadableError(
            f"no text column; {listing(names)}: name the one that holds the text, or its number, with text_column"
        )
    return columns


def sniff(sample: str, *, tabs_first: bool = False) -> Dialect:
    """The delimiter, and whether cells are quoted, under which the rows agree best with the header."""
    lines = sample.splitlines(keepends=True)
    if len(sample) >= SAMPLE and len(lines) > 1:
        lines = lines[:-1]  # cut in two
    delimiters = ["\t", ",", ";", "|"] if tabs_first else [",", ";", "\t", "|"]
    candidates = [Dialect(delimiter, True) for delimiter in [*delimiters, NO_DELIMITER]]
    candidates += [Dialect(delimiter, False) for delimiter in ("\t", "|", NO_DELIMITER)]
    return max(candidates, key=lambda dialect: _agreement(dialect, lines))  # the first of equals


def _agreement(dialect: Dialect, lines: list[str]) -> tuple[int, bool, float]:
    """Known names in the header; whether there are columns at all; share of rows with as many cells as the header."""
    reader = dialect.reader(iter(lines))
    counts: list[int] = []
    header: list[str] = []
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "unexpected end" not in str(error):  # of the sample
                counts.append(0)
            continue
        if row:
            header = header or row
            counts.append(len(row))
    known = len({plain(name) for name in header} & KNOWN)
    agreeing = sum(count == len(header) for count in counts) / len(counts) if counts else 0.0
    return known, len(header) > 1, agreeing
