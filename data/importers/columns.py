"""What the user says that the names in a tool's file hold: its keys, controls, labels and relations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from ..drafts import Skipped, UnreadableError


class Columns:
    """Name in the file → what it holds; notes which of the names are there."""

    def __init__(self, given: Mapping[str, str] | None, known: Collection[str]) -> None:
        """``known`` are the things a name may hold, "topic:" one with a value behind it.

        Raises UnreadableError at anything else.
        """
        self._holds = {name: _plain(name, holds, known) for name, holds in (given or {}).items()}
        self._missing = set(self._holds)

    def get(self, name: str) -> str | None:
        """What the name, which is in the file, holds."""
        self._missing.discard(name)
        return self._holds.get(name)

    def named(self, kind: str, names: Collection[str]) -> list[str]:
        """Those of the file's names that hold this, in the order in which they were given."""
        found = [name for name, holds in self._holds.items() if holds == kind and name in names]
        self._missing.difference_update(found)
        return found

    def report_missing(self, path: Path, skipped: Callable[[Skipped], None]) -> None:
        """Once the whole file is read: the names that it does not have."""
        for name in self._holds:
            if name in self._missing:
                skipped(Skipped(str(path), None, f"columns: nothing is called {name!r}"))


def _plain(name: str, holds: str, known: Collection[str]) -> str:
    prefix, colon, value = holds.partition(":")
    kind = "_".join(prefix.casefold().split()) + colon
    if kind not in known or bool(colon) != bool(value.strip()):
        raise UnreadableError(f"column {name!r}: {holds!r} is none of {', '.join(known)}")
    return kind + value.strip()
