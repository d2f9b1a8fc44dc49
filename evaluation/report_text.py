"""The figures in short, as Markdown for a pull request. No text of an article is in it.

What comes from data stands in <code>, with every character that Markdown or GitHub reads as a sign written by its
number: so it cannot break a table, link, mention somebody or refer to an issue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from . import meanings
from .meanings import NONE, TASKS, interval, kind, number
from .result_schema import Comparison, Figure, LabelScores, Metrics, Task, Worst

ERRORS = 20
LONGEST = 120  # characters of a name
_SIGNS = re.compile(r"[^\w\s.,:;()%+/'’–−-]|_|:(?=\S)|(?<=www)\.")
_HIDDEN = ("Cc", "Cf", "Cs", "Cn")


def render_markdown(metrics: Metrics) -> str:
    """Headline figures, comparisons, labels and the surest errors. There is at least one system."""
    first = metrics.systems[0]
    blocks = [
        "## Evaluation",
        f"{code(first.name)}: {meanings.count(first.matching.scored_articles, 'article')} scored of "
        f"{first.matching.gold_articles:,} with labels; {prose(meanings.given_words(first))}.",
        _headlines(metrics),
        *map(_comparison, metrics.comparisons),
        *(_calibration(task) for task in first.tasks if task.calibration),
        _shares(metrics),
        *(_labels(task) for task in first.tasks if task.per_label),
        _errors(first.worst[:ERRORS]),
        _foot(metrics),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def code(text: str) -> str:
    """A name from data, as it is."""
    line = _one_line(text)
    line = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return f"<code>{_escaped(line)}</code>" if line else NONE


def prose(text: str) -> str:
    """A sentence that may hold names from data."""
    # A word joiner after "@" and "#" keeps GitHub from reading a person or an issue; it does not in <code>
    return re.sub(r"(&#64;|&#35;)", "\\1\N{WORD JOINER}", _escaped(_one_line(text)))


def _one_line(text: str) -> str:
    shown = "".join(c if c.isspace() or unicodedata.category(c) not in _HIDDEN else "" for c in text)
    return " ".join(shown.split())


def _escaped(text: str) -> str:
    return _SIGNS.sub(lambda found: f"&#{ord(found.group())};", text)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """The first ``left`` columns are names, the others numbers."""
    line = ["---"] * left + ["---:"] * (len(heads) - left)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heads, line, *rows])


def _folded(summary: str, content: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{content}\n\n</details>"


def _cell(figure: Figure | None) -> str:
    """ "61.2 (58.0 to 64.1), n 1,204"."""
    if figure is None:
        return NONE
    within = interval(figure)
    return f"{number(figure.name, figure.value)}{f' ({within})' if within else ''}, n {figure.n:,}"


def _title(name: str) -> str:
    """The title of a figure; a label in it is from data."""
    first, _, rest = name.partition(".")
    label = rest.rpartition(".")[0]
    of = meanings.GROUPS.get(first) or (code(first) if rest else "")
    what = meanings.title(name) if kind(name) in meanings.MEANINGS else code(kind(name))
    return f"{', '.join(filter(None, [of, code(label) if label else '']))}: {what}" if of else what


def _headlines(metrics: Metrics) -> str:
    found = [{figure.name: figure for figure in meanings.headlines(system)} for system in metrics.systems]
    names = list(dict.fromkeys(name for figures in found for name in figures))
    if not names:
        return "No headline figure is defined: there are too few labels or predictions."
    heads = ["Figure", *(code(system.name) for system in metrics.systems)]
    rows = [[_title(name), *(_cell(figures.get(name)) for figures in found)] for name in names]
    resampled = f" (95% intervals, {metrics.resamples:,} resamples of the articles)" if metrics.resamples else ""
    left_out = " Only labels that every system answered are scored." if metrics.only_common else ""
    every = [figure for figures in found for figure in figures.values()]
    notes = dict.fromkeys(figure.note for figure in every if figure.note and figure.low is None)
    why = "".join(f" Where there is no interval: {prose(note)}." for note in notes if note)
    return f"{_table(heads, rows)}\n\nn counts items{resampled}.{left_out}{why}"


def _comparison(comparison: Comparison) -> str:
    head = f"### {code(comparison.first)} against {code(comparison.other)}"
    if comparison.note:
        head += f"\n\n{prose(comparison.note)}"
    if not comparison.differences:
        return f"{head}\n\nNothing could be compared."
    # The conclusion holds the difference, its interval and the corrected p
    rows = [[_title(difference.name), prose(difference.conclusion)] for difference in comparison.differences]
    return f"{head}\n\n{_table(['Figure', 'conclusion'], rows, left=2)}"


def _calibration(task: Task) -> str:
    return f"{TASKS[task.task]}: {meanings.calibration_words(task.calibration)}" if task.calibration else ""


def _shares(metrics: Metrics) -> str:
    if metrics.shares_refused:
        return f"Shares of the corpus are not corrected. {prose(metrics.shares_refused)}"
    if not metrics.shares:
        return ""
    rows = []
    for share in metrics.shares:
        within = "" if share.low is None else f" ({meanings.percent(share.low)} to {meanings.percent(share.high)})"
        corrected = meanings.percent(share.corrected) + within
        beware = f"; {prose(share.note)}" if share.note else ""
        rows.append([prose(share.what), meanings.percent(share.raw), corrected + beware, f"{share.n:,}"])
    table = _table(["Share of", "as predicted", "corrected (95% interval)", "labelled sentences"], rows)
    return _folded("Shares of the corpus", table)


def _labels(task: Task) -> str:
    def brief(figure: Figure) -> str:
        return number(figure.name, figure.value)

    def row(scores: LabelScores) -> list[str]:
        within = interval(scores.f1)
        f1 = brief(scores.f1) + (f" ({within})" if within else "")
        return [code(scores.label), f"{scores.support:,}", brief(scores.precision), brief(scores.recall), f1]

    table = _table(["Label", "labelled", "precision", "recall", "F1"], map(row, task.per_label))
    return _folded(f"{TASKS[task.task]}, label by label", table)


def _errors(errors: Sequence[Worst]) -> str:
    if not errors:
        return ""
    rows = [
        [
            code(worst.article),
            f"{worst.start} to {worst.end}",
            TASKS.get(worst.task) or code(worst.task),
            code(worst.gold),
            code(worst.predicted),
            meanings.percent(worst.confidence),
        ]
        for worst in errors
    ]
    table = _table(["Article", "characters", "task", "label", "predicted", "confidence"], rows, left=5)
    return _folded(f"The surest wrong answers ({len(errors)})", table)


def _foot(metrics: Metrics) -> str:
    def short(name: str, sha256: str) -> str:
        return f"{code(name)} {code(sha256[:12])}"

    sources = [short(source.name, source.sha256) for source in metrics.gold]
    results = [short(system.name, system.sha256) for system in metrics.systems]
    parts = [f"labels {', '.join(sources)}"] if sources else []
    parts += [f"results {', '.join(results)}", f"seed {metrics.seed}"]
    parts += [f"{code(package)} {code(version)}" for package, version in metrics.versions.items()]
    return f"<sub>{'; '.join(parts)}</sub>"
