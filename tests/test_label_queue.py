"""`labels queue`: which sentences are chosen, what is written of them, and what a random sample records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stancelens.data.label_files import read_labels
from stancelens.data.sampling import load_sampling
from stancelens.data.schema import Article, dump_line, load_articles, text_hash
from stancelens.evaluation.label_queue import queue_labels, uncertainty

NOUNS = ["bridge", "harbour", "school", "orchard", "tram", "library", "ferry", "theatre", "mill", "quarry"]
VERBS = ["praised", "criticised", "closed", "reopened"]


def probabilities(best: float) -> dict[str, float]:
    return {"against": best, "neutral": 1 - best, "favor": 0.0}


def article(number: int, sures: Iterable[float], **fields: Any) -> Article:
    """Sentences "The mayor praised the bridge." with a stance toward the bridge, as sure as is said."""
    text, mentions, sentences = "", [], []
    for at, sure in enumerate(sures):
        noun = NOUNS[(number + at) % len(NOUNS)]
        line = f"The mayor {VERBS[at % 4]} the {noun} of ward {number}-{at}."
        start = len(text) + line.index(noun)
        mentions.append({"id": f"m{at}", "start": start, "end": start + len(noun), "entity": f"e{at}"})
        stance = {"target": noun, "mention": f"m{at}", "label": "against", "probabilities": probabilities(sure)}
        sentences.append(
            {
                "start": len(text),
                "end": len(text) + len(line),
                "topics": ["sport"],
                "stance": "against",
                "stances": [stance],
                "probabilities": {"topics": {"sport": 1.0, "weather": 0.0}},
                "salience": 0.5,
            }
        )
        text += line + " "
    record = {"id": f"a{number}", "title": f"Ward {number}", "text": text, "mentions": mentions, "sentences": sentences}
    entities = [{"id": f"e{at}", "name": m["id"]} for at, m in enumerate(mentions)]
    return Article.model_validate(record | {"entities": entities, "summary": [], "aggregates": {}} | fields)


def results(folder: Path, articles: Iterable[Article]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "results.jsonl").write_text("".join(dump_line(a) + "\n" for a in articles), encoding="utf-8")
    return folder


def corpus(folder: Path, articles: int = 30, sentences: int = 10) -> Path:
    """Every second article is unsure, the more so the later."""
    sures = [[0.99] * sentences if n % 2 else [0.5 + 0.4 / (n + 2)] * sentences for n in range(articles)]
    return results(folder, (article(n, s) for n, s in enumerate(sures)))


def chosen(path: Path) -> list[tuple[str, str]]:
    return [(a.id, s.of(a.text)) for a in load_articles(path) for s in a.sentences or []]


def test_uncertainty_is_how_close_the_two_best_labels_are() -> None:
    (sentence,) = article(0, [0.75]).sentences or []
    assert uncertainty(sentence) == pytest.approx(0.5)  # a sure topic and a stance of 0.75 against 0.25
    sentence.probabilities = {"topics": {"sport": 0.5, "weather": 0.3, "health": 0.2}}
    assert uncertainty(sentence) == pytest.approx(0.5 + 0.8)
    assert uncertainty(sentence.model_copy(update={"probabilities": None, "stances": None})) is None


def test_the_uncertain_are_taken_and_the_sure_left(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "results", articles=8)
    queue = queue_labels(folder, n=20, format="stancelens")
    found = chosen(queue.out)
    assert (queue.sentences, len(found), len(set(found)), queue.of_sentences) == (20, 20, 20, 80)
    assert all(int(name[1:]) % 2 == 0 for name, _ in found)
    assert queue.articles == len({name for name, _ in found})


def test_what_is_taken_is_unlike_each_other(tmp_path: Path) -> None:
    """Of sixty sentences of one kind and five surer ones of other kinds, uncertainty alone would take none of these."""
    pool = [(f"x{n}", f"The mayor praised the bridge{' again' * n}.", 0.5) for n in range(60)]
    odd = ("Rain fell.", "Shares rose a lot.", "Who wrote that play?", "Goal!", "Police say no.")
    pool += [(f"y{n}", text, 0.55) for n, text in enumerate(odd)]
    articles = []
    for name, text, sure in pool:
        topics = {"sport": sure, "weather": 1 - sure}
        sentence = {"start": 0, "end": len(text), "probabilities": {"topics": topics}}
        articles.append(Article.model_validate({"id": name, "text": text, "sentences": [sentence]}))
    queue = queue_labels(results(tmp_path / "r", articles), n=8, format="stancelens")
    assert {name for name, _ in chosen(queue.out)} >= {"y0", "y1", "y2", "y3", "y4"}


def test_no_text_twice_no_copy_and_nothing_that_is_labelled(tmp_path: Path) -> None:
    first, copy = article(1, [0.6, 0.7]), article(1, [0.6, 0.7]).model_copy(update={"id": "again"})
    near = article(2, [0.5]).model_copy(update={"near_duplicate_of": "a1"})
    last = article(3, [0.6])
    folder = results(tmp_path / "r", [first, copy, near, last])
    assert {name for name, _ in chosen(queue_labels(folder, format="stancelens").out)} == {"a1", "a3"}
    labelled = tmp_path / "labels.jsonl"
    bare = {"start": 0, "end": (first.sentences or [])[0].end}
    done = {"id": "a1", "text": first.text, "sentences": [bare | {"stance": "favor"}]}
    labelled.write_text(json.dumps(done) + "\n", encoding="utf-8")
    again = queue_labels(folder, format="stancelens", labelled=[labelled])
    assert again.sentences == 2
    assert not any("1-0" in text for _, text in chosen(again.out))


def test_tasks_hold_the_article_and_only_what_the_sentences_need(tmp_path: Path) -> None:
    folder = results(tmp_path / "r", [article(0, [0.99, 0.5, 0.99])])
    queue = queue_labels(folder, n=1, format="label-studio")
    (task,) = json.loads(queue.out.read_text(encoding="utf-8"))
    assert queue.out == folder / "queue.json"
    assert queue.labels
    assert queue.sampling is None
    assert task["data"]["text"] == article(0, [0.99, 0.5, 0.99]).text
    assert task["data"]["title"] == "Ward 0"
    assert task["annotations"] == []
    assert len(task["predictions"]) == 1
    values = [result["value"] for result in task["predictions"][0]["result"] if result["type"] == "labels"]
    texts = {value["text"]: value["labels"] for value in values}
    assert texts == {"The mayor criticised the harbour of ward 0-1.": ["Sentence"], "harbour": ["Mention"]}
    chosen_labels = {tuple(r["value"].get("choices", ())) for r in task["predictions"][0]["result"]}
    assert ("against",) in chosen_labels
    assert ("sport",) in chosen_labels


@pytest.mark.parametrize("format", ["label-studio", "prodigy"])
@pytest.mark.parametrize("random_sample", [False, True])
def test_nobody_has_answered_yet(format: str, random_sample: bool, tmp_path: Path) -> None:
    queue = queue_labels(corpus(tmp_path / "r"), n=5, format=format, random_sample=random_sample)
    skipped: list[Any] = []
    assert list(read_labels(queue.out, format, skipped=skipped.append)) == []
    assert skipped


@pytest.mark.parametrize("format", ["doccano", "stancelens"])
def test_labels_that_would_pass_for_a_persons_are_left_out(format: str, tmp_path: Path) -> None:
    queue = queue_labels(corpus(tmp_path / "r"), n=5, format=format)
    found = list(read_labels(queue.out, format, skipped=lambda one: None))
    sentences = [sentence for one in found for sentence in one.sentences or []]
    assert not queue.labels
    assert len(sentences) == 5
    assert not any(one.mentions or one.entities for one in found)
    assert not any(s.topics or s.stance or s.stances or s.probabilities for s in sentences)


def test_a_random_sample_is_without_labels_and_recorded(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "r")
    queue = queue_labels(folder, n=40, random_sample=True, seed=7)
    assert queue.out == folder / "sample.json"
    assert queue.sampling == folder / "sample.sampling.json"
    assert "against" not in queue.out.read_text(encoding="utf-8")
    record = load_sampling(queue.sampling)
    assert (record.seed, record.articles, record.sentences, len(record.drawn)) == (7, 30, 300, 40)
    texts = {a.id: a for a in load_articles(folder / "results.jsonl")}
    spans = {(d.id, d.start, d.end) for d in record.drawn}
    assert len(spans) == 40
    assert all(d.text_sha256 == text_hash(texts[d.id].text) for d in record.drawn)
    assert spans <= {(a.id, s.start, s.end) for a in texts.values() for s in a.sentences or []}
    with pytest.raises(ValueError, match="records an earlier random sample"):
        queue_labels(folder, n=10, random_sample=True)
    again = queue_labels(folder, tmp_path / "sample2.json", n=40, random_sample=True, seed=7)
    assert again.sampling is not None
    assert load_sampling(again.sampling) == record
    other = queue_labels(folder, tmp_path / "sample3.json", n=40, random_sample=True, seed=8)
    assert other.sampling is not None
    assert load_sampling(other.sampling).drawn != record.drawn


def test_every_sentence_is_as_likely_to_be_drawn(tmp_path: Path) -> None:
    """Two thousand draws of one of seven sentences; the chance that the test fails by chance is below one in 1,000."""
    from stancelens.evaluation.label_queue import _draw

    sizes = [2, 0, 1, 4]
    counts = {(a, s): 0 for a, size in enumerate(sizes) for s in range(size)}
    for seed in range(2100):
        (place,) = _draw(sizes, 1, seed)
        counts[place] += 1
    assert sum((count - 300) ** 2 / 300 for count in counts.values()) < 22.46  # chi-squared, 6 degrees of freedom


@given(st.lists(st.integers(0, 5), max_size=8), st.integers(1, 50), st.integers(0, 99))
def test_draws_are_distinct_places(sizes: list[int], n: int, seed: int) -> None:
    from stancelens.evaluation.label_queue import _draw

    places = _draw(sizes, n, seed)
    assert len(set(places)) == len(places) == min(n, sum(sizes))
    assert places == sorted(places)
    assert all(0 <= at < sizes[number] for number, at in places)


def test_refusals(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "r", articles=2)
    with pytest.raises(ValueError, match="no queue in format 'table': one of label-studio"):
        queue_labels(folder, format="table")
    with pytest.raises(ValueError, match="drawn from all sentences"):
        queue_labels(folder, random_sample=True, labelled=[folder / "results.jsonl"])
    with pytest.raises(ValueError, match=r"holds no results\.jsonl"):
        queue_labels(tmp_path)
    with pytest.raises(ValueError, match="is there already"):
        queue_labels(folder, folder / "results.jsonl")
    with pytest.raises(ValueError, match="no sentence to label is left of 20"):
        queue_labels(folder, labelled=[folder / "results.jsonl"])
    bare = [Article.model_validate({"id": "a", "text": "Hi.", "sentences": [{"start": 0, "end": 3}]})]
    with pytest.raises(ValueError, match="no sentence has probabilities"):
        queue_labels(results(tmp_path / "bare", bare))
    with pytest.raises(ValueError, match="no sentence to label is left of 0"):
        queue_labels(results(tmp_path / "none", [Article(id="a", text="Hi.")]), random_sample=True)
    sample = queue_labels(folder, n=3, random_sample=True)
    with pytest.raises(ValueError, match="records an earlier random sample"):
        queue_labels(folder, sample.out, n=3)
    (tmp_path / "no.sampling.json").write_text('{"seed": 1}', encoding="utf-8")
    with pytest.raises(ValueError, match="no record of a sample: articles: Field required"):
        load_sampling(tmp_path / "no.sampling.json")


def test_what_the_model_did_not_find_is_not_said_to_be_none(tmp_path: Path) -> None:
    """Nobody would see it in the tool, and so nobody would correct it."""
    one = article(0, [0.5, 0.6])
    (one.sentences or [])[0].stances = []
    (one.sentences or [])[1].stances = (one.sentences or [])[1].stances
    one.mentions = (one.mentions or [])[1:]
    text = queue_labels(results(tmp_path / "r", [one]), n=2).out.read_text(encoding="utf-8")
    assert "none_of" not in text
    sample = queue_labels(tmp_path / "r", n=2, random_sample=True).out.read_text(encoding="utf-8")
    assert "Mention" not in sample
    assert "none_of" not in sample


def test_a_derived_stance_does_not_count_twice() -> None:
    (sentence,) = article(0, [0.5]).sentences or []
    sentence.probabilities = {"stance": {"against": 0.5, "neutral": 0.5}}
    assert uncertainty(sentence) == pytest.approx(2)
    assert uncertainty(sentence.model_copy(update={"stance_source": "targets"})) == pytest.approx(1)


def test_inputs_are_not_replaced(tmp_path: Path) -> None:
    folder = corpus(tmp_path / "r", articles=4)
    queue = queue_labels(folder, n=3, format="stancelens")
    with pytest.raises(ValueError, match="is there already"):
        queue_labels(folder, queue.out, n=3, format="stancelens", labelled=[queue.out])
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="is there already"):
        queue_labels(folder, tmp_path / "run.json", n=3)
