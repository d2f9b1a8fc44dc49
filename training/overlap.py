"""Keeps what measures out of what trains: finds texts that hold a protected sentence, or half of one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

WORDS = 8  # a shorter sentence occurs twice by chance
RUN = 5  # words; a sentence counts as held where half of its runs are, so a cut or an edited copy is found too
_WORD = re.compile(r"[^\W_]+")
_SPLIT_NEGATION = re.compile(r"(?<=\w)\s+(?=n['’]t\b)")  # "did n't", as some corpora write it


def words_of(text: str) -> list[str]:
    """Words in lower case, without punctuation, so that two tokenizations of one sentence agree."""
    return _WORD.findall(_SPLIT_NEGATION.sub("", text.lower()))


def _runs(text: str) -> set[int]:
    """Hashes of the text's runs of RUN words, the same within one process."""
    words = words_of(text)
    return {hash(tuple(words[at : at + RUN])) for at in range(len(words) - RUN + 1)}


@dataclass
class Protected:
    """Sentences of dev, test and measure-only files."""

    lengths: list[int] = field(default_factory=list)  # runs of each sentence
    holders: dict[int, list[int]] = field(default_factory=dict)  # run → sentences that hold it
    added: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            words = tuple(words_of(sentence))
            if len(words) >= WORDS and words not in self.added:
                self.added.add(words)
                runs = _runs(sentence)
                for run in runs:
                    self.holders.setdefault(run, []).append(len(self.lengths))
                self.lengths.append(len(runs))

    def overlaps(self, text: str) -> bool:
        """Whether the text holds at least half of the word runs of a protected sentence."""
        found = Counter(sentence for run in _runs(text) for sentence in self.holders.get(run, ()))
        return any(2 * count >= self.lengths[sentence] for sentence, count in found.items())
