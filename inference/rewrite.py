"""A language model's answer → summary lines: each cites the sentence that it shortens, or that sentence stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..data.schema import SummaryLine
from ..data.sentences import split_sentences
from ..models.support import shortened, supported
from .summary import Pick, repeats

SHORTEST = 4  # words of a line
_MARK = re.compile(r"\A(?:[-*•–]\s+|\(?\d{1,2}[.):]\s+|\[\d{1,2}\]:?\s*)")
_CLOSED = re.compile(r"[.!?…][\"'’”»)\]]*\Z")
_THOUGHT = re.compile(r"\A.*</think>|<think>.*\Z", re.DOTALL)  # what a model says to itself
_SPARE = 20  # lines of an answer that are read beyond one for each sentence


def rewritten(picks: Sequence[Pick], answer: str, rejected: dict[str, int] | None = None) -> list[SummaryLine]:
    """The summary: lines of ``answer`` that pass the support check, and the shortened sentence where none does.

    There is one line for each of ``picks``, none longer than its sentence. ``rejected`` counts the lines that were not
    taken, by reason.
    """
    whole = {pick.text for pick in picks}
    taken: dict[int, SummaryLine] = {}
    for text in _THOUGHT.sub("", answer).splitlines()[: len(picks) + _SPARE]:
        line = _MARK.sub("", text.strip())
        if not line or line in whole:  # a sentence that is only repeated is better shortened
            continue
        left = [pick for pick in picks if pick.index not in taken]
        pick = next((pick for pick in left if _shortens(line, pick.text)), None)
        if problem := _problem(line, pick, picks, list(taken.values())):
            if rejected is not None:
                rejected[problem] = rejected.get(problem, 0) + 1
        elif pick:
            taken[pick.index] = SummaryLine(text=line, cites=[pick.index], method="rewrite")
    return [taken.get(pick.index) or _standing(pick) for pick in picks]


def _shortens(line: str, sentence: str) -> bool:
    return len(line) <= len(sentence) and supported(line, sentence)


def _standing(pick: Pick) -> SummaryLine:
    return SummaryLine(text=shortened(pick.text), cites=[pick.index], method="extract")


def _problem(line: str, pick: Pick | None, picks: Sequence[Pick], taken: Sequence[SummaryLine]) -> str | None:
    """Why the line is not taken: ``pick`` is the sentence that it shortens, if there is one."""
    if len(line) > max(len(pick.text) for pick in picks):
        return "too long"
    if not _is_sentence(line):
        return "no sentence"
    if any(repeats(line, other.text) for other in taken):
        return "repetition"
    return None if pick else "unsupported"


def _is_sentence(line: str) -> bool:
    """Whether the line is one sentence, from a capital, a figure or a quotation mark to its full stop."""
    opens = line[0].isupper() or line[0].isdigit() or line[0] in "\"'“‘«$€£"
    return opens and bool(_CLOSED.search(line)) and len(line.split()) >= SHORTEST and len(split_sentences(line)) == 1
