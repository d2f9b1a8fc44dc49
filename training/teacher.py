"""Labels articles with a finished model, so that a smaller one learns from its probabilities (Hinton et al. 2015).

Every silver mention gets the teacher's stance, every sentence its topics and, where the teacher reads it, its stance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy.special import softmax

from ..data.schema import Article, Mention, Sentence, Span, Stance
from ..models.runtime import Runtime
from ..models.windows import pack, tokens_of
from .topics import TAG_ODDS


def taught(articles: Iterable[Article], teacher: Runtime) -> Iterator[Article]:
    """The articles with the teacher's probabilities in place of their stance and topic labels.

    ``articles`` have sentences and silver mentions. The teacher's temperatures apply.
    """
    config = teacher.config
    for article in articles:
        sentences = article.sentences or []
        packed = pack(teacher.encoding, article.text, sentences, config.max_tokens, config.overlap)
        reading = teacher.read(packed)
        topics = softmax(reading.topics() / config.temperatures.get("topic", 1.0), axis=1)
        for label in article.topics or []:  # none is known of a sentence from elsewhere
            topics[:, config.heads.topics.index(label)] *= TAG_ODDS
        topics /= topics.sum(axis=1, keepdims=True)
        owners = [
            (index, mention)
            for index, sentence in enumerate(sentences)
            for mention in article.mentions or []
            if sentence.start <= mention.start < sentence.end and len(tokens_of(packed, index, mention))
        ]
        targets: list[tuple[int, list[Span]]] = [(index, [mention]) for index, mention in owners]
        sides = softmax(reading.stances(targets) / config.temperatures.get("stance", 1.0), axis=1)
        stances: list[list[Stance]] = [[] for _ in sentences]
        for (index, mention), row in zip(owners, sides, strict=True):
            stances[index].append(_stance(article, mention, row, config.heads.stances))
        answers: list[dict[str, dict[str, float]]] = [{"topics": named(config.heads.topics, row)} for row in topics]
        if "sentence_stance" in teacher.heads:
            whole = reading.sentence_stances() / config.temperatures.get("sentence_stance", 1.0)
            for chances, row in zip(answers, softmax(whole, axis=1), strict=True):
                chances["stance"] = named(config.heads.stances, row)
        yield article.model_copy(
            update={
                "sentences": [
                    Sentence(start=sentence.start, end=sentence.end, stances=own, probabilities=chances)
                    for sentence, own, chances in zip(sentences, stances, answers, strict=True)
                ]
            }
        )


def named(labels: list[str], row: np.ndarray) -> dict[str, float]:
    return dict(zip(labels, map(float, row), strict=True))


def _stance(article: Article, mention: Mention, row: np.ndarray, labels: list[str]) -> Stance:
    return Stance(
        target=mention.of(article.text),
        mention=mention.id,
        label=labels[int(row.argmax())],
        probabilities=named(labels, row),
    )
