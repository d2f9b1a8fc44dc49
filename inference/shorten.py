"""A sentence cut at a clause boundary, where what is left still says what the sentence says."""

from __future__ import annotations

import re

LEAST = 8  # words that must be left

# What may go: a relative clause after a comma, and what follows a semicolon or a dash, if it runs to the end of the
# sentence without another one. "if", "unless", "but" and "although" turn what stands before them, so they stay.
_TAIL = re.compile(r"(?:,\s+(?:which|who|whose|where|when|while|including)\b|;\s|\s(?:--|[–—])\s)(?!.*[,;–—]|.*--)")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\Z")
_STAYS = re.compile(
    r"\b(?:sa(?:id|ys?|ying)|told|tells?|according|add(?:ed|s)|claim(?:ed|s)?|insist(?:ed|s)?|argu(?:ed|es?)|wrote"
    r"|writes?|warn(?:ed|s)?|announced?|report(?:ed|s)?|ask(?:ed|s)?|call(?:ed|s)?|den(?:ied|ies|y)|not|never|no|but"
    r"|however|unless|only|if|n[’']t)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"\A(?:if|unless|although|though|when|while|as|because|since|after|before|once|until)\b", re.I)


def shortened(sentence: str) -> str:
    """The sentence without a clause at its end that it can do without, else the sentence.

    A clause with a word that says who speaks, or that turns or limits the rest, stays, and so does one whose quotation
    marks or brackets stand open without it.
    """
    end = _END.search(sentence)
    boundary = _TAIL.search(sentence)
    if not end or not boundary or _OPENING.match(sentence):
        return sentence
    kept, dropped = sentence[: boundary.start()].rstrip(), sentence[boundary.start() : end.start()]
    if (
        re.search("[;–—]|--", kept)
        or len(kept.split()) < LEAST
        or _STAYS.search(dropped)
        or not (_is_whole(kept) and _is_whole(dropped))
    ):
        return sentence
    return kept + "."


def _is_whole(text: str) -> bool:
    """Whether every quotation mark and bracket that opens also closes."""
    pairs = (("“", "”"), ("«", "»"), ("(", ")"), ("[", "]"))
    straight = text.count('"') % 2 == 0
    return straight and all(text.count(opening) == text.count(closing) for opening, closing in pairs)
