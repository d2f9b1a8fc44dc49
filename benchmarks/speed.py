"""python -m stancelens.benchmarks.speed --data DIR [--articles 500] [--models small,base] [--repeats 3] [--json FILE]
python -m stancelens.benchmarks.speed --data DIR --pair-articles 50      # times the slow peer on a random part

StanceLens from article to record, against the same model called once per (sentence, target) pair with transformers in
fp32: batches of 32 sorted by length over all articles, the pair's first token through a linear layer. Both get the
same distinct articles of topic/bbc, drawn with a fixed seed, with the same sentences and the same targets, found
beforehand by the rule in `given_targets`. StanceLens also predicts topic and salience and writes a summary; the peer
does none of it. Loading and exporting are not timed. Systems run one after another, in turn, each in a process of its
own, on all CPUs; of the repeats the median counts. Peak memory is the process's, weights and libraries included.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..data.schema import Article, Mention
from .arguments import model_parser, parsed
from .bbc import distinct_articles
from .figures import write_json

T = TypeVar("T")
BATCH, SEED = 32, 0
MAX_TOKENS = 256  # of a pair
NAME = re.compile(r"[A-Z][\w’'&-]*(?:[ ](?:of[ ](?:the[ ])?)?[A-Z][\w’'&-]*)*")
_NO_NAMES = """I I'm I've I'd Mr Mrs Ms Dr Sir Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February
March April May June July August September October November December"""
NO_NAMES = frozenset(_NO_NAMES.split())


@dataclass(frozen=True)
class Timing:
    seconds: float
    articles: int
    sentences: int
    pairs: int
    peak_mb: float


def given_targets(article: Article) -> list[Mention]:
    """Runs of capitalized words, each distinct one once a sentence: a simple rule that favours no system.

    A single word that opens a sentence counts only if the article has it within a sentence too.
    """
    found: list[list[tuple[int, int, str]]] = []
    inside: set[str] = set()
    for sentence in article.sentences or []:
        text = sentence.of(article.text)
        opening = len(text) - len(text.lstrip("\"'“‘([ "))
        runs = []
        for match in NAME.finditer(text):
            name = re.sub(r"(?:['’]s?|-)$", "", match.group())
            if name in NO_NAMES or len(name) < 2:
                continue
            if match.start() > opening:
                inside.add(name)
            runs.append((sentence.start + match.start(), match.start() - opening, name))
        found.append(runs)
    mentions: list[Mention] = []
    for runs in found:
        seen: set[str] = set()
        for start, place, name in runs:
            if name.casefold() not in seen and (place > 0 or " " in name or name in inside):
                seen.add(name.casefold())
                mentions.append(Mention(id=f"m{len(mentions)}", start=start, end=start + len(name)))
    return mentions


def peak_mb() -> float:
    """Peak memory of this process. Linux's getrusage also counts what the parent held when it started this one."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def export(folder: Path) -> str:
    """Make the cached export, so that no other process needs torch for it; the model's name."""
    from ..models.export import exported
    from ..models.network_config import read_config

    exported(folder)
    return read_config(folder).name


def time_stancelens(folder: Path, articles: list[Article]) -> Timing:
    from ..inference.analyzer import Analyzer

    analyzer = Analyzer(folder, given=("sentences", "mentions"))
    for article in articles[:3]:
        analyzer.analyze_article(article)
    start = time.perf_counter()
    stances = 0
    for result in analyzer.analyze(articles):
        stances += sum(len(sentence.stances or []) for sentence in result.sentences or [])
    return _timing(time.perf_counter() - start, articles, stances)


def time_pairs(folder: Path, articles: list[Article]) -> Timing:
    import torch
    from transformers import AutoTokenizer
    from transformers.utils import logging

    from ..models.network import load, merged
    from ..models.weights import BASES, find_base

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(os.cpu_count() or 1)
    network = load(folder)
    encoder = merged(network).eval()
    classifier = torch.nn.Linear(network.config.heads.hidden, len(network.config.heads.stances)).eval()
    tokenizer = AutoTokenizer.from_pretrained(find_base(BASES[network.config.base]))

    def run(pairs: list[tuple[str, str]]) -> None:
        rows = tokenizer([s for s, _ in pairs], [t for _, t in pairs], truncation="only_first", max_length=MAX_TOKENS)
        order = sorted(range(len(pairs)), key=lambda index: len(rows["input_ids"][index]))
        for at in range(0, len(order), BATCH):
            batch = [{key: values[index] for key, values in rows.items()} for index in order[at : at + BATCH]]
            inputs = tokenizer.pad(batch, return_tensors="pt")
            classifier(encoder(**inputs).last_hidden_state[:, 0]).softmax(-1).numpy()

    with torch.inference_mode():
        run(pairs_of(articles[:3])[:BATCH])
        start = time.perf_counter()
        pairs = pairs_of(articles)
        run(pairs)
        return _timing(time.perf_counter() - start, articles, len(pairs))


def pairs_of(articles: list[Article]) -> list[tuple[str, str]]:
    """(sentence, target) of every given target, in order."""
    pairs = []
    for article in articles:
        sentences = iter(article.sentences or [])
        sentence = next(sentences, None)
        for mention in article.mentions or []:  # in text order
            while sentence is not None and sentence.end <= mention.start:
                sentence = next(sentences, None)
            if sentence is not None:
                pairs.append((sentence.of(article.text), mention.of(article.text)))
    return pairs


def _timing(seconds: float, articles: list[Article], pairs: int) -> Timing:
    sentences = sum(len(article.sentences or []) for article in articles)
    return Timing(seconds, len(articles), sentences, pairs, peak_mb())


def apart(work: Callable[..., T], *arguments: object) -> T:
    """Call ``work`` in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def measure(folder: Path, articles: list[Article], pair_articles: int | None, repeats: int) -> dict[str, float]:
    """Both systems with one model."""
    name = apart(export, folder)
    part = articles
    if pair_articles is not None and pair_articles < len(articles):
        part = random.Random(SEED).sample(articles, pair_articles)
    runs = [(apart(time_stancelens, folder, articles), apart(time_pairs, folder, part)) for _ in range(repeats)]
    own, peer = (
        sorted(timings, key=lambda timing: timing.seconds)[repeats // 2] for timings in zip(*runs, strict=True)
    )
    total = len(pairs_of(articles))
    if own.pairs != total:
        raise SystemExit(f"{name}: StanceLens judged {own.pairs} targets of the {total} given")
    seconds = peer.seconds * total / peer.pairs
    per_minute, peer_per_minute = 60 * own.articles / own.seconds, 60 * len(articles) / seconds
    print(f"{'StanceLens ' + name:<28}{per_minute:>10.1f}{own.sentences / own.seconds:>12.1f}{own.peak_mb:>10.0f}")
    speed = f"{peer_per_minute:>10.1f}{own.sentences / seconds:>12.1f}{peer.peak_mb:>10.0f}"
    print(f"{'pairs, fp32 ' + name:<28}{speed}   ratio {per_minute / peer_per_minute:.2f}")
    if len(part) < len(articles):
        print(
            f"  extrapolated: {peer.pairs:,} pairs of {len(part)} random articles (seed {SEED}) took "
            f"{peer.seconds:.1f} s, so all {total:,} pairs would take {seconds:.1f} s"
        )
    for label, timings in zip(("StanceLens", "pairs"), zip(*runs, strict=True), strict=True):
        if repeats > 1:
            print(f"  {label}: {', '.join(f'{timing.seconds:.1f}' for timing in timings)} s")
    figures = {
        "articles_per_minute": per_minute,
        "articles_per_minute.pair_fp32": peer_per_minute,
        "ratio.vs_pair_batched_fp32": per_minute / peer_per_minute,
        "sentences_per_second": own.sentences / own.seconds,
        "peak_memory_mb": own.peak_mb,
        "peak_memory_mb.pair_fp32": peer.peak_mb,
        "pairs_timed.pair_fp32": peer.pairs,
    }
    return {f"{key}.{name}": round(value, 2) for key, value in figures.items()}


def main() -> None:
    parser = model_parser("Speed against one call per (sentence, target) pair.", "small,base")
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument(
        "--pair-articles", type=int, help="time the pairs of this many random articles, and extrapolate"
    )
    parser.add_argument("--repeats", type=int, default=1, help="timings of each system; the median counts")
    arguments, folders = parsed(parser)
    articles = distinct_articles(arguments.data)
    articles = random.Random(SEED).sample(articles, min(arguments.articles, len(articles)))
    for article in articles:
        article.mentions = given_targets(article)
    sentences, pairs = sum(len(a.sentences or []) for a in articles), len(pairs_of(articles))
    print(f"{len(articles):,} articles, {sentences:,} sentences, {pairs:,} targets, {os.cpu_count()} CPUs\n")
    print(f"{'system':<28}{'art./min':>10}{'sent./s':>12}{'peak MB':>10}", flush=True)
    values: dict[str, float] = {"articles": len(articles), "sentences": sentences, "targets": pairs}
    for folder in folders:
        values |= measure(folder, articles, arguments.pair_articles, arguments.repeats)
        write_json(arguments.json, values)


if __name__ == "__main__":
    main()
