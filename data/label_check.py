"""What is wrong or doubtful inside one record of a label file."""

from __future__ import annotations

from collections.abc import Iterator

from .label_findings import Findings, Place, excerpt
from .labels import SIDES
from .schema import Article, Mention, Sentence, Stance


def check_record(article: Article, place: Place, findings: Findings) -> None:
    """Add the findings on one record, whose offsets are known to be inside its text."""
    mentions = {mention.id: mention for mention in article.mentions or []}
    _check_entities(article, place, findings)
    for index, sentence in enumerate(article.sentences or []):
        field = f"sentences[{index}]"
        _compare_with_targets(article, sentence, field, place, findings)
        for at, stance in enumerate(sentence.stances or []):
            _check_stance(article, sentence, stance, mentions, f"{field}.stances[{at}]", place, findings)
    _check_repeats(article, mentions, place, findings)
    _check_overlaps(article, place, findings)


def _check_entities(article: Article, place: Place, findings: Findings) -> None:
    ids = [entity.id for entity in article.entities or []]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            findings.error(
                "entity_id", place, f"entities[{number}].id", f"{name!r} occurs twice: give each entity its own id"
            )
    for number, mention in enumerate(article.mentions or []):
        if mention.entity is not None and article.entities is not None and mention.entity not in ids:
            findings.error(
                "entity_id", place, f"mentions[{number}].entity",
                f"no entity has the id {mention.entity!r}: add it to the entities, or correct it",
            )  # fmt: skip


def sides(sentence: Sentence, mentions: dict[str, Mention]) -> Iterator[tuple[tuple[str, int | None], int, Stance]]:
    """Each target stance with its index, and its target and where in the sentence that is named: equal in two copies
    of a sentence."""
    for at, stance in enumerate(sentence.stances or []):
        mention = mentions.get(stance.mention or "")
        yield (stance.target, mention.start - sentence.start if mention else None), at, stance


def _check_stance(
    article: Article,
    sentence: Sentence,
    stance: Stance,
    mentions: dict[str, Mention],
    field: str,
    place: Place,
    findings: Findings,
) -> None:
    mention = mentions.get(stance.mention or "")
    if mention and not (sentence.start <= mention.start and mention.end <= sentence.end):
        findings.doubt(
            "mention_outside", place, f"{field}.mention",
            f"{excerpt(mention.of(article.text))} ({mention.start}-{mention.end}) lies outside its sentence "
            f"({sentence.start}-{sentence.end}): name a mention of that sentence, or none",
        )  # fmt: skip
    if "holder" not in stance.model_fields_set and SIDES.get(stance.label.casefold()) != 0:
        findings.doubt(
            "no_holder", place, f"{field}.holder",
            f"{stance.label!r} toward {excerpt(stance.target)} does not say whose stance it is: "
            "add the holder, null for the author",
        )  # fmt: skip


def _compare_with_targets(article: Article, sentence: Sentence, field: str, place: Place, findings: Findings) -> None:
    """Neutral is no contradiction where targets differ: the sentence may balance them."""
    labels = sorted({stance.label for stance in sentence.stances or []})
    if sentence.stance is None or not labels or sentence.stance in labels:
        return
    if len(labels) == 1 or SIDES.get(sentence.stance.casefold()) != 0:
        findings.doubt(
            "sentence_and_targets", place, f"{field}.stance",
            f"{sentence.stance!r} is the stance toward none of its targets ({', '.join(map(repr, labels))}) in "
            f"{excerpt(sentence.of(article.text))}: correct the one or the other",
        )  # fmt: skip


def _check_repeats(article: Article, mentions: dict[str, Mention], place: Place, findings: Findings) -> None:
    """The same sentence, target and holder twice with two labels: at least one of them is wrong."""
    first: dict[tuple[str, tuple[str, int | None], str], tuple[str, str]] = {}
    for index, sentence in enumerate(article.sentences or []):
        text = " ".join(sentence.of(article.text).split())
        for target, at, stance in sides(sentence, mentions):
            field = f"sentences[{index}].stances[{at}].label"
            held = stance.holder
            holder = held.name or mentions[held.mention or ""].of(article.text) if held else ""
            label, where = first.setdefault((text, target, holder), (stance.label, field))
            if label != stance.label:
                findings.error(
                    "contradiction", place, field,
                    f"{stance.label!r} toward {excerpt(stance.target)} in {excerpt(text)}, which {where} labels "
                    f"{label!r}: keep one of them",
                )  # fmt: skip


def _check_overlaps(article: Article, place: Place, findings: Findings) -> None:
    """Each mention is compared with the one that reaches farthest among those that start before it."""
    farthest: Mention | None = None
    numbered = sorted(enumerate(article.mentions or []), key=lambda item: (item[1].start, -item[1].end))
    for index, mention in numbered:
        if mention.entity is None:
            continue
        if farthest and mention.start < farthest.end and mention.entity != farthest.entity:
            findings.doubt(
                "overlap", place, f"mentions[{index}]",
                f"{excerpt(mention.of(article.text))} of {mention.entity!r} overlaps "
                f"{excerpt(farthest.of(article.text))} of {farthest.entity!r}: keep the one that is meant",
            )  # fmt: skip
        if not farthest or mention.end > farthest.end:
            farthest = mention
