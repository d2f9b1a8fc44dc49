"""What `labels check` finds: each finding from the smallest file that has it, and none where there is nothing."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.data.label_findings import LISTED, Finding
from stancelens.data.label_names import edit_distance
from stancelens.evaluation.label_report import LabelReport, as_json, check_labels
from stancelens.evaluation.label_text import render

GOLD = Path(__file__).parents[1] / "data" / "gold"
TEXT = "The mayor praised the bridge. Drivers had waited."
FIRST, SECOND = {"start": 0, "end": 29}, {"start": 30, "end": 49}
MAYOR, BRIDGE = {"id": "m0", "start": 0, "end": 9}, {"id": "m1", "start": 18, "end": 28}
Record = dict[str, Any]


def record(name: str = "a", text: str = TEXT, **fields: Any) -> Record:
    return {"schema": 1, "id": name, "text": text, **fields}


def stanced(name: str, label: str, **fields: Any) -> Record:
    """A record of its own text whose only sentence has a stance."""
    text = f"Story {name} of the bridge."
    return record(name, text, sentences=[{"start": 0, "end": len(text), "stance": label}], **fields)


def toward(label: str, target: str = "bridge", **fields: Any) -> Record:
    return {"target": target, "label": label, "holder": None, **fields}


def check(folder: Path, records: Iterable[Record | str], suggest: bool = False) -> LabelReport:
    lines = [line if isinstance(line, str) else json.dumps(line) for line in records]
    (folder / "labels.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return check_labels([folder / "labels.jsonl"], suggest=suggest)


def only(report: LabelReport) -> Finding:
    (finding,) = report.findings
    assert (report.errors, report.doubts) == ((1, 0) if finding.level == "error" else (0, 1))
    return finding


@pytest.mark.parametrize(
    ("line", "kind", "field", "message"),
    [
        ("{nope", "unreadable", "record", "write one JSON object in UTF-8 a line"),
        ("[]", "unreadable", "record", "input should be an object"),
        (record(sentences=[{"start": 0}]), "unreadable", "sentences[0].end", "is missing: add it"),
        (record(sentences=[FIRST | {"stanse": "favor"}]), "unreadable", "sentences[0].stanse", "is not a field"),
        (record(schema=9), "unreadable", "record", "schema 9 is not the supported 1"),
        (record(sentences=[{"start": 0, "end": 900}]), "offsets", "sentences", "0-900 lies outside the text of 49"),
        (record(sentences=[FIRST, {"start": 28, "end": 49}]), "offsets", "sentences[1]", "before sentence 0 has ended"),
        (record(mentions=[BRIDGE | {"text": "the dam"}]), "offsets", "mentions", "the text there reads 'the bridge'"),
        (record(mentions=[{"id": "m0", "start": 5, "end": 5}]), "offsets", "mentions[0]", "is not after start 5"),
        (record(mentions=[{"id": "m0", "start": -1, "end": 5}]), "offsets", "mentions[0].start", "greater than or eq"),
        (
            record(sentences=[FIRST | {"stances": [toward("favor", mention="m7")]}]),
            "unreadable", "sentences[0]", "mention 'm7' is not among the mentions",
        ),
    ],
)  # fmt: skip
def test_records_that_cannot_be_used(tmp_path: Path, line: Record | str, kind: str, field: str, message: str) -> None:
    report = check(tmp_path, [stanced("before", "neutral") | {"sentences": []}, "", line])
    finding = only(report)
    assert (finding.level, finding.kind, finding.line, finding.field) == ("error", kind, 3, field)
    assert message in finding.message
    assert report.counts.records == 1


def test_a_line_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"id": "a", "text": "caf\xe9"}\n')
    assert only(check_labels([tmp_path])).kind == "unreadable"


def test_id_and_annotator_twice_also_in_two_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record(annotator="A")) + "\n", encoding="utf-8")
    report = check_labels([tmp_path, tmp_path / "one.jsonl"])
    finding = only(report)
    assert (finding.kind, Path(finding.path).name, finding.line) == ("repeated_record", "two.jsonl", 1)
    assert "one.jsonl:1" in finding.message
    assert report.counts.records == 1


def test_another_text_under_the_same_id(tmp_path: Path) -> None:
    report = check(tmp_path, [record(annotator="A"), record(text="Other.", annotator="B")])
    assert only(report).kind == "text_differs"
    assert (report.counts.articles, report.counts.records, report.several) == (1, 2, 0)


def test_a_misspelt_label(tmp_path: Path) -> None:
    labels = ["neutral"] * 5 + ["favor"] * 5 + ["netural"]
    finding = only(check(tmp_path, [stanced(str(at), label) for at, label in enumerate(labels)]))
    assert (finding.level, finding.kind, finding.line) == ("error", "misspelt_label", 11)
    assert finding.field == "sentences[0].stance"
    assert "did you mean 'neutral'?" in finding.message


def test_a_misspelling_may_occur_twice_and_two_characters_apart_is_only_a_doubt(tmp_path: Path) -> None:
    labels = ["neutral"] * 20 + ["favor"] * 20 + ["netural"] * 2
    finding = only(check(tmp_path, [stanced(str(at), label) for at, label in enumerate(labels)]))
    assert (finding.level, finding.kind) == ("error", "misspelt_label")
    labels = ["immigration"] * 28 + ["emigration"]
    finding = only(check(tmp_path, [stanced(str(at), label) for at, label in enumerate(labels)]))
    assert (finding.level, finding.kind) == ("doubt", "misspelt_label")
    assert "list both in labels.yaml" in finding.message


def test_predictions_and_nothing_are_no_labels(tmp_path: Path) -> None:
    report = check(tmp_path, [stanced("a", "favor", summary=[])])
    assert only(report).kind == "no_labels"
    assert report.counts.records == 0
    assert any("1 predictions in" in note for note in report.notes)
    assert only(check(tmp_path, [""])).kind == "no_labels"


def test_yes_and_no_are_names_in_the_label_sets(tmp_path: Path) -> None:
    (tmp_path / "labels.yaml").write_text("stances: [yes, no]\n", encoding="utf-8")
    assert check(tmp_path, [stanced("a", "yes"), stanced("b", "yes")]).errors == 0


def test_ids_of_entities(tmp_path: Path) -> None:
    mention = MAYOR | {"entity": "E9"}
    finding = only(check(tmp_path, [record(mentions=[mention], entities=[{"id": "E1", "name": "Mayor"}])]))
    assert (finding.kind, finding.field) == ("entity_id", "mentions[0].entity")
    finding = only(check(tmp_path, [record(entities=[{"id": "E1", "name": "A"}, {"id": "E1", "name": "B"}])]))
    assert (finding.kind, finding.field) == ("entity_id", "entities[1].id")
    assert check(tmp_path, [record(mentions=[mention])]).errors == 0  # without a list of entities ids are names


def test_a_label_in_another_case_is_misspelt_however_often(tmp_path: Path) -> None:
    labels = ["neutral"] * 5 + ["Neutral "] * 4
    finding = only(check(tmp_path, [stanced(str(at), label) for at, label in enumerate(labels)]))
    assert (finding.kind, finding.line) == ("misspelt_label", 6)


@pytest.mark.parametrize(
    "labels", [("pro", "con"), ("a", "b"), ("-1", "1"), ("level 12", "level 13"), ("for", "against")]
)
def test_short_and_numbered_labels_are_not_misspellings(tmp_path: Path, labels: tuple[str, str]) -> None:
    often, once = labels
    report = check(tmp_path, [stanced(str(at), label) for at, label in enumerate([often] * 20 + [once])])
    finding = only(report)
    assert (finding.level, finding.kind) == ("doubt", "label_once")


def test_a_documented_label_set(tmp_path: Path) -> None:
    (tmp_path / "labels.yaml").write_text("stances: [pro, con]\ntopics:\n", encoding="utf-8")
    report = check(tmp_path, [stanced(str(at), label) for at, label in enumerate(["pro", "con", "mixed"] * 2)])
    found = [(f.kind, f.line, f.field) for f in report.findings if f.level == "error"]
    assert found == [
        ("unreadable", 1, "topics"),
        ("unknown_label", 3, "sentences[0].stance"),
        ("unknown_label", 6, "sentences[0].stance"),
    ]


def test_a_documented_label_is_not_a_misspelling(tmp_path: Path) -> None:
    (tmp_path / "labels.yaml").write_text("stances: [neutral, neutrals]\n", encoding="utf-8")
    finding = only(
        check(tmp_path, [stanced(str(at), label) for at, label in enumerate(["neutral"] * 5 + ["neutrals"])])
    )
    assert finding.kind == "label_once"


@pytest.mark.parametrize("content", ["stances: [", "- pro", "labels: [pro]"])
def test_a_label_set_that_cannot_be_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "labels.yaml").write_text(content, encoding="utf-8")
    finding = only(check(tmp_path, [stanced("a", "pro"), stanced("b", "pro")]))
    assert (finding.kind, Path(finding.path).name) == ("unreadable", "labels.yaml")


def test_the_same_article_in_two_splits(tmp_path: Path) -> None:
    words = random.Random(1).choices([f"word{number}" for number in range(500)], k=300)
    copies = {
        "a": (words, "train"),
        "b": (words, "train"),
        "c": (words, "test"),
        "d": ([*words[:280], "and", "more"], "dev"),
        "e": (words, None),
    }
    records = [
        record(name, " ".join(of), **({"split": split} if split else {})) for name, (of, split) in copies.items()
    ]
    report = check(tmp_path, [*records, record("f", " ".join(reversed(words)), split="test")])
    assert {(f.level, f.kind, f.field) for f in report.findings} == {("error", "split_leak", "split")}
    assert [f.line for f in report.findings] == [3, 4, 4]
    assert "labels.jsonl:1" in report.findings[0].message
    assert report.counts.main_topics["train"].total() == 2


def test_contradictory_rows(tmp_path: Path) -> None:
    twice = "He praised the bridge. He praised the bridge."
    mentions = [{"id": "m0", "start": 11, "end": 21}, {"id": "m1", "start": 34, "end": 44}]

    def rows(second: Record) -> Record:
        first = {"start": 0, "end": 22, "stances": [toward("favor", mention="m0")]}
        return record(text=twice, mentions=mentions, sentences=[first, {"start": 23, "end": 45, "stances": [second]}])

    (finding,) = [f for f in check(tmp_path, [rows(toward("against", mention="m1"))]).findings if f.level == "error"]
    assert finding.kind == "contradiction"
    assert finding.field == "sentences[1].stances[0].label"
    assert "sentences[0].stances[0].label" in finding.message
    for other in (
        toward("favor", mention="m1"),
        toward("against", "another target", mention="m1"),
        toward("against", mention="m1", holder={"name": "Duval"}),
    ):
        assert check(tmp_path, [rows(other)]).errors == 0


def test_the_same_sentence_in_two_articles(tmp_path: Path) -> None:
    def one(name: str, label: str, target: str = "bridge") -> Record:
        return record(name, sentences=[FIRST | {"stances": [toward(label, target)]}])

    finding = only(
        check(tmp_path, [one("a", "favor"), one("b", "favor"), one("c", "against"), one("d", "against", "x")])
    )
    assert (finding.level, finding.kind, finding.line) == ("doubt", "same_sentence", 3)
    assert "is 'against' here and 'favor' in" in finding.message


def test_imbalance(tmp_path: Path) -> None:
    balanced = ["neutral"] * 100 + ["favor"] * 2
    assert check(tmp_path, [stanced(str(at), label) for at, label in enumerate(balanced)]).findings == []
    finding = only(check(tmp_path, [stanced(str(at), label) for at, label in enumerate([*balanced, "neutral"])]))
    assert (finding.level, finding.kind, finding.line) == ("doubt", "imbalance", 101)


def test_a_mention_outside_its_sentence(tmp_path: Path) -> None:
    sentences = [FIRST, SECOND | {"stances": [toward("favor", mention="m1")]}]
    finding = only(check(tmp_path, [record(mentions=[BRIDGE], sentences=sentences)] + [_filler(at) for at in range(2)]))
    assert (finding.level, finding.kind, finding.field) == (
        "doubt",
        "mention_outside",
        "sentences[1].stances[0].mention",
    )


def _filler(at: int) -> Record:
    """A stance like the others, so that no label occurs once."""
    return record(f"filler{at}", f"Filler {at}.", sentences=[{"start": 0, "end": 8, "stances": [toward("favor")]}])


def test_sentence_stance_against_its_targets(tmp_path: Path) -> None:
    def one(stance: str, *labels: str) -> list[str]:
        targets = [toward(label, f"target {at}") for at, label in enumerate(labels)]
        report = check(tmp_path, [record(sentences=[FIRST | {"stance": stance, "stances": targets}])])
        return [f.kind for f in report.findings if f.kind != "label_once"]

    assert one("neutral", "favor") == one("favor", "neutral", "against") == ["sentence_and_targets"]
    assert one("neutral", "favor", "against") == one("favor", "favor", "neutral") == one("favor") == []


def test_a_side_without_a_holder(tmp_path: Path) -> None:
    def one(label: str, **holder: Any) -> list[str]:
        stance = {"target": "bridge", "label": label, **holder}
        report = check(tmp_path, [record(sentences=[FIRST | {"stances": [stance]}])])
        return [f.kind for f in report.findings if f.kind != "label_once"]

    assert one("favor") == ["no_holder"]
    assert one("favor", holder=None) == one("favor", holder={"name": "the mayor"}) == one("neutral") == []


def test_overlapping_mentions_of_different_entities(tmp_path: Path) -> None:
    def one(*entities: str | None) -> list[str]:
        spans = [(0, 20), (4, 9), (10, 29)]
        mentions = [
            {"id": f"m{at}", "start": start, "end": end, **({"entity": entity} if entity else {})}
            for at, ((start, end), entity) in enumerate(zip(spans, entities, strict=True))
        ]
        return [f.field for f in check(tmp_path, [record(mentions=mentions)]).findings if f.kind == "overlap"]

    assert one("A", "B", "C") == ["mentions[1]", "mentions[2]"]
    assert one("A", "A", "B") == ["mentions[2]"]
    assert one("A", "A", "A") == one(None, "B", "C") == one("A", None, "A") == []


def test_disagreements_are_counted_and_ten_are_listed(tmp_path: Path) -> None:
    records = [
        stanced(str(at), label, annotator=name) for at in range(15) for name, label in (("A", "pro"), ("B", "con"))
    ]
    report = check(tmp_path, records)
    assert report.found == {("doubt", "disagreement"): 15}
    assert len(report.findings) == 10
    assert (report.counts.articles, report.counts.sentences, report.several) == (15, 30, 15)
    assert "… 5 more" in render(report)


def _opinions(articles: int, wrong: int) -> list[Record]:
    """Sentences whose word says their stance, but for one sentence in the first articles."""
    generator, records = random.Random(0), []
    for number in range(articles):
        text, sentences = "", []
        for at in range(4):
            label = "favor" if (number + at) % 2 else "against"
            word = {"favor": "splendid", "against": "dreadful"}[label]
            start = len(text)
            text += f"Place {generator.randrange(900)} was {word} in year {generator.randrange(900)}. "
            given = label if at or number >= wrong else {"favor": "against", "against": "favor"}[label]
            sentences.append({"start": start, "end": len(text) - 1, "stance": given})
        records.append(record(str(number), text, sentences=sentences))
    return records


def test_probable_label_errors(tmp_path: Path) -> None:
    report = check(tmp_path, _opinions(60, wrong=6), suggest=True)
    found = [f for f in report.findings if f.kind == "probable_error"]
    assert sorted(f.line for f in found) == [1, 2, 3, 4, 5, 6]
    assert {(f.level, f.field) for f in found} == {("doubt", "sentences[0].stance")}
    assert "the sentence stance 'favor' may be 'against'" in next(f.message for f in found if f.line == 1)
    assert "right on 98%" in report.notes[0]
    assert check(tmp_path, _opinions(60, wrong=6)).found == {}


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (
            _opinions(49, wrong=0),
            "200 labelled sentences and 2 labels seen 10 times in 5 articles are needed, there are 196 and 2",
        ),
        ([stanced(str(at), "favor") for at in range(200)], "there are 200 and 1"),
    ],
)
def test_why_probable_errors_are_not_looked_for(tmp_path: Path, records: list[Record], reason: str) -> None:
    (note,) = check(tmp_path, records, suggest=True).notes
    assert reason in note


def test_without_the_extra_the_rest_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    report = check(tmp_path, [*_opinions(60, wrong=0), "{"], suggest=True)
    assert report.errors == 1
    assert report.notes == ["no probable label errors looked for: install stancelens[eval]"]


def test_findings_of_one_kind_are_capped_and_counted(tmp_path: Path) -> None:
    report = check(tmp_path, ["{"] * 250)
    assert (report.errors, len(report.findings)) == (250, LISTED)
    assert "error unreadable: 250" in render(report)


def test_counts(tmp_path: Path) -> None:
    first = FIRST | {"topics": ["transport", "politics"], "stance": "favor", "tags": ["quoted"]}
    stances = [toward("favor", tags=["quoted"]), toward("neutral", "mayor")]
    made = [
        record(
            "a", topics=["transport"], split="train", annotator="A", sentences=[first | {"stances": stances}, SECOND]
        ),
        record("a", topics=["politics"], annotator="B", sentences=[first]),
        record("b", "Rain fell.", annotator="A"),
        record("a", annotator="C", split="train"),  # gives the split that the others do not
    ]
    flat = as_json(check(tmp_path, made))
    assert {key: flat[key] for key in ("records", "articles", "sentences", "stances")} == {
        "records": 4, "articles": 2, "sentences": 3, "stances": 2,
    }  # fmt: skip
    assert flat["annotators"] == {"A": 2, "B": 1, "C": 1}
    assert flat["articles_by_split_and_topic"] == {"train": {"transport": 1}, "(none)": {"(none)": 1}}
    assert flat["labels"]["sentence topic"] == {"transport": 2, "politics": 2}
    assert flat["labels"]["target stance"] == {"favor": 1, "neutral": 1}
    assert flat["labels"]["tag"] == {"quoted": 3}
    assert flat["articles_of_several_annotators"] == 1
    assert json.loads(json.dumps(flat)) == flat


def test_the_keys_for_machines_do_not_depend_on_what_is_found(tmp_path: Path) -> None:
    assert list(as_json(check(tmp_path, []))) == list(as_json(check(tmp_path, ["{", *_opinions(3, 0)])))


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no \.jsonl file in"):
        check_labels([tmp_path])
    with pytest.raises(FileNotFoundError):
        check_labels([tmp_path / "missing.jsonl"])


def test_names_that_would_steer_a_terminal(tmp_path: Path) -> None:
    hostile = "\x1b[2Jfavor\u202e[bold]"
    report = check(tmp_path, [stanced("a", hostile, annotator=hostile, split=hostile), stanced("b", hostile)])
    shown = render(report)
    assert not {"\x1b", "\u202e"} & set(shown)
    assert "[bold]" in shown


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_edit_distance(one: str, other: str) -> None:
    assert edit_distance(one, other) == edit_distance(other, one)
    assert (edit_distance(one, other) == 0) == (one == other)
    assert edit_distance(one, other) <= max(len(one), len(other))
    assert edit_distance("netural", "neutral") == 1
    assert edit_distance("polling", "policing") == 2


def test_the_gold_corpus_has_no_errors() -> None:
    report = check_labels([GOLD], suggest=False)
    assert [finding for finding in report.findings if finding.level == "error"] == []
    assert report.counts.articles > 100
    assert "0 errors" in render(report)
