"""What a page wraps around its article: share buttons, newsletter lines, credits, lists of related articles.

Only whole lines count, and at the end of the text whole sentences too: boilerplate is often glued to the article's
last line. A pattern must fit from the first character to the last, and a line in which somebody says something is
left alone, because losing a sentence of the article is worse than keeping a line of boilerplate. Datelines belong to
their sentence and stay.
"""

from __future__ import annotations

import re

from .schema import Ignored

MAX_LINE = 300  # characters; longer lines are paragraphs of the article

_NAME = r"[A-Z][\w'\u2019.-]+"
_NAMES = rf"{_NAME}(?: (?:(?:van|von|de|der|del|di|la|le|al|bin|el) ){{0,2}}{_NAME}){{1,3}}"
_DESK = (
    r"(?:[Tt]he )?(?:Associated Press|AP|Reuters|AFP|Agence France-Presse|Bloomberg(?: News)?|UPI|PA(?: Media)?|"
    r"Press Association|CNN|BBC(?: News)?|NPR|Guardian|New York Times|Washington Post|Xinhua|TASS|ANI|PTI|DPA|EFE)|"
    r"(?:[A-Z][\w-]+ ){0,3}(?:[Ss]taff(?: [Ww]riter)?|[Cc]orrespondent|[Ee]ditor|[Rr]eporter|[Ww]riter)"
)
_ITEMS = r"(?:sources?|articles?|stories|story|links?|coverage|topics?|reading|news|content|posts?|items?)"
_RELATED = rf"(?:related|recommended|suggested|popular|more|other|further) {_ITEMS}"
_SITES = "facebook twitter x whatsapp linkedin reddit pinterest telegram messenger flipboard instagram bluesky threads"

# Reason → patterns of a whole line, in any case. Ordinary words alone do not do: subscribers and cookies make news.
_ANY_CASE: dict[str, tuple[str, ...]] = {
    "advertisement": (
        r"advertisements?(?:\W+(?:story continues below|continue reading(?: below)?|scroll to continue|remove ads?))?",
        r"(?:story|article|content) continues (?:below|after)(?: (?:this |the )?(?:ad|advertisement))?",
        r"advert|sponsored(?: content)?|paid (?:content|post)|scroll (?:down )?to continue(?: with content)?",
    ),
    "share buttons": (
        rf"(?:follow|like|join|find) (?:us|[\w ]{{1,30}}) on (?:{_SITES.replace(' ', '|')}|google news|youtube|tiktok)"
        r"\b.{0,120}",
    ),
    "newsletter": (
        r"(?:please )?(?:sign[ -]?up|subscribe|register)(?: (?:here|now|today|below|free))?",
        r"(?:please )?(?:sign[ -]?up|subscribe|register)\b.{0,30}? (?:to|for|with|and)\b.{0,200}"
        r"\b(?:newsletters?|inbox|e-?mails?|alerts?|briefings?|our|podcasts?|channel)\b.{0,120}",
        r"get\b.{0,120} (?:in|to|into) your (?:e-?mail )?inbox\b.{0,80}",
        r"(?:already|not yet) a (?:subscriber|member)\b.{0,100}|become a (?:subscriber|member)(?: today| now)?",
        r"(?:enter )?your e-?mail(?: address)?",
        r"to (?:continue reading|read the full (?:story|article)),? (?:please )?(?:subscribe|sign in|log in)\b.{0,100}",
        r"thank you for (?:subscribing|signing up|reading)\b.{0,60}",
        r"(?:download|get) (?:the|our) (?:free )?(?:[\w ]{1,30} )?app(?: (?:now|today|here|for free))?",
    ),
    "cookie notice": (
        r"(?:we|this (?:web)?site|our (?:web)?site) (?:and our partners )?uses? cookies\b.{0,200}",
        r"by (?:continuing|clicking|using|browsing|signing up|subscribing)\b.{0,120}"
        r"\byou (?:agree|consent|accept|acknowledge)\b.{0,160}",
        r"(?:accept|reject|manage)(?: all)? cookies(?: (?:settings|preferences))?",
    ),
    "related links": (
        rf"{_RELATED}|related|trending(?: now)?|recommended for you|editor\W?s (?:picks|choice)|what to read next",
        r"more on this (?:story|topic)|more from [\w ]{1,30}|you (?:may|might) also (?:like|be interested in)",
        r"most (?:read|popular|viewed)|continue reading",
        rf"(?:{_RELATED}|related|see also)\s*[:\u2022|\u00bb].{{0,280}}",
        r"sources?\s*:\s*(?:[\u2022\u00b7*|]|https?://).{1,280}",
        r"(?:also )?(?:read|see|watch|listen)(?: (?:more|also|next|now|the full (?:story|article)))?"
        r"\s*[:|>\u00bb].{0,200}",
        r"(?:read|see|learn|show|view|load) (?:more|less|next|the full (?:story|article))(?: here| about (?:it|this))?",
        r"(?:tags?|filed under|topics?|keywords?)\s*:\s*[^.!?]{1,200}",
    ),
    "click here": (
        r"(?:please )?(?:click|tap) here\b.{0,160}|(?:please )?click on (?:the|this) link\b.{0,50}",
        r"(?:click|tap) to (?:read|view|watch|share|subscribe|enlarge|expand|play|listen|see)\b.{0,80}",
    ),
    "copyright": (
        r"(?:©|\(c\)|copyright\s*(?:©|\(c\)|:|(?:19|20)\d\d\b)).{0,280}",
        r".{0,120}\ball rights reserved",
        r"(?:this|the) (?:material|article|content) may not be (?:published|reproduced|copied)\b.{0,200}",
    ),
    "credit": (
        r"(?:photo(?:graph)?|image|picture|file photo|illustration)s?(?: credits?| source| courtesy)?\s*[:/]\s*"
        r"[^.!?]{1,100}",
        r"(?:photo(?:graph)?|image|picture)s? courtesy(?: of)? [^.!?]{1,100}",
        r"image (?:source|copyright),.{1,80}|courtesy\s*:\s*[^.!?]{1,80}",
        r"(?:ap|afp|reuters) (?:file )?photo(?:\s*[/|][\w/| ]{0,60})?",
        r"(?:ap|afp|reuters|getty images)\s*[/|][\w/| ]{0,60}",
        r"getty images",
    ),
}
# Here case counts: "By Jane Doe" is a byline, "By now the party had left" is not
_CASED: dict[str, tuple[str, ...]] = {
    "byline": (
        rf"(?:[Bb]y|BY) {_NAMES}(?:(?:,| and| &) {_NAMES})*(?:(?:\s*[,|/\u2013\u2014-]| for| in| at) ?(?:{_DESK}))*"
        r"(?:\s*\|.{1,40})?",
    ),
    "credit": (
        rf"[Pp]hotos? (?:by|via) {_NAME}(?:[ /,]+(?:{_NAME}|via|for))*",
        # "Source: Reuters", but not the headline "Source: Talks to end this week"
        rf"(?:[Ss]ource|SOURCE|[Cc]redit|CREDIT)s?\s*:\s*{_NAME}(?:[ /,|&-]+(?:{_NAME}|of|for|the|and|via))*",
    ),
}
_SPOKEN = re.compile(
    r"[\"\u201c\u201d]|\b(?:said|says|told|tells|according to|he|she|they|his|her|their|announced|warned)\b", re.I
)
# These hold titles and names, where quotation marks mean nothing
_MAY_SPEAK = frozenset({"advertisement", "related links", "credit", "byline"})
# What may be glued to the last sentence; buttons, credits and bylines look too much like its end
_IN_LINE = frozenset({"newsletter", "cookie notice", "related links", "click here", "copyright"})

_SITE_WORDS = frozenset(_SITES.split()) | {"email", "e-mail", "mail", "print", "link"}
_PRESS_WORDS = frozenset({"share", "tweet", "follow", "save", "copy", "print", "email", "e-mail", "pin"})
_FILLER_WORDS = frozenset(
    ["this", "article", "story", "page", "post", "on", "via", "by", "and", "or", "us", "comments"]
)
_CREDIT_LINE = re.compile(r"\(?(?:(?:Additional|Extra) )?(?:Reporting|reporting|Writing|Editing|Edited|Compiled) by\b")
_CREDIT_WORDS = frozenset(
    ["additional", "reporting", "writing", "editing", "by", "in", "and", "for", "from", "the", "at"]
)

_SENTENCE_END = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)\]]*\s+(?=[A-Z©(])")
_GLUED_LIST = re.compile(r"\b(?:Related|RELATED|Recommended) (?:\w+ ?){1,2}:\s*\u2022")  # follows anything
_LIST_HEAD = re.compile(rf"(?:{_RELATED}|related|sources|you (?:may|might) also like|most (?:read|popular))\s*:?", re.I)
_LIST_ITEM = re.compile(r"[\u2022\u00b7*>\u2013-]\s*.{1,200}|https?://\S+|.{1,120}[^.!?:\s]")
_LINE = re.compile(r"[^\n]*\S[^\n]*")


def _compile(patterns: dict[str, tuple[str, ...]], flags: int) -> re.Pattern[str]:
    """One pattern with a group for each reason; brackets, stars and full stops around the line do not matter."""
    groups = (f"(?P<{reason.replace(' ', '_')}>{'|'.join(parts)})" for reason, parts in patterns.items())
    return re.compile(rf"[\W_]*?(?:{'|'.join(groups)})[\W_]*", flags)


_PATTERNS = (_compile(_CASED, 0), _compile(_ANY_CASE, re.I))


def find_boilerplate(text: str) -> list[Ignored]:
    """The spans of the text that are boilerplate, in order, without the white space around them."""
    lines = [_trimmed(text, match.start(), match.end()) for match in _LINE.finditer(text)]
    found: list[tuple[int, int, str]] = []
    list_from = _trailing_list(text, lines)
    last: tuple[int, int] | None = None  # the last line that belongs to the article
    for index, (start, end) in enumerate(lines):
        reason = "related links" if index >= list_from else _line_reason(text[start:end])
        if reason:
            found.append((start, end, reason))
        else:
            last = (start, end)
    if last:
        found += _trailing_sentences(text, *last)
    return [Ignored(start=start, end=end, reason=reason) for start, end, reason in _merged(text, sorted(found))]


def is_boilerplate_line(line: str) -> bool:
    """Whether this line alone is boilerplate."""
    return _line_reason(line.strip()) is not None


def without(text: str, spans: list[Ignored]) -> str:
    """The text with the spans, in any order, cut out: for looking at, since offsets no longer fit."""
    kept: list[str] = []
    at = 0
    for span in sorted(spans, key=lambda span: span.start):
        kept.append(text[at : span.start])
        at = max(at, span.end)
    return "".join([*kept, text[at:]])


def _line_reason(line: str) -> str | None:
    if not line or len(line) > MAX_LINE:
        return None
    for pattern in _PATTERNS:
        match = pattern.fullmatch(line)
        if match and match.lastgroup:
            reason = match.lastgroup.replace("_", " ")
            return None if reason not in _MAY_SPEAK and _SPOKEN.search(line) else reason
    if _are_buttons(line):
        return "share buttons"
    if _CREDIT_LINE.match(line) and _are_names(line):
        return "byline"
    return None


def _are_buttons(line: str) -> bool:
    """Share | Tweet | Email: nothing but what stands on buttons, beginning with one."""
    words = re.findall(r"[\w-]+", line.casefold())
    if not 0 < len(words) <= 20 or not all(w in _SITE_WORDS or w in _PRESS_WORDS or w in _FILLER_WORDS for w in words):
        return False
    if words[0] in _PRESS_WORDS:
        return True
    return sum(word in _SITE_WORDS for word in words) >= 2 and not line.endswith(".")


def _are_names(line: str) -> bool:
    """(Reporting by Jane Doe in Kyiv; Editing by John Roe): no verb, so no sentence."""
    return all(word[0].isupper() or word in _CREDIT_WORDS for word in re.findall(r"[^\W\d_][\w'\u2019-]*", line))


def _trailing_list(text: str, lines: list[tuple[int, int]]) -> int:
    """Index of the line from which the rest of the text is a headed list of links; past the end where there is none."""
    for index in range(len(lines) - 1, 0, -1):
        line = text[slice(*lines[index])]
        if index < len(lines) - 1 and _LIST_HEAD.fullmatch(line):
            return index
        if not _LIST_ITEM.fullmatch(line) and _line_reason(line) is None:
            break
    return len(lines)


def _trailing_sentences(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Boilerplate at the end of the article's last line, sentence by sentence from behind."""
    tail = max(start, end - 3 * MAX_LINE)
    cuts = [tail + match.end() for match in _SENTENCE_END.finditer(text[tail:end])]
    cuts += [tail + match.start() for match in _GLUED_LIST.finditer(text[tail:end])]
    found: list[tuple[int, int, str]] = []
    for cut in sorted({cut for cut in cuts if cut > start}, reverse=True):
        reason = _line_reason(text[cut:end])
        if reason not in _IN_LINE:
            break
        found.append((cut, end, str(reason)))
        end = _trimmed(text, start, cut)[1]
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _merged(text: str, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Neighbours of one reason as one span."""
    merged: list[tuple[int, int, str]] = []
    for start, end, reason in found:
        if merged and merged[-1][2] == reason and not text[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], end, reason)
        else:
            merged.append((start, end, reason))
    return merged
