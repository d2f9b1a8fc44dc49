"""Stand-off labels: joined with the text that they were made on, and with no other."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from stancelens.data.corpus import REAL, SETTLED, read_corpus, read_real, real_ids
from stancelens.data.schema import Article, RecordError, text_hash
from stancelens.data.standoff import is_standoff, resolve, standoff_ids
from stancelens.evaluation.label_report import check_labels

TEXT = "Duval called the bank reckless."
LABELS = {
    "schema": 1,
    "id": "a",
    "text_sha256": text_hash(TEXT),
    "mentions": [{"id": "m0", "start": 17, "end": 21}],
    "sentences": [{"start": 0, "end": 31, "stances": [{"target": "bank", "mention": "m0", "label": "against"}]}],
    "annotator": "one",
}


def write(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_labels_are_joined_with_their_text(tmp_path: Path) -> None:
    path = write(tmp_path / "labels.jsonl", LABELS, LABELS | {"annotator": "two"})
    texts = [Article(id="b", text="Else."), Article(id="a", title="Bank", text=TEXT, source="Gazette")]
    found = list(resolve(path, texts))
    assert [(article.annotator, article.title, article.source) for article in found] == [
        ("one", "Bank", "Gazette"),
        ("two", "Bank", "Gazette"),
    ]
    assert [mention.of(found[0].text) for mention in found[0].mentions or []] == ["bank"]
    assert "date" not in found[0].model_fields_set
    assert standoff_ids(path) == {"a"}


@pytest.mark.parametrize(
    ("record", "text", "message"),
    [
        (LABELS, "Duval called the bank prudent!.", ":1: text_sha256: 'a' has another text"),
        (LABELS | {"id": "c"}, TEXT, ":1: id: the text of 'c' is not in the data"),
        (
            LABELS | {"mentions": [{"id": "m0", "start": 17, "end": 99}]},
            TEXT,
            ":1: record: mentions: 17-99 lies outside",
        ),
        ({"schema": 1, "id": "a"}, TEXT, ":1: record: stand-off labels have an id and a text_sha256"),
    ],
)
def test_anything_else_is_refused(record: dict[str, object], text: str, message: str, tmp_path: Path) -> None:
    path = write(tmp_path / "labels.jsonl", record)
    with pytest.raises(RecordError, match=message):
        list(resolve(path, [Article(id="a", text=text)]))


def test_labels_without_text_are_not_checked_but_named(tmp_path: Path) -> None:
    write(tmp_path / "away.jsonl", LABELS)
    write(tmp_path / "here.jsonl", {"schema": 1, "id": "b", "text": "Hi."})
    report = check_labels([tmp_path], suggest=False)
    assert (report.counts.records, report.errors) == (1, 0)
    assert any("away.jsonl holds no text" in note for note in report.notes)
    assert not is_standoff(write(tmp_path / "empty.jsonl"))


def test_the_real_articles_measure_and_are_no_part_of_the_corpus() -> None:
    assert is_standoff(REAL)
    assert len(real_ids()) == 40
    assert not real_ids() & {a.id for split in ("train", "dev", "test") for a in read_corpus(split)}


def test_the_real_articles_are_those_that_were_labelled() -> None:
    if not (data := os.environ.get("STANCELENS_DATA")):
        pytest.skip("STANCELENS_DATA, the folder of public sets, is not set")
    found = list(read_real(Path(data) / "topic" / "allsides" / "articles.jsonl.gz"))
    settled = [article for article in found if article.annotator == SETTLED]
    assert (len(found), len(settled)) == (120, 40)
    assert sum(len(article.sentences or []) for article in settled) == 572
    assert all(article.title and article.source for article in settled)


def test_a_text_that_was_changed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl.gz"
    rows = [
        {"ID": name.split("/")[1], "title": "", "content": "Else.", "source": "", "date": ""} for name in real_ids()
    ]
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    with pytest.raises(RecordError, match="has another text"):
        list(read_real(path))
