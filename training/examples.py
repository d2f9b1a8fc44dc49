"""Label records → what one training step needs: packed windows and a target for every labelled item.

A record may hold any subset of labels; what is absent adds nothing to the loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..data.schema import Article, Span
from ..models.network_config import ModelConfig
from ..models.windows import (
    Encoding,
    Packed,
    issue_positions,
    mean_rows,
    pack,
    shape_context,
    target_positions,
    window_positions,
)

SILVER = "silver:"  # begins the id of a mention that a model has found, not an annotator


@dataclass(frozen=True)
class Example:
    """One article with its targets."""

    packed: Packed
    owners: np.ndarray  # int64 [targets]: the sentence of each
    positions: list[np.ndarray]  # per target: int64 [tokens], where it is named: in its sentence, or as an issue
    stances: np.ndarray  # float32 [targets, stances], probabilities
    sides: np.ndarray  # float32 [sentences, stances], probabilities of the whole sentence; a row of zeros is unlabelled
    topics: np.ndarray  # float32 [sentences, topics], probabilities; a row of zeros is unlabelled
    tags: np.ndarray  # int64 [tokens of all sentences]: BIO tags, -100 where unlabelled
    saliences: np.ndarray  # float32 [sentences], 0 to 1; NaN where unlabelled

    @property
    def tokens(self) -> int:
        return int(self.packed.mask.sum())


def make_example(article: Article, encoding: Encoding, config: ModelConfig) -> Example:
    """Raises ValueError for a label outside the model's label sets."""
    sentences = article.sentences or []
    packed = packed_for(article, encoding, config)
    spans = {mention.id: mention for mention in article.mentions or []}
    owners: list[int] = []
    positions: list[np.ndarray] = []
    stances: list[np.ndarray] = []
    for index, sentence in enumerate(sentences):
        for stance in sentence.stances or []:
            mention = spans.get(stance.mention or "")
            if mention is not None and sentence.start <= mention.start < sentence.end:
                # all mentions of the entity in the sentence are one target
                same = [m for m in spans.values() if mention.entity and m.entity == mention.entity]
                group = [m for m in same if sentence.start <= m.start < sentence.end] or [mention]
                try:
                    positions += target_positions(packed, [(index, list[Span](group))])
                except ValueError:
                    words = mention.of(article.text)
                    raise ValueError(
                        f"{article.id}: sentences[{index}]: the mention {words!r} of {stance.target!r} holds nothing "
                        "that can be read: mark another span"
                    ) from None
            elif stance.mention is None and stance.target in config.issues:
                positions.append(issue_positions(packed, index, config.issues.index(stance.target)))
            else:
                continue
            owners.append(index)
            if stance.probabilities:
                stances.append(np.asarray([stance.probabilities[name] for name in config.heads.stances], np.float32))
            else:
                stances.append(
                    np.eye(len(config.heads.stances), dtype=np.float32)[config.heads.stances.index(stance.label)]
                )
    return Example(
        packed,
        np.asarray(owners, dtype=np.int64),
        positions,
        np.stack(stances) if stances else np.zeros((0, len(config.heads.stances)), np.float32),
        side_rows(article, config.heads.stances),
        topic_rows(article, config.heads.topics),
        _tags(article, packed, config.heads.kinds),
        np.asarray([np.nan if s.salience is None else s.salience for s in sentences], dtype=np.float32),
    )


def packed_for(article: Article, encoding: Encoding, config: ModelConfig) -> Packed:
    """The article's windows as the model reads them."""
    sentences = article.sentences or []
    return pack(encoding, article.text, sentences, config.max_tokens, config.overlap, config.issues)


def side_rows(article: Article, labels: list[str]) -> np.ndarray:
    """float32 [sentences, stances]: a teacher's probabilities of the sentence's stance, else its label; or zeros."""
    sentences = article.sentences or []
    rows = np.zeros((len(sentences), len(labels)), dtype=np.float32)
    for row, sentence in zip(rows, sentences, strict=True):
        if sentence.probabilities and "stance" in sentence.probabilities:
            row[:] = [sentence.probabilities["stance"][label] for label in labels]
        elif sentence.stance:
            row[labels.index(sentence.stance)] = 1
    return rows


def topic_rows(article: Article, labels: list[str]) -> np.ndarray:
    """float32 [sentences, topics]: a teacher's probabilities, else the labels in equal parts; zeros if unlabelled."""
    sentences = article.sentences or []
    rows = np.zeros((len(sentences), len(labels)), dtype=np.float32)
    for row, sentence in zip(rows, sentences, strict=True):
        if sentence.probabilities and "topics" in sentence.probabilities:
            row[:] = [sentence.probabilities["topics"][label] for label in labels]
        else:
            for topic in sentence.topics or []:
                row[labels.index(topic)] = 1 / len(sentence.topics or [])
    return rows


def _tags(article: Article, packed: Packed, kinds: list[str]) -> np.ndarray:
    """BIO tags from the silver mentions; where there are none at all, the article is unlabelled."""
    total = sum(len(home) for home in packed.homes)
    kind_of = {entity.id: entity.kind for entity in article.entities or []}
    silver = [m for m in article.mentions or [] if m.id.startswith(SILVER) and kind_of.get(m.entity or "") in kinds]
    if not silver:
        return np.full(total, -100, dtype=np.int64)
    tags = []
    for offsets in packed.offsets:
        own = np.zeros(len(offsets), dtype=np.int64)
        for mention in silver:
            touched = np.flatnonzero((offsets[:, 0] < mention.end) & (offsets[:, 1] > mention.start))
            if len(touched):
                kind = kinds.index(kind_of[mention.entity or ""] or "")
                own[touched] = 2 + 2 * kind
                own[touched[0]] = 1 + 2 * kind
        tags.append(own)
    return np.concatenate(tags)


def collate(examples: Sequence[Example], pad: int) -> dict[str, torch.Tensor]:
    """Lay the windows of several articles into one batch."""
    length = max(example.packed.length for example in examples)
    ids, mask, shapes, token_at, tags = [], [], [], [], []
    rows = sum(len(example.packed.ids) for example in examples)
    wide: dict[str, list[np.ndarray]] = {"sentences": [], "targets": []}
    window_of_target, window_of_sentence, first_row = [], [], 0
    for example in examples:
        packed = example.packed
        grid = np.pad(packed.ids, ((0, 0), (0, length - packed.length)), constant_values=pad)
        ids.append(grid)
        mask.append(np.pad(packed.mask, ((0, 0), (0, length - packed.length))))

        def moved(positions: np.ndarray, packed: Packed = packed, first_row: int = first_row) -> np.ndarray:
            return (positions // packed.length + first_row) * length + positions % packed.length

        firsts = moved(window_positions(packed))
        window_of_sentence.append(firsts.astype(np.int64))
        window_of_target.append(firsts[example.owners].astype(np.int64))
        spans = {"sentences": packed.homes, "targets": example.positions}
        for name, positions in spans.items():
            matrix = mean_rows(positions, packed.ids.size)
            full = np.zeros((len(matrix), rows, length), dtype=np.float32)
            own = matrix.reshape(len(matrix), *packed.ids.shape)
            full[:, first_row : first_row + len(packed.ids), : packed.length] = own
            wide[name].append(full.reshape(len(matrix), rows * length))
        token_at.append(moved(np.concatenate(packed.homes)))
        shapes.append(shape_context(packed))
        tags.append(example.tags)
        first_row += len(packed.ids)
    arrays = {
        "ids": np.concatenate(ids),
        "mask": np.concatenate(mask),
        "sentence_rows": np.concatenate(wide["sentences"]),
        "target_rows": np.concatenate(wide["targets"]),
        "target_sentence": _numbered(examples),
        "window_of_target": np.concatenate(window_of_target),
        "window_of_sentence": np.concatenate(window_of_sentence),
        "stances": np.concatenate([e.stances for e in examples]),
        "sides": np.concatenate([e.sides for e in examples]),
        "topics": np.concatenate([e.topics for e in examples]),
        "token_at": np.concatenate(token_at),
        "shapes": np.concatenate(shapes),
        "tags": np.concatenate(tags),
        "saliences": np.concatenate([e.saliences for e in examples]),
        "sizes": np.asarray([len(e.topics) for e in examples], dtype=np.int64),
    }
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}


def _numbered(examples: Sequence[Example]) -> np.ndarray:
    """int64 [targets]: row of each target's sentence among all sentences of the batch."""
    numbers, first = [], 0
    for example in examples:
        numbers.append(first + example.owners)
        first += len(example.topics)
    return np.concatenate(numbers)
