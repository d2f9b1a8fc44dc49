"""Keeps what measures out of what trains: finds sentences of eight words or more that stand in both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

WORDS = 8  # a shorter sentence occurs twice by chance
_WORD = re.compile(r"[^\W_]+")
_SPLIT_NEGATION = re.compile(r"(?<=\w)\s+(?=n['’]t\b)")  # "did n't", as some corpora write it


def words_of(text: str) -> list[str]:
    """Words in lower case, without punctuation, so that two tokenizations of one sentence agree."""
    return _WORD.findall(_SPLIT_NEGATION.sub("", text.lower()))


@dataclass
class Protected:
    """Sentences of dev, test and measure-only files."""

    by_start: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=dict)

    def add(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            words = tuple(words_of(sentence))
            if len(words) >= WORDS:
                found = self.by_start.setdefault(words[:WORDS], [])
                if words not in found:
                    found.append(words)

    def overlaps(self, text: str) -> bool:
        """Whether a protected sentence stands in the text, however the text is cut into sentences."""
        words = words_of(text)
        for start in range(len(words) - WORDS + 1):
            for sentence in self.by_start.get(tuple(words[start : start + WORDS]), ()):
                if tuple(words[start : start + len(sentence)]) == sentence:
                    return True
        return False
