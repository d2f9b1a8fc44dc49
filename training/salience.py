"""Trains the salience head on a finished encoder's sentence vectors, which are computed once.

Labels are greedy ROUGE oracles (Nallapati et al. 2017): sentences are taken one by one as long as ROUGE-1 plus ROUGE-2
F1 against the reference grows.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from ..data.schema import Article, Span
from ..data.sentences import split_sentences
from ..inference.ahead import ahead
from ..models.heads import SalienceHead
from ..models.network_config import SALIENCE_POSITIONS
from ..models.runtime import Runtime
from ..models.windows import pack
from .overlap import words_of

WORDS = 300  # of an article; what comes later is hardly ever in its summary
PICKS = 4  # most sentences of an oracle
EPOCHS = 6
RATE = 5e-4


def first_sentences(article: Article) -> list[Span]:
    """The sentences of the first WORDS words."""
    spans: list[Span] = []
    count = 0
    for span in split_sentences(article.text, article.ignored):
        count += len(span.of(article.text).split())
        if spans and count > WORDS:
            break
        spans.append(span)
    return spans


def oracle(sentences: Sequence[str], reference: str) -> list[int]:
    """Indices of the sentences that a greedy search takes."""
    wanted = [_grams(words_of(reference), n) for n in (1, 2)]
    candidates = [[_grams(words_of(sentence), n) for n in (1, 2)] for sentence in sentences]
    taken: list[int] = []
    best, so_far = 0.0, [Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()]
    while len(taken) < PICKS:
        scores = {
            index: sum(_f1(so_far[n] + candidates[index][n], wanted[n]) for n in (0, 1))
            for index in range(len(sentences))
            if index not in taken
        }
        pick = max(scores, key=lambda index: (scores[index], -index), default=None)
        if pick is None or scores[pick] <= best:
            break
        best = scores[pick]
        taken.append(pick)
        so_far = [so_far[n] + candidates[pick][n] for n in (0, 1)]
    return sorted(taken)


def _grams(words: list[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))


def _f1(found: Counter[tuple[str, ...]], wanted: Counter[tuple[str, ...]]) -> float:
    shared = (found & wanted).total()
    return 2 * shared / max(1, found.total() + wanted.total())


def train_salience(head: SalienceHead, runtime: Runtime, articles: Sequence[Article], seed: int) -> float:
    """Train ``head`` in place; returns the mean loss of the last epoch. The encoder does not move."""
    config = runtime.config

    def of_article(article: Article) -> tuple[torch.Tensor, torch.Tensor]:
        spans = first_sentences(article)
        vectors = runtime.read(pack(runtime.encoding, article.text, spans, config.max_tokens, config.overlap))
        labels = np.zeros(len(spans), dtype=np.float32)
        labels[oracle([span.of(article.text) for span in spans], (article.summaries or [""])[0])] = 1
        return torch.from_numpy(vectors.sentence_vectors), torch.from_numpy(labels)

    useful = (article for article in articles if len(first_sentences(article)) > 2 and article.summaries)
    items = [call.result() for _, call in ahead(of_article, useful, os.cpu_count() or 1)]
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=0.01)
    steps = EPOCHS * (len(items) // 8 + 1)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    mean = 0.0
    head.train()
    for _ in range(EPOCHS):
        losses = []
        shuffled = torch.randperm(len(items), generator=order).tolist()
        for at in range(0, len(shuffled), 8):
            loss = torch.stack([_loss(head, *items[index]) for index in shuffled[at : at + 8]]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        mean = float(np.mean(losses))
    head.eval()
    return mean


def _loss(head: SalienceHead, vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    positions = torch.arange(len(labels)).clamp(max=SALIENCE_POSITIONS - 1)
    return F.binary_cross_entropy_with_logits(head(vectors[None], positions), labels)
