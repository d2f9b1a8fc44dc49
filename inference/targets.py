"""Whom an article is about: names found in the text, grouped into entities, beside the targets that a user lists.

Grouping reads one article and nothing else, so that a result never depends on its neighbours. It joins what a reader
would join without knowing the world: a surname and the full name, an acronym and its expansion. "Russian" is a
nationality and "Russia" a country: they stay apart.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ..data.schema import Entity, Mention, Span
from .joins import Item, join
from .names import PERSON, TOKEN, WORD, folded, one_line, pattern_of, read_name, trimmed, without_article

T = TypeVar("T")


class TargetsError(ValueError):
    """A target list that cannot be used: the message says which file and entry, and why."""


@dataclass(frozen=True)
class Found:
    """A name in the text, as the mention head marks it."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Listed:
    """A target that the user wants reported, found or not."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: str | None = None


def load_targets(path: Path) -> list[Listed]:
    """Read targets.yaml. Raises TargetsError naming file and entry."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TargetsError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise TargetsError(f"{path}: not readable as YAML: {one_line(str(error))}") from None
    if not isinstance(data, dict) or set(data) != {"targets"} or not isinstance(data["targets"] or [], list):
        raise TargetsError(f"{path}: must hold one key, 'targets', with a list of names or of name, aliases and kind")
    owners: dict[str, int] = {}
    targets: list[Listed] = []
    for number, entry in enumerate(data["targets"] or [], 1):
        where = f"{path}: entry {number}"
        target = _read_entry(entry, where)
        for alias in (target.name, *target.aliases):
            owner = owners.setdefault(folded(alias), number)
            if owner != number:
                raise TargetsError(f"{where}: {alias!r} also stands in entry {owner} ({targets[owner - 1].name!r})")
        targets.append(target)
    return targets


def _read_entry(entry: Any, where: str) -> Listed:
    if not isinstance(entry, dict):
        return Listed(_name(entry, where, "name"))
    unknown = [str(key) for key in entry if key not in ("name", "aliases", "kind")]
    if unknown:
        raise TargetsError(f"{where}: unknown key {unknown[0]!r}; known are name, aliases and kind")
    name = _name(entry.get("name"), where, "name")
    aliases, kind = entry.get("aliases"), entry.get("kind")
    if not isinstance(aliases, list | None):
        raise TargetsError(f"{where} ({name!r}): aliases must be a list")
    cleaned = dict.fromkeys(_name(alias, f"{where} ({name!r})", "alias") for alias in aliases or [])
    cleaned.pop(name, None)
    return Listed(name, tuple(cleaned), None if kind is None else _name(kind, f"{where} ({name!r})", "kind"))


def _name(value: Any, where: str, what: str) -> str:
    if value is not None and not isinstance(value, str):  # YAML reads NO as false and 1984 as a number
        raise TargetsError(f"{where}: {what} {value!r} is not text; put it in quotes")
    cleaned = one_line(value or "")
    if not re.search(WORD, cleaned):
        raise TargetsError(f"{where}: {what} is empty" if not cleaned else f"{where}: {what} {cleaned!r} has no letter")
    return cleaned


def group(
    text: str, found: Sequence[Found], listed: Sequence[Listed], ignored: Sequence[Span] = ()
) -> tuple[list[Entity], list[Mention]]:
    """Entities in the order of their first mention, then the listed targets that are never named; mentions in order.

    Of found names that overlap the longest stays, and so it is among listed ones; a listed target stays beside a found
    name that overlaps it. None is looked for in ``ignored`` text. Raises ValueError for a span outside the text.
    """
    items = _items(text, found, listed, ignored)
    words = [max(len(folded(alias).split()) for alias in (target.name, *target.aliases)) for target in listed]
    roots = join(text, items, words)
    members: dict[int, list[Item]] = defaultdict(list)
    for item, root in zip(items, roots, strict=True):
        members[root].append(item)
    entities: dict[str, Entity] = {}  # by name: stances are toward names, so two entities of one name are one
    entity_of: dict[int, str] = {}
    for root, group_items in members.items():  # in the order of the first mention
        target = next((listed[i.listed] for i in group_items if i.listed is not None), None)
        kind = (target and target.kind) or _majority(i.kind for i in group_items)
        name = target.name if target else _shown(group_items)
        entity = entities.setdefault(name, Entity(id=f"e{len(entities)}", name=name, kind=kind))
        entity_of[root] = entity.id
    for target in listed:
        if target.name not in entities:
            entities[target.name] = Entity(id=f"e{len(entities)}", name=target.name, kind=target.kind)
    mentions = [
        Mention(id=f"m{n}", start=item.start, end=item.end, entity=entity_of[root])
        for n, (item, root) in enumerate(zip(items, roots, strict=True))
    ]
    return list(entities.values()), mentions


def _items(text: str, found: Sequence[Found], listed: Sequence[Listed], ignored: Sequence[Span]) -> list[Item]:
    """All mentions that stay, in text order, the longer first."""
    hits = _find(text, tuple(listed))
    spans = {(a, b): target for a, b, target in hits if not any(a < i.end and b > i.start for i in ignored)}
    heads: dict[tuple[int, int], str] = {}  # what the mention head takes a listed span for
    names = []
    for start, end, kind in _longest(_checked(text, found)):
        bare = end - len(without_article(text[start:end]))
        same = next((span for span in ((start, end), (bare, end)) if span in spans), None)
        if same:
            heads[same] = kind
        else:
            names.append((start, end, kind))
    # One spelling has one kind: a slip of the mention head must not give a name two keys
    kinds: dict[str, list[str]] = defaultdict(list)
    for start, end, kind in names:
        kinds[without_article(text[start:end])].append(kind)
    usual = {spelling: _majority(votes) or "" for spelling, votes in kinds.items()}
    items = []
    for start, end, kind in names:
        name = text[start:end]
        judged = usual[without_article(name)]
        items.append(Item(start, end, judged if judged == PERSON else kind, *read_name(name, judged)))
    for (start, end), target in spans.items():
        kind = listed[target].kind or heads.get((start, end), "")
        items.append(Item(start, end, kind, *read_name(text[start:end], kind), target))
    return sorted(items, key=lambda i: (i.start, -i.end, i.listed is None))


def _checked(text: str, found: Iterable[Found]) -> Iterable[tuple[int, int, str]]:
    for name in found:
        if not 0 <= name.start < name.end <= len(text):
            raise ValueError(f"found name {name.start}-{name.end} lies outside the text of {len(text)} characters")
        start, end = trimmed(text, name.start, name.end)
        if re.search(WORD, text[start:end]):
            yield start, end, name.kind


def _longest(spans: Iterable[tuple[int, int, T]]) -> list[tuple[int, int, T]]:
    """Of spans that overlap the longest, of equally long ones the first; in text order."""
    kept: list[tuple[int, int, T]] = []
    starts: list[int] = []
    for span in sorted(spans, key=lambda s: (s[0] - s[1], s[0], str(s[2]))):
        at = bisect(starts, span[0])
        if (at and kept[at - 1][1] > span[0]) or (at < len(kept) and starts[at] < span[1]):
            continue
        starts.insert(at, span[0])
        kept.insert(at, span)
    return kept


def _find(text: str, listed: tuple[Listed, ...]) -> list[tuple[int, int, int]]:
    """Where listed targets are named: (start, end, index of the target)."""
    patterns = _patterns(listed)
    hits = []
    for token in TOKEN.finditer(text) if patterns else ():
        for pattern, target in patterns.get(token.group().lower(), ()):
            if match := pattern.match(text, token.start()):
                hits.append((match.start(), match.end(), target))
    return _longest(hits)


@lru_cache(maxsize=4)
def _patterns(listed: tuple[Listed, ...]) -> dict[str, list[tuple[re.Pattern[str], int]]]:
    """By first token, so that a long list costs no more per word of text than the few aliases that begin with it."""
    table: dict[str, list[tuple[re.Pattern[str], int]]] = defaultdict(list)
    for number, target in enumerate(listed):
        for alias in (target.name, *target.aliases):
            pattern, starts = pattern_of(alias)
            for start in sorted(starts):
                table[start].append((pattern, number))
    return dict(table)


def _shown(items: Sequence[Item]) -> str:
    """The most complete form; of equally complete ones the most frequent, and rather not one in capitals."""
    counts = Counter(item.form for item in items)

    def rank(item: Item) -> tuple[int, bool, int, int]:
        shouted = item.form.isupper() and len(item.form) > 4
        return len(item.key), not shouted, counts[item.form], len(item.form)

    return max(items, key=rank).form  # the first of equals


def _majority(kinds: Iterable[str]) -> str | None:
    counts = Counter(kind for kind in kinds if kind)
    return max(counts, key=counts.__getitem__) if counts else None
