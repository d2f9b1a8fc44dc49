"""How a user's training run is done: one dataclass for the command line, a YAML file and Python."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

HEADS = ("topic", "sentence_stance", "stance")  # what labels can train; "stance" is toward targets


@dataclass
class TrainOptions:
    """What is not given is as here."""

    base: str = "base"  # encoder: base, small, a folder or a model on the Hugging Face hub
    start: str = ""  # model to go on from; else the released one of that base, or for other bases none
    tasks: tuple[str, ...] = ()  # of topic, sentence_stance, stance; else all that the labels hold
    full: bool = False  # all layers of the encoder learn, not low-rank adapters
    epochs: int = 8  # at most, 1 or more; a run ends earlier when dev no longer gains
    patience: int = 2  # epochs without a gain after which it ends, 1 or more
    rate: float = 0.0  # peak learning rate of the encoder; 0: 2e-4 with adapters, 5e-5 with full
    head_rate: float = 1e-3  # peak learning rate of the heads, above 0
    batch_tokens: int = 1400  # of a step, padding included, 256 or more
    dev_share: float = 0.15  # of the articles, above 0, below 0.5; where the labels bring no split
    test_share: float = 0.15  # likewise
    wanted_accuracy: float = 0.9  # 0 to 1: the model abstains below the confidence that buys it on dev
    seed: int = 1

    def __post_init__(self) -> None:
        self.tasks = tuple(self.tasks)
        if unknown := [name for name in self.tasks if name not in HEADS]:
            raise ValueError(f"no task {unknown[0]!r}: one of {', '.join(HEADS)}")
        limits: dict[str, tuple[float, float]] = {
            "epochs": (1, 1000), "patience": (1, 1000), "rate": (0, 1), "head_rate": (1e-7, 1),
            "batch_tokens": (256, 1_000_000), "dev_share": (0.01, 0.49), "test_share": (0.01, 0.49),
            "wanted_accuracy": (0, 1), "seed": (0, 2**32 - 1),
        }  # fmt: skip
        for name, (least, most) in limits.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} {getattr(self, name)} is not between {least} and {most}")

    @property
    def encoder_rate(self) -> float:
        return self.rate or (5e-5 if self.full else 2e-4)


def load_options(path: Path | None, given: dict[str, Any]) -> TrainOptions:
    """The settings of a YAML file, over which those ``given`` take precedence. Raises ValueError, naming the field."""
    if path is None:
        return TrainOptions(**given)
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: cannot be read as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path}: holds no settings, which are lines such as 'epochs: 4'")
    known = [field.name for field in fields(TrainOptions)]
    options = TrainOptions()
    for name, value in found.items():
        if name not in known:
            raise ValueError(f"{path}: no setting {name!r}: one of {', '.join(known)}")
        held = getattr(options, name)
        if name == "tasks" and isinstance(value, str):
            value = [value]
        if isinstance(held, float) and isinstance(value, str):  # YAML reads 2e-4 as a string
            value = _number(value)
        if isinstance(held, bool) != isinstance(value, bool) or not isinstance(
            value, (int, float) if isinstance(held, float) else (list, tuple) if isinstance(held, tuple) else type(held)
        ):
            raise ValueError(f"{path}: {name}: {value!r} cannot be used where a value like {held!r} belongs")
        found[name] = float(value) if isinstance(held, float) and isinstance(value, (int, float)) else value
    return replace(options, **{**found, **given})


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
