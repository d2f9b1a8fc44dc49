"""Near-identical texts are flagged, texts that share a subject are not."""

from __future__ import annotations

import random

from stancelens.data.duplicates import NearDuplicates

WORDS = [f"word{number}" for number in range(3000)]


def story(seed: int, length: int = 400) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def test_a_copy_is_flagged_with_the_earliest_id() -> None:
    seen = NearDuplicates()
    words = story(1)
    assert seen.check("a", " ".join(words)) is None
    assert seen.check("b", " ".join(words)) == "a"
    assert seen.check("c", " ".join(words)) == "a"


def test_small_edits_cuts_case_and_punctuation_do_not_hide_a_copy() -> None:
    seen = NearDuplicates()
    words = story(2)
    seen.check("a", " ".join(words))
    edited = [f"new{at}" if at % 100 == 0 else word for at, word in enumerate(words)]
    assert seen.check("edited", " ".join(edited)) == "a"
    assert seen.check("cut", " ".join(words[:360])) == "a"
    assert seen.check("loud", ", ".join(words).upper()) == "a"


def test_other_articles_are_not_flagged() -> None:
    seen = NearDuplicates()
    for number in range(200):
        assert seen.check(str(number), " ".join(story(number + 10))) is None


def test_half_of_an_article_in_common_is_no_copy() -> None:
    seen = NearDuplicates()
    seen.check("a", " ".join(story(3)))
    assert seen.check("b", " ".join(story(3)[:200] + story(4)[:200])) is None


def test_texts_shorter_than_a_run_and_texts_without_words() -> None:
    seen = NearDuplicates()
    assert seen.check("a", "Shares fell.") is None
    assert seen.check("b", "Shares rose.") is None
    assert seen.check("c", "Shares fell!") == "a"
    assert seen.check("d", "...") is None
    assert seen.check("e", "...") is None


def test_answers_are_the_same_in_every_run() -> None:
    texts = [" ".join(story(number % 50, 60)) for number in range(120)]
    runs = []
    for _ in range(2):
        seen = NearDuplicates()
        runs.append([seen.check(str(number), text) for number, text in enumerate(texts)])
    assert runs[0] == runs[1]
    assert runs[0][50:100] == [str(number) for number in range(50)]


def test_copies_are_not_kept() -> None:
    seen = NearDuplicates()
    text = " ".join(story(5))
    for number in range(2000):
        seen.check(str(number), text)
    assert seen._index.execute("SELECT count(*) FROM articles").fetchone() == (1,)
