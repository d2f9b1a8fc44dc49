"""What Label Studio's controls hold, told by their names or by the user."""

from __future__ import annotations

from pathlib import Path

import pytest
from stancelens.data.importers.columns import Columns
from stancelens.data.importers.label_studio_roles import role

from .label_fixtures import TEXT, annotation, choice, labels, read, reasons, region, task, told, write, written

BANK = region("k2", 17, 21, "against")


def test_label_studio_controls_of_other_names(tmp_path: Path) -> None:
    marked = region("q", 17, 21, "CON", control="q1")
    results = (
        marked,
        choice("q2", "banks"),
        {**choice("tree", "x"), "type": "taxonomy", "value": {"taxonomy": [["a", "b"]]}},
    )
    path = write(tmp_path / "a.json", task(annotation(*results), data={"body_1": TEXT, "x": "y"}))
    (article,), skipped = read(path, body_1="text", q1="stance", q2="topics", tree="topics")
    assert (article.topics, told(article), skipped) == (["banks", "a > b"], [("bank", "bank", None, "CON")], [])
    sentence = read(path, body_1="text", q1="sentence stance", q2="tags")[0]
    assert labels(sentence[0]) == [("bank", None, "CON")]


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("stance_target", "target"),
        ("stance_holder", "holder"),
        ("targetStance", "stance"),
        ("sentiment_target", "target"),
        ("Sentiment-2", "stance"),
        ("stance_toward_target", "stance"),
        ("sentence_categories", "topics"),
        ("topic_comment", "comment"),
        ("stage", None),
        ("footage", None),
        ("none_of_text", "none_of"),
    ],
)
def test_label_studio_the_last_word_of_a_name_decides(name: str, held: str | None) -> None:
    assert role(name, Columns({}, ())) == held


def test_label_studio_text_areas_are_no_classes(tmp_path: Path) -> None:
    """What somebody wrote is a label only where the control's name says of what, and never a stance."""
    path = write(
        tmp_path / "a.json",
        task(
            annotation(
                BANK,
                written("stance_target", "the banks", of=BANK),
                written("stance_holder", "Orr", of=BANK),
                written("polarity", "bad", of=BANK),
                written("why", "pro", of=BANK),
                written("sentiment", "bad"),
                written("why", "not sure"),
                written("comment", "not sure"),
                written("topic", "law"),
            )
        ),
    )
    (article,), skipped = read(path)
    assert (told(article), article.topics) == ([("the banks", "bank", "Orr", "against")], ["law"])
    assert reasons(skipped) == [
        "control 'polarity': a text area holds no stance",
        "control 'why': its name does not say what it holds; name it with columns",
        "control 'sentiment': a text area holds no stance",
        "control 'why': its name does not say what it holds; name it with columns",
        "control 'comment': the whole text has no comment",
    ]


def test_label_studio_the_text_may_be_called_like_a_label(tmp_path: Path) -> None:
    """In the full export only JSON-MIN's labels stand beside the text."""
    topic = annotation(choice("q", "law"))
    (article,), _ = read(write(tmp_path / "a.json", task(topic, data={"stage_text": TEXT})))
    assert article.text == TEXT
    (article,), _ = read(write(tmp_path / "a.json", task(topic, data={"target_text": TEXT})))
    assert article.text == TEXT
    found, skipped = read(write(tmp_path / "a.json", task(topic, data={"target_text": TEXT, "note": "see page 3"})))
    assert (found, reasons(skipped)[0][:36]) == ([], "no text; found 'target_text', 'note'")
