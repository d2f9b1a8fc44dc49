"""doccano's JSONL and JSON, as versions 1.0 to 1.8 write and read them (github.com/doccano/doccano, its folders
``data_export`` and ``data_import``; docs at doccano.github.io/doccano/tutorial).

A line has the text under ``text`` (older: ``data``) and labels under ``label``, ``labels``, ``entities`` (with
``relations``), ``cats`` or ``categories``, by version and kind of project. Everything else is the document's metadata,
which doccano hands back as it came. A project that keeps annotators apart is exported as one file for each of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..atomic import replaced
from ..drafts import Skipped
from ..schema import Article
from .columns import Columns
from .flat_labels import BESIDE, MEANINGS, Flat, LabelledSpan, add_class, flatten, text_of, unflatten
from .label_items import Report, files_of, listed, plain_string, read_items, reporter, strings, whole_number
from .page_records import page_to_article
from .pages import Link, Page, read_metadata
from .record_pages import article_to_page, is_prediction

TEXT_KEYS = ("text", "data")
LABEL_KEYS = ("label", "labels", "entities", "cats", "categories", "annotations")
SHARED = ("all", "unknown")  # names of files that hold everybody's labels
_OFFSETS = ("start_offset", "end_offset")


def read_doccano(
    path: Path, skipped: Callable[[Skipped], None], *, columns: Mapping[str, str] | None = None
) -> Iterator[Article]:
    """The documents of a file, or of a folder with one file for each annotator, whose name is then the annotator's.

    ``columns`` names keys and labels otherwise called: {"body": "text", "topic": "label", "PRO": "target:favor"}.
    """
    names = Columns(columns, ("text", "label", *MEANINGS))
    for file in files_of(path):
        shared = file == path or file.stem in SHARED
        yield from _read(file, None if shared else file.stem, skipped, names)
    names.report_missing(path, skipped)


def _read(path: Path, annotator: str | None, skipped: Callable[[Skipped], None], columns: Columns) -> Iterator[Article]:
    for number, item in read_items(path, skipped):
        report = reporter(path, number, skipped)
        text = text_of(item, TEXT_KEYS, columns)
        if text is None:
            report("no text: no key 'text' or 'data'")
            continue
        comments = [c.get("comment") if isinstance(c, dict) else c for c in listed(item.get("Comments"))]
        for comment in strings(comments):
            report(f"comment {comment!r} has no place in the records")
        for user, labels in _by_user(item, columns, report):
            page = Page(text, read_metadata(item, f"{path.stem}#{number}"), annotator)
            if page.annotator is None:
                page.annotator = user or plain_string(item.get("annotator"))
            _add(page, item, labels, columns, report)
            article = page_to_article(page, report)
            if article is not None:
                yield article


def _by_user(item: dict[str, Any], columns: Columns, report: Report) -> list[tuple[str | None, list[Any]]]:
    """The labels of a line, apart by user where the line says whose they are, as doccano before 1.0 did."""
    users: dict[str | None, list[Any]] = {}
    for key in dict.fromkeys([*columns.named("label", item), *LABEL_KEYS]):
        value = item.get(key)
        for label in [value] if isinstance(value, str) else listed(value):
            user = None
            if isinstance(label, dict):
                user = plain_string(label.get("user_name")) or plain_string(label.get("user"))
                name = label.get("label_name", label.get("label"))
                if not isinstance(name, str):
                    report(f"label {name!r} is a number: export with the names of the labels")
                    continue
                label = {**label, "label": name}
            users.setdefault(user, []).append(label)
    return list(users.items()) or [(None, [])]


def _add(page: Page, item: dict[str, Any], labels: list[Any], columns: Columns, report: Report) -> None:
    spans: list[LabelledSpan] = []
    for index, label in enumerate(labels):
        if isinstance(label, str):
            add_class(page, label, columns, report)
        elif isinstance(label, dict) and not any(name in label for name in _OFFSETS):
            add_class(page, label["label"], columns, report)
        elif isinstance(span := _span(label, index), LabelledSpan):
            spans.append(span)
        else:
            report(span)
    links = []
    for relation in listed(item.get("relations")):
        ends = [str(relation.get(key)) for key in ("from_id", "to_id")] if isinstance(relation, dict) else []
        if len(ends) == 2:
            links.append(Link(ends[0], ends[1], str(relation.get("type"))))
        else:
            report(f"relation {relation!r} joins nothing")
    beside = item.get(BESIDE)
    unflatten(page, Flat(spans, links, beside if isinstance(beside, dict) else {}), columns, report)


def _span(label: Any, index: int) -> LabelledSpan | str:
    """A span written as [start, end, label] or as an object, or why it is none."""
    if isinstance(label, dict):
        start, end = (whole_number(label.get(name)) for name in _OFFSETS)
        key, name = str(label.get("id", f"#{index}")), label["label"]
    elif isinstance(label, list) and len(label) == 3:
        start, end = whole_number(label[0]), whole_number(label[1])
        key, name = f"#{index}", label[2]
    else:
        return f"label {label!r} is neither a name nor a span"
    if start is None or end is None or not isinstance(name, str) or not name:
        return f"label {label!r} is no span: start, end and a name"
    return LabelledSpan(key, start, end, name)


def write_doccano(articles: Iterable[Article], path: Path) -> None:
    """JSONL for a project of sequence labelling with relations and overlapping spans, whole or not at all.

    Raises ValueError at a prediction: doccano has nothing that tells it from an annotation.
    """
    with replaced(path) as part, part.open("w", encoding="utf-8") as handle:
        for article in articles:
            if is_prediction(article):
                raise ValueError(f"{article.id}: a prediction, which doccano would show as somebody's labels")
            handle.write(json.dumps(_line(article_to_page(article)), ensure_ascii=False) + "\n")


def _line(page: Page) -> dict[str, Any]:
    flat = flatten(page)
    line: dict[str, Any] = {"text": page.text, **page.metadata}
    if page.annotator is not None:
        line["annotator"] = page.annotator
    line["entities"] = [
        {"id": int(span.id), "start_offset": span.start, "end_offset": span.end, "label": span.label}
        for span in flat.spans
    ]
    line["relations"] = [
        {"id": number, "from_id": int(link.source), "to_id": int(link.target), "type": link.label}
        for number, link in enumerate(flat.links)
    ]
    if flat.beside:
        line[BESIDE] = flat.beside
    return line
