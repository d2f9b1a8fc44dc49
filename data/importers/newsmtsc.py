"""NewsMTSC (Hamborg and Donnay 2021): sentences of US news with polarity toward marked targets.

A row becomes an article of one sentence with its stances. 2,003 rows can also be read inside their article.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..detokenize import detokenize, locate
from ..schema import Article, Mention, Sentence, Stance
from ..sentences import split_sentences
from .jsonl import read_lines

LABELS = {2.0: "against", 4.0: "neutral", 6.0: "favor"}
CONTEXT_WORDS = 70  # words of the article that are kept on each side of a row


def read_newsmtsc(folder: Path, name: str) -> Iterator[Article]:
    """The rows of one file ("train", "dev_rw", "dev_mt", "test_rw", "test_mt"), each alone.

    Raises ValueError naming the row whose offsets do not match its mention.
    """
    for row in read_lines(folder / f"{name}.jsonl.gz"):
        yield _article(row, row["sentence_normalized"], 0, f"newsmtsc/{name}/{row['primary_gid']}")


def read_newsmtsc_in_context(folder: Path, name: str) -> Iterator[Article]:
    """The rows of one file whose article is known, each with the text around it; only the row itself is labelled."""
    with gzip.open(folder / "sentence_to_context_article.json.gz", "rt", encoding="utf-8") as handle:
        # keys are "train|GID" or "devtest_rw|GID": a GID occurs in one file alone
        keys: dict[str, str] = {key.split("|", 1)[1]: ids[0] for key, ids in json.load(handle).items()}
    contents = {row["ID"]: row["content"] for row in read_lines(folder / "context_articles.jsonl.gz")}
    for row in read_lines(folder / f"{name}.jsonl.gz"):
        content = contents.get(keys.get(row["primary_gid"], ""))
        found = locate(content, row["sentence_normalized"]) if content else None
        if content is None or found is None:
            continue
        before = detokenize(" ".join(content[: found[0]].split()[-CONTEXT_WORDS:]))
        after = detokenize(" ".join(content[found[1] :].split()[:CONTEXT_WORDS]))
        start = len(before) + 1 if before else 0
        text = f"{before} {row['sentence_normalized']} {after}".strip()
        yield _article(row, text, start, f"newsmtsc/{name}/context/{row['primary_gid']}")


def _article(row: dict[str, Any], text: str, shift: int, name: str) -> Article:
    mentions, stances = [], []
    for index, target in enumerate(row["targets"]):
        start, end = target["from"] + shift, target["to"] + shift
        if text[start:end] != target["mention"]:
            raise ValueError(f"{name}: target {target['mention']!r} is not at {target['from']}-{target['to']}")
        mentions.append(Mention(id=f"m{index}", start=start, end=end))
        stances.append(Stance(target=target["mention"], mention=f"m{index}", label=LABELS[target["polarity"]]))
    end = shift + len(row["sentence_normalized"])
    sentences = [Sentence(start=s.start, end=s.end) for s in split_sentences(text[:shift])]
    sentences.append(Sentence(start=shift, end=end, stances=stances))
    sentences += [Sentence(start=s.start + end, end=s.end + end) for s in split_sentences(text[end:])]
    return Article(id=name, text=text, mentions=mentions, sentences=sentences)
