"""Turns articles that were written and labelled in one go, with marks in the text, into records of the corpus.

    python -m stancelens.training.markup FILE… > new.jsonl

A file begins with fields, one a line (``id``, ``title``, ``source``, ``date``, ``split``, ``topic``, ``short`` and
``long`` for the two summaries, and ``entity: name | kind`` for each entity). After an empty line each line is a
sentence, and an empty line ends a paragraph::

    [topic | stance] The {{bank|Levant Bank|against|Duval|quoted}} was reckless, {{Duval|Duval|neutral}} said.

A mark holds the words, the entity, and, once for each target of a sentence, its stance, the holder ("author", an
entity, or "=" and a name that the article does not hold) and tags, separated by commas. An empty topic is the
article's. The tag ``pronoun`` follows from the words.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ..data.labels import STANCES, TOPICS
from ..data.schema import Article, Entity, Holder, Mention, Sentence, Stance, dump_line

MARK = re.compile(r"\{\{([^{}]+)\}\}")
LINE = re.compile(r"\[([^\[\]|]*)\|\s*(\w+)\s*\]\s*(.+)")
TAGS = ("quoted", "victim", "irony", "negated", "pronoun")


class MarkupError(ValueError):
    """A file that cannot be read: the message says where and why."""


def read_markup(path: Path) -> Article:
    """Raises MarkupError with file and line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    fields: dict[str, str] = {}
    entities: dict[str, Entity] = {}
    at = 0
    while at < len(lines) and lines[at].strip():
        name, _, value = lines[at].partition(":")
        at += 1
        if name.strip() == "entity":
            called, _, kind = value.partition("|")
            entities[called.strip()] = Entity(id=f"E{len(entities) + 1}", name=called.strip(), kind=kind.strip())
        else:
            fields[name.strip()] = value.strip()
    missing = [name for name in ("id", "title", "source", "date", "topic", "short", "long") if not fields.get(name)]
    if missing:
        raise MarkupError(f"{path}: the fields {', '.join(missing)} are missing: write them above the first empty line")
    if fields["topic"] not in TOPICS:
        raise MarkupError(f"{path}: topic {fields['topic']!r} is none of the 17")
    body = _Body(entities, fields["topic"])
    gap = ""
    for number, line in enumerate(lines[at:], at + 1):
        if not line.strip():
            gap = "\n\n"
            continue
        try:
            body.add(line.strip(), gap)
        except ValueError as error:
            raise MarkupError(f"{path}:{number}: {error}") from None
        gap = " "
    return Article(
        id=fields["id"], title=fields["title"], text=body.text, source=fields["source"], date=fields["date"],
        topics=[fields["topic"]], entities=list(entities.values()), mentions=body.mentions, sentences=body.sentences,
        summaries=[fields["short"], fields["long"]], annotator="one pass", split=fields.get("split", "train"),
        license="CC BY 4.0",
    )  # fmt: skip


class _Body:
    """The text so far, with its mentions and sentences."""

    def __init__(self, entities: dict[str, Entity], topic: str) -> None:
        self.entities, self.topic = entities, topic
        self.text = ""
        self.mentions: list[Mention] = []
        self.sentences: list[Sentence] = []

    def add(self, line: str, gap: str) -> None:
        found = LINE.fullmatch(line)
        if not found:
            raise ValueError("a sentence begins with [topic | stance]")
        topics = [topic.strip() for topic in found[1].split(";") if topic.strip()] or [self.topic]
        for topic in topics:
            if topic not in TOPICS:
                raise ValueError(f"topic {topic!r} is none of the 17")
        self._label(found[2])
        self.text += gap if self.text else ""
        start, first = len(self.text), len(self.mentions)
        marks: list[tuple[Mention, list[str]]] = []
        rest = 0
        for mark in MARK.finditer(found[3]):
            parts = [part.strip() for part in mark[1].split("|")]
            if len(parts) < 2 or len(parts) > 5:
                raise ValueError(f"{mark[0]} has {len(parts)} parts")
            if parts[1] not in self.entities:
                raise ValueError(f"{mark[0]}: no entity is called {parts[1]!r}")
            self.text += found[3][rest : mark.start()]
            words = mark[1].split("|")[0]
            mention = Mention(
                id=f"m{len(self.mentions)}", start=len(self.text), end=len(self.text) + len(words),
                entity=self.entities[parts[1]].id,
            )  # fmt: skip
            self.mentions.append(mention)
            marks.append((mention, parts + [""] * (5 - len(parts))))
            self.text += words
            rest = mark.end()
        self.text += found[3][rest:]
        if "{{" in self.text[start:] or "}}" in self.text[start:]:
            raise ValueError("a mark is not closed")
        stances = [self._stance(mention, parts, first) for mention, parts in marks if parts[2]]
        targets = [stance.target for stance in stances]
        for _, parts in marks:
            if parts[1] not in targets:
                raise ValueError(f"{parts[1]!r} has no stance: label its first mark, neutral if no side is taken")
            if targets.count(parts[1]) > 1:
                raise ValueError(f"{parts[1]!r} is labelled twice: label one mark, and leave the others without")
        self.sentences.append(
            Sentence(start=start, end=len(self.text), topics=topics, stance=found[2], stances=stances)
        )

    def _stance(self, mention: Mention, parts: list[str], first: int) -> Stance:
        words, target, label, held, listed = parts
        self._label(label)
        tags = [tag.strip() for tag in listed.split(",") if tag.strip()]
        for tag in tags:
            if tag not in TAGS:
                raise ValueError(f"tag {tag!r} is none of {', '.join(TAGS)}")
        if words[0].islower() and words != target and "pronoun" not in tags:
            tags.append("pronoun")
        stance = Stance(target=target, mention=mention.id, label=label)
        if label != "neutral":
            if not held:
                raise ValueError(f"{target!r}: a side has a holder: author, an entity, or = and a name")
            stance.holder = self._holder(held, first)
        if tags:
            stance.tags = tags
        return stance

    def _holder(self, held: str, first: int) -> Holder | None:
        if held == "author":
            return None
        if held.startswith("="):
            return Holder(name=held[1:].strip())
        if held not in self.entities:
            raise ValueError(f"holder {held!r} is no entity")
        wanted = self.entities[held].id
        inside = [mention.id for mention in self.mentions[first:] if mention.entity == wanted]
        before = [mention.id for mention in self.mentions[:first] if mention.entity == wanted]
        return Holder(mention=(inside or before[-1:])[0]) if inside or before else Holder(name=held)

    @staticmethod
    def _label(label: str) -> None:
        if label not in STANCES:
            raise ValueError(f"stance {label!r} is none of {', '.join(STANCES)}")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(dump_line(read_markup(Path(name))))
