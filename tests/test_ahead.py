"""Calls ahead in threads: in order, bounded, each with its own failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from ..inference.ahead import AHEAD, ahead


def test_results_come_in_the_order_of_the_items() -> None:
    def slow(item: int) -> int:
        time.sleep(0.002 * (item % 3))
        return item * item

    assert [(item, call.result()) for item, call in ahead(slow, range(40), 3)] == [(n, n * n) for n in range(40)]


def test_items_are_drawn_in_the_callers_thread_and_only_a_little_ahead() -> None:
    drawn = 0

    def items() -> Iterator[int]:
        nonlocal drawn
        for number in range(100):
            assert threading.current_thread() is threading.main_thread()
            drawn += 1
            yield number

    for taken, _ in enumerate(ahead(str, items(), 2)):
        assert drawn <= taken + AHEAD * 2 + 1


def test_a_failure_belongs_to_its_item() -> None:
    outcomes = []
    for _, call in ahead(lambda n: 1 // n, [1, 0, 1], 2):
        outcomes.append(call.exception())
    assert [type(error) for error in outcomes] == [type(None), ZeroDivisionError, type(None)]


def test_what_the_items_raise_reaches_the_caller() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        list(ahead(str, items(), 2))


def test_leaving_early_ends_the_calls() -> None:
    before = threading.active_count()
    for item, _ in ahead(str, iter(range(1000)), 2):
        if item == 3:
            break
    assert threading.active_count() <= before + 2
