"""Krippendorff's alpha: the textbook's values, what leaves it unchanged, and how annotators' units are matched."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.data.agreement import AUTHOR, NO_TOPIC, Tally, alpha, alpha_by_label, ratings, settles
from stancelens.data.label_findings import HOLDER, STANCE, TARGET, TOPIC
from stancelens.data.schema import Article, dump_line
from stancelens.evaluation.label_agreement import Agreement, measured
from stancelens.evaluation.label_report import check_labels

# Krippendorff (2011), sections A, B and C; "." is a missing label
BINARY = ("0100000010", "1110010000")
NOMINAL = ("aabbdcccedda", "babbbccceddd")
MISSING = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

units = st.lists(st.lists(st.sampled_from("abcd"), max_size=4), min_size=1, max_size=12)


def columns(rows: Sequence[str]) -> list[list[str]]:
    return [[label for label in column if label != "."] for column in zip(*rows, strict=True)]


def tally(*articles: Sequence[Sequence[str]]) -> Tally:
    made = Tally()
    for article in articles:
        made.add(article)
    return made


def alpha_of(given: Sequence[Sequence[str]]) -> float:
    return float(alpha(*tally(given).sums()))


def alpha_from_matrix(given: Sequence[Sequence[str]]) -> float:
    """The same from the matrix of coincidences, as Krippendorff writes it."""
    pairs: Counter[tuple[str, str]] = Counter()
    for labels in given:
        for one, other in itertools.permutations(labels, 2):
            pairs[one, other] += 1 / (len(labels) - 1)  # type: ignore[assignment]  # shares of a pair
    totals: Counter[str] = Counter()
    for (one, _other), count in pairs.items():
        totals[one] += count
    whole = sum(totals.values())
    observed = sum(count for (one, other), count in pairs.items() if one != other)
    expected = sum(totals[one] * totals[other] for one in totals for other in totals if one != other)
    return 1 - (whole - 1) * observed / expected if expected else np.nan


@pytest.mark.parametrize(("rows", "value"), [(BINARY, 0.095), (NOMINAL, 0.692), (MISSING, 0.743)])
def test_textbook_values(rows: Sequence[str], value: float) -> None:
    assert alpha_of(columns(rows)) == pytest.approx(value, abs=5e-4)


@given(units)
def test_the_sums_give_what_the_matrix_gives(given: list[list[str]]) -> None:
    assert alpha_of(given) == pytest.approx(alpha_from_matrix(given), nan_ok=True)
    made = tally(given)
    each = dict(zip(made.labels, alpha_by_label(*made.sums()), strict=True))
    for label, value in each.items():
        against_rest = [["yes" if one == label else "no" for one in labels] for labels in given]
        assert value == pytest.approx(alpha_from_matrix(against_rest), nan_ok=True)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(2, 4)), min_size=2))
def test_identical_labels_give_one(same: list[tuple[str, int]]) -> None:
    value = alpha_of([[label] * annotators for label, annotators in same])
    assert value == 1 or (np.isnan(value) and len({label for label, _annotators in same}) == 1)


@given(units, st.randoms(use_true_random=False), st.permutations("abcd"))
def test_names_and_order_do_not_matter(given: list[list[str]], random: Any, renamed: list[str]) -> None:
    names = dict(zip("abcd", renamed, strict=True))
    other = [[names[label] for label in random.sample(labels, len(labels))] for labels in given]
    random.shuffle(other)
    assert alpha_of(other) == pytest.approx(alpha_of(given), nan_ok=True)


@given(units, units)
def test_sums_of_articles_add_up(one: list[list[str]], other: list[list[str]]) -> None:
    assert float(alpha(*tally(one, other).sums())) == pytest.approx(alpha_of(one + other), nan_ok=True)


def test_nothing_to_compare_is_not_defined() -> None:
    assert np.isnan(alpha_of([]))
    assert np.isnan(alpha_of([["a"], ["b"]]))
    assert np.isnan(alpha_of([["a", "a"], ["a", "a"]]))


def test_intervals_resample_articles() -> None:
    generator = np.random.default_rng(0)
    articles = []
    for _ in range(60):
        careless = generator.random() < 0.3  # whole articles are labelled badly
        gold = generator.choice(list("abc"), 10)
        articles.append([[str(g), str(generator.choice(list("abc"))) if careless else str(g)] for g in gold])
    together = measured(STANCE, tally(*articles))
    alone = measured(STANCE, tally(*([unit] for article in articles for unit in article)))
    assert together[0].label is None
    assert {row.label for row in together[1:]} == set("abc")
    for row, single in zip(together, alone, strict=True):
        assert row.alpha == pytest.approx(single.alpha)
        assert row.interval
        assert single.interval
        assert row.interval[0] < (row.alpha or 0) < row.interval[1]
        assert row.interval[1] - row.interval[0] > 1.3 * (single.interval[1] - single.interval[0])
    assert together[0].units == 600
    assert together[0].articles == 60
    assert measured(STANCE, tally(*articles)) == together


def test_one_article_or_one_label_has_no_interval() -> None:
    (row, *_labels) = measured(STANCE, tally(columns(BINARY)))
    assert row.alpha == pytest.approx(0.095, abs=5e-4)
    assert row.interval is None
    same = measured(STANCE, tally([["a", "a"]], [["a", "a"]]))
    assert [(row.alpha, row.interval) for row in same] == [(None, None), (None, None)]


TEXT = "Duval called the bank reckless. He did not apologise."


def labelled(annotator: str, stance: str, mention: str, holder: dict[str, str] | None, **more: Any) -> Article:
    """One article; what ``mention`` is called differs between annotators, and so does the holder's mention."""
    stances = [{"target": "the bank", "mention": mention, "label": stance, "holder": holder}]
    sentences = [{"start": 0, "end": 31, "stance": stance, "stances": stances, **more}, {"start": 32, "end": 53}]
    mentions = [
        {"id": mention, "start": 13, "end": 21},
        {"id": "h1", "start": 0, "end": 5, "entity": "D"},
        {"id": "h2", "start": 32, "end": 34, "entity": "D"},
    ]
    entities = [{"id": "D", "name": "Duval"}]
    fields = {"id": "a", "text": TEXT, "annotator": annotator, "entities": entities, "mentions": mentions}
    return Article.model_validate({**fields, "sentences": sentences})


def test_units_are_matched_by_offsets_and_holders_by_entity() -> None:
    one = ratings(labelled("A", "against", "m1", {"mention": "h1"}, topics=["economy", "politics"]))
    other = ratings(labelled("B", "against", "x9", {"mention": "h2"}, topics=[]))
    assert one[TARGET] == other[TARGET] == {(0, 31, "", 13, 21): "against"}
    assert one[HOLDER] == other[HOLDER] == {(0, 31, "", 13, 21): "Duval"}
    assert list(one[TOPIC].values()) == ["economy"]
    assert list(other[TOPIC].values()) == [NO_TOPIC]
    assert list(ratings(labelled("C", "against", "m1", None))[HOLDER].values()) == [AUTHOR]
    assert ratings(labelled("C", "against", "m1", None))[TOPIC] == {}


def test_only_articles_of_several_annotators_count(tmp_path: Path) -> None:
    records = [
        labelled("A", "against", "m1", {"mention": "h1"}),
        labelled("B", "neutral", "x9", None),
        labelled("A", "favor", "m1", None).model_copy(update={"id": "alone", "text": TEXT + " More."}),
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(dump_line, records)) + "\n", encoding="utf-8")
    report = check_labels([tmp_path])
    assert report.several == 1
    overall = [row for row in report.agreement if row.label is None]
    assert overall == [Agreement(task, None, 0.0, None, 1, 1, 0) for task in (STANCE, TARGET, HOLDER)]
    assert report.found["doubt", "disagreement"] == 3
    assert "'against' (A), 'neutral' (B)" in next(f.message for f in report.findings if f.kind == "disagreement")


def test_a_marked_target_is_the_same_however_it_is_called_and_units_of_one_annotator_are_counted() -> None:
    one, other = labelled("A", "against", "m1", None), labelled("B", "against", "x9", None, topics=["economy"])
    for sentence in other.sentences or []:
        for stance in sentence.stances or []:
            stance.target = "The Bank"
    assert ratings(one)[TARGET] == ratings(other)[TARGET]
    found = tally([["a"], ["a", "b"]])
    assert (found.units, found.alone) == (1, 1)


def test_annotators_without_a_name_are_not_merged(tmp_path: Path) -> None:
    names = [None, "no name", "B"]
    records = [labelled("A", label, "m1", None) for label in ("against", "neutral", "favor")]
    for record, name in zip(records, names, strict=True):
        record.annotator = name
    (tmp_path / "a.jsonl").write_text("\n".join(map(dump_line, records)) + "\n", encoding="utf-8")
    report = check_labels([tmp_path], suggest=False)
    assert [row.units for row in report.agreement if row.label is None] == [1, 1, 1]
    assert report.found["doubt", "disagreement"] == 2  # the holder is the author for all


def test_without_what_the_intervals_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    records = [labelled(name, "against", "m1", None).model_copy(update={"id": at}) for at in "xyz" for name in "AB"]
    (tmp_path / "a.jsonl").write_text("\n".join(map(dump_line, records)) + "\n", encoding="utf-8")
    report = check_labels([tmp_path], suggest=False)
    assert {row.interval for row in report.agreement} == {None}
    assert "no intervals of alpha: install stancelens[eval]" in report.notes


def test_who_settles_the_labels_of_others_is_not_counted(tmp_path: Path) -> None:
    records = [labelled(name, stance, "m1", None) for name, stance in (("A", "against"), ("B", "neutral"))]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(dump_line, records)) + "\n", encoding="utf-8")
    before = check_labels([path], suggest=False).agreement
    with path.open("a", encoding="utf-8") as handle:
        handle.write(dump_line(labelled("three passes, majority", "against", "m1", None)) + "\n")
    report = check_labels([path], suggest=False)
    assert report.agreement == before
    assert report.notes[-1].startswith("'three passes, majority' is no annotator of alpha")
    path.write_text("\n".join(map(dump_line, [records[0], labelled("settled", "favor", "m1", None)])), encoding="utf-8")
    assert check_labels([path]).several == 0
    assert [settles(name) for name in ("Adjudicated", "Goldberg", "pass A", None)] == [True, False, False, False]
