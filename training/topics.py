"""Trains the topic head on a finished encoder's sentence vectors, which are computed once.

The corpus says what each sentence is about, AllSides only what its article is. So the head learns from the corpus
first; then it labels the AllSides sentences itself, the article's topic counting as TAG_ODDS times likelier than it
says, and learns from both (self-training, Yarowsky 1995).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import torch
from scipy.special import softmax
from torch.nn import functional as F  # noqa: N812

from ..data.schema import Article
from ..inference.ahead import ahead
from ..models.heads import TopicHead
from ..models.runtime import Runtime
from .examples import packed_for, topic_rows

TAG_ODDS = 3.0  # how much likelier the article's own topic is than the head says; 1 ignores it
WEAK = 0.1  # weight of an AllSides sentence beside one of the corpus
EPOCHS = 30
BATCH = 64
RATE = 1e-3
DECAY = 1.0


def train_topics(
    head: TopicHead, runtime: Runtime, corpus: Sequence[Article], tagged: Sequence[Article], seed: int
) -> None:
    """Train ``head`` in place. The encoder does not move."""
    vectors, labels = vectors_of(runtime, corpus)
    weak_vectors, tags = vectors_of(runtime, tagged)
    fit_topics(head, vectors, labels, weak_vectors, tags, seed)


def fit_topics(
    head: TopicHead, vectors: np.ndarray, labels: np.ndarray, weak_vectors: np.ndarray, tags: np.ndarray, seed: int
) -> None:
    """Vectors are float [sentences, hidden], labels and tags float [sentences, topics], probabilities."""
    even = labels / np.maximum(labels.sum(axis=0), 1)  # every topic counts the same, however often it occurs
    weights = even.sum(axis=1) * len(labels) / labels.shape[1]
    _fit(head, vectors, labels, weights, seed)
    logits = head(torch.from_numpy(weak_vectors)).detach().numpy()
    weak = softmax(logits + np.log(TAG_ODDS) * tags, axis=1)
    every = np.concatenate([weights, np.full(len(weak), WEAK)])
    _fit(head, np.concatenate([vectors, weak_vectors]), np.concatenate([labels, weak]), every, seed)


def vectors_of(runtime: Runtime, articles: Sequence[Article]) -> tuple[np.ndarray, np.ndarray]:
    """Sentence vectors and topic labels of all sentences."""
    config = runtime.config

    def of_article(article: Article) -> np.ndarray:
        return runtime.read(packed_for(article, runtime.encoding, config)).sentence_vectors

    vectors = [call.result() for _, call in ahead(of_article, articles, os.cpu_count() or 1)]
    return np.concatenate(vectors), np.concatenate([topic_rows(each, config.heads.topics) for each in articles])


def _fit(head: TopicHead, vectors: np.ndarray, labels: np.ndarray, weights: np.ndarray, seed: int) -> None:
    torch.manual_seed(seed)
    for module in head.modules():
        if isinstance(module, torch.nn.Linear):
            module.reset_parameters()
    order = torch.Generator().manual_seed(seed)
    inputs, targets = torch.from_numpy(vectors), torch.from_numpy(labels.astype(np.float32))
    scale = torch.from_numpy((weights / weights.mean()).astype(np.float32))
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(inputs) // BATCH)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    head.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(inputs), generator=order).split(BATCH):
            each = F.cross_entropy(head(inputs[rows]), targets[rows], reduction="none")
            optimizer.zero_grad()
            (each * scale[rows]).mean().backward()
            optimizer.step()
            schedule.step()
    head.eval()
