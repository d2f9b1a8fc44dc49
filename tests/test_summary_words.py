"""What counts as a word, a name and a number of a summary."""

from __future__ import annotations

import pytest
from stancelens.evaluation.summary_words import content_words, known_names, names, numbers, source, words


def test_words() -> None:
    assert words("The U.S. didn’t pay $1,000, or 3.5%: “Robin's”") == [
        "the",
        "us",
        "didn't",
        "pay",
        "1000",
        "or",
        "3.5",
        "robin's",
    ]
    assert content_words("The U.S. didn’t pay Robin's 1,000") == {"didn't", "pay", "robin", "1000"}
    assert content_words("It was not for him.") == {"not"}
    assert numbers("In 2014, 1,200 of 3.5bn; the 123rd at 12:30, 10-12") == {
        "2014",
        "1200",
        "3.5",
        "123",
        "12",
        "30",
        "10",
    }
    assert words("Cafe\u0301") == ["café"]


def test_names_are_runs_of_capitalized_words_within_a_sentence() -> None:
    assert names(
        ["Yesterday the Bank of England warned Harrow-Smith Ltd, the workers' Robin and Ozaki’s Kelly Lee."], set()
    ) == [
        ["Bank"],
        ["England"],
        ["Harrow", "Smith", "Ltd"],
        ["Robin"],
        ["Ozaki"],
        ["Kelly", "Lee"],
    ]
    assert names(["I told him that I'm sure.", "Nobody gave us a reason."], set()) == []
    assert names(["He said: Nobody is there, but the US and NATO are."], set()) == [["US"], ["NATO"]]


def test_a_word_that_begins_a_sentence_is_a_name_if_it_is_one_elsewhere() -> None:
    known = known_names(["Nobody saw Ozaki.", "Brandt spoke."])
    assert known == {"ozaki"}
    assert names(["Ozaki left.", "Brandt stayed.", "“Ozaki” it said."], known) == [["Ozaki"], ["Ozaki"]]


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("Judge Ozaki", True),
        ("judge ozaki", True),
        ("Ozaki Judge", False),
        ("Judge Brandt", False),
        ("Judge us", True),
        ("Judge that", False),
        ("US", False),
        ("Us", True),
    ],
)
def test_where_a_name_occurs(name: str, has: bool) -> None:
    assert source("Judge Kuniko Ozaki told us that it closed.").has(name.split()) is has


# ROUGE
