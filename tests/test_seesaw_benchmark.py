"""The items that come of SEESAW's articles, from small ones made by hand. No model is loaded."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from stancelens.benchmarks.figures import Items
from stancelens.benchmarks.seesaw import Counts, Item, items_of, load, named, polar, short_forms
from stancelens.data.schema import Article, Entity, Sentence, Stance

from .public_rows import SEESAW, write_jsonl

BELL, ORR = ("Anna Bell", "People"), ("Tom Orr", "People")


def article(sentences: list[str], entities: list[tuple[str, str]], *stances: tuple[int, str, str]) -> Article:
    """Sentences joined by spaces; a stance is a sentence's number, a target and a label."""
    spans, start = [], 0
    for number, text in enumerate(sentences):
        own = [Stance(target=target, label=label) for at, target, label in stances if at == number]
        spans.append(Sentence(start=start, end=start + len(text), stances=own))
        start += len(text) + 1
    made = [Entity(id=f"e{at}", name=name, kind=kind) for at, (name, kind) in enumerate(entities)]
    return Article(id="a", text=" ".join(sentences), entities=made, sentences=spans)


def told(found: list[Item], text: str) -> list[tuple[int, str, list[str], str]]:
    return [(item.sentence, item.target, [span.of(text) for span in item.spans], item.label) for item in found]


def names(text: str, *entities: tuple[str, str]) -> dict[str, list[str]]:
    """What a sentence is found to name."""
    made = article([text], list(entities))
    return {name: [span.of(text) for span in spans] for name, spans in named(made)[0].items()}


def test_items() -> None:
    made = article(
        ["Anna Bell praised Tom Orr.", "He thanked Bell, whom Bell's foes fear.", "Orr left.", "Gulls cry."],
        [BELL, ORR],
        (0, "Tom Orr", "favor"),
        (1, "Anna Bell", "favor"),
        (1, "Tom Orr", "against"),
    )
    found, counts = items_of(made)
    assert told(found, made.text) == [
        (0, "Anna Bell", ["Anna Bell"], "neutral"),  # the holder
        (0, "Tom Orr", ["Tom Orr"], "favor"),
        (1, "Anna Bell", ["Bell", "Bell"], "favor"),
        (2, "Tom Orr", ["Orr"], "neutral"),
    ]
    assert counts == Counts(triplets=3, unnamed=1)


def test_both_signs_are_left_out() -> None:
    made = article(
        ["Bell divides the town.", "Bell, Bell!"],
        [BELL],
        (0, "Anna Bell", "favor"),
        (0, "Anna Bell", "against"),
        (1, "Anna Bell", "favor"),
        (1, "Anna Bell", "favor"),
    )
    found, counts = items_of(made)
    assert told(found, made.text) == [(1, "Anna Bell", ["Bell", "Bell"], "favor")]
    assert counts == Counts(triplets=4, both_signs=1)


def test_short_forms() -> None:
    def of(name: str, kind: str = "Organization") -> list[str]:
        return short_forms(Entity(id="e", name=name, kind=kind))

    assert of("Anna Bell", "People") == of("anna bell", "People") == of("Anna Bell Jr.", "People") == ["Bell"]
    assert of("Hans von Orr", "People") == ["Orr"]
    for group in ("Harbor workers", "Senate Democrats", "Bell", "Friends of Anna Bell"):
        assert "Bell" not in of(group, "People")
        assert not {form.lower() for form in of(group, "People")} & {"workers", "democrats"}
    assert of("Supreme Court of the United States") == ["Supreme Court", "SCOTUS", "SCUS"]
    justice = of("United States Department of Justice")
    assert justice == ["Department of Justice", "Justice Department", "DOJ", "USDJ", "USDOJ"]
    assert of("United States", "GPE") == ["US"]
    assert of("Republican Party") == ["Republicans", "GOP"]
    assert of("harbor bill", "Topic") == []


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Bell sails.",
        "President Bell sails.",
        "Mayor Bell's boat sails.",
        "Anna M. Bell sails.",
        "Democrat Anna Bell sails.",
        "They saw that BELL sails.",
        "Even so, Bell Tuesday sailed.",
        "But Bell sails, but slowly.",
    ],
)
def test_a_surname(text: str) -> None:
    assert list(names(text, BELL)) == ["Anna Bell"]


@pytest.mark.parametrize(
    "text",
    [
        "Cora Bell sails.",
        "Bell Foundation money sails.",
        "The Bell-backed boat sails.",
        "An anti-Bell boat sails.",
        "A bell rings.",
        "Bellamy sails.",
        "She sails.",
    ],
)
def test_no_name(text: str) -> None:
    assert names(text, BELL) == {}


def test_names_that_overlap_or_could_be_two() -> None:
    assert names("The Bell administration sails.", BELL, ("Bell administration", "Organization")) == {
        "Bell administration": ["Bell administration"]
    }
    cora = ("Cora Bell", "People")
    assert names("Bell sails.", BELL, cora) == {}
    assert names("Anna Bell sails with Cora Bell.", BELL, cora) == {
        "Anna Bell": ["Anna Bell"],
        "Cora Bell": ["Cora Bell"],
    }


def test_issues_are_no_names() -> None:
    bill, person = ("harbor bill", "Topic"), ("anna bell", "People")
    assert names("Harbor bill or not, the harbor bill sails.", bill) == {}
    assert names("Now the Harbor Bill sails.", bill) == {"harbor bill": ["Harbor Bill"]}
    assert names("Anna Bell sails, and Bell knows.", person) == {"anna bell": ["Anna Bell", "Bell"]}
    assert names("The N.H.B. bars the U.S. fleet.", ("National Harbor Board", "Organization")) == {
        "National Harbor Board": ["N.H.B."]
    }


def test_the_sets_own_rows(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "articles" / "seesaw" / "articles.jsonl.gz", SEESAW)
    articles, counts = load(tmp_path, "train")
    found = [(made.id[15:18], *one[:2], one[3]) for made, items in articles for one in told(items, made.text)]
    assert found == [
        ("000", 0, "Anna Bell", "neutral"),
        ("000", 0, "harbor bill", "favor"),
        ("000", 1, "Anna Bell", "neutral"),
        ("003", 0, "Anna Bell", "neutral"),  # the holder of a stance toward what is not listed
        ("004", 0, "Anna Bell", "neutral"),
        ("005", 0, "Anna Bell", "neutral"),
        ("007", 0, "Anna Bell", "neutral"),
        ("008", 1, "Anna Bell", "favor"),
    ]
    assert counts == Counts(triplets=4, unlisted=1, unnamed=1)


def test_polar() -> None:
    items = Items()
    for gold, row in ((0, (0.3, 0.6, 0.1)), (1, (0.1, 0.8, 0.1)), (2, (0.2, 0.75, 0.05))):
        items.add(gold, np.asarray(row), f"a{gold}")
    signs = polar(items, ["against", "neutral", "favor"])
    assert (signs.gold, signs.groups) == ([0, 1], ["a0", "a2"])
    assert np.allclose(signs.probabilities, [[0.75, 0.25], [0.8, 0.2]])


def test_the_set_in_full() -> None:
    if not (folder := os.environ.get("STANCELENS_DATA")):
        pytest.skip("STANCELENS_DATA, the folder of public sets, is not set")
    articles, counts = load(Path(folder), "test")
    assert len(articles) == 123
    for made, items in articles:
        for item in items:
            sentence = (made.sentences or [])[item.sentence]
            assert all(sentence.start <= span.start < span.end <= sentence.end for span in item.spans)
    assert counts == Counts(triplets=1_920, unlisted=95, unnamed=1_243, issues=215, both_signs=10)
    labels = Counter(item.label for _, items in articles for item in items)
    assert labels == {"against": 385, "neutral": 1_680, "favor": 144}
