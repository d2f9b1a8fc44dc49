"""The headline figures for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from .meanings import interval, number
from .result_schema import Figure, Metrics, System

TASK_HEADLINES = ("macro_f1", "accuracy", "macro_f1_answered", "coverage")
SUMMARY_HEADLINES = ("rouge1", "rouge2", "rougeLsum", "stance_kept")
WIDTH = 34  # of a figure's name


def render_terminal(metrics: Metrics) -> str:
    """A line a figure, with its interval and n; then what the comparisons and the shares say."""
    lines: list[str] = []
    for system in metrics.systems:
        lines += [f"{system.name}: {system.matching.scored_articles:,} articles", *_system(system), ""]
    for comparison in metrics.comparisons:
        lines += [f"{comparison.first} against {comparison.other}:"]
        lines += [f"  {comparison.note}"] if comparison.note else []
        lines += [f"  {each.name:<{WIDTH}}{each.conclusion}" for each in comparison.differences] + [""]
    if metrics.shares_refused is None:
        corrected = sum(share.corrected is not None for share in metrics.shares)
        lines.append(f"{corrected:,} shares in the corpus are corrected for errors: see the report")
    else:
        lines.append(f"Shares in the corpus are not corrected. {metrics.shares_refused}")
    return _printable("\n".join(lines).rstrip())


def _system(system: System) -> Iterator[str]:
    for task in system.tasks:
        yield from (_line(each) for each in task.figures if each.name.rpartition(".")[2] in TASK_HEADLINES)
        if task.calibration:
            limit = number(f"{task.task}.ece", task.calibration.ece_limit)
            yield f"{_line(task.calibration.ece)}; by chance alone up to {limit}"
    yield from map(_line, system.mentions)
    yield from (_line(each) for each in system.summaries if each.name.rpartition(".")[2] in SUMMARY_HEADLINES)


def _line(figure: Figure) -> str:
    within = interval(figure)
    why = f"  ({figure.note})" if figure.note and not within and not figure.name.endswith(".ece") else ""
    return f"  {figure.name:<{WIDTH}}{number(figure.name, figure.value):>6}  {within:<20} n {figure.n:,}{why}"


def _printable(text: str) -> str:
    """Without control characters, which names may hold and a terminal would obey."""
    return "".join(character if character.isprintable() or character == "\n" else "?" for character in text)
