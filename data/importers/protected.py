"""The sentences of every file that measures: nothing that trains may hold one."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

from ..detokenize import detokenize
from ..sentences import split_sentences
from .jsonl import read_lines


def protected_sentences(data: Path) -> Iterator[str]:
    """Dev and test sentences, and those of sets that only measure (the reported part where a set has splits)."""
    for name in ("dev_rw", "dev_mt", "test_rw", "test_mt"):
        for row in read_lines(data / "stance" / "newsmtsc" / f"{name}.jsonl.gz"):
            yield row["sentence_normalized"]
    for row in read_lines(data / "articles" / "seesaw" / "articles.jsonl.gz"):
        if row["split"] != "train":
            for sentence in row["sentences"]:
                yield sentence["text"]
    texts: list[tuple[str, str]] = [
        ("articles/polnear/test.jsonl.gz", "text"),
        ("topic/bbc/articles.jsonl.gz", "text"),
        ("summaries/dev.jsonl.gz", "article"),
        ("summaries/test.jsonl.gz", "article"),
        ("summaries/test_11refs.jsonl.gz", "article"),
        ("summaries/focused_newts_noncommercial.jsonl.gz", "article"),
    ]
    for path, field in texts:
        for row in read_lines(data / path):
            yield from _split(row[field])
    for path in ("stance/gwsd/GWSD.tsv.gz", "stance/gwsd/held_out_balanced_test.tsv.gz"):
        for cells in _table(data / path, "\t"):
            yield from cells
    for cells in _table(data / "topic" / "cap_nyt_headlines" / "NYTimes.csv.gz", ";"):
        yield from cells
    for cells in _table(data / "topic" / "ag_news_test" / "test.csv.gz", ","):
        for cell in cells:
            yield from _split(cell)
    seen = set()
    for row in read_lines(data / "faithfulness" / "visible.jsonl.gz"):
        key = json.dumps(row["document"])
        if key not in seen:
            seen.add(key)
            yield from _split(row["document"])


def _split(text: str) -> list[str]:
    text = detokenize(text)
    return [span.of(text) for span in split_sentences(text)]


def _table(path: Path, delimiter: str) -> Iterator[list[str]]:
    with gzip.open(path, "rb") as handle:
        lines = io.StringIO(handle.read().decode("utf-8", "replace"), newline="")
    yield from csv.reader(lines, delimiter=delimiter)
