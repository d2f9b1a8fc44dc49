"""From the page of a labelling tool to a record: see pages.py for what a page is, record_pages.py for the way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from ..schema import Article, Entity, Holder, Mention, Sentence, Span, Stance
from ..sentences import split_sentences
from .label_items import Report
from .pages import ABOUT, AUTHOR, FIELDS, ISSUE, MENTION, OF_STANCE, SENTENCE, Page, Region


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
    mentions, mention_of = _mentions(page, entities, report)
    holders, about = _links(page, report)
    sentences = _sentences(page, report)
    places = [Span(start=s["start"], end=s["end"]) for s in sentences]
    for region in page.regions:
        _report_surplus(region, report)
        if region.kind == SENTENCE:
            continue
        if "stance" not in region.values:
            lost = [name for name in OF_STANCE if region.values.get(name)]
            if lost or region.kind == ISSUE:
                what = ", ".join(lost) or "it"
                report(f"{region.kind} {region.start}-{region.end} has no stance: {what} cannot be held")
            continue
        named = [mention_of[name] for name in (about[region.id] if region.kind == ISSUE else [region.id])]
        stance = _stance(region, named, [mention_of[name] for name in holders[region.id]], entities, report)
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
    for name, values in region.values.items():
        if name not in FIELDS[region.kind]:
            report(f"{where} has no {name}: {', '.join(values)!r} is not kept")
        elif name in ("entity", "kind", "target") and len(values) > 1:
            report(f"{where}: {len(values)} values of {name}, only {values[0]!r} is kept")


class _Entities:
    """The page's entities, and those that its regions name besides."""

    def __init__(self, given: Iterable[Entity] | None) -> None:
        self.found = list(given or [])

    def named(self, name: str) -> Entity | None:
        """The entity that a region calls by its id or name."""
        by_id = (entity for entity in self.found if entity.id == name)
        return next(by_id, None) or next((entity for entity in self.found if entity.name == name), None)

    def of(self, region: Region, text: str, report: Report) -> Entity | None:
        """The entity of a mention; one that only its kind is said of has the name that stands there."""
        named, kind = region.one("entity"), region.one("kind")
        if named is not None:
            found = self.named(named)
            if found is not None and kind not in (None, found.kind):
                where = f"{region.kind} {region.start}-{region.end}"
                report(f"{where}: {found.name!r} is of kind {found.kind!r}, so {kind!r} is not kept")
        elif kind is not None:
            named = text[region.start : region.end]
            found = next((entity for entity in self.found if (entity.name, entity.kind) == (named, kind)), None)
        else:
            return None
        if found is None:
            taken = {entity.id for entity in self.found}
            number = next(n for n in range(1, len(taken) + 2) if f"e{n}" not in taken)
            found = Entity(id=f"e{number}", name=named)
            if kind is not None:
                found.kind = kind
            self.found.append(found)
        return found


_Named = tuple[Mention, str]  # and what it names: its entity, else what stands there


def _mentions(page: Page, entities: _Entities, report: Report) -> tuple[list[Mention], dict[str, _Named]]:
    """The mentions in text order, and what each region has become."""
    regions = [region for region in page.regions if region.kind == MENTION]
    entity_of = {region.id: entities.of(region, page.text, report) for region in regions}
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
    named = {id: entity.name for id, entity in entity_of.items() if entity is not None}
    return list(made.values()), {r.id: (made[keys[r.id]], named.get(r.id, page.text[r.start : r.end])) for r in regions}


def _links(page: Page, report: Report) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """By region with a stance the mentions of its holders, and those that an issue is about; no other link is kept."""
    regions = {region.id: region for region in page.regions}
    holders: defaultdict[str, list[str]] = defaultdict(list)
    about: defaultdict[str, list[str]] = defaultdict(list)
    for link in page.links:
        source, target = regions[link.source], regions[link.target]
        bearer, named = (source, target) if link.label == ABOUT else (target, source)
        if bearer.kind == SENTENCE or "stance" not in bearer.values:
            why = f"{bearer.kind} {bearer.start}-{bearer.end} has no stance toward a target"
        elif named.kind != MENTION:
            why = f"{named.kind} {named.start}-{named.end} is no mention"
        elif link.label == ABOUT and bearer.kind != ISSUE:
            why = f"{bearer.kind} {bearer.start}-{bearer.end} is no issue"
        else:
            (about if link.label == ABOUT else holders)[bearer.id].append(named.id)
            continue
        report(f"relation {link.label!r}: {why}")
    return holders, about


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
    region: Region, about: list[_Named], holders: list[_Named], entities: _Entities, report: Report
) -> Stance | None:
    """The stance of a region about a mention, or of an issue about any number of them, or none."""
    where = f"stance at {region.start}-{region.end}"
    if len(region.values["stance"]) > 1:
        report(f"{where}: {len(region.values['stance'])} labels, only {region.values['stance'][0]!r} is kept")
    if len(about) > 1:
        report(f"{where}: it is about {len(about)} mentions, only the first is kept")
    target = region.one("target")
    if region.kind == ISSUE and (named := region.one("entity")) is not None:
        entity = entities.named(named)
        named = named if entity is None else entity.name
        if target not in (None, named):
            report(f"{where}: its target is {target!r}, so entity {named!r} is not kept")
        target = target or named
    if target is None and about:
        target = about[0][1]
    if target is None:
        report(f"{where}: no target is named")
        return None
    fields: dict[str, Any] = {"target": target, "label": region.values["stance"][0]}
    if about:
        fields["mention"] = about[0][0].id
    written, by = region.values.get("holder", []), region.values.get("by", [])
    if holders:
        fields["holder"] = Holder(mention=holders[0][0].id)
    elif written:
        fields["holder"] = Holder(name=written[0])
    elif AUTHOR in by:
        fields["holder"] = None
    if (count := len(holders) + len(written) + (AUTHOR in by)) > 1:
        report(f"{where}: {count} holders, only the first is kept")
    for value in by:
        if value != AUTHOR:
            report(f"{where}: by {value!r}, which is not {AUTHOR!r}")
    if region.values.get("tags") or "tags" in region.values.get("none_of", []):
        fields["tags"] = _distinct(region.values.get("tags", []))
    return Stance(**fields)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
