"""The result folder: only what is new or changed is predicted, and no other run's work is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ..data.schema import RecordError, Stance, load_articles
from ..inference.store import Store, StoreError, article_key, open_store
from .fake_run import IDENTITY, OUTPUTS, journal_keys, outputs, predict, read_article, run


def test_results_and_counts(tmp_path: Path) -> None:
    articles = [read_article(n) for n in range(5)]
    finished, done = run(tmp_path / "out", articles)
    assert done == [article.id for article in articles]
    records = list(load_articles(tmp_path / "out" / "results.jsonl"))
    assert [record.id for record in records] == done
    assert [record.near_duplicate_of for record in records] == [None, None, None, "a/0.txt", None]
    assert all(record.summary and len(record.summary) <= 2 and record.aggregates for record in records)
    sentences = [sentence for record in records for sentence in record.sentences or []]
    stances = [stance for sentence in sentences for stance in sentence.stances or []]
    assert (finished.articles, finished.sentences, finished.stances) == (5, len(sentences), len(stances))
    assert finished.targets == len({stance.target for stance in stances}) > 1
    assert all(
        line.startswith('{"schema":1,') for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()
    )
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*OUTPUTS, ".work"}
    assert "near_duplicate_of" not in (tmp_path / "out" / ".work" / "journal.jsonl").read_text()
    with open_store(tmp_path / "out", IDENTITY) as store:
        assert all(store.has(article_key(article)) for article in articles)


def test_second_run_predicts_nothing_and_presents_anew(tmp_path: Path) -> None:
    articles = [read_article(n) for n in range(6)]
    first, _ = run(tmp_path, articles)
    before = outputs(tmp_path)
    again, done = run(tmp_path, articles)
    assert done == []
    assert again == first
    assert outputs(tmp_path) == before
    _, done = run(tmp_path, articles, lines=1)
    assert done == []
    assert {len(record.summary or []) for record in load_articles(tmp_path / "results.jsonl")} == {1}
    run(tmp_path, articles, lines=2)
    assert outputs(tmp_path) == before


def test_removed_changed_and_moved_articles(tmp_path: Path) -> None:
    articles = [read_article(n) for n in range(6)]
    first, _ = run(tmp_path / "out", articles)
    changed = articles[2].model_copy(update={"text": articles[2].text + " More."})
    now = [articles[5], changed, articles[0], articles[3]]
    second, done = run(tmp_path / "out", now)
    assert done == [changed.id]
    assert second.data_sha256 != first.data_sha256
    run(tmp_path / "fresh", now)
    assert outputs(tmp_path / "out") == outputs(tmp_path / "fresh")
    _, done = run(tmp_path / "out", articles)
    assert done == []  # what was away for one run is still known


def test_predictions_of_articles_that_are_gone_are_forgotten_once_they_are_the_more(tmp_path: Path) -> None:
    articles = [read_article(n) for n in range(6)]
    run(tmp_path, articles)
    run(tmp_path, articles[:3])
    assert len(journal_keys(tmp_path)) == 6
    run(tmp_path, articles[4:1:-1][:2])
    assert journal_keys(tmp_path) == [article_key(article) for article in articles[4:1:-1][:2]]


def test_a_run_that_reads_nothing_or_a_part_forgets_nothing(tmp_path: Path) -> None:
    articles = [read_article(n) for n in range(6)]
    run(tmp_path, articles)
    run(tmp_path, [])
    assert outputs(tmp_path)["results.jsonl"] == b""
    with open_store(tmp_path, IDENTITY) as store:
        store.finish([(article_key(articles[0]), {})], partial=True)
    _, done = run(tmp_path, articles)
    assert done == []


def test_no_articles_still_give_all_files(tmp_path: Path) -> None:
    finished, _ = run(tmp_path, [])
    assert (finished.articles, finished.targets) == (0, 0)
    assert outputs(tmp_path)["results.jsonl"] == b""
    assert outputs(tmp_path)["articles.csv"].count(b"\n") == 1


def test_key_follows_what_was_read_and_nothing_else() -> None:
    article = read_article(1)
    assert article_key(article) == article_key(read_article(1))
    assert article_key(article) == article_key(article.model_copy(update={"near_duplicate_of": "b"}))
    changes: list[dict[str, Any]] = [{name: "b"} for name in ("id", "title", "text", "source")]
    for change in [*changes, {"date": "2025-01-01"}, {"topics": []}]:
        assert article_key(article.model_copy(update=change)) != article_key(article)


def test_prediction_that_cannot_be_read_back_is_refused(tmp_path: Path) -> None:
    article = predict(read_article(1))
    assert article.sentences
    article.sentences[0].stances = [Stance(target="x", label="favor", probabilities={"favor": float("nan")})]
    with open_store(tmp_path, IDENTITY) as store:
        with pytest.raises(RecordError, match=r"a/1\.txt.*probabilities"):
            store.put(article_key(read_article(1)), article)
        assert not store.has(article_key(read_article(1)))


def test_finish_without_a_prediction_keeps_the_former_results(tmp_path: Path) -> None:
    articles = [read_article(n) for n in range(3)]
    run(tmp_path, articles)
    before = outputs(tmp_path)
    with open_store(tmp_path, IDENTITY) as store, pytest.raises(StoreError, match="no prediction yet"):
        store.finish([(article_key(articles[0]), {}), ("0" * 32, {})])
    assert outputs(tmp_path) == before
    assert sorted(os.listdir(tmp_path / ".work")) == ["answers.jsonl", "identity.json", "journal.jsonl", "lock"]


def test_two_runs_do_not_write_one_folder(tmp_path: Path) -> None:
    code = "import sys; from stancelens.inference.store import open_store\nopen_store(sys.argv[1], {})"
    with open_store(tmp_path, {}):
        began = time.monotonic()
        with pytest.raises(StoreError, match="another run is writing there"):
            open_store(tmp_path, {})
        assert time.monotonic() - began < 2
        other = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
        assert "StoreError" in other.stderr
        assert "another run is writing there" in other.stderr
    open_store(tmp_path, {}).close()


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["notes.txt", "results.jsonl", "run.json", ".work/plan.txt", ".work/identity.json"])
def test_foreign_folder_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text('{"name": "mine"}')
    before = snapshot(tmp_path)
    with pytest.raises(StoreError, match="holds something else"):
        open_store(tmp_path, IDENTITY)
    assert snapshot(tmp_path) == before
    with pytest.raises(StoreError, match="is not a folder"):
        open_store(tmp_path / name, IDENTITY)


def test_new_empty_or_barely_begun_folders_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "clutter").mkdir()
    (tmp_path / "clutter" / ".DS_Store").touch()
    (tmp_path / "begun" / ".work").mkdir(parents=True)
    (tmp_path / "begun" / ".work" / "lock").touch()
    for name in ("new/deep", "empty", "clutter", "begun"):
        open_store(tmp_path / name, IDENTITY).close()
        open_store(tmp_path / name, IDENTITY).close()


def test_another_identity_is_named_and_nothing_overwritten(tmp_path: Path) -> None:
    run(tmp_path, [read_article(1)])
    before = snapshot(tmp_path)
    other = {"model": "base", "sha256": "ab12", "targets": "77"}
    with pytest.raises(StoreError) as error:
        open_store(tmp_path, other)
    message = str(error.value)
    assert "given was '', now not given" in message
    assert "model was 'small', now 'base'" in message
    assert "targets was not given, now '77'" in message
    assert "sha256" not in message
    assert snapshot(tmp_path) == before


def test_store_is_closed_twice_without_harm(tmp_path: Path) -> None:
    store: Store = open_store(tmp_path, IDENTITY)
    store.close()
    store.close()
