"""Figures of a benchmark: items with their gold labels in, a printed table and a flat JSON object out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..evaluation.intervals import Estimate, macro_f1_interval


@dataclass
class Items:
    """What was labelled and what the model said: one row an item, a group being what intervals resample."""

    gold: list[int] = field(default_factory=list)
    probabilities: list[np.ndarray] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(self, gold: int, probabilities: np.ndarray, group: str) -> None:
        self.gold.append(gold)
        self.probabilities.append(probabilities)
        self.groups.append(group)

    def extend(self, other: Items) -> None:
        self.gold += other.gold
        self.probabilities += other.probabilities
        self.groups += other.groups


class Figures:
    """The flat object of one model's figures; each is printed as it comes."""

    def __init__(self, model: str) -> None:
        self.model = model  # the end of every key
        self.values: dict[str, float] = {}

    def add(self, measure: str, found: Estimate, n: int, digits: int = 2) -> None:
        """Keys are MEASURE.MODEL and, for the interval, MEASURE_low.MODEL and MEASURE_high.MODEL."""
        key = f"{measure}.{self.model}"
        self.values[key] = round(found.value, digits)
        shown = ""
        if found.low is not None and found.high is not None:
            self.values[f"{measure}_low.{self.model}"] = round(found.low, digits)
            self.values[f"{measure}_high.{self.model}"] = round(found.high, digits)
            shown = f"[{found.low:.{digits}f}, {found.high:.{digits}f}]"
        print(f"{key:<52}{found.value:>9.{digits}f}  {shown:<18} {n:>6,}", flush=True)

    def add_macro_f1(self, measure: str, items: Items) -> None:
        gold, probabilities = np.asarray(items.gold), np.asarray(items.probabilities)
        predicted = probabilities.argmax(axis=1)
        self.add(measure, macro_f1_interval(gold, predicted, probabilities.shape[1], items.groups), len(gold))


def print_head(intervals: str) -> None:
    print(f"{intervals}\n\n{'figure':<52}{'value':>9}  {'95% interval':<18} {'n':>6}")


def write_json(path: Path | None, values: dict[str, float]) -> None:
    if path is not None:
        path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
