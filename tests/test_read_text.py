"""Text, Markdown and HTML become articles."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stancelens.data.encoding import decode
from stancelens.data.read_text import split_title
from stancelens.data.schema import dump_line, parse_line

from .reading import BODY, OTHER, one, read, reason, write


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
