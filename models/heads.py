"""The heads that read an encoder's token vectors: mention, topic, target stance, sentence stance and salience."""

from __future__ import annotations

import torch
from torch import nn

from .network_config import SALIENCE_POSITIONS, HeadsConfig
from .windows import SHAPES


class StanceHead(nn.Module):
    """MLP over the vectors that a side is read from, side by side: float [items, parts * hidden] → [items, stances].

    Three parts (window, sentence, target) give the stance toward a target, the first two that of a sentence.
    """

    def __init__(self, config: HeadsConfig, parts: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Dropout(0.1),
            nn.Linear(parts * config.hidden, config.hidden),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Linear(config.hidden, len(config.stances)),
        )

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        return self.net(vectors)


class TopicHead(nn.Module):
    """MLP over sentence vectors: float [sentences, hidden] → logits [sentences, topics]."""

    def __init__(self, config: HeadsConfig) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Dropout(0.1),
            nn.Linear(config.hidden, 256),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Linear(256, len(config.topics)),
        )

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        return self.net(vectors)


class MentionHead(nn.Module):
    """MLP over a token's vector and the case shapes around it, the encoders being uncased.

    float [tokens, hidden] and int64 shapes [tokens, 3] (before, own, after; SHAPES is "none") → logits
    [tokens, 1 + 2 * kinds]: outside, then begin and inside of each kind (BIO).
    """

    def __init__(self, config: HeadsConfig) -> None:
        super().__init__()
        self.shape = nn.Embedding(SHAPES + 1, 16)
        self.net = nn.Sequential(
            nn.Linear(config.hidden + 48, 128), nn.GELU(), nn.Linear(128, 1 + 2 * len(config.kinds))
        )

    def forward(self, vectors: torch.Tensor, shapes: torch.Tensor) -> torch.Tensor:
        return self.net(torch.cat([vectors, self.shape(shapes).flatten(1)], dim=-1))


class SalienceHead(nn.Module):
    """One transformer layer over an article's sentence vectors: float [1, sentences, hidden] → logits [sentences].

    The layout follows BertSum (Liu and Lapata 2019), at a width that costs next to nothing. Written out, since torch's
    own layer does not export with a variable number of sentences.
    """

    def __init__(self, config: HeadsConfig, width: int = 256) -> None:
        super().__init__()
        self.inward = nn.Linear(config.hidden, width)
        self.position = nn.Embedding(SALIENCE_POSITIONS, width)
        nn.init.normal_(self.position.weight, std=0.02)  # by default a position would outweigh what the sentence says
        self.before_attention = nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.mixed = nn.Linear(width, width)
        self.before_net = nn.LayerNorm(width)
        self.net = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(2 * width, width))
        self.outward = nn.Linear(width, 1)

    def forward(self, vectors: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        hidden = self.inward(vectors[0]) + self.position(positions)
        normed = self.before_attention(hidden)
        heads = [layer(normed).unflatten(-1, (4, -1)).transpose(0, 1) for layer in (self.query, self.key, self.value)]
        query, key, value = heads  # [heads, sentences, width / heads]
        attention = (query @ key.transpose(1, 2) / query.shape[-1] ** 0.5).softmax(-1) @ value
        hidden = hidden + self.mixed(attention.transpose(0, 1).flatten(1))
        hidden = hidden + self.net(self.before_net(hidden))
        return self.outward(hidden).squeeze(-1)


class Heads(nn.ModuleDict):
    """The heads that the configuration asks for, by name."""

    def __init__(self, config: HeadsConfig) -> None:
        heads: dict[str, nn.Module] = {}
        if config.stances and config.target_stance:
            heads["stance"] = StanceHead(config, parts=3)
        if config.stances and config.sentence_stance:
            heads["sentence_stance"] = StanceHead(config, parts=2)
        if config.topics:
            heads["topic"] = TopicHead(config)
        if config.kinds:
            heads["mention"] = MentionHead(config)
        if config.salience:
            heads["salience"] = SalienceHead(config)
        super().__init__(heads)
