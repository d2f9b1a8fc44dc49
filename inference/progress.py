"""How far a run is: a bar on a terminal, one plain line every few seconds elsewhere. Totals are estimates."""

from __future__ import annotations

import time
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

EVERY = 5.0  # seconds between plain lines
ENOUGH = 20  # articles from which the time left is estimated: the first ones wait for the model


class Progress:
    """Counts what is done, such as articles, and the sentences in it; a context manager."""

    def __init__(self, what: str, total: int, stream: TextIO) -> None:
        self.what, self.total, self.stream = what, total, stream
        self.count = self.sentences = 0
        self.began = self.told = time.monotonic()
        self.bar: Bar | None = None
        if stream.isatty():
            columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
            self.bar = Bar(*columns, TimeRemainingColumn(), console=Console(file=stream))
            self.task = self.bar.add_task(what, total=total, rate="")

    def __enter__(self) -> Progress:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.bar:
            self.bar.update(self.task, total=self.count)
            self.bar.stop()

    def advance(self, sentences: int = 0) -> None:
        """One more is done, with so many newly read sentences."""
        self.count += 1
        self.total = max(self.total, self.count)
        self.sentences += sentences
        now = time.monotonic()
        rate = self.sentences / max(now - self.began, 1e-9)
        if self.bar:
            shown = f"{rate:.0f} sentences/s" if self.sentences else ""
            self.bar.update(self.task, completed=self.count, total=self.total, rate=shown)
        elif now - self.told >= EVERY:
            self.told = now
            parts = [f"{self.count} of about {self.total} {self.what}"]
            if self.sentences:
                parts.append(f"{rate:.0f} sentences/s")
            if self.count >= ENOUGH:
                left = (now - self.began) / self.count * max(0, self.total - self.count)
                parts.append(f"about {left:.0f} s left")
            print(", ".join(parts), file=self.stream, flush=True)
