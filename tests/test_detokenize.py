"""Spaces of word tokenizers taken out, and sentences found across them."""

from __future__ import annotations

import pytest
from stancelens.data.detokenize import detokenize, locate


@pytest.mark.parametrize(
    ("tokenized", "plain"),
    [
        ("the Karachi , said .", "the Karachi, said."),
        ("He did n't , and we ’re not sure it 's his ; is it ?", "He didn't, and we’re not sure it's his; is it?"),
        ("don' t and John’ s", "don't and John’s"),
        ("1 , 000 , 000 of 20 , 000", "1,000,000 of 20,000"),
        ("`` We lost , '' he said .", "“We lost,” he said."),
        ("He said : “ We lost . ”", "He said: “We lost.”"),
        ("It cost $ 1 , 000 ( about € 900 ) , or 5 % .", "It cost $1,000 (about €900), or 5%."),
        ("a well - known man", "a well-known man"),
        ("two  spaces\n\n \nand lines ,", "two spaces\nand lines,"),
        ("", ""),
        ("Nothing to do here, “is there?” he’d ask.", "Nothing to do here, “is there?” he’d ask."),
        ("In 2016 , 300 people came .", "In 2016, 300 people came."),
    ],
)
def test_detokenize(tokenized: str, plain: str) -> None:
    assert detokenize(tokenized) == plain
    assert detokenize(plain) == plain


TEXT = "It began. “We did n't know , ” the Mayor said . Nobody asked him \U0001f642 again!"


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It began.", "It began."),
        ('"We didn\'t know," the mayor said.', "“We did n't know , ” the Mayor said ."),
        ("NOBODY asked him\nagain", "Nobody asked him \U0001f642 again!"),
    ],
)
def test_locate(sentence: str, found: str) -> None:
    span = locate(TEXT, sentence)
    assert span is not None
    assert TEXT[slice(*span)] == found


@pytest.mark.parametrize("mark", ["“”", '""', "‘’", "''"])
def test_locate_takes_no_mark_of_a_neighbour(mark: str) -> None:
    text = f"{mark[0]}Stop!{mark[1]} He left. {mark[0]}Why?{mark[1]} she asked."
    span = locate(text, "He left.")
    assert span is not None
    assert text[slice(*span)] == "He left."


@pytest.mark.parametrize("sentence", ["Nobody asked her again", "", "…"])
def test_locate_finds_nothing(sentence: str) -> None:
    assert locate(TEXT, sentence) is None
