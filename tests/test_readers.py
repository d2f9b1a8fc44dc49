"""Readers: every kind of input becomes articles, and what is not read is named with its reason."""

from __future__ import annotations

import hashlib
import json
import os
import tracemalloc
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stancelens.data.dates import day_in_path, iso_day
from stancelens.data.encoding import decode
from stancelens.data.language import is_english
from stancelens.data.read_tables import sniff
from stancelens.data.read_text import split_title
from stancelens.data.readers import ReadOptions, Skipped, iter_articles
from stancelens.data.schema import Article, dump_line, parse_line

SHARED = Path(os.environ.get("STANCELENS_SHARED", Path(__file__).parents[2] / "shared"))
RUSSIA = SHARED / "articles" / "russia-negotiations.txt"
BODY = "Parliament passed the budget on Friday. The opposition called it a disgrace and vowed to fight it in court."
OTHER = "The minister resigned on Monday after a long debate. Nobody in the cabinet defended her this time."
GERMAN = (
    "Der Bundestag hat am Donnerstag ein neues Gesetz verabschiedet, das die Mieten in den großen Städten begrenzen "
    "soll. Die Opposition kritisierte das Vorhaben und kündigte an, vor das Verfassungsgericht zu ziehen."
)


def read(*paths: Path, **options: Any) -> tuple[list[Article], list[Skipped]]:
    skipped: list[Skipped] = []
    return list(iter_articles(paths, options=ReadOptions(**options), skipped=skipped.append)), skipped


def write(path: Path, content: str | bytes = BODY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def one(path: Path, **options: Any) -> Article:
    articles, skipped = read(path, **options)
    assert skipped == []
    assert len(articles) == 1
    return articles[0]


def reason(path: Path, **options: Any) -> str:
    articles, skipped = read(path, **options)
    assert articles == []
    assert len(skipped) == 1
    return str(skipped[0].reason)


# Walking


def test_order_ids_dates_and_sources_of_a_folder(tmp_path: Path) -> None:
    root = tmp_path / "news"
    for name in ("b.txt", "a/2025-03-14/z.TXT", "a/2025-03-14/y.md", "c/2024/05/06/x.txt", ".hidden/h.txt", ".h.txt"):
        write(root / name, f"{BODY} It is {name.replace('.', ' ')}.")
    articles, skipped = read(root)
    assert skipped == []
    assert [(a.id, a.source, a.date) for a in articles] == [
        ("a/2025-03-14/y.md", "a", "2025-03-14"),
        ("a/2025-03-14/z.TXT", "a", "2025-03-14"),
        ("b.txt", None, None),
        ("c/2024/05/06/x.txt", "c", "2024-05-06"),
    ]
    file = articles[2].file
    assert file
    assert file.path == "b.txt"
    assert file.sha256 == hashlib.sha256((root / "b.txt").read_bytes()).hexdigest()


def test_same_relative_path_in_two_folders(tmp_path: Path) -> None:
    roots = [tmp_path / "one", tmp_path / "two", tmp_path / "deep" / "two"]
    for root in roots:
        write(root / "a.txt")
    write(tmp_path / "single" / "a.txt")
    articles, skipped = read(*roots, tmp_path / "single" / "a.txt")
    assert [a.id for a in articles] == ["a.txt", "two/a.txt", "two-2/a.txt", "single/a.txt"]
    assert skipped == []


def test_a_file_is_read_once(tmp_path: Path) -> None:
    inner = write(tmp_path / "news" / "sub" / "a.txt")
    hidden = write(tmp_path / "news" / ".store" / "b.txt")
    articles, skipped = read(tmp_path / "news", inner, hidden, tmp_path / "news")
    assert [a.id for a in articles] == ["sub/a.txt", "b.txt"]
    assert [s.reason.split(" as ")[0] for s in skipped] == ["read already", "read already"]
    articles, skipped = read(inner, inner.parent.parent)
    assert [a.id for a in articles] == ["a.txt"]
    assert "read already" in skipped[0].reason


def test_links(tmp_path: Path) -> None:
    root = tmp_path / "news"
    write(root / "sub" / "a.txt")
    write(root / ".annex" / "b", OTHER)
    write(tmp_path / "outside.txt")
    for name, target in [
        ("loop", root), ("self", root / "self"), ("out.txt", tmp_path / "outside.txt"), ("outdir", tmp_path),
        ("gone.txt", root / "nothing"), ("again.txt", root / "sub" / "a.txt"), ("kept.txt", root / ".annex" / "b"),
        ("twice", root / "sub"),
    ]:  # fmt: skip
        (root / name).symlink_to(target)
    articles, skipped = read(root)
    assert [a.id for a in articles] == ["kept.txt", "sub/a.txt"]
    assert {Path(s.path).name: s.reason for s in skipped} == {
        "loop": "symlink loop",
        "self": "symlink loop",
        "out.txt": "link that leads outside the given folder",
        "outdir": "link that leads outside the given folder",
        "gone.txt": "link to nothing",
        "again.txt": "link to sub/a.txt, which is read where it is",
        "twice": "link to a folder, which is read where it is",
    }


def test_a_link_that_was_given_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert one(tmp_path / "link").id == "a.txt"


def test_what_is_no_readable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert reason(tmp_path / "pipe.txt") == "neither a file nor a folder"
    assert reason(tmp_path) == "neither a file nor a folder"
    assert "No such file" in reason(tmp_path / "missing.txt")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("a.txt", "b.csv", "c.jsonl"):
        path = write(tmp_path / "closed" / name)
        with monkeypatch.context() as patch:  # root may read everything, so file modes would not do
            patch.setattr(Path, "open", refuse)
            assert reason(path) == "cannot be read: Permission denied"
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        assert reason(tmp_path) == "cannot be read: Permission denied"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_read_permission(tmp_path: Path) -> None:
    write(tmp_path / "a.txt").chmod(0)
    assert reason(tmp_path) == "cannot be read: Permission denied"


def test_names_that_are_not_utf8_can_be_written(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        Path(os.fsdecode(name)).write_text(BODY)
    except OSError:
        pytest.skip("this file system refuses such names")
    assert one(tmp_path).id == "caf\\udce9.txt"


def test_kinds_that_are_not_read(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.docx", "README"):
        write(tmp_path / name)
    write(tmp_path / "ok.txt")
    articles, skipped = read(tmp_path)
    assert [a.id for a in articles] == ["ok.txt"]
    assert [s.path.rsplit("/")[-1] for s in skipped] == ["README", "a.pdf", "b.docx"]
    assert "kind .pdf is not read; read are .txt" in skipped[1].reason


def test_a_crashing_parser_does_not_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("stancelens.data.readers.read_html", crash)
    write(tmp_path / "a.html")
    write(tmp_path / "b.txt")
    articles, skipped = read(tmp_path)
    assert [a.id for a in articles] == ["b.txt"]
    assert skipped[0].reason == "cannot be read: RecursionError: too deep"


def test_what_the_caller_raises_reaches_the_caller(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf")

    def refuse(_: Skipped) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(iter_articles([tmp_path], skipped=refuse))


def test_limit(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.txt")
    assert [a.id for a in read(tmp_path, limit=2)[0]] == ["0.txt", "1.txt"]
    assert read(tmp_path, limit=0)[0] == []


# Text


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        ("Budget passed\n\n" + BODY, "Budget passed", BODY),
        ("\ufeffBudget passed in the U.S.\r\n\r\n" + BODY + "\r\n", "Budget passed in the U.S.", BODY),
        ("Memories of Marley...\n\n" + BODY, "Memories of Marley...", BODY),
        ("Will it hold?\n \n" + BODY, "Will it hold?", BODY),
        (f"{OTHER}\n\n{BODY}", "", f"{OTHER}\n\n{BODY}"),
        (f"It was over.\n\n{BODY}", "", f"It was over.\n\n{BODY}"),
        (f"Budget passed\n{BODY}", "", f"Budget passed\n{BODY}"),
        (f"March 14, 2025\n\n{BODY}", "", f"March 14, 2025\n\n{BODY}"),
        (f"By Jane Doe, Reuters\n\n{BODY}", "", f"By Jane Doe, Reuters\n\n{BODY}"),
        ("Budget passed by parliament on Friday", "", "Budget passed by parliament on Friday"),
    ],
)
def test_titles_of_text_files(tmp_path: Path, content: str, title: str, text: str) -> None:
    article = one(write(tmp_path / "a.txt", content))
    assert (article.title, article.text) == (title, text)


def test_markdown(tmp_path: Path) -> None:
    assert split_title(f"# Budget *passed* #\n{BODY}", markdown=True) == ("Budget *passed*", BODY)
    assert split_title(f"Budget passed\n===\n{BODY}", markdown=True) == ("Budget passed", BODY)
    front = f'---\ntitle: "Budget passed"\ndate: 2025-03-14T10:00\noutlet: Daily\nlayout: x\n---\n\n{BODY}\n'
    article = one(write(tmp_path / "a.md", front))
    assert (article.title, article.date, article.source, article.text) == ("Budget passed", "2025-03-14", "Daily", BODY)
    rule = f"---\n{BODY}\n---\n{OTHER}"
    assert one(write(tmp_path / "b.md", rule)).text == rule


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252", "mac_roman"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = f"He paid £400m, “a disgrace” — and Macron’s café closed. {BODY}"
    article = one(write(tmp_path / "a.txt", text.encode(encoding)))
    assert article.text == text
    # A guess is never made in silence
    assert bool(article.warnings) == (encoding in ("cp1252", "mac_roman"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"... --- !!!", "empty: holds no words"),
        (b"Advertisement\n\nShare\n\nSubscribe now\n", "nothing but boilerplate"),
        (b"abc\x00def", "binary: holds NUL bytes"),
        (BODY.encode("utf-16-le"), "binary: holds NUL bytes"),
        (bytes(range(256)) * 4, "binary: holds NUL bytes"),
        (bytes(range(1, 32)) * 9, "binary: more than 1% of it are control characters"),
        ("Café and naïve “quotes” ".encode() * 5 + b"\xe2\x80", "broken encoding: UTF-8 with an error at byte"),
        (("\ufffd" * 9 + BODY).encode(), "damaged text"),
    ],
)
def test_texts_that_are_refused(tmp_path: Path, data: bytes, message: str) -> None:
    assert message in reason(write(tmp_path / "a.txt", data))


def test_size_limit_of_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", BODY)
    assert reason(path, max_bytes=len(BODY) - 1) == f"over the limit of {len(BODY) - 1:,} bytes"
    assert one(path, max_bytes=len(BODY)).text == BODY


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.text(max_size=300), suffix=st.sampled_from([".txt", ".md"]), end=st.sampled_from(["\n", "\r\n"]))
def test_text_is_a_piece_of_the_normalized_file(tmp_path: Path, content: str, suffix: str, end: str) -> None:
    """Nothing is changed but line ends, nothing is lost but a title and outer white space."""
    data = content.replace("\n", end).encode()
    articles, skipped = read(write(tmp_path / f"a{suffix}", data), any_language=True)
    assert len(articles) + len(skipped) == 1
    for article in articles:
        normalized = data.decode().replace("\r\n", "\n").replace("\r", "\n")
        assert article.text in normalized
        assert article.text == article.text.strip()
        assert article.title in normalized
        assert parse_line(dump_line(article), "here") == article


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text, warnings = decode(data)
    except ValueError:
        return
    assert "\r" not in text
    assert "\x00" not in text
    assert warnings or text == data.decode(
        "utf-8-sig" if data[:2] not in (b"\xff\xfe", b"\xfe\xff") else "utf-16"
    ).replace("\r\n", "\n").replace("\r", "\n")


# HTML

PAGE = f"""<?xml version="1.0" encoding="windows-1252"?><!DOCTYPE html><html lang="en"><head>
<title>Parliament passes budget | The Daily</title><meta charset="windows-1252">
<meta property="og:site_name" content="The Daily"><meta property="og:title" content="Parliament passes budget">
<meta property="article:published_time" content="2025-03-14T10:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/w">World</a></nav><article><h1>Parliament passes budget</h1>
<p>{BODY}</p><p>It costs £4bn &amp; <b>more</b>, <a href="x">she</a> said.</p><script>alert(1)</script>
<p>{OTHER}</p></article><footer>Imprint and contact</footer></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_html(tmp_path: Path, encoding: str) -> None:
    article = one(write(tmp_path / "a.html", PAGE.encode(encoding)))
    assert article.text == f"{BODY}\nIt costs £4bn & more, she said.\n{OTHER}"
    assert (article.title, article.source, article.date) == ("Parliament passes budget", "The Daily", "2025-03-14")


def test_short_html_and_html_without_an_article(tmp_path: Path) -> None:
    short = write(
        tmp_path / "a.htm", "<html><body><article><p>The minister resigned on Friday.</p></article></body></html>"
    )
    assert one(short).text == "The minister resigned on Friday."
    empty = write(
        tmp_path / "b.html", "<html><head><title>x</title></head><body><script>alert(1)</script></body></html>"
    )
    assert reason(empty) == "no article text found in the HTML"


# Tables


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
        (10, "id '1' was read before"), (12, "broken row"),
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


# JSON


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


# Language and dates


def test_language(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", GERMAN)
    assert reason(path) == "not English (detected: de)"
    assert one(path, any_language=True).text == GERMAN
    assert is_english("Правительство объявило новый закон")[0] is False
    assert is_english("政府星期四宣布了一项限制房价的新法律" * 200)[0] is False
    for short in ("NATO, Russia, Lavrov", "Bayern Munich 2-1 Paris Saint-Germain", "42", "Macron wins"):
        assert is_english(short)[0], short
    quoted = f"“{GERMAN[:113]}” {(BODY + ' ' + OTHER + ' ') * 9}"
    assert is_english(quoted) == (True, "en")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-03-14", "2025-03-14"), ("2025-03-14T23:30:00+02:00", "2025-03-14"), ("20250314", "2025-03-14"),
        ("2025/3/4", "2025-03-04"), ("14 March 2025", "2025-03-14"), ("Friday, March 14th, 2025", "2025-03-14"),
        ("Mar. 14, 2025", "2025-03-14"), ("Fri, 14 Mar 2025 10:00:00 GMT", "2025-03-14"), ("03/04/2025", None),
        ("2025-13-40", None), ("yesterday", None), ("", None),
    ],
)  # fmt: skip
def test_days(written: str, day: str | None) -> None:
    assert iso_day(written) == day


def test_days_in_paths() -> None:
    assert day_in_path(PurePosixPath("2024-01-02/a_2025-03-14_b.txt")) == "2025-03-14"
    assert day_in_path(PurePosixPath("x/2025/03/14/a.txt")) == "2025-03-14"
    assert day_in_path(PurePosixPath("x/2025-99-14/12025-03-145.txt")) is None


# Large inputs


def test_a_long_table_is_streamed(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w") as handle:
            handle.write("id,text\n")
            handle.writelines(f"{number},Shares fell by {number} points on Friday.\n" for number in range(rows))
        tracemalloc.start()
        assert sum(1 for _ in iter_articles([path], options=ReadOptions(any_language=True), skipped=print)) == rows
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(100)  # imports
    # Only the ids are kept: about a hundred bytes an article
    assert peak(4000) - peak(1000) < 3000 * 400


@pytest.mark.skipif(not RUSSIA.exists(), reason=f"shared data is missing: {RUSSIA}")
def test_the_example_article() -> None:
    article = one(RUSSIA)
    assert article.title == "Russia Accuses Ukraine and Europe of Avoiding Peace Negotiations Amid Ongoing Conflict"
    assert article.text.startswith("During an intervention")
    (span,) = article.ignored
    assert span.of(article.text).startswith("Related Sources")
