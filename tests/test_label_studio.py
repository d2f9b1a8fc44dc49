"""The files that Label Studio writes. Numbers are issues of HumanSignal/label-studio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stancelens.data.label_files import export_labels, import_labels

from .label_fixtures import (
    MINIMAL,
    TEXT,
    annotation,
    choice,
    labels,
    read,
    reasons,
    region,
    relation,
    task,
    told,
    write,
    written,
)

DUVAL, BANK = region("aB1-x_", 0, 5, "PER"), region("k2", 17, 21, "against")
OUTSIDE = region("x", 50, 55, "PER", text=None)
BOTH = ["economy", "law"]
ISSUE = region("i", 0, 31, "Issue")
ALL = region("s1", 0, 31, "Sentence")
TOLD = region("d2", 32, 33, "Mention", text=None)
PRO = choice("target_stance", "pro", of=ISSUE)


def test_label_studio_annotation_with_labels_choices_and_relation(tmp_path: Path) -> None:
    results = (
        ALL,
        choice("topics", "economy", of=ALL),
        choice("sentiment", "negative", of=ALL),
        DUVAL,
        BANK,
        relation(DUVAL, BANK, "holder"),
        choice("category", "business", "banks"),
    )
    (article,), skipped = read(write(tmp_path / "a.json", task(annotation(*results, by={"id": 3, "email": "e@q.org"}))))
    assert skipped == []
    assert (article.id, article.source, article.annotator) == ("5", "Quay Post", "e@q.org")
    assert article.topics == ["business", "banks"]
    assert labels(article) == [("Duval called the bank reckless.", ["economy"], "negative")]
    assert told(article) == [("bank", "bank", "Duval", "against")]
    assert [(e.name, e.kind) for e in article.entities or []] == [("Duval", "PER")]


def test_label_studio_own_export_and_its_reimport(tmp_path: Path) -> None:
    """#889, #5654: what was imported is in the export, and the export can be imported."""
    path = write(
        tmp_path / "a.json", task(annotation(DUVAL, BANK, by=1), annotation(region("q", 17, 21, "favor"), by=2))
    )
    import_labels([path], tmp_path / "l.jsonl")
    export_labels([tmp_path / "l.jsonl"], tmp_path / "b.json", "label-studio")
    (again,) = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert again["data"] == {"text": TEXT, "id": "5", "source": "Quay Post"}
    assert [len(one["result"]) > 0 for one in again["annotations"]] == [True, True]
    assert "predictions" not in again
    assert not any("completed_by" in one for one in again["annotations"])  # an account that the instance may not know
    assert read(tmp_path / "b.json")[0] == read(path)[0]


def test_label_studio_annotators_stay_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", task(annotation(BANK, by=1), annotation(region("q", 17, 21, "favor"), by=2)))
    assert [(a.annotator, told(a)[0][3]) for a in read(path)[0]] == [("1", "against"), ("2", "favor")]


def test_label_studio_regions_without_their_text_are_read_by_offsets(tmp_path: Path) -> None:
    """#6027."""
    path = write(tmp_path / "a.json", task(annotation(region("q", 17, 21, "favor", text=None))))
    assert told(read(path)[0][0]) == [("bank", "bank", None, "favor")]


def test_label_studio_region_behind_an_emoji(tmp_path: Path) -> None:
    """#1347."""
    path = write(tmp_path / "a.json", task(annotation(region("q", 39, 43, "favor", text="bank"))))
    found, skipped = read(path)
    assert told(found[0]) == [("bank", "bank", None, "favor")]
    assert (found[0].mentions or [])[0].start == 38
    assert reasons(skipped) == ["corrected: 1 offsets were counted in UTF-16 code units"]
    result = import_labels([path], tmp_path / "out.jsonl")
    assert (len(result.corrected), result.skipped) == (1, [])


def test_label_studio_the_last_annotation_counts(tmp_path: Path) -> None:
    late = annotation(region("q", 17, 21, "favor"), updated_at="2024-05-01T00:00:00Z")
    for order in ([late, annotation(BANK)], [annotation(BANK), late]):
        found, skipped = read(write(tmp_path / "a.json", task(*order)))
        assert [told(article)[0][3] for article in found] == ["favor"]
        assert reasons(skipped) == ["annotator 1 annotated the task twice: only the last time is kept"]


def test_label_studio_before_1_0(tmp_path: Path) -> None:
    old = {
        "id": 1001,
        "data": {"text": TEXT},
        "completions": [{"id": 1001, "result": [BANK], "created_at": 1609789589}],
    }
    (article,), skipped = read(write(tmp_path / "a.json", old))
    assert (article.annotator, told(article), skipped) == (None, [("bank", "bank", None, "against")], [])


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (task(annotation(BANK, was_cancelled=True)), "cancelled by annotator 1"),
        (task(annotation(BANK, skipped=True)), "cancelled by annotator 1"),
        (task(), "not annotated"),
        (task(annotation()), "no labels"),
        (task(annotation(BANK), predictions=[286, 287]), "2 predictions, given only as numbers"),  # 5654, 9709
        (task(annotation(BANK), predictions=[{"result": [BANK]}]), "1 predictions, which are not annotations"),
        (task(annotation(BANK), drafts=[{"result": [BANK]}]), "1 drafts, which were not submitted"),
        (task(annotation(BANK), annotations=[12]), "an annotation given only as a number"),
        (task(annotation(BANK), text=" "), "no text"),
        (task(annotation(BANK), text="https://q.org/1.txt"), "the text is not in the file but at https://q.org/1.txt"),
        (task(annotation(BANK), data={"a": "x", "b": "y"}), "no text; found 'a', 'b': name the one that holds it"),
        (task(annotation(BANK), data={"text": "\ud83d"}), "broken encoding: half of a surrogate pair"),
        (
            task(annotation(BANK, OUTSIDE)),
            "PER: region 50-55 lies outside the text",
        ),  # 2007
        (task(annotation(BANK, region("q", 1, 4, "PER", text="Duv"))), "PER: region 1-4 should read 'Duv' but"),
        (task(annotation(BANK, region("q", 0, 5))), "region 0-5 has no label"),  # 1601
        (task(annotation(BANK, region("q", 0, 5, "PER", "ORG"))), "mention 0-5: 2 values of kind, only 'PER' is kept"),
        (task(annotation(BANK, {**DUVAL, "value": {"start": "/p[1]"}})), "region aB1-x_: no offsets into the text"),
        (task(annotation(BANK, 7)), "1 results are no objects"),  # type: ignore[arg-type]
        (task(annotation(BANK, {**choice("q", "5"), "type": "rating"})), "control 'q': results of type 'rating' have"),
        (
            task(annotation(BANK, choice("sentiment", "good", of=OUTSIDE))),
            "control 'sentiment': its",
        ),
        (task(annotation(DUVAL, choice("q7", "loud", of=DUVAL))), "control 'q7' of mention 0-5: its name does not say"),
        (task(annotation(DUVAL, choice("topics", "law", of=DUVAL))), "control 'topics': a mention 0-5 has no topics"),
        (task(annotation(BANK, choice("holder", "Duval"))), "control 'holder': the whole text has no holder"),
        (task(annotation(DUVAL, BANK, relation(DUVAL, BANK, "kin"))), "relation kin has no place in the records"),
        (task(annotation(DUVAL, BANK, relation(DUVAL, BANK))), "relation without a label has no place"),
        (
            task(annotation(DUVAL, BANK, relation(DUVAL, BANK, "holder", direction="bi"))),
            "relation 'holder' has no dir",
        ),
        (
            task(annotation(BANK, relation(DUVAL, BANK, "holder"))),
            "relation 'holder': a region that it joins is missing",
        ),
        (task(annotation(ALL, region("t", 5, 40, "Sentence"))), "sentence 5-40 overlaps the one at 0-31"),
        (
            task(annotation(ALL, choice("stance", "for", "con", of=ALL))),
            "sentence 0-31 has 2 stances: only 'for' is kept",
        ),
        (
            task(annotation(ALL, choice("stance", "for"))),
            "stance 'for' of the whole text: its sentences have their own",
        ),
        (task(annotation(ALL, region("t", 32, 37, "for"))), "stance at 32-37: it is not inside one sentence"),
        (task(annotation(BANK, choice("stance", "pro", of=BANK))), "stance at 17-21: 2 labels, only 'against' is kept"),
        (
            task(annotation(ISSUE, choice("stance", "pro", of=ISSUE))),
            "stance at 0-31: no",
        ),
        (task(annotation(ISSUE)), "issue 0-31 has no stance: it cannot be held"),
        (task(annotation(DUVAL, choice("holder", "x", of=DUVAL))), "mention 0-5 has no stance: holder cannot be held"),
        (
            task(annotation(BANK, choice("holder", "x", "y", of=BANK))),
            "stance at 17-21: 2 holders, only the first is kept",
        ),
        (
            task(annotation(DUVAL, BANK, relation(DUVAL, BANK, "holder"), choice("by", "author", of=BANK))),
            "stance at 17-21: 2 holders, only the first is kept",
        ),
        (task(annotation(BANK, choice("by", "us", of=BANK))), "stance at 17-21: by 'us', which is not 'author'"),
        (
            task(annotation(ALL, choice("stance", "pro", of=ALL), DUVAL, relation(DUVAL, ALL, "holder"))),
            "relation 'holder': sentence 0-31 has no stance toward a target",
        ),
        (
            task(annotation(DUVAL, TOLD, relation(TOLD, DUVAL, "holder"))),
            "relation 'holder': mention 0-5 has no stance toward a target",
        ),
        (
            task(annotation(ALL, BANK, relation(ALL, BANK, "holder"))),
            "relation 'holder': sentence 0-31 is no mention",
        ),
        (
            task(annotation(DUVAL, BANK, relation(BANK, DUVAL, "about"))),
            "relation 'about': mention 17-21 is no issue",
        ),
        (
            task(annotation(ISSUE, PRO, DUVAL, BANK, relation(ISSUE, DUVAL, "about"), relation(ISSUE, BANK, "about"))),
            "stance at 0-31: it is about 2 mentions, only the first is kept",
        ),
        (task(annotation(choice("stance", "pro", "con"))), "stance 'con' of the whole text: only 'pro' is kept"),
        (
            task(annotation(choice("q", "pro"), choice("r", "con"))),
            "stance 'con' of the whole text: only 'pro' is kept",
        ),
        (
            task(annotation(choice("q", "tag:irony"))),
            "label 'tag:irony' of the whole text: only a marked span can hold",
        ),
        (task(annotation(choice("none_of_text", "stances"))), "control 'none_of_text': the whole text has no stances"),
        (
            task(annotation(region("q", 0, 5, "Issue", "PER"), choice("stance", "pro", of=region("q", 0, 5)))),
            "issue 0-5 has no kind: 'PER' is not kept",
        ),
        (task(annotation(BANK, choice("entities", "{"))), "entity '{' is not written as JSON"),
        (task(annotation(BANK, choice("entities", "{}"))), "entity {}: Field required"),
        ([1], "not a JSON object"),
    ],
)
def test_label_studio_says_what_it_leaves_out(made: Any, reason: str, tmp_path: Path) -> None:
    _, skipped = read(write(tmp_path / "a.json", made), "label-studio")
    assert reason in [one[: len(reason)] for one in reasons(skipped)]
    assert {one.line for one in skipped} == {1}


def test_label_studio_an_issue_names_its_target_as_an_entity(tmp_path: Path) -> None:
    """A holder's arrow is one holder, the author another."""
    stance = choice("target_stance", "pro", of=ISSUE)
    entity, target = written("entity", "Tax", of=ISSUE), written("target", "the tax", of=ISSUE)
    (article,), skipped = read(write(tmp_path / "a.json", task(annotation(ALL, ISSUE, stance, entity))))
    assert (told(article), skipped) == ([("Tax", None, None, "pro")], [])
    (article,), skipped = read(write(tmp_path / "a.json", task(annotation(ALL, ISSUE, stance, entity, target))))
    assert told(article) == [("the tax", None, None, "pro")]
    assert reasons(skipped) == ["stance at 0-31: its target is 'the tax', so entity 'Tax' is not kept"]


def test_label_studio_relations_have_a_direction(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", task(annotation(DUVAL, BANK, relation(BANK, DUVAL, "Holder", direction="left"))))
    assert told(read(path)[0][0]) == [("bank", "bank", "Duval", "against")]


def test_label_studio_json_min(tmp_path: Path) -> None:
    other = {**MINIMAL, "annotator": "tom@q.org", "annotation_id": 12}
    found, skipped = read(write(tmp_path / "a.json", MINIMAL, other, {**MINIMAL, "annotation_id": None}))
    assert [(a.id, a.annotator, a.topics) for a in found] == [("5", "2", BOTH), ("5", "tom@q.org", BOTH)]
    assert [told(a) for a in found] == [[("bank", "bank", None, "against")]] * 2
    assert (found[0].source, (found[0].sentences or [])[0].stance) == ("Quay Post", "negative")
    assert reasons(skipped) == ["not annotated"]


def test_label_studio_json_min_loses_regions_of_choices(tmp_path: Path) -> None:
    """#1803: nor does it hold relations."""
    several = {**MINIMAL, "feeling": ["good", {"start": 17, "end": 21, "text": "bank", "choices": ["bad", "worse"]}]}
    _, skipped = read(write(tmp_path / "a.json", several, {**MINIMAL, "target_stance": "favor"}))
    said = "JSON-MIN does not say of which region each choice is; export JSON"
    assert [reason for reason in reasons(skipped) if said in reason] == [
        f"'feeling': {said}",
        f"'target_stance': {said}",
    ]
