"""Tables of labelled sentences: CSV, TSV and Parquet, one row a sentence, or one for each target of a sentence.

Rows with the same id and annotator are one article, its sentences in the order of the rows, joined by spaces. Columns
are known by their names, in any case and with the usual synonyms (docs/labels.md), or by ``columns``.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..atomic import replaced
from ..drafts import Skipped, UnreadableError
from ..encoding import has_surrogates, stream_encoding
from ..fields import DATE, ID, SOURCE, TEXT, TITLE, listing, plain
from ..read_tables import SAMPLE, sniff
from ..rows import RetryLines, RowTooLongError
from ..schema import Article
from .label_items import plain_string, reporter
from .label_row_export import rows_of_article
from .label_rows import OFFSETS, Row, article_of_rows
from .record_pages import LOST as LOST_BY_PAGES
from .record_pages import is_prediction

COLUMNS = {
    "text": ("sentence", *(name for name in TEXT if name != "sentence")),  # beside it, "document" holds its article
    "id": ID,
    "title": TITLE,
    "source": SOURCE,
    "date": DATE,
    "split": ("split", "partition", "fold"),
    "license": ("license", "licence"),
    "annotator": ("annotator", "annotatorid", "coder", "coderid", "rater", "worker", "workerid", "user", "labeler"),
    "article_topics": ("articletopics", "articletopic"),
    "sentence_number": ("sentencenumber", "sentenceno", "sentenceindex"),
    "topics": ("topics", "topic", "categories", "category", "subject"),
    "stance": ("stance", "sentencestance", "sentiment", "polarity", "position", "attitude"),
    "tags": ("tags", "sentencetags"),
    "label": ("label", "labels", "class", "code"),  # a stance if called like one, else a topic
    "target": ("target", "targetname", "targetentity", "aspect", "entity"),
    "target_stance": ("targetstance", "targetsentiment", "stancetowardtarget"),
    "holder": ("holder", "holdername", "stanceholder", "opinionholder", "speaker"),
    "target_tags": ("targettags",),
    **{name: (plain(name),) for name in OFFSETS},
}
MAX_BYTES = 10_000_000  # of a row
# What no table holds: what lies between the sentences, and lists that say "none found", for an empty cell does not
LOST = LOST_BY_PAGES | {
    "entities",
    "file",
    "ignored",
    "mentions.entity",
    "summaries",
    *(f"{name} (empty)" for name in ("topics", "mentions", "sentences", "summaries", "entities")),
    *(f"sentences.{name} (empty)" for name in ("topics", "stances", "tags", "stances.tags")),
}


def read_table(
    path: Path, skipped: Callable[[Skipped], None], *, columns: Mapping[str, str] | None = None
) -> Iterator[Article]:
    """The articles of a table. Raises ValueError if it has no text column, two of a name that matters, or not those of
    ``columns``.

    ``columns`` says what columns otherwise called hold: {"Headline": "text", "frame": "topics"}.
    """
    rows = _parquet_rows(path) if _is_parquet(path) else _text_rows(path, skipped)
    header, names = next(rows)
    if {"annotation_id", "lead_time"} <= set(names):
        raise UnreadableError(f"{path}: Label Studio's table, which has no relations and JSON in cells: export JSON")
    if {"stance_source", "p_against", "near_duplicate_of"} & set(names):
        raise UnreadableError(f"{path}: predictions of StanceLens, not labels: `labels queue` makes tasks of them")
    held = find_columns(names, columns or {})
    if "text" not in held.values():
        raise UnreadableError(f"{path}: no text column; {listing(names)}: name the one that holds it with columns")
    for name in held:
        if names.count(name) > 1:
            raise UnreadableError(f"{path}: two columns are called {name!r}")
    if unknown := [name for name in names if name and name not in held and name not in dict(_unread(names, held))]:
        why = "name what they hold, if it is needed"
        skipped(Skipped(str(path), header, f"columns {', '.join(map(repr, unknown))} are not read: {why}"))
    for name, reason in _unread(names, held):
        skipped(Skipped(str(path), header, f"column {name!r} is not read: {reason}"))
    articles: dict[tuple[str, str | None], list[Row]] = {}
    first_of: dict[str, int] = {}  # a table without ids: text → its first row
    for count, (number, cells) in enumerate(rows, 1):
        row = Row(number, {held[name]: cell for name, cell in zip(names, cells, strict=True) if name in held})
        if any(has_surrogates(cell) for cell in row.cells.values()):
            skipped(Skipped(str(path), number, "broken encoding"))
        elif not row.text:
            skipped(Skipped(str(path), number, "no text"))
        else:
            first = first_of.setdefault(row.text, count)
            own = row.get("id") or f"{path.stem}#{first}"
            articles.setdefault((own, row.get("annotator")), []).append(row)
    for (key, annotator), group in articles.items():
        article = article_of_rows(key, annotator, group, lambda n, why: skipped(Skipped(str(path), n, why)))
        if article is not None:
            yield article


def find_columns(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Name in the table → what it holds. The names that ``columns`` gives come first."""
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain(name), name)
    found: dict[str, str] = {}
    for name, holds in columns.items():
        kind = "_".join(holds.casefold().split())
        if name not in names:
            raise UnreadableError(f"no column {name!r}; {listing(names)}")
        if kind not in COLUMNS:
            raise UnreadableError(f"column {name!r}: {holds!r} is none of {', '.join(COLUMNS)}")
        if kind in found.values():
            first = next(other for other, held in found.items() if held == kind)
            raise UnreadableError(f"columns {first!r} and {name!r} both hold {kind}")
        found[name] = kind
    for kind, usual in COLUMNS.items():
        free = [by_plain[name] for name in usual if name in by_plain and by_plain[name] not in found]
        if kind not in found.values() and free:
            found[free[0]] = kind
    return found


def _unread(names: Sequence[str], held: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The columns whose usual meaning another one has, and which."""
    by_kind = {kind: name for name, kind in held.items()}
    for name in names:
        for kind, usual in COLUMNS.items():
            if name not in held and plain(name) in usual and kind in by_kind:
                yield name, f"{by_kind[kind]!r} holds the {kind.replace('_', ' ')}"


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def _parquet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The names of the columns, then the cells of each row as text; lists as JSON."""
    with pq.ParquetFile(path) as file:  # type: ignore[no-untyped-call]
        yield 0, list(file.schema_arrow.names)
        number = 0
        for batch in file.iter_batches():
            for values in batch.to_pylist():
                number += 1
                yield number, [_cell(value) for value in values.values()]


def _cell(value: Any) -> str:
    if value is None or value != value:  # NaN
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else plain_string(value) or str(value)


def _text_rows(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[tuple[int, list[str]]]:
    """The header, then the cells of each row, with the line at which it begins."""
    encoding, _ = stream_encoding(path)
    csv.field_size_limit(max(csv.field_size_limit(), MAX_BYTES + 1))  # the whole process's: never lower it
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as handle:
        dialect = sniff(handle.read(SAMPLE), tabs_first=path.suffix.lower() == ".tsv")
        handle.seek(0)
        lines = RetryLines(handle, MAX_BYTES)
        reader = dialect.reader(lines)
        header: list[str] | None = None
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                break
            except (RowTooLongError, csv.Error) as error:
                reporter(path, lines.start, skipped)(f"broken row: {error or 'over the size limit'}")
                lines.retry()
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                yield lines.start, header
            elif len(cells) != len(header):
                reporter(path, lines.start, skipped)(f"broken row: {len(cells)} cells where there are {len(header)}")
            else:
                yield lines.start, cells
    if header is None:
        raise UnreadableError(f"{path}: empty")


def write_table(articles: Iterable[Article], path: Path) -> None:
    """Parquet, TSV or CSV by the path's ending, whole or not at all. Raises ValueError at a prediction."""
    rows = (row for article in articles for row in _rows(article))
    with replaced(path) as part:
        if path.suffix.lower() == ".parquet":
            schema = pa.schema([(name, pa.string()) for name in COLUMNS if name != "label"])
            pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), part)  # type: ignore[no-untyped-call]
            return
        with part.open("w", encoding="utf-8", newline="") as handle:
            delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
            names = [name for name in COLUMNS if name != "label"]
            # Ends lines with CR LF, and so also quotes a cell with a lone CR, which readers take for a line's end
            writer = csv.DictWriter(handle, names, restval="", delimiter=delimiter)
            writer.writeheader()
            writer.writerows(rows)


def _rows(article: Article) -> Iterator[dict[str, str]]:
    if is_prediction(article):
        raise ValueError(f"{article.id}: a prediction, which a table would show as somebody's labels")
    yield from rows_of_article(article)
