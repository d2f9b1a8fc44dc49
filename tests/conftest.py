"""In CI, a test that is skipped because the shared data is missing has failed: nobody reads a skip there."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

NEEDED = ("shared", "stancelens_data", "benchmark data")  # in a skip's reason, any case


def fail_if_data_is_missing(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip whose reason names the shared data into a failure, where CI=true."""
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
