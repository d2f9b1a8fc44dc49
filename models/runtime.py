"""Runs an exported model with ONNX Runtime: one encoder pass an article, then every head on its vectors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime

from ..data.schema import Span
from .network_config import ModelConfig, read_config
from .windows import Encoding, Packed, load_encoding, mean_vectors, shape_context, target_positions, window_positions

WINDOWS_AT_ONCE = 8  # windows of one article in one call; keeps the memory of a very long article bounded


@dataclass(frozen=True)
class Reading:
    """One article after its encoder pass. All logits are float32."""

    runtime: Runtime
    packed: Packed
    hidden: np.ndarray  # float32 [windows * length, hidden]

    @cached_property
    def sentence_vectors(self) -> np.ndarray:
        """float32 [sentences, hidden]: mean token vectors."""
        return mean_vectors(self.packed.homes, self.hidden)

    def stances(self, targets: Sequence[tuple[int, Sequence[Span]]]) -> np.ndarray:
        """[targets, stances], each target being a sentence and the target's spans in it."""
        if not targets:
            return np.zeros((0, len(self.runtime.config.heads.stances)), dtype=np.float32)
        sentences = [sentence for sentence, _ in targets]
        window = self.hidden[window_positions(self.packed)[sentences]]
        own = mean_vectors(target_positions(self.packed, targets), self.hidden)
        return self.runtime.head("stance", np.concatenate([window, self.sentence_vectors[sentences], own], axis=1))

    def topics(self) -> np.ndarray:
        """[sentences, topics]"""
        return self.runtime.head("topic", self.sentence_vectors)

    def mentions(self) -> np.ndarray:
        """[tokens of all sentences, 1 + 2 * kinds]: BIO tags."""
        positions = np.concatenate(self.packed.homes)
        return self.runtime.head("mention", self.hidden[positions], shape_context(self.packed))

    def salience(self) -> np.ndarray:
        """[sentences]"""
        vectors = self.sentence_vectors
        return self.runtime.head("salience", vectors[None], np.minimum(np.arange(len(vectors)), 63))


class Runtime:
    """The sessions of one export. Not shared between processes; safe to use from several threads."""

    def __init__(self, export: Path, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.log_severity_level = 3
        self.config: ModelConfig = read_config(export)
        self.encoding: Encoding = load_encoding(export)
        providers = ["CPUExecutionProvider"]
        self._encoder = onnxruntime.InferenceSession(str(export / "encoder.onnx"), options, providers=providers)
        heads = [name for name in ("stance", "topic", "mention", "salience") if (export / f"{name}.onnx").is_file()]
        self._heads = {
            name: onnxruntime.InferenceSession(str(export / f"{name}.onnx"), options, providers=providers)
            for name in heads
        }

    @property
    def heads(self) -> frozenset[str]:
        return frozenset(self._heads)

    def read(self, packed: Packed) -> Reading:
        """One pass over the article's windows."""
        parts = []
        for at in range(0, len(packed.ids), WINDOWS_AT_ONCE):
            window = slice(at, at + WINDOWS_AT_ONCE)
            feeds = {"ids": packed.ids[window], "mask": packed.mask[window]}
            parts.append(self._encoder.run(None, feeds)[0].reshape(-1, self.config.heads.hidden))
        return Reading(self, packed, np.concatenate(parts))

    def head(self, name: str, *inputs: np.ndarray) -> np.ndarray:
        return self._heads[name].run(None, {f"in{index}": array for index, array in enumerate(inputs)})[0]
