"""JSON, JSON lines and label records become articles."""

from __future__ import annotations

import json
from pathlib import Path

from stancelens.data.schema import dump_line

from .reading import BODY, OTHER, one, read, reason, write


def test_json_objects_lists_and_lines(tmp_path: Path) -> None:
    item = {
        "headline": "Budget",
        "content": BODY,
        "publishedAt": "2025-03-14T09:00:00Z",
        "source": {"id": None, "name": "Daily"},
    }
    paragraphs = {"title": None, "text": "", "body": [BODY, OTHER]}
    article = one(write(tmp_path / "a.json", json.dumps(item)))
    assert (article.id, article.title, article.text) == ("a.json", "Budget", BODY)
    assert (article.source, article.date) == ("Daily", "2025-03-14")
    for name, content in [
        ("b.json", json.dumps([item, paragraphs])),
        ("c.json", json.dumps({"status": "ok", "articles": [item, paragraphs]})),
        ("d.jsonl", f"{json.dumps(item)}\r\n\r\n{json.dumps(paragraphs)}"),
        ("e.json", f"{json.dumps(item)}\n\n{json.dumps(paragraphs)}"),
    ]:
        articles, skipped = read(write(tmp_path / name, content))
        second = 2 if name in ("b.json", "c.json") else 3
        assert [a.id for a in articles] == [f"{name}#1", f"{name}#{second}"]
        assert articles[1].text == f"{BODY}\n\n{OTHER}"
        assert skipped == []


def test_broken_json(tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": BODY}), '{"text": "broken', "[1, 2]", json.dumps({"lead": BODY}),
        '{"text": "half \\ud800 a pair"}',
        json.dumps({"text": "nul \x00 byte"}), json.dumps({"text": " "}), "[" * 200_000, json.dumps({"text": OTHER}),
    ]  # fmt: skip
    articles, skipped = read(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [a.id for a in articles] == ["a.jsonl#1", "a.jsonl#9"]
    assert [s.line for s in skipped] == [2, 3, 4, 5, 6, 7, 8]
    assert "broken JSON" in skipped[0].reason
    assert "no text field; found 'lead'" in skipped[2].reason
    assert skipped[5].reason == "empty"
    assert "broken JSON" in reason(write(tmp_path / "b.json", '{"text": '))
    assert "neither an object nor a list" in reason(write(tmp_path / "c.json", "3"))
    mixed = json.dumps({"text": "Café"}, ensure_ascii=False).encode() + b'\n{"text": "caf\xe9"}\n'
    assert [s.line for s in read(write(tmp_path / "d.jsonl", mixed))[1]] == [2]


def test_size_limit_of_a_line(tmp_path: Path) -> None:
    lines = [json.dumps({"text": BODY}), json.dumps({"text": "word " * 9999}), json.dumps({"text": OTHER})]
    articles, skipped = read(write(tmp_path / "a.jsonl", "\n".join(lines)), max_bytes=1000)
    assert [a.id for a in articles] == ["a.jsonl#1", "a.jsonl#3"]
    assert [(s.line, s.reason) for s in skipped] == [(2, "line over the limit of 1,000 bytes")]


def test_label_records(tmp_path: Path) -> None:
    text = "Parliament passed\r\nthe budget. The opposition called it a disgrace."
    record = {
        "schema": 1, "id": "x", "title": "Budget", "text": text, "topics": ["politics"], "annotator": "ann",
        "mentions": [{"id": "m", "start": 0, "end": 10, "text": "Parliament"}],
        "sentences": [{"start": 0, "end": 30, "stance": "neutral"}],
        "summary": [{"text": "s", "cites": [0], "method": "lead"}], "aggregates": {"n": 1}, "near_duplicate_of": "y",
    }  # fmt: skip
    path = write(tmp_path / "a.jsonl", json.dumps(record))
    kept = one(path, keep_labels=True)
    assert kept.text == text  # offsets fit it as it is
    assert kept.mentions
    assert kept.mentions[0].of(kept.text) == "Parliament"
    assert kept.sentences
    assert kept.topics == ["politics"]
    assert kept.annotator == "ann"
    assert kept.summary is None
    assert kept.aggregates is None
    assert kept.near_duplicate_of is None
    assert kept.file
    assert kept.file.path == "a.jsonl"
    bare = one(path)
    assert bare.id == "x"
    assert bare.sentences is None
    assert bare.mentions is None
    assert bare.topics is None
    assert "\r" not in bare.text
    record["mentions"] = [{"id": "m", "start": 0, "end": 9, "text": "Parliament"}]
    assert "the text there reads" in reason(write(tmp_path / "b.jsonl", json.dumps(record)), keep_labels=True)
    assert one(write(tmp_path / "c.json", json.dumps({"schema": "news/v2", "id": "z", "text": BODY})), keep_labels=True)


def test_records_are_written_with_what_is_known_only(tmp_path: Path) -> None:
    line = json.loads(dump_line(one(write(tmp_path / "a.txt"))))
    assert set(line) == {"id", "title", "text", "file", "ignored"}


def test_a_named_field_that_is_missing_costs_no_article(tmp_path: Path) -> None:
    lines = [{"body": BODY, "published": None}, {"body": OTHER}, {"body": ""}, {"text": BODY}]
    path = write(tmp_path / "a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    articles, skipped = read(path, text_column="body", date_column="published")
    assert [article.date for article in articles] == [None, None]
    assert [article.warnings for article in articles] == [None, ["no field 'published'"]]
    assert [(item.line, item.reason.split(";")[0]) for item in skipped] == [(3, "empty"), (4, "no text column 'body'")]
