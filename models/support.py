"""The rule part of the support check: a rewritten line is a sentence of the article with whole units left out.

Deletion-based compression (Knight and Marcu 2002) is the one kind of rewriting that can be checked without a model of
meaning. Every word, number, name and quotation of the line stands in the sentence, in the same order. What may be left
out is little: what a "who" clause at the end says of a name, and a "But" at the beginning; and who speaks may move
between the end and the front. A clause with a word that speaks for somebody, denies, limits or turns the rest stays,
and so does one after a negation or a comparison. A line that says it in other words is refused, right or wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 200  # words of a sentence that is compared
LONGEST_TEXT = 10 * LONGEST  # characters: longer ones are not even cut into words
SHORTEST = 8  # words that shortened() leaves

_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_DASH = re.compile(r"\s*[—―]\s*|\s+[–-]+\s+|--+")
_FORMS = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("‐‑‒–−", "-") | {"…": "."}
)
_OPENERS, _CLOSERS = "\"'([", "\"'.,;:!?)]"
_MARKS = frozenset(",;:()-")


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


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
    "overturned withdrew withdrawn corrected before can could may might would should because so "
    "lie lies lied untrue false falsely hoax wrong wrongly myth mistake mistaken retracted denial calls called finds "
    "found ruled rules court judge then"
)
# What a kept word may be about that is left out
_LIMITS = _words(
    "all every each most least more less fewer few only any many first last second best worst record than as too"
    " same other another half must shall"
)
_SUPERLATIVE = re.compile(r"[a-z]{3,}est\Z")
_SAYS = _words("said says added wrote writes")  # with the speaker behind them


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
    """Whether the line is the sentence with no more left out, or moved, than the rules above allow."""
    if max(len(line), len(sentence)) > LONGEST_TEXT or any(map(_is_odd_number, line + sentence)):
        return False
    said, source = _tokens(line), _tokens(sentence)
    if not said or not source or len(source) > LONGEST:
        return False
    if _final(line) != _final(sentence):
        return False
    if _derives(said, source, _units(source)):
        return True
    moved = _without_speech_commas(said)
    return any(_derives(moved, form, _units(form)) for form in _moved(source))


def shortened(sentence: str) -> str:
    """The sentence without the "who" clause at its end, if it can do without it, else the sentence."""
    start = sentence.rfind(",")
    line = sentence[:start] + "."
    return line if start > 0 and len(line.split()) >= SHORTEST and supported(line, sentence) else sentence


def _is_odd_number(character: str) -> bool:
    """Superscripts and fractions, which a common form would make other numbers of."""
    return unicodedata.category(character) in ("No", "Nl")


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
    """Whether leaving out units makes ``said`` of ``source``; "that" after who speaks is free."""
    reached = {(0, 0)}
    ahead = [(0, 0)]
    while ahead:
        i, j = ahead.pop()
        if i == len(said) and j == len(source):
            return True
        steps = [(i, end) for end in units.get(j, ())]
        if i < len(said) and j < len(source) and said[i].matches(source[j]):
            steps.append((i + 1, j + 1))
        if i < len(said) and _is_free_that(said, i):
            steps.append((i + 1, j))
        if j < len(source) and _is_free_that(source, j):
            steps.append((i, j + 1))
        for step in steps:
            if step not in reached:
                reached.add(step)
                ahead.append(step)
    return False


def _is_free_that(tokens: Sequence[_Token], at: int) -> bool:
    return at > 0 and tokens[at].low == "that" and not tokens[at].quoted and tokens[at - 1].low in ("said", "says")


def _units(source: Sequence[_Token]) -> dict[int, set[int]]:
    """What may be left out: start → ends (exclusive)."""
    units: dict[int, set[int]] = {}
    if source[0].low in ("but", "and") and len(source) > 1 and source[1].low != "for":
        units.setdefault(0, set()).add(1)
    if source[0].low in ("however", "meanwhile") and len(source) > 1 and source[1].text == ",":
        units.setdefault(0, set()).add(2)
    if any(token.text == "'" for token in source) or sum(token.text == '"' for token in source) % 2:
        return units  # where does the quotation end?
    marks = [at for at, token in enumerate(source) if _is_mark(token) and not token.quoted]
    last = marks[-1] if marks else 0
    clause = source[last + 1 :]
    if last > 1 and source[last].text == "," and clause and clause[0].low in ("who", "whose"):
        named = source[last - 1].text[0].isupper() and not source[last - 1].quoted
        if named and not any(t.quoted or _holds(t) for t in clause) and not any(map(_limits, source[:last])):
            units.setdefault(last, set()).add(len(source))
    return units


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
    for at, token in enumerate(source):
        if token.low not in REPORTING or token.quoted or at == 0:
            continue
        verb, before, after = [token], source[:at], source[at + 1 :]
        told = _without_comma(before)
        if before[-1].text in ',"' and token.low in _SAYS and _speaks(after) and _is_told(told):  # …, said Bell
            forms += [_joined(after, verb, told), _joined(told, _COMMA, after, verb)]
        cut = max((place + 1 for place in range(at) if source[place].text in ',"'), default=0)
        told, speaker = _without_comma(source[:cut]), source[cut:at]
        if not after and _speaks(speaker) and _is_told(told):  # …, Bell said
            forms += [_joined(speaker, verb, told), _joined(told, _COMMA, verb, speaker)]
        told = [t for n, t in enumerate(after) if n or t.low != "that"]
        if len(before) < 8 and _speaks(before) and token.low in _SAYS and _is_told(told):  # Bell said …
            forms += [_joined(told, _COMMA, before, verb), _joined(told, _COMMA, verb, before)]
    return [_without_speech_commas(form) for form in forms]


def _speaks(tokens: Sequence[_Token]) -> bool:
    """Whether this can be who speaks, and nothing else."""
    return bool(tokens) and not any(_is_mark(t) or t.quoted or _holds(t) or _limits(t) for t in tokens)


def _is_told(tokens: Sequence[_Token]) -> bool:
    """Whether this can be what somebody says: one quotation, or words without a mark."""
    whole = len(tokens) > 2 and tokens[0].text == tokens[-1].text == '"' and all(t.quoted for t in tokens)
    return whole or (len(tokens) > 2 and not any(_is_mark(t) or t.quoted for t in tokens))


_COMMA = [_Token(",")]


def _without_comma(tokens: Sequence[_Token]) -> Sequence[_Token]:
    return tokens[:-1] if tokens and tokens[-1].text == "," else tokens


def _without_speech_commas(tokens: Sequence[_Token]) -> list[_Token]:
    """Without the commas and colons that stand beside a quotation mark: they go where the speaker goes."""
    beside = {at for n, t in enumerate(tokens) if t.text == '"' for at in (n - 1, n + 1)}
    return [token for at, token in enumerate(tokens) if not (at in beside and token.text in ",:")]


def _joined(*parts: Sequence[_Token]) -> list[_Token]:
    """Parts in a new order; each of them may have been, or be, at the beginning."""
    joined: list[_Token] = []
    for part in parts:
        first = next((at for at, token in enumerate(part) if token.text not in _OPENERS), 0)
        joined += [_Token(t.text, t.opens or at == first, t.quoted) for at, t in enumerate(part)]
    return joined
