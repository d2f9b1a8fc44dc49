"""Runs an exported model with ONNX Runtime: one encoder pass an article, then every head on its vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime

from ..data.schema import Span
from .network_config import SALIENCE_POSITIONS, ModelConfig, read_config
from .windows import (
    Encoding,
    Packed,
    issue_positions,
    load_encoding,
    mean_vectors,
    shape_context,
    target_positions,
    window_positions,
)

WINDOWS_AT_ONCE = 8  # windows of one article in one call; keeps what a call needs bounded
HEADS = ("stance", "sentence_stance", "topic", "mention", "salience")
SENTENCES_AT_ONCE = 1024  # that the salience head sees together: its memory grows with their square


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
        return self.stances_at([sentence for sentence, _ in targets], target_positions(self.packed, targets))

    def stances_at(self, sentences: Sequence[int] | np.ndarray, positions: Sequence[np.ndarray]) -> np.ndarray:
        """[targets, stances], each target being a sentence and positions in the packed article."""
        if not len(positions):
            return np.zeros((0, len(self.runtime.config.heads.stances)), dtype=np.float32)
        window = self.hidden[window_positions(self.packed)[sentences]]
        own = mean_vectors(positions, self.hidden)
        return self.runtime.head("stance", np.concatenate([window, self.sentence_vectors[sentences], own], axis=1))

    def issue_stances(self) -> np.ndarray:
        """[sentences, issues, stances]: toward the issues that the model knows, whether they are named or not."""
        count, issues = len(self.packed.homes), len(self.runtime.config.issues)
        at = [(sentence, issue) for sentence in range(count) for issue in range(issues)]
        positions = [issue_positions(self.packed, sentence, issue) for sentence, issue in at]
        return self.stances_at([sentence for sentence, _ in at], positions).reshape(count, issues, -1)

    def sentence_stances(self) -> np.ndarray:
        """[sentences, stances]"""
        window = self.hidden[window_positions(self.packed)]
        return self.runtime.head("sentence_stance", np.concatenate([window, self.sentence_vectors], axis=1))

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
        positions = np.minimum(np.arange(len(vectors)), SALIENCE_POSITIONS - 1)
        parts = [slice(at, at + SENTENCES_AT_ONCE) for at in range(0, len(vectors), SENTENCES_AT_ONCE)]
        return np.concatenate([self.runtime.head("salience", vectors[None, p], positions[p]) for p in parts])


class Runtime:
    """The sessions of one export. Not shared between processes; safe to use from several threads.

    Each call runs in its caller's thread: articles side by side use several cores better than one call would.
    """

    def __init__(self, export: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self.config: ModelConfig = read_config(export)
        self.encoding: Encoding = load_encoding(export)
        providers = ["CPUExecutionProvider"]
        self._encoder = onnxruntime.InferenceSession(str(export / "encoder.onnx"), options, providers=providers)
        heads = [name for name in HEADS if (export / f"{name}.onnx").is_file()]
        self._heads = {
            name: onnxruntime.InferenceSession(str(export / f"{name}.onnx"), options, providers=providers)
            for name in heads
        }

    @property
    def heads(self) -> frozenset[str]:
        return frozenset(self._heads)

    def read(self, packed: Packed) -> Reading:
        """One pass over the article's windows."""
        hidden = np.empty((*packed.ids.shape, self.config.heads.hidden), dtype=np.float32)
        for at in range(0, len(packed.ids), WINDOWS_AT_ONCE):
            window = slice(at, at + WINDOWS_AT_ONCE)
            hidden[window] = self._encoder.run(None, {"ids": packed.ids[window], "mask": packed.mask[window]})[0]
        return Reading(self, packed, hidden.reshape(-1, self.config.heads.hidden))

    def head(self, name: str, *inputs: np.ndarray) -> np.ndarray:
        return self._heads[name].run(None, {f"in{index}": array for index, array in enumerate(inputs)})[0]
