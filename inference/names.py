"""When two spellings are one name: keys that are equal for them, and patterns that find a given name in a text."""

from __future__ import annotations

import re

DASHES = "\\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}"
QUOTES = "'\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
WORD = r"[^\W_]"  # an underscore is Markdown's emphasis, not a part of a name
TOKEN = re.compile(rf"{WORD}+|\S")
PERSON = "person"
Key = tuple[str, ...]

_PARTS = re.compile(rf"[\s{DASHES}]+|{WORD}+|\S")
_GAP = re.compile(rf"[\s{DASHES}]+")
_POSSESSIVE = re.compile(rf"(?:[{QUOTES}][sS]|(?<=[sS])[{QUOTES}])\Z")
_DOTTED = re.compile(rf"(?:{WORD}\.)+{WORD}?")
_ARTICLE = re.compile(r"the\s+(?=\S)", re.IGNORECASE)
_SHORT = 4  # letters of an acronym that could be a word: "US" is not "us"
_WORKS = ("work", "place")  # "The Hague", "The Lantern Coast": the article is a part of the name


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CORPORATE = _set("inc incorporated ltd limited plc corp corporation co llc llp ag gmbh sa nv bv spa oyj asa")
_TITLES = _set("mr mrs ms miss mx dr prof professor sir dame lord lady rev gen sen rep gov capt col lt sgt")
_ROLES = _set(
    "president minister premier chancellor secretary senator governor ambassador spokesman spokeswoman spokesperson"
    " congressman congresswoman chairman chairwoman commissioner mayor general colonel admiral ceo leader"
)
_BEFORE_ROLES = _set("vice prime")
_SPACED = re.compile(r"\S+")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space around it and without a possessive ending."""
    name = text[start:end]
    start += len(name) - len(name.lstrip())
    name = name.strip()
    return start, start + len(_POSSESSIVE.sub("", name).rstrip())


def without_article(name: str) -> str:
    return _ARTICLE.sub("", name, count=1) if _ARTICLE.match(name) else name


def one_line(name: str) -> str:
    return " ".join(name.split())


def folded(name: str) -> str:
    """Equal for names that differ in case, white space or hyphens alone."""
    return _GAP.sub(" ", name).strip().lower()


def acronym_of(form: str) -> str | None:
    """The letters of a word that may be an acronym ("E.U." is "EU", "MoD" is "MOD")."""
    word = _undotted(form)
    return word.upper() if word.isalpha() and sum(c.isupper() for c in word) > 1 else None


def read_name(name: str, kind: str) -> tuple[str, Key]:
    """The form to show and the key of a name.

    Words of a longer name are compared without case. A single word is so from four letters on, and only where it
    begins with a capital ("RUSSIA" is "Russia", but "WHO" is not "Who" and "Apple" is not "apple").
    """
    bare = without_article(one_line(name))
    form = one_line(name) if kind in _WORKS and name.startswith("T") else bare
    if kind == PERSON:
        raw = bare.split()
        form = bare = " ".join(raw[_titles([_undotted(word).lower() for word in raw]) :])
    words = [_undotted(word) for word in _GAP.split(bare.replace(QUOTES[1], "'")) if word]
    while kind != PERSON and len(words) > 1 and (words[-1].lower() in _CORPORATE or words[-1] == "&"):
        words.pop()
    if len(words) == 1:
        word = words[0]
        return form, ("^" + word.lower() if len(word) >= _SHORT and word[0].isupper() else word,)
    return form, tuple(word.lower() for word in words) or (folded(name),)


def _undotted(word: str) -> str:
    word = word.strip(',;:"')
    return word.replace(".", "") if _DOTTED.fullmatch(word) else word.rstrip(".") or word


def _titles(words: list[str]) -> int:
    """How many leading words are a title: "Russian Foreign Minister Lavrov", "Mr Lavrov". A name must remain."""
    skip = 0
    for at, word in enumerate(words[:-1]):
        if word.rsplit("-", 1)[-1] in _ROLES:  # "vice-president"
            skip = at + 1
            if words[skip : skip + 2] == ["of", "state"]:
                skip += 2
        elif word in _TITLES and at == skip:
            skip += 1
    rest = words[skip:]
    return 0 if not rest or rest[0] == "of" or set(rest) <= {"jr", "sr", "ii", "iii"} else skip


def title_before(text: str, first: int, start: int) -> int:
    """Where the title of a name that begins at ``start`` begins, at ``first`` or later ("President Trump",
    "Mr. Smith"); ``start`` if there is none."""
    begin = start
    for word in reversed(list(_SPACED.finditer(text, first, start))):
        plain = _undotted(word.group()).lower()
        known = plain in _TITLES or plain.rsplit("-", 1)[-1] in _ROLES or (begin < start and plain in _BEFORE_ROLES)
        if not known or not word.group()[0].isupper() or word.group()[-1] in ",;:":
            break
        begin = word.start()
    return begin


def initials(name: str) -> set[str]:
    """Acronyms that a name of several words may have: of its capitalised words, or of all ("DoJ", "DOJ")."""
    words = [word for word in _GAP.split(without_article(one_line(name))) if word[:1].isalnum()]
    if len(words) < 2:
        return set()
    sets = [words, [word for word in words if word[0].isupper()]]
    sets += [chosen[:-1] for chosen in sets if chosen and chosen[-1].lower().strip(".,") in _CORPORATE]
    return {"".join(word[0] for word in chosen).upper() for chosen in sets if len(chosen) > 1}


def abbreviates(acronym: str, name: str) -> bool:
    """Whether "Name (ACR)" can be read as a definition: its letters occur in the name in this order."""
    letters = iter(name.upper())
    return len(name.split()) > 1 and name[:1].upper() == acronym[:1] and all(c in letters for c in acronym)


def pattern_of(alias: str) -> tuple[re.Pattern[str], set[str]]:
    """A pattern for the alias at a token's start, and the first tokens, in lower case, at which to try it.

    Case counts throughout for short words in capitals ("US"), for the first letter where it is a capital, and not at
    all in an alias that is written in lower case.
    """
    letters = [c for c in alias if c.isalpha()]
    first = TOKEN.search(alias)
    starts = {first.group().lower()} if first else set()
    plain = _undotted(alias)
    if letters and len(letters) <= _SHORT and all(c.isupper() for c in letters):
        body = _body(alias)
        if plain.isalpha() and len(plain) > 1:
            dotted = r"\.".join(plain) + rf"(?:\.(?!{WORD})|(?!\.{WORD}))"
            body = rf"(?:{dotted}|{plain}(?!{WORD}))"
            starts |= {plain.lower(), plain[0].lower()}
    elif alias[0].isupper():
        body = re.escape(alias[0]) + f"(?i:{_body(alias[1:])})"
    else:
        body = f"(?i:{_body(alias)})"
    edge = rf"(?!{WORD})" if alias[-1].isalnum() else ""
    return re.compile(f"(?:{body}){edge}"), starts


def _body(alias: str) -> str:
    parts = []
    for part in _PARTS.findall(alias):
        if _GAP.fullmatch(part):
            parts.append(rf"(?:\s+|\s?[{DASHES}]\s?)")
        elif part in QUOTES:
            parts.append(f"[{QUOTES}]")
        else:
            parts.append(re.escape(part))
    return "".join(parts)
