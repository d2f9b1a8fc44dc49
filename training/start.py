"""The network that a user's run starts from: a finished model, or a bare base, with the heads that the labels need."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import torch
from transformers import set_seed

from ..data.labels import SIDES
from ..models.network import Network, load, load_encoder, merged, with_lora
from ..models.network_config import HeadsConfig, ModelConfig
from ..models.weights import Base
from .labels import Labelled
from .trainer import Settings

LORA = {"rank": 16, "alpha": 32}
WINDOW = (128, 24)  # tokens, shared with the next, of a base that no released model says it for


def new_config(name: str, base: Base, hidden: int, start: ModelConfig | None, labelled: Labelled) -> ModelConfig:
    """What the model is to be: the label sets of the labels, and the heads of the start that stay as they are.

    Where the labels use no other names than the start, its sets stay, in their order.
    """
    old = start.heads if start else HeadsConfig(hidden, salience=False, target_stance=False)
    stances = old.stances if set(labelled.stances) <= set(old.stances) else labelled.stances
    topics = old.topics if set(labelled.topics) <= set(old.topics) else labelled.topics
    heads = replace(
        old,
        stances=stances,
        topics=topics,
        sentence_stance="sentence_stance" in labelled.heads or (old.sentence_stance and stances == old.stances),
        target_stance="stance" in labelled.heads or (old.target_stance and stances == old.stances),
    )
    window, overlap = (start.max_tokens, start.overlap) if start else WINDOW
    issues = labelled.issues  # the head would lose those of the start that have no labels now
    if start and heads.target_stance and "stance" not in labelled.heads:
        issues = start.issues
    return ModelConfig(
        name, base.name, base.sha256, heads, None, window, overlap,
        mention_bias=start.mention_bias if start else 0.0, issues=issues,
    )  # fmt: skip


def kept_heads(config: ModelConfig, start: ModelConfig | None, labelled: Labelled) -> frozenset[str]:
    """The heads of the start that have no new labels, and stay as good as they are."""
    if start is None:
        return frozenset()
    old, new = start.heads, config.heads
    has = {
        "stance": bool(old.stances) and old.target_stance and old.stances == new.stances,
        "sentence_stance": old.sentence_stance and old.stances == new.stances,
        "topic": bool(old.topics) and old.topics == new.topics,
        "mention": bool(old.kinds),
        "salience": old.salience,
    }
    return frozenset(head for head, yes in has.items() if yes and head not in labelled.heads)


def started(config: ModelConfig, base: Base, start: Path | None, settings: Settings, *, full: bool) -> Network:
    """The network, with new heads where the labels differ, the same ones for the same seed."""
    set_seed(settings.seed)
    if start is None:
        encoder = load_encoder(base)
        network = Network(replace(config, lora=None if full else dict(LORA)), encoder)
    else:
        source = load(start)
        keep = bool(source.config.lora) and not full
        encoder = source.encoder if keep else merged(source)
        network = Network(replace(config, lora=source.config.lora if keep else None if full else dict(LORA)), encoder)
        _inherit(network, source)
        if keep:
            return network.train()
    if full:
        for name, weight in network.encoder.named_parameters():
            weight.requires_grad = not name.startswith("embeddings.")
    else:
        network.encoder = with_lora(network.encoder, LORA["rank"], LORA["alpha"], settings.dropout)
    return network.train()


def finished(network: Network, start: ModelConfig | None) -> Network:
    """As it is stored: adapters that were put on changed layers are folded into them."""
    if network.config.lora is None or start is None or start.lora is not None:
        return network
    encoder = merged(network)
    for name, weight in encoder.named_parameters():
        weight.requires_grad = not name.startswith("embeddings.")
    whole = Network(replace(network.config, lora=None), encoder)
    whole.heads = network.heads
    return whole.eval()


Weights = dict[str, torch.Tensor]


def movable(network: Network, kept: Collection[str]) -> Weights:
    """A copy of the weights that learn and that the start has too: the encoder's, and those of the heads that stay."""
    return {
        name: weight.detach().clone()
        for name, weight in network.named_parameters()
        if (weight.requires_grad and not name.startswith("heads.")) or name.split(".")[1] in kept
    }


@torch.no_grad()
def move(network: Network, start: Weights, trained: Weights, share: float) -> None:
    """Set the weights a ``share`` of the way, 0 to 1, from the start to what was trained."""
    for name, weight in network.named_parameters():
        if name in trained:
            weight.copy_(start[name].to(weight).lerp(trained[name].to(weight), share))


def _inherit(network: Network, source: Network) -> None:
    """Copies heads: whole where the labels are the same, else all but the last layer, of which the rows for the same
    label, or for the same side under another name, are copied."""
    old, new = source.config.heads, network.config.heads
    labels = {
        "topic": (old.topics, new.topics),
        **dict.fromkeys(("stance", "sentence_stance"), (old.stances, new.stances)),
    }
    for name, head in network.heads.items():
        if name not in source.heads:
            continue
        before, after = labels.get(name, ([], []))
        weights = source.heads[name].state_dict()
        if before != after:
            last = max(int(key.split(".")[1]) for key in weights)  # of the layers "net.N"
            fresh = head.state_dict()
            for key in (f"net.{last}.weight", f"net.{last}.bias"):
                rows = fresh[key].clone()
                for at, label in enumerate(after):
                    same = [n for n, other in enumerate(before) if _same(label, other)]
                    if same:
                        rows[at] = weights[key][same[0]]
                weights[key] = rows
        head.load_state_dict(weights)


def _same(label: str, other: str) -> bool:
    one, two = SIDES.get(label.casefold()), SIDES.get(other.casefold())
    return label == other or (one is not None and one == two)
