"""What a check of label files finds: one finding says where, what is wrong and what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal, NamedTuple

# What is labelled
ARTICLE_TOPIC, TOPIC, STANCE, TARGET, HOLDER, TAG = (
    "article topic", "sentence topic", "sentence stance", "target stance", "holder", "tag",
)  # fmt: skip
LISTED = 100  # findings of one kind that are kept; all are counted
EXCERPT = 80  # characters of a text in a message

Level = Literal["error", "doubt"]


class Place(NamedTuple):
    path: str
    line: int  # from 1


@dataclass(frozen=True)
class Finding:
    """An error makes the files unfit for training; a doubt is for a person to look at, and may be right as it is."""

    level: Level
    kind: str
    path: str
    line: int  # of the record, from 1
    field: str
    message: str


class Findings:
    """Counts every finding and keeps the first ones of each kind, however often a mistake is made."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.counts: Counter[tuple[Level, str]] = Counter()

    def error(self, kind: str, place: Place, field: str, message: str) -> None:
        self._add(Finding("error", kind, place.path, place.line, field, message), LISTED)

    def doubt(self, kind: str, place: Place, field: str, message: str, listed: int = LISTED) -> None:
        self._add(Finding("doubt", kind, place.path, place.line, field, message), listed)

    def _add(self, finding: Finding, listed: int) -> None:
        self.counts[finding.level, finding.kind] += 1
        if self.counts[finding.level, finding.kind] <= listed:
            self.kept.append(finding)


def excerpt(text: str) -> str:
    """The start of a text, quoted and on one line."""
    plain = " ".join(text.split())
    return repr(plain if len(plain) <= EXCERPT else plain[: EXCERPT - 1] + "…")
