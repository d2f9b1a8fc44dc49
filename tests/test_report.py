"""The report: text stays text, every sentence is there once, citations lead somewhere, the file stands alone."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html  # type: ignore[import-untyped]

from ..data.schema import Article, RecordError, dump_line
from ..inference.report import write_report
from .fake_results import fake_article, samples

RUN = ("small", "2025-11-03T10:00:00+00:00", 0)


def build(folder: Path, articles: list[Article], run: tuple[str, str, int] = RUN) -> str:
    results, out = folder / "results.jsonl", folder / "report.html"
    results.write_text("".join(dump_line(a) + "\n" for a in articles), encoding="utf-8", errors="surrogatepass")
    write_report(results, *run, out)
    return out.read_text(encoding="utf-8")


def words(element: Any) -> str:
    """The text of a sentence as shown, without our topic label."""
    return "".join(element.xpath("./text() | ./u/text()"))


def test_every_sentence_once_and_citations_lead_to_it(tmp_path: Path) -> None:
    articles = samples()
    assert len(articles) == 8
    page = lxml_html.fromstring(build(tmp_path, articles))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    shown = [words(s) for s in page.xpath("//*[@class='text']//span[@id]")]
    assert shown == [s.of(a.text) for a in articles for s in a.sentences or []]
    cites = page.xpath("//section[@class='summary']//a/@href")
    assert len(cites) == 2 * sum(len(a.summary or []) for a in articles)
    assert {href[1:] for href in page.xpath("//a/@href")} <= set(ids)
    for article, block in zip(articles, page.xpath("//main/article"), strict=True):
        assert re.sub(r"\s+", "", article.text) == re.sub(
            r"\s+", "", "".join(block.xpath(".//*[@class='text']//text()[not(parent::small)]"))
        )
        assert len(block.xpath(".//*[@class='text']/p")) == 1 + article.text.count("\n\n")


PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "-->",
    "</title></style><svg/onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x='",
    '" onfocus="alert(1)" autofocus="',
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{display:none}</style>",
    "<svg><style>*{}</style></svg>",
    "{{ 7*7 }}",
    "<iframe src=https://evil.example/>",
    "&lt;script&gt;",
    "\u202ereversed",
    "a\tb: 99% against",
    "nul\x00",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_of_an_article_stays_text(tmp_path: Path, payload: str) -> None:
    text = f"{payload} said so. It {payload} again."
    cut = len(payload) + len(" said so.")
    end = len(payload)
    record = {
        "id": payload, "title": payload, "text": text, "source": payload, "date": payload, "warnings": [payload],
        "file": {"path": payload, "sha256": payload}, "near_duplicate_of": payload,
        "ignored": [{"start": cut + 4, "end": len(text), "reason": payload}],
        "mentions": [{"id": "m", "start": 0, "end": end}],
        "sentences": [{
            "start": 0, "end": cut, "topics": [payload], "stance": payload, "probabilities": {"stance": {payload: 1.0}},
            "stances": [{"target": payload, "mention": "m", "label": payload, "holder": {"name": payload}}],
        }],
        "summary": [{"text": payload, "cites": [0], "method": payload}],
        "aggregates": {"targets": [{"target": payload, "mentions": 1, "against": 1}], "topics": {payload: 1}},
    }  # fmt: skip
    plain = build(tmp_path, [fake_article("Quiet", "Nothing happened."), fake_article("Calm", "All is well.")])
    source = build(tmp_path, [Article.model_validate(record)], (payload, payload, 1))
    page, clean = lxml_html.fromstring(source.replace("\x00", "")), lxml_html.fromstring(plain)
    for tag in ("script", "style", "title"):
        assert len(page.xpath(f"//{tag}")) == 1
    assert page.xpath("//script/text()") == clean.xpath("//script/text()")
    assert page.xpath("//style/text()") == clean.xpath("//style/text()")
    assert not page.xpath("//svg | //img | //iframe | //object | //embed | //link | //base | //*[@src]")
    names = {name for element in page.iter() for name in element.keys()}  # noqa: SIM118
    assert not {name for name in names if name.startswith("on") or name in {"autofocus", "x"}}
    assert all(href.startswith("#") for href in page.xpath("//@href"))
    assert all(re.fullmatch(r"(width|flex-grow):[\d.]+%?", style) for style in page.xpath("//@style"))
    assert all(re.fullmatch(r"[\w-]+", key) for key in page.xpath("//@id"))
    assert words(page.xpath("//main//span[@id]")[0]) == text[:cut].replace("\x00", "")
    if "<" in payload:
        assert payload not in source.replace(page.xpath("//script/text()")[0], "")


def test_script_runs_only_by_its_hash_and_nothing_is_loaded(tmp_path: Path) -> None:
    source = build(tmp_path, samples())
    page = lxml_html.fromstring(source)
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    digest = base64.b64encode(hashlib.sha256(page.xpath("//script/text()")[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"https?:|url\(|@import|//cdn|\bfetch\(|XMLHttp|innerHTML|insertAdjacentHTML|\beval\(", source)


def test_same_input_same_bytes(tmp_path: Path) -> None:
    assert build(tmp_path, samples()) == build(tmp_path, samples())
    changed = build(tmp_path, samples()[1:])
    assert set(lxml_html.fromstring(changed).xpath("//main//@id")) < set(
        lxml_html.fromstring(build(tmp_path, samples())).xpath("//main//@id")
    ), "a sentence's link outlives its neighbours"


def test_above_two_thousand_it_says_that_it_holds_a_sample(tmp_path: Path) -> None:
    many = [fake_article(f"Title {n}", f"The mayor of Dunmere praised Odile Marchetti {n} times.") for n in range(2001)]
    page = lxml_html.fromstring(build(tmp_path, many))
    assert len(page.xpath("//main/article")) == len(page.xpath("//ol/li")) == 500
    notice = page.xpath("string(//*[@id='sample-notice'])")
    assert "2,001" in notice
    assert "500" in notice
    assert page.xpath("normalize-space(//section[@class='overview']//tbody/tr/td[last()])") == "2001"
    whole = lxml_html.fromstring(build(tmp_path, many[:2000]))
    assert len(whole.xpath("//main/article")) == 2000
    assert not whole.xpath("//*[@id='sample-notice']")


def test_failed_write_leaves_the_old_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = build(tmp_path, samples())
    results = tmp_path / "results.jsonl"
    results.write_text(results.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"results\.jsonl:9"):
        write_report(results, *RUN, tmp_path / "report.html")
    results.write_text(dump_line(samples()[0]) + "\n", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", full)  # the page is written by then, but not safe on the disk
    with pytest.raises(OSError, match="no space"):
        write_report(results, *RUN, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == old
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "results.jsonl"]


def test_sparse_records_and_odd_layout(tmp_path: Path) -> None:
    bare = Article(id="bare", text="Only text here.")
    empty = build(tmp_path, [])
    assert "0 articles" in lxml_html.fromstring(empty).xpath("string(//title)")
    text = "One line\nwrapped here. Two.\n- item one\n- item two\n\n\nNext \r\n\r\nLast."
    spans = [(0, 22), (23, 27), (28, 38), (39, 49), (52, 56), (61, 66)]
    odd = Article.model_validate({"id": "odd", "text": text, "sentences": [{"start": a, "end": b} for a, b in spans]})
    page = lxml_html.fromstring(build(tmp_path, [bare, odd]))
    first, second = page.xpath("//main/article")
    assert first.xpath("string(.//*[@class='text'])").strip() == "Only text here."
    assert [len(p.xpath("./span")) for p in second.xpath(".//p[not(@class)]")] == [4, 1, 1]
    assert len(second.xpath(".//br")) == 2
    assert page.xpath("string(//dd[@class='word'])") == "small"
