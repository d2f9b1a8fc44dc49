"""The charts of an evaluation's report: nothing, extremes, any label, and no trace of the user's settings."""

from __future__ import annotations

import warnings

import pytest
from lxml import html as lxml_html

pytest.importorskip("matplotlib", reason="stancelens[eval] is missing")
pytest.importorskip("rouge_score", reason="stancelens[eval] is missing")

import matplotlib

from ..evaluation import plots
from ..evaluation.drawing import clean, width_of, wrapped
from ..evaluation.result_schema import Bin, Calibration, CoveragePoint, Difference, Figure, LabelScores
from .fake_metrics import figure, rich


def bare(name: str, value: float | None = None) -> Figure:
    return Figure(name=name, value=value, n=1, articles=1)


def scores(label: str, value: float | None = 50.0) -> LabelScores:
    f1 = figure("t.f1", value, 400, 50)
    return LabelScores(label=label, support=1, predicted=1, precision=f1, recall=f1, f1=f1)


def calibrated(bins: list[Bin], coverage: list[CoveragePoint]) -> Calibration:
    return Calibration(
        ece=bare("ece"), ece_limit=0, brier=bare("brier"), log_loss=bare("log_loss"), aurc=bare("aurc"),
        reliability=bins, coverage=coverage, wanted_accuracy=1, threshold=None,
    )  # fmt: skip


def difference(value: float, low: float | None = None, high: float | None = None) -> Difference:
    return Difference(
        name="t.accuracy", first=0, other=0, difference=value, low=low, high=high, p=None, p_holm=None,
        detectable=None, conclusion="",
    )  # fmt: skip


def test_charts_of_nothing_are_none() -> None:
    assert plots.f1_by_label([], "x") is None
    assert plots.f1_by_label([(0, [scores("a", None)])], "x") is None
    assert plots.confusion_matrix([], [], "x") is None
    assert plots.reliability_diagram(calibrated([], []), "x") is None
    assert plots.risk_coverage([(0, calibrated([], []))], "x") is None
    assert plots.changes([], [], "x") is None


def test_charts_of_extremes() -> None:
    sure = Bin(confidence=1, accuracy=0, low=0, high=1, n=1)
    point = CoveragePoint(threshold=1, coverage=1, accuracy=0)
    unsure = CoveragePoint(threshold=0, coverage=0.01, accuracy=1)
    for calibration in (calibrated([sure], []), calibrated([sure] * 3, [point]), calibrated([sure], [point, unsure])):
        assert "nan" not in str(plots.reliability_diagram(calibration, "x"))
        assert "nan" not in str(plots.risk_coverage([(0, calibration), (4, calibration)], "x"))
    assert "nan" not in str(plots.changes([difference(0), difference(0, 0, 0)], ["a", "b"], "x"))
    assert plots.changes([difference(float("nan"))], ["a"], "x") is None
    zeros = plots.confusion_matrix([[0, 0, 0], [0, 0, 0]], ["a", "b"], "x")
    assert "0 of 0 on the diagonal" in str(zeros)
    assert ">123k<" in str(plots.confusion_matrix([[123_456, 0]], ["a"], "x"))
    nine = [(index, [scores("a")]) for index in range(9)]
    assert "var(--system-3)" in str(plots.f1_by_label(nine, "x"))


def test_charts_do_not_depend_on_the_users_settings() -> None:
    def drawn() -> list[str | None]:
        task = rich().systems[0].tasks[0]
        assert task.calibration
        return [
            plots.f1_by_label([(0, task.per_label)], "x"),
            plots.confusion_matrix(task.confusion, task.labels, "x"),
            plots.reliability_diagram(task.calibration, "x"),
            plots.risk_coverage([(0, task.calibration)], "x"),
            plots.changes(rich().comparisons[0].differences, [f"name {n}" for n in range(6)], "x"),
        ]

    plain = drawn()
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path", "axes.grid": True}):
        assert drawn() == plain
        assert matplotlib.rcParams["font.size"] == 30, "and they leave them alone"


def test_labels_in_charts_are_text() -> None:
    odd = [
        "$\\frac{a}{b}$",
        "a_b^c",
        "</text></svg><script>x</script>",
        "\u6c11\u4e3b\u4e0e\u653f\u5e9c\u7684\u5173\u7cfb" * 4,
        "nul\x00 \x1b[1m",
        "",
        "w" * 300,
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = plots.f1_by_label([(0, [scores(label) for label in odd])], "x \ud800 \x07")
        matrix = plots.confusion_matrix([[1] * (len(odd) + 1)] * len(odd), odd, "x")
    for svg in (str(drawn), str(matrix)):
        root = lxml_html.fragment_fromstring(svg)
        assert {element.tag for element in root.iter()} == {"svg", "path", "text"}
        texts = [element.text for element in root.iter("text")]
        assert "$\\frac{a}{b}$" in texts
        assert any(text.startswith("\u6c11\u4e3b") for text in texts)
        assert "nul\ufffd \ufffd[1m" in texts
        assert "var(--ink)" in svg


def test_long_names_get_two_lines_at_most() -> None:
    name = "arts, culture, entertainment and media"
    assert wrapped(name, 150) == "arts, culture,\nentertainment and media"
    assert wrapped("sport", 150) == "sport"
    long = wrapped("Donaudampfschifffahrtsgesellschaftskapit\u00e4n und andere Leute von hier und dort", 150)
    assert long.count("\n") == 1
    assert long.endswith("…")
    assert all(width_of(line) <= 150 for line in long.split("\n"))
    assert clean(" a\n b\t\x00") == "a b \N{REPLACEMENT CHARACTER}"
    assert wrapped("", 150) == "–"
