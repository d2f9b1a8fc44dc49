"""results.jsonl → report.html: one file that holds its own style and script and asks the network for nothing.

The result file is read twice, first for the figures and then for the articles, and the page is written while reading,
so that memory follows the number of targets, not the length of the texts.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..data.schema import Article, load_articles
from .atomic import replaced
from .names import one_line
from .report_text import paragraphs, sentence_code

FULL_LIMIT = 2000  # with more articles than this a browser becomes slow: the page then holds a sample
SAMPLE = 500
TOP_TARGETS = 12  # bars in the overview
FILTER_TARGETS = 200  # choices in the target filter; rarer targets are found by text search
ARTICLE_TARGETS = 6  # rows of an article's table that stand open
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SIDES = ("against", "neutral", "favor", "abstained")
_HERE = Path(__file__).parent


@dataclass
class Listed:
    """An article's line in the list of articles."""

    key: str
    title: str
    source: str
    date: str
    sides: Counter[str]


@dataclass
class Corpus:
    articles: int = 0
    sentences: int = 0
    targets: dict[str, Counter[str]] = field(default_factory=dict)  # name → counts of mentions, sides and articles
    topics: Counter[str] = field(default_factory=Counter)
    sides: Counter[str] = field(default_factory=Counter)  # sentences by code
    sources: Counter[str] = field(default_factory=Counter)
    first_date: str = ""
    last_date: str = ""
    listed: list[Listed] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)  # article id → key

    def add(self, article: Article) -> None:
        self.articles += 1
        sentences = article.sentences or []
        self.sentences += len(sentences)
        sides = Counter(sentence_code(s) for s in sentences)
        self.sides.update(sides)
        self.sources[article.source or ""] += 1
        if article.date and _is_day(article.date):
            self.first_date = min(self.first_date or article.date, article.date)
            self.last_date = max(self.last_date, article.date)
        for row in target_rows(article):
            counts = self.targets.setdefault(row["target"], Counter())
            counts.update({name: row[name] for name in ("mentions", *SIDES)})
            counts["articles"] += 1 if row["mentions"] or row["total"] else 0
        self.topics.update(topic_counts(article))
        if len(self.listed) < FULL_LIMIT:
            key = self._key(article)
            self.listed.append(Listed(key, title_of(article), article.source or "", article.date or "", sides))
            self.keys.setdefault(article.id, key)

    def _key(self, article: Article) -> str:
        """An HTML id that an article keeps while others come and go, so that links to its sentences last."""
        identity = f"{article.id}\n{article.annotator or ''}".encode("utf-8", "surrogatepass")
        return "a" + hashlib.sha256(identity).hexdigest()[:10]

    def ranked(self) -> list[tuple[str, Counter[str]]]:
        """Targets that occur, the most discussed first."""
        named = [(name, counts) for name, counts in self.targets.items() if counts["articles"]]
        return sorted(named, key=lambda item: (-item[1]["mentions"], -item[1]["articles"], item[0]))


def title_of(article: Article) -> str:
    return one_line(article.title) or (article.file.path if article.file else "") or article.id


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def readable_day(day: str) -> str:
    """2025-03-07 → 7 March 2025; what is no such date stays as it is. Not by strftime, which follows the locale."""
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        return day
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def target_rows(article: Article) -> list[dict[str, Any]]:
    rows = []
    for given in (article.aggregates or {}).get("targets", []):
        row: dict[str, Any] = {name: int(given.get(name) or 0) for name in ("mentions", *SIDES)}
        row["target"] = str(given["target"])
        row["total"] = sum(row[name] for name in SIDES)
        rows.append(row)
    return sorted(rows, key=lambda row: (-row["mentions"], -row["total"]))  # stable: the file's order breaks ties


def topic_counts(article: Article) -> Counter[str]:
    return Counter({str(k): int(v) for k, v in (article.aggregates or {}).get("topics", {}).items()})


def read_corpus(results_path: Path) -> Corpus:
    corpus = Corpus()
    for article in load_articles(results_path):
        corpus.add(article)
    return corpus


def article_views(
    results_path: Path, corpus: Corpus, shown: int, target_keys: dict[str, int], topic_keys: dict[str, int]
) -> Iterator[dict[str, Any]]:
    visible = {item.key for item in corpus.listed[:shown]}
    for article, item in zip(islice(load_articles(results_path), shown), corpus.listed, strict=False):
        count = len(article.sentences or [])
        twin = corpus.keys.get(article.near_duplicate_of or "")
        rows = target_rows(article)
        yield {
            "key": item.key,
            "title": item.title,
            "source": item.source,
            "date": item.date,
            "path": article.file.path if article.file else "",
            "sentences": count,
            "twin": article.near_duplicate_of,
            "twin_key": twin if twin in visible else None,
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
    environment.filters["day"] = readable_day
    return environment


def _page(results_path: Path, run: dict[str, Any]) -> Iterator[str]:
    corpus = read_corpus(results_path)
    shown = corpus.articles if corpus.articles <= FULL_LIMIT else SAMPLE
    ranked = corpus.ranked()
    target_keys = {name: n for n, (name, _) in enumerate(ranked[:FILTER_TARGETS])}
    topics = sorted(corpus.topics.items(), key=lambda item: (-item[1], item[0]))
    topic_keys = {name: n for n, (name, _) in enumerate(topics)}
    script = _inline("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    top = ranked[:TOP_TARGETS]
    template = _environment().get_template("report.html.j2")
    return template.generate(
        style=Markup(_inline("report.css")),
        script=Markup(script),
        script_hash=f"sha256-{digest}",
        corpus=corpus,
        run=run,
        shown=shown,
        top=top,
        most=max((sum(c[s] for s in SIDES) for _, c in top), default=0) or 1,
        target_total=len(ranked),
        target_choices=sorted(target_keys.items(), key=lambda item: (item[0].casefold(), item[1])),
        target_keys=target_keys,
        topics=topics,
        topic_keys=topic_keys,
        articles=article_views(results_path, corpus, shown, target_keys, topic_keys),
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
