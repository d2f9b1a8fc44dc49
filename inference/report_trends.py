"""Time and sources: the report's second reading, which counts only what the first one found worth comparing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..data.schema import Article, load_articles
from .report_corpus import COLUMNS, Corpus, day_of, target_rows, topic_counts
from .report_text import sentence_code

BINS = 24  # most columns of a chart
TOPICS = 6  # drawn over time
TARGETS = 8  # drawn over time
SOURCES = 12  # rows of the comparison
SOURCE_TARGETS = 6  # columns of the comparison
CANDIDATES = 50  # targets counted, of which those are chosen
FEWEST = 5  # sentences: a share of fewer says nothing
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """How days are put together: ``of`` gives a day's bin, ``label`` the bin's name."""

    name: str
    of: Callable[[dt.date], int]
    label: Callable[[int], str]


def _short_day(ordinal: int) -> str:
    day = dt.date.fromordinal(ordinal)
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def _years(count: int) -> Unit:
    return Unit(
        f"{count} years", lambda day: day.year // count, lambda n: f"{max(1, n * count)}–{n * count + count - 1}"
    )


UNITS = (
    Unit("day", lambda day: day.toordinal(), _short_day),
    Unit("week", lambda day: (day.toordinal() - 1) // 7, lambda n: _short_day(7 * n + 1)),  # Monday to Sunday
    Unit("month", lambda day: day.year * 12 + day.month - 1, lambda n: f"{MONTHS[n % 12][:3]} {n // 12}"),
    Unit("quarter", lambda day: day.year * 4 + (day.month - 1) // 3, lambda n: f"Q{n % 4 + 1} {n // 4}"),
    Unit("year", lambda day: day.year, str),
    *(_years(count) for count in (5, 10, 50, 100, 500)),
)


def unit_for(first: dt.date, last: dt.date) -> Unit:
    return next(unit for unit in UNITS if unit.of(last) - unit.of(first) < BINS)


def drawn_days(days: Counter[dt.date]) -> tuple[dt.date, dt.date]:
    """The first and the last day to draw.

    Dates are sometimes misread, and one wrong year would squeeze all others into a column or two: up to one date in 200
    is left out at either end where the range without them is less than a quarter as long.
    """
    ordered = sorted(days)
    spare = sum(days.values()) // 200

    def inner(ordered: list[dt.date]) -> dt.date:
        seen = 0
        for day in ordered:
            seen += days[day]
            if seen > spare:
                return day
        return ordered[-1]

    first, last = inner(ordered), inner(ordered[::-1])
    span = last - first
    if first < last and 4 * span < ordered[-1] - ordered[0]:  # an end that is not far away itself stays
        return first if first - ordered[0] > span else ordered[0], last if ordered[-1] - last > span else ordered[-1]
    return ordered[0], ordered[-1]


@dataclass
class Tally:
    """What a time bin or a source holds."""

    articles: int = 0
    sides: Counter[str] = field(default_factory=Counter)  # sentences by code
    topics: Counter[str] = field(default_factory=Counter)
    targets: dict[str, Counter[str]] = field(default_factory=dict)  # of those compared: sides

    def add(self, article: Article, kept: list[dict[str, Any]]) -> None:
        self.articles += 1
        self.sides.update(sentence_code(sentence) for sentence in article.sentences or [])
        self.topics.update(topic_counts(article))
        for row in kept:
            self.targets.setdefault(row["target"], Counter()).update({side: row[side] for side in COLUMNS})

    @property
    def row(self) -> dict[str, int]:
        """The sentences with a stance, as a target's row has them."""
        sides = {side: self.sides[code] for side, code in zip(COLUMNS, "anfq", strict=True)}
        return sides | {"total": sum(sides.values())}

    @property
    def sentences(self) -> int:
        return self.sides.total()

    @property
    def topic(self) -> str:
        return min(self.topics, key=lambda name: (-self.topics[name], name), default="")

    def toward(self, target: str) -> dict[str, int]:
        counts = self.targets.get(target, Counter())
        return {side: counts[side] for side in COLUMNS} | {"total": counts.total()}


@dataclass
class Trends:
    """Empty ``bins``: no two days to compare. Empty ``sources``: no two sources."""

    candidates: frozenset[str]  # the most discussed targets, dated and sourced or not
    unit: Unit | None = None
    bins: dict[int, Tally] = field(default_factory=dict)  # in order, those without articles too
    sources: dict[str, Tally] = field(default_factory=dict)
    outside: int = 0  # articles whose date is too far from all others to be drawn
    # What of it is shown, known in the end
    topics: list[str] = field(default_factory=list)  # over time
    topic_peak: float = 0  # the largest share that one of them has of a bin's sentences
    targets: dict[str, Counter[str]] = field(default_factory=dict)  # over time: stances in all bins
    target_peak: int = 0  # the most stances for or against one of them in a bin
    source_targets: list[str] = field(default_factory=list)
    source_rows: dict[str, Tally] = field(default_factory=dict)  # sources that touch one of them

    def add(self, article: Article) -> None:
        kept = [row for row in target_rows(article) if row["target"] in self.candidates]
        if article.source in self.sources:
            self.sources[article.source].add(article, kept)
        day = day_of(article.date)
        if self.unit and day:
            tally = self.bins.get(self.unit.of(day))
            if tally:
                tally.add(article, kept)
            else:
                self.outside += 1

    def finish(self) -> None:
        topics = sum((tally.topics for tally in self.bins.values()), Counter())
        self.topics = sorted(topics, key=lambda name: (-topics[name], name))[:TOPICS]
        told = [tally for tally in self.bins.values() if tally.sentences >= FEWEST]
        shares = [tally.topics[name] / tally.sentences for tally in told for name in self.topics]
        self.topic_peak = max(shares, default=0)

        sided = {name: counts for name, counts in _stances(self.bins).items() if counts["against"] or counts["favor"]}
        self.targets = {name: sided[name] for name in _most_discussed(sided)[:TARGETS]}
        rows = [tally.toward(name) for tally in self.bins.values() for name in self.targets]
        self.target_peak = max((max(row["against"], row["favor"]) for row in rows), default=0)

        toward = _stances(self.sources)
        shared = [n for n in toward if sum(tally.toward(n)["total"] > 0 for tally in self.sources.values()) > 1]
        self.source_targets = _most_discussed({name: toward[name] for name in shared})[:SOURCE_TARGETS]
        self.source_rows = {
            name: tally
            for name, tally in self.sources.items()
            if any(tally.toward(target)["total"] for target in self.source_targets)
        }

    @property
    def step(self) -> str:
        name = self.unit.name if self.unit else ""
        return name if name[:1].isdigit() else f"a {name}"

    @property
    def columns(self) -> list[tuple[str, Tally]]:
        return [(self.unit.label(number), tally) for number, tally in self.bins.items()] if self.unit else []


def _stances(tallies: Mapping[Any, Tally]) -> dict[str, Counter[str]]:
    """By target, in all of them."""
    found: dict[str, Counter[str]] = {}
    for tally in tallies.values():
        for name, counts in tally.targets.items():
            found.setdefault(name, Counter()).update(counts)
    return found


def _most_discussed(stances: Mapping[str, Counter[str]]) -> list[str]:
    return sorted(stances, key=lambda name: (-stances[name].total(), name))


def read_trends(results_path: Path, corpus: Corpus) -> Trends:
    trends = Trends(frozenset(name for name, _ in corpus.ranked()[:CANDIDATES]))
    if len(corpus.days) > 1:
        first, last = drawn_days(corpus.days)
        trends.unit = unit_for(first, last)
        trends.bins = {n: Tally() for n in range(trends.unit.of(first), trends.unit.of(last) + 1)}
    sources = corpus.ranked_sources()
    if len(sources) > 1:
        trends.sources = {name: Tally() for name, _ in sources[:SOURCES]}
    if trends.bins or trends.sources:
        for article in load_articles(results_path):
            trends.add(article)
    trends.finish()
    return trends
