"""run.json: complete, in fixed order, and enough to tell what a folder holds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from ..data.drafts import Skipped
from ..inference.manifest import LIBRARIES, Counts, ModelInfo, RunInfo, versions, write_run
from ..inference.rewriting import Summaries
from ..inference.store import StoreError, open_store
from .fake_run import IDENTITY


def run_info() -> RunInfo:
    return RunInfo(
        command={"out": Path("x"), "given": {"b", "a"}, "limit": None},
        model=ModelInfo("small", "ab12", "MiniLM"),
        versions=versions(),
        identity=IDENTITY,
        counts=Counts(articles=1, analyzed=1),
        summaries=Summaries("rewrite", "llama", lines={"extract": 2}, failures=[{"article": "a", "reason": "b"}]),
        data_sha256="0",
        seconds={"write": 0.12345, "read": 1.0},
        sentences_per_second=float("inf"),
        started="2025-11-03T10:00:00+00:00",
        finished="2025-11-03T10:01:00+00:00",
        skipped=[Skipped("a\udcff.txt", None, "empty")],
    )


def test_run_json(tmp_path: Path) -> None:
    write_run(tmp_path, run_info())
    content = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert list(content) == ["schema", *(f.name for f in dataclasses.fields(RunInfo) if f.name != "schema")]
    assert content["command"] == {"given": ["a", "b"], "limit": None, "out": "x"}
    assert list(content["seconds"].items()) == [("read", 1.0), ("write", 0.123)]
    assert content["sentences_per_second"] is None
    assert content["skipped"] == [{"path": "a\udcff.txt", "line": None, "reason": "empty"}]
    assert content["summaries"]["lines"] == {"extract": 2}
    assert {"stancelens", "python", "platform", *LIBRARIES} == set(content["versions"])
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_run_json_stands_in_for_a_removed_work_folder(tmp_path: Path) -> None:
    write_run(tmp_path, run_info())
    with pytest.raises(StoreError, match="model was 'small', now 'base'"):
        open_store(tmp_path, IDENTITY | {"model": "base"})
    open_store(tmp_path, IDENTITY).close()
