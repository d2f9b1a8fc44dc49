"""Targets: listed ones are found as the user wrote them, found names are grouped as a reader would group them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.data.schema import Article, Entity, Ignored, Mention
from stancelens.inference.names import title_before
from stancelens.inference.targets import Found, Listed, group


def marked(marked_text: str) -> tuple[str, list[Found]]:
    """ "[Lavrov|person] spoke" → its text and found names; without a kind it is an organization."""
    text, found = "", []
    for part in re.split(r"(\[[^\]]*\])", marked_text):
        if part.startswith("["):
            name, _, kind = part[1:-1].partition("|")
            found.append(Found(len(text), len(text) + len(name), kind or "organization"))
            part = name
        text += part
    return text, found


def grouped(marked_text: str, *listed: Listed) -> dict[str, list[str]]:
    """Entity names with the texts of their mentions."""
    text, found = marked(marked_text)
    entities, mentions = group(text, found, listed)
    return {e.name: [text[m.start : m.end] for m in mentions if m.entity == e.id] for e in entities}


def test_surnames_and_titles_join_the_full_name() -> None:
    names = grouped(
        "[Lavrov|person] left. [Russian Foreign Minister Sergey Lavrov|person] and [Mr. Lavrov|person], that is"
        " [Foreign Minister Lavrov|person], [LAVROV|person], met [Ursula von der Leyen|person]; [von der Leyen|person]"
        " and [Secretary of State Antony Blinken|person] did not. [Leyen|person] saw [Blinken|person]."
    )
    assert list(names) == ["Sergey Lavrov", "Ursula von der Leyen", "Antony Blinken"]
    assert [len(mentions) for mentions in names.values()] == [5, 3, 2]


def test_a_surname_of_two_goes_to_the_last_one_before_it() -> None:
    text, found = marked(
        "[Smith|person] [John Smith|person] [Smith|person] [Mary Smith|person] [Smith|person] [John Smith|person]"
    )
    entities, mentions = group(text, found, [])
    assert [e.name for e in entities] == ["John Smith", "Mary Smith"]
    assert [m.entity for m in mentions] == ["e0", "e0", "e0", "e1", "e1", "e0"]


def test_what_is_no_surname_stays_apart() -> None:
    assert len(grouped("[George Washington|person] never saw [Washington|place].")) == 2
    assert len(grouped("[Donald Trump|person] and [Donald Trump Jr.|person]: [Trump|person], [Trump Jr.|person]")) == 2
    assert len(grouped("The [Bank of England] is in [England|place].")) == 2
    assert len(grouped("[Stephen King|person] met [John King|person]")) == 2


def test_acronyms_join_their_expansion() -> None:
    names = grouped(
        "The [European Union], or [EU], the [E.U.]'s rules; the [World Health Organization] ([WHO]); [U.S.|place] and"
        " [United States|place]; the [Department of Justice] and the [DOJ]; the [Central Bank of Ostrava] ([COB])."
    )
    assert names == {
        "European Union": ["European Union", "EU", "E.U."],
        "World Health Organization": ["World Health Organization", "WHO"],
        "United States": ["U.S.", "United States"],
        "Department of Justice": ["Department of Justice", "DOJ"],
        "Central Bank of Ostrava": ["Central Bank of Ostrava"],
        "COB": ["COB"],
    }
    assert len(grouped("[Kent Democratic Alliance] ([KDEM]) and [Paris|place] ([AFP])")) == 3


def test_an_acronym_that_the_article_defines_in_brackets() -> None:
    names = grouped("[United Farmers] and the [Union of Free Farmers] ([UF]). [UF] won.")
    assert names["Union of Free Farmers"] == ["Union of Free Farmers", "UF", "UF"]


def test_spelling_variants_are_one_name_but_words_and_nationalities_are_not() -> None:
    names = grouped(
        "[RUSSIA|place]: [Russia’s|place] [Russian|group] [Russians|group]. [Al-Qaeda] [al Qaeda]. [the Times]"
        " [The Times]. [Volkswagen AG] [Volkswagen]'s [Apple Inc.] [Apple] [apple] [The Who] [WHO] [The Hague|place]"
    )
    assert {name: len(mentions) for name, mentions in names.items()} == {
        "Russia": 2, "Russian": 1, "Russians": 1, "Al-Qaeda": 2, "Times": 2, "Volkswagen AG": 2, "Apple Inc.": 2,
        "apple": 1, "Who": 1, "WHO": 1, "The Hague": 1,
    }  # fmt: skip
    assert names["Russia"] == ["RUSSIA", "Russia"]


def test_kind_is_what_most_mentions_say_and_ids_follow_the_text() -> None:
    text, found = marked("[Kiev|place] [NATO|place] [NATO] [NATO] [Kiev|place]")
    entities, mentions = group(text, found[::-1], [])
    assert entities == [Entity(id="e0", name="Kiev", kind="place"), Entity(id="e1", name="NATO", kind="organization")]
    assert [m.id for m in mentions] == ["m0", "m1", "m2", "m3", "m4"]
    assert mentions[1] == Mention(id="m1", start=5, end=9, entity="e1")


def test_of_overlapping_names_the_longest_stays_and_a_listed_one_beside_it() -> None:
    text = "The Bank of England cut."
    found = [Found(4, 8, "organization"), Found(12, 19, "place"), Found(4, 19, "organization")]
    assert [(m.start, m.end) for m in group(text, found, [])[1]] == [(4, 19)]
    entities, mentions = group(text, found, [Listed("England")])
    assert [(e.name, m.start, m.end) for e, m in zip(entities, mentions, strict=True)] == [
        ("Bank of England", 4, 19),
        ("England", 12, 19),
    ]
    assert grouped("The Bank of England cut.", Listed("England"), Listed("Bank of England")) == {
        "Bank of England": ["Bank of England"],
        "England": [],
    }


def test_a_found_name_identical_to_a_listed_one_is_dropped() -> None:
    listed = Listed("Atlantic alliance", ("NATO",), "alliance")
    assert grouped("[NATO] and [the NATO|place] and [NATO's] jets", listed) == {"Atlantic alliance": ["NATO"] * 3}


def test_found_names_join_a_listed_target_that_the_article_names() -> None:
    assert grouped("[Sergey Lavrov|person] came. [Mr. Lavrov|person] left.", Listed("Sergey Lavrov")) == {
        "Sergey Lavrov": ["Sergey Lavrov", "Mr. Lavrov"]
    }
    assert grouped("The [European Union]; the [EU] too.", Listed("EU")) == {"EU": ["European Union", "EU"]}
    lavrov = Listed("Lavrov", (), "person")
    assert grouped("[Sergey Lavrov|person] came.", lavrov) == {"Lavrov": ["Sergey Lavrov", "Lavrov"]}
    full = Listed("Mary Smith", ("Smith",), "person")
    assert grouped("[John Smith|person]. [Smith|person].", full)["Mary Smith"] == ["Smith", "Smith"]


def test_two_listed_targets_are_never_joined() -> None:
    listed = (Listed("European Union"), Listed("EU"), Listed("John Smith", (), "person"), Listed("Smith", (), "person"))
    assert all(len(spans) == 1 for spans in grouped("European Union EU John Smith, Smith", *listed).values())


@pytest.mark.parametrize(
    ("alias", "text", "hits"),
    [
        ("US", "US us Us USA US's US-led (US) U.S. u.s. BUS", ["US", "US", "US", "US", "U.S."]),
        ("U.S.", "The US and the U.S. but U.S.S.R.", ["US", "U.S."]),
        ("Apple", "apple Apple APPLE Apples pineApple Apple’s", ["Apple", "APPLE", "Apple"]),
        ("inflation", "Inflation INFLATION inflation reinflation", ["Inflation", "INFLATION", "inflation"]),
        ("European Union", "European\n Union European-Union EUROPEAN UNION european union", None),
        ("Sinn Féin", "Sinn Féin's", ["Sinn Féin"]),
        ("AT&T", "AT&T AT T", ["AT&T"]),
        ("L'Oréal", "L’Oréal", ["L’Oréal"]),
        (".NET (C++)", "in .NET (C++) today", [".NET (C++)"]),
        ("Amazon", "_Amazon_ Amazon.", ["Amazon", "Amazon"]),
    ],
)
def test_listed_names_are_whole_words_and_mind_case(alias: str, text: str, hits: list[str] | None) -> None:
    assert grouped(text, Listed("x y z", (alias,)))["x y z"] == (
        ["European\n Union", "European-Union", "EUROPEAN UNION"] if hits is None else hits
    )


def test_the_longest_alias_wins() -> None:
    assert grouped("Sergey Lavrov", Listed("Lavrov", ("Sergey Lavrov",))) == {"Lavrov": ["Sergey Lavrov"]}


def test_a_target_that_is_never_named_has_no_mention() -> None:
    listed = [Listed("China", (), "place"), Listed("NATO"), Listed("Malta")]
    text, found = marked("[Kiev|place] and NATO.")
    entities, mentions = group(text, found, listed)
    assert [e.name for e in entities] == ["Kiev", "NATO", "China", "Malta"]
    assert [e.id for e in entities] == ["e0", "e1", "e2", "e3"]
    assert {m.entity for m in mentions} == {"e0", "e1"}
    kept = Article(id="a", text=text, entities=entities, mentions=mentions).model_dump(exclude_unset=True)["entities"]
    assert kept[2] == {"id": "e2", "name": "China", "kind": "place"}


def test_boilerplate_names_nobody() -> None:
    text = "NATO met. Follow us on Facebook."
    ignored = [Ignored(start=10, end=len(text), reason="share buttons")]
    entities, mentions = group(text, [], [Listed("Facebook"), Listed("NATO")], ignored)
    assert [entity.name for entity in entities] == ["NATO", "Facebook"]
    assert [mention.entity for mention in mentions] == ["e0"]


def test_a_span_outside_the_text_is_refused() -> None:
    for found in (Found(0, 9, "place"), Found(-1, 2, "place"), Found(2, 2, "place")):
        with pytest.raises(ValueError, match="outside the text of 4"):
            group("Kiev", [found], [])


def test_nothing_to_group() -> None:
    assert group("", [], []) == ([], [])
    assert group("a ' b", [Found(1, 4, "place")], []) == ([], [])


def test_long_sentences_and_many_mentions_take_no_time() -> None:
    name = "John Smith "
    text = name * 2000
    found = [Found(at, at + 10, "person") for at in range(0, len(text), 11)]
    found += [Found(at + 5, at + 10, "person") for at in range(0, len(text), 11)] + [Found(0, len(text), "person")]
    listed = [Listed(f"Smith {number}", (f"John {number}",)) for number in range(200)]
    started = time.perf_counter()
    group(text, found, listed)
    group(text, found[:4000], [Listed("Smith")])
    group("A" * 20_000 + "." * 20_000 + "U." * 10_000, [Found(0, 60_000, "place")], [Listed("U.S.")])
    assert time.perf_counter() - started < 5


WORDS = ["John", "Smith", "Mary Smith", "EU", "European Union", "the", "U.S.", "(", ")", "'s", "RUSSIA", "Russia", "-"]


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[Found], list[Listed]]:
    text = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))) + draw(st.text(max_size=5))
    starts = st.integers(0, len(text) - 1)
    found = []
    for start in draw(st.lists(starts, max_size=8)):
        end = draw(st.integers(start + 1, len(text)))
        found.append(Found(start, end, draw(st.sampled_from(["person", "organization", "place"]))))
    listed = draw(st.lists(st.sampled_from(["Smith", "John Smith", "EU", "Russia", "us"]), unique=True, max_size=3))
    return text, found, [Listed(name, (), draw(st.sampled_from([None, "person"]))) for name in listed]


@given(cases(), st.randoms(use_true_random=False))
def test_spans_lie_in_the_text_and_the_order_given_does_not_matter(case: tuple, random: object) -> None:
    text, found, listed = case
    entities, mentions = group(text, found, listed)
    random.shuffle(shuffled := list(found))  # type: ignore[attr-defined]
    assert group(text, shuffled, listed) == (entities, mentions)
    Article(id="a", text=text, entities=entities, mentions=mentions)
    assert [e.id for e in entities] == [f"e{n}" for n in range(len(entities))]
    assert [m.id for m in mentions] == [f"m{n}" for n in range(len(mentions))]
    assert len({e.name for e in entities}) == len(entities)
    assert len({(m.start, m.end) for m in mentions}) == len(mentions)
    assert [(m.start, -m.end) for m in mentions] == sorted((m.start, -m.end) for m in mentions)
    used = list(dict.fromkeys(m.entity for m in mentions))
    assert used == [e.id for e in entities][: len(used)]
    assert {e.name for e in entities[len(used) :]} <= {target.name for target in listed}
    for mention in mentions:
        assert text[mention.start : mention.end].strip() == text[mention.start : mention.end] != ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("So Vice President Trump said", "Vice President Trump"),
        ("asked Mr. Trump", "Mr. Trump"),
        ("The president Trump", "Trump"),
        ("Prime Minister, Trump", "Trump"),
        ("Prime Trump", "Trump"),
        ("Ex-President Trump", "Ex-President Trump"),
        ("General Trump", "General Trump"),
    ],
)
def test_titles_before_a_name(text: str, found: str) -> None:
    start = text.index("Trump")
    assert text[title_before(text, 0, start) : start + 5] == found
    assert title_before(text, start, start) == start
