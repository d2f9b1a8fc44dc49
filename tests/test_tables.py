"""The tables say what the results say, in types, and a spreadsheet runs nothing that an article wrote."""

from __future__ import annotations

import csv
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ..data.schema import Article, RecordError, dump_line
from ..inference import tables
from ..inference.tables import COLUMNS, NAMES, write_tables
from .fake_results import samples

TEXT = "=Nova praised Bell. It rained.\n\nShare this article"


def build(folder: Path, articles: list[Article], **options: Any) -> Path:
    results = folder / "results.jsonl"
    results.write_text("".join(dump_line(article) + "\n" for article in articles), encoding="utf-8")
    write_tables(results, folder, **options)
    return folder


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def typed(folder: Path, table: str) -> list[dict[str, Any]]:
    return list(pq.read_table(folder / f"{table}.parquet").to_pylist())


def article(**fields: Any) -> Article:
    spread = {"against": 0.125, "neutral": 0.25, "favor": 0.625}
    record = {
        "id": "a.txt", "title": "Rain, \"again\"", "text": TEXT, "source": "Post", "date": "2025-03-07",
        "file": {"path": "in/a.txt", "sha256": "0"},
        "ignored": [{"start": 32, "end": 50, "reason": "share buttons"}],
        "entities": [{"id": "e0", "name": "Nova", "kind": "person"}, {"id": "e1", "name": "Bell", "kind": "place"}],
        "mentions": [{"id": "m0", "start": 1, "end": 5, "entity": "e0"}, {"id": "m1", "start": 14, "end": 18}],
        "sentences": [
            {
                "start": 0, "end": 19, "topics": ["weather"], "stance": "favor", "stance_source": "targets",
                "stances": [
                    {"target": "Nova", "mention": "m0", "label": "neutral", "abstained": True},
                    {"target": "Bell", "mention": "m1", "label": "favor", "probabilities": spread, "abstained": False},
                ],
                "probabilities": {"topics": {"weather": 0.5, "sport": 0.5}, "stance": spread},
                "abstained": ["topics"], "salience": 0.75,
            },
            {"start": 20, "end": 30, "topics": ["sport"], "stances": [{"target": "the rain", "label": "against"}]},
        ],
        "summary": [{"text": "Nova praised Bell.", "cites": [0], "method": "extract"}],
        "near_duplicate_of": "b.txt", "warnings": ["old", "short"],
    }  # fmt: skip
    return Article.model_validate(record | fields)


def test_content(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    assert typed(tmp_path, "articles") == [
        {
            "id": "a.txt", "title": 'Rain, "again"', "source": "Post", "date": "2025-03-07", "path": "in/a.txt",
            "topic": "weather", "sentences": 2, "words": 5, "targets": 3, "against": 1, "neutral": 0, "favor": 1,
            "abstained": 1, "summary": "Nova praised Bell.", "near_duplicate_of": "b.txt", "ignored_characters": 18,
            "warnings": "old; short",
        }
    ]  # fmt: skip
    first, second = typed(tmp_path, "sentences")
    assert first == {
        "article_id": "a.txt", "sentence": 0, "start": 0, "end": 19, "text": "=Nova praised Bell.",
        "topic": "weather", "topic_probability": 0.5, "topic_abstained": True, "stance": "favor",
        "stance_probability": 0.625, "stance_source": "targets", "salience": 0.75, "in_summary": True,
    }  # fmt: skip
    assert (second["topic"], second["stance"], second["topic_abstained"], second["in_summary"]) == (
        "sport", None, None, False,
    )  # fmt: skip
    nova, bell, rain = typed(tmp_path, "stances")
    assert bell == {
        "article_id": "a.txt", "sentence": 0, "target": "Bell", "kind": "place", "mention_start": 14,
        "mention_end": 18, "mention_text": "Bell", "label": "favor", "p_against": 0.125, "p_neutral": 0.25,
        "p_favor": 0.625, "probability": 0.625, "abstained": False,
    }  # fmt: skip
    assert (nova["kind"], nova["probability"], nova["abstained"]) == ("person", None, True)
    assert (rain["sentence"], rain["kind"], rain["mention_text"], rain["label"]) == (1, None, None, "against")


def test_csv_says_the_same_as_parquet(tmp_path: Path) -> None:
    articles = samples()
    build(tmp_path, articles)
    for table in COLUMNS:
        shown, stored = rows(tmp_path, table), typed(tmp_path, table)
        assert len(shown) == len(stored) > 0
        for left, right in zip(shown, stored, strict=True):
            for name, value in right.items():
                text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                assert left[name].removeprefix("'") == text.removeprefix("'")
    assert len(rows(tmp_path, "articles")) == len(articles)
    assert len(rows(tmp_path, "sentences")) == sum(len(a.sentences or []) for a in articles)
    assert len(rows(tmp_path, "stances")) == sum(len(s.stances or []) for a in articles for s in a.sentences or [])


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_are_text_in_csv_only(tmp_path: Path, first: str) -> None:
    title = f'{first}HYPERLINK("http://x.example","y"),z'
    build(tmp_path, [article(title=title)])
    assert rows(tmp_path, "articles")[0]["title"] == f"'{title}"
    assert typed(tmp_path, "articles")[0]["title"] == title
    assert rows(tmp_path, "sentences")[0]["text"] == "'=Nova praised Bell."
    assert rows(tmp_path, "sentences")[0]["salience"] == "0.75"


@pytest.mark.parametrize("title", ["a\rb", "a\nb", "a\r\nb", 'a"b', "a,b", "a'b", " = b", "é 😀 \u2028"])
def test_odd_characters_stay_in_their_cell(tmp_path: Path, title: str) -> None:
    build(tmp_path, [article(title=title), article(id="b.txt")])
    assert [row["title"] for row in rows(tmp_path, "articles")] == [title, 'Rain, "again"']
    assert typed(tmp_path, "articles")[0]["title"] == title


def test_parquet_types(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    for table in COLUMNS:
        schema = pq.read_schema(tmp_path / f"{table}.parquet")
        assert schema.names == list(rows(tmp_path, table)[0])
        assert set(schema.types) <= {pa.string(), pa.int64(), pa.float64(), pa.bool_()}
    stances = pq.read_schema(tmp_path / "stances.parquet")
    assert stances.field("p_against").type == pa.float64()
    assert stances.field("mention_start").type == pa.int64()
    assert stances.field("abstained").type == pa.bool_()


def test_same_results_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 7)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build(tmp_path / name, samples())
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    groups = pq.ParquetFile(tmp_path / "one" / "sentences.parquet").metadata
    sizes = [groups.row_group(n).num_rows for n in range(groups.num_row_groups)]
    assert set(sizes[:-1]) == {7}
    assert sum(sizes) == len(rows(tmp_path / "one", "sentences"))
    assert {path.name for path in (tmp_path / "one").iterdir()} == {*NAMES, "results.jsonl"}


def test_no_articles_give_headers(tmp_path: Path) -> None:
    build(tmp_path, [])
    for table in COLUMNS:
        header = (tmp_path / f"{table}.csv").read_text(encoding="utf-8")
        assert header == ",".join(tables.columns(table, ("against", "neutral", "favor"))) + "\n"
        stored = pq.read_table(tmp_path / f"{table}.parquet")
        assert stored.num_rows == 0
        assert ",".join(stored.schema.names) + "\n" == header


def test_other_label_sets(tmp_path: Path) -> None:
    stances = [
        {"target": "Nova", "label": "con", "probabilities": {"pro": 0.25, "con": 0.75}},
        {"target": "Nova", "label": "title"},
    ]
    build(tmp_path, [article(sentences=[{"start": 0, "end": 19, "stances": stances}])], labels=("pro", "con", "title"))
    (row,) = typed(tmp_path, "articles")
    assert (row["pro"], row["con"], row["label_title"], row["title"]) == (0, 1, 1, 'Rain, "again"')
    assert "against" not in row
    first, second = typed(tmp_path, "stances")
    assert (first["p_pro"], first["p_con"], first["p_title"]) == (0.25, 0.75, None)
    assert second["probability"] is None


def test_a_record_that_cannot_be_used_leaves_the_former_tables(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    before = {name: (tmp_path / name).read_bytes() for name in NAMES}
    with (tmp_path / "results.jsonl").open("a") as results:
        results.write('{"id": "b", "text": "x", "nonsense": 1}\n')
    with pytest.raises(RecordError, match=r"results\.jsonl:2: nonsense"):
        write_tables(tmp_path / "results.jsonl", tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in NAMES} == before
    assert {path.name for path in tmp_path.iterdir()} == {*NAMES, "results.jsonl"}


def test_memory_does_not_grow_with_the_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 200)
    line = dump_line(article()) + "\n"
    peaks = []
    for count in (400, 2000):
        (tmp_path / "results.jsonl").write_text(line * count, encoding="utf-8")
        tracemalloc.start()
        write_tables(tmp_path / "results.jsonl", tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5
