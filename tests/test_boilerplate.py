"""Boilerplate: what a page wraps around its article goes, every sentence of the article stays."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.data.boilerplate import find_boilerplate, is_boilerplate_line, without
from stancelens.data.schema import Ignored

SHARED = Path(os.environ.get("STANCELENS_SHARED", Path(__file__).parents[2] / "shared"))
RUSSIA = SHARED / "articles" / "russia-negotiations.txt"

BOILERPLATE = [
    ("Advertisement", "advertisement"),
    ("ADVERTISEMENT - CONTINUE READING BELOW", None),
    ("Story continues below advertisement", "advertisement"),
    ("Share this article", "share buttons"),
    ("Share | Tweet | Email | Print", "share buttons"),
    ("Facebook Twitter WhatsApp", "share buttons"),
    ("Follow us on Twitter", "share buttons"),
    ("Sign up for our daily newsletter.", "newsletter"),
    ("Subscribe now", "newsletter"),
    ("Get the day's news delivered to your inbox every morning", "newsletter"),
    ("Already a subscriber? Log in", "newsletter"),
    ("This site uses cookies to improve your experience.", "cookie notice"),
    ("By clicking Accept you agree to our privacy policy.", "cookie notice"),
    ("Read more: Why the talks failed", "related links"),
    ("READ MORE", "related links"),
    ("Related Sources: • Source 1 • Source 2", "related links"),
    ("You may also like", "related links"),
    ("Tags: politics, Europe", "related links"),
    ("Click here to read the full report.", "click here"),
    ("© 2025 The Daily News", "copyright"),
    ("Copyright 2025 The Associated Press. All rights reserved.", "copyright"),
    ("(c) 2024 Example Media", "copyright"),
    ("Photo credit: Jane Doe", "credit"),
    ("Photo: AP", "credit"),
    ("Photos by Jane Doe/AFP", "credit"),
    ("Image source, Getty Images", "credit"),
    ("Source: Reuters", "credit"),
    ("By Jane Doe, Reuters", "byline"),
    ("By Jane Doe and John Roe", "byline"),
    ("(Reporting by Jane Doe in Kyiv; Editing by John Roe)", "byline"),
]
ARTICLE = [
    "Subscribers to the newsletter rose by 10% last year.",
    "Sign up for health insurance ends on Monday.",
    "The newsletter told readers to subscribe now or lose access.",
    "Subscribe to our cause, she said, and you will see our newsletter grow.",
    "Cookies were found in the kitchen of the prime minister.",
    "We use cookies in our schools as a reward, the minister said.",
    "WASHINGTON (Reuters) - The president left on Friday.",
    "LONDON, March 14 —",
    "By now the party had lost its majority.",
    "By Friday the talks had failed.",
    "Photos by drones show the damage.",
    "Reporting by The Guardian found that 40 people died.",
    "Source: Talks with Moscow to end this week",
    "Copyright law was changed in 2019.",
    "Share prices fell on Tuesday.",
    "Share of women in parliament falls",
    "Print is dead, editors agree.",
    "Twitter and Facebook were fined.",
    "Read the room: the voters have had enough",
    "Advertisements for gambling will be banned.",
    "Image is everything in politics.",
    "Related parties made the payments.",
]


@pytest.mark.parametrize(("line", "reason"), BOILERPLATE)
def test_a_line_of_boilerplate_is_found(line: str, reason: str | None) -> None:
    text = f"The talks failed on Friday.\n\n{line}\n\nBoth sides blamed the other."
    spans = find_boilerplate(text)
    assert [span.of(text) for span in spans] == [line]
    assert reason is None or spans[0].reason == reason


@pytest.mark.parametrize("line", ARTICLE)
def test_a_line_of_the_article_stays(line: str) -> None:
    assert not is_boilerplate_line(line)
    for text in (line, f"The talks failed.\n{line}\nBoth left.", f"The talks failed. {line}"):
        assert find_boilerplate(text) == []


@pytest.mark.parametrize(
    "tail",
    [
        "Related Sources: •\xa0Source 1\xa0•\xa0Source 2",
        "Click here to read more.",
        "Sign up for our newsletter.",
        "© 2025 The Daily News. All rights reserved.",
        "Read more: Why the talks failed",
    ],
)
def test_boilerplate_glued_to_the_last_sentence(tail: str) -> None:
    body = 'The U.S. envoy left on Friday. "We will be back," he said.'
    text = f"{body} {tail}"
    spans = find_boilerplate(text)
    assert text[spans[0].start :] == tail
    assert without(text, spans).rstrip() == body


def test_glued_list_without_a_full_stop_before_it() -> None:
    text = "Talks to go on in Riyadh Related Sources: • Source 1"
    assert [span.of(text) for span in find_boilerplate(text)] == ["Related Sources: • Source 1"]


def test_a_headed_list_at_the_end_is_one_span() -> None:
    text = "The talks failed on Friday.\n\nRelated articles:\n• Why talks fail\nMore troops for Poland\nhttps://example.org/a"
    (span,) = find_boilerplate(text)
    assert text[span.start :].startswith("Related articles")
    assert span.end == len(text)


def test_a_headed_list_that_ends_in_a_sentence_is_text() -> None:
    text = "The talks failed.\nSources\nOfficials close to the talks\nThey asked not to be named."
    assert find_boilerplate(text) == []


def test_only_boilerplate_leaves_nothing() -> None:
    text = "Advertisement\n\nShare\nTweet\n\nSubscribe now"
    assert without(text, find_boilerplate(text)).strip() == ""


@given(st.lists(st.sampled_from([line for line, _ in BOILERPLATE] + ARTICLE + ["", "  "]), max_size=8))
def test_spans_are_ordered_apart_and_trimmed(lines: list[str]) -> None:
    text = "\n".join(lines)
    spans = find_boilerplate(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(span.of(text) == span.of(text).strip() for span in spans)


def test_long_odd_lines_take_no_time() -> None:
    for line in (
        "share on " * 33,
        "By A" * 70,
        "Read more " * 29,
        "photo / " * 37,
        ". " * 149,
        "Reporting by Jo " * 18,
    ):
        find_boilerplate(f"{line[:299]}\n" * 50)


@pytest.mark.skipif(not RUSSIA.exists(), reason=f"shared data is missing: {RUSSIA}")
def test_the_line_of_sources_in_the_example_article() -> None:
    text = RUSSIA.read_text(encoding="utf-8").rstrip()
    (span,) = find_boilerplate(text)
    assert text[: span.start].endswith("hybrid threats. ")
    assert span.of(text).startswith("Related Sources:")
    assert span.end == len(text)


def test_spans_are_cut_out_in_any_order() -> None:
    spans = [Ignored(start=a, end=b, reason="x") for a, b in ((6, 8), (0, 3), (1, 2))]
    assert without("0123456789", spans) == "34589"
