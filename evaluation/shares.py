"""Shares of a corpus ("38% of the sentences about X are against it"), corrected for the errors of who labelled it.

Every sentence of the corpus is predicted, and a simple random sample of them is labelled by a person. The share is that
of the predictions plus the mean error in the sample: prediction-powered inference (Angelopoulos et al. 2023, Science
382), which for a finite corpus is the difference estimator of survey sampling. Predictions count as far as they help,
between not at all and in full (the tuning of PPI++, Angelopoulos, Duchi and Zrnic 2023). A share of the sentences about
somebody is a ratio of two such means, with linearized variance (Cochran 1977, "Sampling Techniques", chapter 6). The
finite-population correction counts what the sample leaves open.

Errors are few where the classifier is good or the label rare, and then their variance is itself uncertain: Student's t
has the degrees of freedom that fit the variance's own variance (Satterthwaite 1946), from the kurtosis of the errors.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from scipy.special import stdtrit

from ..data.labels import STANCES
from ..data.sampling import Sampling
from ..data.schema import Article, Sentence, Span, load_articles, text_hash
from .label_queue import survey
from .matching import match_spans
from .result_schema import Share

LEAST = 30  # labelled sentences; with fewer, an interval says nothing
FEW = 10  # sentences that an interval should rest on
LEVEL = 0.95
TOWARD = {"against": "against it", "favor": "in favor of it"}  # other labels: "neutral toward it"


@dataclass(frozen=True)
class _Said:
    """The labels of one sentence; None is not annotated."""

    topics: frozenset[str] | None
    stance: frozenset[str] | None  # of one label
    toward: frozenset[tuple[str, str]] | None  # (key of a name, label)

    @property
    def about(self) -> frozenset[str]:
        return frozenset(name for name, _label in self.toward or ())


@dataclass
class _Corpus:
    """How many sentences have each predicted label."""

    sentences: int = 0
    topics: Counter[str] = field(default_factory=Counter)
    stance: Counter[str] = field(default_factory=Counter)
    toward: Counter[tuple[str, str]] = field(default_factory=Counter)
    about: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)  # as spelt → predicted stances toward it

    def add(self, sentence: Sentence, labels: Mapping[str, str]) -> None:
        said = _said(sentence, labels)
        self.sentences += 1
        self.topics.update(said.topics or ())
        self.stance.update(said.stance or ())
        self.toward.update(said.toward or ())
        self.about.update(said.about)
        self.names.update(stance.target for stance in sentence.stances or ())


class NoSharesError(ValueError):
    """Labels that shares cannot be corrected by: the message says why and what to do."""


def corrected_shares(
    results: Path,
    gold: Sequence[Article],
    sampling: Sampling | None,
    targets: int = 10,
    labels: Mapping[str, str] = MappingProxyType({}),
) -> list[Share]:
    """Shares of the sentences by topic and by stance, and of those about each target by their stance toward it.

    ``results`` is the whole corpus, ``gold`` holds the labels of the sample. Rows are for each topic and stance that is
    predicted or labelled, and for the ``targets`` targets with the most predicted stances. A sentence with several
    topics, or with several stances toward a target, counts for each. A label on which the model abstains counts.
    Of two records that label a sentence the first counts. ``labels`` maps predicted labels to those of the gold.

    Raises NoSharesError without a record of the sample, where it was drawn from another corpus, and where a sentence of
    it has no labels or no prediction.
    """
    corpus, pairs = _answered(results, gold, sampling, labels)
    topics = [(said.topics, guess.topics) for said, guess in pairs]
    stances = [(said.stance, guess.stance) for said, guess in pairs]
    return [
        *_of_all("sentences on the topic", corpus.topics, topics, corpus, "their topics"),
        *_of_all("sentences whose stance is", corpus.stance, stances, corpus, "their stance"),
        *_of_targets(corpus, pairs, targets),
    ]


def _answered(
    results: Path, gold: Sequence[Article], sampling: Sampling | None, labels: Mapping[str, str]
) -> tuple[_Corpus, list[tuple[_Said, _Said]]]:
    """The corpus as predicted, and each sentence of the sample as labelled and as predicted."""
    again = "draw one from these results with `stancelens labels queue --random`, and label it"
    if sampling is None:
        raise NoSharesError(f"There is no record of a random sample: {again}.")
    sizes, corpus_sha256 = survey(results)
    if corpus_sha256 != sampling.corpus_sha256:
        raise NoSharesError(f"The sample was drawn from another corpus: {again}.")
    if sum(sizes) != sampling.sentences:
        counts = f"{sampling.sentences:,} sentences, the results have {sum(sizes):,}"
        raise NoSharesError(f"The sample was drawn from {counts}: {again}.")
    drawn = len(sampling.drawn)
    said = [each for each in _labelled(gold, sampling) if each is not None]
    if bare := drawn - len(said):
        why = "label them too, for they may be unlike"
        raise NoSharesError(f"Sentences of the sample have no labels, {bare:,} of {drawn:,}: {why}.")
    if drawn < LEAST:
        raise NoSharesError(f"The sample has {drawn} labelled sentences, and at least {LEAST} are needed: {again}.")
    corpus, predicted = _read(results, sampling, labels)
    guessed = [each for each in predicted if each is not None]
    if lost := drawn - len(guessed):
        raise NoSharesError(
            f"Sentences of the sample are cut otherwise in the results, {lost:,} of {drawn:,}: {again}."
        )
    return corpus, list(zip(said, guessed, strict=True))


def estimate(
    gold: np.ndarray, predicted: np.ndarray, means: Sequence[float], sentences: int
) -> tuple[float, float, float] | None:
    """Of the sentences of a kind the share that has a label, with its 95% interval, not clipped to 0..1.

    ``gold`` and ``predicted`` are the sample, [n, 2]: whether a sentence has the label, and whether it is of the kind
    (1 throughout for a share of all). ``means`` are those of the predictions over the ``sentences`` of the corpus. None
    where the sample cannot tell whether the corpus has sentences of the kind. Needs at least three sentences.
    """
    gold, predicted = np.asarray(gold, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    label, kind = gold.mean(axis=0)
    if kind <= 0:
        return None
    to_ratio = np.asarray([1.0, -label / kind])  # a ratio's error, to first order, is that of label - ratio * kind
    varying, guessed = gold @ to_ratio, predicted @ to_ratio
    varying, guessed = varying - varying.mean(), guessed - guessed.mean()
    tuned = np.ptp(predicted @ to_ratio) > 0
    weight = float(np.clip(guessed @ varying / (guessed @ guessed), 0, 1)) if tuned else 1.0
    rectifiers = gold - weight * predicted
    label, kind = weight * np.asarray(means) + rectifiers.mean(axis=0)
    if kind - _margin(rectifiers[:, 1], sentences, tuned) <= 0:
        return None
    share = label / kind
    # Grouped so that equal labels cancel exactly: perfect predictions have an interval without width
    errors = (gold[:, 0] - share * gold[:, 1]) - weight * (predicted[:, 0] - share * predicted[:, 1])
    half = _margin(errors, sentences, tuned) / kind
    return float(share), float(share - half), float(share + half)


def _margin(values: np.ndarray, sentences: int, tuned: bool) -> float:
    """Half the width of the 95% interval of the mean of ``values``, a simple random sample of ``sentences``."""
    if np.ptp(values) == 0:
        return 0.0
    n = len(values)
    free = n - 1 - tuned
    off = values - values.mean()
    squares = off @ off
    excess = n * (off**4).sum() / squares**2 - 3
    degrees = min(free, 2 / (2 / free + excess / n))
    error = np.sqrt((1 - n / sentences) * squares / free / n)
    return float(stdtrit(degrees, (1 + LEVEL) / 2) * error)


Labels = frozenset[str] | None


def _of_all(
    what: str, predicted: Counter[str], sample: Sequence[tuple[Labels, Labels]], corpus: _Corpus, task: str
) -> list[Share]:
    """Each label's share of all sentences; ``sample`` holds the labels as given and as predicted."""
    if not predicted:  # not a task of this model: there is nothing to correct
        return []
    without = sum(said is None for said, _ in sample)
    rows = []
    for label in _in_order(set(predicted).union(*(said or () for said, _ in sample)), predicted):
        has = np.asarray([[label in (labels or ()) for labels in pair] for pair in sample])
        counts = predicted[label], corpus.sentences
        rows.append(_row(f"{what} {label}", counts, has, np.ones_like(has), corpus, without, task))
    return rows


def _of_targets(corpus: _Corpus, pairs: Sequence[tuple[_Said, _Said]], targets: int) -> list[Share]:
    without = sum(said.toward is None for said, _ in pairs)
    labels = {label for _name, label in set(corpus.toward).union(*(said.toward or () for said, _ in pairs))}
    given: Counter[str] = Counter()
    shown: dict[str, str] = {}  # the most frequent spelling
    for name, count in corpus.names.most_common():
        given[_key(name)] += count
        shown.setdefault(_key(name), name)
    rows = []
    for key in sorted(given, key=lambda each: (-given[each], each))[:targets]:
        about = np.asarray([[key in one.about for one in pair] for pair in pairs])
        for label in _in_order(labels, Counter()):
            has = np.asarray([[(key, label) in (one.toward or ()) for one in pair] for pair in pairs])
            counts = corpus.toward[key, label], corpus.about[key]
            what = f"sentences about {shown[key]} that are {TOWARD.get(label, f'{label} toward it')}"
            rows.append(_row(what, counts, has, about, corpus, without, "stances toward targets"))
    return rows


def _row(
    what: str, counts: tuple[int, int], has: np.ndarray, kind: np.ndarray, corpus: _Corpus, without: int, task: str
) -> Share:
    """The share of the sentences with a label among those of a kind.

    ``counts`` are of both as predicted in the corpus; ``has`` and ``kind`` tell for the sample, [n, 2], which sentences
    are so, as labelled and as predicted; ``without`` sentences of the sample were not labelled for the task.
    """
    raw, n, whole = counts[0] / counts[1], int(kind[:, 0].sum()), len(kind) == corpus.sentences
    found = None
    if without:  # these may be unlike the others
        note: str | None = f"{without:,} of the sample not labelled with {task}"
    elif not n:
        note = "none of the sample is about it"
    elif not has.any() and not whole:
        note = f"no such sentence in the sample, which leaves shares of up to {_at_most(n):.1%} possible"
    else:
        note = "too few of the sample are about it to tell how many of the corpus are"
        gold, predicted = (np.column_stack([has[:, side], kind[:, side]]) for side in (0, 1))
        found = estimate(gold, predicted, [count / corpus.sentences for count in counts], corpus.sentences)
    if found is None:
        return Share(what=what, raw=raw, corrected=None, low=None, high=None, n=n, note=note)
    having, of_kind = (int(either.any(axis=1).sum()) for either in (has, kind))
    note = None
    if whole:  # the share is known
        pass
    elif found[1] == found[2]:
        note = "no error in the sample, or all alike: hence no width, though up to "
        note += f"{_at_most(of_kind):.1%} of the sentences may differ"
    elif n < FEW:
        note = f"only {n} of the sample about it: the interval may be too narrow"
    elif having < FEW:
        note = f"only {having} such in the sample, as labelled or predicted: the interval may be too narrow"
    corrected, low, high = np.clip(found, 0, 1).tolist()
    return Share(what=what, raw=raw, corrected=corrected, low=low, high=high, n=n, note=note)


def _at_most(n: int) -> float:
    """The largest share, at 95%, of what does not occur among ``n``: "rule of three", exactly."""
    return float(1 - (1 - LEVEL) ** (1 / n))


def _in_order(labels: Iterable[str], counts: Counter[str]) -> list[str]:
    """From against to favor; others by how frequent they are."""
    sides = {label: side for side, label in enumerate(STANCES)}
    return sorted(labels, key=lambda label: (sides.get(label, len(sides)), -counts[label], label))


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _said(sentence: Sentence, labels: Mapping[str, str]) -> _Said:
    def named(label: str) -> str:
        return labels.get(label, label)

    return _Said(
        None if sentence.topics is None else frozenset(map(named, sentence.topics)),
        None if sentence.stance is None else frozenset([named(sentence.stance)]),
        None if sentence.stances is None else frozenset((_key(s.target), named(s.label)) for s in sentence.stances),
    )


def _given(article: Article, sentence: Sentence) -> _Said:
    """As predicted, but a stance is also toward the entity that its mention names: people shorten names."""
    said = _said(sentence, {})
    if sentence.stances is None:
        return said
    names = {entity.id: entity.name for entity in article.entities or []}
    entity_of = {mention.id: names.get(mention.entity or "") for mention in article.mentions or []}
    named = ((entity_of.get(stance.mention or ""), stance.label) for stance in sentence.stances)
    more = frozenset((_key(name), label) for name, label in named if name is not None)
    return _Said(said.topics, said.stance, (said.toward or frozenset()) | more)


def _labelled(gold: Sequence[Article], sampling: Sampling) -> list[_Said | None]:
    """The labels of each sentence of the sample; None where there are none."""
    numbers = _numbers(sampling)
    found: list[_Said | None] = [None] * len(sampling.drawn)
    for article in gold:
        own = numbers.get(article.id)
        if not own or text_hash(article.text) != sampling.drawn[own[0]].text_sha256:
            continue
        for number, sentence in _drawn(article, own, sampling):
            said = _given(article, sentence)
            if found[number] is None and said != _Said(None, None, None):
                found[number] = said
    return found


def _read(results: Path, sampling: Sampling, labels: Mapping[str, str]) -> tuple[_Corpus, list[_Said | None]]:
    """The corpus as predicted, read article by article, and the prediction for each sentence of the sample."""
    numbers = _numbers(sampling)
    corpus = _Corpus()
    found: list[_Said | None] = [None] * len(sampling.drawn)
    for article in load_articles(results):
        for sentence in article.sentences or []:
            corpus.add(sentence, labels)
        for number, sentence in _drawn(article, numbers.get(article.id, []), sampling):
            found[number] = _said(sentence, labels)
    return corpus, found


def _numbers(sampling: Sampling) -> dict[str, list[int]]:
    """Article → the numbers of its sentences in the sample."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, drawn in enumerate(sampling.drawn):
        numbers[drawn.id].append(number)
    return dict(numbers)


def _drawn(article: Article, numbers: Sequence[int], sampling: Sampling) -> Iterator[tuple[int, Sentence]]:
    """The article's sentences that were drawn: at the same place or, where sentences are cut otherwise, nearly so."""
    if not numbers:
        return
    spans = [Span(start=sampling.drawn[number].start, end=sampling.drawn[number].end) for number in numbers]
    sentences = article.sentences or []
    for here, there in match_spans(spans, sentences).items():
        yield numbers[here], sentences[there]
