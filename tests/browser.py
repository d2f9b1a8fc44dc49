"""The report in a browser, for tests: pages that fail the test if they load, run or complain of anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..data.schema import Article, SummaryLine
from .fake_results import samples, write_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREEN: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="no browser test: playwright is missing")
    if CHROMIUM is None:
        pytest.skip("no browser test: chromium is missing")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens a page; the test fails if the page asks for anything but itself, complains, or opens a dialog."""
    wrong: list[str] = []
    contexts = []

    def opened(path: Path, fragment: str = "", **options: Any) -> Page:
        contexts.append(browser.new_context(**SCREEN | options))
        page = contexts[-1].new_page()
        address = path.as_uri()

        def on_request(request: Request) -> None:
            if request.url.partition("#")[0] != address:
                wrong.append(f"request: {request.url}")

        def on_console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                wrong.append(f"console: {message.text}")

        def on_dialog(dialog: Dialog) -> None:
            wrong.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("request", on_request)
        page.on("console", on_console)
        page.on("dialog", on_dialog)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.goto(address + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def articles() -> list[Article]:
    """The samples; the first line of the first summary cites three sentences."""
    first, *rest = samples()
    line = SummaryLine(text="The strike and its costs.", cites=[3, 0, 6], support=0.9, method="rewrite")
    return [first.model_copy(update={"summary": [line, *(first.summary or [])]}), *rest]


@pytest.fixture(scope="module")
def sample_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("report"), articles())


def visible(page: Page) -> list[str]:
    """Titles of the articles that are shown; the list beside them shows the same."""
    shown, listed = page.evaluate("""() => [
      Array.from(document.querySelectorAll("main > article")).filter(a => a.getBoundingClientRect().height)
        .map(a => a.querySelector("h2").textContent),
      Array.from(document.querySelectorAll(".list a")).filter(a => a.getClientRects().length)
        .map(a => a.firstChild.data),
    ]""")
    assert shown == listed
    return list(shown)


def key_of(page: Page, title: str) -> str:
    return str(page.locator("main > article", has=page.get_by_role("heading", name=title)).get_attribute("id"))


def cited(page: Page) -> list[int]:
    found = page.locator(".s.cited").evaluate_all("all => all.map(s => Number(s.id.split('-')[1]))")
    return [int(number) for number in found]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def in_view(page: Page, id: str) -> bool:
    script = """id => {
      const box = document.getElementById(id).getBoundingClientRect();
      return box.top >= 0 && box.bottom <= innerHeight;
    }"""
    return bool(page.evaluate(script, id))


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait for what comes with scrolling or a new hash, which a busy machine delays."""
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    assert condition()
