"""An evaluation as files: report.html to read, report.md for a pull request, metrics.json for machines."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic_core import PydanticSerializationError

from ..data.atomic import replaced
from .report_page import render_html
from .report_text import render_markdown
from .result_schema import Metrics


def write_reports(metrics: Metrics, out: Path) -> None:
    """Write the three files into the folder ``out``, which is made where it is missing; each whole or not at all.

    The same metrics give the same bytes. Raises OSError where a file cannot be written.
    """
    metrics = _writable(metrics)
    contents = {
        "report.html": render_html(metrics),
        "report.md": render_markdown(metrics),
        "metrics.json": metrics.model_dump_json(indent=1) + "\n",
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with replaced(out / name) as part:
            part.write_text(content, encoding="utf-8", newline="\n")


def _writable(metrics: Metrics) -> Metrics:
    """The metrics, with "?" for half a surrogate pair: the name of a folder may hold one, and no file can."""
    try:
        metrics.model_dump_json()
    except PydanticSerializationError:
        dump = json.dumps(metrics.model_dump(), ensure_ascii=False)
        return Metrics.model_validate_json(dump.encode("utf-8", "replace"))
    return metrics
