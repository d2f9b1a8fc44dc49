"""From the page of a labelling tool to a record: see pages.py for what a page is, record_pages.py for the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from ..schema import Article, Entity, Holder, Mention, Sentence, Span, Stance
from ..sentences import split_sentences
from .label_items import Report
from .pages import ABOUT, AUTHOR, HOLDER, ISSUE, MENTION, SENTENCE, Page, Region


def page_to_article(page: Page, report: Report) -> Article | None:
    """The record of a page, or None; ``report`` is told of every label that it cannot hold, and why.

    Mentions at one place that name the same entity are one; mentions are numbered in text order.
    """
    if not page.text.strip():
        report("no text")
        return None
    if not page.has_labels():
        report("no labels")
        return None
    entities = _Entities(page.entities)
    mentions, mention_of = _mentions(page, entities)
    sentences = _sentences(page, report)
    places = [Span(start=s["start"], end=s["end"]) for s in sentences]
    for region in page.regions:
        _report_surplus(region, report)
        if region.kind == SENTENCE:
            continue
        if "stance" not in region.values:
            lost = [name for name in ("target", "holder", "by", "tags") if region.values.get(name)]
            if lost or region.kind == ISSUE:
                what = ", ".join(lost) or "it"
                report(f"{region.kind} {region.start}-{region.end} has no stance: {what} cannot be held")
            continue
        stance = _stance(page, region, mention_of, report)
        at = next(
            (n for n, place in enumerate(places) if place.start <= region.start and region.end <= place.end), None
        )
        if at is None:
            report(f"stance at {region.start}-{region.end}: it is not inside one sentence")
        elif stance is not None:
            sentences[at].setdefault("stances", []).append(stance)
    fields: dict[str, Any] = {"text": page.text, **page.metadata}
    if entities.found or page.entities is not None:
        fields["entities"] = entities.found
    for name, values in (("topics", page.topics), ("summaries", page.summaries), ("mentions", mentions)):
        if values or name in page.none_of:
            fields[name] = list(values)
    if sentences or "sentences" in page.none_of:
        fields["sentences"] = [Sentence(**sentence) for sentence in sentences]
    if page.annotator is not None:
        fields["annotator"] = page.annotator
    try:
        return Article(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        report(f"{'.'.join(map(str, first['loc'])) or 'record'}: {first['msg'].removeprefix('Value error, ')}")
        return None


def _report_surplus(region: Region, report: Report) -> None:
    where = f"{region.kind} {region.start}-{region.end}"
    held = ("topics", "stance", "tags", "none_of") if region.kind == SENTENCE else _OF_OTHERS
    for name, values in region.values.items():
        if name not in held:
            report(f"{where}: a {region.kind} has no {name} {', '.join(values)!r}")
        elif name in ("entity", "kind", "target") and len(values) > 1:
            report(f"{where}: {len(values)} values of {name}, only {values[0]!r} is kept")


_OF_OTHERS = ("entity", "kind", "stance", "target", "holder", "by", "tags", "none_of")


class _Entities:
    """The page's entities, and those that its regions name besides."""

    def __init__(self, given: Iterable[Entity] | None) -> None:
        self.found = list(given or [])

    def of(self, region: Region, text: str) -> Entity | None:
        named, kind = region.one("entity"), region.one("kind")
        if named is None and kind is None:
            return None
        if named is None:
            named = text[region.start : region.end]
        by_id = next((entity for entity in self.found if entity.id == named), None)
        found = by_id or next((entity for entity in self.found if entity.name == named), None)
        if found is None:
            taken = {entity.id for entity in self.found}
            number = next(n for n in range(1, len(taken) + 2) if f"e{n}" not in taken)
            found = (
                Entity(id=f"e{number}", name=named) if kind is None else Entity(id=f"e{number}", name=named, kind=kind)
            )
            self.found.append(found)
        return found


def _mentions(page: Page, entities: _Entities) -> tuple[list[Mention], dict[str, tuple[Mention, Entity | None]]]:
    """The mentions in text order, and by region the mention and its entity."""
    regions = [region for region in page.regions if region.kind == MENTION]
    entity_of = {region.id: entities.of(region, page.text) for region in regions}
    order = {entity.id: number for number, entity in enumerate(entities.found)}
    keys: dict[str, tuple[int, int, int]] = {}
    for region in regions:
        entity = entity_of[region.id]
        keys[region.id] = (region.start, region.end, -1 if entity is None else order[entity.id])
    made: dict[tuple[int, int, int], Mention] = {}
    for number, key in enumerate(sorted(set(keys.values()))):
        made[key] = Mention(id=f"m{number}", start=key[0], end=key[1])
        if key[2] >= 0:
            made[key].entity = entities.found[key[2]].id
    return list(made.values()), {region.id: (made[keys[region.id]], entity_of[region.id]) for region in regions}


def _sentences(page: Page, report: Report) -> list[dict[str, Any]]:
    """The marked sentences; without any, those that the page's stances need."""
    marked: dict[tuple[int, int], list[Region]] = {}
    for region in page.regions:
        if region.kind == SENTENCE:
            marked.setdefault((region.start, region.end), []).append(region)
    if page.stance is not None and marked:
        report(f"stance {page.stance!r} of the whole text: its sentences have their own")
    elif page.stance is not None:
        start = len(page.text) - len(page.text.lstrip())
        return [{"start": start, "end": len(page.text.rstrip()), "stance": page.stance}]
    sentences: list[dict[str, Any]] = []
    for (start, end), regions in sorted(marked.items()):
        if sentences and start < sentences[-1]["end"]:
            report(f"sentence {start}-{end} overlaps the one at {sentences[-1]['start']}-{sentences[-1]['end']}")
            continue
        sentence: dict[str, Any] = {"start": start, "end": end}
        for name in ("topics", "tags"):
            values = _distinct(value for region in regions for value in region.values.get(name, []))
            if values or any(name in region.values.get("none_of", []) for region in regions):
                sentence[name] = values
        stances = _distinct(value for region in regions for value in region.values.get("stance", []))
        if stances:
            sentence["stance"] = stances[0]
        if len(stances) > 1:
            report(f"sentence {start}-{end} has {len(stances)} stances: only {stances[0]!r} is kept")
        if any("stances" in region.values.get("none_of", []) for region in regions):
            sentence["stances"] = []
        sentences.append(sentence)
    if not marked and any("stance" in region.values for region in page.regions):
        return [{"start": span.start, "end": span.end} for span in split_sentences(page.text)]
    return sentences


def _stance(
    page: Page, region: Region, mention_of: dict[str, tuple[Mention, Entity | None]], report: Report
) -> Stance | None:
    where = f"stance at {region.start}-{region.end}"
    if len(region.values["stance"]) > 1:
        report(f"{where}: {len(region.values['stance'])} labels, only {region.values['stance'][0]!r} is kept")
    about, entity = mention_of.get(region.id, (None, None))
    if region.kind == ISSUE:
        linked = [link.target for link in page.links if link.label == ABOUT and link.source == region.id]
        about, entity = next((mention_of[name] for name in linked if name in mention_of), (None, None))
    target = region.one("target")
    if target is None and about is not None:
        target = entity.name if entity is not None else about.of(page.text)
    if target is None:
        report(f"{where}: no target is named")
        return None
    fields: dict[str, Any] = {"target": target, "label": region.values["stance"][0]}
    if about is not None:
        fields["mention"] = about.id
    holders = [link.source for link in page.links if link.label == HOLDER and link.target == region.id]
    held = [mention_of[name][0].id for name in holders if name in mention_of]
    named = region.values.get("holder", [])
    if held:
        fields["holder"] = Holder(mention=held[0])
    elif named:
        fields["holder"] = Holder(name=named[0])
    elif AUTHOR in region.values.get("by", []):
        fields["holder"] = None
    if len(held) + len(named) > 1:
        report(f"{where}: {len(held) + len(named)} holders, only the first is kept")
    if region.values.get("tags") or "tags" in region.values.get("none_of", []):
        fields["tags"] = _distinct(region.values.get("tags", []))
    return Stance(**fields)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
