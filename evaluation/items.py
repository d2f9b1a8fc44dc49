"""From matched articles to scored items: one a label, with what was predicted for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ..data.labels import SIDES
from ..data.schema import Article, Sentence, Span, Stance
from .matching import MatchError, Pair, grouped_mentions, iter_sentences, match_spans, overlap

ROUNDED = 0.05  # by how much the sum of probabilities may miss 1
TaskName = Literal["topic", "sentence_stance", "target_stance"]
TASKS: tuple[TaskName, ...] = ("topic", "sentence_stance", "target_stance")


@dataclass(frozen=True)
class Item:
    """One label and its prediction."""

    article: int  # number of its pair
    sentence: int  # index in the labelled article
    gold: tuple[str, ...]  # the labels of which each is right: several topics of equal weight
    predicted: str | None  # None: nothing was predicted for it
    probabilities: Mapping[str, float] | None = None
    abstained: bool = False
    target: str | None = None
    tags: tuple[str, ...] = ()


@dataclass
class Counts:
    """What was matched, over all pairs."""

    sentences: int = 0
    sentences_missed: int = 0
    sentences_invented: int = 0
    mentions: int = 0
    mentions_missed: int = 0
    mentions_invented: int = 0


@dataclass
class MentionHits:
    """One entry a mention: 1 if it was matched; and the article's number."""

    recalled: list[tuple[int, bool, bool]] = field(default_factory=list)  # article, found, is a name
    precise: list[tuple[int, bool]] = field(default_factory=list)  # article, is labelled


@dataclass
class Collected:
    items: dict[TaskName, list[Item]]
    counts: Counts
    mentions: MentionHits


def collect(pairs: Sequence[Pair], labels: Mapping[str, str]) -> Collected:
    """The items of all tasks. ``labels`` maps predicted labels to those of the gold.

    Raises MatchError where predicted and gold labels cannot be the same set.
    """
    found = Collected({task: [] for task in TASKS}, Counts(), MentionHits())
    for number, pair in enumerate(pairs):
        _mentions(number, pair, found)
        answered = list(iter_sentences(pair))
        found.counts.sentences += len(answered)
        found.counts.sentences_missed += sum(there is None for _, there in answered)
        found.counts.sentences_invented += _invented(pair, {there for _, there in answered})
        for here, there in answered:
            gold = (pair.gold.sentences or [])[here]
            predicted = None if there is None else (pair.predicted.sentences or [])[there]
            for task, item in _sentence(number, here, pair, gold, predicted, labels):
                found.items[task].append(item)
    for task, items in found.items.items():
        _same_labels(task, items)
    return found


def _invented(pair: Pair, answers: set[int | None]) -> int:
    """Predicted sentences that answer no labelled one though they share text with one: of text without labels nobody
    has said how it is cut."""
    gold, predicted = pair.gold.sentences or [], pair.predicted.sentences or []
    others = [sentence for at, sentence in enumerate(predicted) if at not in answers]
    return sum(any(overlap(sentence, own) > 0 for own in gold) for sentence in others)


def _sentence(
    number: int, here: int, pair: Pair, gold: Sentence, predicted: Sentence | None, labels: Mapping[str, str]
) -> Iterator[tuple[TaskName, Item]]:
    chances = (predicted.probabilities or {}) if predicted else {}
    silent = (predicted.abstained or []) if predicted else []
    if gold.topics:
        best = labels.get(predicted.topics[0], predicted.topics[0]) if predicted and predicted.topics else None
        yield (
            "topic",
            Item(number, here, tuple(gold.topics), best, _mapped(chances.get("topics"), labels), "topics" in silent),
        )
    if gold.stance is not None:
        side = predicted.stance if predicted else None
        own = None if side is None else labels.get(side, side)
        yield (
            "sentence_stance",
            Item(
                number, here, (gold.stance,), own, _mapped(chances.get("stance"), labels), "stance" in silent,
                tags=tuple(gold.tags or ()),
            ),
        )  # fmt: skip
    answers = _answers(pair, gold, predicted)
    for stance, answer in zip(gold.stances or [], answers, strict=True):
        yield (
            "target_stance",
            Item(
                number,
                here,
                (stance.label,),
                None if answer is None else labels.get(answer.label, answer.label),
                None if answer is None else _mapped(answer.probabilities, labels),
                bool(answer and answer.abstained),
                stance.target,
                tuple(stance.tags or ()),
            ),
        )


def _answers(pair: Pair, gold: Sentence, predicted: Sentence | None) -> list[Stance | None]:
    """For each labelled stance the predicted one toward the same target: by any of its mentions in the sentence, or
    where there is no mention by its name."""
    wanted = gold.stances or []
    answers: list[Stance | None] = [None] * len(wanted)
    if predicted is None:
        return answers
    offered = predicted.stances or []
    there = [_spans(pair.predicted, predicted, stance) for stance in offered]
    shares = []
    for at, stance in enumerate(wanted):
        here = _spans(pair.gold, gold, stance)
        for other, spans in enumerate(there):
            share = max((overlap(a, b) for a in here for b in spans), default=0.0)
            named = stance.target.casefold() == offered[other].target.casefold()
            if share >= 0.5 or (named and not (here and spans)):
                alike = _holder(pair.gold, stance) == _holder(pair.predicted, offered[other])
                shares.append((-share, not alike, at, other))
    taken: set[int] = set()
    for _, _, at, other in sorted(shares):
        if answers[at] is None and other not in taken:
            answers[at] = offered[other]
            taken.add(other)
    return answers


def _holder(article: Article, stance: Stance) -> str | None:
    """The holder's words, None for the author and for nobody named."""
    if stance.holder is None:
        return None
    mention = next((m for m in article.mentions or [] if m.id == stance.holder.mention), None)
    return (mention.of(article.text) if mention else stance.holder.name or "").casefold()


def _spans(article: Article, sentence: Sentence, stance: Stance) -> list[Span]:
    mention = next((m for m in article.mentions or [] if m.id == stance.mention), None)
    if mention is None:
        return []
    return grouped_mentions(article, mention, sentence) or [mention]


def _mapped(chances: Mapping[str, float] | None, labels: Mapping[str, str]) -> dict[str, float] | None:
    if not chances:
        return None
    total = sum(chances.values())
    if all(0 <= chance <= 1 for chance in chances.values()) and abs(total - 1) > ROUNDED:
        return None  # of the answer alone, for one: it says how sure a system is, but not of what else
    mapped: Counter[str] = Counter()
    for label, chance in chances.items():
        mapped[labels.get(label, label)] += chance  # type: ignore[assignment]
    return dict(mapped)


def _mentions(number: int, pair: Pair, found: Collected) -> None:
    """Where the gold says nothing of mentions, none is missed and none invented."""
    if pair.gold.mentions is None:
        return
    gold = sorted(pair.gold.mentions, key=lambda m: (m.start, m.end))
    predicted = sorted(pair.predicted.mentions or [], key=lambda m: (m.start, m.end))
    matched = match_spans(gold, predicted)
    hit = set(matched.values())
    judged = [True] * len(predicted)
    if pair.gold.sentences is not None:  # of other sentences nobody has said which mentions they have
        spans = [(sentence.start, sentence.end) for sentence in pair.gold.sentences]
        judged = [at in hit or any(a <= m.start < b for a, b in spans) for at, m in enumerate(predicted)]
    found.counts.mentions += len(gold)
    found.counts.mentions_missed += len(gold) - len(matched)
    found.counts.mentions_invented += sum(judged) - len(hit)
    for here, mention in enumerate(gold):
        found.mentions.recalled.append((number, here in matched, is_name(mention.of(pair.gold.text))))
    found.mentions.precise += [(number, there in hit) for there in range(len(predicted)) if judged[there]]


_PRONOUNS = """
    i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours
    ourselves they them their theirs themselves who whom whose that this these those one
"""
PRONOUNS = frozenset(_PRONOUNS.split())


def is_name(text: str) -> bool:
    """Whether a mention names what it means: it holds a capital letter and is no pronoun."""
    return text.casefold() not in PRONOUNS and any(character.isupper() for character in text)


def label_set(items: Iterable[Item]) -> list[str]:
    """All labels, gold and predicted: stances from against to favor, others by how often they are right."""
    count: Counter[str] = Counter()
    for item in items:
        count.update(item.gold)
        if item.predicted is not None:
            count[item.predicted] += 0
        for label in item.probabilities or {}:
            count[label] += 0
    if all(label.casefold() in SIDES for label in count):
        return sorted(count, key=lambda label: (SIDES[label.casefold()], label))
    return sorted(count, key=lambda label: (-count[label], label))


def _same_labels(task: str, items: Sequence[Item]) -> None:
    """Refuses predictions that could never be right, since their labels are called otherwise."""
    gold = {label for item in items for label in item.gold}
    known = {label for item in items for label in item.probabilities or {}}
    observed = {item.predicted for item in items if item.predicted is not None}
    offered = known or observed
    unknown, surplus = sorted(gold - offered), sorted(offered - gold)
    sides = all(label.casefold() in SIDES for label in gold | offered)
    # Results that say "favor" alone may be wrong each time; "agree" beside "favor" is another name for it
    twins = [(b, a) for a in unknown for b in surplus if sides and SIDES[a.casefold()] == SIDES[b.casefold()]]
    foreign = (known and unknown) or (not sides and not gold & offered)
    if not offered or not gold or not (twins or foreign):
        return
    pairs = twins or [(surplus[0] if surplus else "PREDICTED", unknown[0])]
    raise MatchError(
        f"{task}: the labels {', '.join(unknown)} are never predicted, which has {', '.join(sorted(offered))}: "
        f"say which stands for which with {' '.join(f'--map {left}={right}' for left, right in pairs)}"
    )


def as_arrays(items: Sequence[Item], labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """int64 [items] gold and predicted: of several right labels the predicted one if it is among them, else the first;
    ``len(labels)`` where nothing was predicted."""
    number = {label: at for at, label in enumerate(labels)}
    gold = [number[item.predicted if item.predicted in item.gold else item.gold[0]] for item in items]  # type: ignore[index]
    predicted = [len(labels) if item.predicted is None else number[item.predicted] for item in items]
    return np.asarray(gold, dtype=np.int64), np.asarray(predicted, dtype=np.int64)


def probability_rows(items: Sequence[Item], labels: Sequence[str]) -> np.ndarray | None:
    """float64 [items, labels], None unless every item that was answered has probabilities; zeros where it was not."""
    if not any(item.probabilities for item in items):
        return None
    if any(item.predicted is not None and not item.probabilities for item in items):
        return None
    return np.asarray([[(item.probabilities or {}).get(label, 0.0) for label in labels] for item in items])
