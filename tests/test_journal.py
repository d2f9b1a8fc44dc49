"""A run that is killed at any point and goes on ends with the same bytes as one that was not."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from ..inference.journal import Journal
from ..inference.store import StoreError, article_key, open_store
from .fake_run import IDENTITY, journal_keys, outputs, predict, read_article, run


@pytest.mark.parametrize("cut", [1, 2, 30, 400])
def test_torn_last_line_is_cut_off(tmp_path: Path, cut: int) -> None:
    articles = [read_article(n) for n in range(4)]
    run(tmp_path, articles)
    before = outputs(tmp_path)
    journal = tmp_path / ".work" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    _, done = run(tmp_path, articles)
    assert done == [articles[-1].id]
    assert outputs(tmp_path) == before
    assert len(journal_keys(tmp_path)) == 4


@pytest.mark.parametrize("damage", [b"\0", b"\n", b"}\n{"])
def test_damage_inside_the_journal_costs_one_prediction(tmp_path: Path, damage: bytes) -> None:
    articles = [read_article(n) for n in range(4)]
    run(tmp_path, articles)
    before = outputs(tmp_path)
    journal = tmp_path / ".work" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:200] + damage + lines[1][200 + len(damage) :]
    journal.write_bytes(b"".join(lines))
    _, done = run(tmp_path, articles)
    assert done == [articles[1].id]
    assert outputs(tmp_path) == before
    assert len(journal_keys(tmp_path)) == 4


def test_failed_write_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        """A disk that takes half of a line and then nothing."""

        def __init__(self, file: Any) -> None:
            self.file, self.calls = file, 0

        def write(self, content: memoryview) -> int:
            self.calls += 1
            if self.calls > 1:
                raise OSError(28, "No space left on device")
            return int(self.file.write(content[: len(content) // 2]))

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

    one, two = read_article(1), read_article(2)
    with open_store(tmp_path, IDENTITY) as store:
        store.put(article_key(one), predict(one))
        with monkeypatch.context() as patch:
            patch.setattr(store._journal, "_writer", Full(store._journal._writer))
            with pytest.raises(StoreError, match="No space left"):
                store.put(article_key(two), predict(two))
        assert not store.has(article_key(two))
        store.put(article_key(two), predict(two))
    assert journal_keys(tmp_path) == [article_key(one), article_key(two)]


def test_memory_is_flat_for_many_articles(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    for number in range(20_000):
        journal.put(f"{number:032x}", '{"text":"%s"}' % ("x" * 300))
    journal.close()
    tracemalloc.start()
    journal = Journal(tmp_path / "journal.jsonl")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    journal.close()
    assert len(journal) == 20_000
    assert peak < 20_000 * 250  # bytes: keys and places, not the records


CHILD = """
import sys, time
from pathlib import Path
from stancelens.tests import fake_run
def predict(article):
    time.sleep(0.002)
    return fake_run.predict(article)
print("ready", flush=True)
articles = [fake_run.read_article(n) for n in range(300)]
fake_run.run(Path(sys.argv[1]), articles, predicted=predict)
"""


def test_ten_kills_at_random_points_change_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CHILD]
    began = time.monotonic()
    subprocess.run([*command, tmp_path / "whole"], check=True, stdout=subprocess.DEVNULL)
    length = time.monotonic() - began
    chance, killed, seen = random.Random(7), 0, []
    for _ in range(10):
        with subprocess.Popen([*command, tmp_path / "killed"], stdout=subprocess.PIPE) as child:
            assert child.stdout
            assert child.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0, min(length / 4, 1.0)))
            child.kill()
        killed += child.returncode != 0
        journal = tmp_path / "killed" / ".work" / "journal.jsonl"
        seen.append(journal.stat().st_size if journal.exists() else 0)
    subprocess.run([*command, tmp_path / "killed"], check=True, stdout=subprocess.DEVNULL)
    assert killed >= 3
    assert seen[-1] > 0
    assert outputs(tmp_path / "killed") == outputs(tmp_path / "whole")


@pytest.mark.parametrize("step", range(8))
def test_killed_while_finishing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The process ends before the nth file takes its place: results, six tables, the compacted journal."""
    articles = [read_article(n) for n in range(5)]
    run(tmp_path / "out", articles)
    run(tmp_path / "fresh", articles[3:])  # fewer than those that go: the journal is compacted too
    replace, calls = os.replace, 0

    def stop(source: Path, target: Path) -> None:
        nonlocal calls
        if calls == step:
            raise KeyboardInterrupt
        calls += 1
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "out", articles[3:])
    _, done = run(tmp_path / "out", articles[3:])
    assert done == []
    assert outputs(tmp_path / "out") == outputs(tmp_path / "fresh")
    assert len(journal_keys(tmp_path / "out")) == 2
