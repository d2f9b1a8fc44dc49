"""Prodigy's JSONL, as ``prodigy db-out`` of versions 1.8 to 1.18 writes it (prodi.gy/docs/api-interfaces).

A line is one answer: ``text``, ``answer`` (accept, reject or ignore), and by interface ``label`` (yes or no to one
label), ``options`` and ``accept``, ``spans``, or ``relations`` between tokens, with the spans that they stand for as
``head_span`` and ``child_span``. ``_annotator_id`` says who answered.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..atomic import replaced
from ..drafts import Skipped
from ..schema import Article
from .columns import Columns
from .flat_labels import BESIDE, MEANINGS, Flat, LabelledSpan, add_class, flatten, text_of, unflatten
from .label_items import Report, listed, plain_string, read_items, reporter, whole_number
from .page_records import page_to_article
from .pages import Link, Page, read_metadata, set_stance
from .record_pages import article_to_page, is_prediction

_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")


def read_prodigy(
    path: Path, skipped: Callable[[Skipped], None], *, columns: Mapping[str, str] | None = None
) -> Iterator[Article]:
    """The accepted answers. Accepted single labels of one text by one annotator make one article, with its spans.

    ``columns`` names labels otherwise called: {"PRO": "target:favor", "MACRO": "topic:economy"}.
    """
    names = Columns(columns, ("text", *MEANINGS))
    pages: dict[tuple[str, str | None], tuple[Page, Report]] = {}  # answers to one text may stand anywhere
    for number, item in read_items(path, skipped):
        report = reporter(path, number, skipped)
        text = text_of(item, ("text",), names)
        if text is None:
            report("no text: no key 'text'")
        elif reason := _not_a_label(item):
            report(reason)
        else:
            page = _page(item, text, f"{path.stem}#{number}", names, report)
            key = (page.metadata["id"], page.annotator)
            first, tell = pages.setdefault(key, (page, report))
            if first.text != text or (first is not page and first.regions and page.regions):
                report(f"id {key[0]!r} occurs twice for annotator {key[1]}")
            elif first is not page:
                _merge(first, page, report)
                pages[key] = (first, report if page.regions else tell)
    names.report_missing(path, skipped)
    for page, tell in pages.values():
        article = page_to_article(page, tell)
        if article is not None:
            yield article


def _not_a_label(item: dict[str, Any]) -> str | None:
    answer = item.get("answer")
    if answer == "accept":
        return None
    if answer == "reject":
        label = item.get("label")
        return f"rejected: says only that it is not {label!r}" if label else "rejected: says only that it is wrong"
    if answer == "ignore":
        return "ignored by the annotator"
    return "no answer: a task that nobody has answered" if answer is None else f"answer {answer!r}"


def _page(item: dict[str, Any], text: str, fallback_id: str, columns: Columns, report: Report) -> Page:
    meta: Any = item.get("meta")
    known = plain_string(item.get("_input_hash"))  # the same for the same text
    metadata = read_metadata({**(meta if isinstance(meta, dict) else {}), **item}, known or fallback_id)
    named = plain_string(item.get("_annotator_id")) or plain_string(item.get("_session_id"))
    page = Page(text, metadata, named or plain_string(item.get("annotator")))
    labels = {
        str(option["id"]): name for option in listed(item.get("options")) if (name := _option(option)) is not None
    }
    if isinstance(item.get("label"), str):
        add_class(page, item["label"], columns, report)
    for chosen in listed(item.get("accept")):
        label = labels.get(str(chosen), chosen)
        if isinstance(label, str):
            add_class(page, label, columns, report)
        else:
            report(f"option {chosen!r} is a number without a text")
    spans = [span for n, row in enumerate(listed(item.get("spans"))) if (span := _span(row, n, report)) is not None]
    links = [link for row in listed(item.get("relations")) if (link := _link(row, item, spans, report)) is not None]
    beside = item.get(BESIDE)
    unflatten(page, Flat(spans, links, beside if isinstance(beside, dict) else {}), columns, report)
    return page


def _option(option: Any) -> str | None:
    """What a choice is called: its id, which Prodigy trains on, or its text where the id is a number."""
    if not isinstance(option, dict) or "id" not in option:
        return None
    return option["id"] if isinstance(option["id"], str) else plain_string(option.get("text"))


def _merge(page: Page, more: Page, report: Report) -> None:
    for name in ("topics", "summaries", "none_of"):
        held = getattr(page, name)
        held += [value for value in getattr(more, name) if value not in held]
    if more.stance is not None:
        set_stance(page, more.stance, report)
    page.regions += more.regions
    page.links += more.links
    if page.entities is not None and more.entities not in (None, page.entities):
        report("entities: an earlier answer has others")
    elif more.entities is not None:
        page.entities = more.entities


def _span(row: Any, index: int, report: Report) -> LabelledSpan | None:
    start, end = (whole_number(row.get(key)) if isinstance(row, dict) else None for key in ("start", "end"))
    if start is None or end is None or not isinstance(row.get("label"), str):
        report(f"span {row!r} has no start, end and label")
        return None
    return LabelledSpan(str(index), start, end, row["label"], plain_string(row.get("text")) or None)


def _link(row: Any, item: dict[str, Any], spans: list[LabelledSpan], report: Report) -> Link | None:
    """The relation between the spans that stand at its two places."""
    if not isinstance(row, dict):
        report(f"relation {row!r} joins nothing")
        return None
    ends = [_end(row, key, listed(item.get("tokens")), spans) for key in ("head", "child")]
    if ends[0] is None or ends[1] is None:
        report(f"relation {row.get('label')!r}: a span that it joins is missing")
        return None
    return Link(ends[0], ends[1], str(row.get("label")))


def _end(row: dict[str, Any], key: str, tokens: list[Any], spans: list[LabelledSpan]) -> str | None:
    """The span that a relation's end stands for; without ``head_span``, the innermost one around the token."""
    place = row.get(f"{key}_span")
    at = whole_number(row.get(key))
    if not isinstance(place, dict) and at is not None and 0 <= at < len(tokens):
        place = tokens[at]
    start, end = (whole_number(place.get(edge)) if isinstance(place, dict) else None for edge in ("start", "end"))
    if not isinstance(place, dict) or start is None or end is None:
        return None
    around = [span for span in spans if span.start <= start and end <= span.end]

    def rank(span: LabelledSpan) -> tuple[int, bool, bool]:
        return span.end - span.start, span.label != place.get("label"), span.id != str(place.get(BESIDE))

    return min(around, key=rank).id if around else None


def write_prodigy(articles: Iterable[Article], path: Path) -> None:
    """Answers with spans and relations, whole or not at all; predictions as tasks without an answer."""
    with replaced(path) as part, part.open("w", encoding="utf-8") as handle:
        for article in articles:
            line = _line(article_to_page(article))
            if not is_prediction(article):
                line["answer"] = "accept"
            handle.write(json.dumps(line, ensure_ascii=False) + "\n")


def _line(page: Page) -> dict[str, Any]:
    flat = flatten(page)
    tokens = _tokens(page.text, {span.start for span in flat.spans}, {span.end for span in flat.spans})
    first, last = ({token[edge]: token["id"] for token in tokens} for edge in ("start", "end"))
    spans: dict[str, dict[str, Any]] = {}
    for span in flat.spans:
        spans[span.id] = {
            "start": span.start,
            "end": span.end,
            "token_start": first[span.start],
            "token_end": last[span.end],
            "label": span.label,
        }
    line: dict[str, Any] = {"text": page.text, **page.metadata, "tokens": tokens, "spans": list(spans.values())}
    line["relations"] = [
        {
            "head": spans[link.source]["token_end"],
            "child": spans[link.target]["token_end"],
            "head_span": {**spans[link.source], BESIDE: link.source},
            "child_span": {**spans[link.target], BESIDE: link.target},
            "label": link.label,
        }
        for link in flat.links
    ]
    line["_view_id"] = "relations"
    if page.annotator is not None:
        line |= {"_annotator_id": page.annotator, "_session_id": page.annotator}
    if flat.beside:
        line[BESIDE] = flat.beside
    return line


def _tokens(text: str, starts: set[int], ends: set[int]) -> list[dict[str, Any]]:
    """Tokens that no span cuts, for Prodigy refuses others; a single space belongs to the token before it."""
    tokens: list[dict[str, Any]] = []
    cuts = sorted(starts | ends)
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        own = start in starts or end in ends
        if found[0] == " " and not own and tokens and not tokens[-1]["text"].isspace():
            tokens[-1]["ws"] = True
            continue
        edges = [start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]
        for begin, stop in pairwise(edges):
            tokens.append({"text": text[begin:stop], "start": begin, "end": stop, "id": len(tokens), "ws": False})
    return tokens
