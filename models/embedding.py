"""Texts as unit vectors of the plain MiniLM encoder, the same whichever model made a summary."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from .network import load_encoder
from .quiet import quiet
from .weights import BASES, WeightsError, find_base
from .windows import load_encoding

MAX_TOKENS = 256  # longer texts are cut
AT_ONCE = 32


class Embedder:
    """all-MiniLM-L6-v2 as published (Wang et al. 2020; sentence-transformers): mean of the token vectors, normalized.

    Raises WeightsError where the base is not installed.
    """

    def __init__(self) -> None:
        with quiet():
            self._encoder = load_encoder(BASES["small"]).eval()
        self._encoding = load_encoding(find_base(BASES["small"]))

    @torch.no_grad()
    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """float32 [texts, 384]"""
        found = [np.zeros((0, 384), dtype=np.float32)]
        for at in range(0, len(texts), AT_ONCE):
            encoded = self._encoding.tokenizer.encode_batch(list(texts[at : at + AT_ONCE]))
            length = min(MAX_TOKENS, max(len(each.ids) for each in encoded))
            ids = torch.full((len(encoded), length), self._encoding.pad, dtype=torch.int64)
            mask = torch.zeros((len(encoded), length), dtype=torch.int64)
            for row, each in enumerate(encoded):
                own = each.ids if len(each.ids) <= length else [*each.ids[: length - 1], self._encoding.last]
                ids[row, : len(own)], mask[row, : len(own)] = torch.tensor(own), 1
            hidden = self._encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            found.append(torch.nn.functional.normalize(mean, dim=-1).numpy())
        return np.concatenate(found)


def find_embedder() -> Embedder | None:
    """None where the base is not installed."""
    try:
        return Embedder()
    except WeightsError:
        return None
