"""One article as the report's template wants it: paragraphs of pieces that keep every character's place.

Everything here is plain strings; only the template, with autoescape on, makes HTML of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..data.labels import SIDES
from ..data.schema import Article, Mention, Sentence, Stance
from .names import one_line

CODES = {-1: "a", 0: "n", 1: "f"}  # side of a stance label → CSS class and filter letter
UNSURE = "q"  # the model abstains
OTHER = "o"  # a label that is no usual name of a side: shown by name, not coloured
_BULLETS = ("-", "*", "•", "\N{EN DASH}", "·", "◦")


@dataclass
class Run:
    """Characters of a sentence; ``code`` is None for plain text, else the side taken toward the mention."""

    text: str
    code: str | None = None


@dataclass
class Piece:
    """One stretch of a paragraph: a sentence (with id), ignored boilerplate, a line break or text in between."""

    kind: str  # "sentence", "ignored", "gap" or "break"
    text: str = ""
    id: str = ""
    code: str = OTHER
    topic: str = ""
    short_topic: str = ""
    repeats_topic: bool = False  # the label would only repeat the sentence before
    topic_key: str = ""
    keys: str = ""  # what the filters look for: "3a 7f" is against target 3, for target 7
    note: str = ""  # one line for each finding, "head:<tab>tail"
    runs: list[Run] = field(default_factory=list)


def short_topic(label: str) -> str:
    """ "crime, law and justice" → "crime": the whole name would drown the text it labels."""
    return re.split(r",| and ", label)[0].strip() or label


def sentence_code(sentence: Sentence) -> str:
    if "stance" in (sentence.abstained or []):
        return UNSURE
    return _code(sentence.stance or "")


def stance_code(stance: Stance) -> str:
    return UNSURE if stance.abstained else _code(stance.label)


def _code(label: str) -> str:
    return CODES.get(SIDES.get(label.casefold(), 2), OTHER)


def _shares(values: Mapping[str, float] | None, limit: int = 3) -> str:
    ranked = sorted((values or {}).items(), key=lambda item: (-item[1], item[0]))[:limit]
    return ", ".join(f"{one_line(label)} {value:.0%}" for label, value in ranked if value >= 0.005)


def _finding(head: str, label: str, unsure: bool, shares: str) -> str:
    sure = shares or one_line(label)
    return f"{one_line(head)}:\t{f'unsure ({sure})' if unsure else sure}"


def _note(sentence: Sentence, mentions: Mapping[str, Mention], text: str) -> str:
    lines = []
    probabilities = sentence.probabilities or {}
    if sentence.stance is not None:
        head = "Sentence, from its targets" if sentence.stance_source == "targets" else "Sentence"
        unsure = "stance" in (sentence.abstained or [])
        lines.append(_finding(head, sentence.stance, unsure, _shares(probabilities.get("stance"))))
    for stance in sentence.stances or []:
        head = f"Toward {stance.target}"
        if stance.holder is not None:
            held = stance.holder.name or mentions[stance.holder.mention or ""].of(text)
            head += f", held by {held}"
        lines.append(_finding(head, stance.label, bool(stance.abstained), _shares(stance.probabilities)))
    if sentence.topics:
        unsure = "topics" in (sentence.abstained or [])
        shares = _shares(probabilities.get("topics"), 2)
        lines.append(_finding("Topic", ", ".join(sentence.topics), unsure, shares))
    return "\n".join(lines)


def _runs(start: int, sentence: Sentence, mentions: list[Mention], text: str) -> list[Run]:
    """The sentence cut at its mentions. Of overlapping mentions the longest is marked: marks cannot cross."""
    sides = {s.mention: stance_code(s) for s in sentence.stances or [] if s.mention is not None}
    chosen: list[Mention] = []
    # A mention with a stance goes before a longer one without: the side taken is what the reader looks for
    for mention in sorted(mentions, key=lambda m: (m.id not in sides, m.start - m.end, m.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in chosen):
            chosen.append(mention)
    runs, at = [], start
    for mention in sorted(chosen, key=lambda m: m.start):
        if mention.start > at:
            runs.append(Run(text[at : mention.start]))
        runs.append(Run(mention.of(text), sides.get(mention.id, OTHER)))
        at = mention.end
    if at < sentence.end:
        runs.append(Run(text[at : sentence.end]))
    return runs


def _blocks(text: str) -> list[str]:
    return re.split(r"\n\s*\n", text)


def _gap(text: str, rows: bool, following: str) -> Iterator[Piece]:
    """What stands between two sentences: paragraph breaks (a Piece of kind "paragraph"), line breaks, stray text."""
    for block_number, block in enumerate(_blocks(text)):
        if block_number:
            yield Piece("paragraph")
        for line_number, line in enumerate(block.split("\n")):
            # In hard-wrapped text a line end means nothing, unless a list item follows
            if line_number and (rows or (line.lstrip() or following).startswith(_BULLETS)):
                yield Piece("break")
            elif line_number:
                yield Piece("gap", " ")
            if line:
                yield Piece("gap", line)


def paragraphs(
    article: Article, key: str, target_keys: Mapping[str, int], topic_keys: Mapping[str, int]
) -> list[list[Piece]]:
    """The article's text from first to last character; each sentence is one piece with the id ``key-number``."""
    text = article.text.replace("\r", "\n") if "\r" in article.text and "\n" not in article.text else article.text
    sentences = article.sentences or []
    rows = not any("\n" in s.of(text).strip() for s in sentences)
    mentions = {m.id: m for m in article.mentions or []}
    in_order = sorted(mentions.values(), key=lambda m: m.start)
    spans = sorted(
        [(s.start, s.end, n) for n, s in enumerate(sentences)] + [(s.start, s.end, -1) for s in article.ignored]
    )
    result: list[list[Piece]] = [[]]
    at, next_mention, last_topic = 0, 0, ""

    def add(piece: Piece) -> None:
        if piece.kind == "paragraph":
            result.append([])
        else:
            result[-1].append(piece)

    for start, end, number in spans:
        for piece in _gap(text[at:start] if start > at else "", rows, text[start : start + 1]):
            add(piece)
        start, at = max(start, at), max(end, at)  # an overlap is shown once, with whatever came first
        if number < 0:
            for block_number, block in enumerate(_blocks(text[start:end]) if end > start else []):
                if block_number:
                    add(Piece("paragraph"))
                add(Piece("ignored", block))
            continue
        sentence = sentences[number]
        inside = []
        while next_mention < len(in_order) and in_order[next_mention].start < end:
            mention = in_order[next_mention]
            if start <= mention.start and mention.end <= end:
                inside.append(mention)
            next_mention += 1
        topic = (sentence.topics or [""])[0]
        stances = [s for s in sentence.stances or [] if s.target in target_keys]
        keys = dict.fromkeys(f"{target_keys[s.target]}{stance_code(s)}" for s in stances)
        add(
            Piece(
                "sentence",
                id=f"{key}-{number}",
                code=sentence_code(sentence),
                topic=topic,
                short_topic=short_topic(topic),
                repeats_topic=topic == last_topic,
                topic_key=str(topic_keys.get(topic, "")),
                keys=" ".join(keys),
                note=_note(sentence, mentions, text),
                runs=_runs(start, sentence, inside, text),
            )
        )
        last_topic = topic
    for piece in _gap(text[at:], rows, ""):
        add(piece)
    return [p for p in result if any(piece.kind not in ("break", "gap") or piece.text.strip() for piece in p)]
