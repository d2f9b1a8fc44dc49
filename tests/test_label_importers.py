"""Offsets, and the files that doccano writes. Numbers are issues of doccano/doccano and label-studio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stancelens.data.importers.offsets import Place, settle
from stancelens.data.label_files import export_labels

from .label_fixtures import (
    RELATIONS,
    TEXT,
    labels,
    read,
    told,
    write,
)


def test_offsets_in_code_points_stay() -> None:
    assert settle("🚢 bank", [Place(2, 6, "bank"), Place(0, 1, "🚢")]) == ([(2, 6), (0, 1)], 0)


def test_offsets_that_fit_only_as_utf16_are_mended_with_those_beside_them() -> None:
    """#1347: an annotation behind an emoji is off by one for each emoji before it."""
    assert settle("🚢🚢 bank, bank", [Place(5, 9, "bank"), Place(11, 15, "bank")]) == ([(3, 7), (9, 13)], 2)
    assert settle("🚢🚢 bank, bank again", [Place(5, 9, "bank"), Place(11, 15)]) == ([(3, 7), (9, 13)], 2)
    assert settle("🚢 bank", [Place(3, 7)]) == ([(2, 6)], 1)  # past the end of 6 characters, so UTF-16


def test_one_tool_counts_one_way() -> None:
    """An offset that can only be code points keeps those beside it that quote nothing from being moved."""
    found, mended = settle("🚢 bank bank", [Place(2, 6, "bank"), Place(3, 7), Place(8, 12, "bank")])
    assert (found, mended) == ([(2, 6), (3, 7), (7, 11)], 1)
    assert settle("🚢 a bank", [Place(1, 2), Place(5, 9)])[0] == [(1, 2), (4, 8)]


def test_half_an_emoji_is_no_offset() -> None:
    reason = "region 1-4 should read 'x b' but the text there reads ' bc'"
    assert settle("🚢 bc", [Place(1, 3, " b"), Place(1, 4, "x b")])[0] == [(1, 3), reason]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Place(3, 3), "region 3-3 is empty"),
        (Place(4, 2, "x"), "region 4-2 is empty"),
        (Place(3, 9), "region 3-9 lies outside the text of 6 characters"),  # 2007
        (Place(-1, 2), "region -1-2 lies outside the text of 6 characters"),
        (Place(0, 4, "bank"), "region 0-4 should read 'bank' but the text there reads 'a ba'"),
    ],
)
def test_offsets_that_do_not_fit(place: Place, reason: str) -> None:
    assert settle("a bank", [place, Place(2, 6, "bank")]) == ([reason, (2, 6)], 0)


def test_white_space_is_quoted_otherwise() -> None:
    """#539: the editor counts CRLF as two characters but quotes a region's line breaks in its own way."""
    text = "One.\r\nTwo three."
    for quoted in ("One.\r\nTwo", "One.\nTwo", "One.\n\nTwo", "One.\\nTwo", "One. Two"):
        assert settle(text, [Place(0, 9, quoted)]) == ([(0, 9)], 0)
    assert settle(text, [Place(6, 9, "Two")]) == ([(6, 9)], 0)


# doccano -------------------------------------------------------------------------------------------------------------


def test_doccano_spans_and_relations(tmp_path: Path) -> None:
    (article,), skipped = read(write(tmp_path / "all.jsonl", RELATIONS))
    assert (article.id, article.source, article.date, article.annotator) == ("2547", "Quay Post", None, None)
    assert labels(article) == [("Duval called the bank reckless.", ["economy"], None)]
    assert told(article) == [("bank", "bank", "Duval", "against")]
    assert skipped == []


@pytest.mark.parametrize("key", ["label", "labels", "entities"])
@pytest.mark.parametrize("text", ["text", "data"])
def test_doccano_reads_import_and_export_keys(key: str, text: str, tmp_path: Path) -> None:
    """#113, #187: the keys of its export are not those of its import; #1795: the text may stand under "data"."""
    (article,), _ = read(write(tmp_path / "a.jsonl", {"id": 1, text: TEXT, key: [[17, 21, "target:against"]]}))
    assert told(article) == [("bank", "bank", None, "against")]


@pytest.mark.parametrize("key", ["label", "labels", "cats", "categories"])
def test_doccano_classification(key: str, tmp_path: Path) -> None:
    lines = [
        {"text": TEXT, key: ["economy", "topic:law"]},
        {"text": TEXT, key: ["NEGATIVE"]},
        {"text": TEXT, key: "stance:so"},
    ]
    first, second, third = read(write(tmp_path / "a.jsonl", *lines))[0]
    assert (first.id, first.topics, first.sentences) == ("a#1", ["economy", "law"], None)
    assert labels(second) == [(TEXT, None, "NEGATIVE")]
    assert labels(third) == [(TEXT, None, "so")]


def test_doccano_one_file_for_each_annotator(tmp_path: Path) -> None:
    """#2317, #2329: whose labels they are is only in the file's name."""
    (tmp_path / "out").mkdir()
    for user, label in (("eva", "favor"), ("tom", "against"), ("all", "neutral")):
        write(
            tmp_path / "out" / f"{user}.jsonl",
            {"id": 1, "text": TEXT, "annotator": "first", "label": [[17, 21, label]]},
        )
    found = read(tmp_path / "out")[0]
    assert [(a.annotator, told(a)[0][3]) for a in found] == [("first", "neutral"), ("eva", "favor"), ("tom", "against")]


def test_doccano_before_1_0_says_who_in_the_line(tmp_path: Path) -> None:
    rows = [
        {"label": 7, "start_offset": 17, "end_offset": 21, "user": u, "label_name": n}
        for u, n in ((1, "pro"), (2, "con"))
    ]
    found, _ = read(write(tmp_path / "a.jsonl", {"id": 3, "text": TEXT, "annotations": rows, "meta": {}}))
    assert [(a.id, a.annotator, told(a)[0][3]) for a in found] == [("3", "1", "pro"), ("3", "2", "con")]


def test_doccano_corrected_labels_keep_their_names(tmp_path: Path) -> None:
    """Spans are numbered anew and labels are changed: targets and entities are found again by place."""
    sentence = {"start": 0, "end": 31, "stances": [{"target": "the banks", "mention": "x", "label": "favor"}]}
    record = {"schema": 1, "id": "a", "text": TEXT, "sentences": [sentence]}
    record |= {
        "entities": [{"id": "E7", "name": "Quay Bank"}],
        "mentions": [{"id": "x", "start": 17, "end": 21, "entity": "E7"}],
    }
    export_labels([write(tmp_path / "a.jsonl", record)], tmp_path / "b.jsonl", "doccano")
    line = json.loads((tmp_path / "b.jsonl").read_text(encoding="utf-8"))
    line["entities"] = [
        {**e, "id": e["id"] + 400, "label": e["label"].replace("favor", "against")} for e in line["entities"]
    ]
    (article,), skipped = read(write(tmp_path / "c.jsonl", line))
    assert told(article) == [("the banks", "bank", None, "against")]
    assert ((article.mentions or [])[0].entity, skipped) == ("E7", [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"label": ["x"]}, "no text: no key 'text' or 'data'"),
        ({"text": TEXT, "label": []}, "no labels"),
        ({"text": " ", "label": ["x"]}, "no text"),
        ({"text": TEXT, "label": ["x"], "Comments": ["unsure"]}, "comment 'unsure' has no place in the records"),
        ({"text": TEXT, "label": ["x"], "Comments": [{"id": 1, "comment": "hm"}]}, "comment 'hm' has no place"),
        ({"text": TEXT, "label": ["x"], "annotations": [{"label": 7}]}, "label 7 is a number: export with the names"),
        ({"text": TEXT, "label": ["x", 7]}, "label 7 is neither a name nor a span"),
        ({"text": TEXT, "label": ["x", [1, "b", "y"]]}, "label [1, 'b', 'y'] is no span: start, end and a name"),
        ({"text": TEXT, "label": ["x", [0, 99, "PER"]]}, "'PER': region 0-99 lies outside the text of 53 characters"),
        (
            {**RELATIONS, "relations": [{"from_id": 91, "to_id": 7, "type": "holder"}]},
            "relation 'holder': a span that it",
        ),
        ({**RELATIONS, "relations": [{"from_id": 91, "to_id": 92, "type": "kin"}]}, "relation 'kin' has no place"),
        ({**RELATIONS, "relations": [3]}, "relation 3 joins nothing"),
        ({"text": TEXT, "label": ["x"], "stancelens": {"entities": [{}]}}, "entity {}: Field required"),
        ({"text": "🚢 bank", "label": [[3, 7, "pro"]]}, "corrected: 1 offsets were counted in UTF-16 code units"),
        ('{"text": ', "broken JSON: "),
    ],
)
def test_doccano_says_what_it_leaves_out(line: Any, reason: str, tmp_path: Path) -> None:
    _, skipped = read(write(tmp_path / "a.jsonl", line), "doccano")
    assert [(one.line, one.reason[: len(reason)]) for one in skipped] == [(1, reason)]


def test_a_line_separator_in_a_text_ends_no_line(tmp_path: Path) -> None:
    lines = [{"text": "One.\u2028Two.\x85", "label": ["x"]}] * 2
    found, skipped = read(write(tmp_path / "a.jsonl", *lines))
    assert ([article.text for article in found], skipped) == (["One.\u2028Two.\x85"] * 2, [])


def test_doccano_names_by_columns(tmp_path: Path) -> None:
    line = {"column_data": TEXT, "column_label": ["MACRO", [17, 21, "PRO"]]}
    columns = {"column_data": "text", "column_label": "label", "MACRO": "topic:economy", "PRO": "target:favor"}
    (article,), _ = read(write(tmp_path / "a.jsonl", line), "doccano", **columns)
    assert (article.topics, told(article)) == (["economy"], [("bank", "bank", None, "favor")])
