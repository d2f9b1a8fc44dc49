"""The names that labels have: how often each occurs, which are misspelt, rare or outside the documented set."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import yaml

from .label_findings import ARTICLE_TOPIC, STANCE, TAG, TARGET, TOPIC, Findings, Place

SETS = "labels.yaml"  # beside the label files: {topics: […], stances: […], tags: […]}, each of them optional
SET_OF = {ARTICLE_TOPIC: "topics", TOPIC: "topics", STANCE: "stances", TARGET: "stances", TAG: "tags"}
FREQUENT = 3  # times that a label occurs, for a rare one to be taken for its misspelling
RARER = 3  # times that a label occurs at least for each misspelling of it
IMBALANCE = 50  # times that the most frequent label occurs for each rarest one
_LISTS = "lists of labels as topics, stances or tags"
_DIGITS = re.compile(r"\d+")


class LabelNames:
    """Counts the labels of each task, with the place where each occurs first."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {task: Counter() for task in SET_OF}
        self._first: dict[tuple[str, str], tuple[Place, str]] = {}
        self._sets: dict[Path, dict[str, frozenset[str]]] = {}

    def add(self, task: str, label: str, place: Place, field: str, findings: Findings) -> None:
        self.counts[task][label] += 1
        self._first.setdefault((task, label), (place, field))
        documented = self._documented(Path(place.path).parent, findings).get(SET_OF[task])
        if documented is not None and label not in documented:
            findings.error(
                "unknown_label", place, field,
                f"{label!r} is not in the {SET_OF[task]} of {SETS}: correct it, or add it there",
            )  # fmt: skip

    def check(self, findings: Findings) -> None:
        """Add what shows only when all labels are counted."""
        for task, counts in self.counts.items():
            names: Counter[str] = Counter()
            frequent = [(label, count) for label, count in counts.most_common() if count >= FREQUENT]
            for label, count in counts.items():
                place, field = self._first[task, label]
                meant = _meant(label, count, frequent)
                documented = self._documented(Path(place.path).parent, findings).get(SET_OF[task], frozenset())
                if meant is not None and label not in documented:
                    tell = findings.error if meant[1] < 2 else findings.doubt
                    tell(
                        "misspelt_label", place, field,
                        f"the {task} {label!r} occurs {_times(count)}, {meant[0]!r} {_times(counts[meant[0]])}: "
                        f"did you mean {meant[0]!r}? If not, list both in {SETS}",
                    )  # fmt: skip
                    continue
                names[label] = count
                if count == 1:
                    findings.doubt(
                        "label_once", place, field,
                        f"the {task} {label!r} occurs once: label more of it, or use another",
                    )  # fmt: skip
            self._check_balance(task, names, findings)

    def _check_balance(self, task: str, names: Counter[str], findings: Findings) -> None:
        if task == TAG or len(names) < 2:  # a stance may have any number of tags, so that they have no balance
            return
        (most, many), *_, (least, few) = names.most_common()
        if many > IMBALANCE * few:
            place, field = self._first[task, least]
            findings.doubt(
                "imbalance", place, field,
                f"the {task} {least!r} occurs {_times(few)}, {most!r} {_times(many)}: label more of {least!r}, or "
                "expect no model to learn it",
            )  # fmt: skip

    def _documented(self, folder: Path, findings: Findings) -> dict[str, frozenset[str]]:
        if folder not in self._sets:
            self._sets[folder] = _read_sets(folder / SETS, findings)
        return self._sets[folder]


def edit_distance(one: str, other: str) -> int:
    """Least number of characters to insert, delete, replace or swap with the next one (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, character in enumerate(one, 1):
        new = [at]
        for column, against in enumerate(other, 1):
            least = min(row[column - 1] + (character != against), row[column] + 1, new[column - 1] + 1)
            if at > 1 and column > 1 and character == other[column - 2] and against == one[at - 2]:
                least = min(least, before[column - 2] + 1)
            new.append(least)
        before, row = row, new
    return row[-1]


def _meant(label: str, count: int, frequent: list[tuple[str, int]]) -> tuple[str, int] | None:
    """The label that this one is a misspelling of, and how many characters apart. Names that differ in numbers, short
    ones, and those that are not far rarer are never that."""
    found = []
    for other, often in frequent:
        if often <= count or other == label:
            continue
        if " ".join(label.split()).casefold() == " ".join(other.split()).casefold():
            return other, 0
        allowed = min(2, len(label) // 3) if often >= RARER * count else 0
        if abs(len(label) - len(other)) <= allowed and _DIGITS.sub("0", label) != _DIGITS.sub("0", other):
            apart = edit_distance(label, other)
            if apart <= allowed:
                found.append((apart, -often, other))
    return (min(found)[2], min(found)[0]) if found else None


def _read_sets(path: Path, findings: Findings) -> dict[str, frozenset[str]]:
    if not path.is_file():
        return {}
    sets = {}
    try:
        read = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # yes and no are names here
    except (yaml.YAMLError, UnicodeDecodeError):
        read = None
    if not isinstance(read, dict):
        findings.error("unreadable", Place(str(path), 1), "record", f"not YAML with {_LISTS}: correct it")
        return {}
    for name, labels in read.items():
        if name in SET_OF.values() and isinstance(labels, list):
            sets[name] = frozenset(map(str, labels))
        else:
            findings.error("unreadable", Place(str(path), 1), str(name), f"only {_LISTS} can stand here: correct it")
    return sets


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
