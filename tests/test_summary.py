"""The sentences of a summary: limits hold, nothing is said twice, no sentence is cut."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.data.schema import Span
from stancelens.inference.summary import Pick, plain_line, select

TALKS = "The ministers met in Geneva to discuss the ceasefire."
AGAIN = "In Geneva the ministers met to discuss the ceasefire, said one."
COST = "Farmers warned that grain prices would double by the autumn."
VOTE = "Parliament votes on Tuesday after three days of debate."
RAIN = "Heavy rain flooded two villages near the northern border."


def article(*sentences: str) -> tuple[str, list[Span]]:
    spans, text = [], ""
    for sentence in sentences:
        text += " " if text else ""
        spans.append(Span(start=len(text), end=len(text) + len(sentence)))
        text += sentence
    return text, spans


def texts(lines: list[Pick]) -> list[str]:
    return [line.text for line in lines]


def test_the_most_salient_sentences_in_the_order_of_the_article() -> None:
    text, spans = article(TALKS, COST, VOTE, RAIN)
    lines = select(text, spans, [0.1, 0.7, 0.2, 0.9], lines=2)
    assert lines == [Pick(1, COST), Pick(3, RAIN)]


def test_of_equally_salient_sentences_the_first() -> None:
    text, spans = article(TALKS, COST, VOTE)
    assert texts(select(text, spans, [0.5, 0.5, 0.5], lines=1)) == [TALKS]


@pytest.mark.parametrize(
    "again",
    [TALKS, AGAIN, "Geneva is where, in the ceasefire, ministers met to discuss.", TALKS.upper()],
    ids=["same", "trigram", "same words", "case"],
)
def test_a_repetition_is_passed_over(again: str) -> None:
    text, spans = article(TALKS, again, COST)
    assert [line.index for line in select(text, spans, [0.9, 0.8, 0.1], lines=2)] == [0, 2]


def test_fragments_are_passed_over() -> None:
    text, spans = article("Not so.", "What we know so far", COST, "• Source 1 • Source 2", VOTE)
    assert texts(select(text, spans, [0.9, 0.9, 0.1, 0.9, 0.2])) == [COST, VOTE]


@pytest.mark.parametrize(("lines", "expected"), [(0, 0), (-1, 0), (1, 1), (2, 2), (9, 4)])
def test_no_more_lines_than_asked(lines: int, expected: int) -> None:
    text, spans = article(TALKS, COST, VOTE, RAIN)
    assert len(select(text, spans, [0.1, 0.2, 0.3, 0.4], lines=lines)) == expected


def test_a_sentence_that_does_not_fit_is_passed_over_not_cut() -> None:
    text, spans = article(TALKS, COST + " " + RAIN, VOTE)
    assert texts(select(text, spans, [0.2, 0.9, 0.1], words=18)) == [TALKS, VOTE]
    assert texts(select(text, spans, [0.2, 0.9, 0.1], words=17)) == [TALKS]
    assert select(text, spans, [0.2, 0.9, 0.1], words=8) == []
    assert select(text, spans, [0.2, 0.9, 0.1], words=0) == []


def test_an_article_of_two_sentences_gives_one_line_and_an_empty_one_none() -> None:
    text, spans = article(TALKS, COST)
    assert texts(select(text, spans, [0.1, 0.2])) == [COST]
    assert select("", [], []) == []


def test_saliences_that_are_no_numbers_come_last() -> None:
    text, spans = article(TALKS, COST, VOTE)
    assert texts(select(text, spans, [math.nan, 0.1, 0.2], lines=2)) == [COST, VOTE]


def test_every_sentence_needs_a_salience() -> None:
    text, spans = article(TALKS, COST)
    with pytest.raises(ValueError, match="2 sentences but 1"):
        select(text, spans, [0.1])


@pytest.mark.parametrize(
    ("sentence", "line"),
    [
        ("Two\r\n  lines\u00a0and\ta tab.", "Two lines and a tab."),
        ("LONDON (Reuters) - The bank cut its rate.", "The bank cut its rate."),
        ("WASHINGTON (AP) — “No,” he said.", "“No,” he said."),
        ("NEW YORK, March 14 (AFP) – Shares fell.", "Shares fell."),
        ("BERLIN, Germany (AP) -- Shares fell.", "Shares fell."),
        ("KYIV, Ukraine, Feb. 3 — Shares fell.", "Shares fell."),
        ("London, England (CNN) -- Shares fell.", "Shares fell."),
        ("(CNN)Shares fell.", "Shares fell."),
        ("(CNN) -- Shares fell.", "Shares fell."),
        ("By Jane Doe LONDON (Reuters) - Shares fell.", "Shares fell."),
        ("By Jane Doe - Shares fell.", "Shares fell."),
    ],
)
def test_a_line_loses_line_breaks_dateline_and_byline(sentence: str, line: str) -> None:
    assert plain_line(sentence) == line


@pytest.mark.parametrize(
    "sentence",
    [
        "NATO - which he leads - agreed.",
        "NATO (OTAN) said it agreed.",
        "NATO (OTAN) - as it is called - agreed.",
        "UN (AP) reporters left.",
        "The World Health Organization (WHO) warned of measles.",
        "By Friday the talks had failed - again.",
        "(But nobody came.)",
        "London, too, was quiet.",
        "LONDON (Reuters) - ",
    ],
)
def test_a_sentence_that_only_looks_like_a_dateline_stays(sentence: str) -> None:
    assert plain_line(sentence) == " ".join(sentence.split())


def test_very_long_sentences_take_no_time() -> None:
    text, spans = article("A" * 20_000, "WORD " * 4_000, "By " + "Jane " * 4_000, TALKS, "A.-" * 7_000)
    started = time.perf_counter()
    select(text, spans, [0.9, 0.8, 0.7, 0.6, 0.5])
    assert time.perf_counter() - started < 2


pieces = st.text(alphabet="abAB .!?\n(-)’,1", min_size=1, max_size=60)
articles = st.lists(st.tuples(pieces | st.sampled_from([TALKS, AGAIN, COST, VOTE, RAIN]), st.floats(0, 1)), max_size=9)


@given(articles, st.integers(0, 5), st.none() | st.integers(0, 40))
def test_limits_hold_and_every_line_is_its_sentence(
    rows: list[tuple[str, float]], limit: int, words: int | None
) -> None:
    text, spans = article(*(sentence for sentence, _ in rows))
    salience = [value for _, value in rows]
    lines = select(text, spans, salience, lines=limit, words=words)
    assert lines == select(text, spans, salience, lines=limit, words=words)
    assert len(lines) <= (limit if len(spans) > 2 else min(limit, 1))
    assert words is None or sum(len(line.text.split()) for line in lines) <= words
    cited = [line.index for line in lines]
    assert cited == sorted(set(cited))
    for line in lines:
        whole = " ".join(spans[line.index].of(text).split())
        assert whole.endswith(line.text)
        assert line.text == plain_line(whole)
