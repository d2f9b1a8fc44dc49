"""The records: one article a line of JSONL, as label file and as result file.

Offsets are end-exclusive positions in ``Article.text`` counted in Unicode code points, as Python counts them. An
absent field means "not annotated", an empty list means "annotated, none found", and a ``null`` holder means the
author. Records are therefore written with the fields that were set, and only those (see :func:`dump_line`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

SCHEMA_VERSION = 1


class RecordError(ValueError):
    """A record that cannot be used: the message says where (file, line, field) and why."""


class Record(BaseModel):
    """Base of all records: unknown fields are refused, so that a misspelt field is not silently lost."""

    model_config = ConfigDict(extra="forbid")


class Span(Record):
    start: int = Field(ge=0)  # first character
    end: int = Field(ge=0)  # one past the last character

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.end <= self.start:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self

    def of(self, text: str) -> str:
        return text[self.start : self.end]


class Ignored(Span):
    """Boilerplate: no sentence, stance or summary line comes from it."""

    reason: str


class FileRef(Record):
    path: str  # relative to the folder that was given
    sha256: str  # of the file's bytes; for one row of a table or JSONL file, of that row


class Entity(Record):
    id: str
    name: str = Field(min_length=1)
    kind: str | None = None


class Mention(Span):
    id: str
    entity: str | None = None  # Entity.id
    text: str | None = None  # if given, must equal article.text[start:end]


class Holder(Record):
    """Whose stance it is: a mention of the article, or a name that the article does not hold."""

    mention: str | None = None
    name: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Holder:
        if (self.mention is None) == (self.name is None):
            raise ValueError("a holder has either a mention or a name")
        return self


class Stance(Record):
    """The side that a sentence takes toward one target."""

    target: str  # canonical name
    mention: str | None = None  # Mention.id; absent for an issue or a target that the sentence does not name
    holder: Holder | None = None
    label: str
    votes: dict[str, int] | None = None
    tags: list[str] | None = None
    probabilities: dict[str, float] | None = None  # predictions only; calibrated, sum to 1
    abstained: bool | None = None  # predictions only


class Sentence(Span):
    topics: list[str] | None = None
    stance: str | None = None  # toward the sentence's main target
    stance_source: str | None = None  # "model", or "targets" where it was derived from the target stances
    stances: list[Stance] | None = None
    tags: list[str] | None = None
    probabilities: dict[str, dict[str, float]] | None = None  # predictions only: {"topics": …, "stance": …}
    abstained: list[str] | None = None  # predictions only: the fields on which the model abstains
    salience: float | None = None  # predictions only: 0 to 1, worth a place in the summary


class SummaryLine(Record):
    text: str
    cites: list[int]  # indices into Article.sentences
    support: float | None = None  # 0 to 1, from the support check
    method: str  # "extract", "rewrite" or "lead"


class Article(Record):
    """One article with whatever is annotated."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    schema_: int = Field(default=SCHEMA_VERSION, alias="schema")
    id: str
    title: str = ""
    text: str
    source: str | None = None
    date: str | None = None  # ISO 8601 day where it can be read as one
    file: FileRef | None = None
    ignored: list[Ignored] = Field(default_factory=list)
    topics: list[str] | None = None
    entities: list[Entity] | None = None
    mentions: list[Mention] | None = None
    sentences: list[Sentence] | None = None
    summaries: list[str] | None = None
    annotator: str | None = None
    split: str | None = None  # "train", "dev" or "test" where the data brings its own split
    license: str | None = None
    # Predictions only
    summary: list[SummaryLine] | None = None
    aggregates: dict[str, Any] | None = None
    near_duplicate_of: str | None = None  # id of an earlier article with nearly the same text
    warnings: list[str] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Article:
        if self.schema_ != SCHEMA_VERSION:
            raise ValueError(f"schema {self.schema_} is not the supported {SCHEMA_VERSION}")
        size = len(self.text)
        spans: list[tuple[str, Span]] = [("ignored", s) for s in self.ignored]
        spans += [("sentences", s) for s in self.sentences or []]
        spans += [("mentions", s) for s in self.mentions or []]
        for field, span in spans:
            if span.end > size:
                raise ValueError(f"{field}: {span.start}-{span.end} lies outside the text of {size} characters")
        sentences = self.sentences or []
        for index, (before, after) in enumerate(pairwise(sentences), 1):
            if after.start < before.end:
                raise ValueError(f"sentences[{index}]: starts at {after.start}, before sentence {index - 1} has ended")
        ids = [m.id for m in self.mentions or []]
        if len(set(ids)) != len(ids):
            raise ValueError("mentions: an id occurs twice")
        for mention in self.mentions or []:
            if mention.text is not None and mention.of(self.text) != mention.text:
                raise ValueError(
                    f"mentions: {mention.id} is {mention.text!r} but the text there reads {mention.of(self.text)!r}"
                )
        known = set(ids)
        for index, sentence in enumerate(sentences):
            for stance in sentence.stances or []:
                held = stance.holder.mention if stance.holder else None
                for name in (stance.mention, held):
                    if name is not None and name not in known:
                        raise ValueError(f"sentences[{index}]: mention {name!r} is not among the mentions")
        return self


def dump_line(article: Article) -> str:
    """The article as one line of JSON (no line end), holding the fields that were set."""
    return article.model_dump_json(exclude_unset=True, by_alias=True)


def text_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8: the identity of an article's content."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def parse_line(line: str, where: str) -> Article:
    """Parse one record. Raises RecordError naming ``where``, the field and the reason."""
    try:
        return Article.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "record"
        message = first["msg"].removeprefix("Value error, ")
        raise RecordError(f"{where}: {field}: {message}") from None


def load_articles(path: Path) -> Iterator[Article]:
    """Read a label or result file, refusing a second record with the same id and annotator.

    Raises RecordError with file and line.
    """
    seen: set[tuple[str, str | None]] = set()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            article = parse_line(line, f"{path}:{number}")
            key = (article.id, article.annotator)
            if key in seen:
                raise RecordError(f"{path}:{number}: id {article.id!r} occurs twice for annotator {article.annotator}")
            seen.add(key)
            yield article
