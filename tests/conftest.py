"""In CI, a test that is skipped because shared data or a browser is missing has failed: nobody reads a skip there."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from .browser import browser, open_page, sample_page  # noqa: F401 - fixtures of the report's tests

if TYPE_CHECKING:
    from ..models.weights import Base
    from ..models.windows import Encoding

NEEDED = ("shared", "stancelens_data", "benchmark data", "browser test")  # in a skip's reason, any case


def fail_if_data_is_missing(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip whose reason names what CI has into a failure, where CI=true."""
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if any(word in reason.lower() for word in NEEDED):
        report.outcome = "failed"
        report.longrepr = f"{reason} (a skip that CI does not allow)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_if_data_is_missing(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_data_is_missing(report)
    return report


@pytest.fixture(scope="session", autouse=True)
def known_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees or changes the models that the user has put in use, nor does a command that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANCELENS_MODELS", str(tmp_path_factory.mktemp("known") / "models.json"))
        yield


@pytest.fixture(scope="module")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    """A tiny random encoder, registered as a base."""
    from .tiny import register, write_base  # torch, which most tests do without

    with pytest.MonkeyPatch.context() as patch:
        yield register(write_base(tmp_path_factory.mktemp("tiny") / "base"), patch)


@pytest.fixture(scope="module")
def encoding(tiny_base: Base) -> Encoding:
    from ..models.weights import find_base
    from .tiny import encoding_of

    return encoding_of(find_base(tiny_base))
