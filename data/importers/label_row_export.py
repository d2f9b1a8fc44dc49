"""From a record to the rows of a table of labelled sentences: see label_rows.py for the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from ..schema import Article, Mention, Span, Stance
from .label_rows import AUTHOR, SEVERAL, says_author
from .pages import DESCRIPTION


def rows_of_article(article: Article) -> Iterator[dict[str, str]]:
    """One row for each stance toward a target, and for each sentence without any."""
    shared = {name: value for name in ("id", "annotator", *DESCRIPTION) if (value := getattr(article, name))}
    if article.topics:
        shared["article_topics"] = _join(article.topics)
    if not article.sentences:
        yield {**shared, "text": article.text}
    spans = {mention.id: mention for mention in article.mentions or []}
    for number, sentence in enumerate(article.sentences or []):
        row = {**shared, "sentence_number": str(number), "text": sentence.of(article.text)}
        row |= {name: _join(values) for name in ("topics", "tags") if (values := getattr(sentence, name))}
        if sentence.stance is not None:
            row["stance"] = sentence.stance
        for stance in sentence.stances or []:
            yield row | _cells(stance, sentence, spans, article.text)
        if not sentence.stances:
            yield row


def _cells(stance: Stance, sentence: Span, spans: dict[str, Mention], text: str) -> dict[str, str]:
    cells = {"target": stance.target, "target_stance": stance.label}
    if stance.mention is not None:
        cells |= _offsets("target", spans[stance.mention], sentence)
    if stance.holder is not None and stance.holder.mention is not None:
        held = spans[stance.holder.mention]
        cells |= {"holder": held.of(text), **_offsets("holder", held, sentence)}
    elif stance.holder is not None and stance.holder.name is not None:
        cells["holder"] = stance.holder.name
    elif "holder" in stance.model_fields_set:
        cells["holder"] = AUTHOR
    if stance.tags:
        cells["target_tags"] = _join(stance.tags)
    return cells


def _offsets(name: str, mention: Span, sentence: Span) -> dict[str, str]:
    """Nothing for a mention in another sentence: its name is left."""
    if not _inside(mention, sentence):
        return {}
    start, end = mention.start - sentence.start, mention.end - sentence.start
    return {f"{name}_start": str(start), f"{name}_end": str(end)}


def _inside(mention: Span, sentence: Span) -> bool:
    return sentence.start <= mention.start and mention.end <= sentence.end


def lost_in_rows(article: Article) -> Iterator[str]:
    """What the rows do not hold though they have its field: mentions away from a stance, text between sentences."""
    spans = {mention.id: mention for mention in article.mentions or []}
    kept: set[str] = set()
    at = 0
    outside = False
    for sentence in article.sentences or []:
        outside |= bool(article.text[at : sentence.start].strip())
        at = sentence.end
        for stance in sentence.stances or []:
            holder = stance.holder
            for name, id in (("mention", stance.mention), ("holder.mention", holder.mention if holder else None)):
                if id is not None and _inside(spans[id], sentence):
                    kept.add(id)
                elif id is not None:
                    yield f"sentences.stances.{name}"
            if holder is not None and holder.name is not None and says_author(holder.name):
                yield "sentences.stances.holder.name"
    if article.sentences and (outside or article.text[at:].strip()):
        yield "text outside the sentences"
    yield from ("mentions" for id in spans if id not in kept)


def _join(values: Sequence[str]) -> str:
    plain = "; ".join(values)
    reads_back = [part for part in SEVERAL.split(plain) if part] == list(values) and plain == plain.strip()
    return plain if reads_back and not plain.startswith("[") else json.dumps(list(values), ensure_ascii=False)
