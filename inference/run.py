"""Articles → result folder: what `stancelens analyze` does, as a function with the same arguments."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..data.drafts import ReadOptions, Skipped
from ..data.duplicates import NearDuplicates
from ..data.readers import count_roughly, iter_articles
from ..data.schema import Article, file_hash
from ..models.export import export_key
from ..models.known import model_folder
from ..models.network_config import WEIGHTS, read_config
from .ahead import ahead
from .analyzer import Analyzer, check_given
from .manifest import Counts, ModelInfo, RunInfo, versions, write_run
from .present import present
from .progress import Progress
from .report import write_report
from .rewriting import Summaries, ask_all, summarized
from .store import StoreError, article_key, open_store
from .summarize import SummaryOptions, find_llm
from .targets import Listed, load_targets

NOTHING: dict[str, Any] = {}  # one for all articles without updates


@dataclass
class Options:
    """What a run does. The same for the command line and for Python."""

    model: str = "base"  # "base", "small" or a model folder
    targets: Path | None = None  # targets.yaml: whom or what to look for besides what the model finds
    given: tuple[str, ...] = ()  # of "sentences", "mentions": taken from label and result files
    summary: SummaryOptions = field(default_factory=SummaryOptions)
    reading: ReadOptions = field(default_factory=ReadOptions)


def analyze(articles: Sequence[Path], out: Path, options: Options) -> RunInfo:
    """Analyze files and folders into ``out``, doing only what an earlier run left, and return what run.json holds.

    An article that cannot be analyzed is among the skipped ones. Raises WeightsError (missing or damaged weights),
    StoreError (``out`` holds something else, or another run's results, or cannot be written, or there was nothing to
    read that could take its results' place), TargetsError, and ValueError for an option that makes no sense.
    """
    check_given(options.given)
    started = _now()
    listed = load_targets(options.targets) if options.targets else []
    llm = find_llm(options.summary)
    folder = model_folder(options.model)
    reading = _reading(options)
    identity = _identity(folder, options, listed)
    skipped: list[Skipped] = []
    seconds: dict[str, float] = {}
    counts = Counts()
    summaries = Summaries(options.summary.summarizer, llm.name if llm else None)
    with open_store(out, identity) as store, closing(NearDuplicates()) as duplicates:
        analyzers: list[Analyzer] = []  # loaded when the first article needs it
        entries: list[tuple[str, dict[str, Any]]] = []
        new_sentences = 0

        def keyed() -> Iterator[tuple[Article, str, bool]]:
            for article in iter_articles(articles, options=reading, skipped=skipped.append, beside=out):
                key = article_key(article)
                known = store.has(key)
                if not known and not analyzers:
                    analyzers.append(Analyzer(folder, targets=listed, given=options.given))
                yield article, key, known

        def predict(item: tuple[Article, str, bool]) -> Article | None:
            article, _, known = item
            return None if known else analyzers[0].predict(article)

        began = time.perf_counter()
        with Progress("articles", count_roughly(articles, out), sys.stderr) as progress:
            for (article, key, _), prediction in ahead(predict, keyed(), os.cpu_count() or 1):
                try:
                    result = prediction.result()
                    if result is not None:
                        store.put(key, result)
                except (StoreError, MemoryError):
                    raise
                except Exception as error:  # one article must not cost the run
                    path = article.file.path if article.file else article.id
                    skipped.append(Skipped(path, None, f"cannot be analyzed: {type(error).__name__}: {error}"))
                    continue
                if result is None:
                    counts.reused += 1
                else:
                    counts.analyzed += 1
                    new_sentences += len(result.sentences or [])
                try:
                    copy_of = duplicates.check(article.id, article.text)
                except sqlite3.Error as error:
                    raise StoreError(f"the temporary folder cannot be written ({error}): name one in TMPDIR") from error
                entries.append((key, {"near_duplicate_of": copy_of} if copy_of else NOTHING))
                progress.advance(len(result.sentences or []) if result else 0)
        if not entries and (out / "results.jsonl").exists():  # a mistyped column must not cost what stands there
            why = f" ({skipped[0].path}: {skipped[0].reason})" if skipped else ""
            raise StoreError(f"{out}: nothing could be read{why}; the earlier results stay")
        predicting = time.perf_counter() - began
        if llm:
            analyzers.clear()  # before a second model takes its memory
            at = time.perf_counter()
            with closing(llm), Progress("summaries", len(entries), sys.stderr) as progress:
                ask_all(store, (key for key, _ in entries), llm, options.summary, summaries, progress.advance)
            seconds["rewrite"] = time.perf_counter() - at
        at = time.perf_counter()
        labels = read_config(folder).heads.stances

        def presented(record: Article) -> Article:
            lines, updates = summarized(record, store, llm, options.summary, summaries)
            return present(record.model_copy(update=updates), lines)

        finished = store.finish(entries, presented, labels, partial=options.reading.limit is not None)
        seconds |= {"read and predict": predicting, "write": time.perf_counter() - at}
        seconds = {name: round(value, 3) for name, value in seconds.items()}
        counts.articles, counts.sentences = finished.articles, finished.sentences
        counts.targets, counts.stances, counts.skipped = finished.targets, finished.stances, len(skipped)
        run = RunInfo(
            command=_command(articles, options),
            model=ModelInfo(options.model, file_hash(folder / WEIGHTS), read_config(folder).base),
            versions=versions(),
            identity=identity,
            counts=counts,
            summaries=summaries,
            data_sha256=finished.data_sha256,
            seconds=seconds,
            sentences_per_second=round(new_sentences / predicting, 1) if new_sentences else None,
            started=started,
            finished=_now(),
            skipped=skipped,
            missing_targets=_never_named(out / "results.jsonl", listed),
        )
        try:
            write_run(out, run)
            write_report(out / "results.jsonl", run.model.name, run.finished, len(skipped), out / "report.html")
        except OSError as error:
            raise StoreError(f"{out}: cannot be written: {error}") from error
    return run


def _identity(folder: Path, options: Options, listed: Sequence[Listed]) -> dict[str, str]:
    """What predictions depend on. Raises WeightsError where the model folder is none."""
    from ..models.export import checked_folder

    checked_folder(folder)
    shown = "\n".join(map(repr, listed))
    installed = versions()
    return {
        "model": f"{read_config(folder).name} {file_hash(folder / WEIGHTS)[:16]}",
        "export": export_key(folder),
        "targets": f"{len(listed)} listed, {hashlib.sha256(shown.encode()).hexdigest()[:16]}" if listed else "none",
        "given": ",".join(sorted(set(options.given))) or "nothing",
        "versions": ", ".join(f"{name} {installed[name]}" for name in ("stancelens", "nupunkt", "tokenizers")),
    }


def _reading(options: Options) -> ReadOptions:
    from dataclasses import replace

    return replace(options.reading, keep_labels=bool(options.given))


def _command(articles: Sequence[Path], options: Options) -> dict[str, Any]:
    from dataclasses import asdict

    fields = asdict(options)
    fields["summary"]["endpoint"] = _place(options.summary.endpoint)
    fields["articles"] = [os.fspath(path) for path in articles]
    fields["targets"] = os.fspath(options.targets) if options.targets else None
    fields["given"] = list(options.given)
    return fields


def _place(url: str) -> str:
    """A URL's server: path and query may hold a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if url else ""


def _never_named(results: Path, listed: Sequence[Listed]) -> list[str]:
    """Listed targets that no article mentions."""
    if not listed:
        return []
    from ..data.schema import load_articles

    missing = {target.name for target in listed}
    for article in load_articles(results):
        mentioned = {mention.entity for mention in article.mentions or []}
        missing -= {entity.name for entity in article.entities or [] if entity.id in mentioned}
    return [target.name for target in listed if target.name in missing]


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
