"""The charts of an evaluation, each an SVG element for a page, with what a screen reader says in its place."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .drawing import (
    HAIR,
    INK,
    NEITHER,
    PAPER,
    RIGHT,
    SIZE,
    SMALL,
    SOFT,
    SYSTEMS,
    WRONG,
    as_element,
    axes_at,
    clean,
    drawing_of,
    names_width,
    width_of,
    wrapped,
    write,
)
from .meanings import better, change, number, percent, unit
from .result_schema import Calibration, CoveragePoint, Difference, Figure, LabelScores

WIDTH = 360  # units
NAME = 150  # units that a label's name may take
LEAST_COVERAGE = 0.05  # with fewer answers each one moves the accuracy
STEP = 0.05  # of confidence, in the histogram
MARKERS = ("o", "s", "^", "D")
LINES = ("-", "--", ":", "-.")
Box = tuple[float, float, float, float, str, float]  # x, y, width, height, colour, opacity
_SCALES = {"percentage": "percentage points", "share": "percentage points", "count": "units", "fraction": "fractions"}
_SIDES = {"more": "; right of 0: the first is better", "less": "; left of 0: the first is better", None: ""}
_DASHES: dict[str, Any] = {"color": SOFT, "linewidth": 1, "linestyle": (0, (4, 3)), "clip_on": False}
_WHISKER: dict[str, Any] = {"linewidth": 1.25, "clip_on": False}


def style_of(index: int) -> dict[str, Any]:
    """Colour, marker and line of a system; the fifth has the first one's colour and marker, with another line."""
    return {
        "color": SYSTEMS[index % len(SYSTEMS)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": LINES[index // len(SYSTEMS) % len(LINES)],
    }


def mark(index: int) -> str:
    """A system's line and marker, for a key."""
    with drawing_of(28, 12) as drawing:
        axes = axes_at(drawing, 0, 0, 28, 12, spines=False)
        axes.set(xlim=(0, 28), ylim=(0, 12), xticks=[], yticks=[])
        axes.plot([1, 14, 27], [6, 6, 6], markevery=[1], markersize=6, linewidth=1.5, **style_of(index))
        return as_element(drawing, None)


def f1_by_label(systems: Sequence[tuple[int, Sequence[LabelScores]]], what: str) -> str | None:
    """F1 of each label with its interval, one row a label, several systems side by side."""
    labels = list(dict.fromkeys(scores.label for _, rows in systems for scores in rows))
    if not any(scores.f1.value is not None for _, rows in systems for scores in rows):
        return None
    names = [wrapped(label, NAME) for label in labels]
    apart = 11  # one system's dot and the next one's
    row = max(18 + apart * (len(systems) - 1), 31 if any("\n" in name for name in names) else 24)
    left, right, top, bottom = names_width(names) + 14, 14, 4, 36
    inner, height = WIDTH - left - right, row * len(labels)
    with drawing_of(WIDTH, height + top + bottom) as drawing:
        axes = axes_at(drawing, left, bottom, inner, height, spines=False)
        axes.set(xlim=(0, 100), ylim=(height, 0), xticks=[0, 25, 50, 75, 100], yticks=[], xlabel="F1")
        axes.grid(axis="x", color=HAIR)
        for n, name in enumerate(names):
            write(axes, -10 / inner, row * (n + 0.5), name, ha="right")
        for place, (index, rows) in enumerate(systems):
            for scores in rows:
                middle = row * (labels.index(scores.label) + 0.5)
                _dot(axes, scores.f1, middle + apart * (place - (len(systems) - 1) / 2), index)
        spoken = "; ".join(f"{scores.label} {number('f1', scores.f1.value)}" for scores in systems[0][1])
        return as_element(drawing, f"F1 by label, {what}: {spoken}")


def confusion_matrix(confusion: Sequence[Sequence[int]], labels: Sequence[str], what: str) -> str | None:
    """Counts of each label (row) by what was predicted (column); shades are shares of the row."""
    if not labels or not confusion:
        return None
    # Names that are many or long cannot stand over columns: then the labels are numbered
    numbered = len(labels) > 4 or max(width_of(clean(label)) for label in labels) > 62
    heads = [str(n) for n in range(1, len(labels) + 1)] if numbered else [clean(label) for label in labels]
    names = [wrapped(label, NAME) for label in labels]
    digits = 8 + names_width(heads) if numbered else 0
    left, right, top = names_width(names) + 8 + digits, 1, 20
    cell = max((WIDTH - left - right) / (len(labels) + 1), 34)
    row = 30 if len(labels) > 6 else 38
    width, height = cell * (len(labels) + 1), row * len(labels)
    with drawing_of(left + width + right, top + height + 1) as drawing:
        axes = axes_at(drawing, left, 1, width, height, spines=False)
        axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
        boxes: list[Box] = []
        for x, head in enumerate([*heads, "none"]):
            write(axes, cell * (x + 0.5) / width, -11, head, ha="center", color=SOFT, fontsize=SMALL)
        for y, counts in enumerate(confusion):
            middle = row * (y + 0.5)
            write(axes, -(8 + digits) / width, middle, names[y], ha="right")
            if numbered:
                write(axes, -8 / width, middle, heads[y], ha="right", color=SOFT, fontsize=SMALL)
            for x, n in enumerate(counts):
                color = NEITHER if x == len(labels) else RIGHT if x == y else WRONG
                boxes.append((cell * x, row * y, cell - 1, row - 1, HAIR, 0.6))
                boxes.append((cell * x, row * y, cell - 1, row - 1, color, n / (sum(counts) or 1)))
                text = "·" if not n else str(n) if n < 100_000 else f"{n // 1000}k"
                size = SMALL if len(text) < 5 else 9
                write(axes, cell * (x + 0.5) / width, middle, text, ha="center", fontsize=size)
        _fill(axes, boxes)
        right_ones = sum(counts[n] for n, counts in enumerate(confusion))
        spoken = f"{right_ones:,} of {sum(map(sum, confusion)):,} on the diagonal"
        none = sum(counts[-1] for counts in confusion)
        return as_element(drawing, f"Confusion matrix, {what}: {spoken}, {none:,} without a prediction")


def reliability_diagram(calibration: Calibration, what: str) -> str | None:
    """Accuracy with intervals against confidence, the diagonal, and below it how often each confidence occurs."""
    bins = calibration.reliability
    if not bins:
        return None
    x, y = [bin.confidence for bin in bins], [bin.accuracy for bin in bins]
    least_x = _floor(min(x))
    least_y = _floor(min([least_x, *(bin.low for bin in bins)]))
    left, right, top, main, apart, low, bottom = 50, 16, 6, 250, 12, 44, 36
    inner = WIDTH - left - right
    with drawing_of(WIDTH, top + main + apart + low + bottom) as drawing:
        axes = axes_at(drawing, left, bottom + low + apart, inner, main, spines=False)
        axes.set(xlim=(least_x, 1), ylim=(least_y, 1), ylabel="right")
        _percentages(axes, least_x, least_y)
        axes.set_xticklabels([])
        axes.yaxis.set_label_coords(-(left - 12) / inner, 0.5)
        axes.plot([least_x, 1], [least_x, 1], **_DASHES)
        for bin in bins:
            axes.plot([bin.confidence] * 2, [bin.low, bin.high], color=INK, **_WHISKER)
        axes.plot(x, y, "o", color=INK, markeredgecolor=PAPER, markersize=6.5, clip_on=False)
        below = axes_at(drawing, left, bottom, inner, low, spines=False)
        steps = _histogram(calibration.coverage, least_x)
        most = max((share for _, share in steps), default=0) or 1
        below.set(
            xlim=(least_x, 1),
            ylim=(0, most),
            xlabel="confidence",
        )
        _percentages(below, least_x, None)
        below.set_yticks([])
        _fill(below, [(start + 0.04 * STEP, 0, 0.92 * STEP, share, NEITHER, 1) for start, share in steps])
        first, last = bins[0], bins[-1]
        spoken = (
            f"{len(bins)} bins, from a confidence of {percent(first.confidence, 0)}, where {percent(first.accuracy, 0)}"
        )
        spoken += f" are right, to {percent(last.confidence, 0)}, where {percent(last.accuracy, 0)} are"
        return as_element(drawing, f"Reliability diagram, {what}: {spoken}")


def risk_coverage(systems: Sequence[tuple[int, Calibration]], what: str) -> str | None:
    """Accuracy of the answers that are left, against the share of items answered, one line a system."""
    drawn = [(index, calibration, _enough(calibration.coverage)) for index, calibration in systems]
    drawn = [(index, calibration, points) for index, calibration, points in drawn if points]
    if not drawn:
        return None
    wanted = drawn[0][1].wanted_accuracy
    least = _floor(min([wanted, *(point.accuracy for _, _, points in drawn for point in points)]) - 0.001)
    left, right, top, main, bottom = 50, 52, 6, 306, 36
    inner = WIDTH - left - right
    with drawing_of(WIDTH, top + main + bottom) as drawing:
        axes = axes_at(drawing, left, bottom, inner, main, spines=False)
        axes.set(xlim=(0, 1), ylim=(least, 1), xlabel="answered", ylabel="right")
        _percentages(axes, 0, least)
        axes.yaxis.set_label_coords(-(left - 12) / inner, 0.5)
        axes.plot([0, 1], [wanted] * 2, **_DASHES)
        beside: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": SMALL, "color": SOFT, "linespacing": 1.15}
        axes.text(1.03, wanted, f"wanted\n{percent(wanted, 0)}", **beside)
        for index, calibration, points in reversed(drawn):  # the first system on top
            style = style_of(index)
            every = sorted({_nearest(points, share) for share in (0.2, 0.4, 0.6, 0.8, 1)})
            across, up = [point.coverage for point in points], [point.accuracy for point in points]
            axes.plot(across, up, linewidth=1.5, markersize=5, markevery=every, clip_on=False, **style)
            point = calibration.threshold
            if point and point.coverage >= LEAST_COVERAGE:
                ring: dict[str, Any] = {"markersize": 12, "markerfacecolor": "none", "markeredgewidth": 1.5}
                axes.plot([point.coverage], [point.accuracy], "o", color=style["color"], clip_on=False, **ring)
        points = drawn[0][2]
        spoken = ", ".join(
            f"{percent(points[n].accuracy, 0)} right where {percent(points[n].coverage, 0)} are answered"
            for n in dict.fromkeys(_nearest(points, share) for share in (1, 0.8, 0.5))
        )
        return as_element(drawing, f"Accuracy by coverage, {what}: {spoken}")


def changes(differences: Sequence[Difference], names: Sequence[str], what: str) -> str | None:
    """Differences with their intervals, one row a figure; each unit and direction has a scale of its own."""
    panels: dict[tuple[str, str | None], list[int]] = {}
    for place, difference in enumerate(differences):
        if isfinite(difference.difference):
            panels.setdefault((_SCALES[unit(difference.name)], better(difference.name)), []).append(place)
    if not panels:
        return None
    labels = [wrapped(name, NAME) for name in names]
    left, right, value, row, head, foot = names_width(labels) + 14, 2, 50, 34, 26, 26
    inner = WIDTH - left - right - value
    top = sum(head + row * len(places) + foot for places in panels.values())
    with drawing_of(WIDTH, top) as drawing:
        for (scale, side), places in panels.items():
            height = row * len(places)
            top -= head + height
            axes = axes_at(drawing, left, top, inner, height, spines=False)
            rows = [_scaled(differences[place]) for place in places]
            reach = 1.08 * max(abs(end) for ends in rows for end in ends) or 1
            axes.set(xlim=(-reach, reach), ylim=(height, 0), yticks=[])
            axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], symmetric=True))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}".replace("-", "−")))
            axes.grid(axis="x", color=HAIR)
            axes.plot([0, 0], [0, height], color=SOFT, linewidth=1, clip_on=False)
            write(axes, 1 + value / inner, -12, f"{scale}{_SIDES[side]}", ha="right", color=SOFT, fontsize=SMALL)
            for n, (place, (low, middle, high)) in enumerate(zip(places, rows, strict=True)):
                at = row * (n + 0.5)
                write(axes, -10 / inner, at, labels[place], ha="right")
                axes.plot([low, high], [at, at], color=INK, **_WHISKER)
                face = INK if differences[place].low is not None and (low > 0 or high < 0) else PAPER
                axes.plot([middle], [at], "o", mfc=face, mec=INK, markersize=6.5, clip_on=False)
                text = change(differences[place].name, differences[place].difference)
                write(axes, 1 + value / inner, at, text, ha="right", fontsize=SIZE)
            top -= foot
        spoken = "; ".join(f"{name} {change(d.name, d.difference)}" for name, d in zip(names, differences, strict=True))
        return as_element(drawing, f"Differences, {what}: {spoken}")


def _dot(axes: Axes, figure: Figure, at: float, index: int) -> None:
    if figure.value is None:
        return
    style = style_of(index)
    if figure.low is not None and figure.high is not None:
        line = style["linestyle"]
        axes.plot([figure.low, figure.high], [at, at], color=style["color"], linestyle=line, **_WHISKER)
    size = 8 if style["marker"] == "^" else 6.5  # a triangle is the smaller part of its square
    face: dict[str, Any] = {"markersize": size, "markeredgecolor": PAPER, "clip_on": False}
    axes.plot([figure.value], [at], color=style["color"], marker=style["marker"], linestyle="none", **face)


def _fill(axes: Axes, boxes: Sequence[Box]) -> None:
    """Rectangles, all at once: matplotlib takes long over hundreds of single ones."""
    drawn = [box for box in boxes if box[3] > 0 and box[5] > 0]
    corners = [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h, _, _ in drawn]
    colors = [to_rgba(color, opacity) for _, _, _, _, color, opacity in drawn]
    axes.add_artist(PolyCollection(corners, facecolors=colors, linewidths=0, clip_on=False, zorder=1))


def _scaled(difference: Difference) -> tuple[float, float, float]:
    """Low, difference and high, in percentage points where it is a share."""
    factor = 100 if unit(difference.name) == "share" else 1
    middle = difference.difference
    low = middle if difference.low is None else difference.low
    high = middle if difference.high is None else difference.high
    return factor * low, factor * middle, factor * high


def _enough(points: Sequence[CoveragePoint]) -> list[CoveragePoint]:
    kept = [point for point in points if point.coverage >= LEAST_COVERAGE]
    return sorted(kept, key=lambda point: (point.coverage, -point.threshold))


def _nearest(points: Sequence[CoveragePoint], share: float) -> int:
    return min(range(len(points)), key=lambda n: abs(points[n].coverage - share))


def _histogram(points: Sequence[CoveragePoint], least: float) -> list[tuple[float, float]]:
    """(from, share of the items) of each step of confidence: what the coverage loses over it."""
    ordered = sorted(points, key=lambda point: point.threshold)
    starts = [least + STEP * n for n in range(round((1 - least) / STEP))]

    def reached(threshold: float) -> float:
        return next((point.coverage for point in ordered if point.threshold >= threshold - 1e-9), 0.0)

    left = [*map(reached, starts), 0.0]  # a confidence of 1 belongs to the last step
    return [(start, max(left[n] - left[n + 1], 0)) for n, start in enumerate(starts)] if ordered else []


def _percentages(axes: Axes, least_x: float, least_y: float | None) -> None:
    """Ticks and grid of shares, up to 1."""
    axes.set_xticks(_ticks(least_x), [percent(tick, 0) for tick in _ticks(least_x)])
    if least_y is not None:
        axes.set_yticks(_ticks(least_y), [percent(tick, 0) for tick in _ticks(least_y)])
    axes.grid(axis="x" if least_y is None else "both", color=HAIR)


def _ticks(least: float) -> list[float]:
    step = 0.25 if least == 0 else 0.1 if least >= 0.4 else 0.2
    return [round(1 - step * n, 2) for n in range(int((1 - least) / step + 1e-9), -1, -1)]


def _floor(share: float) -> float:
    """The tenth below, between 0 and 0.9."""
    return max(min(int(share * 10 + 1e-9) / 10, 0.9), 0.0)
