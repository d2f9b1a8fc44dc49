"""The rule part of the support check: what a summary line may not say unless the sentences that it cites say it.

Names, numbers, dates and quotations must occur in the cited sentences, and so must most of the other words, in the
same order: a small language model that is asked to shorten three sentences can add anything, and can turn "the union
accuses the owner" round. Who speaks and on what condition must be kept. What a line leaves out is for a trained check.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

FOREIGN = 0.4  # greatest share of a line's content words that the cited sentences lack

_TOKEN = re.compile(r"[$€£¥]?\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|\S")
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_DOUBLE = re.compile(r'"([^"]*)"')
_SINGLE = re.compile(r"(?<!\w)'((?:[^']|(?<=\w)'(?=\w))+)'(?!\w)")
_ODD = re.compile(r"[<>{}\[\]|\\*_#@^~`=]|https?|www\.|\.\.\.\.")
_TRANSLATED = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛′`", "'") | dict.fromkeys("‐‑‒–—―−", "-")
)


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


NUMBER_WORDS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands "
    "million millions billion billions trillion trillions dozen dozens score scores half halves third thirds quarter "
    "quarters fifth fifths tenth tenths once twice thrice double doubled doubles triple tripled triples quadrupled "
    "halved first second fourth sixth seventh eighth ninth eleventh twelfth percent percentage per several many most "
    "majority minority few m bn tn k"
)
_COUNTED = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty"""
_DIGITS = {word: str(number) for number, word in enumerate(_COUNTED.split())}
_SCALES = _words("hundred thousand million billion trillion m bn tn k")
DATE_WORDS = _words(
    "january february april june july august september october november december monday tuesday wednesday thursday "
    "friday saturday sunday today yesterday tomorrow tonight overnight weekend"
)
_RELATIVE = _words("last next this")
_PERIODS = _words("day week month year decade century night morning evening spring summer autumn fall winter season")
NEGATIONS = _words("not no never none nobody nothing nor neither without cannot nowhere")
REPORTING = _words(
    "said say says saying told tells according added adds claimed claims insisted insists argued argues warned warns "
    "asserted asserts stated states stressed alleged alleges reported reports wrote writes believes believed"
)
_CONDITIONS = _words("if unless without except provided")
_HYPOTHETICAL = _words("would could might should")
_FIRST_PERSON = _words("i me my mine myself we us our ours ourselves i'm i've i'll i'd we're we've we'll we'd")
# May begin a line that the cited sentences do not begin so, and are no content.
FUNCTION_WORDS = _words(
    "the a an this that these those there here he she it they we you his her its their him them who whom whose which "
    "what when where why how and but or nor so yet if as at by for from in into of off on onto out over under to up "
    "down with without about above after again against all also although amid among an any around because been before "
    "being below between both could did do does doing done during each either else even ever every few further had has "
    "have having himself herself itself themselves however is are was were be am just may might more must no not now "
    "only other others own per same shall should since some still such than then though through thus "
    "too until upon very via was while will within would while whether despite"
)


def plain(text: str) -> str:
    """The text with one form for each character that is written in several, on one line."""
    text = unicodedata.normalize("NFKC", text).translate(_TRANSLATED)
    return _DOTTED.sub(lambda match: match.group().replace(".", ""), " ".join(text.split()))


def unsupported(line: str, cited: Sequence[str], names: Collection[str] = ()) -> list[str]:
    """Why the line cannot stand on the cited sentences; empty if it can.

    ``names`` are words of names in lower case, such as those of the article's entities: they are names in a line
    however it writes them.
    """
    said, source = plain(line), plain("\n".join(cited))
    tokens, known = _tokens(said), _tokens(source)
    problems = [
        *_odd_characters(said, source),
        *_numbers(tokens, known),
        *_dates(tokens, known),
        *_names(tokens, [_tokens(plain(sentence)) for sentence in cited], frozenset(names)),
        *_quotations(said, source),
        *_negations(tokens, known),
        *_attribution(tokens, [_tokens(plain(sentence)) for sentence in cited]),
        *_condition(tokens, known),
        *_order(line, cited),
        *_voice(said, source),
    ]
    foreign = foreign_words(line, cited)
    content = content_words(line)
    if not content or len(foreign) > FOREIGN * len(content):
        problems.append(f"words: {', '.join(foreign) or 'none'}")
    return problems


@lru_cache(maxsize=512)
def _tokens(text: str) -> tuple[str, ...]:
    """Words, numbers and marks; a possessive ending is no part of a word."""
    return tuple(re.sub(r"(?i)'s\Z", "", token) or token for token in _TOKEN.findall(text))


def _is_word(token: str) -> bool:
    return token[0].isalpha()


def _is_number(token: str) -> bool:
    return any(character.isnumeric() for character in token)


def content_words(text: str) -> list[str]:
    """Words that carry meaning, in lower case, each once, in order."""
    return list(dict.fromkeys(_content(text)))


def _content(text: str) -> list[str]:
    words = (token.casefold() for token in _tokens(plain(text)) if _is_word(token))
    return [word for word in words if word not in FUNCTION_WORDS and word not in REPORTING and len(word) > 1]


def foreign_words(line: str, cited: Sequence[str]) -> list[str]:
    """Content words of the line of which the cited sentences hold no form."""
    have = {word for sentence in cited for word in content_words(sentence)}
    return [word for word in content_words(line) if not any(_same_word(word, other) for other in have)]


def _same_word(one: str, other: str) -> bool:
    """Whether two words in lower case may be forms of one: "take", "taken"; "closed", "closing"."""
    shared = max(3, min(len(one), len(other)) - 2)
    return one[:shared] == other[:shared]


def _odd_characters(said: str, source: str) -> list[str]:
    """Markup, addresses and characters that cannot be seen, which no sentence of news needs."""
    odd = {match.group() for match in _ODD.finditer(said) if match.group() not in source}
    odd |= {c for c in said if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") and c not in source}
    return [f"characters: {' '.join(map(ascii, sorted(odd)))}"] if odd else []


def _value(token: str) -> str:
    """A number without grouping: "1,200" is "1200". A word that is a small number is its digits."""
    return _DIGITS.get(token.casefold()) or re.sub(r",(?=\d{3}(?!\d))", "", token)


def _numbers(tokens: Sequence[str], known: Sequence[str]) -> list[str]:
    problems = []
    values = [_value(token) for token in known]
    for at, token in enumerate(tokens):
        if not _is_number(token) and token.casefold() not in NUMBER_WORDS and token not in "$€£¥%":
            continue
        places = [place for place, value in enumerate(values) if value.casefold() == _value(token).casefold()]
        if not places:
            problems.append(f"number: {token}")
        elif _is_number(_value(token)):
            after = {other.casefold() for place in places for other in known[place + 1 : place + 6]}
            problems += [f"number: {token} {unit}" for unit in _units(tokens, at) if unit.casefold() not in after]
    return problems


def _units(tokens: Sequence[str], at: int) -> list[str]:
    """What a number counts: the word or sign after it, and after "million" one more."""
    units: list[str] = []
    for token in tokens[at + 1 : at + 4]:
        if token == "-":
            continue
        if not (token == "%" or _is_word(token)) or token.casefold() in FUNCTION_WORDS:
            break
        units.append(token)
        if token.casefold() not in _SCALES:
            break
    return units


def _dates(tokens: Sequence[str], known: Sequence[str]) -> list[str]:
    words, have = ([token.casefold() for token in some] for some in (tokens, known))
    problems = [f"date: {word}" for word in words if word in DATE_WORDS and word not in have]
    relative = [pair for pair in pairwise(words) if pair[0] in _RELATIVE and pair[1] in _PERIODS]
    return problems + [f"date: {' '.join(pair)}" for pair in relative if pair not in set(pairwise(have))]


def _is_capital(token: str) -> bool:
    return any(character.isupper() for character in token)


def _is_short_capital(token: str) -> bool:
    """Whether the word's case may tell it from another one: "US" is not "us", but "Minister" is "minister"."""
    return _is_capital(token) and len(token) <= 3


def _opens(tokens: Sequence[str], at: int) -> bool:
    """Whether a capital is due here whatever the word is."""
    before = [token for token in tokens[:at] if token not in "\"'(-"]
    return not before or before[-1] in (".", "!", "?", ":")


def _names(tokens: Sequence[str], cited: Sequence[Sequence[str]], names: frozenset[str]) -> list[str]:
    problems = []
    capitals = {token.casefold() for sentence in cited for token in sentence if _is_capital(token)}
    words = {token.casefold() for sentence in cited for token in sentence}
    for at, token in enumerate(tokens):
        if not _is_word(token):
            continue
        word = token.casefold()
        if _is_capital(token) and _opens(tokens, at) and token[1:].islower() and word not in names:
            if word not in words and word not in FUNCTION_WORDS:
                problems.append(f"name: {token}")
        elif word not in (capitals if _is_short_capital(token) else words) and (_is_capital(token) or word in names):
            problems.append(f"name: {token}")
    spoken = [run for sentence in cited for run in _runs(sentence, _PARTICLES)]
    for run in _runs(tokens, frozenset()):
        # "Anna Bell" and "Tom Reed" do not make an Anna Reed
        together = any(_within(run, other) for other in spoken) or any(_follows(run, sentence) for sentence in cited)
        if len(run) > 1 and not together:
            problems.append(f"name: {' '.join(run)}")
    return problems


_PARTICLES = _words("of the de la le del der den van von da di du and for 'n bin al el y - .")


def _runs(tokens: Sequence[str], joining: frozenset[str]) -> list[list[str]]:
    """Stretches of capitalised words, in lower case, without a common word that opens the sentence."""
    runs: list[list[str]] = [[]]
    for at, token in enumerate(tokens):
        if _is_word(token) and _is_capital(token):
            if not (_opens(tokens, at) and token.casefold() in FUNCTION_WORDS):
                runs[-1].append(token.casefold())
        elif not (runs[-1] and token.casefold() in joining):
            runs.append([])
    return [run for run in runs if run]


def _within(run: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the words occur in the other's order."""
    rest = iter(other)
    return all(word in rest for word in run)


def _follows(run: Sequence[str], sentence: Sequence[str]) -> bool:
    """Whether the words stand together in the sentence, however it writes them: "chief executive Henrik Sollund".

    A comma after a title may fall away ("minister, Anselm Dray"), one between two names may not.
    """
    title = [at > 0 and token == "," and not _is_capital(sentence[at - 1]) for at, token in enumerate(sentence)]
    words = [token.casefold() for token, falls in zip(sentence, title, strict=True) if not falls]
    return any(words[at : at + len(run)] == list(run) for at in range(len(words) - len(run) + 1))


def _quotations(said: str, source: str) -> list[str]:
    if said.count('"') % 2:
        return ["quotation: not closed"]
    problems = []
    folded = source.casefold()
    for match in [*_DOUBLE.finditer(said), *_SINGLE.finditer(said)]:
        quoted = match.group(1).strip(" ,.;:!?").casefold()
        if not quoted or quoted not in folded or not ('"' in source or "'" in source):
            problems.append(f"quotation: {match.group(1)}")
    return problems


def _is_negation(token: str) -> bool:
    return token.casefold() in NEGATIONS or token.casefold().endswith("n't")


def _negations(tokens: Sequence[str], known: Sequence[str]) -> list[str]:
    """A negation that the cited sentences lack, or what they negate without its negation."""
    if any(map(_is_negation, tokens)):
        return [] if any(map(_is_negation, known)) else ["negation"]
    words = [token.casefold() for token in tokens if _is_word(token)]
    for at, token in enumerate(known):
        if _is_negation(token):
            content = [word.casefold() for word in known[at + 1 : at + 4] if _is_word(word)]
            negated = next((word for word in content if word not in FUNCTION_WORDS), None)
            if negated and any(_same_word(negated, word) for word in words):
                return [f"negation: {negated}"]
    return []


def _attribution(tokens: Sequence[str], cited: Sequence[Sequence[str]]) -> list[str]:
    """What every cited sentence has from somebody is not a fact of the line's own."""
    if any(token.casefold() in REPORTING or token == '"' for token in tokens):
        return []
    reported = all(any(token.casefold() in REPORTING for token in sentence) for sentence in cited)
    return ["attribution"] if reported else []


def _condition(tokens: Sequence[str], known: Sequence[str]) -> list[str]:
    """What would be if, without its if."""
    said, source = ({token.casefold() for token in some} for some in (tokens, known))
    conditions = source & _CONDITIONS
    return ["condition"] if said & _HYPOTHETICAL and conditions and not said & conditions else []


def _order(line: str, cited: Sequence[str]) -> list[str]:
    """Words of the cited sentences in another order: who does what to whom hangs on it in English."""
    foreign = set(foreign_words(line, cited))
    source = iter(_content(" ".join(cited)))
    for word in _content(line):
        if word not in foreign and not any(_same_word(word, other) for other in source):
            return [f"order: {word}"]
    return []


def _voice(said: str, source: str) -> list[str]:
    """ "I" and "we" outside quotation marks are the author's, not a source's."""
    own = {token.casefold() for token in _tokens(_unquoted(said))} & _FIRST_PERSON
    lacking = own - {token.casefold() for token in _tokens(_unquoted(source))}
    return [f"voice: {word}" for word in sorted(lacking)]


def _unquoted(text: str) -> str:
    return _SINGLE.sub(" ", _DOUBLE.sub(" ", text))
