"""Short records for the tests of an evaluation: sentences as text, with what is said of each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stancelens.data.schema import Article, dump_line


def sure(label: str, chance: float, labels: tuple[str, ...] = ("against", "neutral", "favor")) -> dict[str, float]:
    """Probabilities of which one label has ``chance`` and the others the rest in equal parts."""
    rest = (1 - chance) / (len(labels) - 1)
    return {each: chance if each == label else rest for each in labels}


def article(name: str, *sentences: tuple[str, dict[str, Any]], **fields: Any) -> Article:
    """Each sentence with its fields; a stance names its mention by the words, which become a mention there."""
    text = ""
    spans: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    for line, said in sentences:
        start = len(text)
        stances = []
        for stance in said.get("stances", []):
            words = stance.get("mention")
            if words is not None:
                at = start + line.index(words)
                mentions.append({"id": f"m{len(mentions)}", "start": at, "end": at + len(words)})
                stance = stance | {"mention": mentions[-1]["id"]}
            stances.append(stance)
        spans.append(said | {"start": start, "end": start + len(line)} | ({"stances": stances} if stances else {}))
        text += line + " "
    return Article.model_validate(
        {"schema": 1, "id": name, "text": text, "sentences": spans, "mentions": mentions} | fields
    )


def write(path: Path, articles: Iterable[Article]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(dump_line(each) + "\n" for each in articles), encoding="utf-8")
    return path
