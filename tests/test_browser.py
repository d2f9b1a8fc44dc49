"""The report in a browser: what its filters show."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..data.schema import Article, Sentence
from ..inference.report_text import sentence_code, stance_code
from .browser import Open, articles, visible

if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api", reason="no browser test: playwright is missing").expect


def matching(of_sentence: Callable[[Article, Sentence], bool]) -> tuple[list[str], int]:
    """Titles of the articles with such sentences, and how many there are."""
    found = [(a.title, sum(of_sentence(a, s) for s in a.sentences or [])) for a in articles()]
    return [title for title, count in found if count], sum(count for _, count in found)


def toward(sentence: Sentence, target: str, code: str | None = None) -> bool:
    return any(s.target == target and code in (None, stance_code(s)) for s in sentence.stances or [])


def in_favor(_: Article, sentence: Sentence) -> bool:
    return sentence_code(sentence) == "f" or any(stance_code(s) == "f" for s in sentence.stances or [])


SENTENCE_FILTERS: list[tuple[dict[str, str], Callable[[Article, Sentence], bool]]] = [
    ({"find": "  Had\tBeen "}, lambda a, s: "had been" in s.of(a.text).lower()),
    ({"by-target": "Norvane Terminals"}, lambda a, s: toward(s, "Norvane Terminals")),
    ({"by-stance": "favor"}, in_favor),
    ({"by-topic": "crime, law and justice"}, lambda a, s: s.topics == ["crime, law and justice"]),
    ({"by-target": "Orsava", "by-stance": "against"}, lambda a, s: toward(s, "Orsava", "a")),
    (
        {"find": "the", "by-stance": "favor", "by-source": "Market Ledger", "since": "2025-03-01"},
        lambda a, s: a.source == "Market Ledger" and "the" in s.of(a.text).lower() and in_favor(a, s),
    ),
]


def set_filters(page: Page, filters: dict[str, str]) -> None:
    for control, value in filters.items():
        if control.startswith("by-"):
            page.locator(f"#{control}").select_option(label=value)
        else:
            page.locator(f"#{control}").fill(value)


@pytest.mark.parametrize(("filters", "wanted"), SENTENCE_FILTERS)
def test_filters_by_sentence(
    sample_page: Path,
    open_page: Open,
    filters: dict[str, str],
    wanted: Callable[[Article, Sentence], bool],
) -> None:
    page = open_page(sample_page)
    everything = visible(page)
    assert len(everything) == 8
    titles, count = matching(wanted)
    assert count
    set_filters(page, filters)
    label = f"{len(titles)} article{'s' * (len(titles) > 1)}, {count} sentence{'s' * (count > 1)}"
    expect(page.locator("#state")).to_have_text(label)
    assert visible(page) == titles
    assert page.locator("main > article:not([inert]) .s.hit").count() == count
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("#state")).to_have_text("8 articles")
    assert visible(page) == everything


@pytest.mark.parametrize(
    ("filters", "wanted", "state"),
    [
        ({"by-source": "varrowmouth-courier"}, lambda a: a.source == "varrowmouth-courier", "2 articles"),
        (
            {"since": "2025-03-17", "until": "2025-08-24"},
            lambda a: bool(a.date) and "2025-03-17" <= a.date <= "2025-08-24",
            "4 articles; 1 without a usable date hidden",
        ),
        ({"until": "2025-03-14"}, lambda a: bool(a.date) and a.date <= "2025-03-14", None),
        ({"find": "boo their own"}, lambda a: "boo their own" in a.title, "1 article, 14 sentences"),
    ],
)
def test_filters_by_article(
    sample_page: Path, open_page: Open, filters: dict[str, str], wanted: Callable[[Article], bool], state: str | None
) -> None:
    page = open_page(sample_page)
    set_filters(page, filters)
    expect(page.locator("#state")).to_have_text(state or re.compile(r"^\d articles; 1 without"))
    assert visible(page) == [a.title for a in articles() if wanted(a)]
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator("#state")).to_have_text("8 articles")


def test_nothing_found_offers_to_clear(sample_page: Path, open_page: Open) -> None:
    page = open_page(sample_page)
    page.locator("#find").fill("no such words")
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.locator("#state")).to_have_text("8 articles")
    assert page.locator("#find").input_value() == ""
    assert not page.locator("#nothing").is_visible()


@pytest.mark.parametrize(
    ("name", "control", "titles"),
    [
        ("Market Ledger", "by-source", ["Port strike is a gift to Ansel, importers warn"]),
        ("Orsava", "by-target", matching(lambda a, s: toward(s, "Orsava"))[0]),
        ("sport", "by-topic", matching(lambda a, s: s.topics == ["sport"])[0]),
    ],
)
def test_names_in_the_overview_filter(
    sample_page: Path, open_page: Open, name: str, control: str, titles: list[str]
) -> None:
    page = open_page(sample_page)
    button = page.locator(".overview").get_by_role("button", name=name, exact=True).first
    button.click()
    assert page.locator(f"#{control} option:checked").inner_text() == name
    assert visible(page) == titles
    assert abs(page.locator(".body").bounding_box()["y"]) < 60  # type: ignore[index]
    button.click()
    expect(page.locator("#state")).to_have_text("8 articles")
