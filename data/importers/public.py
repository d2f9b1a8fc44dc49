"""The public sets by name, each from a file of it or from its folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .. import corpus
from ..drafts import Skipped
from ..schema import Article
from . import (
    ag_news,
    allsides,
    bbc,
    cap,
    directed,
    finentity,
    gwsd,
    newsmtsc,
    polnear,
    seesaw,
    sentfin,
    summaries,
)

Tell = Callable[[Skipped], None]


def read_newsmtsc(path: Path, skipped: Tell) -> Iterator[Article]:
    """Each row alone, with the split that its file's name says."""
    for name in _names(path, ("train", "dev_rw", "dev_mt", "test_rw", "test_mt"), ".jsonl.gz"):
        for article in newsmtsc.read_newsmtsc(_folder(path), name):
            yield article.model_copy(update={"split": name.split("_")[0]})


def read_seesaw(path: Path, skipped: Tell) -> Iterator[Article]:
    return seesaw.read_seesaw(_file(path, "articles.jsonl.gz"), skipped)


def read_polnear(path: Path, skipped: Tell) -> Iterator[Article]:
    for name in _names(path, ("train", "dev", "test"), ".jsonl.gz"):
        yield from polnear.read_polnear(_folder(path) / f"{name}.jsonl.gz", skipped)


def read_sentfin(path: Path, skipped: Tell) -> Iterator[Article]:
    return sentfin.read_sentfin(_file(path, "SEntFiN.csv.gz"), skipped)


def read_finentity(path: Path, skipped: Tell) -> Iterator[Article]:
    return finentity.read_finentity(_file(path, "FinEntity.json.gz"), skipped)


def read_gwsd(path: Path, skipped: Tell) -> Iterator[Article]:
    return gwsd.read_gwsd(_file(path, "GWSD.tsv.gz"), skipped)


def read_bbc(path: Path, skipped: Tell) -> Iterator[Article]:
    return bbc.read_bbc(_file(path, "articles.jsonl.gz"), skipped)


def read_cap(path: Path, skipped: Tell) -> Iterator[Article]:
    """The headlines, the bills, or both, as they are there."""
    for name in _names(path, ("NYTimes", "USCongress"), ".csv.gz"):
        reader = cap.read_headlines if name == "NYTimes" else cap.read_bills
        yield from reader(_folder(path) / f"{name}.csv.gz", skipped)


def read_ag_news(path: Path, skipped: Tell) -> Iterator[Article]:
    return ag_news.read_ag_news(_folder(path), skipped)


def read_directed(path: Path, skipped: Tell) -> Iterator[Article]:
    for name in _names(path, ("train", "valid", "test"), ".txt.gz"):
        yield from directed.read_directed(_folder(path), name, skipped)


def read_summaries(path: Path, skipped: Tell) -> Iterator[Article]:
    """One file, or every file of the folder."""
    for file in sorted(path.glob("*.jsonl.gz")) if path.is_dir() else [path]:
        yield from summaries.read_summaries(file)


def read_allsides(path: Path, skipped: Tell) -> Iterator[Article]:
    return allsides.read_allsides(_file(path, "articles.jsonl.gz"))


def read_real(path: Path, skipped: Tell) -> Iterator[Article]:
    """The project's labels of AllSides articles, joined with their text."""
    return corpus.read_real(_file(path, "articles.jsonl.gz"))


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _file(path: Path, name: str) -> Path:
    return path / name if path.is_dir() else path


def _names(path: Path, names: tuple[str, ...], ending: str) -> list[str]:
    """Those of the set's files that are meant: the one that is given, or all that are in the folder."""
    if path.is_dir():
        found = [name for name in names if (path / f"{name}{ending}").is_file()]
    else:
        found = [name for name in names if path.name == f"{name}{ending}"]
    if not found:
        raise ValueError(f"{path}: none of {', '.join(f'{name}{ending}' for name in names)}")
    return found
