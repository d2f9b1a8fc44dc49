"""What the results hold as a whole, and which articles the page shows: the report's first reading of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from typing import Any

from ..data.labels import SIDES, STANCES
from ..data.schema import Article, load_articles
from .names import one_line
from .report_text import sentence_code

FULL_LIMIT = 2000  # with more articles than this a browser becomes slow: the page then holds a sample
SAMPLE = 500
COLUMNS = ("against", "neutral", "favor", "abstained")  # an article's counts, and the columns of the report's tables
_TITLE = 90  # characters of the text that stand for a missing title


@dataclass
class Listed:
    """An article's line in the list of articles."""

    place: int  # in the result file
    id: str
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
    sources: Counter[str] = field(default_factory=Counter)  # articles; "" where none is named
    days: Counter[dt.date] = field(default_factory=Counter)  # articles
    listed: list[Listed] = field(default_factory=list)

    def add(self, article: Article) -> None:
        sentences = article.sentences or []
        self.sentences += len(sentences)
        self.sources[article.source or ""] += 1
        if day := day_of(article.date):
            self.days[day] += 1
        for row in target_rows(article):
            counts = self.targets.setdefault(row["target"], Counter())
            counts.update({name: row[name] for name in ("mentions", *COLUMNS)})
            counts["articles"] += 1
        self.topics.update(topic_counts(article))
        self.listed.append(
            Listed(
                place=self.articles,
                id=article.id,
                key=_key(article),
                title=title_of(article),
                source=article.source or "",
                date=article.date or "",
                sides=Counter(sentence_code(s) for s in sentences),
            )
        )
        self.articles += 1
        if len(self.listed) > FULL_LIMIT:
            self._sample()

    @property
    def undated(self) -> int:
        return self.articles - self.days.total()

    def shown(self) -> list[Listed]:
        """All articles or, of too many, a sample, in the order of the file."""
        if self.articles > FULL_LIMIT:
            self._sample()
        return self.listed

    def _sample(self) -> None:
        # A key is a hash: the smallest ones are a draw in which all articles have the same chance
        self.listed = sorted(nsmallest(SAMPLE, self.listed, key=lambda item: item.key), key=lambda item: item.place)

    def ranked(self) -> list[tuple[str, Counter[str]]]:
        """Targets, the most discussed first."""
        return sorted(self.targets.items(), key=lambda item: (-item[1]["mentions"], -item[1]["articles"], item[0]))

    def ranked_topics(self) -> list[tuple[str, int]]:
        return sorted(self.topics.items(), key=lambda item: (-item[1], item[0]))

    def ranked_sources(self) -> list[tuple[str, int]]:
        """Sources with their articles, the largest first, without the articles that name none."""
        named = [(name, count) for name, count in self.sources.items() if name]
        return sorted(named, key=lambda item: (-item[1], item[0]))


def _key(article: Article) -> str:
    """An HTML id that an article keeps while others come and go, so that links to its sentences last."""
    identity = f"{article.id}\n{article.annotator or ''}".encode("utf-8", "surrogatepass")
    return "a" + hashlib.sha256(identity).hexdigest()[:10]


def title_of(article: Article) -> str:
    """The title, or how the text begins."""
    if title := one_line(article.title):
        return title
    start = one_line(article.text.lstrip()[: 4 * _TITLE].partition("\n")[0])
    if len(start) > _TITLE:
        cut = start[: _TITLE - 1]
        return f"{cut.rpartition(' ')[0] or cut}…"
    return start or article.id


def day_of(date: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(date or "")
    except ValueError:
        return None


def target_row(name: str, counts: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"target": name} | {key: int(counts.get(key) or 0) for key in ("mentions", *COLUMNS)}
    return row | {"total": sum(row[side] for side in COLUMNS)}


def target_rows(article: Article) -> list[dict[str, Any]]:
    """The article's targets, the most named first; not those that were asked for and that it does not touch."""
    targets = (article.aggregates or {}).get("targets", [])
    rows = [target_row(str(given["target"]), _by_side(given)) for given in targets]
    touched = [row for row in rows if row["mentions"] or row["total"]]
    return sorted(touched, key=lambda row: (-row["mentions"], -row["total"]))  # stable: the file's order breaks ties


def _by_side(given: Mapping[str, Any]) -> dict[str, int]:
    """An article's counts of a target, a label set's other names of a side ("agree") under this report's own."""
    counts: dict[str, int] = {}
    for name, value in given.items():
        if name != "target":
            side = SIDES.get(name.casefold())
            key = name if side is None else STANCES[side + 1]
            counts[key] = counts.get(key, 0) + int(value or 0)
    return counts


def topic_counts(article: Article) -> Counter[str]:
    return Counter({str(k): int(v) for k, v in (article.aggregates or {}).get("topics", {}).items()})


def read_corpus(results_path: Path) -> Corpus:
    corpus = Corpus()
    for article in load_articles(results_path):
        corpus.add(article)
    return corpus
