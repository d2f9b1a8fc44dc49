"""Label Studio's JSON and JSON-MIN exports and its JSON import, as versions 1.0 to 1.23 write and read them
(labelstud.io/guide/task_format, /guide/export and /tags/labels), with the ``completions`` of versions before 1.0.

The export fits the labelling configuration in docs/label-studio.xml. Of other configurations the controls are told by
their names: see :func:`read_label_studio`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from ..atomic import replaced
from ..drafts import ReadOptions, Skipped, UnreadableError
from ..fields import find_columns, listing
from ..schema import Article
from .columns import Columns
from .label_items import Report, listed, plain_string, read_items, reporter
from .label_studio_export import write_results
from .label_studio_results import HOLDS, minimal_results, read_results
from .label_studio_roles import ADDED, role
from .page_records import page_to_article
from .pages import Page, read_metadata
from .record_pages import article_to_page, is_prediction

_ELSEWHERE = re.compile(r"(?:https?|s3|gs|azure-blob)://\S+|/data/(?:upload|local-files)/\S+")
_MODEL = "stancelens"


def read_label_studio(
    path: Path, skipped: Callable[[Skipped], None], *, columns: Mapping[str, str] | None = None
) -> Iterator[Article]:
    """One article for each task and annotator: the annotator's last annotation that was not cancelled.

    A control is told by its name (docs/labels.md), or by ``columns``: {"q1": "topics", "q2": "stance", "body": "text"}.
    Drafts and predictions are not labels.
    """
    names = Columns(columns, HOLDS)
    for number, task in read_items(path, skipped):
        report = reporter(path, number, skipped)
        minimal = not isinstance(task.get("data"), dict)
        data: dict[str, Any] = task if minimal else task["data"]
        text = _text(data, minimal, names, report)
        if text is None:
            continue
        task_id = plain_string(task.get("id"))
        metadata = read_metadata(data, task_id or f"{path.stem}#{number}")
        for annotator, results in _minimal(task, names, report) if minimal else _annotations(task, report):
            page = Page(text, dict(metadata), annotator)
            read_results(page, results, names, report)
            article = page_to_article(page, report)
            if article is not None:
                yield article
    names.report_missing(path, skipped)


def _text(data: dict[str, Any], minimal: bool, columns: Columns, report: Report) -> str | None:
    usable = {name: value for name, value in data.items() if isinstance(value, str) and name not in ADDED}
    if minimal:  # which has the labels among the data
        usable = {name: value for name, value in usable.items() if role(name, columns) in (None, "text")}
    named = next(iter(columns.named("text", usable)), None)
    try:
        found = find_columns(list(usable), ReadOptions(text_column=named)).get("text")
    except UnreadableError as error:
        report(str(error))
        return None
    if found is None and len(usable) == 1:
        (found,) = usable
    if found is None:
        report(f"no text; {listing(list(data))}: name the one that holds it with columns")
        return None
    if _ELSEWHERE.fullmatch(usable[found].strip()):
        report(f"the text is not in the file but at {usable[found]}")
        return None
    return usable[found]


def _annotations(task: dict[str, Any], report: Report) -> Iterator[tuple[str | None, list[Any]]]:
    """The annotations that are labels, one for each annotator."""
    predictions, drafts = listed(task.get("predictions")), listed(task.get("drafts"))
    if bare := sum(not isinstance(prediction, dict) for prediction in predictions):
        report(f"{bare} predictions, given only as numbers")
    if len(predictions) > bare:
        report(f"{len(predictions) - bare} predictions, which are not annotations")
    if drafts:
        report(f"{len(drafts)} drafts, which were not submitted")
    last: dict[str | None, dict[str, Any]] = {}
    annotations = listed(task.get("annotations", task.get("completions")))
    for annotation in annotations:
        if not isinstance(annotation, dict):
            report("an annotation given only as a number")
            continue
        annotator = _annotator(annotation)
        if annotation.get("was_cancelled") or annotation.get("skipped"):
            report(f"cancelled by annotator {annotator}")
            continue
        earlier = last.get(annotator)
        if earlier is not None:
            report(f"annotator {annotator} annotated the task twice: only the last time is kept")
        if earlier is None or _when(annotation) >= _when(earlier):
            last[annotator] = annotation
    if not annotations:
        report("not annotated")
    for annotator, annotation in last.items():
        yield annotator, listed(annotation.get("result"))


def _annotator(annotation: dict[str, Any]) -> str | None:
    """Who annotated: as the text area "annotator" says, else the account, by e-mail address if it is given."""
    for result in listed(annotation.get("result")):
        if isinstance(result, dict) and result.get("from_name") == "annotator":
            value = result.get("value")
            if isinstance(value, dict) and (named := listed(value.get("text"))):
                return plain_string(named[0])
    account = annotation.get("completed_by")
    if isinstance(account, dict):
        return plain_string(account.get("email")) or plain_string(account.get("id"))
    return plain_string(account)


def _when(annotation: dict[str, Any]) -> str:
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


def _minimal(task: dict[str, Any], columns: Columns, report: Report) -> Iterator[tuple[str | None, list[Any]]]:
    """The one annotation of a JSON-MIN item."""
    if task.get("annotation_id") is None:
        report("not annotated")
        return
    named = task.get("annotator") if not isinstance(task.get("annotator"), list) else task["annotator"][:1]
    yield plain_string(named), minimal_results(task, columns, report)


def write_label_studio(articles: Iterable[Article], path: Path) -> None:
    """A file for Label Studio's import, whole or not at all.

    Articles that follow one another and differ only in their labels become one task with an annotation each. Of
    predictions Label Studio's own field takes the place of annotations. Accounts are not named, for Label Studio
    refuses a file that names one it does not know: whose labels they are stands in the text area "annotator".
    """
    pages = ((article_to_page(article), is_prediction(article)) for article in articles)
    with replaced(path) as part, part.open("w", encoding="utf-8") as handle:
        handle.write("[")
        for number, (_, group) in enumerate(groupby(pages, key=lambda pair: (pair[0].text, pair[0].metadata))):
            handle.write(",\n" if number else "\n")
            json.dump(_task(list(group)), handle, ensure_ascii=False)
        handle.write("\n]\n")


def _task(pages: list[tuple[Page, bool]]) -> dict[str, Any]:
    task: dict[str, Any] = {"data": {"text": pages[0][0].text, **pages[0][0].metadata}, "annotations": []}
    for page, predicted in pages:
        results = {"result": write_results(page)}
        if predicted:
            task.setdefault("predictions", []).append({"model_version": _MODEL, **results})
        else:
            task["annotations"].append(results)
    return task
