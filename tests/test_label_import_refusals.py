"""What is no label is not imported, and says so: predictions, bare articles, files of another kind, unread columns."""

from __future__ import annotations

from pathlib import Path

import pytest
from stancelens.data.importers.pages import is_stance
from stancelens.data.label_files import detect, import_labels
from stancelens.data.schema import load_articles

from .label_fixtures import reasons, write


def test_named_columns_also_tell_the_format(tmp_path: Path) -> None:
    table = write(tmp_path / "odd.csv", "Utterance,Leaning\nHomes are dear.,agree\n")
    columns = {"Utterance": "text", "Leaning": "stance"}
    assert detect(table, columns) == "table"
    with pytest.raises(ValueError, match="format unknown"):
        detect(table)
    import_labels([table], tmp_path / "out.jsonl", columns=columns)
    (article,) = load_articles(tmp_path / "out.jsonl")
    assert [s.stance for s in article.sentences or []] == ["agree"]


def test_columns_that_are_not_understood_are_named(tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", "text,stance,Coder initials,wave\nHomes are dear.,agree,AB,2\n")
    found = import_labels([table], tmp_path / "out.jsonl")
    assert reasons(found.skipped) == [
        "columns 'Coder initials', 'wave' are not read: name what they hold, if it is needed"
    ]


def test_predictions_as_tables_are_no_labels(tmp_path: Path) -> None:
    head = "article_id,sentence,start,end,text,topic,stance,stance_source"
    table = write(tmp_path / "sentences.csv", f"{head}\na,0,0,3,Hi.,sport,neutral,targets\n")
    with pytest.raises(ValueError, match="predictions of StanceLens, not labels"):
        import_labels([table], tmp_path / "out.jsonl")


def test_articles_without_labels_are_skipped(tmp_path: Path) -> None:
    sentences = [{"start": 0, "end": 3}]
    bare = {"schema": 1, "id": "a", "text": "Hi."}
    file = write(tmp_path / "a.jsonl", bare, bare | {"id": "b", "sentences": sentences})
    found = import_labels([file], tmp_path / "out.jsonl")
    assert found.articles == 0
    assert reasons(found.skipped) == ["'a' has no labels", "'b' has no labels"]
    none_found = bare | {"id": "c", "sentences": [{"start": 0, "end": 3, "stances": []}]}
    assert import_labels([write(tmp_path / "b.jsonl", none_found)], tmp_path / "out.jsonl").articles == 1


@pytest.mark.parametrize("name", ["bbc", "seesaw", "summaries", "allsides", "real", "sentfin", "gwsd", "finentity"])
@pytest.mark.parametrize("content", ['{"x": 1}\n', "", "plain text\n", "[[1]]\n"])
def test_files_of_another_kind_are_refused_in_a_sentence(name: str, content: str, tmp_path: Path) -> None:
    file = write(tmp_path / "articles.jsonl", content)
    found, message = 0, str(file)
    try:
        found = import_labels([file], tmp_path / "out.jsonl", name).articles
    except ValueError as error:
        message = str(error)
    assert (found, str(file) in message) == (0, True)


def test_a_path_may_be_text(tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", "text,stance\nHomes are dear.,agree\n")
    assert import_labels([str(table)], str(tmp_path / "out.jsonl")).articles == 1  # type: ignore[list-item, arg-type]


@pytest.mark.parametrize("label", ["strongly agree", "Somewhat-disagree", "very_negative", "favor"])
def test_all_steps_of_a_scale_are_stances(label: str) -> None:
    assert is_stance(label)


def test_other_words_are_topics() -> None:
    assert not any(map(is_stance, ("sport", "very sport", "strongly", "agree to disagree")))
