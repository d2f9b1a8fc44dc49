"""python -m stancelens.benchmarks.seesaw --data DIR [--models base,small] [--split test] [--json FILE]

Stance toward names in SEESAW's articles, a set that measures and trains nothing. An article is read whole, with its
sentences and the places of its names given. An item is a sentence with an entity that it names: favor or against where
the set marks a stance toward it, whoever holds it; neutral where it marks none, though the entity is holder or target
of a stance somewhere in the article.

SEESAW gives canonical names without places. An entity is taken to be named where the text has its name, or a short form
that fits no other entity of the article (`short_forms`). "He", "the president" and issues, which have no capital
letter, are no names; their triplets are left out and counted. So are targets that a sentence is both for and against:
nearly always two holders are at odds (in train and valid, 191 of 193 times), which no single label tells.

SEESAW's readers infer stances from the context and count deeds, such as a rival candidacy or a lawsuit; where this
package's guideline calls that neutral, the figures are lower for it. `polar` leaves this out: among the items that have
a sign, which of favor and against is the likelier. Intervals: 95%, 1,000 resamples of the articles. The rules for names
were made on train and valid (here dev), whose keys start with `seesaw.train` and `seesaw.dev`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.drafts import Skipped
from ..data.importers.seesaw import UNLISTED, read_seesaw
from ..data.schema import Article, Entity, Span
from ..evaluation.intervals import RESAMPLES, SEED, mean_interval
from ..inference.names import PERSON, folded, initials, read_name, without_article
from ..inference.targets import Listed, group
from ..models.export import exported
from ..models.runtime import Runtime
from .accuracy import PERCENT, read, stances
from .arguments import model_parser, parsed
from .figures import Figures, Items, print_head, write_json

SIGNS = ("against", "favor")
# What news calls them where no rule leads there
USUAL = {
    "Republican Party": ("Republicans", "GOP"),
    "Democratic Party": ("Democrats",),
    "Affordable Care Act": ("Obamacare",),
    "Islamic State": ("ISIS", "ISIL"),
}
# Last words of groups and bodies that the set's readers took for people
_BODIES = "party democrats republicans americans senators caucus states congress senate house"
BODIES = frozenset(_BODIES.split())
_SUFFIX = re.compile(r",? (?:jr|sr|ii|iii)\.?\Z", re.I)
_COUNTRY = re.compile(r"\AUnited States (?=[A-Z])| of the United States\Z")
_OFFICE = re.compile(r"\ADepartment of (?:the )?(\w+)\Z")
_BEFORE = re.compile(r"(?:[A-Z][\w.-]* )+\Z")  # words with a capital right before a name
_BEHIND = re.compile(r"[-–]\w| (?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b)[A-Z]")  # but "Obama Tuesday said"
_LOWER = re.compile(r"(?<!\w)[a-z]\w*")


@dataclass(frozen=True)
class Item:
    """An entity that a sentence names."""

    article: str
    sentence: int
    target: str
    spans: list[Span]  # all its places in the sentence
    label: str


@dataclass
class Counts:
    """What became of the triplets; and of the targets that a sentence names."""

    triplets: int = 0
    unlisted: int = 0  # triplets toward what is not in the set's list of entities
    unnamed: int = 0  # triplets toward an entity that their sentence does not name
    issues: int = 0  # of these, those whose words stand there but are no name
    both_signs: int = 0  # named targets of a sentence that is for and against them

    def add(self, other: Counts) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def read_split(path: Path, split: str) -> Iterator[tuple[Article, int]]:
    """The articles of a split, each with the number of its triplets whose target is not in the set's list."""
    skipped: list[Skipped] = []
    for article in read_seesaw(path, skipped.append):  # reports what it skips of an article before the article
        if article.split == split:
            yield article, sum(f"target {UNLISTED!r}" in one.reason for one in skipped)
        skipped.clear()


def surname(entity: Entity) -> str | None:
    """The last word of a person's name, with a capital: the set writes persons whom it does not know in lower case."""
    words = _SUFFIX.sub("", entity.name).split()
    if entity.kind != "People" or not 2 <= len(words) <= 4 or "of" in words or words[-1].lower() in BODIES:
        return None
    alike = words[0][0].isupper() == words[-1][0].isupper()  # unlike "Republican lawmakers"
    return words[-1][0].upper() + words[-1][1:] if alike else None


def short_forms(entity: Entity) -> list[str]:
    """What may stand for the name: a surname; an acronym; "Supreme Court", "Justice Department" without the country."""
    if last := surname(entity):
        return [last]
    short = _COUNTRY.sub("", entity.name)
    office = _OFFICE.sub(r"\1 Department", short)
    acronyms = {form for form in initials(entity.name) | initials(short) if len(form) > 2 or form == "US"}
    found = [short, office, *sorted(acronyms), *USUAL.get(entity.name, ())]
    return [form for form in dict.fromkeys(found) if form != entity.name]


def named(article: Article) -> list[dict[str, list[Span]]]:
    """For every sentence the entities that it names, with their places; of overlapping names the longest counts."""
    entities = {entity.name: entity for entity in article.entities or []}
    short = {name: short_forms(entity) for name, entity in entities.items()}
    owners = Counter(form for name, forms in short.items() for form in {folded(each) for each in (name, *forms)})
    listed = [Listed(name, tuple(f for f in forms if owners[folded(f)] == 1)) for name, forms in short.items()]
    grouped, mentions = group(article.text, [], listed)
    names = {entity.id: entity.name for entity in grouped}
    lower = set(_LOWER.findall(article.text))
    rows: list[dict[str, list[Span]]] = []
    for sentence in article.sentences or []:
        rows.append({})
        for mention in mentions:
            name = names[mention.entity or ""]
            inside = sentence.start <= mention.start and mention.end <= sentence.end
            if inside and is_named(entities[name], article.text, sentence, mention, lower):
                rows[-1].setdefault(name, []).append(mention)
    return rows


def is_named(entity: Entity, text: str, sentence: Span, place: Span, lower: set[str]) -> bool:
    """Whether the words there are a name, and no part of another: neither "Bill Clinton" nor "Clinton Foundation" names
    Hillary Clinton. ``lower``: the article's words in lower case; a capital of these ("But") begins no name."""
    name, before, behind = place.of(text), text[sentence.start : place.start], text[place.end : sentence.end]
    if entity.name.islower():  # an issue, or a name that the set does not know; one word can be a sentence's first
        words = name.split()
        proper = all(word[0].isupper() for word in words) and (len(words) > 1 or surname(entity) is not None)
    else:
        proper = without_article(name)[0].isupper()
    if not proper or before.endswith(("-", "–")) or _BEHIND.match(behind):
        return False
    found = _BEFORE.search(before)
    in_full = " " in name and folded(name) == folded(entity.name)  # what stands before it is a title ("Speaker")
    if found is None or in_full:
        return True
    run = found[0].split()
    title = (run[-1].endswith(".") and len(run[-1]) > 2) or read_name(f"{run[-1]} {name}", PERSON)[0] == name
    own_first_name = entity.name.split()[0].lower() in [word.lower() for word in run]
    return title or own_first_name or run[-1].lower() in lower


def items_of(article: Article) -> tuple[list[Item], Counts]:
    """The article's items in text order. The counts hold no unlisted targets, which its record does not have."""
    items, counts = [], Counts()
    for index, (sentence, names) in enumerate(zip(article.sentences or [], named(article), strict=True)):
        signs: dict[str, set[str]] = {}
        for stance in sentence.stances or []:
            counts.triplets += 1
            counts.unnamed += stance.target not in names
            counts.issues += stance.target not in names and stance.mention is not None
            signs.setdefault(stance.target, set()).add(stance.label)
        for name, spans in names.items():
            marked = signs.get(name, {"neutral"})
            counts.both_signs += len(marked) > 1
            if len(marked) == 1:
                items.append(Item(article.id, index, name, spans, *marked))
    return items, counts


def load(data: Path, split: str) -> tuple[list[tuple[Article, list[Item]]], Counts]:
    """The articles of a split with their items, and the counts of all."""
    articles, counts = [], Counts()
    for article, unlisted in read_split(data / "articles" / "seesaw" / "articles.jsonl.gz", split):
        items, own = items_of(article)
        articles.append((article, items))
        counts.add(own)
        counts.add(Counts(triplets=unlisted, unlisted=unlisted))
    return articles, counts


def polar(items: Items, labels: list[str]) -> Items:
    """The items that have a sign, as 0 (against) and 1 (favor), with the probabilities of these two."""
    columns = [labels.index(sign) for sign in SIGNS]
    signed = Items()
    for gold, row, owner in zip(items.gold, items.probabilities, items.groups, strict=True):
        if gold in columns:
            signed.add(columns.index(gold), row[columns] / row[columns].sum(), owner)
    return signed


def measure(folder: Path, articles: list[tuple[Article, list[Item]]], prefix: str) -> dict[str, float]:
    """Every figure of one model."""
    runtime = Runtime(exported(folder))
    figures, found, labels = Figures(runtime.config.name), Items(), runtime.config.heads.stances
    for article, items in articles:
        rows = stances(runtime, read(runtime, article), [(item.sentence, item.spans) for item in items])
        for item, row in zip(items, rows, strict=True):
            found.add(labels.index(item.label), row, item.article)
    figures.add_macro_f1(f"{prefix}.target_stance.macro_f1", found)
    signs = polar(found, labels)
    figures.add_macro_f1(f"{prefix}.polar.macro_f1", signs)
    right = np.asarray(signs.probabilities).argmax(axis=1) == np.asarray(signs.gold)
    figures.add(f"{prefix}.polar.accuracy", mean_interval(100.0 * right, signs.groups, PERCENT), len(right))
    return figures.values


def main() -> None:
    parser = model_parser("Stance toward the names in SEESAW's articles.")
    parser.add_argument("--split", choices=("test", "dev", "train"), default="test")
    arguments, folders = parsed(parser)
    articles, counts = load(arguments.data, arguments.split)
    labels = Counter(item.label for _, items in articles for item in items)
    print(f"{len(articles)} articles of {arguments.split}. Items: {', '.join(f'{n:,} {x}' for x, n in labels.items())}")
    print(
        f"Triplets: {counts.triplets:,}; toward what is not listed {counts.unlisted:,}, not named in the sentence "
        f"{counts.unnamed:,} (of these, words of it but no name {counts.issues:,}). Named targets with both signs, "
        f"left out: {counts.both_signs:,}"
    )
    print_head(f"95% intervals: bootstrap, bias taken out, {RESAMPLES:,} resamples, seed {SEED}. n: items, not groups")
    prefix = "seesaw" if arguments.split == "test" else f"seesaw.{arguments.split}"
    values: dict[str, float] = {f"{prefix}.n.{label}": labels[label] for label in ("against", "neutral", "favor")}
    values |= {f"{prefix}.n.{name}": n for name, n in vars(counts).items()}
    for folder in folders:
        values |= measure(folder, articles, prefix)
        write_json(arguments.json, values)


if __name__ == "__main__":
    main()
