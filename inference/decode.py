"""Logits → answers: spans of mentions, calibrated probabilities, abstentions."""

from __future__ import annotations

import numpy as np

from ..models.network_config import ModelConfig
from ..models.runtime import Reading
from .names import PERSON, title_before


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Row-wise softmax of logits / temperature, float64."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=-1, keepdims=True)
    exponent = np.exp(scaled)
    return exponent / exponent.sum(axis=-1, keepdims=True)


def expit(logits: np.ndarray) -> np.ndarray:
    """Logistic function, float64."""
    return 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -60, 60)))


def decode_mentions(reading: Reading, text: str) -> list[tuple[int, int, str]]:
    """Found names as (start, end, kind), by best path through the BIO tags of each sentence, in text order.

    A mention never crosses a sentence and holds whole words: one cut within a word is widened. A person's name of one
    word is found with the title before it, as it is used ("President Trump", but "Donald Trump"). The path is Viterbi's
    with the one rule of BIO: inside follows begin or inside of its own kind. ``text`` is the article's.
    """
    config = reading.runtime.config
    logits = reading.mentions()
    logits[:, 0] += config.mention_bias
    scores = np.log(np.maximum(softmax(logits), 1e-12))
    allowed = _allowed(scores.shape[1])
    spans: list[tuple[int, int, str]] = []
    first = 0
    for offsets in reading.packed.offsets:
        tags = _best_path(scores[first : first + len(offsets)], allowed)
        first += len(offsets)
        at = 0
        while at < len(tags):
            if tags[at] % 2 == 1:
                begin, end = at, at + 1
                while end < len(tags) and tags[end] == tags[at] + 1:
                    end += 1
                while begin and _one_word(text, offsets, begin):
                    begin -= 1
                while end < len(tags) and _one_word(text, offsets, end):
                    end += 1
                kind = config.heads.kinds[(tags[at] - 1) // 2]
                start, stop = int(offsets[begin, 0]), int(offsets[end - 1, 1])
                if kind == PERSON and not any(character.isspace() for character in text[start:stop]):
                    start = title_before(text, max(spans[-1][1] if spans else 0, int(offsets[0, 0])), start)
                spans.append((start, stop, kind))
                at = end
            else:
                at += 1
    return spans


def _one_word(text: str, offsets: np.ndarray, token: int) -> bool:
    """Whether a token goes on with the word of the token before it."""
    start = int(offsets[token, 0])
    return start == offsets[token - 1, 1] and text[start - 1].isalnum() and text[start].isalnum()


def _allowed(tags: int) -> np.ndarray:
    """0 where tag j may follow tag i, else a large penalty: float [tags, tags]."""
    allowed = np.zeros((tags, tags))
    for inside in range(2, tags, 2):
        allowed[:, inside] = -1e9
        allowed[inside - 1, inside] = allowed[inside, inside] = 0
    return allowed


def _best_path(scores: np.ndarray, allowed: np.ndarray) -> list[int]:
    if not scores[:, 1:].size or (scores.argmax(axis=1) == 0).all():
        return [0] * len(scores)
    best = scores[0] + allowed[0]
    back = []
    for row in scores[1:]:
        step = best[:, None] + allowed
        back.append(step.argmax(axis=0))
        best = step.max(axis=0) + row
    path = [int(best.argmax())]
    for pointers in reversed(back):
        path.append(int(pointers[path[-1]]))
    return path[::-1]


Answer = tuple[str, dict[str, float], bool]  # label, probabilities by label, whether the model abstains


def answer(probabilities: np.ndarray, labels: list[str], config: ModelConfig, head: str) -> Answer:
    """The answer of one row, its probabilities rounded to 4 places."""
    best = int(probabilities.argmax())
    rounded = {label: round(float(p), 4) for label, p in zip(labels, probabilities, strict=True)}
    return labels[best], rounded, float(probabilities[best]) < config.abstain_below.get(head, 0.0)
