"""Moves magnitude from activations into weights, so that int8 products keep what matters of both.

Dynamic quantization takes one activation scale a call, and both encoders have a few channels of far greater magnitude
than the rest, which leaves the others little resolution. SmoothQuant (Xiao et al. 2022) moves part of that magnitude
into the weights: ``x @ W == (x / s) @ (s * W)``, with ``s`` from the activations of calibration text. How much is moved
is chosen for each product by itself, as that which gives the int8 product the smallest error on that text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import nn

from ..data.sentences import split_sentences
from .windows import Encoding, pack

STRENGTHS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)  # 0 leaves all magnitude in the activations, 1 moves all of it
TEXTS, ROWS = 16, 16  # on which the error is measured, and token vectors of each
ACTIVATION_LEVELS = 255


@dataclass
class _Seen:
    """Inputs of one layer: per text the rows kept, and the least and greatest value of each channel."""

    rows: list[torch.Tensor] = field(default_factory=list)
    low: list[torch.Tensor] = field(default_factory=list)
    high: list[torch.Tensor] = field(default_factory=list)

    def add(self, inputs: torch.Tensor) -> None:
        flat = inputs.detach().flatten(0, -2)
        step = max(1, len(flat) // ROWS)
        if len(self.rows) < TEXTS:
            self.rows.append(flat[::step][:ROWS].clone())
        self.low.append(flat.amin(0))
        self.high.append(flat.amax(0))

    def peaks(self) -> torch.Tensor:
        """float [channels]: the greatest magnitude."""
        return torch.stack([*self.low, *self.high]).abs().amax(0).clamp(min=1e-4)


class Smoothed(nn.Module):
    """A linear layer whose input is divided by the scales that its weights were multiplied by."""

    def __init__(self, linear: nn.Module, inverse: nn.Parameter) -> None:
        super().__init__()
        self.linear = linear
        self.inverse = inverse

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x * self.inverse)


@torch.no_grad()
def smooth(encoder: nn.Module, encoding: Encoding, texts: Sequence[str], weight_levels: int) -> dict[str, float]:
    """Replace the encoder's linear layers by smoothed ones, in place. Returns the strength of each group of layers.

    ``weight_levels`` is the greatest absolute value of an int8 weight: 127, or 63 with a reduced range.
    """
    layers = {name: module for name, module in encoder.named_modules() if isinstance(module, nn.Linear)}
    seen = {name: _Seen() for name in layers}
    hooks = [
        module.register_forward_pre_hook(lambda _, inputs, name=name: seen[name].add(inputs[0]))
        for name, module in layers.items()
    ]
    for text in texts:
        packed = pack(encoding, text, split_sentences(text))
        encoder(input_ids=torch.from_numpy(packed.ids), attention_mask=torch.from_numpy(packed.mask))
    for hook in hooks:
        hook.remove()
    chosen = {}
    for key, names in _groups(layers).items():
        inputs, weights = seen[names[0]], torch.cat([layers[name].weight for name in names])
        exact = [rows @ weights.T for rows in inputs.rows]
        errors = {strength: _error(inputs, weights, exact, strength, weight_levels) for strength in STRENGTHS}
        chosen[key] = min(errors, key=lambda strength: errors[strength])
        scale = _scale(inputs.peaks(), weights, chosen[key])
        inverse = nn.Parameter(1 / scale, requires_grad=False)
        for name in names:
            parent, _, last = name.rpartition(".")
            layers[name].weight.data *= scale
            setattr(encoder.get_submodule(parent), last, Smoothed(layers[name], inverse))
    return chosen


def _groups(layers: dict[str, nn.Linear]) -> dict[str, list[str]]:
    """Query, key and value read the same input, so they share one scale and one division."""
    groups: dict[str, list[str]] = {}
    for name in layers:
        parent, _, last = name.rpartition(".")
        shared = last in {"q", "k", "v", "query", "key", "value"}
        groups.setdefault(f"{parent}.qkv" if shared else name, []).append(name)
    return groups


def _scale(peaks: torch.Tensor, weights: torch.Tensor, strength: float) -> torch.Tensor:
    """float [channels]"""
    own = weights.abs().amax(0).clamp(min=1e-4)
    return (peaks**strength / own ** (1 - strength)).clamp(min=1e-3)


def _error(
    seen: _Seen, weights: torch.Tensor, exact: Sequence[torch.Tensor], strength: float, weight_levels: int
) -> float:
    """Squared difference of the int8 product from the ``exact`` one, over the texts whose rows were kept."""
    scale = _scale(seen.peaks(), weights, strength)
    moved = weights * scale
    step = moved.abs().amax(1, keepdim=True) / weight_levels
    rounded = (moved / step).round() * step
    wrong = 0.0
    for rows, product, low, high in zip(seen.rows, exact, seen.low, seen.high, strict=False):
        least, most = (low / scale).min().clamp(max=0), (high / scale).max().clamp(min=0)
        step = (most - least) / ACTIVATION_LEVELS
        wrong += float((((rows / scale) / step).round() * step @ rounded.T - product).square().sum())
    return wrong
