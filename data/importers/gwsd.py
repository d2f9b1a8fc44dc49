"""GWSD (Luo, Card and Jurafsky 2020, "Detecting Stance in Media on Global Warming"): sentences of US news. No licence.

Eight annotators said whether a sentence agrees that climate change is a serious concern. The set's label is the most
probable one under the authors' model of the annotators, which is not always the majority of the votes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from ..drafts import Skipped
from ..schema import Article, Sentence, Stance
from .delimited import read_rows

LICENSE = "none"
TARGET = "climate change"
LABELS = ("agree", "neutral", "disagree")
VOTES = {"agrees": "agree", "neutral": "neutral", "disagrees": "disagree"}


def read_gwsd(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The sentences of GWSD.tsv.gz with their eight votes; the set's held-out sentences are its test split."""
    rows = read_rows(path, "\t", 18, skipped)
    _, header = next(rows)
    for line, cells in rows:
        row = dict(zip(header, cells, strict=True))
        votes = Counter(row[f"worker_{index}"] for index in range(8))
        text = row["sentence"]
        if not all(row[label] for label in LABELS):
            skipped(Skipped(str(path), line, "no label: a sentence that screened the annotators"))
        elif unknown := set(votes) - set(VOTES):
            skipped(Skipped(str(path), line, f"vote {min(unknown)!r}"))
        elif not text.strip():
            skipped(Skipped(str(path), line, "no text"))
        else:
            stance = Stance(
                target=TARGET,
                label=max(LABELS, key=lambda label: float(row[label])),
                votes={label: votes[word] for word, label in VOTES.items()},
            )
            yield Article(
                id=f"gwsd/{row['guid']}",
                text=text,
                sentences=[Sentence(start=0, end=len(text.rstrip()), stances=[stance])],
                split="test" if row["in_held_out_test"] == "True" else "train",
                license=LICENSE,
            )
