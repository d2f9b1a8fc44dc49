"""run.json: what was run on what, with what, how long it took and what was left out. Only it holds times."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import math
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..data.atomic import replaced
from ..data.drafts import Skipped
from .rewriting import Summaries

RUN_SCHEMA = 1
# What a prediction's last digits may depend on, and a local language model's answers
LIBRARIES = ("onnxruntime", "numpy", "tokenizers", "nupunkt", "torch", "transformers")


@dataclass
class ModelInfo:
    name: str  # "base", "small" or the folder that was given
    sha256: str  # of the released adapter and heads
    base: str  # the encoder that they belong to


@dataclass
class Counts:
    articles: int = 0  # in the results
    analyzed: int = 0  # predicted by this run
    reused: int = 0  # predicted by an earlier run, or before an interruption
    skipped: int = 0  # inputs and rows that were not read
    sentences: int = 0
    targets: int = 0  # different names that some stance is toward
    stances: int = 0


@dataclass
class RunInfo:
    """The content of run.json, in this order."""

    command: dict[str, Any]  # options as given or by default
    model: ModelInfo
    versions: dict[str, str]  # see versions()
    identity: dict[str, str]  # what predictions depend on; a run that differs does not go on in this folder
    counts: Counts
    summaries: Summaries
    data_sha256: str  # over the keys of the articles in input order: same data, same hash
    seconds: dict[str, float]  # by stage, such as "read", "predict", "write"
    sentences_per_second: float | None  # predicted by this run; None where nothing was
    started: str  # ISO 8601 with time zone
    finished: str
    skipped: list[Skipped] = field(default_factory=list)  # path, line and reason
    missing_targets: list[str] = field(default_factory=list)  # listed by the user, named by no article
    schema: int = RUN_SCHEMA


def versions() -> dict[str, str]:
    """Versions of what computes, by name."""
    found = {"stancelens": __version__, "python": platform.python_version(), "platform": platform.platform()}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def write_run(out: Path, run: RunInfo) -> None:
    """Write ``out``/run.json, whole or not at all."""
    fields = dataclasses.asdict(run)
    content = {"schema": fields.pop("schema")} | {name: _plain(value) for name, value in fields.items()}
    for name in ("command", "versions", "identity", "seconds"):  # filled by the caller, in any order
        content[name] = dict(sorted(content[name].items()))
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    with replaced(out / "run.json") as part:
        # half a surrogate pair, from a file name that is no UTF-8, becomes the escape that JSON has for it
        part.write_bytes(text.encode("utf-8", "backslashreplace"))


def _plain(value: Any) -> Any:
    """The value as JSON knows it: paths become text, sets become sorted lists, infinite figures become null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
