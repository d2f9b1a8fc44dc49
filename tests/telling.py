"""Articles whose words tell their labels, so that a tiny model learns them in seconds."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from stancelens.data.schema import Article, Mention, Sentence, Stance, dump_line

GOOD, BAD, DULL = ("praised", "great"), ("blamed", "reckless"), ("said", "new")
SETTINGS: dict[str, Any] = {
    "full": True, "epochs": 25, "patience": 25, "rate": 1e-3, "head_rate": 5e-3, "batch_tokens": 256,
}  # fmt: skip


def labelled(number: int, names: tuple[str, str, str] = ("favor", "against", "neutral"), **more: Any) -> Article:
    """Three sentences, each with a topic, a side and a target, of which the words tell."""
    generator = random.Random(number)
    kinds = [(GOOD, names[0]), (BAD, names[1]), (DULL, names[2])]
    topics = [("match team coach", "sport"), ("storm rain river", "weather"), ("vote party tax", "politics")]
    generator.shuffle(kinds)
    generator.shuffle(topics)
    text, sentences, mentions = "", [], []
    for at, ((words, side), (about, topic)) in enumerate(zip(kinds, topics, strict=True)):
        subject = " ".join(generator.sample(about.split(), 2))
        line = f"The {subject} was {words[1]} and john {words[0]} the plan of the town."
        start = len(text)
        place = start + line.index("plan")
        mentions.append(Mention(id=f"m{at}", start=place, end=place + 4))
        stance = Stance(target="plan", mention=f"m{at}", label=side)
        sentences.append(Sentence(start=start, end=start + len(line), topics=[topic], stance=side, stances=[stance]))
        text += line + " "
    return Article(id=f"a{number:03}", text=text, sentences=sentences, mentions=mentions, **more)


def write(path: Path, articles: list[Article]) -> Path:
    path.write_text(
        "".join(dump_line(article.model_copy(update={"schema_": 1})) + "\n" for article in articles), encoding="utf-8"
    )
    return path


def bare(article: Article, *fields: str) -> Article:
    sentences = [s.model_copy(update=dict.fromkeys(fields)) for s in article.sentences or []]
    return article.model_copy(update={"sentences": sentences})
