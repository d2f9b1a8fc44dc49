"""Promises about a whole run, kept with released weights: results ignore neighbours, and kills change nothing."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..data.corpus import read_corpus
from ..data.schema import Article, dump_line
from ..inference.analyzer import Analyzer
from ..models.known import RELEASED

MODEL = "small" if (RELEASED / "small").is_dir() else "base"
TABLES = [f"{name}.{kind}" for name in ("articles", "sentences", "stances") for kind in ("csv", "parquet")]


def corpus() -> list[Article]:
    return [article for split in ("train", "dev") for article in read_corpus(split)]


def texts() -> list[str]:
    return [article.text for article in corpus()]


def test_fifty_articles_alone_shuffled_and_beside_long_ones() -> None:
    found = texts()
    articles = [Article(id=f"article {number}", text=text) for number, text in enumerate(found[:50])]
    long = [Article(id=f"long {n}", text=" ".join(found[50 + 20 * n : 70 + 20 * n])) for n in range(5)]
    analyzer = Analyzer(MODEL)
    alone = {article.id: dump_line(analyzer.analyze_article(article)) for article in articles}
    mixed = [*articles, *long]
    random.Random(3).shuffle(mixed)
    beside = {result.id: dump_line(result) for result in analyzer.analyze(mixed)}
    assert len(beside) == 55
    assert {id_: beside[id_] for id_ in alone} == alone


def write_halves(path: Path, count: int) -> None:
    """``count`` short articles in one file: halves of those of the corpus."""
    halves = []
    for article in corpus():
        middle = (article.sentences or [])[len(article.sentences or []) // 2].start
        halves += [article.text[:middle], article.text[middle:]]
    articles = [Article(id=f"half {number}", text=text) for number, text in enumerate(halves[:count])]
    path.write_text("".join(dump_line(article) + "\n" for article in articles), encoding="utf-8")


def outputs(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in ("results.jsonl", *TABLES)}


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_ten_kills_of_a_run_over_300_articles_change_nothing(tmp_path: Path) -> None:
    write_halves(tmp_path / "articles.jsonl", 300)
    code = "from stancelens.cli import main; main()"
    command = [sys.executable, "-c", code, "analyze", str(tmp_path / "articles.jsonl"), "--model", MODEL, "--out"]
    subprocess.run([*command, tmp_path / "whole"], check=True, capture_output=True)
    journal = tmp_path / "killed" / ".work" / "journal.jsonl"
    chance, states = random.Random(11), []
    points = [*sorted(chance.sample(range(300), 8)), 300, 300]  # the last two kills fall into the writing of results
    for point in points:
        with subprocess.Popen(
            [*command, tmp_path / "killed"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            while run.poll() is None and (not journal.is_file() or journal.read_bytes().count(b"\n") < point):
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.3))
            assert run.poll() is None, "the run ended before it was killed"
            run.kill()
        states.append(journal.read_bytes().count(b"\n"))
    assert states == sorted(states)
    assert len(set(states)) > 5
    finished = subprocess.run([*command, tmp_path / "killed"], check=True, capture_output=True, text=True)
    assert "300 articles (300 from an earlier run)" in finished.stdout
    assert outputs(tmp_path / "killed") == outputs(tmp_path / "whole")
