"""The rule part of the support check: a rewritten line is a sentence of the article with whole units left out.

Deletion-based compression (Knight and Marcu 2002) is the one kind of rewriting that can be checked without a model of
meaning. Every word, number, name and quotation of the line stands in the sentence, in the same order, and what is
left out is a unit that news can do without: an apposition, a relative clause, a time, an adverbial at the beginning or
the end. Units with a word that speaks for somebody, denies, limits or turns the rest stay, and where the sentence
negates or compares nothing is left out that the negation or comparison may be about. Who speaks may move from the end
to the front and back. A line that says it in other words is refused, right or wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 200  # words of a sentence that is compared

_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_DASH = re.compile(r"\s*[—―]\s*|\s+[–-]+\s+|--+")
_FORMS = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("‐‑‒–−", "-") | {"…": "."}
)
_OPENERS, _CLOSERS = "\"'([", "\"'.,;:!?)]"
_MARKS = frozenset(",;:()-")


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ARTICLES = _words("the a an that")
REPORTING = _words(
    "said say says saying told tells according added adds claimed claims insisted insists argued argues warned warns "
    "asserted asserts stated states stressed stresses alleged alleges reported reports wrote writes believes believed "
    "announced announces explained explains replied replies conceded concedes admitted admits noted notes"
)
_NEGATIONS = _words("not no never none nobody nothing nor neither without cannot nowhere hardly barely scarcely")
_TURNS = _words(
    "if unless except provided until but although though however despite instead rather yet only almost nearly partly "
    "perhaps possibly maybe probably apparently reportedly allegedly supposedly accused suspected denied denies "
    "denying refused refuses refusing failed fails failing rejected rejects disputed disputes prosecutors critics "
    "overturned withdrew withdrawn corrected before can could may might would should because so"
)
# What a kept word may be about that is left out
_LIMITS = _words(
    "all every each most least more less fewer few only any many first last second best worst record than as too"
    " same other another half"
)
_SUPERLATIVE = re.compile(r"[a-z]{3,}est\Z")
_RELATIVE = _words("which who whose where when including")
_APPOSITION = _RELATIVE | _words("a an the his her its their our aged once now formerly then also both")
_FIRST = _words("in on at after during since with from for as meanwhile also earlier later today yesterday")
_DISCOURSE = _words("but and however meanwhile still yet so then also")
_LAST = _words("in at on after during for since")
_WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
_MONTHS = _words("january february march april may june july august september october november december")
_TIMES = _words("morning afternoon evening night")
_PERIODS = _words("week month year weekend")


@dataclass(frozen=True)
class _Token:
    text: str
    opens: bool = False  # at the beginning, where the first letter's case says nothing
    quoted: bool = False  # inside quotation marks

    @property
    def low(self) -> str:
        return self.text.casefold()

    def matches(self, other: _Token) -> bool:
        if self.opens or other.opens:
            return self.low[:1] == other.low[:1] and self.text[1:] == other.text[1:]
        return self.text == other.text


def supported(line: str, sentence: str) -> bool:
    """Whether the line is the sentence with whole units left out."""
    said, source = _tokens(line), _tokens(sentence)
    if not said or not source or len(source) > LONGEST:
        return False
    if _final(line) != _final(sentence):
        return False
    return any(_derives(said, form, _units(form)) for form in (source, *_moved(source)))


def shortened(sentence: str) -> str:
    """The sentence without the relative clause at its end, if it can do without it, else the sentence."""
    for start in range(len(sentence)):
        if sentence[start] == "," and re.match(rf",\s+(?:{'|'.join(sorted(_RELATIVE))})\b", sentence[start:]):
            line = sentence[:start] + "."
            if len(line.split()) >= 8 and supported(line, sentence):
                return line
    return sentence


def _plain(text: str) -> str:
    """The text on one line, with one form for each character that is written in several, and dashes set apart."""
    text = _DASH.sub(" - ", unicodedata.normalize("NFKC", text)).translate(_FORMS)
    return _DOTTED.sub(lambda match: match.group().replace(".", ""), " ".join(text.split()))


def _final(text: str) -> str:
    """The mark at the end: a question is no statement."""
    marks = re.findall(r"[.!?]", _plain(text)[-4:])
    return marks[-1] if marks else ""


def _tokens(text: str) -> list[_Token]:
    """Words, numbers with all that belongs to them ("$3.5bn", "10-12", "97-year-old") and marks, but not the last."""
    found: list[str] = []
    for run in _plain(text).split():
        ending: list[str] = []
        while run and run[0] in _OPENERS:
            found.append(run[0])
            run = run[1:]
        while run and run[-1] in _CLOSERS:
            ending.append(run[-1])
            run = run[:-1]
        found += [*([run] if run else []), *reversed(ending)]
    while found and found[-1] in ".!?":
        found.pop()
    if found[-2:-1] and found[-1] in "\"'" and found[-2] in ".!?,":  # "….” at the end
        del found[-2]
    tokens: list[_Token] = []
    inside = False
    for text in found:
        inside ^= text == '"'
        tokens.append(_Token(text, not any(token.text not in _OPENERS for token in tokens), inside or text == '"'))
    return tokens


def _is_mark(token: _Token) -> bool:
    return token.text in _MARKS


def _derives(said: Sequence[_Token], source: Sequence[_Token], units: dict[int, set[int]]) -> bool:
    """Whether leaving out units, articles and marks makes ``said`` of ``source``; an article may be put in."""
    reached = {(0, 0)}
    open_states = [(0, 0)]
    while open_states:
        i, j = open_states.pop()
        if i == len(said) and j == len(source):
            return True
        steps = [(i, end) for end in units.get(j, ())]
        if i < len(said) and (_is_mark(said[i]) or said[i].low in _ARTICLES):
            steps.append((i + 1, j))
        if j < len(source) and (_is_mark(source[j]) or source[j].low in _ARTICLES):
            steps.append((i, j + 1))
        if i < len(said) and j < len(source) and said[i].matches(source[j]):
            steps.append((i + 1, j + 1))
        for step in steps:
            if step not in reached:
                reached.add(step)
                open_states.append(step)
    return False


def _units(source: Sequence[_Token]) -> dict[int, set[int]]:
    """What may be left out: start → ends (exclusive)."""
    count = len(source)
    units: dict[int, set[int]] = {}

    def add(start: int, end: int, about: Sequence[_Token]) -> None:
        """``about`` is what the unit may be needed for."""
        gone = source[start:end]
        balanced = not any(token.quoted for token in gone)
        if balanced and not any(map(_holds, gone)) and not any(map(_limits, about)):
            units.setdefault(start, set()).add(end)

    marks = [at for at, token in enumerate(source) if _is_mark(token) and not token.quoted]
    for mark, following in zip(marks, [*marks[1:], count][: len(marks)], strict=True):
        if mark + 1 < following and source[mark + 1].low in _APPOSITION and source[mark].text in ",(-":
            if following < count:
                add(mark, following, ())
            elif source[mark].text == ",":
                add(mark, count, source[:mark])
        elif following == count and [token.low for token in source[mark : mark + 2]] == [",", "and"]:
            add(mark, count, source[:mark])
    if marks and source[0].low in _FIRST:
        add(0, marks[0] + 1, source[marks[0] :])
    if source and source[0].low in _DISCOURSE:
        units.setdefault(0, set()).add(1)
    last_mark = marks[-1] if marks else 0
    for at in range(max(5, last_mark + 1), count):
        if source[at].low in _LAST and not _joins(source[at - 1]):
            add(at, count, source[last_mark:at])
    for start, end in _dates(source):
        clause = (max((m for m in marks if m < start), default=0), min((m for m in marks if m >= end), default=count))
        add(start, end, [*source[clause[0] : start], *source[end : clause[1]]])
    return units


def _dates(source: Sequence[_Token]) -> list[tuple[int, int]]:
    """ "on Thursday evening", "in March", "last week"."""
    words = [token.low for token in source]
    found = []
    for at, (word, following) in enumerate(zip(words, [*words[1:], ""], strict=True)):
        if word == "on" and following in _WEEKDAYS:
            found += [(at, at + 2)] + ([(at, at + 3)] if words[at + 2 : at + 3] and words[at + 2] in _TIMES else [])
        elif (word == "in" and following in _MONTHS) or (word in ("last", "this", "next") and following in _PERIODS):
            found.append((at, at + 2))
    return found


def _joins(token: _Token) -> bool:
    return token.low in ("and", "or", "than", "to", "of", "as", "from", "between", "not")


def _holds(token: _Token) -> bool:
    """Whether a unit with this word must stay."""
    word = token.low if token.text != "May" else ""
    return word in _NEGATIONS or word in _TURNS or word in REPORTING or word.endswith("n't")


def _limits(token: _Token) -> bool:
    word = token.low
    limiting = word in _NEGATIONS or word in _LIMITS or word in ("if", "unless", "would", "could")
    return limiting or word.endswith("n't") or bool(_SUPERLATIVE.match(word))


def _moved(source: Sequence[_Token]) -> list[list[_Token]]:
    """The sentence with who speaks at the front instead of the end, or at the end instead of the front."""
    forms = []
    verbs = [at for at, token in enumerate(source) if token.low in REPORTING and not token.quoted]
    for at in verbs:
        before = source[at - 1] if at else None
        if before is not None and before.text in ',"' and at + 1 < len(source):  # …, said Bell
            forms.append(_joined(source[at + 1 :], [source[at]], source[:at]))
            forms.append(_joined(source[:at], source[at + 1 :], [source[at]]))
        if at == len(source) - 1:  # …, Bell said
            breaks = [place for place in range(at) if source[place].text in ',"' and place + 1 < at]
            if breaks:
                speaker, told = source[breaks[-1] + 1 : at], source[: breaks[-1] + 1]
                forms.append(_joined(speaker, [source[at]], told))
                forms.append(_joined(told, [source[at]], speaker))
        if 0 < at < 8 and not any(_is_mark(token) or token.quoted for token in source[:at]) and at + 1 < len(source):
            forms.append(_joined(source[at + 1 :], source[:at], [source[at]]))  # Bell said …
            forms.append(_joined(source[at + 1 :], [source[at]], source[:at]))
    return forms


def _joined(*parts: Sequence[_Token]) -> list[_Token]:
    """Parts in a new order; each of them may have been, or be, at the beginning."""
    joined: list[_Token] = []
    for part in parts:
        first = next((at for at, token in enumerate(part) if token.text not in _OPENERS), 0)
        joined += [_Token(t.text, t.opens or at == first, t.quoted) for at, t in enumerate(part)]
    return joined
