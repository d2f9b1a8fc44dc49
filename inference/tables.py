"""results.jsonl → articles, sentences and stances as CSV and Parquet, for spreadsheets, R and pandas.

The results are read in a stream and rows are written in groups of fixed size, so that memory stays flat and the same
results give the same bytes.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from ..data.atomic import replaced
from ..data.boilerplate import without
from ..data.labels import STANCES
from ..data.schema import Article, Sentence, parse_line

ROWS = 5_000  # in a row group, and in memory
TEXT, COUNT, REAL, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
PER_LABEL = "<label>"  # stands for one column for each label of the label set

# Table → column → type. An empty cell (null in Parquet) is what is not known or does not apply.
COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "articles": {
        "id": TEXT,
        "title": TEXT,
        "source": TEXT,
        "date": TEXT,  # an ISO 8601 day where it could be read as one, else as written
        "path": TEXT,  # of the file, below the folder that was given
        "topic": TEXT,  # that most sentences have; the earlier one if two are level
        "sentences": COUNT,
        "words": COUNT,  # between white space, boilerplate left out
        "targets": COUNT,  # different names that some stance is toward
        PER_LABEL: COUNT,  # against, neutral, favor: stances with that label, without abstentions
        "abstained": COUNT,  # stances on which the model abstains
        "summary": TEXT,  # its lines, joined by spaces
        "near_duplicate_of": TEXT,  # id of an earlier article with nearly the same text
        "ignored_characters": COUNT,  # boilerplate
        "warnings": TEXT,  # joined by "; "
    },
    "sentences": {
        "article_id": TEXT,
        "sentence": COUNT,  # its place in the article, from 0
        "start": COUNT,  # in the article's text, in characters
        "end": COUNT,  # one past the last
        "text": TEXT,
        "topic": TEXT,
        "topic_probability": REAL,
        "topic_abstained": FLAG,
        "stance": TEXT,  # toward the main target
        "stance_probability": REAL,
        "stance_source": TEXT,  # "model", or "targets" where it follows from the stances toward targets
        "salience": REAL,  # 0 to 1, worth a place in the summary
        "in_summary": FLAG,  # a line of the summary cites it
    },
    "stances": {
        "article_id": TEXT,
        "sentence": COUNT,
        "target": TEXT,
        "kind": TEXT,  # of the entity: a person, an organization, …
        "mention_start": COUNT,  # in the article's text; empty where the sentence does not name the target
        "mention_end": COUNT,
        "mention_text": TEXT,
        "label": TEXT,
        f"p_{PER_LABEL}": REAL,  # p_against, p_neutral, p_favor: calibrated probabilities
        "probability": REAL,  # of the label
        "abstained": FLAG,
    },
}
NAMES = tuple(f"{table}.{kind}" for table in COLUMNS for kind in ("csv", "parquet"))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may run as a formula if a cell begins with it
Row = dict[str, Any]


def columns(table: str, labels: Sequence[str]) -> dict[str, pa.DataType]:
    """The columns of a table for a label set."""
    out: dict[str, pa.DataType] = {}
    for name, kind in COLUMNS[table].items():
        for label in labels if PER_LABEL in name else ("",):
            out[_column(table, name, label)] = kind
    return out


def _column(table: str, name: str, label: str) -> str:
    """A label that is called like another column gets a prefix: no table has two columns of one name."""
    out = name.replace(PER_LABEL, label)
    return f"label_{out}" if PER_LABEL in name and out in COLUMNS[table] else out


def write_tables(results: Path, out: Path, labels: Sequence[str] = STANCES) -> None:
    """Write the six tables of a result file into ``out``, each whole or not at all.

    ``labels`` is the stance label set. Raises RecordError for a record that cannot be used, OSError if a table cannot
    be written.
    """
    with ExitStack() as all_written:
        parts = {name: all_written.enter_context(replaced(out / name)) for name in NAMES}
        with ExitStack() as writers:
            opened = [_Table(columns(t, labels), parts[f"{t}.csv"], parts[f"{t}.parquet"]) for t in COLUMNS]
            tables = {name: writers.enter_context(table) for name, table in zip(COLUMNS, opened, strict=True)}
            for article in _articles(results):
                tables["articles"].add(_article_row(article, labels))
                for row in _sentence_rows(article):
                    tables["sentences"].add(row)
                for row in _stance_rows(article, labels):
                    tables["stances"].add(row)


def _articles(results: Path) -> Iterator[Article]:
    with results.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            yield parse_line(line, f"{results}:{number}")


def _article_row(article: Article, labels: Sequence[str]) -> Row:
    sentences = article.sentences or []
    stances = [stance for sentence in sentences for stance in sentence.stances or []]
    sides = Counter(stance.label for stance in stances if not stance.abstained)
    topics = Counter(sentence.topics[0] for sentence in sentences if sentence.topics)
    main = article.topics[0] if article.topics else next((name for name, _ in topics.most_common(1)), None)
    kept = without(article.text, article.ignored)
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "date": article.date,
        "path": article.file.path if article.file else None,
        "topic": main,
        "sentences": len(sentences),
        "words": len(kept.split()),
        "targets": len({stance.target for stance in stances}),
        **{_column("articles", PER_LABEL, label): sides[label] for label in labels},
        "abstained": sum(bool(stance.abstained) for stance in stances),
        "summary": " ".join(line.text for line in article.summary or []) or None,
        "near_duplicate_of": article.near_duplicate_of,
        "ignored_characters": len(article.text) - len(kept),
        "warnings": "; ".join(article.warnings or []) or None,
    }


def _sentence_rows(article: Article) -> Iterator[Row]:
    cited = {index for line in article.summary or [] for index in line.cites}
    for index, sentence in enumerate(article.sentences or []):
        topic = sentence.topics[0] if sentence.topics else None
        yield {
            "article_id": article.id,
            "sentence": index,
            "start": sentence.start,
            "end": sentence.end,
            "text": sentence.of(article.text),
            "topic": topic,
            "topic_probability": _probability(sentence, "topics", topic),
            "topic_abstained": None if sentence.abstained is None else "topics" in sentence.abstained,
            "stance": sentence.stance,
            "stance_probability": _probability(sentence, "stance", sentence.stance),
            "stance_source": sentence.stance_source,
            "salience": sentence.salience,
            "in_summary": index in cited,
        }


def _probability(sentence: Sentence, field: str, label: str | None) -> float | None:
    return (sentence.probabilities or {}).get(field, {}).get(label or "")


def _stance_rows(article: Article, labels: Sequence[str]) -> Iterator[Row]:
    mentions = {mention.id: mention for mention in article.mentions or []}
    kinds = {entity.id: entity.kind for entity in article.entities or []}
    by_name = {entity.name: entity.kind for entity in article.entities or []}
    for index, sentence in enumerate(article.sentences or []):
        for stance in sentence.stances or []:
            mention = mentions[stance.mention] if stance.mention is not None else None
            entity = mention.entity if mention else None
            spread = stance.probabilities or {}
            yield {
                "article_id": article.id,
                "sentence": index,
                "target": stance.target,
                "kind": kinds[entity] if entity in kinds else by_name.get(stance.target),
                "mention_start": mention.start if mention else None,
                "mention_end": mention.end if mention else None,
                "mention_text": mention.of(article.text) if mention else None,
                "label": stance.label,
                **{_column("stances", f"p_{PER_LABEL}", label): spread.get(label) for label in labels},
                "probability": spread.get(stance.label),
                "abstained": stance.abstained,
            }


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


class _Table:
    """One table's two files, open for rows."""

    def __init__(self, kinds: dict[str, pa.DataType], csv_path: Path, parquet_path: Path) -> None:
        self.schema = pa.schema(list(kinds.items()))
        self.rows: list[Row] = []
        self.csv: TextIO = csv_path.open("w", encoding="utf-8", newline="")
        # the csv module of Python 3.11 leaves a lone carriage return unquoted: readers would end the row there
        self.plain = csv.writer(self.csv, lineterminator="\n")
        self.quoted = csv.writer(self.csv, lineterminator="\n", quoting=csv.QUOTE_ALL)
        self.plain.writerow([_cell(name) for name in self.schema.names])
        self.parquet = pq.ParquetWriter(parquet_path, self.schema, compression="zstd")

    def __enter__(self) -> _Table:
        return self

    def add(self, row: Row) -> None:
        self.rows.append(row)
        cells = [_cell(row[name]) for name in self.schema.names]
        returns = any(isinstance(cell, str) and "\r" in cell for cell in cells)
        (self.quoted if returns else self.plain).writerow(cells)
        if len(self.rows) == ROWS:
            self._flush()

    def _flush(self) -> None:
        self.parquet.write_table(pa.Table.from_pylist(self.rows, schema=self.schema), row_group_size=ROWS)
        self.rows.clear()

    def __exit__(self, *error: object) -> None:
        try:
            if self.rows and error[0] is None:
                self._flush()
        finally:
            self.csv.close()
            self.parquet.close()
