"""The classifier as a torch module, and its folder on disk: what training changes and what is exported."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoModel

from .heads import Heads
from .network_config import CONFIG, WEIGHTS, ModelConfig, read_config, write_config
from .weights import Base, WeightsError, base_of, find_base


class Network(nn.Module):
    """Encoder and heads. The encoder maps int64 ids and mask [windows, length] to float [windows, length, hidden]."""

    def __init__(self, config: ModelConfig, encoder: nn.Module) -> None:
        super().__init__()
        self.config = config
        self.encoder = encoder
        self.heads = Heads(config.heads)

    def hidden(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Token vectors, the windows laid end to end: float [windows * length, hidden]."""
        return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.flatten(0, 1)


def load_encoder(base: Base) -> nn.Module:
    """The base encoder in float32, without the pooling layer that sentence vectors do not use."""
    return AutoModel.from_pretrained(find_base(base), add_pooling_layer=False, dtype=torch.float32)


def with_lora(encoder: nn.Module, rank: int, alpha: int, dropout: float) -> nn.Module:
    """The encoder with low-rank adapters (Hu et al. 2021) on all linear layers, its own weights frozen."""
    from peft import LoraConfig, get_peft_model

    settings = LoraConfig(r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules="all-linear", bias="none")
    return get_peft_model(encoder, settings)  # type: ignore[arg-type]


def build(config: ModelConfig, *, dropout: float = 0.05) -> Network:
    """A network with fresh adapters and heads on the base's weights."""
    encoder = load_encoder(base_of(config.base))
    if config.lora:
        encoder = with_lora(encoder, config.lora["rank"], config.lora["alpha"], dropout)
    else:
        for name, weight in encoder.named_parameters():
            weight.requires_grad = not name.startswith("embeddings.")
    return Network(config, encoder)


def trained_weights(network: Network) -> dict[str, torch.Tensor]:
    """What the base does not hold: adapters or changed layers, and heads."""
    kept = {name for name, weight in network.named_parameters() if weight.requires_grad or name.startswith("heads.")}
    return {name: weight.detach() for name, weight in network.state_dict().items() if name in kept}


def save(network: Network, folder: Path) -> None:
    """Write model.json and the trained weights in float16."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: weight.to(torch.float16).contiguous() for name, weight in trained_weights(network).items()}
    save_file(weights, folder / f"{WEIGHTS}.part")
    os.replace(folder / f"{WEIGHTS}.part", folder / WEIGHTS)
    write_config(network.config, folder)


def load(folder: Path) -> Network:
    """Read a model folder onto its base, in evaluation mode. Raises WeightsError, KeyError or ValueError."""
    config = read_config(folder)
    base = base_of(config.base)
    if config.base_sha256 != base.sha256:
        raise WeightsError(f"{folder} was made for another version of {base.hub_id}: train it again")
    network = build(config)
    weights = {name: weight.to(torch.float32) for name, weight in load_file(folder / WEIGHTS).items()}
    expected = {(name, weight.shape) for name, weight in trained_weights(network).items()}
    if odd := sorted({name for name, _ in {(n, w.shape) for n, w in weights.items()} ^ expected})[:3]:
        raise ValueError(f"{folder / WEIGHTS} does not fit {CONFIG}: {', '.join(odd)}")
    network.load_state_dict(weights, strict=False)
    return network.eval()


def merged(network: Network) -> nn.Module:
    """The encoder with its adapters folded into its layers."""
    encoder = network.encoder
    return encoder.merge_and_unload() if network.config.lora else encoder  # type: ignore[operator, union-attr, return-value]
