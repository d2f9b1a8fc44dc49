"""Sentences of news with two marked names (Park et al. 2021, "Who blames or endorses whom?"), for their text alone.

Their labels say who is for or against whom, which is not the side that a sentence takes.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from ..schema import Article, Sentence


def read_directed_sentences(path: Path) -> Iterator[Article]:
    """The distinct sentences of one file, without the brackets around the names, each an article of its own."""
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            text = " ".join(line.split("\t")[0].replace("[", "").replace("]", "").split())
            if text and text not in seen:
                seen.add(text)
                yield Article(
                    id=f"directed/{number}", text=text, sentences=[Sentence(start=0, end=len(text))], entities=[]
                )
