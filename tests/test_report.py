"""The report: text stays text, every sentence is there once, citations lead somewhere, the file stands alone."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html  # type: ignore[import-untyped]

from ..data.schema import Article, RecordError, dump_line
from ..inference.report import share, write_report
from ..inference.report_corpus import title_of
from ..inference.report_trends import drawn_days, unit_for
from .fake_results import PAYLOADS, RUN, fake_article, hostile_pair, samples, write_page


def build(folder: Path, articles: list[Article], run: tuple[str, str, int] = RUN) -> str:
    return write_page(folder, articles, run).read_text(encoding="utf-8")


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


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_of_an_article_stays_text(tmp_path: Path, payload: str) -> None:
    plain = build(tmp_path, [fake_article("Quiet", "Nothing happened."), fake_article("Calm", "All is well.")])
    source = build(tmp_path, hostile_pair(payload), (payload, payload, 1))
    page, clean = lxml_html.fromstring(source.replace("\x00", "")), lxml_html.fromstring(plain)
    for tag in ("script", "style", "title"):
        assert len(page.xpath(f"//{tag}")) == 1
    assert page.xpath("//script/text()") == clean.xpath("//script/text()")
    assert page.xpath("//style/text()") == clean.xpath("//style/text()")
    assert not page.xpath("//svg | //img | //iframe | //object | //embed | //link | //base | //*[@src]")
    names = {name for element in page.iter() for name in element.keys()}  # noqa: SIM118
    assert not {name for name in names if name.startswith("on") or name in {"autofocus", "x"}}
    assert all(href.startswith("#") for href in page.xpath("//@href"))
    assert all(re.fullmatch(r"(width|height|flex-grow):[\d.]+%?", style) for style in page.xpath("//@style"))
    assert all(re.fullmatch(r"[\w-]+", key) for key in page.xpath("//@id"))
    assert words(page.xpath("//main//span[@id]")[0]) == f"{payload} said so.".replace("\x00", "")
    assert page.xpath("//section[@id='time']")
    assert page.xpath("//section[@id='sources']")
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
    assert page.xpath("normalize-space(//section[@class='overview']//tbody/tr/td[last()])") == "2,001"
    chosen = [int(title.split()[1]) for title in page.xpath("//main/article//h2/a/text()")]
    assert chosen == sorted(chosen), "in the order of the file"
    assert all(80 < sum(n // 500 == part for n in chosen) < 170 for part in range(4)), "from all of the file"
    shuffled = lxml_html.fromstring(build(tmp_path, many[::-1]))
    assert set(shuffled.xpath("//main/article/@id")) == set(page.xpath("//main/article/@id"))
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


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "last", "name", "label", "bins"),
    [
        ("2025-03-07", "2025-03-08", "day", "7 Mar 2025", 2),
        ("2025-03-07", "2025-03-30", "day", "7 Mar 2025", 24),
        ("2025-03-07", "2025-03-31", "week", "3 Mar 2025", 5),
        ("2024-12-31", "2025-09-01", "month", "Dec 2024", 10),
        ("2024-12-31", "2027-01-01", "quarter", "Q4 2024", 10),
        ("2024-12-31", "2036-01-01", "year", "2024", 13),
        ("1931-01-01", "2024-12-31", "5 years", "1930–1934", 19),
        ("0001-01-01", "9999-12-31", "500 years", "1–499", 20),
    ],
)
def test_time_unit_follows_the_range_of_dates(first: str, last: str, name: str, label: str, bins: int) -> None:
    unit = unit_for(day(first), day(last))
    assert (unit.name, unit.label(unit.of(day(first)))) == (name, label)
    assert unit.of(day(last)) - unit.of(day(first)) + 1 == bins <= 24


def test_a_few_wrong_years_do_not_squeeze_the_rest() -> None:
    days = Counter({day("2025-01-01") + dt.timedelta(n): 10 for n in range(40)})
    assert drawn_days(days) == (day("2025-01-01"), day("2025-02-09"))
    days[day("1970-01-01")] = 2
    assert drawn_days(days) == (day("2025-01-01"), day("2025-02-09"))
    days[day("1970-01-01")] = 3
    assert drawn_days(days) == (day("1970-01-01"), day("2025-02-09")), "too many to be errors"


def test_time_and_sources_hold_the_counts(tmp_path: Path) -> None:
    names = ("Courier", "Courier", "Whistle", None)
    dates = ("2025-01-10", "2025-03-03", "2025-03-30", "spring")
    text = "Monday came. The mayor of Dunmere praised Odile Marchetti. He condemned Bram Okonjo. It rained. It poured."
    articles = [fake_article(f"T{n}", text, s, d) for n, (s, d) in enumerate(zip(names, dates, strict=True))]
    page = lxml_html.fromstring(build(tmp_path, articles))
    stance, topics, targets = page.xpath("//section[@id='time']//details//tbody")
    # January has one article of five sentences, one against, one in favor; a week without articles has a row of zeros
    cells = [[re.sub(r"\s+", " ", td.text_content()).strip() for td in row] for row in stance]
    assert [row[0] for row in cells] == ["6 Jan 2025", *(row[0] for row in cells[1:-1]), "24 Mar 2025"]
    assert len(cells) == 12
    assert cells[0][1:6] == ["1", "5", "1 20%", "3 60%", "1 20%"]
    assert cells[1][1:6] == ["0", "0", "0", "0", "0"]
    assert [cell.text_content() for cell in topics[0]][1] == "5"
    heads = page.xpath("//section[@id='time']//details[last()]//th[@scope='col']/text()")
    assert targets[0][heads.index("Odile Marchetti") - len(heads)].text_content() == "▼against 0 ▲favor 1 of 1"
    assert "1 article without a usable date is left out" in page.xpath("string(//section[@id='time'])")
    drawn = page.xpath("//section[@id='time']//*[contains(@class, 'stack')]/span")
    assert [len(column) for column in drawn] == [3, *[0] * 7, 3, *[0] * 2, 3], "gaps stay gaps"
    rows = page.xpath("//table[contains(@class, 'sources')]/tbody/tr")
    shown = [[cell.text_content().strip() for cell in row] for row in rows]
    assert [[row[0], *row[2:7]] for row in shown] == [
        ["Courier", "20%", "60%", "20%", "10", "2"],
        ["Whistle", "20%", "60%", "20%", "5", "1"],
    ]
    assert "1 article names no source" in page.xpath("string(//section[@id='sources'])")
    matrix = page.xpath("//table[@class='matrix']/tbody/tr")
    assert not matrix[0].xpath(".//*[@class='bar']"), "two stances are no share"
    alone = lxml_html.fromstring(build(tmp_path, articles[:1] + articles[3:]))
    assert not alone.xpath("//*[@id='time'] | //*[@id='sources']")


def test_charts_show_what_the_dated_articles_discuss(tmp_path: Path) -> None:
    dated = [fake_article(f"T{n}", "He praised Odile Marchetti.", None, f"2025-01-0{n}") for n in (1, 2)]
    undated = fake_article("T3", "The police praised Bram Okonjo. The police praised Bram Okonjo. " * 2)
    page = lxml_html.fromstring(build(tmp_path, [undated, *dated]))
    assert page.xpath("normalize-space(//section[@id='overview']//tbody/tr/th)") == "Bram Okonjo"
    drawn = page.xpath("//section[@id='time']//h3")
    assert [h.xpath("string(./span[1])") or h.text for h in drawn] == ["Odile Marchetti"]


def test_targets_that_an_article_does_not_touch_have_no_row(tmp_path: Path) -> None:
    article = fake_article("A", "The mayor praised Odile Marchetti.")
    listed = {"target": "Bram Okonjo", "mentions": 0, "against": 0, "neutral": 0, "favor": 0, "abstained": 0}
    assert article.aggregates
    article.aggregates["targets"].append(listed)
    page = lxml_html.fromstring(build(tmp_path, [article]))
    assert "Bram Okonjo" not in page.text_content()
    assert page.xpath("string(//dl/div[3]/dd)") == "1"


def test_shares_and_stand_ins_for_titles() -> None:
    assert [share(0, 900), share(1, 900), share(450, 900), share(900, 900)] == ["0%", "<1%", "50%", "100%"]
    assert title_of(Article(id="x", title=" A\n b ", text="T")) == "A b"
    assert title_of(Article(id="x", text="\n The council voted.\nIt rained.")) == "The council voted."
    assert title_of(Article(id="x", text="word " * 99)) == "word " * 16 + "word…"
    assert title_of(Article(id="x", text="w" * 99)) == "w" * 89 + "…"
    assert title_of(Article(id="x", text="")) == "x"


def test_a_far_date_at_one_end_takes_nothing_from_the_other() -> None:
    day = dt.date(2025, 1, 1)
    days = Counter(day + dt.timedelta(n) for n in range(276)) + Counter([dt.date(1900, 1, 1)])
    assert drawn_days(days) == (day, day + dt.timedelta(275))
    assert drawn_days(days + Counter([dt.date(2199, 1, 1)])) == (day, day + dt.timedelta(275))
