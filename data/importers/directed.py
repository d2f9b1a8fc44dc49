"""Sentences of news with two marked names (Park et al. 2021, "Who blames or endorses whom?").

Licence: free to use for whoever cites the paper. Its labels say which of the two is for or against the other, not
which side the sentence takes: :func:`read_directed_sentences` reads the text alone.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ..drafts import Skipped
from ..schema import Article, Holder, Mention, Sentence, Stance
from .delimited import read_rows

LICENSE = "use permitted, citing Park et al. 2021"
SPLITS = {"train": "train", "valid": "dev", "test": "test"}
# label → holder, target, stance for each direction that it states
STANCES = {
    "0": [("p", "q", "neutral"), ("q", "p", "neutral")],
    "1": [("p", "q", "favor")],
    "2": [("q", "p", "favor")],
    "3": [("p", "q", "against")],
    "4": [("q", "p", "against")],
}
_MARKED = re.compile(r"\[\s*([^\[\]]*?)\s*\]")


def read_directed(folder: Path, name: str, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The distinct rows of one file ("train", "valid", "test"), each with one stance, or with two neutral ones.

    A row that also stands in a file that measures more is left out, so that the published test file stays whole. The
    names are as marked: the marks often miss a plural or possessive ("[Democrat]s").
    """
    path = folder / f"{name}.txt.gz"
    later = list(SPLITS)[list(SPLITS).index(name) + 1 :]
    taken = {tuple(row) for n in later for _, row in read_rows(folder / f"{n}.txt.gz", "\t", 4, lambda _: None)}
    seen: set[tuple[str, ...]] = set()
    for line, row in read_rows(path, "\t", 4, skipped):
        key = tuple(row)
        if key in seen:
            skipped(Skipped(str(path), line, "repeats an earlier row"))
        elif key in taken:
            skipped(Skipped(str(path), line, f"also stands in {' or '.join(later)}"))
        elif isinstance(made := _article(row, name, line), str):
            skipped(Skipped(str(path), line, made))
        else:
            yield made
        seen.add(key)


def _article(row: list[str], name: str, line: int) -> Article | str:
    """The row, or why it cannot be used."""
    marked, *names, label = row
    if label not in STANCES:
        return f"label {label!r}"
    found = list(_MARKED.finditer(marked))
    if [match[1] for match in found] != names or not all(names) or marked.count("[") + marked.count("]") != 4:
        return "its two names are not the two that are marked"
    text = marked.replace("[", "").replace("]", "")
    mentions = []
    for index, (match, key) in enumerate(zip(found, "pq", strict=True)):
        start = match.start(1) - 1 - 2 * index  # less the brackets before it
        mentions.append(Mention(id=key, start=start, end=start + len(match[1]), text=match[1]))
    named = dict(zip("pq", names, strict=True))
    stances = [
        Stance(target=named[target], mention=target, holder=Holder(mention=holder), label=stance)
        for holder, target, stance in STANCES[label]
    ]
    return Article(
        id=f"directed/{name}/{line}",
        text=text,
        mentions=mentions,
        sentences=[Sentence(start=len(text) - len(text.lstrip()), end=len(text.rstrip()), stances=stances)],
        split=SPLITS[name],
        license=LICENSE,
    )


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
