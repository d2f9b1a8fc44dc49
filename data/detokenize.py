"""Undoes word tokenization ("the Karachi , said" → "the Karachi, said") and finds sentences across it."""

from __future__ import annotations

import re

_RULES = [
    (re.compile(r"\s+([,.;:!?%)\]}…])"), r"\1"),
    (re.compile(r"([(\[{$£€#])\s+"), r"\1"),
    (re.compile(r"\s+(['’](?:s|S|re|ve|ll|d|m|t)\b)"), r"\1"),
    (re.compile(r"(?<=\w)(['’])\s+(s|S|re|ve|ll|d|m|t)\b"), r"\1\2"),
    (re.compile(r"\b(\w+)\s+(n['’]t)\b"), r"\1\2"),
    (re.compile(r"([“‘])\s+"), r"\1"),
    (re.compile(r"\s+([”’])(?=[\s,.;:!?)]|$)"), r"\1"),
    (re.compile(r"``\s*"), "“"),
    (re.compile(r"\s*''"), "”"),
    (re.compile(r"(?<!\d)(\d{1,3}),\s+(?=\d{3}\b)"), r"\1,"),  # but not "in 2016, 300 people"
    (re.compile(r"(\w)\s+-\s+(\w)"), r"\1-\2"),
]

# a sentence's own marks; a straight quote behind a space is as likely the neighbour's
_CLOSING = re.compile(r"(?:\s*[.!?”’]|[\"'])*")
_OPENING = re.compile(r"(?:\s*[“‘]|[\"'])*")  # read backwards


def detokenize(text: str) -> str:
    """Text with the spaces of a word tokenizer taken out again; line breaks are kept."""
    lines = []
    for line in text.split("\n"):
        for pattern, replacement in _RULES:
            line = pattern.sub(replacement, line)
        lines.append(" ".join(line.split()))
    return "\n".join(line for line in lines if line)


def _solid(text: str) -> tuple[str, list[int]]:
    """The letters and digits of the text, and where each stands in it."""
    kept = [(character.lower(), at) for at, character in enumerate(text) if character.isalnum()]
    return "".join(c[0] for c, _ in kept), [at for _, at in kept]


def locate(text: str, sentence: str) -> tuple[int, int] | None:
    """Start and end of ``sentence`` in ``text``, whatever spaces, quotes and punctuation either has; None if absent."""
    solid, places = _solid(text)
    wanted, _ = _solid(sentence)
    at = solid.find(wanted) if wanted else -1
    if at < 0:
        return None
    end = places[at + len(wanted) - 1] + 1
    start = places[at]
    before = _OPENING.match(text[max(0, start - 20) : start][::-1])
    after = _CLOSING.match(text, end)
    return start - (before.end() if before else 0), after.end() if after else end
