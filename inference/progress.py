"""How far a run is: a bar on a terminal, one plain line every few seconds elsewhere. Totals are estimates."""

from __future__ import annotations

import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

EVERY = 5.0  # seconds between plain lines


class Progress:
    """Counts articles and sentences; a context manager."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self.total, self.stream = total, stream
        self.articles = self.sentences = 0
        self.began = self.told = time.monotonic()
        self.bar: Bar | None = None
        if stream.isatty():
            columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
            self.bar = Bar(*columns, TimeRemainingColumn(), console=Console(file=stream))
            self.task = self.bar.add_task("articles", total=total, rate="")

    def __enter__(self) -> Progress:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.bar:
            self.bar.update(self.task, total=self.articles)
            self.bar.stop()

    def advance(self, sentences: int) -> None:
        """One more article is done, with so many newly read sentences."""
        self.articles += 1
        self.total = max(self.total, self.articles)
        self.sentences += sentences
        now = time.monotonic()
        rate = self.sentences / max(now - self.began, 1e-9)
        if self.bar:
            self.bar.update(self.task, completed=self.articles, total=self.total, rate=f"{rate:.0f} sentences/s")
        elif now - self.told >= EVERY:
            self.told = now
            left = (now - self.began) / self.articles * max(0, self.total - self.articles)
            print(
                f"{self.articles} of about {self.total} articles, {rate:.0f} sentences/s, {left:.0f} s left",
                file=self.stream,
                flush=True,
            )
