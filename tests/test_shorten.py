"""A cut sentence is shorter, whole and still says what it said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.inference.shorten import shortened

KEPT = "The two countries share the reservoir in the Miren hills"


@pytest.mark.parametrize(
    "tail",
    [
        ", which has fallen to a third of its usual level.",
        ", where two villages were flooded in spring!",
        ", who have shared it for forty years.”",
        "; the next talks are in May.",
        " – a lake that both need.",
        " -- a lake that both need.",
        ", including the dam.",
    ],
)
def test_a_clause_at_the_end_goes(tail: str) -> None:
    sentence = KEPT + tail
    opened = "“" + sentence if "”" in tail else sentence
    assert shortened(opened) in (KEPT + ".", opened)
    assert shortened(sentence.replace("”", "")) == KEPT + "."


@pytest.mark.parametrize(
    "sentence",
    [
        KEPT + ".",
        KEPT + ", which the minister said was a mistake.",  # who speaks
        "“" + KEPT + ", which is a mistake,” the minister said.",
        KEPT + ", while the dam is not finished.",  # a negation limits
        KEPT + ", but the dam is Keld's.",
        KEPT + ", unless the court decides otherwise.",
        KEPT + ", if the court agrees.",
        KEPT + ", which, after two dry summers, has fallen.",  # where does the clause end?
        "The committee of the northern district council's schools board, which met on Monday, rejected the plan.",
        "The mayor – a friend of the builder for as long as he lived there – rejected it.",
        KEPT + " (a lake, which has fallen to a third).",
        KEPT + "; the dam, however, is Keld's.",
        "If the vote fails on Thursday the mayor will go, which would force an election.",
        "The mayor resigned, which surprised the whole of the council.",  # too little would be left
        KEPT + ", which has fallen to a third",  # no end
    ],
)
def test_what_carries_the_meaning_stays(sentence: str) -> None:
    assert shortened(sentence) == sentence


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([KEPT, ", which ", "fell", ";", " – ", '"', "“", ".", " said "])).map("".join)
)
def test_never_longer_and_always_the_beginning(sentence: str) -> None:
    short = shortened(sentence)
    assert short == sentence or (sentence.startswith(short[:-1]) and short.endswith(".") and len(short) < len(sentence))
