"""results.jsonl → report.html: one file that holds its own style and script and asks the network for nothing.

The result file is read in a stream: for the totals, then for time and sources, then for the articles that the page
shows, which are written while they are read. Memory follows the number of targets and sources, not the texts.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..data.atomic import replaced
from ..data.schema import parse_line
from .report_corpus import Listed, day_of, read_corpus, target_row, target_rows
from .report_text import paragraphs
from .report_trends import FEWEST, MONTHS, read_trends

TOP_TARGETS = 12  # bars in the overview
CHOICES = 200  # of a filter; rarer targets are found by text search
ARTICLE_TARGETS = 6  # rows of an article's table that stand open
_HERE = Path(__file__).parent


def readable_day(date: str) -> str:
    """2025-03-07 → 7 March 2025; what is no such date stays as it is. Not by strftime, which follows the locale."""
    day = day_of(date)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else date


def share(part: int, whole: int) -> str:
    """A percentage; of less than half a percent only that it is there."""
    rounded = round(100 * part / whole)
    return "<1%" if part and not rounded else f"{rounded}%"


def article_views(
    results_path: Path,
    shown: list[Listed],
    target_keys: dict[str, int],
    topic_keys: dict[str, int],
    source_keys: dict[str, int],
) -> Iterator[dict[str, Any]]:
    keys = {item.id: item.key for item in reversed(shown)}  # the first of an id: what a near-duplicate points at
    wanted = {item.place: item for item in shown}
    with results_path.open(encoding="utf-8") as lines:
        for place, line in enumerate(line for line in lines if line.strip()):
            item = wanted.get(place)
            if item is None:
                continue
            article = parse_line(line, str(results_path))
            count = len(article.sentences or [])
            rows = target_rows(article)
            yield {
                "key": item.key,
                "title": item.title,
                "source": item.source,
                "source_key": source_keys.get(item.source),
                "date": item.date,
                "day": day_of(item.date),
                "path": article.file.path if article.file else "",
                "sentences": count,
                "twin": article.near_duplicate_of,
                "twin_key": keys.get(article.near_duplicate_of or ""),
                "warnings": article.warnings or [],
                "summary": [
                    {"text": line.text, "method": line.method, "cites": [c for c in line.cites if 0 <= c < count]}
                    for line in article.summary or []
                ],
                "targets": rows[:ARTICLE_TARGETS],
                "more_targets": rows[ARTICLE_TARGETS:],
                "paragraphs": paragraphs(article, item.key, target_keys, topic_keys),
            }


def _inline(name: str) -> str:
    """Our own style or script. An end tag inside it would end the element early, whatever quotes stand around it."""
    content = (_HERE / name).read_text(encoding="utf-8")
    if "</" in content or "<!--" in content:
        raise ValueError(f"{name} holds '</' or '<!--' and cannot be put into a page")
    return content


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,  # always: every word of an article is text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["thousands"] = lambda number: f"{number:,}"
    environment.filters["or_dot"] = lambda number: f"{number:,}" if number else "·"
    environment.filters["plural"] = lambda number, word: f"{number:,} {word}{'' if number == 1 else 's'}"
    environment.filters["day"] = readable_day
    environment.globals["share"] = share
    return environment


def _keys(names: list[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names[:CHOICES])}


def _choices(keys: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(keys.items(), key=lambda item: (item[0].casefold(), item[1]))


def _page(results_path: Path, run: dict[str, Any]) -> Iterator[str]:
    corpus = read_corpus(results_path)
    trends = read_trends(results_path, corpus)
    shown = corpus.shown()
    ranked = corpus.ranked()
    topics = corpus.ranked_topics()
    sources = corpus.ranked_sources()
    target_keys = _keys([name for name, _ in ranked])
    topic_keys = _keys([name for name, _ in topics])
    source_keys = _keys([name for name, _ in sources])
    top = [target_row(name, counts) for name, counts in ranked[:TOP_TARGETS]]
    script = _inline("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    template = _environment().get_template("report.html.j2")
    return template.generate(
        style=Markup(_inline("report.css")),
        script=Markup(script),
        script_hash=f"sha256-{digest}",
        corpus=corpus,
        trends=trends,
        run=run,
        shown=shown,
        first_day=min(corpus.days).isoformat() if corpus.days else "",
        last_day=max(corpus.days).isoformat() if corpus.days else "",
        top=top,
        most=max((row["total"] for row in top), default=0) or 1,
        target_total=len(ranked),
        topics=topics,
        sources=sources,
        target_choices=_choices(target_keys),
        topic_choices=_choices(topic_keys),
        source_choices=_choices(source_keys),
        target_keys=target_keys,
        topic_keys=topic_keys,
        source_keys=source_keys,
        fewest=FEWEST,
        articles=article_views(results_path, shown, target_keys, topic_keys, source_keys),
    )


def write_report(results_path: Path, model: str, finished: str, skipped: int, out: Path) -> None:
    """Write the page for a result file to ``out``, whole or not at all.

    ``model`` is its name, ``finished`` the time of the run (ISO 8601), ``skipped`` how many inputs were not read. The
    same input gives the same bytes. Raises RecordError if a record cannot be used, OSError if the file cannot be
    written.
    """
    run = {"model": model, "day": finished[:10], "skipped": skipped}
    with replaced(out) as part, part.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.writelines(_page(results_path, run))  # "?" stands for a lone surrogate, which UTF-8 cannot write
