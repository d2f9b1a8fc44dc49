"""SEESAW (Zhang, Beauchamp and Wang 2022): US news with the stances of one entity toward another. CC BY-NC-SA 4.0.

Every sentence of an article was read, so a sentence without a stance has none. Entities have canonical names. "None"
in the set is the author, "Not in the list" somebody or something that has no name in its list of entities.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..drafts import Skipped
from ..schema import Article, Entity, Holder, Mention, Sentence, Stance
from .jsonl import read_lines

LICENSE = "CC BY-NC-SA 4.0"
LABELS = {"POS": "favor", "NEG": "against"}
SPLITS = {"train": "train", "valid": "dev", "test": "test"}
AUTHOR, UNLISTED = "None", "Not in the list"
SOMEONE = "<Someone>"  # the authors' own name for a holder that is not in the list


def read_seesaw(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The articles, their sentences joined by spaces, each with the story's topic.

    A stance toward what is not in the list has no target to name and is skipped; so is an empty sentence. A stance has
    a mention where its sentence holds the canonical name itself: "Obama" is not looked up as "Barack Obama".
    """
    for line, row in enumerate(read_lines(path), 1):
        if row["split"] not in SPLITS:
            skipped(Skipped(str(path), line, f"split {row['split']!r}"))
            continue
        article, reasons = _article(row)
        for reason in reasons:
            skipped(Skipped(str(path), line, reason))
        yield article


def _article(row: dict[str, Any]) -> tuple[Article, list[str]]:
    """The row's article, and why sentences and stances of it cannot be used."""
    reasons: list[str] = []
    entities: dict[str, Entity] = {}
    for name, kinds, *_ in row["annotations"]["entity lists"]:  # a kind from each annotator
        kind = Counter(kinds).most_common(1)[0][0]
        entities.setdefault(name, Entity(id=f"e{len(entities)}", name=name, kind=kind))
    triplets = dict(row["annotations"]["sentence-level stances"])
    mentions: dict[str, Mention] = {}
    sentences: list[Sentence] = []
    text = ""
    for number, stripped in ((str(s["id"]), s["text"].strip()) for s in row["sentences"]):
        if not stripped:
            reasons.append(f"sentence {number}: no text")
            continue
        start = len(text) + 1 if text else 0
        text += f" {stripped}" if text else stripped
        found = {name: _mention(entity, text, start, len(sentences)) for name, entity in entities.items()}
        made = [_stance(triplet, found) for triplet in triplets.get(number, [])]
        reasons += [f"sentence {number}: {reason}" for reason in made if isinstance(reason, str)]
        stances = [stance for stance in made if isinstance(stance, Stance)]
        sentences.append(Sentence(start=start, end=len(text)))
        if stances or not made:  # where all its stances were skipped, it is not a sentence without any
            sentences[-1].stances = stances
        used = {name for stance in stances for name in (stance.mention, stance.holder and stance.holder.mention)}
        mentions |= {mention.id: mention for mention in found.values() if mention and mention.id in used}
        triplets.pop(number, None)
    reasons += [f"sentence {number}: no text for its {len(lost)} stances" for number, lost in triplets.items() if lost]
    return (
        Article(
            id=f"seesaw/{row['id']}",
            title=row["title"],
            text=text,
            source=row["source"],
            topics=[row["story_topic"]],
            entities=list(entities.values()),
            mentions=list(mentions.values()),
            sentences=sentences,
            split=SPLITS[row["split"]],
            license=LICENSE,
        ),
        reasons,
    )


def _mention(entity: Entity, text: str, start: int, sentence: int) -> Mention | None:
    """The first place behind ``start`` where the entity's name stands, in any case."""
    found = re.compile(rf"(?<!\w){re.escape(entity.name)}(?!\w)", re.I).search(text, start)
    if found is None:
        return None
    key = f"s{sentence}.{entity.id}"
    return Mention(id=key, start=found.start(), end=found.end(), entity=entity.id, text=found[0])


def _stance(triplet: dict[str, Any], mentions: dict[str, Mention | None]) -> Stance | str:
    """The stance, or why it cannot be used; ``mentions`` has every listed entity."""
    name, target, label = (triplet[key] for key in ("subject", "object", "sentiment"))
    if label not in LABELS:
        return f"sentiment {label!r}"
    if target not in mentions:
        return f"target {target!r}"
    if name not in mentions and name not in (AUTHOR, UNLISTED):
        return f"holder {name!r}"
    holder = None
    if mention := mentions.get(name):
        holder = Holder(mention=mention.id)
    elif name != AUTHOR:
        holder = Holder(name=SOMEONE if name == UNLISTED else name)
    stance = Stance(target=target, holder=holder, label=LABELS[label])
    if mention := mentions[target]:
        stance.mention = mention.id
    return stance
