"""The same labels after a round trip through every tool, on any text; and no file that breaks a reader."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from stancelens.data.drafts import Skipped
from stancelens.data.importers.label_studio_roles import CONTROLS
from stancelens.data.label_files import FORMATS, LOST, detect, export_labels, import_labels
from stancelens.data.labels import STANCES, TOPICS
from stancelens.data.schema import Article, dump_line, load_articles

from . import label_fixtures as fixtures
from .label_fixtures import read, reasons, resolved, write

ROOT = Path(__file__).parents[1]
NAMES = {"stancelens": "a.jsonl", "label-studio": "a.json", "doccano": "a.jsonl", "prodigy": "a.jsonl"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labels")


@pytest.fixture(scope="module")
def gold(folder: Path) -> Path:
    """Forty articles of the gold corpus."""
    with (ROOT / "data" / "gold" / "articles.jsonl").open(encoding="utf-8") as lines:
        (folder / "gold.jsonl").write_text("".join(islice(lines, 40)), encoding="utf-8")
    return folder / "gold.jsonl"


def there_and_back(article: Article, format: str, path: Path) -> tuple[list[Article], list[Skipped]]:
    writer = FORMATS[format][1]
    assert writer is not None
    writer([article], path)
    return read(path, format)


@pytest.mark.parametrize("format", NAMES)
def test_labels_survive_a_tool(format: str, folder: Path) -> None:
    @settings(max_examples=40, deadline=None, database=None)
    @given(fixtures.articles())
    def check(article: Article) -> None:
        found, skipped = there_and_back(article, format, folder / NAMES[format])
        if reasons(skipped) == ["no labels"]:
            assert not found
            assert not any((article.sentences, article.topics, article.mentions))
            return
        assert skipped == []
        assert [resolved(one) for one in found] == [resolved(article)]
        again, _ = there_and_back(found[0], format, folder / NAMES[format])
        assert list(map(dump_line, again)) == list(map(dump_line, found))

    check()


@pytest.mark.parametrize("format", [*NAMES, "table"])
def test_two_stances_that_look_alike_are_told_apart(format: str, tmp_path: Path) -> None:
    """Toward one mention, with one label: only the second has a holder, and another target."""
    mentions = [{"id": "x", "start": 0, "end": 5}, {"id": "y", "start": 10, "end": 14}]
    first = {"target": "boat", "mention": "y", "label": "favor"}
    second = {"target": "ship", "mention": "y", "label": "favor", "holder": {"mention": "x"}}
    for stances in ([first, second], [second, first]):
        sentence = {"start": 0, "end": 15, "stances": stances}
        record = {"id": "a", "text": "Duval's a boat.", "mentions": mentions, "sentences": [sentence]}
        article = Article.model_validate(record)
        found, skipped = there_and_back(article, format, tmp_path / "a")
        assert (list(map(resolved, found)), skipped) == ([resolved(article)], [])


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.parquet"])
def test_labels_survive_a_table(name: str, folder: Path) -> None:
    @settings(max_examples=40, deadline=None, database=None)
    @given(fixtures.articles(plain=True))
    def check(article: Article) -> None:
        found, skipped = there_and_back(article, "table", folder / name)
        assert skipped == []
        assert [without_loose_mentions(one) for one in found] == [without_loose_mentions(article)]
        again, _ = there_and_back(found[0], "table", folder / name)
        assert list(map(dump_line, again)) == list(map(dump_line, found))

    check()


def without_loose_mentions(article: Article) -> dict[str, Any]:
    """A table has mentions only where a stance has them."""
    record = resolved(article)
    record.pop("mentions", None)
    return record


_KEYS = """
    text data label entities relations start end spans answer accept options id annotations result value type labels
    choices from_name stancelens regions meta start_offset end_offset from_id to_id head child tokens completed_by
"""
KEYS = _KEYS.split()
ATOMS = st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(["a", "0", "relation", "labels"])
ANYTHING = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("format", ["label-studio", "doccano", "prodigy", "stancelens"])
def test_nothing_that_is_json_breaks_a_reader(format: str, folder: Path) -> None:
    @settings(max_examples=60, deadline=None, database=None)
    @given(ANYTHING, st.sampled_from(KEYS))
    def check(value: Any, key: str) -> None:
        asked: dict[str, Any] = {"text": "a b", "answer": "accept", key: value}
        done = {
            "data": {"text": "a b"},
            "annotations": [{"result": [{"id": "x", "type": "labels", key: value}, value]}],
        }
        read(write(folder / "any.jsonl", asked, done, value), format)

    check()


@pytest.mark.parametrize("format", [name for name in LOST if name != "table"])
def test_the_gold_corpus_survives(format: str, gold: Path, tmp_path: Path) -> None:
    path = tmp_path / "x"  # the name says nothing
    known = [resolved(article) for article in load_articles(gold)]
    done = export_labels([gold], path, format)
    assert (done.articles, done.lost) == (40, {})
    assert detect(path) == format
    result = import_labels([path], tmp_path / "labels.jsonl")
    assert (result.articles, result.skipped, result.corrected) == (40, [], [])
    assert [resolved(article) for article in load_articles(tmp_path / "labels.jsonl")] == known
    assert detect(tmp_path / "labels.jsonl") == "stancelens"


def test_a_table_tells_what_it_cannot_hold(gold: Path, tmp_path: Path) -> None:
    done = export_labels([gold], tmp_path / "a.csv", "table")
    assert detect(tmp_path / "a.csv") == "table"
    articles = list(load_articles(gold))
    assert done.lost["entities"] == len(articles)
    assert done.lost["summaries"] == sum(article.summaries is not None for article in articles)
    assert done.lost["sentences.stances (empty)"] > 0
    result = import_labels([tmp_path / "a.csv"], tmp_path / "labels.jsonl")
    stances = sum(len(sentence.stances or []) for article in articles for sentence in article.sentences or [])
    assert (result.articles, result.stances, result.skipped) == (len(articles), stances, [])


def test_exports_fit_the_labelling_configuration(gold: Path, tmp_path: Path) -> None:
    tree = etree.parse(ROOT / "docs" / "label-studio.xml")
    export_labels([gold], tmp_path / "a.json", "label-studio")
    controls = {tag.get("name"): tag for tag in tree.iter("Choices", "Labels", "TextArea")}
    relations = {tag.get("value") for tag in tree.iter("Relation")}
    assert set(CONTROLS.values()) <= set(controls)
    for exported in json.loads((tmp_path / "a.json").read_text(encoding="utf-8")):
        results = exported["annotations"][0]["result"]
        regions = {result["id"] for result in results if result["type"] == "labels"}
        for result in results:
            if result["type"] == "relation":
                assert set(result["labels"]) <= relations
                assert {result["from_id"], result["to_id"]} <= regions
                continue
            control = controls[result["from_name"]]
            assert control.tag.lower() == result["type"]
            known = {tag.get("value") for tag in control.iter("Choice", "Label")}
            assert set(result["value"].get("choices", result["value"].get("labels", []))) <= known
            assert (control.get("perRegion") is not None) == (result["id"] in regions and control.tag != "Labels")
    known = {tag.get("value") for tag in tree.iter("Choice")}
    assert {*STANCES, *TOPICS} <= known
