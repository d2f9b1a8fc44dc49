"""Which sentences a summary rests on: the most salient that say different things, or the first ones."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..data.schema import Span

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FINAL = re.compile(r"[.!?…][\"'’”»)\]]*\Z")
_SHORTEST = 4  # words of a sentence that can stand alone
_UNFINISHED = 8  # words below which a line without final punctuation is a heading or a fragment
_OVERLAP = 0.7  # share of the shorter sentence's distinct words that repeats a chosen one

_UPPER = r"[A-ZÀ-ÖØ-Þ]"
_PLACE = rf"{_UPPER}[A-ZÀ-ÖØ-Þ.'’\-]+(?:[ ]{_UPPER}[A-ZÀ-ÖØ-Þ.'’\-]+){{0,3}}"
_REST = r"(?:,[ ](?:[A-Z][\w.'’\-]*|\d{1,4})(?:[ ](?:[A-Z][\w.'’\-]*|\d{1,4}))?){0,2}"  # ", Germany", ", March 14"
_CITY = r"[A-Z][\w.'’\-]+(?:[ ][A-Z][\w.'’\-]+){0,2}"
_KNOWN = r"[(\[](?:CNN|AP|AFP|Reuters|REUTERS|UPI|BBC|PA|dpa|DPA|Bloomberg|ANI|PTI|Xinhua|Kyodo|TASS)[)\]]"
_AGENCY = r"\((?:[A-Z]{2,6}|[A-Z][a-z]+(?:[ ][A-Z][a-z]+)?|[A-Z]{2,5}/[A-Z]{2,5})\)"
_DASH = r"[ ]?(?:--|[-–—])[ ]"
_BYLINE = r"By[ ][A-Z][\w.'’\-]+(?:[ ][A-Z][\w.'’\-]+){1,3}(?:,[ ][A-Z][A-Za-z]+)?"
# A dash alone does not make a dateline: "NATO - which …" is a sentence, so a place needs an agency or a date beside it
_LEADS = [
    re.compile(lead)
    for lead in (
        rf"(?:{_BYLINE}[ ])??{_PLACE}{_REST}[ ](?:{_KNOWN}(?:{_DASH}|[ ])|{_AGENCY}{_DASH})",
        rf"(?:{_BYLINE}[ ])??{_CITY}{_REST}[ ]{_KNOWN}{_DASH}",
        rf"{_PLACE}(?:,[ ][A-Z][\w.'’\-]*)?,[ ][A-Z][a-z]{{2,8}}\.?[ ]\d{{1,2}}(?:,[ ]\d{{4}})?{_DASH}",
        rf"{_KNOWN}(?:{_DASH}|[ ]?)",
        rf"{_BYLINE}{_DASH}",
    )
]
_OPENERS = "\"'“‘«(["


@dataclass(frozen=True)
class Pick:
    """A sentence that was chosen."""

    index: int  # its place in the article
    text: str  # on one line, without a dateline or byline before it


@dataclass(frozen=True)
class _Chosen:
    trigrams: frozenset[tuple[str, ...]]
    words: frozenset[str]


def select(
    text: str, sentences: Sequence[Span], salience: Sequence[float], *, lines: int = 3, words: int | None = None
) -> list[Pick]:
    """Choose whole sentences, in the order of the article.

    There are never more than ``lines``, nor more than ``words`` words (runs between white space) in all: a
    sentence that does not fit is passed over, and so are fragments and repetitions of a chosen one. A summary should be
    shorter than what it sums up, so an article of one or two sentences gives one at most.
    """
    if len(sentences) != len(salience):
        raise ValueError(f"{len(sentences)} sentences but {len(salience)} saliences")
    limit = min(lines, 1) if len(sentences) <= 2 else lines
    left = math.inf if words is None else words
    chosen: dict[int, str] = {}
    kept: list[_Chosen] = []
    for index in sorted(range(len(sentences)), key=lambda i: (-_finite(salience[i]), i)):
        if len(chosen) >= limit or left <= 0:
            break
        line = plain_line(sentences[index].of(text))
        size = len(line.split())
        if size > left or _is_fragment(line):
            continue
        content = _content(line)
        if any(_repeats(content, other) for other in kept):
            continue
        chosen[index] = line
        kept.append(content)
        left -= size
    return [Pick(index, chosen[index]) for index in sorted(chosen)]


def plain_line(sentence: str) -> str:
    """The sentence on one line, without a dateline or byline before it."""
    line = " ".join(sentence.split())
    for lead in _LEADS:
        if match := lead.match(line):
            rest = line[match.end() :].lstrip("-–— ")
            if rest and (rest[0].isupper() or rest[0].isdigit() or rest[0] in _OPENERS):  # else it cut a sentence
                return rest
    return line


def repeats(line: str, other: str) -> bool:
    """Whether two lines share three words in a row, or most of their words."""
    return _repeats(_content(line), _content(other))


def _finite(salience: float) -> float:
    """A salience that is no number must not make the order depend on where it stands."""
    return -math.inf if math.isnan(salience) else salience


def _is_fragment(line: str) -> bool:
    count = len(_WORD.findall(line))
    return count < _SHORTEST or (count < _UNFINISHED and not _FINAL.search(line))


def _content(line: str) -> _Chosen:
    tokens = [word.replace("’", "'") for word in _WORD.findall(line.lower())]
    return _Chosen(frozenset(zip(tokens, tokens[1:], tokens[2:], strict=False)), frozenset(tokens))


def _repeats(one: _Chosen, other: _Chosen) -> bool:
    """Trigram blocking (Paulus et al. 2018), and the same words in another order."""
    shared = len(one.words & other.words)
    return not one.trigrams.isdisjoint(other.trigrams) or shared >= _OVERLAP * min(len(one.words), len(other.words))
