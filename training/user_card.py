"""The model card of a user's own model: what it learned from, how good it is, how it runs, and its limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from jinja2 import Template

from ..data.label_files import named_files
from ..data.schema import file_hash
from ..evaluation.meanings import interval, long_title, number
from ..evaluation.result_schema import Metrics
from ..models.network_config import HeadsConfig, read_config
from .labels import Labelled
from .options import TrainOptions

SHOWN = (".macro_f1", ".accuracy")
USER_CARD = Template(
    """# {{ config.name }}

Trained by StanceLens {{ version }} on {{ date }}, from {{ start }}, on {{ config.base }}.

    {{ command }}

| label file | SHA-256 |
|---|---|
{%- for name, sha256 in files.items() %}
| {{ name }} | `{{ sha256 }}` |
{%- endfor %}

{{ counts.train }} articles to learn from, {{ counts.dev }} to choose and calibrate on, {{ counts.test }} to measure on;
{{ "split as the labels bring it" if own_split else "drawn by article, seed %d" % options.seed }}.
{%- for head, (labels, others) in sets.items() %}
**{{ head }}:** {{ labels | join(", ") }}{% if others %}; from its start it also knows {{ others | join(", ") }}
{%- endif %}.
{%- endfor %}
{%- if absent %}
It has no head for {{ absent | join(", ") }}: `analyze` leaves that out.
{%- endif %}
{%- if config.issues %}
Every sentence is judged on: {{ config.issues | join(", ") }}.
{%- endif %}

## On the test part

| figure | this model | TF-IDF and logistic regression | most frequent label |
|---|---|---|---|
{%- for row in rows %}
| {{ row | join(" | ") }} |
{%- endfor %}

95% intervals by bootstrap over articles; [`report/report.html`](report/report.html) has all figures.
{%- for line in conclusions %}

- {{ line }}
{%- endfor %}

## As it runs

| head | int8 gives the label of fp32 | macro-F1 lost by int8 (dev) | temperature | abstains below |
|---|---|---|---|---|
{%- for head, (same, lost) in int8.items() %}
| {{ head }} | {{ "%.1f" % (100 * same) }}% | {{ "%.1f" % lost }} | {{ config.temperatures[head] }} |
  {{- " " }}{{ config.abstain_below[head] }} |
{%- endfor %}

Temperatures and thresholds were fitted on the dev part, the thresholds so that
{{ "%.0f" % (100 * options.wanted_accuracy) }}% of the answers there are right, or 0.5 where no confidence buys that.
{%- if kept %}

Heads without labels, on the dev part of StanceLens' own corpus:

| head | before | after |
|---|---|---|
{%- for head, (before, after) in kept.items() %}
| {{ head }} | {{ "%.1f" % before }} | {{ "%.1f" % after }} |
{%- endfor %}
{%- endif %}

## Limits

The figures hold for articles like those of the test part; `stancelens evaluate` measures the model on others, and says
how far a new folder is from these. {% for warning in warnings %}
- {{ warning }}{% endfor %}
"""
)


def write_user_card(
    folder: Path,
    labelled: Labelled,
    metrics: Metrics,
    files: dict[str, str],
    kept: dict[str, tuple[float, float]],
    int8: dict[str, tuple[float, float]],
    options: TrainOptions,
    start: Path | None,
    command: str,
) -> None:
    """Write README.md beside the weights, with the figures of the evaluation; ``files`` are the labels' hashes."""
    config = read_config(folder)
    heads = config.heads
    has = {
        "topic": heads.topics,
        "sentence_stance": heads.sentence_stance,
        "stance": heads.target_stance,
        "mention": heads.kinds,
        "salience": heads.salience,
    }
    text = USER_CARD.render(
        config=config,
        version=version("stancelens"),
        date=datetime.now(UTC).date().isoformat(),
        start=start.name if start else "the bare base",
        command=command or "stancelens.training.retrain.train, from Python",
        files=files,
        counts={part: len(getattr(labelled, part)) for part in ("train", "dev", "test")},
        own_split=labelled.own_split,
        sets={head: _sets(head, labelled, heads) for head in labelled.heads},
        absent=[head for head, yes in has.items() if not yes],
        rows=_rows(metrics),
        conclusions=[
            f"{long_title(difference.name)}: {difference.conclusion}"
            for comparison in metrics.comparisons
            for difference in comparison.differences
            if difference.name.endswith("macro_f1")
        ],
        kept=kept,
        int8=int8,
        warnings=labelled.warnings,
        options=options,
    )
    (folder / "README.md").write_text(text + "\n", encoding="utf-8")


def files_and_hashes(labels: Sequence[Path]) -> dict[str, str]:
    """Each label file's name, with its path where two have the same, and its SHA-256."""
    found = [(name, file) for path in labels for name, file in named_files(path)]
    names = [name for name, _ in found]
    return {name if names.count(name) == 1 else str(file): file_hash(file) for name, file in found}


def _sets(head: str, labelled: Labelled, heads: HeadsConfig) -> tuple[list[str], list[str]]:
    """The labels that the run has learned, and those that the model has from its start."""
    own, whole = (labelled.topics, heads.topics) if head == "topic" else (labelled.stances, heads.stances)
    return [label for label in whole if label in own], [label for label in whole if label not in own]


def _rows(metrics: Metrics) -> Iterator[list[str]]:
    """Macro F1 and accuracy of each task, the systems side by side."""
    found = [
        {figure.name: figure for task in system.tasks for figure in task.figures if figure.name.endswith(SHOWN)}
        for system in metrics.systems
    ]
    for name in found[0]:
        cells = [f"{number(name, own[name].value)} ({interval(own[name])})" if name in own else "–" for own in found]
        yield [f"{long_title(name)}, n {found[0][name].n:,}", *(cell.replace(" ()", "") for cell in cells)]
