"""The report of an evaluation in a browser: it runs nothing, fits a phone, can be read, and no chart covers itself."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("matplotlib", reason="stancelens[eval] is missing")

from ..evaluation.report_page import render_html
from ..evaluation.result_schema import Metrics
from .browser import Open
from .fake_metrics import hostile, minimal, rich, sparse
from .fake_results import PAYLOADS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("playwright.sync_api", reason="no browser test: playwright is missing")

ARMED = " ".join(PAYLOADS).replace("alert(1)", "window.pwned=1,alert(1)").replace("\x00", "")
WIDE_LABEL = "\u6c11\u4e3b\u4e0e\u653f\u5e9c\u7684\u5173\u7cfb\u4ee5\u53ca\u5a92\u4f53\u7684\u4f5c\u7528" * 2


def long_names() -> Metrics:
    """Six systems and labels that hardly fit."""
    metrics = rich()
    first = metrics.systems[0]
    for task in first.tasks:
        names = [f"{label}, {WIDE_LABEL if n else 'W' * 60}" for n, label in enumerate(task.labels)]
        for row, name in zip(task.per_label, names, strict=True):
            row.label = name
        task.labels = names
    systems = [first.model_copy(update={"name": f"results/{'of-a-long-name-' * n}{n}"}) for n in range(6)]
    return metrics.model_copy(update={"systems": systems})


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {"rich": rich(), "minimal": minimal(), "sparse": sparse(), "hostile": hostile(ARMED), "long": long_names()}
    folder = tmp_path_factory.mktemp("evaluation")
    for name, metrics in made.items():
        (folder / f"{name}.html").write_text(render_html(metrics), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in made}


def opened(open_page: Open, path: Path, width: int = 1280, scheme: str = "light") -> Page:
    page = open_page(path, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach(details => { details.open = true })")
    return page


NAMES = ["rich", "minimal", "sparse", "hostile", "long"]


@pytest.mark.parametrize("name", NAMES)
def test_page_fits_a_phone(pages: dict[str, Path], open_page: Open, name: str) -> None:
    page = opened(open_page, pages[name], 390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 672, "height": 950})  # A4 without its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 672


# Texts of a chart that lie over each other, or leave the chart
CLASHES = """() => [...document.querySelectorAll("svg.plot[role=img]")].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].map(t => ({ words: t.textContent, box: t.getBoundingClientRect() }));
  const clash = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2.5;
  const out = b => b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1
    || b.bottom > frame.bottom + 1;
  return texts.flatMap((one, n) => [
    ...(out(one.box) ? [`outside: ${one.words}`] : []),
    ...texts.slice(n + 1).filter(other => clash(one.box, other.box)).map(other => `${one.words} / ${other.words}`),
  ]);
})"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_no_text_of_a_chart_is_cut_or_covered(pages: dict[str, Path], open_page: Open, name: str, width: int) -> None:
    page = opened(open_page, pages[name], width)
    assert page.evaluate(CLASHES) == []
    small = "all => all.filter(t => t.getBoundingClientRect().height < 10).map(t => t.textContent)"
    assert page.locator("svg.plot text:not([transform])").evaluate_all(small) == []


# Every element with text of its own: its contrast (WCAG 2) with what is behind it, where that is under 4.5
CONTRAST = """() => {
  const parts = color => { const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number); return [[r, g, b], a]; };
  const over = (top, under, alpha) => under.map((value, i) => top[i] * alpha + value * (1 - alpha));
  const light = color => color.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const holds = (box, x, y) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  const found = { texts: 0, low: [] };
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const box = element.getBoundingClientRect();
    if (!element.checkVisibility() || box.width < 2) continue;
    let behind = [255, 255, 255], opacity = 1;
    const chain = [];
    for (let e = element; e; e = e.parentElement) chain.unshift(getComputedStyle(e));
    for (const style of chain) {
      const [color, alpha] = parts(style.backgroundColor);
      behind = over(color, behind, alpha);
      opacity *= Number(style.opacity);
    }
    const drawn = element.namespaceURI.endsWith("svg");
    if (drawn) {
      for (const shape of element.parentElement.querySelectorAll("path")) {
        const style = getComputedStyle(shape);
        const inside = holds(shape.getBoundingClientRect(), (box.left + box.right) / 2, (box.top + box.bottom) / 2);
        if (inside && style.fill !== "none") {
          const alpha = parts(style.fill)[1] * Number(style.fillOpacity) * Number(style.opacity);
          behind = over(parts(style.fill)[0], behind, alpha);
        }
      }
    }
    const style = chain.at(-1);
    const text = over(parts(drawn ? style.fill : style.color)[0], behind, opacity);
    const [low, high] = [light(text), light(behind)].sort((a, b) => a - b);
    found.texts += 1;
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) found.low.push(`${ratio.toFixed(2)} ${element.tagName}: ${element.textContent.slice(0, 40)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_text_has_contrast(pages: dict[str, Path], open_page: Open, scheme: str, width: int) -> None:
    page = opened(open_page, pages["rich"], width, scheme)
    found = page.evaluate(CONTRAST)
    assert found["texts"] > 1000
    assert found["low"] == []
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (max(paper) < 60) == (scheme == "dark")


def test_systems_stay_apart_from_the_paper(pages: dict[str, Path], open_page: Open) -> None:
    colors = "[0, 1, 2, 3].map(n => getComputedStyle(document.documentElement).getPropertyValue(`--system-${n}`))"
    for scheme in ("light", "dark"):
        page = opened(open_page, pages["long"], scheme=scheme)
        found = page.evaluate(colors)
        assert len(set(found)) == 4
        lines = page.locator(".key").first.locator("path[style*=stroke]")
        assert len(set(lines.evaluate_all("all => all.map(p => getComputedStyle(p).stroke)"))) == 4


def test_foreign_text_does_nothing(pages: dict[str, Path], open_page: Open) -> None:
    page = opened(open_page, pages["hostile"])
    for summary in page.locator("summary").all()[::5]:
        summary.click()
    for link in page.locator("a.term").all()[::9]:
        link.click()
    page.wait_for_timeout(200)
    assert page.evaluate("window.pwned") is None
    foreign = "script, iframe, img, object, embed, link, base, form, [src], svg svg, svg:not(.plot)"
    assert page.locator(foreign).count() == 0
    assert page.locator("style").count() == 1
    assert page.locator("a:not([href^='#'])").count() == 0
    names = page.evaluate("[...new Set([...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()))]")
    assert not [name for name in names if name.startswith("on") or name in {"autofocus", "src", "x-data"}]
    assert page.locator(".said").first.inner_text().startswith("<script>window.pwned=1,alert(1)</script>")


def test_headings_regions_and_links_lead_somewhere(pages: dict[str, Path], open_page: Open) -> None:
    page = opened(open_page, pages["rich"], 390)
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    shown = [node for node in nodes if not node["ignored"]]
    headings = [node for node in shown if node["role"]["value"] == "heading"]
    levels = [next(one["value"]["value"] for one in node["properties"] if one["name"] == "level") for node in headings]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    named = {"heading", "link", "region", "image", "DisclosureTriangle", "navigation"}
    assert named <= {node["role"]["value"] for node in shown}
    assert not [n for n in shown if n["role"]["value"] in named and not n.get("name", {}).get("value", "").strip()]
    for link in page.locator("nav a").all():
        link.click()
        target = page.locator(str(link.get_attribute("href")))
        box = target.bounding_box()
        assert box
        assert -1 <= box["y"] < 800
    page.locator(".scroll").first.focus()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
