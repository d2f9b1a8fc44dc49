"""A language model's answer → summary lines that cite the sentences they rest on, or these sentences themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ..data.schema import SummaryLine
from ..data.sentences import split_sentences
from ..models.support import content_words, foreign_words, unsupported
from .shorten import shortened
from .summary import Pick, repeats

SHORTEST = 4  # words of a line
_MARK = re.compile(r"\A(?:[-*•–]\s+|\(?\d{1,2}[.):]\s+|\[\d{1,2}\]:?\s*)")
_CLOSED = re.compile(r"[.!?…][\"'’”»)\]]*\Z")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)  # what a model says to itself
_LINES = 50  # of an answer that are read


def rewritten(
    picks: Sequence[Pick], answer: str, names: Collection[str] = (), rejected: dict[str, int] | None = None
) -> list[SummaryLine]:
    """The summary: lines of ``answer`` that pass the support check, and the shortened sentence where none does.

    There is at most one line for each of ``picks``, and never more words than these have in all. ``names`` are words
    of the article's names in lower case. ``rejected`` counts lines that were not taken, by the first reason's kind.
    """
    left = dict(enumerate(picks))  # that no line cites yet
    whole = {pick.text for pick in picks}
    lines: list[SummaryLine] = []
    for text in _THOUGHT.sub("", answer).splitlines()[:_LINES]:
        line = _MARK.sub("", text.strip())
        if not line or not left or line in whole:  # a sentence that is only repeated is better shortened
            continue
        too_long = len(line) > sum(len(pick.text) for pick in picks)  # not worth a look, whatever it is
        cited = [] if too_long else _cited(line, picks)
        if problem := "length" if too_long else _problem(line, cited, left, lines, names):
            if rejected is not None:
                rejected[problem] = rejected.get(problem, 0) + 1
            continue
        lines.append(SummaryLine(text=line, cites=[pick.index for pick in cited], method="rewrite"))
        left = {number: pick for number, pick in left.items() if pick not in cited}
    for pick in left.values():
        lines.append(SummaryLine(text=shortened(pick.text), cites=[pick.index], method="extract"))
    return sorted(lines, key=lambda line: line.cites)


def _cited(line: str, picks: Sequence[Pick]) -> list[Pick]:
    """The sentences that hold the line's words: the one with most of them, then those that add to it."""
    words = len(content_words(line))
    chosen: list[Pick] = []
    lacking = words
    while True:
        ranked = [(len(foreign_words(line, [p.text for p in (*chosen, pick)])), pick) for pick in picks]
        fewest, best = min(ranked, key=lambda item: (item[0], item[1].index))
        if best in chosen or fewest >= lacking:
            return sorted(chosen, key=lambda pick: pick.index)
        chosen.append(best)
        lacking = fewest


def _problem(
    line: str,
    cited: Sequence[Pick],
    left: dict[int, Pick],
    lines: Sequence[SummaryLine],
    names: Collection[str],
) -> str | None:
    """The kind of the first reason for which the line is not taken."""
    fresh = [pick for pick in left.values() if pick in cited]
    size = len(line.split())
    if not cited:
        return "words"
    if not fresh or any(repeats(line, other.text) for other in lines):
        return "repetition"
    if size > sum(len(pick.text.split()) for pick in fresh):
        return "length"
    if not _is_sentence(line):
        return "no sentence"
    reasons = unsupported(line, [pick.text for pick in cited], names)
    return reasons[0].split(":")[0] if reasons else None


def _is_sentence(line: str) -> bool:
    """Whether the line is one sentence, from a capital, a figure or a quotation mark to its full stop."""
    opens = line[0].isupper() or line[0].isdigit() or line[0] in "\"'“‘«$€£"
    return opens and bool(_CLOSED.search(line)) and len(line.split()) >= SHORTEST and len(split_sentences(line)) == 1
