"""What a model is, apart from its weights: the contents of model.json.

Kept free of torch, which inference does not load.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

CONFIG = "model.json"
WEIGHTS = "model.safetensors"
SALIENCE_POSITIONS = 16  # that the salience head tells apart; later sentences share the last


@dataclass
class HeadsConfig:
    """What a model predicts. The label sets are the model's own copy, in the order of its logits."""

    hidden: int  # width of the encoder's vectors
    stances: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)  # kinds of entity that the mention head finds
    salience: bool = True
    sentence_stance: bool = False  # the side of a whole sentence; without it, it follows from the target stances
    target_stance: bool = True  # the side toward each target


@dataclass
class ModelConfig:
    """The contents of model.json."""

    name: str
    base: str  # a name in BASES, a folder, or a model on the Hugging Face hub
    base_sha256: str
    heads: HeadsConfig
    lora: dict[str, Any] | None = None  # {"rank", "alpha"}; None: the encoder's own layers are stored
    max_tokens: int = 256  # of a window
    overlap: int = 48
    temperatures: dict[str, float] = field(default_factory=dict)  # per head; logits are divided by it
    abstain_below: dict[str, float] = field(default_factory=dict)  # per head; least probability of an answer
    mention_bias: float = 0.0  # added to the "outside" logit
    issues: list[str] = field(default_factory=list)  # targets on which every sentence is judged, named in it or not


def read_config(folder: Path) -> ModelConfig:
    """Read model.json. Raises FileNotFoundError, ValueError or TypeError where it is not a model's."""
    raw = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return ModelConfig(**{**raw, "heads": HeadsConfig(**raw["heads"])})


def write_config(config: ModelConfig, folder: Path) -> None:
    """Write model.json, whole or not at all."""
    scratch = folder / f"{CONFIG}.part"
    scratch.write_text(json.dumps(asdict(config), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(scratch, folder / CONFIG)
