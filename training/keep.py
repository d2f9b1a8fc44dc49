"""Keeps what a model could do while its encoder learns something else: its heads learn from its former answers
(Hinton et al. 2015, "Distilling the knowledge in a neural network"), and are measured before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ..data.corpus import read_corpus
from ..data.labels import STANCES, TOPICS
from ..data.schema import Article, Entity, Mention, Sentence, Span, Stance
from ..evaluation.matching import match_spans
from ..inference.decode import decode_mentions, expit, softmax
from ..models.network_config import ModelConfig
from ..models.runtime import Runtime
from ..models.windows import tokens_of
from .examples import SILVER, packed_for
from .labels import only
from .measure import items_of
from .salience import oracle
from .teacher import named
from .trainer import macro_f1

MOST_LOST = 0.5  # points on the corpus' dev part that a head may lose
MOST_CHANGED = 3.0  # percent of its answers there that a head may change whose labels the corpus does not have


def distilled(articles: Iterable[Article], teacher: Runtime, heads: frozenset[str]) -> Iterator[Article]:
    """The articles, which have sentences, with the teacher's answers for ``heads`` in place of their labels."""
    config = teacher.config
    for article in articles:
        bare = Article(
            id=f"kept/{article.id}",
            text=article.text,
            sentences=[Sentence(start=s.start, end=s.end) for s in article.sentences or []],
        )
        spans = bare.sentences or []
        reading = teacher.read(packed_for(bare, teacher.encoding, config))
        mentions, entities = list(article.mentions or []), list(article.entities or [])
        if config.heads.kinds:
            found = decode_mentions(reading, bare.text) if {"mention", "stance"} & heads else []
            names = [f"{SILVER}{number}" for number in range(len(found))]
            mentions = [Mention(id=n, start=a, end=b, entity=n) for n, (a, b, _) in zip(names, found, strict=True)]
            entities = [Entity(id=n, name=bare.text[a:b], kind=k) for n, (a, b, k) in zip(names, found, strict=True)]
        answers: list[dict] = [{} for _ in spans]
        if "topic" in heads:
            for row, answer in zip(softmax(reading.topics()), answers, strict=True):
                answer.setdefault("probabilities", {})["topics"] = named(config.heads.topics, row)
        if "sentence_stance" in heads:
            for row, answer in zip(softmax(reading.sentence_stances()), answers, strict=True):
                answer.setdefault("probabilities", {})["stance"] = named(config.heads.stances, row)
        if "salience" in heads:
            for value, answer in zip(expit(reading.salience()), answers, strict=True):
                answer["salience"] = float(value)
        if "stance" in heads:
            targets = [
                (index, [mention])
                for index, span in enumerate(spans)
                for mention in mentions
                if span.start <= mention.start < span.end and len(tokens_of(reading.packed, index, mention))
            ]
            rows = softmax(reading.stances([(index, list[Span](own)) for index, own in targets]))
            for (index, (mention,)), row in zip(targets, rows, strict=True):
                label = config.heads.stances[int(row.argmax())]
                chances = named(config.heads.stances, row)
                stance = Stance(target=mention.of(bare.text), mention=mention.id, label=label, probabilities=chances)
                answers[index].setdefault("stances", []).append(stance)
            toward: Iterable[np.ndarray] = softmax(reading.issue_stances()) if config.issues else ()
            for answer, of_issues in zip(answers, toward, strict=False):
                for issue, row in zip(config.issues, of_issues, strict=True):
                    label = config.heads.stances[int(row.argmax())]
                    stance = Stance(target=issue, label=label, probabilities=named(config.heads.stances, row))
                    answer.setdefault("stances", []).append(stance)
        yield bare.model_copy(
            update={
                "mentions": mentions,
                "entities": entities,
                "sentences": [span.model_copy(update=answer) for span, answer in zip(spans, answers, strict=True)],
            }
        )


def unlabelled(config: ModelConfig, heads: Sequence[str]) -> frozenset[str]:
    """Of ``heads`` those whose labels the project's own corpus does not have."""
    sets = {"topic": set(TOPICS) - set(config.heads.topics)}
    sets |= dict.fromkeys(("stance", "sentence_stance"), set(STANCES) - set(config.heads.stances))
    return frozenset(head for head in heads if sets.get(head))


def lost(config: ModelConfig, before: dict[str, float], after: dict[str, float]) -> list[str]:
    """The heads whose figures fell by more than they may."""
    own = unlabelled(config, list(before))
    return [h for h, value in before.items() if value - after[h] > (MOST_CHANGED if h in own else MOST_LOST)]


def kept_figures(runtime: Runtime, heads: Sequence[str], start: Runtime) -> dict[str, float]:
    """Each head's figure in percent on the dev part of the project's own corpus.

    Macro-F1 of labels, F1 of mentions; of salience the share of the best sentences among as many most salient ones.
    Where the corpus has not the head's labels, the share of answers that are those of ``start``.
    """
    own = unlabelled(runtime.config, heads)
    dev = [only(article, set(heads) - own) for article in read_corpus("dev")]
    found = {head: macro_f1(softmax(logits), gold) for head, (logits, gold) in items_of(runtime, dev).items()}
    if own:
        answered = distilled(dev, start, own)
        same = {head: logits.argmax(1) == gold for head, (logits, gold) in items_of(runtime, answered).items()}
        found |= {head: 100 * float(np.mean(each)) for head, each in same.items()}
    if "mention" in runtime.heads:
        found["mention"] = _mention_f1(runtime, dev)
    if "salience" in runtime.heads:
        found["salience"] = _salience(runtime, dev)
    return {head: found[head] for head in heads if head in found}


def _mention_f1(runtime: Runtime, articles: Sequence[Article]) -> float:
    hits = total = 0
    for article in articles:
        reading = runtime.read(packed_for(article, runtime.encoding, runtime.config))
        predicted = [Span(start=a, end=b) for a, b, _ in decode_mentions(reading, article.text)]
        gold = [Span(start=m.start, end=m.end) for m in article.mentions or []]
        hits += 2 * len(match_spans(gold, predicted))
        total += len(gold) + len(predicted)
    return 100 * hits / max(1, total)


def _salience(runtime: Runtime, articles: Sequence[Article]) -> float:
    hits = total = 0
    for article in articles:
        spans = article.sentences or []
        best = oracle([span.of(article.text) for span in spans], (article.summaries or [""])[0])
        rows = runtime.read(packed_for(article, runtime.encoding, runtime.config)).salience()
        hits += len(set(best) & set(np.argsort(-rows, kind="stable")[: len(best)].tolist()))
        total += len(best)
    return 100 * hits / max(1, total)
