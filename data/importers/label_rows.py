"""The rows of one article in a table of labelled sentences, to a record and back: see label_tables.py."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..schema import Article, Holder, Mention, Sentence, Span, Stance
from .label_items import CORRECTED
from .offsets import Place, settle
from .pages import is_stance

OFFSETS = ("target_start", "target_end", "holder_start", "holder_end")  # in the row's text
AUTHOR = "(author)"  # in the column of holders
METADATA = ("title", "source", "date", "split", "license")
_SEVERAL = re.compile(r"\s*[;|]\s*")

RowReport = Callable[[int, str], None]  # number of the row, reason


@dataclass(frozen=True)
class Row:
    number: int  # of its line
    cells: dict[str, str]  # by what they hold
    exact: bool  # the table says where targets and holders stand; else they are looked for

    @property
    def text(self) -> str:
        return self.cells["text"].strip()

    def get(self, name: str) -> str | None:
        return self.cells.get(name, "").strip() or None

    def several(self, name: str) -> list[str]:
        """The values of a cell, a JSON list or joined by ";" or "|" (names of topics hold commas)."""
        value = self.get(name) or ""
        if value.startswith("["):
            try:
                return [str(item) for item in json.loads(value)]
            except ValueError:
                pass
        return [part for part in _SEVERAL.split(value) if part]

    def stance(self) -> str | None:
        """The sentence's stance; with a target and no stance of its own, the column is the target's."""
        label = self.get("label")
        found = self.get("stance") or (label if label is not None and is_stance(label) else None)
        return None if self.get("target") is not None and "target_stance" not in self.cells else found

    def topics(self) -> list[str]:
        label = self.get("label")
        return self.several("topics") + ([label] if label is not None and not is_stance(label) else [])

    def target_stance(self) -> str | None:
        if "target_stance" in self.cells:
            return self.get("target_stance")
        label = self.get("label")
        return self.get("stance") or (label if label is not None and is_stance(label) else None)

    def labelled(self) -> bool:
        return any(self.get(name) for name in ("topics", "stance", "label", "target", "tags"))


def article_of_rows(key: str, annotator: str | None, rows: Sequence[Row], report: RowReport) -> Article | None:
    """The article whose sentences the rows are, or None if they have no labels."""
    numbered = any(row.get("sentence_number") for row in rows)
    topics = list(dict.fromkeys(topic for row in rows for topic in row.several("article_topics")))
    if not topics and not any(row.labelled() for row in rows) and not numbered:
        report(rows[0].number, "no labels")
        return None
    fields: dict[str, Any] = {"id": key, "text": ""}
    for name in METADATA:
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
        return Article(**{**fields, "text": rows[0].text})
    sentences: list[tuple[Row, dict[str, Any], list[_Told]]] = []
    for row in rows:
        same = sentences and _continues(row, sentences[-1][0], sentences[-1][2])
        if not same and row.get("id") is None and sentences:
            report(row.number, f"repeats the text of row {sentences[0][0].number}")
            continue
        if not same:
            start = len(fields["text"]) + 1 if fields["text"] else 0
            fields["text"] += f" {row.text}" if fields["text"] else row.text
            sentences.append((row, {"start": start, "end": len(fields["text"])}, []))
        _fill(row, sentences[-1][1], same=bool(same), report=report)
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

    target: str
    label: str
    place: tuple[int, int] | None
    holder: str | None
    held: tuple[int, int] | None
    by_author: bool
    tags: tuple[str, ...]


def _continues(row: Row, first: Row, stances: Sequence[_Told]) -> bool:
    """Whether the row is about a further target of the sentence before it."""
    if row.get("sentence_number") is not None:
        return row.get("sentence_number") == first.get("sentence_number")
    known = {(told.target, told.holder) for told in stances}
    target = row.get("target")
    return row.text == first.text and target is not None and bool(known) and (target, row.get("holder")) not in known


def _fill(row: Row, sentence: dict[str, Any], *, same: bool, report: RowReport) -> None:
    for name, values in (("topics", row.topics()), ("tags", row.several("tags"))):
        if values:
            sentence[name] = list(dict.fromkeys([*sentence.get(name, []), *values]))
    stance = row.stance()
    if stance is not None and sentence.get("stance") not in (None, stance):
        report(row.number, f"stance {stance!r}: an earlier row of the sentence says {sentence['stance']!r}")
    elif stance is not None:
        sentence["stance"] = stance


def _told(row: Row, start: int, report: RowReport) -> _Told | None:
    target, label = row.get("target"), row.target_stance()
    if target is None or label is None:
        for name in ("target", "target_stance", "holder", "target_tags"):
            if row.get(name) is not None:
                report(row.number, f"{name} {row.get(name)!r}: no {'stance' if target is not None else 'target'}")
        return None
    holder = row.get("holder")
    by_author = holder == AUTHOR or (not row.exact and holder is not None and holder.casefold() == "author")
    holder = None if by_author else holder
    place = _place(row, "target", target, start, report)
    held = _place(row, "holder", holder, start, report) if holder is not None else None
    return _Told(target, label, place, holder, held, by_author, tuple(row.several("target_tags")))


def _place(row: Row, name: str, wanted: str, start: int, report: RowReport) -> tuple[int, int] | None:
    """Where the row's target or holder stands: as its offsets say, without such columns at its first occurrence."""
    lead = len(row.cells["text"]) - len(row.cells["text"].lstrip())
    if not row.exact:
        found = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.I).search(row.text)
        return None if found is None else (start + found.start(), start + found.end())
    ends = [row.get(f"{name}_{edge}") for edge in ("start", "end")]
    if ends == [None, None]:
        return None
    if not all(end is not None and re.fullmatch(r"\d+(\.0)?", end) for end in ends):
        report(row.number, f"{name} {wanted!r}: its offsets are no numbers")
        return None
    begin, stop = (int(float(end or 0)) for end in ends)
    (found_at,), mended = settle(row.text, [Place(begin - lead, stop - lead)])
    if isinstance(found_at, str):
        report(row.number, f"{name} {wanted!r}: {found_at}")
        return None
    if mended:
        report(row.number, f"{CORRECTED}the offsets of {name} {wanted!r} were counted in UTF-16 code units")
    return start + found_at[0], start + found_at[1]


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
    if told.tags:
        fields["tags"] = list(told.tags)
    return Stance(**fields)


def rows_of_article(article: Article) -> Iterator[dict[str, str]]:
    """One row for each stance toward a target, and for each sentence without any."""
    shared = {name: value for name in ("id", "annotator", *METADATA) if (value := getattr(article, name))}
    if article.topics:
        shared["article_topics"] = _join(article.topics)
    if not article.sentences:
        yield {**shared, "text": article.text}
    spans = {mention.id: mention for mention in article.mentions or []}
    for number, sentence in enumerate(article.sentences or []):
        row = {**shared, "sentence_number": str(number), "text": sentence.of(article.text)}
        row |= {name: _join(values) for name in ("topics", "tags") if (values := getattr(sentence, name))}
        if sentence.stance is not None:
            row["stance"] = sentence.stance
        for stance in sentence.stances or []:
            yield row | _cells(stance, sentence, spans, article.text)
        if not sentence.stances:
            yield row


def _cells(stance: Stance, sentence: Span, spans: dict[str, Mention], text: str) -> dict[str, str]:
    cells = {"target": stance.target, "target_stance": stance.label}
    if stance.mention is not None:
        cells |= _offsets("target", spans[stance.mention], sentence)
    if stance.holder is not None and stance.holder.mention is not None:
        held = spans[stance.holder.mention]
        cells |= {"holder": held.of(text), **_offsets("holder", held, sentence)}
    elif stance.holder is not None and stance.holder.name is not None:
        cells["holder"] = stance.holder.name
    elif "holder" in stance.model_fields_set:
        cells["holder"] = AUTHOR
    if stance.tags:
        cells["target_tags"] = _join(stance.tags)
    return cells


def _offsets(name: str, mention: Span, sentence: Span) -> dict[str, str]:
    """Nothing for a mention in another sentence: its name is left."""
    if not (sentence.start <= mention.start and mention.end <= sentence.end):
        return {}
    start, end = mention.start - sentence.start, mention.end - sentence.start
    return {f"{name}_start": str(start), f"{name}_end": str(end)}


def _join(values: Sequence[str]) -> str:
    plain = "; ".join(values)
    reads_back = [part for part in _SEVERAL.split(plain) if part] == list(values) and plain == plain.strip()
    return plain if reads_back and not plain.startswith("[") else json.dumps(list(values), ensure_ascii=False)
