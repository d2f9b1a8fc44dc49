"""SEntFiN 1.0 (Sinha et al. 2022): headlines of Indian financial news with the sentiment toward each entity. MIT.

The sentiment is what the headline means for whoever holds the entity's shares or goods, not whether it is praised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ..drafts import Skipped
from ..schema import Article, Mention, Sentence, Stance
from .delimited import read_rows

LICENSE = "MIT"
LABELS = {"positive": "favor", "neutral": "neutral", "negative": "against"}
# Written as a Python dict, but with apostrophes inside the names: {'Osian's Art Fund': 'neutral', 'Sebi': 'neutral'}
_ENTITY = re.compile(r"['\"](.+?)['\"]: '(\w+)'(?:, |\}$)")


def read_sentfin(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The headlines, each with its entities that can be found in it; a headline without any is left out.

    In the published file some names are damaged ("Bajaj neutralings" for "Bajaj Holdings"): those are skipped.
    """
    rows = read_rows(path, ",", 4, skipped)
    next(rows)
    for line, (number, text, entities, _) in rows:
        labels = {name.strip(): label for name, label in _ENTITY.findall(entities)}
        if _ENTITY.sub("", entities) != "{":
            skipped(Skipped(str(path), line, f"entities cannot be read: {entities}"))
            continue
        mentions: list[Mention] = []
        stances = []
        # Longest first: "Tata" is not the one in "Tata Steel" where both are labelled
        for name in sorted(labels, key=len, reverse=True):
            mention = _mention(name, text, mentions)
            if labels[name] not in LABELS:
                skipped(Skipped(str(path), line, f"label {labels[name]!r}"))
            elif mention is None:
                skipped(Skipped(str(path), line, f"entity {name!r} is not in the headline"))
            else:
                mentions.append(mention)
                stances.append(Stance(target=name, mention=mention.id, label=LABELS[labels[name]]))
        if stances:
            yield Article(
                id=f"sentfin/{number}",
                text=text,
                mentions=mentions,
                sentences=[Sentence(start=0, end=len(text), stances=stances)],
                license=LICENSE,
            )


def _mention(name: str, text: str, others: list[Mention]) -> Mention | None:
    """The first place of the name outside the others' places: a word, or a word but for one or two last letters."""
    for ending in ("", r"\w{1,2}"):
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?={ending}(?!\w))", text):
            if all(found.end() <= other.start or other.end <= found.start() for other in others):
                return Mention(id=f"m{len(others)}", start=found.start(), end=found.end(), text=name)
    return None
