"""From the rows of one article in a table of labelled sentences to a record: see label_tables.py for what they hold."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..schema import Article, Holder, Mention, Sentence, Stance
from .label_items import CORRECTED
from .offsets import Place, settle
from .pages import DESCRIPTION, is_stance

OFFSETS = ("target_start", "target_end", "holder_start", "holder_end")  # in the row's text
AUTHOR = "(author)"  # in the column of holders
SEVERAL = re.compile(r"\s*[;|]\s*")
_WHOLE = re.compile(r"(\d{1,15})(\.0)?")  # pandas writes the numbers of a column with gaps as floats
_NO_COMMA = re.compile(r"""['"]\s+['"]""")  # numpy's way, which Python reads as one text

RowReport = Callable[[int, str], None]  # number of the row, reason


@dataclass(frozen=True)
class Row:
    number: int  # of its line
    cells: dict[str, str]  # by what they hold

    @property
    def text(self) -> str:
        return self.cells["text"].strip()

    def get(self, name: str) -> str | None:
        return self.cells.get(name, "").strip() or None

    def several(self, name: str) -> list[str]:
        """The values of a cell, a list of JSON's or Python's or joined by ";" or "|" (names of topics hold commas)."""
        value = self.get(name) or ""
        found = _list(value) if value.startswith("[") else None
        return [part for part in SEVERAL.split(value) if part] if found is None else found

    def label_stance(self) -> str | None:
        """The label, if it is called like a stance."""
        label = self.get("label")
        return label if label is not None and is_stance(label) else None

    def stance(self) -> str | None:
        """The sentence's stance; with a target and no stance of its own, the column is the target's."""
        found = self.get("stance") or self.label_stance()
        return None if self.get("target") is not None and "target_stance" not in self.cells else found

    def topics(self) -> list[str]:
        label = self.get("label")
        return self.several("topics") + ([label] if label is not None and not is_stance(label) else [])

    def target_stance(self) -> str | None:
        if "target_stance" in self.cells:
            return self.get("target_stance")
        return self.get("stance") or self.label_stance()

    def labelled(self) -> bool:
        return any(self.get(name) for name in ("topics", "stance", "label", "target", "tags"))

    def exact(self, name: str) -> bool:
        """Whether the table says where its targets or holders stand; else they are looked for."""
        return f"{name}_start" in self.cells or f"{name}_end" in self.cells


def _list(value: str) -> list[str] | None:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        if _NO_COMMA.search(value):
            return None
        try:
            found = ast.literal_eval(value)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None
    return [str(item) for item in found if item not in (None, "")] if isinstance(found, list) else None


def article_of_rows(key: str, annotator: str | None, rows: Sequence[Row], report: RowReport) -> Article | None:
    """The article whose sentences the rows are, or None if they have no labels."""
    numbered = any(row.get("sentence_number") for row in rows)
    topics = list(dict.fromkeys(topic for row in rows for topic in row.several("article_topics")))
    if not topics and not any(row.labelled() for row in rows) and not numbered:
        report(rows[0].number, "no labels")
        return None
    fields: dict[str, Any] = {"id": key, "text": ""}
    for name in DESCRIPTION:
        values = [(row.number, value) for row in rows if (value := row.get(name)) is not None]
        if values:
            fields[name] = values[0][1]
        for number, value in values:
            if value != fields[name]:
                report(number, f"{name} {value!r}: an earlier row of the article says {fields[name]!r}")
    if annotator is not None:
        fields["annotator"] = annotator
    if topics:
        fields["topics"] = topics
    if topics and len(rows) == 1 and not rows[0].labelled() and not numbered:
        _told(rows[0], 0, report)  # reports what has no target
        return Article(**{**fields, "text": rows[0].text})
    sentences: list[tuple[Row, dict[str, Any], list[_Told]]] = []
    for row in _in_order(rows):
        same = sentences and _continues(row, sentences[-1][0], sentences[-1][2])
        if not same and row.get("id") is None and sentences:
            report(row.number, f"repeats the text of row {sentences[0][0].number}")
            continue
        if not same:
            start = len(fields["text"]) + 1 if fields["text"] else 0
            fields["text"] += f" {row.text}" if fields["text"] else row.text
            sentences.append((row, {"start": start, "end": len(fields["text"])}, []))
        _fill(row, sentences[-1][1], report)
        told = _told(row, sentences[-1][1]["start"], report)
        if told is not None:
            sentences[-1][2].append(told)
    all_told = [told for _, _, stances in sentences for told in stances]
    places = sorted({place for told in all_told for place in (told.place, told.held) if place is not None})
    mentions = {place: Mention(id=f"m{n}", start=place[0], end=place[1]) for n, place in enumerate(places)}
    if mentions:
        fields["mentions"] = list(mentions.values())
    for _, sentence, stances in sentences:
        if stances:
            sentence["stances"] = [_stance(told, mentions) for told in stances]
    return Article(**fields, sentences=[Sentence(**sentence) for _, sentence, _ in sentences])


@dataclass(frozen=True)
class _Told:
    """A stance as its row tells it; places are in the article."""

    row: Row
    target: str
    label: str
    place: tuple[int, int] | None
    holder: str | None
    held: tuple[int, int] | None
    by_author: bool


def _continues(row: Row, first: Row, stances: Sequence[_Told]) -> bool:
    """Whether the row is about a further target of the sentence before it."""
    if row.text != first.text:
        return False
    if row.get("sentence_number") is not None:
        return row.get("sentence_number") == first.get("sentence_number")
    known = {(told.target, told.row.get("holder")) for told in stances}
    target = row.get("target")
    return target is not None and bool(known) and (target, row.get("holder")) not in known


def _fill(row: Row, sentence: dict[str, Any], report: RowReport) -> None:
    for name, values in (("topics", row.topics()), ("tags", row.several("tags"))):
        if values:
            sentence[name] = list(dict.fromkeys([*sentence.get(name, []), *values]))
    given, label = row.get("stance"), row.label_stance()
    if given is not None and label not in (None, given):
        report(row.number, f"label {label!r}: the row's stance is {given!r}")
    stance = row.stance()
    if stance is not None and sentence.get("stance") not in (None, stance):
        report(row.number, f"stance {stance!r}: an earlier row of the sentence says {sentence['stance']!r}")
    elif stance is not None:
        sentence["stance"] = stance


def _told(row: Row, start: int, report: RowReport) -> _Told | None:
    for name in ("target", "holder"):
        at = row.get(f"{name}_start")
        if at is not None and row.get(name) is None:
            report(row.number, f"{name}_start {at!r}: no {name}")
    target, label = row.get("target"), row.target_stance()
    if target is None or label is None:
        for name in ("target", "target_stance", "holder", "target_tags"):
            if row.get(name) is not None:
                report(row.number, f"{name} {row.get(name)!r}: no {'stance' if target is not None else 'target'}")
        return None
    holder = row.get("holder")
    by_author = holder is not None and says_author(holder) and row.get("holder_start") is None
    holder = None if by_author else holder
    place = _place(row, "target", target, start, report)
    held = _place(row, "holder", holder, start, report) if holder is not None else None
    return _Told(row, target, label, place, holder, held, by_author)


def says_author(holder: str) -> bool:
    return holder.casefold() in (AUTHOR, AUTHOR.strip("()"))


def _place(row: Row, name: str, wanted: str, start: int, report: RowReport) -> tuple[int, int] | None:
    """Where the row's target or holder stands: as its offsets say, without such columns at its first occurrence."""
    if not row.exact(name):
        word = rf"(?<!\w){re.escape(wanted)}(?!\w)"
        first = re.search(word, row.text) or re.search(word, row.text, re.I)
        return None if first is None else (start + first.start(), start + first.end())
    cells = [row.get(f"{name}_{edge}") for edge in ("start", "end")]
    if cells == [None, None]:
        return None
    begin, stop = (_whole(cell) for cell in cells)
    if begin is None or stop is None:
        report(row.number, f"{name} {wanted!r}: its offsets are no numbers")
        return None
    lead = len(row.cells["text"]) - len(row.cells["text"].lstrip())
    (found,), mended = settle(row.text, [Place(begin - lead, stop - lead, wanted)])
    if isinstance(found, str):  # a target may be a name that the text has otherwise
        (found,), mended = settle(row.text, [Place(begin - lead, stop - lead)])
    if isinstance(found, str):
        report(row.number, f"{name} {wanted!r}: {found}")
        return None
    if mended:
        report(row.number, f"{CORRECTED}the offsets of {name} {wanted!r} were counted in UTF-16 code units")
    return start + found[0], start + found[1]


def _whole(cell: str | None) -> int | None:
    found = _WHOLE.fullmatch(cell or "")
    return None if found is None else int(found[1])


def _in_order(rows: Sequence[Row]) -> Sequence[Row]:
    """By their numbers, if all have one and no number stands for two sentences."""
    numbered = [(number, row) for row in rows if (number := _whole(row.get("sentence_number"))) is not None]
    sentences = {(number, row.text) for number, row in numbered}
    if len(numbered) < len(rows) or len(sentences) > len({number for number, _ in sentences}):
        return rows
    return [row for _, row in sorted(numbered, key=lambda pair: pair[0])]


def _stance(told: _Told, mentions: dict[tuple[int, int], Mention]) -> Stance:
    fields: dict[str, Any] = {"target": told.target, "label": told.label}
    if told.place is not None:
        fields["mention"] = mentions[told.place].id
    if told.by_author:
        fields["holder"] = None
    elif told.held is not None:
        fields["holder"] = Holder(mention=mentions[told.held].id)
    elif told.holder is not None:
        fields["holder"] = Holder(name=told.holder)
    if tags := told.row.several("target_tags"):
        fields["tags"] = tags
    return Stance(**fields)
