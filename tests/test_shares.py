"""Corrected shares of a corpus: their rows, what is noted of them, what is refused."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stancelens.data.sampling import Sampling, load_sampling
from stancelens.data.schema import Article, dump_line, load_articles
from stancelens.evaluation.label_queue import queue_labels
from stancelens.evaluation.result_schema import Share
from stancelens.evaluation.shares import NoSharesError, corrected_shares, estimate

Labels = tuple[list[str] | None, str | None, dict[str, str] | None]  # topics, stance, target → stance toward it
PER = 10  # sentences of an article


def article(number: int, labels: Sequence[Labels], **fields: Any) -> Article:
    text, sentences = "", []
    for at, (topics, stance, toward) in enumerate(labels):
        line = f"Sentence {at} of article {number} says what it says."
        sentence: dict[str, Any] = {"start": len(text), "end": len(text) + len(line)}
        given = {
            "topics": topics,
            "stance": stance,
            "stances": None if toward is None else [{"target": x, "label": label} for x, label in toward.items()],
        }
        sentences.append(sentence | {name: value for name, value in given.items() if value is not None})
        text += line + " "
    return Article.model_validate({"id": f"a{number}", "text": text, "sentences": sentences} | fields)


def articles(labels: Sequence[Labels]) -> list[Article]:
    return [article(at // PER, labels[at : at + PER]) for at in range(0, len(labels), PER)]


def write(path: Path, records: Iterable[Article]) -> Path:
    path.write_text("".join(dump_line(record) + "\n" for record in records), encoding="utf-8")
    return path


def drawn(folder: Path, predicted: Sequence[Labels], n: int) -> tuple[Path, Sampling]:
    """Results with these predictions, and a random sample of them."""
    results = write(folder / "results.jsonl", articles(predicted))
    (folder / "sample.sampling.json").unlink(missing_ok=True)  # of an earlier draw in the same test
    queue = queue_labels(results, folder / "sample.json", n=n, random_sample=True)
    assert queue.sampling is not None
    return results, load_sampling(queue.sampling)


def labelled(sampling: Sampling, labels: Sequence[Labels]) -> list[Article]:
    """What a person who makes no mistake says of the sample."""
    places = {(one.id, one.start) for one in sampling.drawn}
    found = [
        each.model_copy(update={"sentences": [s for s in each.sentences or [] if (each.id, s.start) in places]})
        for each in articles(labels)
    ]
    return [each for each in found if each.sentences]


def shares(folder: Path, predicted: Sequence[Labels], true: Sequence[Labels], n: int, **more: Any) -> dict[str, Share]:
    results, sampling = drawn(folder, predicted, n)
    gold = labelled(sampling, true)
    return {share.what: share for share in corrected_shares(results, gold, sampling, **more)}


# 40 articles of ten sentences: 120 on sport, 200 about the bridge, of which 60 against it, 100 neutral and 40 in favor
SIDES = ["against"] * 3 + ["neutral"] * 5 + ["favor"] * 2
TRUE: list[Labels] = [
    (
        ["sport"] if at % PER < 3 else ["labour"],
        SIDES[at % PER],
        {"Harrow Bridge": SIDES[at % PER]} if at < 200 else {},
    )
    for at in range(400)
]


def mistaken(labels: Labels, at: int) -> Labels:
    """Every seventh sentence is taken for sport and for neutral."""
    _topics, _stance, toward = labels
    return labels if at % 7 else (["sport"], "neutral", dict.fromkeys(toward or {}, "neutral"))


PREDICTED = [mistaken(labels, at) for at, labels in enumerate(TRUE)]
WHATS = [
    "sentences on the topic labour",
    "sentences on the topic sport",
    "sentences whose stance is against",
    "sentences whose stance is neutral",
    "sentences whose stance is favor",
    "sentences about Harrow Bridge that are against it",
    "sentences about Harrow Bridge that are neutral toward it",
    "sentences about Harrow Bridge that are in favor of it",
]
TRUTHS = [0.7, 0.3, 0.3, 0.5, 0.2, 0.3, 0.5, 0.2]


def test_rows_of_a_corpus(tmp_path: Path) -> None:
    found = shares(tmp_path, PREDICTED, TRUE, 150)
    assert list(found) == WHATS
    for what, truth in zip(WHATS, TRUTHS, strict=True):
        share = found[what]
        assert share.corrected is not None
        assert share.low is not None
        assert share.high is not None
        assert 0 <= share.low < share.corrected < share.high <= 1
        assert share.low < truth < share.high
        assert abs(share.corrected - truth) < abs(share.raw - truth)
        assert share.note is None
    assert found[WHATS[0]].raw == sum(topics == ["labour"] for topics, *_ in PREDICTED) / 400
    assert found[WHATS[2]].raw == sum(stance == "against" for _, stance, _ in PREDICTED) / 400
    assert found[WHATS[5]].raw == sum("against" in (x or {}).values() for *_, x in PREDICTED) / 200
    assert found[WHATS[0]].n == 150
    assert 60 < found[WHATS[5]].n < 90


def test_rows_are_the_estimates_of_the_drawn_sentences(tmp_path: Path) -> None:
    results, sampling = drawn(tmp_path, PREDICTED, 100)
    records = articles(TRUE)
    starts = {
        (one.id, s.start): PER * n + at for n, one in enumerate(records) for at, s in enumerate(one.sentences or [])
    }
    at = [starts[one.id, one.start] for one in sampling.drawn]
    toward = [[list((labels[i][2] or {}).values()) for i in range(400)] for labels in (TRUE, PREDICTED)]
    true, predicted = (np.asarray([["against" in x, len(x) > 0] for x in side]) for side in toward)
    wanted = estimate(true[at], predicted[at], predicted.mean(axis=0), 400)
    share = {each.what: each for each in corrected_shares(results, labelled(sampling, TRUE), sampling)}[WHATS[5]]
    assert (share.corrected, share.low, share.high) == wanted


def test_a_labelled_corpus_is_known(tmp_path: Path) -> None:
    found = shares(tmp_path, PREDICTED, TRUE, 400)
    for what, truth in zip(WHATS, TRUTHS, strict=True):
        assert (found[what].corrected, found[what].low, found[what].high) == pytest.approx((truth,) * 3)
        assert found[what].note is None


def test_perfect_predictions_are_left_as_they_are_with_a_warning(tmp_path: Path) -> None:
    for what, share in shares(tmp_path, TRUE, TRUE, 100).items():
        assert share.raw == share.corrected == share.low == share.high, what
        assert share.note is not None
        assert share.note.startswith("no error in the sample, or all alike: hence no width, though up to ")
    assert "up to 3.0% of the sentences may differ" in (shares(tmp_path, TRUE, TRUE, 100)[WHATS[0]].note or "")


def test_several_topics_and_stances_count_for_each(tmp_path: Path) -> None:
    both: list[Labels] = [(["sport", "labour"] if at % 2 else [], "neutral", {}) for at in range(60)]
    found = shares(tmp_path, both, both, 60)
    assert [(share.what[23:], share.corrected) for share in found.values()][:2] == [("labour", 0.5), ("sport", 0.5)]
    sides = [{"target": "X", "label": side} for side in ("against", "favor")]
    spans = [{"start": 4 * at, "end": 4 * at + 3, "stances": [] if at else sides} for at in range(30)]
    record = {"id": "a", "text": "Yes " * 30, "sentences": spans}
    results = write(tmp_path / "two.jsonl", [Article.model_validate(record)])
    queue = queue_labels(results, tmp_path / "two.json", n=30, random_sample=True)
    assert queue.sampling is not None
    rows = corrected_shares(results, list(load_articles(results)), load_sampling(queue.sampling))
    assert {row.what: row.raw for row in rows} == {
        "sentences about X that are against it": 1,
        "sentences about X that are in favor of it": 1,
    }


def test_a_label_counts_where_the_model_abstains(tmp_path: Path) -> None:
    records = articles(TRUE)
    for record in records:
        for sentence in record.sentences or []:
            sentence.abstained = ["topics", "stance"]
            for stance in sentence.stances or []:
                stance.abstained = True
    results, sampling = drawn(tmp_path, TRUE, 50)
    answered = corrected_shares(results, labelled(sampling, TRUE), sampling)
    silent = corrected_shares(write(tmp_path / "silent.jsonl", records), labelled(sampling, TRUE), sampling)
    assert silent == answered


def test_names_in_any_case_and_by_entity(tmp_path: Path) -> None:
    """The model writes "HARROW BRIDGE" now and then; a person calls it "the old lady", but marks the bridge."""
    shouted: list[Labels] = [
        (topics, stance, {name.upper() if at % 50 == 0 else name: side for name, side in (toward or {}).items()})
        for at, (topics, stance, toward) in enumerate(TRUE)
    ]
    results, sampling = drawn(tmp_path, shouted, 100)
    wanted = corrected_shares(results, labelled(sampling, TRUE), sampling)
    assert [share.what for share in wanted] == WHATS
    gold = []
    for record in labelled(sampling, TRUE):
        fields = record.model_dump(exclude_unset=True, by_alias=True)
        fields |= {"entities": [{"id": "e", "name": "Harrow  bridge"}], "mentions": []}
        for number, sentence in enumerate(fields["sentences"]):
            start = sentence["start"]
            fields["mentions"].append({"id": f"m{number}", "start": start, "end": start + 8, "entity": "e"})
            for stance in sentence["stances"]:
                stance |= {"target": "the old lady", "mention": f"m{number}"}
        gold.append(Article.model_validate(fields))
    assert corrected_shares(results, gold, sampling) == wanted


def test_the_targets_with_most_stances(tmp_path: Path) -> None:
    counts = {"Dana Quist": 40, "Harrow Bridge": 90, "Ferry Line": 60}
    labels: list[Labels] = [
        (None, None, {name: SIDES[at % PER] for name, count in counts.items() if at < count}) for at in range(120)
    ]
    found = shares(tmp_path, labels, labels, 60, targets=2)
    assert [what.split(" that ")[0] for what in list(found)[::3]] == [
        "sentences about Harrow Bridge",
        "sentences about Ferry Line",
    ]
    assert len(found) == 6
    assert shares(tmp_path, labels, labels, 60, targets=0) == {}


def test_what_nobody_labelled_is_not_corrected(tmp_path: Path) -> None:
    results, sampling = drawn(tmp_path, PREDICTED, 100)
    gold = labelled(sampling, TRUE)
    for record in gold[:2]:
        (record.sentences or [])[0].stances = None
    found = {share.what: share for share in corrected_shares(results, gold, sampling)}
    for what in WHATS:
        share, left_out = found[what], "about" in what
        assert (share.corrected is None) == (share.low is None) == (share.high is None) == left_out
        assert share.note == ("2 of the sample not labelled with stances toward targets" if left_out else None)
    for record in gold:
        for sentence in record.sentences or []:
            sentence.topics = None
    share = corrected_shares(results, gold, sampling)[0]
    assert (share.corrected, share.n) == (None, 100)
    assert share.note == "100 of the sample not labelled with their topics"


def test_what_the_model_does_not_predict_has_no_rows(tmp_path: Path) -> None:
    predicted: list[Labels] = [(topics, None, None) for topics, *_ in PREDICTED]
    assert list(shares(tmp_path, predicted, TRUE, 50)) == WHATS[:2]


def test_rare_labels(tmp_path: Path) -> None:
    rare: list[Labels] = [(["weather"] if at < 4 else ["sport"], None, None) for at in range(400)]
    none = shares(tmp_path, rare, [(["sport"], None, None)] * 400, 30)["sentences on the topic weather"]
    assert (none.raw, none.corrected, none.low, none.high) == (0.01, None, None, None)
    assert none.note == "no such sentence in the sample, which leaves shares of up to 9.5% possible"
    some: list[Labels] = [(["weather"] if at % 20 == 0 else ["sport"], None, None) for at in range(400)]
    few = shares(tmp_path, rare, some, 100)["sentences on the topic weather"]
    assert few.corrected is not None
    assert few.note is not None
    assert few.note.startswith("only ")
    assert few.note.endswith(" such in the sample, as labelled or predicted: the interval may be too narrow")
    unseen: list[Labels] = [(["labour"] if at % 20 == 0 else ["sport"], None, None) for at in range(400)]
    assert shares(tmp_path, rare, unseen, 300)["sentences on the topic labour"].raw == 0


def test_rare_targets(tmp_path: Path) -> None:
    """Half of the sentences that are predicted to be about the ferry are not, and hardly any is drawn."""
    predicted: list[Labels] = [(None, None, {"Ferry": "against"} if at < 20 else {}) for at in range(400)]

    def first(true: list[Labels], n: int) -> Share:
        return next(iter(shares(tmp_path, predicted, true, n).values()))

    none = first([(None, None, {})] * 400, 40)
    assert (none.raw, none.corrected, none.n) == (1, None, 0)
    assert none.note == "none of the sample is about it"
    scattered = [400 - 7 * k for k in range(1, 11)]
    true: list[Labels] = [(None, None, {"Ferry": "against"} if at in scattered else {}) for at in range(400)]
    unknown = first(true, 60)
    assert unknown.corrected is None
    assert unknown.n > 0
    assert unknown.note == "too few of the sample are about it to tell how many of the corpus are"
    sides: list[Labels] = [(None, None, {"Ferry": SIDES[at % PER]} if at < 20 else {}) for at in range(400)]
    few = first(sides, 120)
    assert few.corrected is not None
    assert few.n < 10
    assert few.note == f"only {few.n} of the sample about it: the interval may be too narrow"


def refusal(results: Path, gold: Sequence[Article], sampling: Sampling | None) -> str:
    with pytest.raises(NoSharesError) as error:
        corrected_shares(results, gold, sampling)
    return str(error.value)


def test_sentences_cut_a_little_otherwise_are_found(tmp_path: Path) -> None:
    results, sampling = drawn(tmp_path, PREDICTED, 100)
    gold = labelled(sampling, TRUE)
    wanted = corrected_shares(results, gold, sampling)
    records = list(load_articles(results))
    for record in records:
        for sentence in record.sentences or []:
            sentence.end -= 5
    write(results, records)
    assert corrected_shares(results, gold, sampling) == wanted
    for sentence in records[int(sampling.drawn[0].id[1:])].sentences or []:
        sentence.start = sentence.end - 5
    write(results, records)
    assert refusal(results, gold, sampling).startswith("Sentences of the sample are cut otherwise in the results, ")


def test_refusals(tmp_path: Path) -> None:
    results, sampling = drawn(tmp_path, PREDICTED, 40)
    gold = labelled(sampling, TRUE)
    assert refusal(results, gold, None) == (
        "There is no record of a random sample: draw one from these results with `stancelens labels queue --random`, "
        "and label it."
    )
    other = write(tmp_path / "other.jsonl", articles(PREDICTED)[1:])
    assert "drawn from another corpus" in refusal(other, gold, sampling)
    records = articles(PREDICTED)
    records[0].sentences = (records[0].sentences or [])[1:]
    recut = refusal(write(tmp_path / "recut.jsonl", records), gold, sampling)
    assert recut.startswith("The sample was drawn from 400 sentences, the results have 399: ")
    bare = [record.model_copy(deep=True) for record in gold]
    sentence = (bare[0].sentences or [])[0]
    sentence.topics = sentence.stance = sentence.stances = None
    assert refusal(results, bare, sampling) == (
        "Sentences of the sample have no labels, 1 of 40: label them too, for they may be unlike."
    )
    assert "no labels, 40 of 40" in refusal(results, [], sampling)
    longer = [record.model_copy(update={"text": record.text + "More."}) for record in gold]
    assert "no labels, 40 of 40" in refusal(results, longer, sampling)
    _, small = drawn(tmp_path, PREDICTED, 29)
    assert refusal(results, labelled(small, TRUE), small).startswith(
        "The sample has 29 labelled sentences, and at least 30 are needed: "
    )
    _, enough = drawn(tmp_path, PREDICTED, 30)
    assert corrected_shares(results, labelled(enough, TRUE), enough)


def test_results_are_read_in_a_stream(tmp_path: Path) -> None:
    """Ten megabytes of text are never held at once."""
    filler = "x" * 250_000

    def longer(records: Iterable[Article]) -> Iterable[Article]:
        return (record.model_copy(update={"text": record.text + filler}) for record in records)

    results = write(tmp_path / "results.jsonl", longer(articles(PREDICTED)))
    assert results.stat().st_size > 10_000_000
    queue = queue_labels(results, tmp_path / "sample.json", n=40, random_sample=True)
    assert queue.sampling is not None
    sampling = load_sampling(queue.sampling)
    gold = list(longer(labelled(sampling, TRUE)))
    tracemalloc.start()
    corrected_shares(results, gold, sampling)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000
