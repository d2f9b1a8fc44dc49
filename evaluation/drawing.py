"""matplotlib drawings as SVG elements of a page: its font, its colours, no ids, and the same bytes every time.

Colours are stand-ins while matplotlib draws and become CSS variables of the page, so that a chart follows light, dark
and print. One unit is a CSS pixel at the chart's natural width, which is that of a phone.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

SIZE, SMALL = 11, 10.5  # of text
LINE = 12.5  # from one line of text to the next
BASE = 3.9  # from the middle of a line of text down to its baseline

INK, SOFT, RULE, HAIR, PAPER = "#010000", "#020000", "#030000", "#040000", "#050000"
RIGHT, WRONG, NEITHER = "#060000", "#070000", "#080000"
SYSTEMS = ("#090000", "#0a0000", "#0b0000", "#0c0000")
_VARIABLES = {
    INK: "ink", SOFT: "soft", RULE: "rule", HAIR: "hair", PAPER: "paper",
    RIGHT: "right", WRONG: "wrong", NEITHER: "neither",
    **{color: f"system-{index}" for index, color in enumerate(SYSTEMS)},
}  # fmt: skip
_FONT = "DejaVu Sans"  # comes with matplotlib, and is as wide as any font of the page
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "stancelens",
    "text.parse_math": False,  # a label may hold "$"
    "font.family": _FONT,
    "font.size": SIZE,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "axes.labelsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 1,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 6,
    "ytick.major.pad": 5,
    "lines.solid_capstyle": "butt",
    "figure.dpi": 72,  # so that a unit of ours is one of matplotlib's
}


@contextmanager
def drawing_of(width: float, height: float) -> Iterator[Drawing]:
    """An empty drawing of this size; the user's own matplotlib settings do not count."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # it is the page's font that draws
        drawing = Drawing(figsize=(width / 72, height / 72))
        FigureCanvasSVG(drawing)
        yield drawing


def axes_at(drawing: Drawing, left: float, bottom: float, width: float, height: float, *, spines: bool = True) -> Axes:
    """Axes at this place, in units from the lower left corner."""
    across, up = drawing.get_size_inches() * 72
    axes = drawing.add_axes((left / across, bottom / up, width / across, height / up))
    axes.patch.set_visible(False)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(spine.get_visible() and spines)
    return axes


def write(axes: Axes, x: float, middle: float, text: str, **style: Any) -> None:
    """Lines of text around ``middle``; x is a share of the axes' width, y counts in units from the top.

    Placed by the baseline: matplotlib centres a text by its own letters, so that neighbours would not be in line.
    """
    lines = text.split("\n")
    for n, line in enumerate(lines):
        y = middle + BASE + LINE * (n - (len(lines) - 1) / 2)
        axes.text(x, y, line, transform=axes.get_yaxis_transform(), va="baseline", **style)


# ---- Names that have to fit


def clean(text: str) -> str:
    """On one line, without characters that XML cannot hold."""
    line = " ".join(text.split())
    unfit = ("Cc", "Cs", "Cn")
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in unfit else c for c in line) or "–"


@lru_cache(maxsize=10_000)
def width_of(text: str) -> float:
    """Of the widest line, in units. The measuring font lacks wide characters, as of Chinese: these count more."""
    font = FontProperties(family=_FONT, size=SIZE)

    def measured(line: str) -> float:
        wide = sum(unicodedata.east_asian_width(character) in "WF" for character in line)
        return float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0]) + 0.5 * SIZE * wide

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        return max(measured(line) for line in text.split("\n"))


def wrapped(text: str, limit: float, most: int = 2) -> str:
    """The text on at most ``most`` lines, none wider than ``limit``; "…" stands for what has no room."""
    lines: list[str] = []
    rest = clean(text)
    if limit < width_of(rest) < 2 * limit and most == 2 and (even := _halves(rest, limit)):
        return even
    while width_of(rest) > limit:
        cut = next(n for n in range(min(len(rest), 200), 0, -1) if n == 1 or width_of(f"{rest[:n]}…") <= limit)
        if len(lines) == most - 1:
            return "\n".join([*lines, f"{rest[:cut].rstrip()}…"])
        space = rest.rfind(" ", 0, cut + 1)
        end = space if space > 0 else cut
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return "\n".join([*lines, rest])


def _halves(text: str, limit: float) -> str | None:
    """On two lines where they fit: cut after a colon, else so that they have about the same width."""
    pairs = [(text[:at], text[at + 1 :]) for at, character in enumerate(text) if character == " "]
    fitting = [pair for pair in pairs if names_width(pair) <= limit]
    best = min(fitting, key=lambda pair: (not pair[0].endswith(":"), names_width(pair)), default=None)
    return "\n".join(best) if best else None


def names_width(names: Sequence[str]) -> float:
    return max(width_of(name) for name in names)


# ---- What a page can take

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_COLOR = re.compile(r"#[0-9a-f]{6}")
_PLACE = ("d", "x", "y", "transform")
_UNTURNED = re.compile(r"^rotate\(-?0 .*\)$")


def as_element(drawing: Drawing, label: str | None) -> str:
    """The drawing as an element of a page. ``label`` is what a screen reader says; None for mere decoration.

    Only shapes and text are kept, without ids, which would clash among charts, and without matplotlib's style sheet,
    which would hold for the whole page.
    """
    buffer = io.BytesIO()
    drawing.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())
    shapes = {f"#{shape.get('id')}": shape for shape in root.iter(f"{_SVG}path") if shape.get("id")}
    width, height = (f"{units:.0f}" for units in drawing.get_size_inches() * 72)
    svg = ElementTree.Element("svg", {"class": "plot", "width": width, "height": height})
    svg.set("viewBox", f"0 0 {width} {height}")
    if label is None:
        svg.set("aria-hidden", "true")
    else:
        svg.set("role", "img")
        svg.set("aria-label", clean(label))
    _copy(root, svg, shapes)
    return ElementTree.tostring(svg, encoding="unicode")


def _copy(source: ElementTree.Element, into: ElementTree.Element, shapes: Mapping[str, ElementTree.Element]) -> None:
    """Shapes and texts of ``source``, those that are used by reference too. Groups mean nothing here and go."""
    for child in source:
        name = child.tag.removeprefix(_SVG)
        if name == "g":
            _copy(child, into, shapes)
        elif name == "use":
            shape = shapes[child.get(_LINK, "")]
            style = f"{shape.get('style', '')};{child.get('style', '')}"
            moved = f"translate({child.get('x', '0')} {child.get('y', '0')})"
            _add(into, "path", {"d": shape.get("d", ""), "transform": moved, "style": style})
        elif name in ("path", "text"):
            added = _add(into, name, child.attrib)
            added.text = "".join(child.itertext()) or None


def _add(into: ElementTree.Element, name: str, attributes: Mapping[str, str]) -> ElementTree.Element:
    kept = {key: " ".join(_NUMBER.sub(_rounded, attributes[key]).split()) for key in _PLACE if key in attributes}
    if _UNTURNED.match(kept.get("transform", "")):
        del kept["transform"]
    return ElementTree.SubElement(into, name, kept | {"style": _page_style(attributes.get("style", ""))})


def _rounded(found: re.Match[str]) -> str:
    text = f"{float(found.group()):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _page_style(style: str) -> str:
    """Without the font, which is the page's, and with the page's colours."""
    kept: dict[str, str] = {}
    for part in style.split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":
            size = re.search(r"([\d.]+px)", value)
            key, value = "font-size", size.group(1) if size else ""
        if value and key != "stroke-linejoin":
            kept[key] = _COLOR.sub(lambda found: f"var(--{_VARIABLES[found.group()]})", value)
    return ";".join(f"{key}:{value}" for key, value in kept.items())
