"""The record of a random sample of a corpus: what was drawn, from what, and how, so that shares can be estimated."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from .atomic import replaced

ENDING = ".sampling.json"


class Drawn(BaseModel):
    """A sentence of the sample."""

    model_config = ConfigDict(extra="forbid")

    id: str  # Article.id
    text_sha256: str  # of the article's text
    start: int  # offsets of the sentence in it
    end: int


class Sampling(BaseModel):
    """How a random sample was drawn; read back by :func:`load_sampling`."""

    model_config = ConfigDict(extra="forbid")

    schema_version: Literal[1] = 1
    design: Literal["simple random sample of sentences without replacement"] = (
        "simple random sample of sentences without replacement"
    )
    seed: int
    articles: int  # of the corpus
    sentences: int  # of the corpus: each was as likely to be drawn as any other
    corpus_sha256: str  # over id and SHA-256 of the text of every article, in the order of the results
    drawn: list[Drawn]


def sampling_path(out: Path) -> Path:
    """Where the record of the sample in ``out`` lies: "tasks.json" → "tasks.sampling.json"."""
    return out.with_name(out.stem + ENDING)


def write_sampling(sampling: Sampling, path: Path) -> None:
    """Write the record, whole or not at all."""
    with replaced(path) as part:
        part.write_text(sampling.model_dump_json(indent=1) + "\n", encoding="utf-8")


def load_sampling(path: Path) -> Sampling:
    """Read a record. Raises ValueError for a file that is none."""
    try:
        return Sampling.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise ValueError(f"{path}: no record of a sample: {where}: {first['msg']}") from None
