"""Changes that leave stances as they are: where spans lie afterwards, and what is counted. No model is loaded."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.benchmarks.changes import PERTURBATIONS, Edit, Edited, can_be_swapped, perturb, swap
from stancelens.benchmarks.figures import Figures
from stancelens.benchmarks.invariance import (
    SWAPS,
    Place,
    Target,
    corpus_targets,
    drawn_names,
    measure_surface,
    name_swaps,
    outcomes,
    row_targets,
    surface,
)
from stancelens.benchmarks.names import NAMES
from stancelens.data.schema import Article, Entity, Ignored, Mention, Sentence, Span, Stance
from stancelens.inference.targets import Found

CHARS = st.characters(exclude_categories=["Cs"])
NEWS = st.text(st.sampled_from("ab ßﬁİ  \n.'\"“”‘’—") | CHARS, max_size=40)


@st.composite
def edited_texts(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(NEWS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return text, [Edit(a, b, draw(st.text(CHARS, min_size=1, max_size=5))) for a, b in pairs]


def spans(text: str) -> list[Span]:
    return [Span(start=a, end=b) for a in range(len(text)) for b in range(a + 1, len(text) + 1)]


@given(edited_texts())
def test_a_span_holds_what_it_held_with_its_edits(made: tuple[str, list[Edit]]) -> None:
    text, edits = made
    edited = Edited(text, edits)
    for span in spans(text):
        touched = [edit for edit in edits if edit.start < span.end and edit.end > span.start]
        assert edited.touches(span) == bool(touched)
        parts, at = [], span.start
        for edit in touched:
            parts += [text[at : max(at, edit.start)], edit.new]
            at = edit.end
        parts.append(text[at : max(at, span.end)])
        assert edited.move(span).of(edited.text) == "".join(parts)


@pytest.mark.parametrize(
    "edits", [[Edit(1, 1, "a")], [Edit(0, 1, "")], [Edit(2, 4, "a")], [Edit(1, 3, "a"), Edit(2, 3, "b")]]
)
def test_edits_that_cannot_be_made(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="edits must be"):
        Edited("abc", edits)


@given(NEWS)
def test_perturbations_of_any_text(text: str) -> None:
    upper, quotes, spaces = (perturb(text, name) for name in ("upper", "quotes", "spaces"))
    assert list(PERTURBATIONS) == ["upper", "quotes", "spaces"]
    assert upper.text == text.upper()
    assert spaces.text == re.sub("(?<! ) (?! )", "  ", text)
    straight, curly = re.compile("[\"']"), re.compile("[“”‘’]")
    assert len(quotes.text) == len(text)
    assert [m.start() for m in straight.finditer(quotes.text)] == [m.start() for m in curly.finditer(text)]
    assert [m.start() for m in curly.finditer(quotes.text)] == [m.start() for m in straight.finditer(text)]
    assert re.sub("[\"'“”‘’]", "", quotes.text) == re.sub("[\"'“”‘’]", "", text)
    for span in spans(text):
        assert upper.move(span).of(upper.text) == span.of(text).upper()
        assert quotes.move(span) == span
        now = spaces.move(span).of(spaces.text)
        assert now.replace(" ", "") == span.of(text).replace(" ", "")
        assert re.fullmatch(r"\S.*\S|\S", span.of(text)) is None or (now[0], now[-1]) != (" ", " ")


@pytest.mark.parametrize(
    ("text", "toggled"),
    [
        ("\"It's 'ours',\" she said.", "“It’s ‘ours’,” she said."),
        ("“It’s ‘ours’,” she said.", "\"It's 'ours',\" she said."),
        ('He left—"Now"— and "\'Go\'"', "He left—“Now”— and “‘Go’”"),
        ('the workers\' “list” ("A")', 'the workers’ "list" (“A”)'),
    ],
)
def test_quotes(text: str, toggled: str) -> None:
    assert perturb(text, "quotes").text == toggled


PERSON = Entity(id="e0", name="General Anna Ó Bell", kind="person")
BODY = Entity(id="e1", name="Harbor Board", kind="organization")
NEW = {"e0": "Wanda van der Kowalczyk", "e1": "Quillon"}
FORMS = {  # mention → what stands there once its entity has its new name
    "e0": {
        "General Anna Ó Bell": "General Wanda van der Kowalczyk",
        "Anna Ó Bell": "Wanda van der Kowalczyk",
        "Anna Ó Bell's": "Wanda van der Kowalczyk's",
        "ANNA Ó BELL": "WANDA VAN DER KOWALCZYK",
        "Ann Bell": "Wanda van der Kowalczyk",
        "Ms. Bell": "Ms. Kowalczyk",
        '" Bell': '" Kowalczyk',
        "Ó Bell": "Kowalczyk",
        "BELL": "KOWALCZYK",
        "Anna": "Wanda",
        "she": "she",
        "the general": "the general",
        "Annabel": "Annabel",
    },
    "e1": {
        "Harbor Board": "Quillon",
        "The Harbor Board": "The Quillon",
        "Harbor\nBoard's": "Quillon's",
        "Board": "Board",
        "HB": "HB",
    },
}
PIECES = st.lists(
    st.tuples(st.text(CHARS, max_size=6), st.sampled_from([(e, form) for e, forms in FORMS.items() for form in forms])),
    min_size=1,
    max_size=6,
)


@given(PIECES, st.sampled_from([PERSON, BODY]))
def test_a_new_name_in_any_text(pieces: list[tuple[str, tuple[str, str]]], entity: Entity) -> None:
    text, expected, mentions, sentences, wanted = "", "", [], [], []
    for number, (filler, (owner, form)) in enumerate(pieces):
        now = FORMS[owner][form] if owner == entity.id else form
        start = len(text)
        text += filler
        mentions.append(Mention(id=f"m{number}", start=len(text), end=len(text) + len(form), entity=owner, text=form))
        text, expected = text + form, expected + filler + now
        sentences.append(Sentence(start=start, end=len(text)))
        wanted.append((now, filler + now))
    ignored = [Ignored(start=0, end=len(text), reason="all")]
    article = Article(
        id="a", text=text, entities=[PERSON, BODY], mentions=mentions, sentences=sentences, ignored=ignored
    )
    made, edited = swap(article, entity, NEW[entity.id])
    assert made.text == edited.text == expected
    Article.model_validate(made.model_dump(exclude_unset=True, by_alias=True))  # mentions hold their texts
    found = zip(made.mentions or [], made.sentences or [], strict=True)
    assert [(mention.of(expected), sentence.of(expected)) for mention, sentence in found] == wanted
    assert made.ignored[0].of(expected) == expected
    assert article.text == text


def test_which_entities_have_another_name() -> None:
    able = [("Anna Bell", "person"), ("Suvantia", "country"), ("Republicans", "group")]
    unable = [("Russian", "group"), ("big banks", "group"), ("Water Act", "law"), ("Anna Bell", None)]
    found = [pair for pair in able + unable if can_be_swapped(Entity(id="e", name=pair[0], kind=pair[1]))]
    assert found == able


def test_names() -> None:
    assert set(NAMES) == {"person", "organization", "place", "group"}
    for kind, names in NAMES.items():
        assert len(set(names)) == len(names) == 50
        assert all(name[0].isupper() and can_be_swapped(Entity(id="e", name=name, kind=kind)) for name in names)
    assert len({name.split()[-1] for name in NAMES["person"]}) == 50


def said(start: int, end: int, *toward: str | None) -> Sentence:
    stances = [Stance(target="somebody", mention=mention, label="neutral") for mention in toward]
    return Sentence(start=start, end=end, stances=stances)


TEXT = "Anna Bell spoke. She lied, and the Board knew. Bell left."
ARTICLE = Article(
    id="a",
    text=TEXT,
    entities=[Entity(id="e0", name="Anna Bell", kind="person"), Entity(id="e1", name="the board", kind="organization")],
    mentions=[
        Mention(id="m0", start=0, end=9, entity="e0"),
        Mention(id="m1", start=17, end=20, entity="e0"),
        Mention(id="m2", start=35, end=40, entity="e1"),
        Mention(id="m3", start=47, end=51, entity="e0"),
    ],
    sentences=[said(0, 16, "m0"), said(17, 46, "m1", "m1", "m2", None), said(47, 57, "m3")],
)


def test_targets_of_the_corpus() -> None:
    found = [(t.sentence, [span.of(TEXT) for span in t.spans], t.entity.id) for t in corpus_targets(ARTICLE)]
    assert found == [(0, ["Anna Bell"], "e0"), (1, ["She"], "e0"), (1, ["Board"], "e1"), (2, ["Bell"], "e0")]


def test_targets_of_a_row() -> None:
    text = 'The U.S. knows " Bell and Anna Bell; he left.'
    places = [(4, 8), (15, 21), (26, 35), (37, 39)]
    row = Article(
        id="r",
        text=text,
        mentions=[Mention(id=f"m{n}", start=a, end=b) for n, (a, b) in enumerate(places)],
        sentences=[Sentence(start=0, end=len(text))],
    )
    found = [Found(4, 8, "place"), Found(17, 21, "person"), Found(26, 35, "person")]
    made, targets = row_targets(row, found)
    assert [(t.spans[0].of(text), t.entity.name, t.entity.kind) for t in targets] == [
        ("U.S.", "U.S.", "place"),
        ('" Bell', "Anna Bell", "person"),
        ("Anna Bell", "Anna Bell", "person"),
    ]
    assert swap(made, targets[1].entity, "Ed Voss")[0].text == 'The U.S. knows " Voss and Ed Voss; he left.'
    assert row_targets(row, [])[1] == []


def test_new_names_are_the_same_each_time_and_not_in_the_text() -> None:
    person = Entity(id="e0", name="Anna Bell", kind="person")
    names = drawn_names(ARTICLE, person)
    assert names == drawn_names(ARTICLE, person.model_copy(update={"id": "e7"}))
    assert len(set(names)) == SWAPS
    crowded = " ".join(name.split()[-1] for name in NAMES["person"][SWAPS:])
    left = drawn_names(ARTICLE.model_copy(update={"text": crowded}), person)
    assert set(left) == set(NAMES["person"][:SWAPS])


def test_swaps_are_counted() -> None:
    targets, seen = corpus_targets(ARTICLE), []

    def predict(article: Article, places: list[Place]) -> list[int]:
        """1 toward a full name that is not Anna Bell's and whose first letter comes before N."""
        words = [span.of(article.text) for _, (span,) in places]
        if article.text != TEXT:
            seen.append(words)
        return [int(" " in each and each != "Anna Bell" and each < "N") for each in words]

    early = sum(name < "N" for name in drawn_names(ARTICLE, targets[0].entity))
    assert name_swaps(ARTICLE, targets, predict) == [pytest.approx(early / SWAPS), 0]
    assert [words[0].split()[-1] for words in seen] == [words[1] for words in seen]  # no "She", no "Board"
    assert [words[0] for words in seen] == drawn_names(ARTICLE, targets[0].entity)
    assert name_swaps(ARTICLE, targets, lambda article, places: [int(article.text == TEXT)] * len(places)) == [1, 1]
    assert name_swaps(ARTICLE, [Target(1, [], ARTICLE.entities[1])], predict) == []  # type: ignore[index]


def test_stances_answer_one_to_one() -> None:
    def at(*pairs: tuple[int, int]) -> list[Span]:
        return [Span(start=a, end=b) for a, b in pairs]

    before = [(at((0, 4), (10, 20)), "favor"), (at((30, 40)), "against"), (at((50, 60)), "neutral")]
    after = [(at((31, 39)), "favor"), (at((30, 40)), "against"), (at((11, 20)), "neutral"), (at((58, 64)), "neutral")]
    assert outcomes(before, after) == [True, False, None]
    assert outcomes(before, []) == [None] * 3
    assert outcomes([], after) == []
    assert outcomes([before[1], before[1]], [after[1]]) == [False, None]


def analyze(article: Article) -> Article:
    """Finds Bell in any case, and Orr as it stands; against in capitals, else neutral."""
    text = article.text
    found = list(re.finditer("(?i:bell)|Orr|Straße(?:  Osten)?", text))
    mentions = [Mention(id=f"m{n}", start=m.start(), end=m.end()) for n, m in enumerate(found)]
    stances = [Stance(target="an issue", label="against" if text.isupper() else "neutral")]
    for match, mention in zip(found, mentions, strict=True):
        label = "against" if match[0].isupper() else "neutral"
        stances.append(Stance(target=match[0], mention=mention.id, label=label))
    sentences = [Sentence(start=0, end=len(text), stances=stances)]
    return Article(id=article.id, text=text, mentions=mentions, sentences=sentences)


def test_the_surface_is_counted() -> None:
    plain = Article(id="a", text="In Straße Osten, Bell met Orr.")
    # upper case finds Bell alone, one character further on; a doubled space more than doubles the street's name
    assert surface(plain, analyze) == {"upper": [None, True, None], "spaces": [None, False, False]}
    quoted = Article(id="b", text="“Bell”")
    assert surface(quoted, analyze) == {"upper": [True], "quotes": [False]}
    figures = Figures("tiny")
    measure_surface(figures, "surface", cast(Any, SimpleNamespace(analyze_article=analyze)), [plain, quoted])
    changed, lost = (
        [figures.values[f"surface{part}.{measure}.tiny"] for part in (".upper", ".quotes", ".spaces", "")]
        for measure in ("changed", "lost")
    )
    assert changed == [1, 0, 0, 0.4]
    assert lost == [0.5, 0, 0.3333, 0.375]


def test_labels_and_given_spans_do_not_reach_the_analyzer() -> None:
    seen: list[Article] = []

    def watch(article: Article) -> Article:
        seen.append(article)
        return analyze(article)

    surface(ARTICLE.model_copy(update={"ignored": [Ignored(start=17, end=46, reason="x")]}), watch)
    assert [article.text for article in seen] == [TEXT, TEXT.upper(), TEXT.replace(" ", "  ")]
    assert all(article.mentions is None and article.sentences is None for article in seen)
    assert [article.ignored[0].of(article.text).split()[0].lower() for article in seen] == ["she"] * 3
