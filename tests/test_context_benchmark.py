"""Rows read alone and inside their article: which are compared, and the difference. No model is loaded."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from stancelens.benchmarks.context import Read, articles_of_rows, delta, load_pairs, macro_f1, pair_up, row_id, targets
from stancelens.benchmarks.figures import Items
from stancelens.data.schema import Article, Mention, Sentence, Stance
from stancelens.evaluation.intervals import macro_f1_interval
from stancelens.evaluation.items import is_name

from .public_rows import write, write_jsonl

ALONE = "Bell said he lied."
BEFORE = "The mayor spoke."
ROW = {
    "primary_gid": "g/1",
    "sentence_normalized": ALONE,
    "targets": [
        {"mention": "Bell", "from": 0, "to": 4, "polarity": 4.0},
        {"mention": "he", "from": 10, "to": 12, "polarity": 2.0},
    ],
}
OTHER = {
    "primary_gid": "g2",
    "sentence_normalized": "Orr won.",
    "targets": [{"mention": "Orr", "from": 0, "to": 3, "polarity": 6.0}],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """One row in each dev file, the first of them with an article."""
    folder = tmp_path / "stance" / "newsmtsc"
    write_jsonl(folder / "dev_rw.jsonl.gz", [ROW])
    write_jsonl(folder / "dev_mt.jsonl.gz", [OTHER])
    write(folder / "sentence_to_context_article.json.gz", '{"devtest_rw|g/1": ["a7", "a8"]}')
    write_jsonl(folder / "context_articles.jsonl.gz", [{"ID": "a7", "content": f"{BEFORE} {ALONE} Then he left."}])
    return tmp_path


def test_rows_with_an_article_are_paired(data: Path) -> None:
    folder = data / "stance" / "newsmtsc"
    assert articles_of_rows(folder) == {"g/1": "a7"}
    (pair,) = load_pairs(data, ["dev_rw", "dev_mt"])
    assert (pair.group, row_id(pair.alone), row_id(pair.inside)) == ("a7", "g/1", "g/1")
    assert pair.alone.text == ALONE
    assert pair.inside.text == f"{BEFORE} {ALONE} Then he left."
    alone, inside = targets(pair.alone), targets(pair.inside)
    assert [(t.words, t.label, is_name(t.words)) for t in alone] == [
        ("Bell", "neutral", True),
        ("he", "against", False),
    ]
    assert [(t.words, t.label) for t in inside] == [(t.words, t.label) for t in alone]
    assert ({t.sentence for t in alone}, {t.sentence for t in inside}) == ({0}, {1})
    assert [t.span.start - s.span.start for t, s in zip(inside, alone, strict=True)] == [len(BEFORE) + 1] * 2


def test_other_targets_in_the_article_are_refused() -> None:
    def row(name: str, label: str) -> Article:
        stance = Stance(target="Orr", mention="m0", label=label)
        return Article(
            id=f"newsmtsc/dev_rw/{name}",
            text="Orr won.",
            mentions=[Mention(id="m0", start=0, end=3)],
            sentences=[Sentence(start=0, end=8, stances=[stance])],
        )

    with pytest.raises(ValueError, match="the targets alone are"):
        list(pair_up([row("g", "favor")], [row("context/g", "against")], {"g": "a"}))


def items(gold: list[int], predicted: list[int], groups: list[str]) -> Items:
    found = Items()
    for right, given, owner in zip(gold, predicted, groups, strict=True):
        found.add(right, np.eye(3)[given], owner)
    return found


GOLD, OWNERS = [0, 1, 2, 0, 1, 2], ["a", "a", "b", "c", "c", "d"]


def test_the_difference_is_inside_minus_alone() -> None:
    found = Read(items(GOLD, [0, 0, 2, 0, 0, 2], OWNERS), items(GOLD, [0, 1, 2, 0, 0, 2], OWNERS), [True] * 6)
    alone, inside = (
        macro_f1_interval(np.asarray(each.gold), np.asarray(each.probabilities).argmax(axis=1), 3, OWNERS).value
        for each in (found.alone, found.inside)
    )
    assert macro_f1(found.alone)(np.ones((1, 4)))[0] == pytest.approx(alone)
    paired = delta(found)
    assert paired.value == pytest.approx(inside - alone)
    assert paired.value > 0
    assert paired.low is not None
    assert paired.low < paired.value
    assert paired.p is not None
    assert 0 < paired.p < 1


def test_the_same_answers_have_no_interval() -> None:
    found = Read(items(GOLD, GOLD, OWNERS), items(GOLD, GOLD, OWNERS), [True] * 6)
    paired = delta(found)
    assert (paired.value, paired.low, paired.p) == (0, None, None)


def test_unnamed_targets_and_their_articles_alone() -> None:
    named = [True, False, True, False, True, True]
    part = Read(items(GOLD, GOLD, OWNERS), items(GOLD, [0, 0, 2, 0, 1, 2], OWNERS), named).unnamed()
    assert part.alone.gold == part.inside.gold == [1, 0]
    assert part.alone.groups == ["a", "c"]
    assert [int(row.argmax()) for row in part.inside.probabilities] == [0, 0]
    assert delta(part).value < 0
    with pytest.raises(ValueError, match="no targets"):
        delta(Read())


def test_the_set_in_full() -> None:
    if not (folder := os.environ.get("STANCELENS_DATA")):
        pytest.skip("STANCELENS_DATA, the folder of public sets, is not set")
    counts = {}
    for split in ("dev", "test"):
        pairs = load_pairs(Path(folder), [f"{split}_rw", f"{split}_mt"])
        words = [target.words for pair in pairs for target in targets(pair.alone)]
        places = [target.span.of(pair.inside.text) for pair in pairs for target in targets(pair.inside)]
        assert places == words
        unnamed = sum(not is_name(each) for each in words)
        counts[split] = (len(pairs), len({pair.group for pair in pairs}), len(words), unnamed)
    assert counts == {"dev": (118, 111, 179, 17), "test": (257, 226, 365, 42)}
