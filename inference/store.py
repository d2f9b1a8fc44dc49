"""The result folder: predictions as they are made, kept across runs and interruptions; then results and tables.

    results.jsonl, {articles,sentences,stances}.{csv,parquet}     written whole by Store.finish
    .work/journal.jsonl       one prediction a line, by key, without what depends on other articles or only presents
    .work/answers.jsonl       a language model's answers, by what it was asked
    .work/identity.json       what the predictions depend on: another model's run does not go on here
    .work/lock                held by the run that writes here

The results are always made from the journal, so a run that was killed and went on ends with the same bytes as one
that was not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..data.atomic import replaced
from ..data.labels import STANCES
from ..data.schema import SCHEMA_VERSION, Article, dump_line, parse_line
from .journal import Journal
from .tables import write_tables

_WORK, _IDENTITY, _LOCK, _RESULTS = ".work", "identity.json", "lock", "results.jsonl"
_JOURNAL, _ANSWERS = "journal.jsonl", "answers.jsonl"
_CLUTTER = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what file managers leave in an empty folder


class StoreError(Exception):
    """The result folder cannot be used: the message says why and what to do."""


@dataclass(frozen=True)
class Finished:
    """What the results hold."""

    articles: int
    sentences: int
    targets: int  # different names that some stance is toward
    stances: int
    data_sha256: str  # over the keys in input order


def article_key(article: Article) -> str:
    """The identity of an article as it was read: all that it says but of which other article it is a copy."""
    line = article.model_dump_json(exclude_unset=True, by_alias=True, exclude={"near_duplicate_of"})
    return hashlib.sha256(line.encode()).hexdigest()[:32]


@dataclass
class Store:
    """An open result folder, to be used in one thread; see open_store."""

    out: Path
    _lock: FileLock
    _journal: Journal
    _answers: Journal

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the folder free; what was put stays."""
        try:
            self._journal.close()
            self._answers.close()
        finally:
            self._lock.release()

    def has(self, key: str) -> bool:
        return key in self._journal

    def put(self, key: str, result: Article) -> None:
        """Keep a prediction. Raises RecordError for one that could not be read back, such as one with NaN."""
        record = dump_line(result)
        parse_line(record, f"prediction of {result.id}")
        try:
            self._journal.put(key, record)
        except OSError as error:
            raise _unwritable(self.out, error) from error

    def get(self, key: str) -> Article:
        """A prediction that was put."""
        return self._updated(key, {})

    def has_answer(self, key: str) -> bool:
        return key in self._answers

    def answer(self, key: str) -> str | None:
        """What a language model answered, None if it has not."""
        return str(json.loads(self._answers.get(key))["answer"]) if self.has_answer(key) else None

    def put_answer(self, key: str, answer: str) -> None:
        """Keep an answer under a key of 32 hexadecimal digits."""
        try:
            self._answers.put(key, json.dumps({"answer": answer}))
        except OSError as error:
            raise _unwritable(self.out, error) from error

    def finish(
        self,
        entries: Iterable[tuple[str, dict[str, Any]]],
        present: Callable[[Article], Article] | None = None,
        labels: Sequence[str] = STANCES,
        *,
        partial: bool = False,
    ) -> Finished:
        """Write results.jsonl and the tables; the predictions of other articles are forgotten once they are the more.

        They all stay if there are no entries or if these are a ``partial`` selection. ``entries`` are, in input order,
        the keys with fields to set in the record, such as ``near_duplicate_of`` (None sets nothing); ``present`` then
        adds what only presents, such as the summary; ``labels`` is the model's stance label set. Raises StoreError for
        a key without prediction (the former results then stay) or a full disk.
        """
        live: dict[bytes, None] = {}
        names: set[int] = set()  # hashes: shorter than names
        data = hashlib.sha256()
        articles = sentences = stances = 0
        results, work = self.out / _RESULTS, self.out / _WORK
        try:
            with replaced(results, work / "results.part") as part, part.open("wb") as lines:
                for key, updates in entries:
                    article = self._updated(key, updates)
                    article = present(article) if present else article
                    lines.write(dump_line(article).encode() + b"\n")
                    live[bytes.fromhex(key)] = None
                    data.update(key.encode() + b"\n")
                    articles += 1
                    for sentence in article.sentences or []:
                        sentences += 1
                        stances += len(sentence.stances or [])
                        names.update(hash(stance.target) for stance in sentence.stances or [])
            write_tables(results, self.out, labels)
            if live and not partial:
                self._journal.keep(live, work / "journal.part")
        except OSError as error:
            raise _unwritable(self.out, error) from error
        return Finished(articles, sentences, len(names), stances, data.hexdigest())

    def _updated(self, key: str, updates: dict[str, Any]) -> Article:
        if not self.has(key):
            raise StoreError(f"{self.out}: an article (key {key}) has no prediction yet")
        record = json.loads(self._journal.get(key))
        record.pop("near_duplicate_of", None)  # what the input said of another collection
        record |= {name: value for name, value in updates.items() if value is not None}
        return Article.model_validate({"schema": SCHEMA_VERSION} | record)


def _unwritable(out: Path, error: OSError) -> StoreError:
    return StoreError(f"{out}: cannot be written: {error}")


def open_store(out: Path, identity: dict[str, str]) -> Store:
    """Open a result folder, new or of an earlier run with the same ``identity``: what predictions depend on.

    Raises StoreError, and changes nothing, if the folder holds something else, belongs to a run that differs, is
    being written by another run, or cannot be written.
    """
    out = Path(out)
    work = out / _WORK
    try:
        _check(out, identity)
        work.mkdir(parents=True, exist_ok=True)
        lock = FileLock(work / _LOCK, thread_local=False)
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(f"{out}: another run is writing there; wait for it or choose another folder") from None
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        if not _check(out, identity):  # again: it may have been another run's a moment ago
            with replaced(work / _IDENTITY, work / "identity.part") as part:
                part.write_text(json.dumps({"identity": identity}, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return Store(out, lock, Journal(work / _JOURNAL), Journal(work / _ANSWERS))
    except BaseException as error:
        lock.release()
        if isinstance(error, OSError):
            raise _unwritable(out, error) from error
        raise


def _check(out: Path, identity: dict[str, str]) -> bool:
    """Whether the folder belongs to earlier runs like this one; False if it is new. Raises StoreError if neither."""
    there = _identity(out)
    if there is None:
        return False
    differing = sorted(key for key in there.keys() | identity.keys() if there.get(key) != identity.get(key))
    if "model" in differing:  # which says it all
        differing = [key for key in differing if key != "export"]
    if differing:
        differing.sort(key=lambda key: (key != "model", key))
        shown = [f"{key} was {_shown(there.get(key))}, now {_shown(identity.get(key))}" for key in differing]
        raise StoreError(
            f"{out}: holds the results of a run that differs: {'; '.join(shown)}. "
            "Nothing was overwritten: choose another folder, or remove this one"
        )
    return True


def _shown(value: str | None) -> str:
    return "not given" if value is None else repr(value)


def _identity(out: Path) -> dict[str, str] | None:
    """The identity that the folder was begun with; None if it is new."""
    if not out.exists() and not out.is_symlink():
        return None
    if not out.is_dir():
        raise StoreError(f"{out}: is not a folder")
    work, run = out / _WORK, out / "run.json"
    for path in (work / _IDENTITY, run):  # run.json stands in where somebody removed .work
        try:
            found = json.loads(path.read_text(encoding="utf-8"))["identity"]
            return {str(key): str(value) for key, value in found.items()}
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError, AttributeError, NotADirectoryError):
            break
    names = set(_names(out))
    if names <= {_WORK} and set(_names(work)) <= {_LOCK, "identity.part"}:  # killed before it had begun
        return None
    raise StoreError(f"{out}: holds something else than StanceLens results; nothing was overwritten")


def _names(folder: Path) -> Iterator[str]:
    return (path.name for path in folder.iterdir() if path.name not in _CLUTTER) if folder.is_dir() else iter(())
