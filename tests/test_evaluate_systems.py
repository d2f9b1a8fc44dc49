"""What an evaluation compares, leaves out and refuses: systems, labels of a part, summaries of some."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from stancelens.data.sampling import Sampling, write_sampling
from stancelens.data.schema import Article, Sentence, SummaryLine
from stancelens.evaluation.evaluate import Options, evaluate
from stancelens.evaluation.matching import MatchError
from stancelens.evaluation.report_terminal import render_terminal
from stancelens.evaluation.report_text import render_markdown
from stancelens.evaluation.systems import Input, given_to, like_with_like

from .records import article, write
from .scored import BANK, PLAN, RAIN, figures, gold, predicted, score


def runs(name: str, *given: tuple[str, ...] | None) -> list[Input]:
    return [Input(f"{name}{at}", Path(name), each) for at, each in enumerate(given)]


def test_runs_that_were_given_as_much_are_compared() -> None:
    all_of_it = ("sentences", "mentions")
    ours, other = runs("ours", all_of_it, ()), runs("other", all_of_it, ())
    assert like_with_like([ours, other]) == [(ours[0], other[0]), (ours[1], other[1])]
    ended = runs("ended", ())
    assert like_with_like([ours, ended]) == [(ours[1], ended[0])]
    unknown = runs("unknown", None)
    assert like_with_like([ours, unknown]) == [(ours[0], unknown[0]), (ours[1], unknown[0])]
    halves = runs("half", ("sentences",))
    assert like_with_like([ours, halves]) == [(ours[0], halves[0])]  # nothing alike: better than nothing at all
    assert like_with_like([ours]) == []


def summed(record: Article, *lines: str) -> Article:
    return record.model_copy(
        update={"summary": [SummaryLine(text=line, cites=[0], method="extract") for line in lines]}
    )


def test_summaries_that_are_missing_are_counted_or_left_out(tmp_path: Path) -> None:
    labels = [gold(name, summaries=["Duval called the bank reckless."]) for name in "abcd"]
    whole = [summed(predicted(name), BANK if name in "ab" else RAIN) for name in "abcd"]
    half = [summed(predicted(name), BANK) if name in "ab" else predicted(name) for name in "abcd"]
    one, two = score(tmp_path, labels, whole, half).systems
    assert figures(one)["summary.rouge1"].value == pytest.approx(50)
    assert "summary.missing" not in figures(one)
    assert (figures(two)["summary.rouge1"].value, figures(two)["summary.rouge1"].n) == (pytest.approx(100), 2)
    assert (figures(two)["summary.missing"].value, figures(two)["summary.missing"].n) == (0.5, 4)
    one, two = score(tmp_path, labels, whole, half, only_common=True).systems
    for system in (one, two):
        assert (figures(system)["summary.rouge1"].value, figures(system)["summary.rouge1"].n) == (pytest.approx(100), 2)


def test_labels_of_a_part_are_read_in_the_whole_text(tmp_path: Path) -> None:
    whole = article("a", *[(line, {}) for line in (PLAN, BANK, RAIN) * 4])
    spans = whole.sentences or []
    labels = whole.model_copy(
        update={"sentences": [spans[1].model_copy(update={"stance": "neutral"})], "mentions": None}
    )
    found = whole.model_copy(update={"sentences": [each.model_copy(update={"stance": "favor"}) for each in spans]})
    (system,) = score(tmp_path, [labels], [found], slices=("length", "tags")).systems
    (worst,) = system.worst
    assert (worst.before, worst.text, worst.after) == (PLAN, BANK, RAIN)
    (task,) = system.tasks
    assert [(each.by, each.value) for each in task.slices] == [("length", "11 to 20 sentences")]  # nothing has tags
    assert (system.matching.sentences, system.matching.sentences_invented) == (1, 0)
    cut = [
        spans[1].model_copy(update={"stance": "favor", "end": spans[1].end - 1}),
        spans[1].model_copy(update={"start": spans[1].end - 1}),
    ]
    found = whole.model_copy(update={"sentences": [spans[0], *cut, *spans[2:]]})
    (system,) = score(tmp_path, [labels], [found]).systems
    assert system.matching.sentences_invented == 1


def test_dates_that_are_none_stand_apart(tmp_path: Path) -> None:
    dates = {"a": "2026-05-31", "b": "May 2026", "c": None}
    labels = [gold(name, date=date) for name, date in dates.items()]
    (system,) = score(tmp_path, labels, [predicted(name) for name in dates], slices=("date",)).systems
    values = {each.value for task in system.tasks for each in task.slices}
    assert values == {"2026-05", "(none)", "(not a date like 2026-05-31)"}


def test_a_map_from_what_nobody_predicts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        MatchError, match=r"--map nuetral=neutral: no prediction is called 'nuetral'; they are called .*neutral"
    ):
        score(tmp_path, [gold("a")], [predicted("a")], labels={"nuetral": "neutral"})


def test_unknown_slices_are_refused_before_anything_is_done() -> None:
    with pytest.raises(ValueError, match=r"no slice 'mood': one of source, date, topic, length, tags"):
        Options(slices=("source", "mood"))


def test_labels_that_say_nothing_are_none(tmp_path: Path) -> None:
    bare = article("a", (BANK, {}), (PLAN, {}), mentions=None)  # sentences that are marked and no more
    with pytest.raises(MatchError, match=r"no labels in .*gold\.jsonl"):
        score(tmp_path, [bare], [predicted("a")])


def test_files_of_a_folder_are_recorded(tmp_path: Path) -> None:
    results = write(tmp_path / "results.jsonl", [predicted("a"), predicted("b")])
    for name in "ab":
        write(tmp_path / "gold" / f"{name}.jsonl", [gold(name)])
    metrics, _ = evaluate([Input("s", results)], [tmp_path / "gold"], Options(slices=(), resamples=100))
    known = {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("gold/a.jsonl", "gold/b.jsonl")
    }
    assert {source.name: source.sha256 for source in metrics.gold} == known


def test_several_samples_are_not_mixed(tmp_path: Path) -> None:
    results = write(tmp_path / "results.jsonl", [predicted("a"), predicted("b")])
    paths = [write(tmp_path / f"{name}.jsonl", [gold(name)]) for name in "ab"]
    for path in paths:
        write_sampling(
            Sampling(seed=0, articles=2, sentences=6, corpus_sha256="", drawn=[]), path.with_suffix(".sampling.json")
        )
    metrics, _ = evaluate([Input("s", results)], paths, Options(slices=(), resamples=100))
    assert metrics.shares_refused == "There are 2 records of a random sample: give the labels of one sample alone."


def test_a_comparison_of_runs_that_were_given_unlike_much_says_so(tmp_path: Path) -> None:
    labels = write(tmp_path / "gold.jsonl", [gold(name) for name in "ab"])
    file = write(tmp_path / "found.jsonl", [predicted(name) for name in "ab"])
    fed, bare, unknown = Input("fed", file, ("sentences",)), Input("bare", file, ()), Input("unknown", file, None)
    compared = [(fed, bare), (fed, unknown)]
    metrics, _ = evaluate([fed, bare, unknown], [labels], Options(slices=(), resamples=20), compared=compared)
    said = "Not like with like: fed was given sentences of the labels, bare was given nothing of the labels."
    assert [each.note for each in metrics.comparisons] == [said, None]
    assert said in render_terminal(metrics)
    assert said in render_markdown(metrics)


def test_what_others_leave_beside_their_results_is_no_news_of_what_they_were_given(tmp_path: Path) -> None:
    labels = write(tmp_path / "gold.jsonl", [gold(name) for name in "ab"])
    for number, run in enumerate(['{"command": "python infer.py"}', '{"command": ["a"], "model": "x"}', "{}", None]):
        folder = tmp_path / str(number)
        file = write(folder / "results.jsonl", [predicted(name) for name in "ab"])
        if run:
            (folder / "run.json").write_text(run, encoding="utf-8")
        assert given_to(file) is None
        metrics, _ = evaluate([Input("peer", file, None)], [labels], Options(slices=(), resamples=20))
        assert metrics.systems[0].given is None
        assert "what it was given of the gold is not known" in render_markdown(metrics)


def bare(record: Article) -> Article:
    """With its sentences alone."""
    spans = [Sentence(start=span.start, end=span.end) for span in record.sentences or []]
    return Article(schema=1, id=record.id, text=record.text, sentences=spans)


def test_labels_that_score_nothing_are_refused(tmp_path: Path) -> None:
    whole = article("a", (PLAN, {}))
    labels = write(tmp_path / "gold.jsonl", [bare(whole).model_copy(update={"topics": ["sport"]})])
    file = write(tmp_path / "found.jsonl", [whole])
    with pytest.raises(MatchError, match="the labels hold nothing that can be scored"):
        evaluate([Input("one", file)], [labels], Options(slices=(), resamples=20))


def test_empty_summaries_count(tmp_path: Path) -> None:
    labels = [gold(name, summaries=["Duval called the bank reckless."]) for name in "ab"]
    (system,) = score(tmp_path, labels, [summed(predicted(name)) for name in "ab"]).systems
    assert figures(system)["summary.rouge1"].value == 0


def test_who_names_no_mentions_is_not_scored_on_them_where_only_common_labels_count(tmp_path: Path) -> None:
    labels = [gold(name) for name in "ab"]
    without = [bare(predicted(name)) for name in "ab"]
    assert "mention.recall" in figures(score(tmp_path, labels, without).systems[0])
    assert "mention.recall" not in figures(score(tmp_path, labels, without, only_common=True).systems[0])
