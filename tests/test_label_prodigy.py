"""The files that Prodigy writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stancelens.data.label_files import export_labels

from .label_fixtures import TEXT, TOKENS, answer, labels, read, told, write


def test_prodigy_spans_and_relations(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 5, "token_start": 0, "token_end": 0, "label": "mention"}]
    spans += [{"start": 17, "end": 21, "token_start": 3, "token_end": 3, "label": "target:against", "text": "bank"}]
    links = [{"head": 0, "child": 3, "head_span": spans[0], "child_span": spans[1], "label": "HOLDER"}]
    full = answer(spans=spans, relations=links, tokens=TOKENS)
    bare = answer(spans=spans, relations=[{"head": 0, "child": 3, "label": "holder"}], tokens=TOKENS, _input_hash=2)
    for article in read(write(tmp_path / "a.jsonl", full, bare))[0]:
        assert (article.annotator, article.source) == ("stance-eva", "Quay Post")
        assert told(article) == [("bank", "bank", "Duval", "against")]


def test_prodigy_choices_and_single_labels(tmp_path: Path) -> None:
    options = [{"id": "economy", "text": "🏦"}, {"id": 1, "text": "law"}]
    lines = [
        answer(options=options, accept=["economy", 1]),
        answer(label="sport", _annotator_id="stance-tom", _view_id="classification"),
        answer(label="topic:sea", _annotator_id="stance-tom", _view_id="classification"),
        answer(label="NEG", _annotator_id="stance-tom", _view_id="classification"),
    ]
    first, second = read(write(tmp_path / "a.jsonl", *lines))[0]
    assert (first.id, first.annotator, first.topics) == ("-1486695581", "stance-eva", ["economy", "law"])
    assert (second.annotator, second.topics) == ("stance-tom", ["sport", "sea"])
    assert labels(second) == [(TEXT, None, "NEG")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (answer(answer="reject", label="sport"), "rejected: says only that it is not 'sport'"),
        (answer(answer="reject"), "rejected: says only that it is wrong"),
        (answer(answer="ignore"), "ignored by the annotator"),
        (answer(answer=None), "no answer: a task that nobody has answered"),
        (answer(answer="yes"), "answer 'yes'"),
        ({"answer": "accept"}, "no text: no key 'text'"),
        (answer(), "no labels"),
        (answer(text=" ", label="sport"), "no text"),
        (answer(label="sport", accept=[3]), "option 3 is a number without a text"),
        (answer(label="sport", spans=[{"start": 0}]), "span {'start': 0} has no start, end and label"),
        (
            answer(label="x", spans=[{"start": 0, "end": 5, "label": "P", "text": "Duva"}]),
            "'P': region 0-5 should read",
        ),
        (answer(label="x", spans=[{"start": 0, "end": 99, "label": "P"}]), "'P': region 0-99 lies outside the text"),
        (
            answer(label="x", relations=[{"head": 0, "child": 3, "label": "kin"}]),
            "relation 'kin': a span that it joins",
        ),
        (answer(label="x", relations=[5]), "relation 5 joins nothing"),
    ],
)
def test_prodigy_says_what_it_leaves_out(line: Any, reason: str, tmp_path: Path) -> None:
    _, skipped = read(write(tmp_path / "a.jsonl", line), "prodigy")
    assert [(one.line, one.reason[: len(reason)]) for one in skipped] == [(1, reason)]


def test_prodigy_says_which_answers_repeat(tmp_path: Path) -> None:
    spans = [{"start": 17, "end": 21, "label": "pro"}]
    found, skipped = read(
        write(tmp_path / "a.jsonl", *[answer(spans=spans)] * 2, answer(label="pro"), answer(label="con"))
    )
    assert [told(article) for article in found] == [[("bank", "bank", None, "pro")]]
    assert [(one.line, one.reason) for one in skipped] == [
        (2, "id '-1486695581' occurs twice for annotator stance-eva"),
        (4, "stance 'con' of the whole text: only 'pro' is kept"),
    ]


def test_prodigy_labels_and_spans_of_a_text_are_one_article(tmp_path: Path) -> None:
    """Whichever was answered first."""
    spans = [{"start": 0, "end": 5, "label": "mention"}, {"start": 17, "end": 21, "label": "target:con"}]
    links = [{"head_span": spans[0], "child_span": spans[1], "label": "holder"}]
    two = answer(spans=spans, relations=links), answer(label="law")
    for lines in (two, two[::-1]):
        (article,), skipped = read(write(tmp_path / "a.jsonl", *lines))
        assert (article.topics, told(article)) == (["law"], [("bank", "bank", "Duval", "con")])
        assert skipped == []
    lines = answer(label="law"), answer(spans=[*spans, {"start": 0, "end": 9, "label": "issue:pro"}])
    assert [one.line for one in read(write(tmp_path / "a.jsonl", *lines))[1]] == [2]


def test_prodigy_relations_between_tokens_join_the_innermost_spans(tmp_path: Path) -> None:
    """Without head_span a token says only where it is: in a mention, and that in a sentence."""
    tokens = [
        *TOKENS[:2],
        {"text": "the", "start": 13, "end": 16, "id": 2},
        {"text": "bank", "start": 17, "end": 21, "id": 3},
    ]
    spans = [
        {"start": 0, "end": 31, "label": "sentence"},
        {"start": 0, "end": 5, "label": "mention"},
        {"start": 13, "end": 21, "label": "target:con"},
    ]
    line = answer(spans=spans, tokens=tokens, relations=[{"head": 0, "child": 3, "label": "holder"}])
    (article,), skipped = read(write(tmp_path / "a.jsonl", line))
    assert (told(article), skipped) == ([("the bank", "the bank", "Duval", "con")], [])


def test_prodigy_tokens_are_cut_at_no_span(tmp_path: Path) -> None:
    """Prodigy refuses a span that does not begin and end with a token, and shows the text from its tokens."""
    text = "Bell's  boat, e\u0301t 🚢\r\nx"
    places = [(0, 4), (1, 7), (6, 8), (4, 6), (19, 21)]
    mentions = [{"id": f"x{n}", "start": start, "end": end} for n, (start, end) in enumerate(places)]
    record = {"schema": 1, "id": "a", "text": text, "mentions": mentions}
    export_labels([write(tmp_path / "a.jsonl", record)], tmp_path / "b.jsonl", "prodigy")
    line = json.loads((tmp_path / "b.jsonl").read_text(encoding="utf-8"))
    tokens = line["tokens"]
    assert "".join(token["text"] + " " * token["ws"] for token in tokens) == text
    assert [token["id"] for token in tokens] == list(range(len(tokens)))
    assert all(text[token["start"] : token["end"]] == token["text"] for token in tokens)
    for span in line["spans"]:
        assert tokens[span["token_start"]]["start"] == span["start"]
        assert tokens[span["token_end"]]["end"] == span["end"]
