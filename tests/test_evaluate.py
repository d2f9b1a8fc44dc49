"""`stancelens evaluate` on a hand-made results file whose figures are worked out here, and what cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stancelens.cli import app
from stancelens.data.schema import Article
from stancelens.evaluation.matching import MatchError
from typer.testing import CliRunner

from .records import article, write
from .scored import BANK, PLAN, figures, gold, predicted, score, toward


def test_figures_worked_out_by_hand(tmp_path: Path) -> None:
    metrics = score(tmp_path, [gold("a")], [predicted("a")])
    (system,) = metrics.systems
    values = {name: each.value for name, each in figures(system).items()}
    # Topics: crime is one of the two right ones; politics was called weather; weather is right
    assert values["topic.accuracy"] == pytest.approx(200 / 3)
    assert values["topic.macro_f1"] == pytest.approx((100 + 0 + 200 / 3) / 3)
    # Sentence stance: against and neutral right, favor called neutral
    assert values["sentence_stance.accuracy"] == pytest.approx(200 / 3)
    assert values["sentence_stance.macro_f1"] == pytest.approx((100 + 200 / 3 + 0) / 3)
    assert values["sentence_stance.ordinal_error"] == pytest.approx(1 / 3)
    # Target stance: Duval right, bank called neutral, plan right, mayor missing
    assert values["target_stance.accuracy"] == pytest.approx(50)
    assert values["target_stance.missing"] == pytest.approx(0.25)
    # neutral: 1 right of 2 there and of 2 given; against: 0; favor: 1 of 1
    assert values["target_stance.macro_f1"] == pytest.approx((50 + 0 + 100) / 3)
    assert values["target_stance.micro_f1"] == pytest.approx(100 * 2 * 2 / (4 + 3))
    assert values["target_stance.ordinal_error"] == pytest.approx(1 / 3)
    # Mentions: 3 of 4 found, 3 of 4 predicted are labelled; of the names only Duval
    assert values["mention.recall"] == pytest.approx(75)
    assert values["mention.precision"] == pytest.approx(75)
    assert values["mention.f1"] == pytest.approx(75)
    assert values["mention.recall_named"] == 100
    (stance,) = [task for task in system.tasks if task.task == "target_stance"]
    assert stance.labels == ["against", "neutral", "favor"]
    assert stance.confusion == [[0, 1, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    assert [(each.label, each.support, each.predicted) for each in stance.per_label] == [
        ("against", 1, 0),
        ("neutral", 2, 2),
        ("favor", 1, 1),
    ]
    assert stance.per_label[0].precision.value is None  # nothing was called against
    assert stance.calibration is not None
    # Of the three that were answered: 0.8 right, 0.9 wrong (0.05 on the truth), 0.6 right
    assert stance.calibration.brier.value == pytest.approx(
        ((0.2**2 + 2 * 0.1**2) + (0.9**2 + 0.95**2 + 0.05**2) + (0.4**2 + 2 * 0.2**2)) / 3
    )
    points = [(each.threshold, each.accuracy) for each in stance.calibration.coverage]
    assert points == [(0.6, pytest.approx(2 / 3)), (0.8, 0.5), (0.9, 0)]
    assert stance.calibration.threshold is None
    # Risk of the surest one, two and three answers: 1, 1/2, 1/3
    assert stance.calibration.aurc.value == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)
    assert system.matching.sentences_missed == 0
    assert (system.matching.mentions_missed, system.matching.mentions_invented) == (1, 1)
    first = system.worst[0]
    assert (first.gold, first.predicted, first.confidence, first.text) == ("against", "neutral", 0.9, BANK)
    assert (first.before, first.after) == (None, PLAN)


def test_one_article_has_no_interval_and_says_so(tmp_path: Path) -> None:
    (system,) = score(tmp_path, [gold("a")], [predicted("a")]).systems
    figure = figures(system)["target_stance.accuracy"]
    assert (figure.low, figure.high) == (None, None)
    assert figure.note == "one article: no interval can be computed, as there is nothing to resample"


def test_perfect_and_hopeless_results(tmp_path: Path) -> None:
    labels = [gold(f"a{n}") for n in range(12)]
    metrics = score(tmp_path, labels, labels, [each.model_copy(update={"sentences": []}) for each in labels])
    perfect, hopeless = ({name: each.value for name, each in figures(s).items()} for s in metrics.systems)
    assert {perfect[f"{task}.macro_f1"] for task in ("topic", "sentence_stance", "target_stance")} == {100}
    assert {hopeless[f"{task}.accuracy"] for task in ("topic", "sentence_stance", "target_stance")} == {0}
    assert hopeless["target_stance.missing"] == 1
    assert metrics.systems[1].matching.sentences_missed == 36


def test_a_comparison_is_paired_and_corrected(tmp_path: Path) -> None:
    labels = [gold(f"a{n}") for n in range(40)]
    good = [predicted(f"a{n}", bank="against" if n % 8 else "favor") for n in range(40)]
    bad = [predicted(f"a{n}", bank="against" if n % 3 == 1 else "neutral") for n in range(40)]
    (comparison,) = score(tmp_path, labels, good, bad).comparisons
    rows = {each.name: each for each in comparison.differences}
    stance = rows["target_stance.accuracy"]
    assert stance.difference == pytest.approx((35 - 13) / 160 * 100)
    assert stance.p_holm is not None
    assert stance.p is not None
    assert stance.p < 0.001
    assert stance.p_holm >= stance.p
    assert stance.mcnemar_p is not None
    assert stance.mcnemar_p < 0.001
    assert stance.conclusion.startswith("s0 is better than s1 by 13.")
    topic = rows["topic.accuracy"]
    assert (topic.difference, topic.p, topic.mcnemar_p) == (0, None, 1)
    assert topic.conclusion == "s0 and s1 have the same figure on every article."


def test_what_results_lack_is_wrong_or_left_out(tmp_path: Path) -> None:
    labels = [gold("a"), gold("b")]
    with pytest.raises(MatchError, match=r"no prediction for 1 of 2 labelled articles \(such as 'b'\).*--only-common"):
        score(tmp_path, labels, [predicted("a")])
    (system,) = score(tmp_path, labels, [predicted("a")], only_common=True).systems
    assert (system.matching.gold_articles, system.matching.scored_articles, system.matching.gold_only) == (2, 1, 1)
    values = {name: each.value for name, each in figures(system).items()}
    assert values["target_stance.accuracy"] == pytest.approx(200 / 3)  # without the mayor, whom nothing was said of
    assert values["target_stance.missing"] == 0


def test_with_only_common_all_systems_are_scored_on_the_same_labels(tmp_path: Path) -> None:
    other = predicted("a")
    other.sentences = (other.sentences or [])[:1]
    one, two = score(tmp_path, [gold("a")], [predicted("a")], [other], only_common=True).systems
    for system in (one, two):
        assert figures(system)["target_stance.accuracy"].n == 2
        assert figures(system)["topic.accuracy"].n == 1


def test_articles_are_matched_by_text_where_ids_differ(tmp_path: Path) -> None:
    results = [predicted("export/7"), article("other", ("No label.", {}))]
    (system,) = score(tmp_path, [gold("a")], results).systems
    assert (system.matching.scored_articles, system.matching.results_only) == (1, 1)
    (system,) = score(tmp_path, [gold("a")], [*results, predicted("a")]).systems  # of two, the one with the id
    assert (system.matching.scored_articles, system.matching.results_only) == (1, 2)


@pytest.mark.parametrize(
    ("labels", "results", "message"),
    [
        ([gold("a")], [article("b", ("Something else.", {}))], "share no article, neither by id .*'a'.* nor by text"),
        ([gold("a")], [article("a", ("Something else.", {}))], "'a' has another text"),
        ([gold("a")], [predicted("a1"), predicted("a2")], "two predictions of article 'a'"),
        ([gold("a", annotator="eva"), gold("a", annotator="tom")], [predicted("a")], "labels by 'eva', 'tom'"),
        ([predicted("a")], [predicted("a")], "'a' is a prediction, not a label"),
    ],
)
def test_what_cannot_be_compared(labels: list[Article], results: list[Article], message: str, tmp_path: Path) -> None:
    with pytest.raises(MatchError, match=message):
        score(tmp_path, labels, results)


def test_duplicate_ids_are_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"results\.jsonl:2: id 'a' occurs twice"):
        score(tmp_path, [gold("a")], [predicted("a"), predicted("a")])
    with pytest.raises(ValueError, match=r"gold\.jsonl:2: id 'a' occurs twice"):
        score(tmp_path, [gold("a"), gold("a")], [predicted("a")])


def test_settled_labels_count(tmp_path: Path) -> None:
    labels = [gold("a", annotator=name) for name in ("eva", "tom", "settled")]
    (system,) = score(tmp_path, labels, [predicted("a")]).systems
    assert system.matching.gold_articles == 1


def test_other_names_of_labels_need_a_mapping(tmp_path: Path) -> None:
    names = {"against": "disagree", "neutral": "neutral", "favor": "agree"}
    labels = gold("a")
    for sentence in labels.sentences or []:
        sentence.stance = names[sentence.stance or ""]
        for stance in sentence.stances or []:
            stance.label = names[stance.label]
    with pytest.raises(MatchError, match=r"the labels agree, disagree are never predicted.*--map against=disagree"):
        score(tmp_path, [labels], [predicted("a")])
    mapped = score(tmp_path, [labels], [predicted("a")], labels={"against": "disagree", "favor": "agree"})
    plain = score(tmp_path, [gold("a")], [predicted("a")])
    for one, two in zip(mapped.systems[0].tasks, plain.systems[0].tasks, strict=True):
        assert [each.value for each in one.figures] == [each.value for each in two.figures]
    assert mapped.systems[0].tasks[-1].labels == ["disagree", "neutral", "agree"]


def test_mentions_of_sentences_without_labels_are_not_invented(tmp_path: Path) -> None:
    labels = gold("a")
    labels.sentences = (labels.sentences or [])[:1]
    labels.mentions = [m for m in labels.mentions or [] if m.start < len(BANK)]
    (system,) = score(tmp_path, [labels], [predicted("a")]).systems
    assert (system.matching.mentions, system.matching.mentions_invented) == (2, 0)
    assert figures(system)["mention.precision"].value == 100


def test_slices(tmp_path: Path) -> None:
    labels = [gold(f"a{n}", source="Gazette" if n % 2 else "Courier", date=f"2024-0{1 + n % 3}-05") for n in range(6)]
    results = [predicted(f"a{n}") for n in range(6)]
    metrics = score(tmp_path, labels, results, slices=("source", "date", "topic", "length", "tags"))
    (stance,) = [task for task in metrics.systems[0].tasks if task.task == "target_stance"]
    rows = {(each.by, each.value): each for each in stance.slices}
    assert rows["source", "Gazette"].accuracy.n == 12
    assert [each.value for each in stance.slices if each.by == "date"] == ["2024-01", "2024-02", "2024-03"]
    assert rows["tags", "quoted"].accuracy.value == 0  # the bank
    assert rows["tags", "(none)"].accuracy.value == pytest.approx(200 / 3)
    assert rows["topic", "economy"].accuracy.value == 50
    assert rows["length", "up to 10 sentences"].small
    with pytest.raises(ValueError, match="no slice 'mood': one of source"):
        score(tmp_path, labels, results, slices=("mood",))


def test_text_is_left_out_where_it_must_be(tmp_path: Path) -> None:
    metrics = score(tmp_path, [gold("a")], [predicted("a")], text=False)
    assert "Duval" not in metrics.model_dump_json()
    assert metrics.systems[0].worst[0].start == 0


def test_the_same_files_give_the_same_metrics(tmp_path: Path) -> None:
    labels, results = [gold(f"a{n}") for n in range(9)], [predicted(f"a{n}") for n in range(9)]
    assert score(tmp_path, labels, results) == score(tmp_path, labels, results)


def test_the_command(tmp_path: Path) -> None:
    labels = write(tmp_path / "gold.jsonl", [gold(f"a{n}") for n in range(12)])
    results = write(tmp_path / "run" / "results.jsonl", [predicted(f"a{n}") for n in range(12)]).parent
    out = tmp_path / "out"
    command = ["evaluate", str(results), "--gold", str(labels), "--out", str(out), "--slice", "tags"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "run: 12 articles" in done.output
    assert {path.name for path in out.iterdir()} == {"report.html", "report.md", "metrics.json"}
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8"))["schema_version"] == 1
    done = CliRunner().invoke(app, [*command, "--map", "against"])
    assert (done.exit_code, "--map 'against' is not of the form" in done.output) == (2, True)
    done = CliRunner().invoke(app, [*command[:-4], "--out", str(results)])
    assert (done.exit_code, "holds the results of a run" in done.output) == (2, True)
    twin = write(tmp_path / "other" / "run" / "results.jsonl", [predicted(f"a{n}") for n in range(12)]).parent
    (twin / "run.json").write_text('{"command": {"given": ["mentions"]}, "model": {"name": "x"}}', encoding="utf-8")
    done = CliRunner().invoke(app, [*command, "--compare", str(twin)])
    assert done.exit_code == 0, done.output
    assert f"2. {twin}: 12 articles" in done.output
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8"))["systems"][1]["given"] == ["mentions"]
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path), "--gold", str(labels), "--out", str(out)])
    assert (done.exit_code, "holds no results.jsonl" in done.output) == (2, True)


def test_invented_mentions_count_in_articles_without_any(tmp_path: Path) -> None:
    labels = [article("a", (BANK, {"stances": [toward("Duval", "neutral")]})), article("b", (PLAN, {"stances": []}))]
    found = [
        labels[0],
        article("b", (PLAN, {"stances": [toward(w, "neutral") for w in ("mayor", "plan", "The", "the")]})),
    ]
    (system,) = score(tmp_path, labels, found).systems
    values = {name: each.value for name, each in figures(system).items()}
    assert values["mention.f1"] == pytest.approx(100 * 2 / (2 + 4))


def test_mentions_outside_the_labelled_sentences_are_found_too(tmp_path: Path) -> None:
    labels = gold("a")
    labels.sentences = (labels.sentences or [])[:1]
    (system,) = score(tmp_path, [labels], [predicted("a")]).systems
    assert figures(system)["mention.recall"].value == 75  # the mayor was missed


def test_a_difference_on_every_article_alike_is_one(tmp_path: Path) -> None:
    labels = [gold(f"a{n}") for n in range(20)]
    bad = [predicted(f"a{n}") for n in range(20)]
    (comparison,) = score(tmp_path, labels, labels, bad).comparisons
    (row,) = [each for each in comparison.differences if each.name == "target_stance.accuracy"]
    assert row.p is None
    assert row.mcnemar_p is not None
    assert row.mcnemar_p < 0.001
    assert row.conclusion.startswith("s0 is better than s1 by 50.0 points on every article alike")


def test_of_two_stances_toward_a_target_the_holder_decides(tmp_path: Path) -> None:
    sides = [("Duval", "against"), ("Bell", "favor")]
    both = [{"target": "bank", "mention": "bank", "label": label, "holder": {"name": who}} for who, label in sides]
    (system,) = score(
        tmp_path, [article("a", (BANK, {"stances": both}))], [article("a", (BANK, {"stances": both[::-1]}))]
    ).systems
    assert figures(system)["target_stance.accuracy"].value == 100


def test_counts_are_of_all_labelled_articles_whatever_the_others_lack(tmp_path: Path) -> None:
    labels = [gold(name) for name in "abc"]
    first, second = [predicted("a"), predicted("b")], [predicted("b"), predicted("c")]
    for system in score(tmp_path, labels, first, second, only_common=True).systems:
        assert (system.matching.gold_articles, system.matching.scored_articles, system.matching.gold_only) == (3, 1, 2)


def test_one_side_alone_is_an_answer_and_percentages_are_no_probabilities(tmp_path: Path) -> None:
    labels = [article("a", (BANK, {"stance": "against"}))]
    (system,) = score(tmp_path, labels, [article("a", (BANK, {"stance": "favor"}))]).systems
    assert figures(system)["sentence_stance.accuracy"].value == 0
    percent = article("a", (BANK, {"stance": "favor", "probabilities": {"stance": {"against": 13.0, "favor": 87.0}}}))
    with pytest.raises(MatchError, match="between 0 and 1, and 87 is among them"):
        score(tmp_path, labels, [percent])


def test_other_names_are_refused_without_probabilities_too(tmp_path: Path) -> None:
    labels = [article("a", (BANK, {"stance": "against"}), (PLAN, {"stance": "neutral"}))]
    found = [article("a", (BANK, {"stance": "disagree"}), (PLAN, {"stance": "neutral"}))]
    with pytest.raises(MatchError, match="--map disagree=against"):
        score(tmp_path, labels, found)
