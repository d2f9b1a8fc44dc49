"""Whether one system is better than another on the same articles, in figures and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from .intervals import POWER, Statistic, difference, holm
from .intervals import Difference as Paired
from .result_schema import Comparison, Difference

LEVEL = 0.05


@dataclass(frozen=True)
class Comparable:
    """One figure of both systems as a function of the weights of the same articles."""

    name: str
    first: Statistic
    other: Statistic
    articles: int
    right: tuple[np.ndarray, np.ndarray] | None = None  # bool [items]: whose answer to each item is right

    @property
    def defined(self) -> bool:
        """Whether both systems have the figure: precision needs a prediction, for one."""
        ones = np.ones((1, self.articles))
        return bool(np.isfinite(self.first(ones)[0]) and np.isfinite(self.other(ones)[0]))


def mcnemar(first: np.ndarray, other: np.ndarray) -> float:
    """Exact two-sided p-value of McNemar's test (1947): whether one is right where the other is wrong equally often."""
    only_first = int((first & ~other).sum())
    discordant = only_first + int((other & ~first).sum())
    return 1.0 if discordant == 0 else float(binomtest(only_first, discordant).pvalue)


def compare(
    comparisons: Sequence[tuple[str, str, Sequence[Comparable]]], resamples: int, seed: int
) -> list[Comparison]:
    """The differences of (first, other, figures) triples, all p-values corrected together for their number.

    Figures are such as a better system has more of.
    """
    found = [
        [difference(each.first, each.other, each.articles, resamples, seed) for each in figures]
        for _, _, figures in comparisons
    ]
    # Every figure is a comparison; one that is the same on every article has no p-value and would have had 1
    tests = sum(map(len, found))
    known = [paired.p for row in found for paired in row if paired.p is not None]
    corrected = iter(holm([*known, *[1.0] * (tests - len(known))]))
    return [
        Comparison(
            first=first,
            other=other,
            differences=[
                _row(each, paired, None if paired.p is None else next(corrected), tests, first, other)
                for each, paired in zip(figures, row, strict=True)
            ],
        )
        for (first, other, figures), row in zip(comparisons, found, strict=True)
    ]


def _row(each: Comparable, paired: Paired, p_holm: float | None, tests: int, first: str, other: str) -> Difference:
    ones = np.ones((1, each.articles))
    return Difference(
        name=each.name,
        first=float(each.first(ones)[0]),
        other=float(each.other(ones)[0]),
        difference=paired.value,
        low=paired.low,
        high=paired.high,
        p=paired.p,
        p_holm=p_holm,
        mcnemar_p=mcnemar(*each.right) if each.right else None,
        detectable=paired.detectable,
        conclusion=conclude(paired, p_holm, tests, first, other, each.articles, tested=each.right is not None),
    )


def agrees(difference: float, low: float | None, high: float | None) -> bool:
    """Whether a difference lies on no other side of 0 than its whole interval: where many labels are rare, the
    bootstrap may find the sample's own figure so biased that it does."""
    return low is None or high is None or not (high < 0 if difference > 0 else low > 0)


def conclude(
    paired: Paired, p_holm: float | None, tests: int, first: str, other: str, articles: int, *, tested: bool
) -> str:
    """What can be said, and what cannot, in a sentence or two; ``tested`` says whether McNemar's test was made."""
    if paired.low is None or paired.high is None or p_holm is None or paired.detectable is None:
        if articles < 2:
            return "Nothing can be concluded: there is one article, and so nothing to resample."
        if paired.value == 0:
            return f"{first} and {other} have the same figure on every article."
        better, worse = (first, other) if paired.value > 0 else (other, first)
        see = ": see McNemar's test" if tested else ""
        return (
            f"{better} is better than {worse} by {abs(paired.value):.1f} points on every article alike, so that "
            f"resampling gives no interval{see}."
        )
    span = f"95% interval {paired.low:+.1f} to {paired.high:+.1f}"
    many = f", corrected for {tests} comparisons" if tests > 1 else ""
    chance = "p < 0.001" if p_holm < 0.001 else f"p = {p_holm:.3f}"
    if p_holm < LEVEL and not agrees(paired.value, paired.low, paired.high):
        return (
            f"No difference can be concluded: that of these articles ({paired.value:+.1f} points) and its interval "
            f"({span}) point in different ways, as they may where many labels are rare."
        )
    if p_holm < LEVEL:
        better, worse = (first, other) if paired.value > 0 else (other, first)
        return f"{better} is better than {worse} by {abs(paired.value):.1f} points ({span}; {chance}{many})."
    return (
        f"No difference can be concluded ({paired.value:+.1f} points, {span}; {chance}{many}). These articles "
        f"would show a difference of {paired.detectable:.1f} points or more in {POWER:.0%} of cases; a smaller one may "
        "well be there."
    )
