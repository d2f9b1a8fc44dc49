"""The reports of an evaluation: what they say, that data cannot break them, and that they come out the same again."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

pytest.importorskip("matplotlib", reason="stancelens[eval] is missing")
pytest.importorskip("rouge_score", reason="stancelens[eval] is missing")


from ..evaluation import report_files
from ..evaluation.meanings import (
    MEANINGS,
    better,
    change,
    interval,
    kind,
    long_title,
    number,
    probability,
    title,
)
from ..evaluation.report_files import write_reports
from ..evaluation.report_page import render_html
from ..evaluation.report_text import render_markdown
from ..evaluation.result_schema import CoveragePoint, Metrics
from ..evaluation.summary_scores import MEASURES
from .fake_metrics import hostile, minimal, rich, sparse, worst
from .fake_results import PAYLOADS

FILES = ["metrics.json", "report.html", "report.md"]
LEVELS = ("h1", "h2", "h3", "h4", "h5", "h6")
# What HTML and Markdown read as signs, and what a name may break: lines, a cell, a mention, an issue, a link, emphasis
HOSTILE = " ".join(PAYLOADS).replace("\x00", "") + "\n| a | b |\r\n\n# x\n`@someone` #12 www.x.example $1$ _y_ ``` \\|"


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(rich())


@pytest.fixture(scope="module")
def tree(page: str) -> Any:
    return lxml_html.document_fromstring(page)


def text_of(element: Any) -> str:
    return " ".join(element.text_content().split())


def cells(row: Any) -> list[str]:
    return [text_of(cell) for cell in row]


# ---- Files


def test_three_files_the_same_bytes_every_time(tmp_path: Path, page: str) -> None:
    for name in ("first", "again"):
        write_reports(rich(), tmp_path / name / "deeper")
    for file in FILES:
        first, again = (tmp_path / name / "deeper" / file for name in ("first", "again"))
        assert first.read_bytes() == again.read_bytes()
    folder = tmp_path / "first" / "deeper"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert (folder / "report.html").read_text(encoding="utf-8") == page
    written = (folder / "metrics.json").read_text(encoding="utf-8")
    assert written == rich().model_dump_json(indent=1) + "\n"
    assert Metrics.model_validate_json(written) == rich()


def test_a_failure_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_reports(minimal(), tmp_path)
    old = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fails(metrics: Metrics) -> str:
        raise RuntimeError

    monkeypatch.setattr(report_files, "render_markdown", fails)
    with pytest.raises(RuntimeError):
        write_reports(rich(), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == old


def test_half_a_surrogate_pair_in_a_name_can_be_written(tmp_path: Path) -> None:
    metrics = minimal()
    metrics.systems[0].name = "r\udce9sum\u00e9"
    write_reports(metrics, tmp_path)
    read = Metrics.model_validate_json((tmp_path / "metrics.json").read_bytes())
    assert read.systems[0].name == "r?sum\u00e9"
    assert "r?sum\u00e9" in (tmp_path / "report.html").read_text(encoding="utf-8")


# ---- The page


def test_headlines_stand_first_with_interval_and_number(tree: Any) -> None:
    first = rich().systems[0]
    wanted = []
    for task in first.tasks:
        macro = task.figures[0]
        word = "targets" if task.task == "target_stance" else "sentences"
        wanted.append([long_title(macro.name), number(macro.name, macro.value), interval(macro), f"{macro.n:,} {word}"])
    shown = [
        [text_of(box[0]), box[1].text, box[1][0].text, box[1][0][0].tail]
        for box in tree.xpath("//dl[@class='figures']/div")
    ]
    assert shown[:3] == wanted
    assert [row[0] for row in shown[3:]] == ["Mentions: F1", "Summaries: ROUGE-1"]
    assert tree.xpath("string(//title)") == f"StanceLens evaluation: {first.name}"


def test_every_figure_of_every_system_is_on_the_page(tree: Any) -> None:
    metrics = rich()
    for task in metrics.systems[0].tasks:
        section = tree.get_element_by_id(task.task)
        rows = section.xpath(".//table[@class='figures-table']")[0].xpath("./tbody/tr")
        wanted = []
        for name in [own.name for own in task.figures]:
            for index, system in enumerate(metrics.systems):
                (own,) = [t for t in system.tasks if t.task == task.task]
                (found,) = [f for f in own.figures if f.name == name]
                row = [system.name, number(name, found.value), interval(found), f"{found.n:,}", f"{found.articles}"]
                wanted.append(row if index else [title(name), *row])
        assert [cells(row) for row in rows] == wanted
        labels = section.xpath(".//table[@class='labels']")[0].xpath("./tbody/tr")
        assert [row[0].text for row in labels] == task.labels
        assert [text_of(row[1]) for row in labels] == [f"{scores.support:,}" for scores in task.per_label]
        matrix = section.xpath(".//figure//details//tbody")[0]
        assert [[cell.text for cell in row[1:]] for row in matrix] == [
            [f"{n:,}" for n in row] for row in task.confusion
        ]


def test_each_kind_of_figure_is_explained_once(tree: Any) -> None:
    for link in tree.xpath("//a[@class='term']"):
        name = link.get("href").removeprefix("#means-")
        assert text_of(tree.get_element_by_id(f"means-{name}")[1]) == MEANINGS[name]
    shown = {text_of(box[0]) for box in tree.xpath("//dl[@class='meanings']/div")}
    assert {"macro F1", "calibration error (ECE)", "coverage", "recall of names", "ROUGE-2", "precision"} <= shown
    assert "of what nobody knows" not in shown
    assert "of what nobody knows" in text_of(tree.get_element_by_id("mentions"))


def test_calibration_is_said_in_words() -> None:
    metrics = minimal()
    metrics.systems[0].tasks = rich().systems[0].tasks[:1]
    calibration = metrics.systems[0].tasks[0].calibration
    assert calibration
    calibration.ece.value, calibration.ece_limit = 0.031, 0.04
    calibration.threshold = CoveragePoint(threshold=0.8712, coverage=0.61, accuracy=0.9)
    page = render_html(metrics)
    assert "It is not above that: no sign of bad calibration." in page
    assert "use those with a confidence of 0.871 or more: 61% of the answers." in page
    calibration.ece.value, calibration.threshold = 0.0401, None
    page = render_html(metrics)
    assert "off by more than chance explains." in page
    assert "No threshold makes 90% of the answers right." in page


def test_small_slices_comparisons_shares_and_drift(tree: Any) -> None:
    section = tree.get_element_by_id("target_stance")
    rows = section.xpath("./div/div/details[@class='group']//table[@class='slices']/tbody/tr")
    marked = {row[0].text.strip(): "too few to rely on" in text_of(row[0]) for row in rows}
    assert marked["Market Ledger"] is False
    assert [name for name, few in marked.items() if few] == ["Coastline Public Radio", "victim", "pronoun"]
    conclusions = [text_of(dd) for dd in tree.xpath("//dl[@class='conclusions']//dd")]
    assert conclusions == [difference.conclusion for difference in rich().comparisons[0].differences]
    table = [cells(row) for row in tree.xpath("//table[@class='differences']/tbody/tr")]
    assert table[0][1:] == ["78.6", "71.2", "+7.4", "+4.5 to +10.3", "<0.001", "<0.001", "–", "4.1"]
    assert table[4][1:] == ["2.8%", "1.1%", "+1.7", "+0.9 to +2.5", "0.020", "0.080", "–", "1.1"]
    assert table[5][1:] == ["87.7", "100.0", "−12.3", "–", "–", "–", "–", "–"]
    shares = [cells(row) for row in tree.xpath("//table[@class='shares']/tbody/tr")]
    assert shares[0][1:] == ["31.2%", "27.4%", "22.1% to 32.7%", "240"]
    assert shares[1][1:] == ["8.1%", "–", "–", "12"]
    assert "Shares are not corrected. The labelled articles" in text_of(tree.get_element_by_id("shares"))
    drift = [text_of(row[-1]) for row in tree.xpath("//table[@class='drift']/tbody/tr")]
    assert [text.startswith("Far.") for text in drift] == [True, False]


def test_commands_in_a_refusal_are_code() -> None:
    metrics = minimal()
    metrics.shares_refused = "Draw one with `labels queue <b>`, `x"
    (notice,) = lxml_html.document_fromstring(render_html(metrics)).xpath("//section[@id='shares']/p")
    assert text_of(notice) == "Shares are not corrected. Draw one with labels queue <b>, `x"
    assert notice.xpath("./code/text()") == ["labels queue <b>"]


def test_many_parts_are_folded() -> None:
    metrics = minimal()
    task = metrics.systems[0].tasks[0]
    part = rich().systems[0].tasks[0].slices[0]
    task.slices = [
        part.model_copy(update={"by": by, "value": f"{n}"})
        for by, most in (("date", 12), ("tags", 13))
        for n in range(most)
    ]
    groups = lxml_html.document_fromstring(render_html(metrics)).xpath("//details[@class='group']")
    assert [(text_of(group[0]), group.get("open")) for group in groups] == [
        ("by date", ""),
        ("by tags: 13 parts", None),
    ]


def test_what_was_compared_with_what(tree: Any) -> None:
    section = text_of(tree.get_element_by_id("compared"))
    assert "end to end: its own sentences and mentions" in section
    assert "sentences and mentions taken from the gold" in section
    assert "positive → favor; negative → against." in section
    assert "Only labels that every system answered are scored." in section
    assert "counts as wrong" in render_html(minimal())
    rows = {
        text_of(row[0]): cells(row[1:]) for row in tree.xpath("//table[contains(@class, 'matching')]//tr[th and td]")
    }
    assert rows["of these scored"] == ["8594.4%", "8594.4%"]
    assert rows["mentions as labelled"] == ["1,204", "1,204"]


def test_errors_show_their_context_or_the_place_alone(tree: Any) -> None:
    first, *_ = items = tree.xpath("//ol[@class='errors']/li")
    assert len(items) == 12
    assert "The port would be nothing" in first.xpath("string(.//*[@class='said'])")
    assert [text_of(dim) for dim in first.xpath(".//*[@class='dim']")] == [worst(1)[0].before, worst(1)[0].after]
    assert text_of(items[3].xpath(".//*[@class='context']")[0]) == (
        "varrowmouth-courier/2025-04-14-port-strike-3.txt, characters 1254 to 1362"
    )
    metrics = minimal()
    metrics.systems[0].worst = worst(150)
    many = lxml_html.document_fromstring(render_html(metrics))
    assert len(many.xpath("//ol[@class='errors']/li")) == 100
    assert "The 100 wrong answers" in many.text_content()


def test_provenance_is_whole(tree: Any) -> None:
    metrics, section = rich(), text_of(tree.get_element_by_id("provenance"))
    for sha in [metrics.gold[0].sha256, metrics.systems[1].sha256, metrics.systems[0].model_sha256]:
        assert str(sha) in section
    assert "1,000 resamples of the articles, seed 7" in section
    assert "scikit-learn 1.9.0" in section


@pytest.mark.parametrize("metrics", [minimal(), sparse()])
def test_what_is_missing_leaves_no_hole(metrics: Metrics) -> None:
    page = render_html(metrics)
    tree = lxml_html.document_fromstring(page)
    body = text_of(tree.find("body"))
    assert "None" not in body
    assert not re.search(r"\bnan\b", body)
    for heading in tree.xpath("//h2 | //h3"):
        assert text_of(heading)
        assert heading.getnext() is not None, text_of(heading)
    for link in tree.xpath("//a/@href"):
        assert tree.get_element_by_id(link[1:]) is not None
    assert render_markdown(metrics)


def test_page_is_sound(page: str, tree: Any) -> None:
    ids = Counter(tree.xpath("//@id"))
    assert [name for name, times in ids.items() if times > 1] == []
    links = tree.xpath("//a/@href")
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    levels = [LEVELS.index(element.tag) for element in tree.iter(*LEVELS)]
    assert levels[0] == 0
    assert levels.count(0) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for region in tree.xpath("//*[@role='region']"):
        assert region.get("aria-label")
        assert region.get("tabindex") == "0"
    for chart in tree.xpath("//svg"):
        assert chart.get("aria-hidden") == "true" or (chart.get("role") == "img" and len(chart.get("aria-label")) > 40)


def test_page_asks_for_nothing(page: str, tree: Any) -> None:
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert not re.search(r"https?:|//[a-z]|url\(|@import|srcset|xlink|\bsrc=", page)
    assert not tree.xpath("//script | //link | //img | //iframe | //object | //embed | //form | //base | //svg//style")


# ---- Hostile text


def test_names_and_sentences_are_text_wherever_they_stand() -> None:
    tree = lxml_html.document_fromstring(render_html(hostile(HOSTILE)))
    foreign = "//script | //link | //img | //iframe | //object | //embed | //form | //base | //title/* | //style/*"
    assert tree.xpath(foreign) == []
    assert len(tree.xpath("//style")) == 1
    assert {svg.get("class") for svg in tree.xpath("//svg")} == {"plot"}
    assert {element.tag for element in tree.xpath("//svg//*")} == {"path", "text"}
    attributes = {name for element in tree.iter() for name in getattr(element, "attrib", {})}
    allowed = "lang charset http-equiv content name class id href role scope rowspan colspan tabindex style d x y"
    allowed += " transform viewbox width height aria-label aria-hidden aria-labelledby open"
    assert attributes <= set(allowed.split())
    assert all(href.startswith("#means-") or href[1:].isidentifier() for href in tree.xpath("//a/@href"))
    said = tree.xpath("string(//*[@class='said'])")
    assert said.startswith("<script>alert(1)</script> </script>")
    assert "49" not in said, "templates in data are not run"


@pytest.mark.parametrize("metrics", [rich(), minimal(), sparse(), hostile(HOSTILE)])
def test_markdown_holds_its_form(metrics: Metrics) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it is missing")
    text = render_markdown(metrics)
    rows = re.findall(r"(?m)(?:^\|.*\|$\n?)+", text)
    for table in rows:
        assert len({line.count("|") for line in table.strip().split("\n")}) == 1
    tokens = markdown_it.MarkdownIt("commonmark", {"linkify": False}).enable("table").parse(text)
    kinds = Counter(token.type for token in tokens)
    assert kinds["table_open"] == len(rows)
    inline = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inline} <= {"text", "html_inline", "softbreak"}
    assert {child.content for child in inline if child.type == "html_inline"} <= {
        "<code>",
        "</code>",
        "<sub>",
        "</sub>",
    }
    blocks = {token.content.strip() for token in tokens if token.type == "html_block"}
    assert all(re.fullmatch(r"</details>|<details>\n<summary>[\w\s,()]+</summary>", block) for block in blocks)
    assert text.count("<details>") == text.count("</details>")
    assert kinds["heading_open"] == 1 + len(metrics.comparisons)
    assert not re.search(r"@|(?<!&)#\d|https?:|www\.|\$|`|\*", text)


def test_markdown_holds_figures_and_no_sentence() -> None:
    text = render_markdown(rich())
    first = rich().systems[0].tasks[0].figures[0]
    assert f"| Target stance: macro F1 | {number(first.name, first.value)} ({interval(first)}), n 1,204 | " in text
    assert "| Target stance: macro F1 | results-2025-11-base is better: 7.4 points of macro F1, between" in text
    assert "| <code>against</code> |" in text
    assert "| <code>varrowmouth-courier/2025-01-14-port-strike-0.txt</code> | 1203 to 1311 | Target stance |" in text
    for row in rich().systems[0].worst:
        for sentence in (row.text, row.before, row.after, row.target):
            assert sentence is None or sentence not in text
    metrics = rich()
    metrics.systems[0].worst = worst(150)
    assert "The surest wrong answers (20)" in render_markdown(metrics)
    metrics.shares_refused = None
    assert "27.4% (22.1% to 32.7%)" in render_markdown(metrics)


# ---- Words and numbers


@pytest.mark.parametrize(
    ("name", "value", "written", "difference"),
    [
        ("topic.macro_f1", 61.25, "61.2", "+61.2"),
        ("topic.against.f1", -0.04, "0.0", "0.0"),
        ("topic.mcc", -3.21, "−3.2", "−3.2"),
        ("topic.coverage", 0.931, "93.1%", "+93.1"),
        ("topic.ece", 0.0415, "0.042", "+0.042"),
        ("summary.coverage", 0.5, "50.0%", "+50.0"),
        ("summary.density", 12.34, "12.3", "+12.3"),
        ("summary.names_and_numbers_kept", 99.0, "99.0", "+99.0"),
        ("what.ever", 0.5, "0.500", "+0.500"),
        ("what.ever", None, "–", "–"),
        ("topic.log_loss", float("inf"), "–", "–"),
    ],
)
def test_values_are_written_by_their_kind(name: str, value: float | None, written: str, difference: str) -> None:
    assert (number(name, value), change(name, value)) == (written, difference)


def test_titles_and_directions() -> None:
    assert long_title("target_stance.against.f1") == "Target stance, against: F1"
    assert long_title("topic.law. and order.recall") == "Topic, law. and order: recall"
    assert long_title("accuracy") == "accuracy"
    assert long_title("summary.coverage") == "Summaries: share of words from the article"
    assert (kind("target_stance.coverage"), kind("summary.coverage")) == ("coverage", "summary.coverage")
    assert [better(f"topic.{name}") for name in ("f1", "ece", "coverage")] == ["more", "less", None]
    assert [probability(p) for p in (None, 0.0004, 0.0123, 1)] == ["–", "<0.001", "0.012", "1.000"]


def test_a_meaning_is_one_sentence() -> None:
    for name, meaning in MEANINGS.items():
        assert meaning.endswith("."), name
        assert ". " not in meaning, name
        assert ";" in meaning, f"{name}: when not to trust it"


def test_measures_of_summaries_are_explained() -> None:
    assert [name for name in MEASURES if f"summary.{name}" not in MEANINGS and name not in MEANINGS] == []


# ---- Charts
