"""What the labels of every tool have in common: stances of the whole text, entities, and names given by the user."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .label_fixtures import TEXT, annotation, answer, choice, labels, read, reasons, region, task, told, write

ONLY_ONE = ["stance 'against' of the whole text: only 'favor' is kept"]


def test_a_text_has_one_stance(tmp_path: Path) -> None:
    options: dict[str, Any] = {"options": [{"id": "favor"}, {"id": "against"}], "accept": ["favor", "against"]}
    for line in ({"id": 1, "text": TEXT, "label": ["favor", "against"]}, answer(**options)):
        (article,), skipped = read(write(tmp_path / "a.jsonl", line))
        assert (labels(article), reasons(skipped)) == ([(TEXT, None, "favor")], ONLY_ONE)
    assert not read(write(tmp_path / "a.jsonl", {"id": 1, "text": TEXT, "label": ["favor", "stance:favor"]}))[1]


def test_labels_of_spans_are_no_classes(tmp_path: Path) -> None:
    names = ["tag:irony", "target:favor", "issue:pro", "Sentence", "topic:law"]
    (article,), skipped = read(write(tmp_path / "a.jsonl", {"id": 1, "text": TEXT, "label": names}))
    assert (article.topics, article.sentences) == (["law"], None)
    assert reasons(skipped) == [
        f"label {name!r} of the whole text: only a marked span can hold it" for name in names[:4]
    ]


def test_names_of_two_kinds_are_two_entities(tmp_path: Path) -> None:
    """Nor is a span whose text looks like an id the entity of that id."""
    text = "Washington met. Washington fell, e1 and Washington."
    spans = [[0, 10, "PER"], [16, 26, "LOC"], [33, 35, "ORG"], [40, 50, "PER"]]
    (article,), skipped = read(write(tmp_path / "a.jsonl", {"id": 1, "text": text, "label": spans}))
    named = [(entity.name, entity.kind) for entity in article.entities or []]
    assert named == [("Washington", "PER"), ("Washington", "LOC"), ("e1", "ORG")]
    assert [mention.entity for mention in article.mentions or []] == ["e1", "e2", "e3", "e1"]
    assert skipped == []


def test_an_entity_has_one_kind(tmp_path: Path) -> None:
    first, second = region("a", 0, 5, "PER"), region("b", 17, 21, "ORG")
    results = (first, choice("entity", "Quay Bank", of=first), second, choice("entity", "Quay Bank", of=second))
    (article,), skipped = read(write(tmp_path / "a.json", task(annotation(*results))))
    assert [(entity.name, entity.kind) for entity in article.entities or []] == [("Quay Bank", "PER")]
    assert reasons(skipped) == ["mention 17-21: 'Quay Bank' is of kind 'PER', so 'ORG' is not kept"]


def test_numbers_that_pandas_wrote_as_floats_are_whole(tmp_path: Path) -> None:
    rows = [{"id": 7.0, "text": "A.", "annotator": who, "label": ["x"]} for who in (1.0, 2.0, float("nan"))]
    found, _ = read(write(tmp_path / "a.jsonl", *rows))
    assert [(article.id, article.annotator) for article in found] == [("7", "1"), ("7", "2"), ("7", None)]


# Names given by the user ---------------------------------------------------------------------------------------------

DOCCANO: dict[str, Any] = {"id": 1, "text": TEXT, "label": [[17, 21, "PRO"], "x"]}


@pytest.mark.parametrize(
    ("format", "holds", "reason"),
    [
        (
            "doccano",
            "labels",
            "column 'PRO': 'labels' is none of text, label, sentence, mention, issue, holder, about, to",
        ),
        ("doccano", "target:", "column 'PRO': 'target:' is none of text, label, "),
        ("prodigy", "label", "column 'PRO': 'label' is none of text, sentence, "),
        ("label-studio", "stances", "column 'PRO': 'stances' is none of text, topics, "),
    ],
)
def test_columns_that_hold_nothing_known_are_refused(format: str, holds: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^{reason}"):
        read(write(tmp_path / "a.jsonl", DOCCANO), format, PRO=holds)


def test_columns_are_written_in_any_case(tmp_path: Path) -> None:
    (article,), skipped = read(write(tmp_path / "a.jsonl", DOCCANO), "doccano", PRO="Target: Für")
    assert (told(article), skipped) == ([("bank", "bank", None, "Für")], [])
    marked = region("q", 17, 21, "CONX", control="q1")
    (article,), skipped = read(write(tmp_path / "a.json", task(annotation(marked))), "label-studio", q1=" Stance")
    assert (told(article), skipped) == ([("bank", "bank", None, "CONX")], [])


@pytest.mark.parametrize("format", ["doccano", "prodigy", "label-studio"])
def test_columns_that_the_file_does_not_have_are_reported(format: str, tmp_path: Path) -> None:
    made = {"doccano": DOCCANO, "prodigy": answer(label="x"), "label-studio": task(annotation(choice("q", "x")))}[
        format
    ]
    (article,), skipped = read(
        write(tmp_path / "a.jsonl", made), format, q9="topic:law" if format != "label-studio" else "topics"
    )
    assert (article.topics, reasons(skipped)) == (["x"], ["columns: nothing is called 'q9'"])


def test_a_key_of_labels_is_read_once(tmp_path: Path) -> None:
    (article,), _ = read(write(tmp_path / "a.jsonl", DOCCANO), "doccano", label="label")
    assert (article.topics, told(article)) == (["x"], [("bank", "bank", None, "PRO")])


def test_sentence_stance_of_choices(tmp_path: Path) -> None:
    marked = region("s", 0, 31, "Sentence")
    path = write(tmp_path / "a.json", task(annotation(marked, choice("q3", "good", of=marked))))
    (article,), skipped = read(path, "label-studio", q3="sentence stance")
    assert (labels(article), skipped) == ([(TEXT[:31], None, "good")], [])
    path = write(tmp_path / "a.json", task(annotation(choice("q3", "good"))))
    (article,), skipped = read(path, "label-studio", q3="sentence stance")
    assert (labels(article), skipped) == ([(TEXT, None, "good")], [])
    (article,), _ = read(write(tmp_path / "a.json", {**MINI, "q3": "good"}), "label-studio", q3="sentence_stance")
    assert labels(article) == [(TEXT, None, "good")]


MINI = {"text": TEXT, "id": 5, "annotation_id": 11, "lead_time": 1.0}
