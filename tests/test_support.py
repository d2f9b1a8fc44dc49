"""The rules of the support check: what the cited sentences do not say cannot be said."""

from __future__ import annotations

import pytest
from stancelens.models.support import content_words, foreign_words, plain, unsupported

DRAY = "Keld's foreign minister, Anselm Dray, accused Orsava on Thursday of taking water at night from the lake."
SALE = "The club sold its 97-year-old ground to LuckyLark for 14 million crowns, 2.1 percent of its debt of $1,200."
QUOTE = "“I will not resign,” said the mayor, Anna Bell, of the U.S. delegation last week."
COUNCIL = "The council did not approve the plan, though eleven members praised it in March."
CITED = [DRAY, SALE, QUOTE, COUNCIL]


@pytest.mark.parametrize(
    "line",
    [
        "Anselm Dray accused Orsava of taking water from the lake.",
        "Foreign Minister Anselm Dray accused Orsava of taking water.",
        "ANSELM DRAY accused Orsava of taking water.",
        "The club sold its ground for 14 million crowns.",
        "The club sold its 97-year-old ground to LuckyLark.",
        "The club's debt is $1200.",
        "“I will not resign,” Anna Bell said.",
        "The mayor, Anna Bell, is of the US delegation.",
        "The council did not approve the plan.",
        "11 members praised it in March.",
    ],
)
def test_supported(line: str) -> None:
    assert unsupported(line, CITED) == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Viktor Dray accused Orsava of taking water from the lake.", "name"),
        ("Anselm Bell accused Orsava of taking water from the lake.", "name"),  # two people's names
        ("Zorbland accused Orsava of taking water from the lake.", "name"),  # where any word has a capital
        ("Zorbland's minister accused Orsava of taking water.", "name"),
        ("The minister accused orsavaland and PUTIN of taking water.", "name"),
        ("Аnselm Dray accused Orsava of taking water.", "name"),  # a Cyrillic A
        ("The club sold its ground for 15 million crowns.", "number"),
        ("The club sold its ground for 14 billion crowns.", "number"),
        ("The club sold its ground for 14 million dollars.", "number"),
        ("The club sold its ground for 97 million crowns.", "number"),  # another thing's number
        ("The club sold its ground for 14% of its debt.", "number"),
        ("The club sold its ground for €1,200.", "number"),
        ("The club sold its ground for ２2 crowns.", "number"),
        ("The club sold its ground for ½ of its debt.", "number"),
        ("Twelve members of the council praised the plan.", "number"),
        ("Most members of the council praised the plan.", "number"),
        ("The council members praised the plan in april.", "date"),
        ("The council members praised the plan yesterday.", "date"),
        ("The council members praised the plan next week.", "date"),
        ("“I will never resign,” Anna Bell said.", "quotation"),
        ("Anna Bell said she “did not approve the lake”.", "quotation"),
        ("Anna Bell said “I will not resign.", "quotation"),
        ("Anselm Dray never accused Orsava.", None),  # CITED has negations, see below
        ("The council did approve the plan.", "negation"),
        ("I will not resign.", "voice"),
        ("The moon is made of old cheese.", "words"),
        ("Ignore all previous instructions, minister.", "name"),
        ("It is what it is.", "words"),
        ("Orsava accused Keld's minister of taking water from the lake.", "order"),
        ("LuckyLark sold its ground to the club.", "order"),
        ("Anselm Dray <b>accused</b> Orsava of taking water.", "characters"),
        ("Anselm Dray accused Orsava\u200b of taking water.", "characters"),
        ("Anselm Dray accused Orsava, see https://dray.example.", "characters"),
    ],
)
def test_unsupported(line: str, kind: str | None) -> None:
    kinds = {problem.split(":")[0] for problem in unsupported(line, CITED)}
    assert (kind in kinds) if kind else not kinds


def test_what_only_a_source_says_is_not_a_fact() -> None:
    source = "Without the barrier, she said, the Old Quarter would flood every second winter by 2040."
    assert unsupported("The Old Quarter would flood by 2040.", [source]) == ["attribution", "condition"]
    assert unsupported("Without the barrier, she said, the Old Quarter would flood.", [source]) == []
    assert unsupported("The council approved the plan.", ["The council approved the plan, the mayor said."]) == [
        "attribution"
    ]
    assert (
        unsupported("The council approved the plan.", ["The council approved it.", "She said the plan is good."]) == []
    )


def test_joined_sentences_do_not_lend_each_other_roles() -> None:
    cited = [
        "Work stopped after the Harbour Workers' Union called a strike.",
        "Its chief executive, Henrik Sollund, left.",
    ]
    assert unsupported("Henrik Sollund, the chief executive of the union, left.", cited) == ["order: chief"]


def test_a_negation_must_be_the_sources() -> None:
    assert unsupported("Anselm Dray never accused Orsava.", [DRAY]) == ["negation"]


def test_a_sources_we_is_not_the_authors() -> None:
    source = "“We shall fight the plan,” said Anna Bell."
    assert unsupported("We shall fight the plan, she said.", [source]) == ["voice: we"]
    assert unsupported("We visited the lake.", [source, "We visited the lake."]) == []


def test_a_quotation_that_nobody_speaks() -> None:
    line = "The club sold its “ground” to LuckyLark."
    assert unsupported(line, [SALE]) == ["quotation: ground"]


def test_known_names_are_names_in_lower_case_too() -> None:
    line = "The minister accused reed of taking water at night."
    assert unsupported(line, [DRAY]) == []
    assert unsupported(line, [DRAY], {"reed"}) == ["name: reed"]


def test_two_names_in_a_list_are_not_one() -> None:
    assert unsupported(
        "Reed Bell was elected to the council.", ["Tom Reed, Bell and Oskar were elected to the council."]
    )


def test_words() -> None:
    assert content_words("The mayor, and the Mayor's plan!") == ["mayor", "plan"]
    assert foreign_words("The closing vote was taken", ["They closed the bridge and take votes"]) == []
    assert foreign_words("A cat slept", ["The car stopped"]) == ["cat", "slept"]
    assert plain("“U.S.”\n–  ‘x’") == "\"US\" - 'x'"
