"""CNN, Daily Mail, XSum and BBC articles with their reference summaries.

CNN and Daily Mail: Hermann et al. 2015; XSum: Narayan et al. 2018; NEWTS: Bahrainian et al. 2022; eleven references:
SummEval, Fabbri et al. 2021; extractive BBC: no paper. Licences differ by set; the text is the publishers'.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..detokenize import detokenize
from ..schema import Article
from .jsonl import read_lines

LICENSES = {
    "cnndm_val": "MIT",
    "cnndm_train_200": "MIT badge or none stated",
    "cnndm_hw6_train": "MIT badge or none stated",
    "cnndm_hw6_test": "MIT badge or none stated",
    "xsum": "MIT badge or none stated",
    "bbc_extractive": "none",
    "newts": "CC BY-NC-SA 4.0",
    "summeval_11refs": "Apache-2.0",
}


def read_summaries(path: Path) -> Iterator[Article]:
    """The articles of one file, each with its references."""
    for row in read_lines(path):
        name = row.get("set", "cnndm_val")  # the file of stored outputs is of the same repository
        number = str(row["id"])
        yield Article(
            # Two sets that share a file count their rows from 0
            id=f"{name}/{number}" if number.isdigit() else number,
            text=detokenize(row["article"]),
            summaries=[detokenize(reference) for reference in row["references"]],
            license=LICENSES[name],
        )
