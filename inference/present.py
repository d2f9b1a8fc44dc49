"""What only presents a prediction: the summary that was asked for, and an article's counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..data.schema import Article, SummaryLine


def present(article: Article, summary: list[SummaryLine]) -> Article:
    """The prediction with its summary and aggregates."""
    return article.model_copy(update={"summary": summary, "aggregates": aggregates(article)})


def aggregates(article: Article) -> dict[str, Any]:
    """Counts by target (most mentioned first) and by topic, in sentences; abstentions are counted apart."""
    sentences = article.sentences or []
    mentions: Counter[str | None] = Counter()
    counted_to: dict[str | None, int] = {}
    for mention in sorted(article.mentions or [], key=lambda m: (m.start, -m.end)):
        # a listed "Lavrov" inside a found "Sergey Lavrov" names him once
        if mention.start >= counted_to.get(mention.entity, 0):
            mentions[mention.entity] += 1
            counted_to[mention.entity] = mention.end
    rows: dict[str, dict[str, Any]] = {
        entity.name: {"target": entity.name, "mentions": 0, "against": 0, "neutral": 0, "favor": 0, "abstained": 0}
        for entity in article.entities or []
    }
    for entity in article.entities or []:
        rows[entity.name]["mentions"] += mentions[entity.id]
    for sentence in sentences:
        for stance in sentence.stances or []:
            row = rows[stance.target]
            key = "abstained" if stance.abstained else stance.label
            row[key] = row.get(key, 0) + 1
    topics = Counter(topic for sentence in sentences for topic in sentence.topics or [])
    ordered = sorted(rows.values(), key=lambda row: -row["mentions"])
    return {"targets": ordered, "topics": dict(sorted(topics.items(), key=lambda item: (-item[1], item[0])))}
