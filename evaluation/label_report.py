"""`stancelens labels check`: what label files hold, how well their annotators agree, and what to correct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..data.importers.record_pages import is_prediction
from ..data.label_check import check_record
from ..data.label_corpus import Corpus, Counts
from ..data.label_errors import LabelErrors
from ..data.label_findings import Finding, Findings, Level, Place
from ..data.label_records import label_files, read_records
from ..data.standoff import is_standoff
from .label_agreement import Agreement, agreement, can_resample


@dataclass
class LabelReport:
    """What :func:`check_labels` finds. Files with errors are not fit for training."""

    files: list[str]
    counts: Counts
    labels: dict[str, Counter[str]]  # task → label → times, tags among the tasks
    agreement: list[Agreement]  # of articles that several annotators labelled; empty without such
    several: int  # articles that several annotators labelled
    findings: list[Finding]  # errors first; of each kind the first ones
    found: Counter[tuple[Level, str]]  # level and kind → all of them, listed or not
    notes: list[str]  # what was not looked for, and why

    @property
    def errors(self) -> int:
        return self._total("error")

    @property
    def doubts(self) -> int:
        return self._total("doubt")

    def _total(self, level: Level) -> int:
        return sum(count for (of, _kind), count in self.found.items() if of == level)


def check_labels(paths: Sequence[Path], *, suggest: bool = True) -> LabelReport:
    """Check label files; a folder stands for its .jsonl files. ``suggest`` also looks for probable label errors.

    Files are read in a stream; articles with several annotators are read a second time. Raises ValueError where there
    is no label file, OSError where one cannot be read.
    """
    files = label_files([Path(path) for path in paths])
    without_text = [file for file in files if is_standoff(file)]
    files = [file for file in files if file not in without_text]
    findings, suspects = Findings(), LabelErrors()
    predictions: Counter[str] = Counter()
    corpus = Corpus(findings)
    try:
        for path in files:
            for article, kept in read_records(path, findings):
                if is_prediction(article):
                    predictions[str(path)] += 1
                    continue
                if not corpus.add(article, kept):
                    continue
                check_record(article, kept.place, findings)
                if suggest:
                    suspects.add(article, kept.place)
    finally:
        corpus.close()
    corpus.names.check(findings)
    corpus.count_articles()
    several, left_out = corpus.several()
    agreed = agreement(several, findings)
    notes = suspects.find(findings) if suggest else ["no probable label errors looked for"]
    notes += [f"{n:,} predictions in {file} were left out: they are no labels" for file, n in predictions.items()]
    if not corpus.counts.records and not findings.kept:
        findings.error(
            "no_labels", Place(str(files[0] if files else paths[0]), 1), "record", "no labels: give a label file"
        )
    notes += [
        f"{file} holds no text, and was left out: docs/labels.md says how to join it with its text"
        for file in without_text
    ]
    for name in left_out:
        notes.append(f"{name!r} is no annotator of alpha, since the name says that it settles the labels of others")
    if agreed and not can_resample():
        notes.append("no intervals of alpha: install stancelens[eval]")
    ordered = sorted(findings.kept, key=lambda finding: finding.level != "error")
    labels = {task: counts for task, counts in corpus.names.counts.items() if counts}
    return LabelReport(
        list(map(str, files)), corpus.counts, labels, agreed, len(several), ordered, findings.counts, notes
    )


def as_json(report: LabelReport) -> dict[str, Any]:
    """The report for machines; keys and their order do not depend on what was found."""
    counts = report.counts
    return {
        "files": report.files,
        "records": counts.records,
        "articles": counts.articles,
        "sentences": counts.sentences,
        "stances": counts.stances,
        "errors": report.errors,
        "doubts": report.doubts,
        "annotators": dict(counts.annotators),
        "articles_by_split_and_topic": {split: dict(topics) for split, topics in counts.main_topics.items()},
        "labels": {task: dict(names.most_common()) for task, names in report.labels.items()},
        "articles_of_several_annotators": report.several,
        "agreement": [_flat(row) for row in report.agreement],
        "found": [{"level": level, "kind": kind, "count": count} for (level, kind), count in report.found.items()],
        "findings": [asdict(finding) for finding in report.findings],
        "notes": report.notes,
    }


def _flat(row: Agreement) -> dict[str, Any]:
    low, high = row.interval or (None, None)
    return {
        "task": row.task,
        "label": row.label,
        "alpha": row.alpha,
        "low": low,
        "high": high,
        "units": row.units,
        "articles": row.articles,
        "alone": row.alone,
    }
