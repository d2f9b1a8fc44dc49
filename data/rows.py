"""Lines of files that are too large to hold, each within a limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TextIO


class RowTooLongError(Exception):
    """A row that is larger than the limit."""


def bounded_lines(handle: TextIO, limit: int) -> Iterator[str | None]:
    """Each line with its end; None for a line of more than ``limit`` bytes, which is never held whole."""
    while line := handle.readline(limit + 1):
        whole = len(line) <= limit
        # Only a line near the limit is worth encoding to count its bytes: a character has four at most
        if whole and (len(line) * 4 <= limit or len(line.encode("utf-8", "surrogateescape")) <= limit):
            yield line
            continue
        while line and not line.endswith(("\n", "\r")):
            line = handle.readline(limit + 1)
        yield None


class RetryLines:
    """Lines for the csv reader, which can be taken back: a stray quote must not swallow the rows behind it."""

    def __init__(self, handle: TextIO, limit: int) -> None:
        self._source = bounded_lines(handle, limit)
        self._limit = limit
        self._ahead: deque[str | None] = deque()
        self._taken: list[str | None] = []
        self._size = 0
        self._number = 0  # of the last line handed out
        self.start = 1  # line at which the current row begins

    def __iter__(self) -> RetryLines:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._source)
        self._number += 1
        self._taken.append(line)
        if line is None:
            raise RowTooLongError
        self._size += len(line)
        if self._size > self._limit:
            raise RowTooLongError
        return line

    def begin(self) -> None:
        """A new row begins with the next line."""
        self._taken.clear()
        self._size = 0
        self.start = self._number + 1

    def retry(self) -> None:
        """Give back all lines of the current row but its first."""
        self._ahead.extendleft(reversed(self._taken[1:]))
        self._number = self.start
