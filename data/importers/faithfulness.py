"""Summaries of news that people judged faithful to their article or not, of six published sets.

QAGS (Wang et al. 2020), CLIFF (Cao and Wang 2021), Goyal21 (Goyal and Durrett 2021), XSumFaith (Maynez et al. 2020),
SummEval (Fabbri et al. 2021) and the news of SummEdits (Laban et al. 2023). Licences are mixed: measure only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..drafts import Skipped
from .jsonl import read_lines

SPLITS = {"val": "dev", "evaluation": "dev", "test": "test"}


@dataclass(frozen=True)
class Judged:
    """One summary of one document."""

    document: str
    summary: str
    label: int  # 1 = faithful
    split: str  # "dev" or "test"
    origin: str  # the set, and the data that its articles come from: "cliff_xsum"
    document_id: str  # of the origin: several systems summarized the same document


def read_faithfulness(path: Path, skipped: Callable[[Skipped], None]) -> Iterator[Judged]:
    """All judged summaries of the file."""
    for line, row in enumerate(read_lines(path), 1):
        if row["label"] not in (0, 1):
            skipped(Skipped(str(path), line, f"label {row['label']!r}"))
        elif row["split"] not in SPLITS:
            skipped(Skipped(str(path), line, f"split {row['split']!r}"))
        elif not row["document"].strip() or not row["summary"].strip():
            skipped(Skipped(str(path), line, "no text"))
        else:
            split = SPLITS[row["split"]]
            yield Judged(row["document"], row["summary"], row["label"], split, row["bench"], row["doc_id"])
