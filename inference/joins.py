"""Which mentions of an article name the same one: equal spellings, surname and full name, acronym and expansion."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .names import PERSON, Key, abbreviates, acronym_of, initials

_SURNAME_WORDS = 4  # "von der Leyen" and one more
_BRACKET = 4  # characters between a name and the acronym that a bracket gives it


@dataclass(frozen=True)
class Item:
    """One mention on its way into an entity."""

    start: int
    end: int
    kind: str
    form: str  # as it would be shown
    key: Key  # equal for spellings of one name
    listed: int | None = None  # index of the listed target that it names

    @property
    def person(self) -> bool:
        return self.kind.lower() == PERSON


class _Sets:
    """Disjoint sets of items, each known by its first item. Two listed targets never come into one set."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.parent = list(range(len(items)))
        self.target = [item.listed for item in items]

    def root(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        targets = {self.target[first], self.target[second]} - {None}
        if first != second and len(targets) < 2:
            self.parent[second] = first
            self.target[first] = targets.pop() if targets else None


def join(text: str, items: Sequence[Item], words_of_target: Sequence[int]) -> list[int]:
    """For every item, in text order, the first item of its entity.

    A short form that fits several full names is joined to the last of them before it, else to the first in the text.
    ``words_of_target`` says how many words the longest alias of a listed target has: one that is listed with its full
    name needs no guess at what its short form means.
    """
    surnames, acronyms = _full_names(items)
    defined = _definitions(text, items)
    sets = _Sets(items)
    targets: dict[int, int] = {}
    nodes: dict[tuple[Key, bool], int] = {}
    for at, item in enumerate(items):
        if item.listed is not None:
            sets.join(at, targets.setdefault(item.listed, at))
            for person in {item.person, item.person or not item.kind}:
                nodes.setdefault((item.key, person), at)
    for at, item in enumerate(items):
        owner = nodes.get((item.key, item.person))
        if item.listed is None and owner is not None and items[owner].listed is not None:
            sets.join(at, owner)
            continue
        full: list[int] = []
        if item.listed is None or len(item.key) >= words_of_target[item.listed]:
            acronym = acronym_of(item.form)
            if item.person:
                full = surnames.get(tuple(word.lstrip("^").lower() for word in item.key), [])
            elif acronym:
                full = defined.get(acronym) or acronyms.get(acronym, [])
        if full:
            sets.join(at, full[max(bisect_left(full, at) - 1, 0)])
        else:
            sets.join(at, nodes.setdefault((item.key, item.person), at))
    return [sets.root(at) for at in range(len(items))]


def _full_names(items: Sequence[Item]) -> tuple[dict[Key, list[int]], dict[str, list[int]]]:
    """Items of several words, by the surnames and by the acronyms that may stand for them."""
    surnames: dict[Key, list[int]] = defaultdict(list)
    acronyms: dict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        if item.person:
            for words in range(1, min(len(item.key) - 1, _SURNAME_WORDS) + 1):
                surnames[item.key[-words:]].append(at)
        elif len(item.key) > 1:
            for acronym in initials(item.form):
                acronyms[acronym].append(at)
    return surnames, acronyms


def _definitions(text: str, items: Sequence[Item]) -> dict[str, list[int]]:
    """Items by the acronym that the article itself gives them: "World Health Organization (WHO)"."""
    ends = {item.end: at for at, item in enumerate(items) if not item.person}
    defined: dict[str, list[int]] = defaultdict(list)
    for item in items:
        acronym = acronym_of(item.form)
        before = text[max(0, item.start - _BRACKET) : item.start].rstrip()
        if acronym is None or item.person or not before.endswith("("):
            continue
        gap = len(before) - len(before[:-1].rstrip())
        at = ends.get(max(0, item.start - _BRACKET) + len(before) - gap)
        if at is not None and text[item.end : item.end + 1] == ")" and abbreviates(acronym, items[at].form):
            defined[acronym].append(at)
    return defined
