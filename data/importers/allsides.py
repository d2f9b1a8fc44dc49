"""AllSides articles (Baly et al. 2020): full US news articles with an editor's topic tag, mapped to IPTC topics.

The tag is the article's; its sentences inherit it, which is right more often than not and is trained at low weight.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..detokenize import detokenize
from ..labels import IPTC_TOPICS
from ..schema import Article, Sentence
from ..sentences import split_sentences
from .jsonl import read_lines

# Tags that stand clearly for one IPTC topic; the others (polarization, facts_and_fact_checking, …) are left out.
TAGS = {
    "01000000": "media_bias media_industry arts_and_entertainment",
    "16000000": "terrorism isis middle_east nuclear_weapons us_military national_defense defense",
    "02000000": "supreme_court fbi justice_department justice criminal_justice violence_in_america death_penalty "
    "sexual_misconduct",
    "03000000": "disaster",
    "04000000": "economy_and_jobs trade taxes banking_and_finance economic_policy federal_budget business treasury",
    "05000000": "education",
    "06000000": "environment energy epa animal_welfare",
    "07000000": "healthcare coronavirus ebola opioid_crisis public_health obesity_and_malnutrition",
    "09000000": "labor",
    "10000000": "food holidays",
    "11000000": "elections politics white_house us_senate us_house us_congress republican_party democratic_party "
    "state_department foreign_policy campaign_finance tea_party",
    "12000000": "religion_and_faith",
    "13000000": "technology science cybersecurity privacy",
    "14000000": "immigration race_and_racism lgbt_rights abortion women's_issues family_and_marriage "
    "inequality welfare",
    "15000000": "sports",
}
TOPIC_OF = {tag: IPTC_TOPICS[code] for code, tags in TAGS.items() for tag in tags.split()}


def read_texts(path: Path) -> Iterator[Article]:
    """Every article without any label."""
    for row in read_lines(path):
        yield Article(
            id=f"allsides/{row['ID']}",
            title=detokenize(row["title"]),
            text=detokenize(row["content"]),
            source=row["source"],
            date=row["date"],
        )


def read_allsides(path: Path, *, words: int | None = None) -> Iterator[Article]:
    """The articles whose tag stands for a topic; with ``words``, only the start of each, whole sentences."""
    for row in read_lines(path):
        topic = TOPIC_OF.get(row["topic"])
        if topic is None:
            continue
        content = row["content"] if words is None else " ".join(row["content"].split(" ")[: words + 40])
        text = detokenize(content)
        spans = split_sentences(text)
        if words is not None:
            spans = _first(text, spans, words)
        if spans:
            yield Article(
                id=f"allsides/{row['ID']}",
                title=detokenize(row["title"]),
                text=text[: spans[-1].end],
                source=row["source"],
                date=row["date"],
                topics=[topic],
                sentences=[Sentence(start=s.start, end=s.end, topics=[topic]) for s in spans],
            )


def _first(text: str, spans: list, words: int) -> list:  # type: ignore[type-arg]
    kept, count = [], 0
    for span in spans:
        count += len(span.of(text).split())
        if count > words:
            break
        kept.append(span)
    return kept
