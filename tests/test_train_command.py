"""`stancelens train` as a command: stopped and gone on with, on two processes, and the whole loop of relabelling."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from stancelens.cli import app
from stancelens.data.schema import load_articles
from typer.testing import CliRunner

from .telling import SETTINGS, bare, labelled, write
from .tiny import write_base


def env() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a base, labels and settings."""
    folder = tmp_path_factory.mktemp("command")
    write_base(folder / "base")
    write(folder / "labels.jsonl", [bare(labelled(number), "topics") for number in range(60)])
    (folder / "train.yaml").write_text(yaml.safe_dump({**SETTINGS, "base": str(folder / "base")}), encoding="utf-8")
    return folder


def arguments(folder: Path, out: str) -> list[str]:
    return [
        "train", str(folder / "labels.jsonl"), "--out", str(folder / out), "--config", str(folder / "train.yaml"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def whole(folder: Path) -> Path:
    """A model that one process has trained without a stop."""
    subprocess.run([sys.executable, "-m", "stancelens", *arguments(folder, "whole")], env=env(), check=True)
    return folder / "whole"


def figure(model: Path, name: str) -> float:
    own = json.loads((model / "report" / "metrics.json").read_text(encoding="utf-8"))["systems"][0]
    return next(float(f["value"]) for task in own["tasks"] for f in task["figures"] if f["name"] == name)


def test_a_killed_run_goes_on_to_the_same_model(folder: Path, whole: Path) -> None:
    command = [sys.executable, "-m", "stancelens", *arguments(folder, "killed")]
    checkpoints = folder / "killed.part" / "checkpoints"
    run = subprocess.Popen(command, env=env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not [*checkpoints.glob("checkpoint-*/trainer_state.json")]:
        assert run.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert not (folder / "killed").exists()
    done = subprocess.run(command, env=env(), check=True, capture_output=True, text=True)
    assert "Model: " in done.stdout
    assert (folder / "killed" / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    assert not (folder / "killed.part").exists()


def test_two_processes_learn_what_one_does(folder: Path, whole: Path) -> None:
    command = [
        sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "stancelens",
        *arguments(folder, "two"),
    ]  # fmt: skip
    done = subprocess.run(command, env=env(), check=True, capture_output=True, text=True)
    assert done.stdout.count("Model: ") == 1
    for name in ("target_stance.macro_f1", "sentence_stance.macro_f1"):
        assert figure(folder / "two", name) > 90
        assert figure(whole, name) > 90


def test_the_loop_from_articles_to_a_better_model(folder: Path, whole: Path, tmp_path: Path) -> None:
    """analyze → queue → label → import → train --from → compare → use → analyze."""

    def run(*words: str | Path, code: int = 0) -> str:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == code, done.output
        return done.output

    truth = {article.id: article for article in (bare(labelled(n), "topics") for n in range(300, 340))}
    articles = tmp_path / "articles"
    articles.mkdir()
    for name, article in truth.items():
        (articles / f"{name}.txt").write_text(article.text, encoding="utf-8")
    run("analyze", articles, "--out", tmp_path / "first", "--model", whole)
    results = {Path(a.file.path if a.file else "").stem: a for a in load_articles(tmp_path / "first" / "results.jsonl")}
    assert results.keys() == truth.keys()
    queue = tmp_path / "queue.jsonl"
    run("labels", "queue", tmp_path / "first", "--out", queue, "--format", "stancelens", "-n", "60")
    asked = list(load_articles(queue))
    answers = [truth[Path(each.id).stem].model_copy(update={"id": each.id, "text": each.text}) for each in asked]
    assert len(answers) >= 10
    sheet = write(tmp_path / "answers.jsonl", answers)
    run("labels", "import", sheet, "--out", tmp_path / "more.jsonl")
    settings = yaml.safe_load((folder / "train.yaml").read_text(encoding="utf-8"))
    (tmp_path / "more.yaml").write_text(yaml.safe_dump({**settings, "epochs": 2}), encoding="utf-8")
    run(
        "train", folder / "labels.jsonl", tmp_path / "more.jsonl", "--from", whole, "--out", tmp_path / "press-2",
        "--config", tmp_path / "more.yaml",
    )  # fmt: skip
    test = write(tmp_path / "test.jsonl", [bare(labelled(number), "topics") for number in range(500, 540)])
    done = CliRunner().invoke(app, ["models", "compare", str(tmp_path / "press-2"), str(whole), "--data", str(test)])
    assert done.exit_code in (0, 3)
    assert "beyond chance" in done.output or "None that these articles could show" in done.output
    assert "press-2 is in use" in run("models", "use", "press-2")
    run("analyze", articles, "--out", tmp_path / "second")
    record = json.loads((tmp_path / "second" / "run.json").read_text(encoding="utf-8"))
    assert record["model"]["name"] == "press-2"
    run("models", "use", "base")
