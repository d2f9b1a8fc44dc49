"""Changes of a text that leave its stances as they are, with the way from old offsets to new ones: another name for an
entity, upper case, the other quotes, doubled spaces. No model is called here."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from ..data.schema import Article, Entity, Span
from ..evaluation.items import is_name
from ..inference.names import PERSON, folded, read_name, trimmed, without_article

GROUP = "group"
# An entity's kind, in the corpus or as a mention head gives it → the kind of names.py. Laws, works and so on have none
KINDS = {PERSON: PERSON, "organization": "organization", "place": "place", "country": "place", GROUP: GROUP}
STRAIGHT = {"“": '"', "”": '"', "‘": "'", "’": "'"}
CURLY = {'"': "“”", "'": "‘’"}
OPENS = frozenset(" \t\n\N{NO-BREAK SPACE}([{<-–—/“‘")  # a quote behind these opens, if something follows it
_EDGES = "\"'“”‘’ ,;:()"
_SUFFIXES = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii"))
_LONE_SPACE = re.compile(r"(?<! ) (?! )")

S = TypeVar("S", bound=Span)


@dataclass(frozen=True)
class Edit:
    """Characters of a text and what stands in their place; neither is empty, so that no span can become so."""

    start: int
    end: int
    new: str


class Edited:
    """A text after its edits, which says where a span of the old text now lies."""

    def __init__(self, old: str, edits: Sequence[Edit]) -> None:
        """Raises ValueError for edits that are empty, out of order or outside the text, or that overlap."""
        bad = any(not edit.new or not 0 <= edit.start < edit.end <= len(old) for edit in edits)
        if bad or any(after.start < before.end for before, after in pairwise(edits)):
            raise ValueError("edits must be in order, apart and within the text, and replace something by something")
        self._starts = [edit.start for edit in edits]
        self._ends = [edit.end for edit in edits]
        self._places: list[tuple[int, int]] = []  # of what is new, in the new text
        parts, at, size = [], 0, 0
        for edit in edits:
            size += edit.start - at
            self._places.append((size, size + len(edit.new)))
            parts += [old[at : edit.start], edit.new]
            at, size = edit.end, size + len(edit.new)
        self.text = "".join([*parts, old[at:]])

    def move(self, span: S) -> S:
        """The span in the new text; one that begins or ends within an edit holds all that is new there."""
        before = bisect_right(self._starts, span.start) - 1
        inside = before >= 0 and span.start < self._ends[before]
        start = self._places[before][0] if inside else self._shifted(span.start, before)
        before = bisect_left(self._starts, span.end) - 1
        inside = before >= 0 and span.end < self._ends[before]
        end = self._places[before][1] if inside else self._shifted(span.end, before)
        return span.model_copy(update={"start": start, "end": end})

    def _shifted(self, at: int, before: int) -> int:
        """``before``: the last edit, which ends at or before the place; -1 for none."""
        return at if before < 0 else at - self._ends[before] + self._places[before][1]

    def touches(self, span: Span) -> bool:
        """Whether an edit reaches into a span of the old text."""
        return bisect_left(self._starts, span.end) > bisect_right(self._ends, span.start)


def moved(article: Article, edited: Edited) -> Article:
    """The article with the edited text and all its spans moved; names of entities and targets stay."""
    fields: dict[str, object] = {"text": edited.text, "ignored": [edited.move(span) for span in article.ignored]}
    if article.sentences is not None:
        fields["sentences"] = [edited.move(sentence) for sentence in article.sentences]
    if article.mentions is not None:
        mentions = [edited.move(mention) for mention in article.mentions]
        fields["mentions"] = [
            mention if mention.text is None else mention.model_copy(update={"text": mention.of(edited.text)})
            for mention in mentions
        ]
    return article.model_copy(update=fields)


def swap(article: Article, entity: Entity, new: str) -> tuple[Article, Edited]:
    """The article with a new name for an entity, and the edits made.

    A mention by the full name gets the new one, a person's surname or first name its last or first word; what names the
    entity otherwise, such as pronouns, descriptions and acronyms, stays.
    """
    edits = []
    for mention in sorted(article.mentions or [], key=lambda m: m.start):
        if mention.entity == entity.id and (edit := _renamed(article.text, mention, entity, new)):
            edits.append(edit)
    edited = Edited(article.text, edits)
    return moved(article, edited), edited


def can_be_swapped(entity: Entity) -> bool:
    """Whether the entity has a name, of a kind that names.py has.

    Groups must be a plural: the names of groups are, and "Russian forces" would become "Samoans forces".
    """
    kind = KINDS.get(entity.kind or "")
    return kind is not None and is_name(entity.name) and (kind != GROUP or entity.name.endswith("s"))


def _renamed(text: str, mention: Span, entity: Entity, new: str) -> Edit | None:
    start, end = _bare(text, mention.start, mention.end)
    old = text[start:end]
    if KINDS.get(entity.kind or "") != PERSON:
        start = end - len(without_article(old))
        name = without_article(entity.name[slice(*_bare(entity.name, 0, len(entity.name)))])
        return Edit(start, end, new) if old and folded(text[start:end]) == folded(name) else None
    words = list(re.finditer(r"\S+", old))
    words = words[len(words) - len(read_name(old, PERSON)[0].split()) :]  # without titles
    name_words = _words(read_name(entity.name, PERSON)[0])
    form = _form([word[0] for word in words], name_words, new)
    if form is None:
        return None
    shouted = old.isupper() and len(old) > 1
    return Edit(start + words[0].start(), end, form.upper() if shouted else form)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a possessive ending and what else stands at its edges: quotes, white space, punctuation."""
    start, end = trimmed(text, start, end)
    part = text[start:end]
    start += len(part) - len(part.lstrip(_EDGES))
    return trimmed(text, start, max(start, start + len(part.strip(_EDGES))))


def _words(name: str) -> list[str]:
    words = [folded(word.strip(_EDGES)) for word in name.split()]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return words


def _form(mention: list[str], name: list[str], new: str) -> str | None:
    """The form of the new name that answers a mention's form of a person's name; None if it is no form of it."""
    words, parts = _words(" ".join(mention)), new.split()
    if not words or not name:
        return None
    if words[-1] != name[-1]:
        return parts[0] if words == name[: len(words)] else None
    surname = len(words) == 1 or (len(words) < len(name) and words == name[-len(words) :])  # "Ó Ruanaí"
    return parts[-1] if surname else new  # "Dan Bell" is a full name of Daniel Bell


def upper(text: str) -> list[Edit]:
    """One edit a character, as some become longer ("ß", "ﬁ")."""
    return [Edit(at, at + 1, char.upper()) for at, char in enumerate(text) if char.upper() != char]


def quotes(text: str) -> list[Edit]:
    """Straight for curly and curly for straight quotes, each as it stands; apostrophes are quotes that close."""
    edits: list[Edit] = []
    opened = True  # whether what stands before can open a quote
    for at, char in enumerate(text):
        if char in CURLY:
            opened = opened and at + 1 < len(text) and not text[at + 1].isspace()
            edits.append(Edit(at, at + 1, CURLY[char][0 if opened else 1]))
        else:
            if char in STRAIGHT:
                edits.append(Edit(at, at + 1, STRAIGHT[char]))
            opened = char in OPENS
    return edits


def spaces(text: str) -> list[Edit]:
    """Every space that stands alone, doubled."""
    return [Edit(found.start(), found.end(), "  ") for found in _LONE_SPACE.finditer(text)]


PERTURBATIONS: dict[str, Callable[[str], list[Edit]]] = {"upper": upper, "quotes": quotes, "spaces": spaces}


def perturb(text: str, perturbation: str) -> Edited:
    """``perturbation`` is a key of PERTURBATIONS."""
    return Edited(text, PERTURBATIONS[perturbation](text))
