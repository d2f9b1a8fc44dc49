"""End to end with the released weights: folder in, result folder out."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from stancelens.cli import app
from stancelens.data.duplicates import NearDuplicates
from stancelens.data.schema import Article, load_articles
from stancelens.inference.analyzer import Analyzer
from typer.testing import CliRunner

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "data" / "samples"
SHARED = Path(os.environ.get("STANCELENS_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer("base")


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["analyze", *map(str, arguments)])
    return result.exit_code, result.output


def test_samples_are_analyzed_reused_and_presented_anew(tmp_path: Path) -> None:
    out = tmp_path / "results"
    code, output = run(SAMPLES, "--out", out)
    assert code == 0, output
    first = (out / "results.jsonl").read_bytes()
    results = list(load_articles(out / "results.jsonl"))
    assert len(results) == 8
    for result in results:
        assert result.sentences
        assert result.summary is not None
        assert 1 <= len(result.summary) <= 3
        for sentence in result.sentences:
            assert sentence.topics
            assert sentence.stance in ("against", "neutral", "favor")
            assert abs(sum((sentence.probabilities or {})["topics"].values()) - 1) < 0.01
    for name in ("articles", "sentences", "stances"):
        assert (out / f"{name}.csv").is_file()
        assert (out / f"{name}.parquet").is_file()
    assert "<script>" in (out / "report.html").read_text(encoding="utf-8")

    code, output = run(SAMPLES, "--out", out)
    assert code == 0
    assert json.loads((out / "run.json").read_text())["counts"]["reused"] == 8
    assert (out / "results.jsonl").read_bytes() == first

    code, _ = run(SAMPLES, "--out", out, "--summary-lines", "1")
    assert json.loads((out / "run.json").read_text())["counts"]["analyzed"] == 0
    assert all(len(r.summary or []) <= 1 for r in load_articles(out / "results.jsonl"))


def test_a_result_depends_on_its_article_alone(analyzer: Analyzer) -> None:
    texts = [
        "The council praised Mara Lind for her work on the bridge.",
        "Critics called the Harlow Water Board reckless. " * 40,
        "Rain is expected on Friday. Oskar Brandt lost his case in court.",
    ]
    articles = [Article(id=str(number), text=text) for number, text in enumerate(texts)]
    alone = [analyzer.analyze_article(article) for article in articles]
    mixed = {r.id: r for r in analyzer.analyze(list(reversed(articles)))}
    assert all(mixed[result.id] == result for result in alone)


def test_listed_targets_are_found_and_absent_ones_reported(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "The mayor called the bridge plan a disgrace. The bridge plan will cost ten million.\n"
    (tmp_path / "in" / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "targets.yaml").write_text("targets: [bridge plan, Unheard-of Society]\n", encoding="utf-8")
    code, output = run(tmp_path / "in", "--out", tmp_path / "out", "--targets", tmp_path / "targets.yaml")
    assert code == 0, output
    assert "Unheard-of Society" in output
    (result,) = load_articles(tmp_path / "out" / "results.jsonl")
    rows = {row["target"]: row for row in (result.aggregates or {})["targets"]}
    assert rows["bridge plan"]["mentions"] == 2
    assert rows["Unheard-of Society"]["mentions"] == 0


def test_only_empty_input_exits_1_and_a_foreign_folder_2(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    code, output = run(tmp_path / "empty.txt", "--out", tmp_path / "out")
    assert code == 1
    assert "skipped" in output
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("mine", encoding="utf-8")
    assert run(tmp_path / "empty.txt", "--out", tmp_path / "other")[0] == 2
    assert (tmp_path / "other" / "thesis.doc").read_text(encoding="utf-8") == "mine"


def test_a_run_that_reads_nothing_keeps_the_earlier_results(tmp_path: Path) -> None:
    out, table = tmp_path / "out", tmp_path / "a.csv"
    table.write_text("text\nThe council praised the bridge on Monday and called it safe.\n", encoding="utf-8")
    assert run(table, "--out", out, "--model", "small")[0] == 0
    before = (out / "results.jsonl").read_bytes()
    code, output = run(table, "--out", out, "--model", "small", "--date-column", "nope")
    assert code == 2
    assert "earlier results stay" in output
    assert "nope" in output
    assert (out / "results.jsonl").read_bytes() == before


def test_missing_model_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A sentence about something.", encoding="utf-8")
    assert run(tmp_path / "a.txt", "--out", tmp_path / "out", "--model", tmp_path / "nothing")[0] == 2


@pytest.mark.skipif(not (SHARED / "articles").is_dir(), reason="needs the shared articles")
def test_the_seed_article(analyzer: Analyzer) -> None:
    (result,) = analyzer.analyze(SHARED / "articles")
    assert result.ignored
    assert all(sentence.end <= result.ignored[0].start for sentence in result.sentences or [])
    names = " ".join(entity.name for entity in result.entities or [])
    for name in ("NATO", "Russia", "Ukraine", "Europe", "Lavrov"):
        assert name in names


def test_a_full_temporary_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    out = tmp_path / "results"
    with monkeypatch.context() as patched:
        patched.setattr(NearDuplicates, "check", full)
        code, output = run(SAMPLES, "--out", out, "--model", "small", "--limit", "2")
    assert code == 2
    assert "TMPDIR" in output
    assert not (out / "results.jsonl").exists()
    code, output = run(SAMPLES, "--out", out, "--model", "small", "--limit", "2")
    assert code == 0, output


@pytest.mark.parametrize("model", ["base", "small"])
def test_found_mentions_hold_whole_words(model: str) -> None:
    for result in Analyzer(model).analyze(SAMPLES):
        for mention in result.mentions or []:
            assert not result.text[mention.start - 1 : mention.start + 1].isalnum() or mention.start == 0
            end = result.text[mention.end - 1 : mention.end + 1]
            assert len(end) < 2 or not end.isalnum(), mention.of(result.text)
