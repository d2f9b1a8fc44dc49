"""The report in a browser: citations, popover, keyboard, contrast, width, print; it runs nothing foreign."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .browser import Open, articles, cited, focused, in_view, key_of, until, visible
from .fake_results import PAYLOADS, fake_article, hostile_pair, write_page

if TYPE_CHECKING:
    pass

expect = pytest.importorskip("playwright.sync_api", reason="no browser test: playwright is missing").expect


@pytest.mark.parametrize("by_key", [False, True])
def test_citations_mark_and_move(sample_page: Path, open_page: Open, by_key: bool) -> None:
    page = open_page(sample_page)
    first = articles()[0]
    key = key_of(page, first.title)

    def follow(link: Any) -> None:
        if by_key:
            link.focus()
            page.keyboard.press("Enter")
        else:
            link.click()

    follow(page.get_by_role("link", name="The strike and its costs."))
    until(page, lambda: cited(page) == [0, 3, 6])  # a line marks all that it cites
    assert page.url.endswith(f"#{key}-3")
    until(page, lambda: focused(page) == f"{key}-3" and in_view(page, f"{key}-3"))
    follow(page.locator(f"[id='{key}'] .summary li").first.get_by_role("link", name="sentence 7"))
    until(page, lambda: cited(page) == [6] and focused(page) == f"{key}-6")
    last = page.locator(f"[id='{key}'] .summary .cites a").last
    follow(last)
    until(page, lambda: cited(page) == [len(first.sentences or []) - 1])
    page.keyboard.press("Escape")
    assert cited(page) == []
    assert page.locator(f"[id='{key}'] .summary li small").all_inner_texts() == ["rewritten"]


def test_popover_by_pointer_and_by_focus(sample_page: Path, open_page: Open) -> None:
    page = open_page(sample_page)
    tip = page.locator("#tip")
    sentence = page.locator(".s[title*='Toward']").first
    sentence.scroll_into_view_if_needed()

    def shows() -> bool:
        page.mouse.move(5, 5)
        sentence.hover()
        return tip.is_visible()

    until(page, shows)  # a scroll that still goes on closes the popover
    expect(tip).to_contain_text(re.compile(r"Sentence: \w+ \d+%, .*Toward .+: \w+ \d+%.*Topic: .+ \d+%", re.S))
    assert tip.locator(".bar i").count() >= 4
    box = tip.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["y"] >= 0
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    page.locator(".text .s[tabindex='0']").first.focus()
    expect(tip).to_be_visible()
    assert page.locator("[aria-describedby=tip]").count() == 1
    page.locator("#find").focus()
    expect(tip).to_be_hidden()


def test_keyboard_alone_reaches_every_sentence(sample_page: Path, open_page: Open) -> None:
    page = open_page(sample_page)
    key = key_of(page, articles()[0].title)
    page.locator(f"[id='{key}'] .who summary").focus()
    page.keyboard.press("Tab")
    assert focused(page) == f"{key}-0"
    expect(page.locator("#tip")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == f"{key}-1"
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#{key}-1")
    page.keyboard.press("End")
    assert focused(page) == f"{key}-{len(articles()[0].sentences or []) - 1}"
    page.keyboard.press("ArrowRight")
    assert focused(page) == f"{key}-{len(articles()[0].sentences or []) - 1}"
    page.keyboard.press("Home")
    assert focused(page) == f"{key}-0"
    expect(page.locator("#tip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_be_hidden()
    assert page.locator(f"[id='{key}'] .text [tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert not focused(page).startswith(key)


def test_link_to_a_sentence_opens_at_it(sample_page: Path, open_page: Open) -> None:
    page = open_page(sample_page)
    last = key_of(page, articles()[-1].title)
    page = open_page(sample_page, f"#{last}-5")
    until(page, lambda: focused(page) == f"{last}-5" and in_view(page, f"{last}-5"))
    page.locator("#by-source").select_option(label="Market Ledger")
    assert len(visible(page)) == 1
    page.evaluate("id => { location.hash = id }", f"{last}-4")
    expect(page.locator("#state")).to_have_text("8 articles")
    until(page, lambda: focused(page) == f"{last}-4" and in_view(page, f"{last}-4"))


# The contrast (WCAG 2) of the first visible element's text with what is behind it; null if there is none
CONTRAST = """selector => {
  const element = [...document.querySelectorAll(selector)].find(e => e.checkVisibility() && e.getClientRects().length);
  if (!element) return null;
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const over = (top, under, alpha) => under.map((value, i) => top[i] * alpha + value * (1 - alpha));
  const chain = [];
  for (let e = element; e; e = e.parentElement) chain.unshift(getComputedStyle(e));
  let behind = [255, 255, 255], text = null;
  for (const style of chain) {
    const [r, g, b, a = 1] = parts(style.backgroundColor);
    behind = over([r, g, b], behind, a);
  }
  const opacity = chain.reduce((all, style) => all * Number(style.opacity), 1);
  text = over(parts(chain.at(-1).color).slice(0, 3), behind, opacity);
  const light = color => color.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const [low, high] = [light(text), light(behind)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}"""
FOREIGN = "script, style, iframe, svg, img, object, embed, link, base, meta, form, [src]"


def test_foreign_text_does_nothing(tmp_path: Path, open_page: Open) -> None:
    armed = [payload.replace("alert(1)", "window.pwned=1,alert(1)") for payload in PAYLOADS]
    path = write_page(tmp_path, [article for payload in armed for article in hostile_pair(payload)], (armed[0], "", 1))
    page = open_page(path)
    for sentence in page.locator(".text .s").all()[::3]:
        sentence.click()
        expect(page.locator("#tip")).to_be_visible()
        assert page.locator("#tip").locator(FOREIGN).count() == 0
    for link in page.locator(".summary a.line, main h2 a").all()[::9]:
        link.click()
    for pick in page.locator(".overview .pick:visible").all()[::9]:
        pick.click()
        page.get_by_role("button", name="Clear", exact=True).click()
    assert page.evaluate("window.pwned") is None
    assert page.title() == f"StanceLens: {3 * len(PAYLOADS)} articles"
    assert page.locator("body > *").locator(FOREIGN).count() == 1, "our own form"
    assert page.locator("script").count() == page.locator("style").count() == 1
    assert page.locator("a:not([href^='#'])").count() == 0
    names = page.evaluate("[...new Set([...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()))]")
    assert not [name for name in names if name.startswith("on") or name in {"autofocus", "src", "x"}]
    sentences = page.locator(".text .s").evaluate_all(
        "all => all.map(s => [...s.childNodes].map(n => n.nodeName === 'SMALL' ? '' : n.textContent).join(''))"
    )
    assert sentences == [f"{payload} said so.".replace("\x00", "") for payload in armed for _ in range(3)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(sample_page: Path, open_page: Open, scheme: str) -> None:
    page = open_page(sample_page, color_scheme=scheme)
    page.locator("#find").fill("strike")  # the sentences without it are dimmed
    expect(page.locator("#state")).to_contain_text("sentence")
    page.locator("details").evaluate_all("all => all.forEach(f => { f.open = true })")
    first = page.locator(".text .s.hit").first
    first.scroll_into_view_if_needed()
    page.wait_for_timeout(200)  # a scroll closes the popover
    first.hover()
    selectors = [
        "h1",
        ".lede",
        ".figures>dt",
        "dt",
        ".note",
        ".targets>td:nth-child(3)",
        ".targets>td:nth-child(5)",
        ".matrix>.a",
        ".matrix>.f",
        ".matrix>small",
        ".data>small",
        ".ticks",
        ".sides>.a",
        ".sides>.f",
        ".state",
        ".list>small",
        ".dates>label",
        ".legend",
        ".meta",
        ".summary>li",
        ".cites>a",
        ".text>.s.a.hit",
        ".text>.s.n.hit",
        ".text>.s:not(.hit)",
        ".text>small",
        ".foot",
        "#tip",
        "select",
        ".pick",
        ".dim",
    ]
    found = {s: page.evaluate(CONTRAST, s.replace(">", " ")) for s in selectors}
    assert all(found.values()), f"not on the page: {[s for s, ratio in found.items() if not ratio]}"
    assert {s: ratio for s, ratio in found.items() if ratio < 4.5} == {}
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", paper))) < 60) == (scheme == "dark")


def test_every_control_has_a_name(sample_page: Path, open_page: Open) -> None:
    page = open_page(sample_page)
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "searchbox", "combobox", "checkbox", "Date", "DisclosureTriangle", "region"}
    controls = [n for n in nodes if not n["ignored"] and n["role"]["value"] in roles]
    assert roles <= {n["role"]["value"] for n in controls}
    assert not [n for n in controls if not n["name"]["value"].strip()]
    assert [n["name"]["value"] for n in controls if n["role"]["value"] == "Date"] == ["From", "to"]


@pytest.mark.parametrize("width", [390, 320, 768])
def test_nothing_sticks_out_sideways(tmp_path: Path, sample_page: Path, open_page: Open, width: int) -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
    odd = [
        fake_article(f"{long} {n}", f"The {long} praised Odile {long}.", f"{long}{n}", f"2025-0{n}-01") for n in (1, 2)
    ]
    for path in (sample_page, write_page(tmp_path, odd)):
        page = open_page(path, viewport={"width": width, "height": 800})
        page.locator("details").evaluate_all("all => all.forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("link", name="Articles", exact=True).click()
        assert page.locator("main h2").first.is_visible()


def test_print_holds_the_articles_and_no_controls(sample_page: Path, open_page: Open) -> None:
    page = open_page(sample_page, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert all(h.is_visible() for h in page.locator("main h2").all())
    assert page.locator("main h2").count() == 8
    assert not page.locator("#filters").is_visible()
    assert not page.locator(".list").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    drawn = page.locator("main > article").evaluate_all("all => all.map(a => getComputedStyle(a).contentVisibility)")
    assert set(drawn) == {"visible"}, "also those that no screen has shown"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert len(page.pdf()) > 50_000


def test_all_topics_can_be_shown(sample_page: Path, open_page: Open) -> None:
    page = open_page(sample_page)
    hidden = page.locator(".text small.r").first
    assert not hidden.is_visible()
    page.get_by_label("Topic on every sentence").check()
    assert hidden.is_visible()


def test_sample_and_empty_corpus(tmp_path: Path, open_page: Open) -> None:
    many = [fake_article(f"Title {n}", "The mayor praised Odile Marchetti.") for n in range(2001)]
    page = open_page(write_page(tmp_path, many))
    expect(page.locator("#sample-notice")).to_contain_text("500")
    expect(page.locator("#state")).to_have_text("500 articles")
    page.locator("#find").fill("odile")
    expect(page.locator("#state")).to_have_text("500 articles, 500 sentences")
    page = open_page(write_page(tmp_path, []))
    expect(page.locator("#state")).to_have_text("0 articles")
    page.locator("#find").fill("anything")
    expect(page.locator("#state")).to_have_text("0 articles, 0 sentences")
    assert not page.locator("#by-source, #since").first.is_visible()
