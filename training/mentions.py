"""Trains the mention head on a finished encoder's token vectors, which are computed once.

Trained beside the other heads it learns from few tokens a step; here it sees all, often enough to know the names that
annotators have marked where spaCy finds none.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F  # noqa: N812

from ..data.schema import Article
from ..inference.ahead import ahead
from ..models.heads import MentionHead
from ..models.runtime import Runtime
from ..models.windows import shape_context
from .examples import make_example

EPOCHS = 8
BATCH = 2048  # tokens
RATE = 2e-3
DECAY = 0.1


def train_mentions(head: MentionHead, runtime: Runtime, articles: Sequence[Article], seed: int) -> float:
    """Train ``head`` in place on articles with silver mentions; the encoder does not move. Returns the last loss."""
    vectors, shapes, tags = token_vectors(runtime, articles)
    torch.manual_seed(seed)
    for module in head.modules():
        if isinstance(module, (torch.nn.Linear, torch.nn.Embedding)):
            module.reset_parameters()
    order = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(head.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, EPOCHS * -(-len(tags) // BATCH))
    head.train()
    loss = torch.zeros(())
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(tags), generator=order).split(BATCH):
            loss = F.cross_entropy(head(vectors[rows].float(), shapes[rows]), tags[rows])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    head.eval()
    return float(loss)


def token_vectors(runtime: Runtime, articles: Sequence[Article]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """float16 [tokens, hidden], int64 [tokens, 3] shapes and int64 [tokens] tags of all labelled tokens."""

    def of_article(article: Article) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        example = make_example(article, runtime.encoding, runtime.config)
        known = example.tags >= 0
        positions = np.concatenate(example.packed.homes)[known]
        vectors = runtime.read(example.packed).hidden[positions].astype(np.float16)
        return vectors, shape_context(example.packed)[known], example.tags[known]

    found = [call.result() for _, call in ahead(of_article, articles, os.cpu_count() or 1)]
    vectors, shapes, tags = (torch.from_numpy(np.concatenate(part)) for part in zip(*found, strict=True))
    return vectors, shapes, tags
