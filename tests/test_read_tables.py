"""Rows of tables become articles."""

from __future__ import annotations

from pathlib import Path

import pytest
from stancelens.data.read_tables import sniff
from stancelens.data.readers import Skipped

from .reading import BODY, OTHER, one, read, reason, write


def test_table_with_detected_columns(tmp_path: Path) -> None:
    content = (
        "\ufeffArticle ID,Headline,Publish Date,Outlet,Body\n"
        f'7,"Budget, passed",14 March 2025,Daily,"{BODY}\r\n\r\nHe said ""no""."\n'
        f",Gone,,,{OTHER}\n"
    )
    articles, skipped = read(write(tmp_path / "2024-01-01.csv", content))
    assert skipped == []
    first, second = articles
    assert (first.id, first.title, first.date, first.source) == ("7", "Budget, passed", "2025-03-14", "Daily")
    assert first.text == f'{BODY}\n\nHe said "no".'
    assert (second.id, second.title, second.date, second.source) == ("2024-01-01.csv#2", "Gone", None, None)
    assert first.file
    assert second.file
    assert first.file.sha256 != second.file.sha256


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_delimiters(tmp_path: Path, delimiter: str, suffix: str) -> None:
    rows = [["id", "text", "date"], ["1", f'"{BODY}, {delimiter} and so on"', "2025-01-02"], ["2", OTHER, "2025-01-03"]]
    articles, _ = read(write(tmp_path / f"a{suffix}", "\n".join(delimiter.join(row) for row in rows)))
    assert [(a.id, a.date) for a in articles] == [("1", "2025-01-02"), ("2", "2025-01-03")]


def test_tabs_with_literal_quotation_marks(tmp_path: Path) -> None:
    said = f'"We will win," he said. {BODY}'
    assert one(write(tmp_path / "a.tsv", f"text\tdate\n{said}\t2025-01-02\n")).text == said


def test_one_column_with_commas(tmp_path: Path) -> None:
    article = one(write(tmp_path / "a.csv", f"text\nOn Friday, in Paris, talks failed, and {BODY}\n"))
    assert article.text.startswith("On Friday, in Paris")


def test_columns_by_name_and_by_number(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", f"artikel,kopf\n{BODY},Budget\n")
    message = reason(path)
    assert "no text column; found 'artikel', 'kopf'" in message
    assert "text_column" in message
    assert one(path, text_column="artikel", title_column="kopf").title == "Budget"
    assert one(path, text_column="1").text == BODY
    assert "no text column 'nope'; found 'artikel'" in reason(path, text_column="nope")
    headless = write(tmp_path / "b.csv", f"3,Budget passed,{BODY}\n4,Minister gone,{OTHER}\n")
    assert "no text column; found '1', '2', '3'" in reason(headless)
    assert [a.title for a in read(headless, text_column="3", title_column="2")[0]] == ["Budget passed", "Minister gone"]


def test_broken_rows_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = [
        b"id,text,date",
        f"1,{BODY},2025-01-01".encode(),
        b"2,one, two, three,2025-01-01",
        b'3,"never closed,2025-01-01',
        f'4,"{OTHER}",2025-01-01'.encode(),
        b"5,caf\xe9 latin in a file of UTF-8,2025-01-01",
        "6,Café in São Paulo closed on Monday evening.,2025-01-01".encode(),
        b"7,nul \x00 byte,2025-01-01",
        b"8,,2025-01-01",
        f"1,{BODY} Again.,2025-01-01".encode(),
        f"9,{BODY} Still.,2025-01-01,,".encode(),
        b'10,"open to the end',
        f"11,{OTHER} Last.,2025-01-01".encode(),
    ]
    articles, skipped = read(write(tmp_path / "a.csv", b"\n".join(lines)))
    assert [a.id for a in articles] == ["1", "4", "6", "9", "11"]
    found = [(s.line, s.reason.split(":")[0]) for s in skipped]
    assert found == [
        (3, "broken row"), (4, "broken row"), (6, "broken encoding"), (8, "binary"), (9, "empty"),
        (10, "id '1' stands in this file twice"), (12, "broken row"),
    ]  # fmt: skip


def test_size_limit_of_a_row(tmp_path: Path) -> None:
    big = "word " * 2000
    path = write(tmp_path / "a.csv", f'id,text\n1,{BODY}\n2,"{big}"\n3,"open\n{f"{OTHER}{chr(10)}" * 50}4,{OTHER}\n')
    articles, skipped = read(path, max_bytes=2000)
    assert [a.id for a in articles] == ["1", "4"]
    assert [s.line for s in skipped if "size limit" in s.reason] == [3, 4]
    fields = write(tmp_path / "b.csv", f'id,text\n1,"{"A long text it is. " * 20_000}"\n')
    assert len(one(fields).text) > 131_072  # the csv module's own limit


def test_tables_that_are_empty_or_binary(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "")) == ([], [Skipped(str(tmp_path / "a.csv"), None, "empty")])
    assert reason(write(tmp_path / "b.csv", "id,text\n")) == "empty"
    assert reason(write(tmp_path / "b.jsonl", "\n\n")) == "empty"
    assert reason(write(tmp_path / "b.json", "[]")) == "empty"
    assert "binary" in reason(write(tmp_path / "c.csv", b"PK\x03\x04" + b"\x00\x01" * 99))
    table = f"id,text\n1,{BODY}\n"
    assert one(write(tmp_path / "d.csv", table.encode("utf-16"))).text == BODY
    assert one(write(tmp_path / "e.csv", table.replace("\n", "\r"))).text == BODY


def test_sniffing_a_header_alone() -> None:
    assert sniff("id;text;date\n").delimiter == ";"
    assert sniff("").delimiter == ","
