"""Calls made a little ahead in threads, their results taken in order: one core reads while the others predict."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 2  # items a worker: enough that none waits, few enough that memory stays flat


def ahead(function: Callable[[T], R], items: Iterable[T], workers: int) -> Generator[tuple[T, Future[R]]]:
    """Each item with its call, which is done or the next to be; items are drawn in the caller's thread."""
    waiting: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(function, item)))
                if len(waiting) > AHEAD * workers:
                    yield waiting.popleft()
            while waiting:
                yield waiting.popleft()
        finally:
            pool.shutdown(cancel_futures=True)
