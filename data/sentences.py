"""Sentences of a news article, as spans into its original text.

Two steps. Layout first: an ignored span, a blank line, a line end and a bullet are boundaries, whatever the
punctuation. Then nupunkt (Punkt; pure Python, MIT) places the boundaries inside each piece, with its abbreviations,
learned from legal text, exchanged for those of news, and a short pass corrects what it gets wrong there. How
it was chosen, and how good it is: docs/sentences.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from nupunkt import PunktSentenceTokenizer
from nupunkt.models import load_default_model

from .schema import Ignored, Span


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Titles stand before a name, so a sentence does not end at them; "Mr." and its like never do.
_ALWAYS_TITLES = _words("mr mrs ms mx dr messrs mme mlle")
_TITLES = _ALWAYS_TITLES | _words(
    "prof rev hon gov govs sen sens rep reps pres gen adm lt col maj capt cpt cmdr brig sgt cpl pvt supt det insp amb "
    "atty st ste fr"
)
_ABBREVIATIONS = _TITLES | _words(
    "jan feb apr jun jul aug sep sept oct nov dec tue tues wed thu thur thurs fri "
    "ala ariz ark calif colo conn dak fla ga kan ky md mich minn mont neb nev okla pa penn tenn tex va vt wis wyo "
    "jr sr esq inc corp co cos ltd plc bros assn dept univ govt ave blvd rd hwy rt mt ft "
    "v vs etc cf ca approx al vol vols pp tel ext"
)
# Abbreviations that are also words: only the capitalized form, and not before a word that opens a sentence.
_AMBIGUOUS = _words("Sec Ill Ind Mass Wash Ore Miss La Mo Del")

# Words that open a sentence but do not continue a name: "in the U.S. The", but "the U.S. Senate".
_OPENERS = _words(
    "the a an this that these those there here he she it they we you i his her its their our my your who what when "
    "where why how which but and or nor so yet if as at by for from in into of on to with without about after before "
    "during since until while although though because despite unless once under over between among against amid "
    "according also then now not no never even still just only some many most more several both each every all any "
    "another other others one two three four five six seven eight nine ten however meanwhile moreover instead "
    "nevertheless nonetheless therefore thus indeed perhaps maybe earlier later last next today yesterday tomorrow "
    "it's it’s he's he’s she's she’s that's that’s there's there’s they're they’re we're we’re i'm i’m i've i’ve let's "
    "let’s don't don’t mr mrs ms dr"
)

_EOL = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_LINE_GAP = re.compile(r"[\n\r\v\f\x85\u2028\u2029]\s*")
_BULLET_CHARS = "•‣▪▸►▶●◦■"
_INLINE_BULLET = re.compile(rf"(?<!\S)[{_BULLET_CHARS}](?=\s)")
_LIST_LINE = re.compile(rf"[{_BULLET_CHARS}*·–—-]\s|\(?(?:\d{{1,3}}|[A-Za-z])[.)]\s")
_WORD = re.compile(r"[^\W_]")

# Boundaries that nupunkt leaves out: before an ellipsis that stands for omitted sentences; after a single letter that
# is no initial ("under Title X. The …"); after an abbreviation before a quotation or bracket.
_OMISSION = re.compile(r"[.!?][\"”’')\]]*\s+(?=(?:…|\.\.\.|\. \. \.)\s)")
_NO_INITIAL = re.compile(
    r"(?<![\w.])[A-Z]\.\s+(?=(?:The|This|That|These|Those|There|It|He|She|They|We|His|Her|Its|Their|But|And|In|On|At|As|If"
    r"|When|While|After|However)\s)"
)
_OPENING_MARK = re.compile(r"\.\s+(?=[“\"‘(\[]+([^\W\d_]+(?:['’][a-z]+)?))")

_LAST_WORD = re.compile(r"(?<![.\w])([^\W\d_]+)\.\Z")
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}\Z")
_NUMBER_SIGN = re.compile(r"(?<!\w)(?:[Nn]os?|[Vv]ols?|pp?|[Aa]rt|[Ff]igs?|[Cc]h|Sec|Mar|[Aa]pprox|[Ee]st|c)\.\Z")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s*")
_NEXT_WORD = re.compile(r"[“\"‘'(\[]*([^\W\d_]+(?:['’][a-z]+)?)")
_CLOSERS = re.compile(r"[”’\"')\]]+(?P<gap>\s*)")
_LONG_RUN = re.compile(r"(?<!\S)\S{400,}")
_QUOTED_CRY = re.compile(r"[!?][”\"’']+\Z")
# '"Is it?" Mr. Cantor asked.' is one sentence; "Mr. Cantor said that …" after a quotation is one of its own.
_ATTRIBUTION = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|President|Senator)\.? )?(?:[A-Z][\w’'-]+ ){1,3}"
    r"(?:said|says|asked|asks|wrote|tweeted|added|replied|responded|shouted|cried|exclaimed|wondered)"
    r"(?:[.,;:]| (?:in|on|at|of|to|as|after|before|during|when|while|with|from)\b)"
)

_WRAPPED_SHARE = 1 / 3  # of the line ends, followed by a small letter: then the text is hard-wrapped
_SHORT_LINE = 40  # in hard-wrapped text a line this short is a heading or ends a paragraph
_LOOK = 80  # characters that a correction looks at on each side; constant, so that time is linear


@lru_cache(maxsize=1)
def _tokenizer() -> PunktSentenceTokenizer:
    """nupunkt's default model (in the wheel, nothing is downloaded), in an instance of our own, for news."""
    tokenizer = load_default_model()
    parameters = tokenizer.parameters
    # Its 5,900 abbreviations come from legal text and take "call.", "month." and "Iowa." for some: keep the dotted.
    dotted = {word for word in parameters.abbrev_types if "." in word and len(word) < 8}
    parameters.abbrev_types = dotted | _ABBREVIATIONS
    # Its openers include "Senator", "John" and "Chairman", which continue "U.S. Senator" and "Robert F. John".
    parameters.sent_starters = set(_OPENERS) | {f"{title}." for title in _ALWAYS_TITLES}
    tokenizer.EXCL_QUEST_LOWERCASE_CONTINUES = True  # "Yahoo! said", "Why? he asked"
    tokenizer.clear_decision_cache()
    return tokenizer


def split_sentences(text: str, ignored: Sequence[Ignored] = ()) -> list[Span]:
    """Sentence spans in order, without surrounding space and outside ``ignored``; they cover all that is not space."""
    spans: list[Span] = []
    for start, end in _pieces(text, ignored):
        for low, high in _blocks(text, start, end):
            spans.extend(Span(start=a, end=b) for a, b in _sentences(text, low, high))
    return spans


def _pieces(text: str, ignored: Sequence[Ignored]) -> Iterator[tuple[int, int]]:
    """What lies between the ignored spans, which may overlap and come in any order."""
    position = 0
    for span in sorted(ignored, key=lambda s: s.start):
        if position < (end := min(span.start, len(text))):
            yield position, end
        position = max(position, span.end)
    if position < len(text):
        yield position, len(text)


def _blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Paragraphs, headlines and list items: no sentence goes beyond one.

    A single line end is a boundary in most files. It is none where the line breaks off before a small letter, nor in
    hard-wrapped text, which is recognized by many such lines.
    """
    gaps = [(m.start(), m.end(), len(_EOL.findall(m.group())) > 1) for m in _LINE_GAP.finditer(text, start, end)]
    inner = [gap for gap in gaps if start < gap[0] and gap[1] < end]
    single = [(a, b) for a, b, blank in inner if not blank]
    broken = {a for a, b in single if text[b].islower() and text[a - 1] not in '.!?:;…"”'}
    wrapped = len(broken) >= 2 and len(broken) >= _WRAPPED_SHARE * len(single)
    low = line = start
    for a, b, blank in inner:
        soft = wrapped and a - line >= _SHORT_LINE and not _LIST_LINE.match(text, b, end)
        if blank or not (a in broken or soft):
            yield low, a
            low = b
        line = b
    yield low, end


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Stripped sentences of one block."""
    block = text[start:end]
    start += len(block) - len(block.lstrip())
    block = block.strip()
    if not block:
        return
    low = 0
    for cut in _cuts(block):
        yield start + low, start + _end_before(block, cut)
        low = cut
    yield start + low, start + len(block)


def _cuts(block: str) -> list[int]:
    """Where the second and later sentences of a block begin."""
    proposed = {_after_closers(block, begin) for begin, _ in _tokenizer().span_tokenize(_LONG_RUN.sub(_masked, block))}
    proposed.update(m.end() for m in _NO_INITIAL.finditer(block))
    proposed.update(m.end() for m in _OMISSION.finditer(block))
    proposed.update(m.end() for m in _OPENING_MARK.finditer(block) if _ends_before_mark(block, m))
    bullets = {m.start() for m in _INLINE_BULLET.finditer(block)}
    kept: list[int] = []
    low, word = 0, _next_word_at(block, 0)
    for cut in sorted(proposed | bullets):
        # A mark or a list number alone is no sentence: it goes with what follows, or at the end with what precedes.
        if not word < cut < len(block) or _ENUMERATOR.fullmatch(block, low, cut):
            continue
        if cut in bullets or _is_boundary(block, cut):
            kept.append(cut)
            low, word = cut, _next_word_at(block, cut)
    if kept and word == len(block):
        kept.pop()
    return kept


def _next_word_at(block: str, position: int) -> int:
    match = _WORD.search(block, position)
    return match.start() if match else len(block)


def _end_before(block: str, cut: int) -> int:
    """The end of what stands before ``cut``, without its space."""
    while cut and block[cut - 1].isspace():
        cut -= 1
    return cut


def _after_closers(block: str, cut: int) -> int:
    """Move a boundary behind closing marks set apart by a space, or followed by none: ``‘Shots!’ ” He fell``.

    Not behind straight quotation marks after a space: nupunkt has decided whether they close or open.
    """
    match = _CLOSERS.match(block, cut)
    if not match or not cut:
        return cut
    apart = block[cut - 1].isspace()
    return cut if apart and (block[cut] in "\"'" or not match["gap"]) else match.end()


def _masked(run: re.Match[str]) -> str:
    """A long string without spaces, made harmless: nupunkt takes quadratic time in the length of such a string."""
    return "x" * (len(run[0]) - 16) + run[0][-16:]


def _ends_before_mark(block: str, match: re.Match[str]) -> bool:
    """Whether an abbreviation before a quotation or bracket ends its sentence: ``in the U.S. “This is …”``."""
    if match.group(1).lower() not in _OPENERS:
        return False
    end = match.start() + 1
    before = block[max(0, end - _LOOK) : end]
    last = _LAST_WORD.search(before)
    if last is None:
        return _DOTTED.search(before) is not None
    return len(last.group(1)) > 1 and last.group(1).lower() not in _TITLES  # not after an initial


def _is_boundary(block: str, cut: int) -> bool:
    """Whether a proposed boundary is one."""
    end = _end_before(block, cut)
    before, first = block[max(0, end - _LOOK) : end], block[cut]
    if first in ")],;:-–—―":
        return False  # "(D-Calif.), who …", "(R-Ky.) — who …", "FERGUSON, Mo. — A preliminary …"
    if _QUOTED_CRY.search(before):
        return _ATTRIBUTION.match(block, cut, cut + _LOOK) is None
    if before[-1] != ".":
        return True
    if first.isdigit():
        return _NUMBER_SIGN.search(before) is None
    if first.islower() and _DOTTED.search(before):
        return False  # "the F.D.A. said"
    last, following = _LAST_WORD.search(before), _NEXT_WORD.match(block, cut, cut + _LOOK)
    if last is None or following is None:
        return True
    word = last.group(1)
    if word.lower() in _ALWAYS_TITLES:
        return False
    opens = following.group(1).lower() in _OPENERS and not first.islower()
    return opens or not (word in _AMBIGUOUS or word.lower() in _TITLES)
