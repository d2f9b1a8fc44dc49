"""Scores of summaries: values worked out by hand, and what rouge-score and a plainer way of counting say."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from stancelens.benchmarks.stored_summaries import stored_summaries, write_records
from stancelens.data.importers.summaries import read_summaries
from stancelens.data.schema import Article, Sentence, Stance, SummaryLine, load_articles
from stancelens.evaluation.summary_scores import MEASURES, ROUGE, fragments, rouge, score_summary

NAMES = (
    *("rouge1", "rouge2", "rougeL", "rougeLsum", "rouge1_best", "rouge2_best", "rougeL_best", "rougeLsum_best"),
    *("embedding_similarity", "words", "lines", "compression", "coverage", "density", "novel_bigrams"),
    *("names_and_numbers_kept", "names_and_numbers_cited", "citation_precision", "citation_recall"),
    *("stance_kept", "targets_kept"),
)
BRIDGE = (
    "Judge Kuniko Ozaki closed Harrow Bridge on Tuesday.",
    "Engineers had found 1,200 cracks in its pillars.",
    "Mayor Brandt called the delay a disgrace.",
    "The bridge will open again in May.",
)


def article(*sentences: str, stances: dict[int, list[Stance]] | None = None) -> Article:
    made, text = [], ""
    for index, sentence in enumerate(sentences):
        start = len(text) + bool(text)
        text = f"{text} {sentence}".strip()
        made.append(Sentence(start=start, end=len(text), stances=(stances or {}).get(index)))
    return Article(id="a", text=text, sentences=made)


def summed(record: Article, *lines: tuple[str, list[int]]) -> Article:
    summary = [SummaryLine(text=text, cites=cites, method="rewrite") for text, cites in lines]
    return record.model_copy(update={"summary": summary})


def scores(record: Article, *lines: tuple[str, list[int]], references: tuple[str, ...] = ()) -> dict[str, float | None]:
    return score_summary(summed(record, *lines), record.model_copy(update={"summaries": list(references)}))


def stance(target: str, label: str, abstained: bool = False) -> Stance:
    return Stance(target=target, label=label, abstained=abstained)


def test_every_measure_has_a_meaning_and_a_place() -> None:
    assert tuple(MEASURES) == NAMES
    assert tuple(scores(article(*BRIDGE), (BRIDGE[0], [0]), references=("A bridge.",))) == NAMES
    for name, measure in MEASURES.items():
        assert measure.name == name
        assert measure.meaning.endswith(".")
        assert ". " not in measure.meaning


# Words


def test_rouge_worked_by_hand() -> None:
    found = rouge(["the cat sat"], ["the cat ran"])
    assert found["rouge1"] == pytest.approx(100 * 2 / 3)
    assert found["rouge2"] == pytest.approx(50)
    assert found["rougeL"] == pytest.approx(100 * 2 / 3)
    assert rouge(["cat the"], ["the cat"])["rougeL"] == pytest.approx(50)
    assert rouge(["running cats"], ["run cat"])["rouge1"] == 0  # no stemming


def test_rouge_lsum_reads_sentence_by_sentence() -> None:
    split = rouge(["b c.", "a d."], ["a d\nb c"])
    assert (split["rougeL"], split["rougeLsum"]) == (50, 100)
    for one_line in (["The dog barks. The cat sits."], ["The dog barks.", "The cat sits."]):
        found = rouge(one_line, ["The cat sits. The dog barks."])
        assert (found["rougeL"], found["rougeLsum"]) == (50, 100)


def test_several_references() -> None:
    references = ["the cat ran", "a dog", "the cat sat"]
    found = rouge(["the cat sat"], references)
    assert found["rouge1"] == pytest.approx((200 / 3 + 0 + 100) / 3)
    assert found["rouge1_best"] == pytest.approx(100)
    best = RougeScorer(list(ROUGE)).score_multi(references, "the cat sat")
    assert [found[f"{name}_best"] for name in ROUGE] == pytest.approx([100 * best[name].fmeasure for name in ROUGE])


WORDS = st.lists(st.sampled_from(["rain", "fell", "late", "again", "town"]), min_size=1, max_size=8)
LINES = st.lists(WORDS.map(" ".join), min_size=1, max_size=4)


@given(LINES, st.lists(LINES, min_size=1, max_size=3))
def test_rouge_is_that_of_rouge_score(lines: list[str], references: list[list[str]]) -> None:
    scored = [RougeScorer(list(ROUGE)).score("\n".join(reference), "\n".join(lines)) for reference in references]
    found = rouge(lines, ["\n".join(reference) for reference in references])
    for name in ROUGE:
        values = [100 * score[name].fmeasure for score in scored]
        assert found[name] == pytest.approx(np.mean(values))
        assert found[f"{name}_best"] == pytest.approx(max(values))


# Length and copying


def test_length_and_copying_worked_by_hand() -> None:
    found = scores(article("One two three four.", "Five six seven eight."), ("two three nine", []), ("six one", []))
    assert (found["words"], found["lines"]) == (5, 2)
    assert found["compression"] == pytest.approx(8 / 5)
    assert found["coverage"] == pytest.approx((2 + 1 + 1) / 5)  # "two three", "six", "one"
    assert found["density"] == pytest.approx((4 + 1 + 1) / 5)
    assert found["novel_bigrams"] == pytest.approx(100 * 2 / 3)  # not "nine six", where two lines meet


def test_a_copied_article() -> None:
    record = article(*BRIDGE)
    found = scores(record, (BRIDGE[0], [0]), (BRIDGE[3], [3]))
    assert (found["coverage"], found["novel_bigrams"]) == (1, 0)
    assert found["density"] == pytest.approx((8**2 + 7**2) / 15)


def plain_fragments(summary: list[str], text: list[str]) -> list[int]:
    """By trying every length at every place, longest first."""
    runs = {tuple(text[i:j]) for i in range(len(text)) for j in range(i + 1, len(text) + 1)}
    lengths, rest = [], summary
    while rest:
        longest = next((n for n in range(len(rest), 0, -1) if tuple(rest[:n]) in runs), 0)
        if longest:
            lengths.append(longest)
        rest = rest[max(longest, 1) :]
    return lengths


FEW = st.lists(st.sampled_from("abc"), max_size=14)


@given(FEW, FEW)
def test_fragments_are_the_longest_shared_runs(summary: list[str], text: list[str]) -> None:
    found = fragments(summary, text)
    assert found == plain_fragments(summary, text)
    assert sum(found) == sum(word in text for word in summary)


@given(FEW.filter(bool), FEW.filter(bool))
def test_coverage_and_density(summary: list[str], text: list[str]) -> None:
    found = scores(article(" ".join(text)), (" ".join(summary), []))
    lengths = plain_fragments(summary, text)
    assert found["coverage"] == pytest.approx(sum(lengths) / len(summary))
    assert found["density"] == pytest.approx(sum(n * n for n in lengths) / len(summary))


# Names, numbers and citations


@pytest.mark.parametrize(
    ("line", "cites", "kept", "cited"),
    [
        ("The judge, Ozaki, closed it.", [0], 100, 100),
        ("The judge, Ozaki, closed it.", [1, 2], 100, 0),
        ("The judge, Ozaki, closed it.", [], 100, 0),
        ("Because of 1200 cracks Ozaki closed it.", [0, 1], 100, 100),
        ("Because of 1300 cracks Ozaki closed it.", [0, 1], 0, 0),
        ("It was Kuniko Brandt.", [0, 2], 0, 0),
        ("Nobody was hurt.", [], 100, 100),
    ],
)
def test_names_and_numbers(line: str, cites: list[int], kept: float, cited: float) -> None:
    found = scores(article(*BRIDGE), (line, cites))
    assert (found["names_and_numbers_kept"], found["names_and_numbers_cited"]) == (kept, cited)


def test_names_and_numbers_are_counted_by_line() -> None:
    found = scores(article(*BRIDGE), ("It saw Ozaki.", [0]), ("It saw Kelly.", [0]), ("It saw 5.", [0]), ("It.", []))
    assert (found["names_and_numbers_kept"], found["names_and_numbers_cited"]) == (50, 50)


ONE = "alpha bravo charlie delta echo foxtrot golf hotel india juliett"


@pytest.mark.parametrize(
    ("cited", "precision", "recall"),
    [
        (["alpha bravo charlie delta echo foxtrot golf hotel"], 100, 100),  # 8 of 10 words
        (["alpha bravo charlie delta echo foxtrot golf"], 100, 0),  # 7
        (["alpha"], 0, 0),  # one word is no fifth
        (["alpha bravo"], 100, 0),
        (["alpha bravo charlie delta echo foxtrot golf hotel", "india"], 50, 100),
        (["alpha bravo charlie delta echo foxtrot golf hotel", "india juliett"], 100, 100),
        (["alpha bravo charlie delta echo foxtrot", "echo foxtrot golf hotel"], 100, 100),
        (["alpha bravo charlie delta echo", "alpha bravo charlie delta echo"], 100, 0),  # each holds half
        (["alpha bravo charlie delta", "alpha bravo charlie delta"], 0, 0),  # neither half nor anything of its own
        (["kilo lima"], 0, 0),
    ],
)
def test_citations(cited: list[str], precision: float, recall: float) -> None:
    found = scores(article(*(f"{sentence}." for sentence in cited)), (ONE, list(range(len(cited)))))
    assert (found["citation_precision"], found["citation_recall"]) == (precision, recall)


def test_citations_are_counted_over_the_article() -> None:
    record = article("Alpha bravo.", "Charlie delta.", "Echo.")
    found = scores(record, ("alpha bravo", [0, 2]), ("charlie delta", [1, 1]), ("echo alpha", []), ("It was so.", [0]))
    assert found["citation_precision"] == pytest.approx(100 * 2 / 3)  # [2] is not needed, [1, 1] is one citation
    assert found["citation_recall"] == pytest.approx(100 * 2 / 3)  # "It was so" has no content word


def test_a_citation_of_no_sentence_cites_nothing() -> None:
    found = scores(article(*BRIDGE), (BRIDGE[0], [7, -1]))
    assert (found["citation_precision"], found["citation_recall"], found["names_and_numbers_cited"]) == (0, 0, 0)
    assert scores(article(*BRIDGE), (BRIDGE[0], []))["citation_precision"] is None


# Stance


def test_stances_worked_by_hand() -> None:
    record = article(
        *BRIDGE,
        stances={
            0: [stance("Ozaki", "favor"), stance("Brandt", "against")],
            1: [stance("Ozaki", "against"), stance("Ozaki", "neutral", abstained=True)],
            2: [stance("Ozaki", "against"), stance("bridge", "neutral")],
            3: [stance("Ozaki", "neutral"), stance("Brandt", "against")],
        },
    )
    # Ozaki: 1 favor, 2 against, 1 neutral in all; favor and against half each in the cited sentences
    found = scores(record, ("A line.", [0]), ("Another.", [0, 1]))
    assert found["stance_kept"] == pytest.approx((4 * 75 + 2 * 100) / 6)
    assert found["targets_kept"] == pytest.approx(100 * 6 / 7)
    found = scores(record, ("A line.", [2]))
    assert found["stance_kept"] == pytest.approx((4 * 50 + 1 * 100) / 5)
    assert found["targets_kept"] == pytest.approx(100 * 5 / 7)
    none = scores(record, ("A line.", []))
    assert (none["stance_kept"], none["targets_kept"]) == (None, 0)


def test_without_stances_there_is_nothing_to_keep() -> None:
    found = scores(article(*BRIDGE), (BRIDGE[0], [0]))
    assert (found["stance_kept"], found["targets_kept"]) == (None, None)


# What is missing


def test_an_empty_summary() -> None:
    record = article(*BRIDGE, stances={0: [stance("Ozaki", "favor")]})
    for found in (
        scores(record, references=("The bridge is closed.",)),
        scores(record, (" – ", [0]), references=("The bridge is closed.",)),
    ):
        zero = {*NAMES[:8], "words", "lines", "targets_kept"}
        assert found == {name: 0 if name in zero else None for name in NAMES}


def test_no_summary_and_no_reference() -> None:
    record = article(*BRIDGE)
    assert score_summary(record, record) == dict.fromkeys(NAMES)
    found = scores(record, (BRIDGE[0], [0]), references=(" ",))
    assert [found[name] for name in NAMES[:9]] == [None] * 9
    assert found["coverage"] == 1


def test_a_record_without_sentences() -> None:
    record = Article(id="a", text=" ".join(BRIDGE), summaries=["A bridge."])
    found = score_summary(summed(record, ("Ozaki of Harrow Bridge.", [0])), record)
    assert (found["names_and_numbers_kept"], found["names_and_numbers_cited"]) == (100, 0)
    assert (found["citation_precision"], found["stance_kept"], found["targets_kept"]) == (0, None, None)


def test_embeddings() -> None:
    asked = []

    def embed(texts: list[str]) -> np.ndarray:
        asked.append(texts)
        return np.asarray([[1, 0], [0.6, 0.8], [0, 1]])

    record = article(*BRIDGE)
    gold = record.model_copy(update={"summaries": ["One.\nTwo.", "Three."]})
    found = score_summary(summed(record, ("A line.", []), ("Another.", [])), gold, embed)
    assert found["embedding_similarity"] == pytest.approx(30)
    assert asked == [["A line. Another.", "One. Two.", "Three."]]
    assert score_summary(summed(record, ("", [])), gold, embed)["embedding_similarity"] is None
    assert score_summary(summed(record, ("A line.", [])), gold)["embedding_similarity"] is None


TEXTS = st.text(max_size=40)


@given(TEXTS, st.lists(st.tuples(TEXTS, st.lists(st.integers(-1, 3), max_size=3)), max_size=3), st.lists(TEXTS))
def test_any_text_is_scored_within_bounds(text: str, lines: list[tuple[str, list[int]]], references: list[str]) -> None:
    found = scores(article(*([text.strip()] if text.strip() else [])), *lines, references=tuple(references))
    for name, value in found.items():
        low, high = MEASURES[name].bounds
        assert value is None or (low <= value <= high + 1e-9 and math.isfinite(value))


# The package evaluate

ALONE = """
import json, socket, sys
def refuse(*_): raise OSError("a test without a network")
socket.socket.connect = socket.getaddrinfo = refuse
from stancelens.evaluation.summary_metric import SummaryScores
predictions, references = json.loads(sys.argv[1])
found = SummaryScores().compute(predictions=predictions, references=references)
metric = SummaryScores()
metric.add(prediction=["the cat sat"], reference=["the cat sat"])
metric.add(prediction=["the cat sat"], reference=[])
try:
    metric.compute()
except ValueError as error:
    print(json.dumps([found, str(error)]))
"""


def test_the_metric_needs_no_network_and_leaves_no_file(tmp_path: Path) -> None:
    """In a process of its own, since importing evaluate could fetch or write as well, and takes long."""
    lines, references = [["the cat sat"], ["a dog", "it ran"]], [["the cat ran", "a cat"], ["a dog\nit ran"]]
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "XDG_"))}
    own = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}
    for folder in own.values():
        Path(folder).mkdir()
    command = [sys.executable, "-c", ALONE, json.dumps([lines, references])]
    done = subprocess.run(command, env=keep | own, cwd=tmp_path, check=True, stdout=subprocess.PIPE)
    found, error = json.loads(done.stdout)
    assert list(found) == list(NAMES[:8])
    apart = [rouge(one, several) for one, several in zip(lines, references, strict=True)]
    assert found == {name: pytest.approx(np.mean([score[name] for score in apart])) for name in found}
    assert error.startswith("references[1] is empty")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    left = {path.name for path in tmp_path.rglob("*")} - {"home", "tmp"}
    assert all(name.startswith("torchinductor_") for name in left)  # torch makes it, empty, when it is imported


# Stored outputs of other systems

PUBLISHED = {"banditsum": (30.5, 12.3, 27.3), "bart": (33.8, 13.9, 30.8)}  # ROUGE-1, -2 and -Lsum


def test_stored_outputs_score_as_published(tmp_path: Path) -> None:
    folder = os.environ.get("STANCELENS_DATA")
    if not folder:
        pytest.skip("STANCELENS_DATA, the folder of public sets, is not set")
    gold, results = stored_summaries(Path(folder))
    read = list(read_summaries(Path(folder) / "summaries" / "test.jsonl.gz"))
    assert gold == read
    assert set(results) == set(PUBLISHED)
    for system, published in PUBLISHED.items():
        assert [(a.id, a.text) for a in results[system]] == [(a.id, a.text) for a in read]
        for article in results[system]:
            for line in article.summary or []:
                assert line.method == ("rewrite" if system == "bart" else "extract")
                assert all(0 <= cite < len(article.sentences or []) for cite in line.cites)
        found = [
            rouge([line.text for line in result.summary or []], reference.summaries or [])
            for result, reference in zip(results[system], read, strict=True)
        ]
        means = [np.mean([score[name] for score in found]) for name in ("rouge1", "rouge2", "rougeLsum")]
        assert means == pytest.approx(published, abs=0.1)
    write_records(tmp_path / "bart" / "results.jsonl", results["bart"])
    assert list(load_articles(tmp_path / "bart" / "results.jsonl")) == results["bart"]
