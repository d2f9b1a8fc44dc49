"""From a record to the page of a labelling tool: see pages.py for what a page is, page_records.py for the way back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..schema import Article, Mention, Sentence, Stance
from .pages import ABOUT, AUTHOR, HOLDER, ISSUE, MENTION, METADATA, NONE_OF_TEXT, SENTENCE, Link, Page, Region

PREDICTED = ("summary", "aggregates", "near_duplicate_of", "warnings")
# Fields that no page holds: predictions, and votes that make up a label
LOST = frozenset(
    {
        *PREDICTED,
        "sentences.abstained",
        "sentences.probabilities",
        "sentences.salience",
        "sentences.stance_source",
        "sentences.stances.abstained",
        "sentences.stances.probabilities",
        "sentences.stances.votes",
    }
)


def is_prediction(article: Article) -> bool:
    """Whether a model wrote the record: its labels must not be taken for anybody's annotation."""
    if any(getattr(article, name) is not None for name in PREDICTED):
        return True
    return any(
        sentence.probabilities is not None or any(stance.probabilities is not None for stance in sentence.stances or [])
        for sentence in article.sentences or []
    )


def article_to_page(article: Article) -> Page:
    """Everything of the record but what LOST names; ids of mentions are not kept."""
    dumped = article.model_dump(exclude_unset=True, mode="json")
    page = Page(
        text=article.text,
        metadata={name: dumped[name] for name in METADATA if dumped.get(name) is not None},
        annotator=article.annotator,
        topics=article.topics or [],
        summaries=article.summaries or [],
        entities=article.entities,
        none_of=[name for name in NONE_OF_TEXT if getattr(article, name) == []],
    )
    regions = {mention.id: f"m{number}" for number, mention in enumerate(article.mentions or [])}
    named = _names(article)
    by_id = {mention.id: mention for mention in article.mentions or []}
    for number, sentence in enumerate(article.sentences or []):
        page.regions.append(_sentence(f"s{number}", sentence))
    bearing: set[str] = set()  # mentions whose own region has a stance
    for number, sentence in enumerate(article.sentences or []):
        for index, stance in enumerate(sentence.stances or []):
            about = by_id[stance.mention] if stance.mention is not None else None
            inside = about is not None and sentence.start <= about.start and about.end <= sentence.end
            key = f"i{number}-{index}"
            if about is not None and inside and about.id not in bearing:
                bearing.add(about.id)
                key = regions[about.id]
            if about is not None and inside:
                region = _mention(key, about, named)
            else:
                region = Region(key, ISSUE, sentence.start, sentence.end)
                if about is not None:
                    page.links.append(Link(key, regions[about.id], ABOUT))
            region.values |= _values(stance, _name(article, about, named) if about is not None else None)
            page.regions.append(region)
            if stance.holder is not None and stance.holder.mention is not None:
                page.links.append(Link(regions[stance.holder.mention], key, HOLDER))
    page.regions += [_mention(regions[m.id], m, named) for m in article.mentions or [] if m.id not in bearing]
    return page


def _sentence(key: str, sentence: Sentence) -> Region:
    values: dict[str, list[str]] = {}
    for name in ("topics", "tags"):
        if found := getattr(sentence, name):
            values[name] = list(found)
    if sentence.stance is not None:
        values["stance"] = [sentence.stance]
    if none_of := [name for name in ("topics", "stances", "tags") if getattr(sentence, name) == []]:
        values["none_of"] = none_of
    return Region(key, SENTENCE, sentence.start, sentence.end, values)


def _mention(key: str, mention: Mention, named: dict[str, str]) -> Region:
    entity = {} if mention.entity is None else {"entity": [named.get(mention.entity, mention.entity)]}
    return Region(key, MENTION, mention.start, mention.end, entity)


def _values(stance: Stance, usual_target: str | None) -> dict[str, list[str]]:
    values = {"stance": [stance.label]}
    if stance.target != usual_target:
        values["target"] = [stance.target]
    if stance.holder is not None and stance.holder.name is not None:
        values["holder"] = [stance.holder.name]
    elif stance.holder is None and "holder" in stance.model_fields_set:
        values["by"] = [AUTHOR]
    if stance.tags:
        values["tags"] = list(stance.tags)
    elif stance.tags == []:
        values["none_of"] = ["tags"]
    return values


def _names(article: Article) -> dict[str, str]:
    """Entity id → what a region names it by: its name, or where that could mean another entity, its id."""
    entities = article.entities or []
    count = Counter(entity.name for entity in entities)
    ids = {entity.id for entity in entities}
    return {e.id: e.id if count[e.name] > 1 or (e.name in ids and e.name != e.id) else e.name for e in entities}


def _name(article: Article, mention: Mention, named: dict[str, str]) -> str:
    """The target that is meant where a region names none."""
    if mention.entity is None:
        return mention.of(article.text)
    entities: dict[str, Any] = {entity.id: entity.name for entity in article.entities or []}
    return str(entities.get(mention.entity, mention.entity))
