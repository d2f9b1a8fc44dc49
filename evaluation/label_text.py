"""The report on label files for a terminal."""

from __future__ import annotations

import io

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from .label_report import LabelReport

WIDTH = 120
SHOWN = 10  # findings of one kind
LABELS = 30  # of one task
LEAST_ALPHA = 0.667  # below it Krippendorff (2004) draws no conclusions, not even tentative ones


def render(report: LabelReport) -> str:
    """Counts, agreement, then the findings, errors first."""
    written = io.StringIO()
    console = Console(file=written, width=WIDTH, color_system=None, highlight=False, markup=False, emoji=False)
    counts = report.counts
    console.print(
        f"{_counted(len(report.files), 'file')}, {_counted(counts.records, 'record')}, "
        f"{_counted(counts.articles, 'article')}, {_counted(counts.sentences, 'sentence')}, "
        f"{_counted(counts.stances, 'target stance')}"
    )
    annotators = [f"{name!r} ({n:,})" for name, n in counts.annotators.items()]
    console.print("Annotators, with their records: " + ("; ".join(annotators) or "none"), soft_wrap=True)
    console.print(_topics(report), _labels(report))
    if report.agreement:
        console.print(_agreement(report))
    elif report.several == 0:
        console.print("No article has several annotators, so that no agreement can be measured.\n")
    for note in report.notes:
        console.print(f"Note: {note}.", soft_wrap=True)
    for level, kind in sorted(report.found, key=lambda found: (found[0] != "error", found[1])):
        shown = [finding for finding in report.findings if (finding.level, finding.kind) == (level, kind)][:SHOWN]
        total = report.found[level, kind]
        console.print(f"\n{level} {kind}: {total:,}")
        for finding in shown:
            line = f"  {finding.path}:{finding.line}: {finding.field}: {finding.message}"
            console.print(line, soft_wrap=True)
        if total > len(shown):
            console.print(f"  … {total - len(shown):,} more")
    console.print(f"\n{_counted(report.errors, 'error')}, {_counted(report.doubts, 'doubt')}")
    return "\n".join(_printable(line).rstrip() for line in written.getvalue().split("\n"))


def _topics(report: LabelReport) -> Table:
    splits = report.counts.main_topics
    table = Table("Articles by main topic", box=SIMPLE)
    for split in splits:
        table.add_column(Text(split))
    for topic in sorted({topic for topics in splits.values() for topic in topics}):
        table.add_row(Text(topic), *(f"{topics[topic]:,}" for topics in splits.values()))
    table.add_row("all", *(f"{topics.total():,}" for topics in splits.values()))
    return table


def _labels(report: LabelReport) -> Table:
    table = Table("Labels", "", "times", "share", box=SIMPLE)
    for task, names in report.labels.items():
        for index, (name, count) in enumerate(names.most_common(LABELS)):
            table.add_row("" if index else task, Text(name), f"{count:,}", f"{count / names.total():.0%}")
        if len(names) > LABELS:
            table.add_row("", f"… {len(names) - LABELS:,} more")
    return table


def _agreement(report: LabelReport) -> Table:
    kept = [Column(name, no_wrap=True) for name in ("Krippendorff's alpha", "", "alpha", "95%", "units", "articles")]
    table = Table(*kept, "by one", box=SIMPLE, pad_edge=False)
    for row in report.agreement:
        undefined = "undefined: one label" if row.units else "nothing in common"
        value = undefined if row.alpha is None else f"{row.alpha:.3f}"
        low = " (low)" if row.alpha is not None and row.alpha < LEAST_ALPHA else ""
        interval = f"{row.interval[0]:.3f} to {row.interval[1]:.3f}" if row.interval else ""
        label = Text("  " + row.label) if row.label is not None else Text("all labels")
        task = row.task if row.label is None else ""
        alone = f"{row.alone:,}" if row.label is None else ""
        table.add_row(task, label, value + low, interval, f"{row.units:,}", f"{row.articles:,}", alone)
    return table


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _printable(text: str) -> str:
    """Without control characters, which labels and paths may hold and a terminal would obey."""
    return "".join(character if character.isprintable() else "?" for character in text)
