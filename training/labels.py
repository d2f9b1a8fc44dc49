"""A user's label files → articles that can train: whole, split by article, with the label sets that they hold."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ..data.duplicates import NearDuplicates
from ..data.labels import SIDES
from ..data.schema import Article, Mention, Sentence, Stance, text_hash
from ..data.sentences import split_sentences
from ..evaluation.matching import read_gold
from .options import HEADS, TrainOptions

LEAST = 10  # articles
MOST_ISSUES = 8  # targets that sentences do not name; each takes room in every window
PARTS = ("train", "dev", "test")
SPLITS = {"train": "train", "test": "test", **dict.fromkeys(("dev", "val", "valid", "validation"), "dev")}


class LabelsError(ValueError):
    """Labels that cannot train: the message says what is wrong and what to do."""


@dataclass
class Labelled:
    """What a run learns from and is measured on."""

    train: list[Article]
    dev: list[Article]
    test: list[Article]
    heads: tuple[str, ...]  # of HEADS, that have labels and were asked for
    stances: list[str]
    topics: list[str]
    issues: list[str]  # targets on which sentences are judged that do not name them
    own_split: bool = False  # whether the labels brought all of it
    warnings: list[str] = field(default_factory=list)


def read_labelled(paths: Sequence[Path], options: TrainOptions, former: Mapping[str, str] | None = None) -> Labelled:
    """Read, check and split. Raises LabelsError or ValueError for labels that cannot train.

    ``former`` says in which part of the split the model that the run starts from had a text, by the text's hash: what
    trained it must not measure the new one.
    """
    found, skipped = read_gold(paths)
    where = ", ".join(map(str, paths))
    issues = _issues(found.values(), where) if not options.tasks or "stance" in options.tasks else []
    articles = [made for article in found.values() if (made := completed(article, issues)).sentences]
    left_out = list(_left_out(articles))
    articles = [_without_outside(article) for article in articles]
    held = [head for head in HEADS if any(_labels(head, article) for article in articles)]
    heads = tuple(head for head in HEADS if head in (options.tasks or held))
    if absent := [head for head in heads if head not in held]:
        raise LabelsError(f"{where}: no labels for the task {absent[0]}: only for {', '.join(held) or 'none'}")
    if not heads:
        raise LabelsError(f"{where}: no labels of topics or stances to learn from")
    articles = [article for article in articles if any(_labels(head, article) for head in heads)]
    if len(articles) < LEAST:
        raise LabelsError(
            f"{where}: {len(articles)} articles with labels, and at least {LEAST} are needed to learn, choose and "
            "measure"
        )
    sets = {head: _label_set(head, articles, where) for head in heads}
    stances = _one_set([sets[head] for head in ("stance", "sentence_stance") if head in sets], where)
    labelled = Labelled([], [], [], heads, stances, sets.get("topic", []), issues if "stance" in heads else [])
    labelled.own_split = {SPLITS.get((article.split or "").casefold()) for article in articles} == set(PARTS)
    labelled.warnings = [f"{skip.path}:{skip.line or 1}: {skip.reason}" for skip in skipped]
    labelled.warnings += left_out
    groups = _groups(articles)
    labelled.train, labelled.dev, labelled.test = _split(articles, groups, heads, options, former or {})
    _refuse_empty(labelled, where)
    labelled.warnings += _missing(labelled)
    labelled.warnings += _leaks(labelled, groups, former or {})
    return labelled


def completed(article: Article, issues: Sequence[str] = ()) -> Article:
    """With the sentences that nobody has labelled, which are the context of the others, and mentions for the targets
    that are given by name alone. A topic of the whole article is that of its sentences where none are marked."""
    own = article.sentences or []
    others = [
        Sentence(start=span.start, end=span.end)
        for span in split_sentences(article.text, article.ignored)
        if not any(span.start < each.end and each.start < span.end for each in own)
    ]
    sentences = sorted([*own, *others], key=lambda sentence: sentence.start)
    if article.topics and not any(sentence.topics for sentence in own):
        sentences = [sentence.model_copy(update={"topics": article.topics}) for sentence in sentences]
    mentions = list(article.mentions or [])
    made = [_with_mentions(article.text, sentence, mentions, issues) for sentence in sentences]
    return article.model_copy(update={"sentences": made, "mentions": mentions})


def only(article: Article, heads: Iterable[str]) -> Article:
    """Without the labels of other tasks."""
    fields = {"topic": "topics", "sentence_stance": "stance", "stance": "stances"}
    dropped = {field: None for head, field in fields.items() if head not in set(heads)}
    return article.model_copy(
        update={"sentences": [each.model_copy(update=dropped) for each in article.sentences or []]}
    )


def _with_mentions(text: str, sentence: Sentence, mentions: list[Mention], issues: Sequence[str]) -> Sentence:
    stances = []
    for stance in sentence.stances or []:
        at = _named(text, sentence, stance)
        if stance.mention is None and stance.target not in issues and at is not None:
            mentions.append(Mention(id=f"named:{len(mentions)}", start=at, end=at + len(stance.target)))
            stance = stance.model_copy(update={"mention": mentions[-1].id})
        stances.append(stance)
    return sentence if sentence.stances is None else sentence.model_copy(update={"stances": stances})


def _named(text: str, sentence: Sentence, stance: Stance) -> int | None:
    """Where the sentence has its target's name, in any case."""
    found = re.compile(rf"(?<!\w){re.escape(stance.target)}(?!\w)", re.IGNORECASE).search(
        text, sentence.start, sentence.end
    )
    return found.start() if found else None


def _issues(articles: Iterable[Article], where: str) -> list[str]:
    """The targets without mentions that some sentence does not name. Raises LabelsError for too many."""
    unnamed: Counter[str] = Counter()
    for article in articles:
        for sentence in article.sentences or []:
            for stance in sentence.stances or []:
                if stance.mention is None and _named(article.text, sentence, stance) is None:
                    unnamed[stance.target] += 1
    if len(unnamed) > MOST_ISSUES:
        raise LabelsError(
            f"{where}: stances toward {len(unnamed)} targets have no mention, and their sentences do not name them, "
            f"such as {unnamed.most_common(1)[0][0]!r}: mark the mentions, or keep at most {MOST_ISSUES} such targets"
        )
    return sorted(unnamed, key=lambda name: (-unnamed[name], name))


def _labels(head: str, article: Article) -> list[str]:
    found: list[str] = []
    for sentence in article.sentences or []:
        if head == "topic":
            found += sentence.topics or []
        elif head == "sentence_stance":
            found += [sentence.stance] if sentence.stance else []
        else:
            found += [stance.label for stance in sentence.stances or []]
    return found


def _label_set(head: str, articles: Sequence[Article], where: str) -> list[str]:
    counts = Counter(label for article in articles for label in _labels(head, article))
    if len(counts) < 2:
        (label,) = counts
        raise LabelsError(f"{where}: every label of the task {head} is {label!r}: there is nothing to tell apart")
    if all(label.casefold() in SIDES for label in counts):
        return sorted(counts, key=lambda label: (SIDES[label.casefold()], label))
    return sorted(counts, key=lambda label: (-counts[label], label))


def _one_set(sets: Sequence[list[str]], where: str) -> list[str]:
    """That of targets and of sentences. Raises LabelsError where they use other names for the same."""
    union = list(dict.fromkeys(label for labels in sets for label in labels))
    if not all(label.casefold() in SIDES for label in union):
        return union
    sides = Counter(SIDES[label.casefold()] for label in union)
    if max(sides.values(), default=1) > 1:
        raise LabelsError(
            f"{where}: one stance has several names among {', '.join(union)}: use one name for each, or train one of "
            "the tasks with --tasks"
        )
    return sorted(union, key=lambda label: SIDES[label.casefold()])


def _groups(articles: Sequence[Article]) -> dict[str, str]:
    """Article id → id of the earliest article that it nearly copies, or its own: copies stay in one part."""
    groups: dict[str, str] = {}
    with closing(NearDuplicates()) as seen:
        for article in sorted(articles, key=lambda a: a.id):
            copied = seen.check(article.id, article.text)
            groups[article.id] = groups[copied] if copied else article.id
    return groups


def _split(
    articles: Sequence[Article],
    groups: Mapping[str, str],
    heads: Sequence[str],
    options: TrainOptions,
    former: Mapping[str, str],
) -> Iterator[list[Article]]:
    """The labels' own split as far as they bring one, then that of the model to start from, else drawn by article, so
    that rare labels are in every part."""
    known: dict[str, str] = {}  # group → its part, where the former split or a copy's own says it; train counts first
    for part in PARTS:
        for article in articles:
            own = SPLITS.get((article.split or "").casefold())
            if former.get(text_hash(article.text)) == part or own == part != "train":
                known.setdefault(groups[article.id], part)
    parts: dict[str, list[Article]] = {part: [] for part in PARTS}
    brought = {SPLITS.get((article.split or "").casefold()) for article in articles}
    free = []
    for article in articles:
        own = SPLITS.get((article.split or "").casefold())
        if own in (None, "train") and groups[article.id] not in known:
            free.append(article)
        else:
            parts[own or known[groups[article.id]]].append(article)
    generator = random.Random(options.seed)
    wanted = {"test": options.test_share * len(free), "dev": options.dev_share * len(free)}
    for part, count in wanted.items():
        if part not in brought and free:
            free, drawn = _drawn(free, groups, heads, min(0.5, count / len(free)), generator)
            parts[part] += drawn
    parts["train"] += free
    yield from parts.values()


def _drawn(
    articles: Sequence[Article],
    groups: Mapping[str, str],
    heads: Sequence[str],
    share: float,
    generator: random.Random,
) -> tuple[list[Article], list[Article]]:
    """The articles that stay, and a share of them that goes, of each rarest label alike, copies together."""
    spread: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for article in articles:
        spread[groups[article.id]] |= {(head, label) for head in heads for label in _labels(head, article)}
    counts = Counter(key for keys in spread.values() for key in keys)
    by_rarest: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(spread):
        by_rarest[min(spread[name], key=lambda key: (counts[key], key), default=("", ""))].append(name)
    gone: set[str] = set()
    owed = 0.0
    for key in sorted(by_rarest):
        names = by_rarest[key]
        generator.shuffle(names)
        owed += share * len(names)
        taken = max(0, min(len(names) - 1, max(int(owed), 1 if len(names) > 3 else 0)))
        gone.update(names[:taken])
        owed -= taken
    return [a for a in articles if groups[a.id] not in gone], [a for a in articles if groups[a.id] in gone]


def _is_outside(sentence: Sentence, stance: Stance, mentions: Mapping[str, Mention]) -> bool:
    mention = mentions.get(stance.mention or "")
    return mention is not None and not sentence.start <= mention.start < sentence.end


def _without_outside(article: Article) -> Article:
    """Without the stances whose mention stands in another sentence, which cannot be learned from."""
    mentions = {mention.id: mention for mention in article.mentions or []}
    sentences = [
        each
        if each.stances is None
        else each.model_copy(update={"stances": [s for s in each.stances if not _is_outside(each, s, mentions)]})
        for each in article.sentences or []
    ]
    return article.model_copy(update={"sentences": sentences})


def _left_out(articles: Sequence[Article]) -> Iterator[str]:
    """What of the labels is not used as it stands."""
    odd = Counter(a.split for a in articles if a.split and a.split.casefold() not in SPLITS)
    for name, count in odd.items():
        yield f"{count} articles have the split {name!r}, which is none of {', '.join(SPLITS)}: they are split anew"
    for article in articles:
        mentions = {mention.id: mention for mention in article.mentions or []}
        for index, sentence in enumerate(article.sentences or []):
            for stance in sentence.stances or []:
                if _is_outside(sentence, stance, mentions):
                    yield (
                        f"{article.id}: sentences[{index}]: the stance toward {stance.target!r} is left out: its "
                        "mention stands in another sentence"
                    )


def _leaks(labelled: Labelled, groups: Mapping[str, str], former: Mapping[str, str]) -> Iterator[str]:
    """What makes the figures too good, where the labels' own split allows it."""
    learned = {groups[article.id] for article in labelled.train}
    for part in ("dev", "test"):
        articles: list[Article] = getattr(labelled, part)
        if copies := [article.id for article in articles if groups[article.id] in learned]:
            yield f"{part}: {len(copies)} articles nearly copy articles of the train part, such as {copies[0]!r}"
        if seen := [article.id for article in articles if former.get(text_hash(article.text)) == "train"]:
            yield f"{part}: {len(seen)} articles have trained the model to start from, such as {seen[0]!r}"


def _refuse_empty(labelled: Labelled, where: str) -> None:
    """Raises LabelsError for a part of the split that has nothing to learn from or to measure on."""
    for head in labelled.heads:
        for part in PARTS:
            held = {label for article in getattr(labelled, part) for label in _labels(head, article)}
            if len(held) < (2 if part == "train" else 1):
                only_one = f"only {held.pop()!r}" if held else "no labels"
                raise LabelsError(
                    f"{where}: the {part} part of the split has {only_one} for the task {head}: label more articles, "
                    "bring another split, or leave the task out with --tasks"
                )


def _missing(labelled: Labelled) -> Iterator[str]:
    """What cannot be learned or measured as the labels are split."""
    for head in labelled.heads:
        held = {part: Counter(x for a in getattr(labelled, part) for x in set(_labels(head, a))) for part in PARTS}
        for label in labelled.topics if head == "topic" else labelled.stances:
            if not held["train"][label]:
                yield f"{head}: no article of the train part has the label {label!r}: it cannot be learned"
            for part in ("dev", "test"):
                if not held[part][label]:
                    yield f"{head}: no article of the {part} part has the label {label!r}: its figures leave it out"
