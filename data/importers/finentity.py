"""FinEntity (Tang et al. 2023): paragraphs of financial news with the sentiment toward each marked entity. ODC-BY.

The sentiment is what the paragraph means for whoever holds the entity's shares or goods, not whether it is praised.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from ..drafts import Skipped
from ..schema import Article, Mention, Sentence, Stance
from ..sentences import split_sentences

LICENSE = "ODC-BY"
LABELS = {"Positive": "favor", "Neutral": "neutral", "Negative": "against"}


def read_finentity(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The paragraphs, each stance in the sentence that holds its entity; one without any stance is left out.

    Offsets that miss their entity are not mended. Lines are numbers of items.
    """
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        items = json.load(handle)
    for number, item in enumerate(items, 1):
        text = item["content"]
        spans = split_sentences(text)
        stances: list[list[Stance]] = [[] for _ in spans]
        mentions: list[Mention] = []
        if not item["annotations"]:
            skipped(Skipped(str(path), number, "no entity is marked"))
        for marked in sorted(item["annotations"], key=lambda a: (a["start"], a["end"])):
            start, end, name = marked["start"], marked["end"], marked["value"]
            inside = [index for index, span in enumerate(spans) if span.start <= start and end <= span.end]
            if marked["label"] not in LABELS:
                skipped(Skipped(str(path), number, f"label {marked['label']!r}"))
            elif text[start:end] != name or not name:
                skipped(Skipped(str(path), number, f"entity {name!r} is not at {start}-{end}"))
            elif not inside:
                skipped(Skipped(str(path), number, f"entity {name!r} is not inside one sentence"))
            else:
                mentions.append(Mention(id=f"m{len(mentions)}", start=start, end=end, text=name))
                stance = Stance(target=name, mention=mentions[-1].id, label=LABELS[marked["label"]])
                stances[inside[0]].append(stance)
        if mentions:
            sentences = [Sentence(start=span.start, end=span.end) for span in spans]
            for sentence, found in zip(sentences, stances, strict=True):
                if found:  # the set does not say that a sentence has none
                    sentence.stances = found
            yield Article(id=f"finentity/{number}", text=text, mentions=mentions, sentences=sentences, license=LICENSE)
