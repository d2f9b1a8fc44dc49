"""metrics.json → report.html: one file that holds its own style and charts, runs nothing and asks the network for
nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from . import meanings, plots
from .meanings import MEANINGS, TASKS, kind
from .result_schema import Calibration, Comparison, Figure, Metrics, Slice, System, Task

LEAD = 6  # figures in the masthead
ERRORS = 100
_HERE = Path(__file__).parent

Row = list[tuple[int, Figure]]  # one figure of every system that has it, by the system's number


@dataclass
class Scored:
    """A task of one system."""

    index: int
    system: System
    task: Task
    confusion: Markup | None
    reliability: Markup | None
    slices: list[tuple[str, list[Slice]]]  # by what they are cut


@dataclass
class TaskView:
    """A task of all systems that have it, the first system first."""

    name: str
    title: str
    rows: list[Row]
    calibration_rows: list[Row]
    f1: Markup | None
    coverage: Markup | None
    scored: list[Scored] = field(default_factory=list)

    @property
    def wide(self) -> bool:
        """Whether the confusion matrix needs the page's whole width."""
        return len(self.scored[0].task.labels) > 6


@dataclass
class ComparisonView:
    comparison: Comparison
    titles: list[str]
    chart: Markup | None


def rows_of(figures: Sequence[tuple[int, Sequence[Figure]]]) -> list[Row]:
    """The figures of several systems, one row a name, in the order in which they first come."""
    rows: dict[str, Row] = {}
    for index, own in figures:
        for figure in own:
            rows.setdefault(figure.name, []).append((index, figure))
    return list(rows.values())


def _calibration_figures(calibration: Calibration) -> list[Figure]:
    ece = calibration.ece
    stem = ece.name.removesuffix("ece")
    limit = Figure(name=f"{stem}ece_limit", value=calibration.ece_limit, n=ece.n, articles=ece.articles)
    return [ece, limit, calibration.brier, calibration.log_loss, calibration.aurc]


def _task_views(metrics: Metrics) -> list[TaskView]:
    views = []
    for name, found in meanings.tasks_of(metrics).items():
        title = TASKS[name]
        calibrated = [(index, task.calibration) for index, task in found if task.calibration]
        view = TaskView(
            name,
            title,
            rows_of([(index, task.figures) for index, task in found]),
            rows_of([(index, _calibration_figures(calibration)) for index, calibration in calibrated]),
            _markup(plots.f1_by_label([(index, task.per_label) for index, task in found], title)),
            _markup(plots.risk_coverage(calibrated, title)),
        )
        for index, task in found:
            system = metrics.systems[index]
            what = f"{title}, {system.name}"
            slices: dict[str, list[Slice]] = {}
            for part in task.slices:
                slices.setdefault(part.by, []).append(part)
            matrix = plots.confusion_matrix(task.confusion, task.labels, what)
            diagram = plots.reliability_diagram(task.calibration, what) if task.calibration else None
            view.scored.append(Scored(index, system, task, _markup(matrix), _markup(diagram), list(slices.items())))
        views.append(view)
    return views


def _comparison_views(metrics: Metrics) -> list[ComparisonView]:
    views = []
    for comparison in metrics.comparisons:
        titles = [meanings.long_title(difference.name) for difference in comparison.differences]
        chart = plots.changes(comparison.differences, titles, f"{comparison.first} against {comparison.other}")
        views.append(ComparisonView(comparison, titles, _markup(chart)))
    return views


def _lead(system: System) -> list[Figure]:
    """One headline of each task, of the mentions and of the summaries: an F1 where there is one, else the first."""
    stems: dict[str, list[Figure]] = {}
    for figure in meanings.headlines(system):
        stems.setdefault(figure.name.partition(".")[0], []).append(figure)
    best = [next((one for one in own if kind(one.name) in ("macro_f1", "f1")), own[0]) for own in stems.values()]
    return best[:LEAD]


def _kinds(views: Sequence[TaskView], systems: Sequence[System], comparisons: Sequence[Comparison]) -> list[str]:
    """The kinds of the figures on the page that have a meaning, in the order of MEANINGS."""
    names = [row[0][1].name for view in views for row in view.rows + view.calibration_rows]
    names += [figure.name for system in systems for figure in system.mentions + system.summaries]
    names += [difference.name for comparison in comparisons for difference in comparison.differences]
    found = {kind(name) for name in names} | ({"precision", "recall", "f1"} if views else set())
    return [name for name in MEANINGS if name in found]


def _markup(svg: str | None) -> Markup | None:
    """A chart of ours, in which every text is escaped already."""
    return None if svg is None else Markup(svg)


def _quoted(text: str) -> Markup:
    """The text with what stands between two backticks as <code>."""
    parts = [escape(part) for part in text.split("`")]
    if len(parts) % 2 == 0:  # an odd one stays as it is
        parts[-2:] = [parts[-2] + Markup("`") + parts[-1]]
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def _style() -> Markup:
    """Our own style. An end tag inside it would end the element early, whatever quotes stand around it."""
    content = (_HERE / "report.css").read_text(encoding="utf-8")
    if "</" in content or "<!--" in content:
        raise ValueError("report.css holds '</' or '<!--' and cannot be put into a page")
    return Markup(content)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,  # always: every name and every sentence is text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["thousands"] = lambda number: f"{number:,}"
    environment.filters["plural"] = meanings.count
    environment.filters["percent"] = meanings.percent
    environment.filters["kind"] = kind
    environment.filters["quoted"] = _quoted
    environment.filters["notes"] = lambda row: list(dict.fromkeys(figure.note for _, figure in row if figure.note))
    environment.filters["indices"] = lambda rows: sorted({index for row in rows for index, _ in row})
    environment.globals.update(
        title=meanings.title,
        long_title=meanings.long_title,
        number=meanings.number,
        interval=meanings.interval,
        change=meanings.change,
        size=meanings.size,
        change_interval=meanings.change_interval,
        probability=meanings.probability,
        items_of=meanings.items_of,
        given_words=meanings.given_words,
        calibration_words=meanings.calibration_words,
        threshold_words=meanings.threshold_words,
        TASKS=TASKS,
        MEANINGS=MEANINGS,
    )
    return environment


def render_html(metrics: Metrics) -> str:
    """The page. There is at least one system; the same metrics give the same page."""
    views = _task_views(metrics)
    comparisons = _comparison_views(metrics)
    systems = metrics.systems
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            style=_style(),
            metrics=metrics,
            systems=systems,
            first=systems[0],
            marks=[Markup(plots.mark(index)) for index in range(len(systems))],
            lead=_lead(systems[0]),
            views=views,
            mentions=rows_of([(index, system.mentions) for index, system in enumerate(systems)]),
            summaries=rows_of([(index, system.summaries) for index, system in enumerate(systems)]),
            comparisons=comparisons,
            errors=systems[0].worst[:ERRORS],
            kinds=_kinds(views, systems, metrics.comparisons),
        )
    )
