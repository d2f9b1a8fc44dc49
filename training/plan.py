"""Which examples each step of a run sees, drawn once, so that a resumed run goes on with the same batches."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from .examples import Example


@dataclass(frozen=True)
class Source:
    """Examples of one kind and how often each is seen in the whole run."""

    examples: Sequence[Example]
    passes: float  # 0.5 means that each epoch-half of them is never seen; 3 means three times
    max_tokens: int  # of a batch, padding included


def plan_batches(sources: Sequence[Source], seed: int) -> list[list[Example]]:
    """Batches of examples of like length from one source each, all shuffled together."""
    generator = random.Random(seed)
    batches: list[list[Example]] = []
    for source in sources:
        remaining = source.passes
        while remaining > 0:
            order = list(source.examples)
            generator.shuffle(order)
            order = order[: round(len(order) * min(1.0, remaining))]
            remaining -= 1
            for at in range(0, len(order), 512):  # sorting within chunks keeps padding low and batches varied
                batches += _cut(sorted(order[at : at + 512], key=lambda e: e.packed.length), source.max_tokens)
    generator.shuffle(batches)
    return batches


def _cut(ordered: Sequence[Example], max_tokens: int) -> list[list[Example]]:
    batches: list[list[Example]] = []
    current: list[Example] = []
    rows = 0
    for example in ordered:
        grown = rows + len(example.packed.ids)
        if current and grown * example.packed.length > max_tokens:
            batches.append(current)
            current, grown = [], len(example.packed.ids)
        current.append(example)
        rows = grown
    return [*batches, current] if current else batches
