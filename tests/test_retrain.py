"""`stancelens train` with a tiny encoder: what it learns, keeps, writes and refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from stancelens.data.schema import Article, Sentence, Stance
from stancelens.inference.analyzer import Analyzer
from stancelens.models import export
from stancelens.models.known import all_models, in_use, use_model
from stancelens.models.network import save
from stancelens.models.network_config import read_config
from stancelens.models.weights import Base
from stancelens.training import keep
from stancelens.training.labels import LabelsError, completed, read_labelled
from stancelens.training.measure import right_of
from stancelens.training.options import TrainOptions, load_options
from stancelens.training.record import learned_from, parts_of, write_record
from stancelens.training.retrain import TrainError, train

from .telling import SETTINGS, bare, labelled, write
from .tiny import config_of, network_of

QUICK = {"base": "tiny", **SETTINGS}


@pytest.fixture(scope="module")
def base(tiny_base: Base) -> Iterator[Base]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "calibration_texts", lambda: [labelled(0).text])
        few = [labelled(number, summaries=["john praised the plan"]) for number in range(900, 906)]
        patch.setattr(keep, "read_corpus", lambda _: few)
        patch.setattr("stancelens.training.retrain.read_corpus", lambda _: few)
        yield tiny_base


@pytest.fixture(scope="module")
def finished(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model from the bare base, of all tasks."""
    folder = tmp_path_factory.mktemp("trained")
    labels = write(folder / "labels.jsonl", [labelled(number) for number in range(80)])
    trained = train([labels], folder / "first", TrainOptions(**QUICK), "stancelens train …", lambda _: None)
    assert trained is not None
    return trained.folder


def test_a_model_is_trained_measured_and_used(finished: Path) -> None:
    metrics = json.loads((finished / "report" / "metrics.json").read_text(encoding="utf-8"))
    own, words, frequent = metrics["systems"]
    figures = {f["name"]: f["value"] for task in own["tasks"] for f in task["figures"]}
    assert figures["target_stance.macro_f1"] > 90
    assert figures["topic.macro_f1"] > 75
    dull = {f["name"]: f["value"] for task in frequent["tasks"] for f in task["figures"]}
    assert dull["target_stance.macro_f1"] < 40
    assert words["name"] == "TF-IDF and logistic regression"
    config = read_config(finished)
    assert config.heads.stances == ["against", "neutral", "favor"]
    assert set(config.temperatures) == set(config.abstain_below) == {"topic", "sentence_stance", "stance"}
    card = (finished / "README.md").read_text(encoding="utf-8")
    assert "stancelens train …" in card
    assert "drawn by article, seed 1" in card
    assert not finished.with_name("first.part").exists()
    result = Analyzer(finished, given=["mentions"]).analyze_article(bare(labelled(77), "topics", "stance", "stances"))
    wanted = labelled(77).sentences or []
    assert [s.stance for s in result.sentences or []] == [s.stance for s in wanted]
    assert all_models()["first"] == finished
    assert in_use() == "base"
    assert use_model("first") == "base"
    assert in_use() == "first"
    assert use_model("base") == "first"


def test_the_same_seed_gives_the_same_model(finished: Path, tmp_path: Path) -> None:
    labels = finished.with_name("labels.jsonl")
    train([labels], tmp_path / "again", TrainOptions(**QUICK), tell=lambda _: None)
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (finished / "model.safetensors").read_bytes()


def test_heads_without_labels_stay(base: Base, finished: Path, tmp_path: Path) -> None:
    labels = [bare(labelled(number), "stance", "stances") for number in range(100, 160)]
    path = write(tmp_path / "topics.jsonl", labels)
    gentle = {**QUICK, "start": str(finished), "rate": 1e-4, "head_rate": 1e-3, "epochs": 2}
    trained = train([path], tmp_path / "second", TrainOptions(**gentle), tell=lambda _: None)
    assert trained is not None
    assert set(trained.kept) == {"stance", "sentence_stance"}
    assert all(before - after <= keep.MOST_LOST for before, after in trained.kept.values())
    rough = {**gentle, "rate": 0.5, "head_rate": 1e-7, "epochs": 1}
    with pytest.raises(TrainError, match=r"heads without labels here lost too much .*: (sentence_)?stance \("):
        train([path], tmp_path / "third", TrainOptions(**rough), tell=lambda _: None)
    assert not [*tmp_path.glob("third*")]


def test_other_names_of_the_sides_and_a_target_that_no_sentence_names(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "MOST_LOST", 30.0)  # six tiny articles measure it
    issue = [
        article.model_copy(
            update={
                "mentions": None,
                "sentences": [
                    s.model_copy(
                        update={
                            "topics": None,
                            "stance": None,
                            "stances": [Stance(target="dams", label=s.stance or "")],
                        }
                    )
                    for s in article.sentences or []
                ],
            }
        )
        for article in (labelled(number, ("agree", "disagree", "neutral")) for number in range(200, 290))
    ]
    path = write(tmp_path / "issue.jsonl", issue)
    trained = train([path], tmp_path / "dams", TrainOptions(**QUICK, start=str(finished)), tell=lambda _: None)
    assert trained is not None
    config = read_config(trained.folder)
    assert (config.issues, config.heads.stances) == (["dams"], ["disagree", "neutral", "agree"])
    assert not config.heads.sentence_stance  # it has other labels
    result = Analyzer(trained.folder).analyze_article(Article(id="x", text=labelled(7).text))
    stances = [stance for sentence in result.sentences or [] for stance in sentence.stances or []]
    assert {stance.target for stance in stances} >= {"dams"}
    own = [stance.label for stance in stances if stance.target == "dams"]
    wanted = {"favor": "agree", "against": "disagree", "neutral": "neutral"}
    assert own == [wanted[s.stance or ""] for s in labelled(7).sentences or []]


@pytest.mark.parametrize(
    ("articles", "message"),
    [
        ([labelled(n) for n in range(4)], "4 articles with labels, and at least 10 are needed"),
        (
            [bare(labelled(n, ("neutral",) * 3), "topics") for n in range(12)],
            r"every label of the task .* is 'neutral'",
        ),
        (
            [
                bare(labelled(n, ("favor", "against", "none") if n % 2 else ("favor", "against", "neutral")), "topics")
                for n in range(12)
            ],
            "one stance has several names among against, neutral, none, favor",
        ),
    ],
)
def test_labels_that_cannot_train(articles: list[Article], message: str, tmp_path: Path) -> None:
    path = write(tmp_path / "labels.jsonl", articles)
    with pytest.raises(LabelsError, match=message):
        read_labelled([path], TrainOptions())
    assert [each.name for each in tmp_path.iterdir()] == ["labels.jsonl"]


def test_tasks_without_labels_and_models_that_are_there(base: Base, tmp_path: Path) -> None:
    path = write(tmp_path / "labels.jsonl", [bare(labelled(n), "stance", "stances") for n in range(12)])
    with pytest.raises(LabelsError, match="no labels for the task stance: only for topic"):
        read_labelled([path], TrainOptions(tasks=("stance",)))
    with pytest.raises(ValueError, match="exists: choose another name"):
        train([path], tmp_path, TrainOptions(**QUICK))


def test_articles_are_split_whole_and_rare_labels_are_everywhere(tmp_path: Path) -> None:
    articles = [labelled(n) for n in range(40)]
    for article in articles[:5]:
        (article.sentences or [])[0].topics = ["rare"]
    found = read_labelled([write(tmp_path / "labels.jsonl", articles)], TrainOptions())
    ids = [{a.id for a in part} for part in (found.train, found.dev, found.test)]
    assert [len(part) for part in ids] == [29, 5, 6]  # near copies stay together
    assert not ids[0] & ids[1] | ids[0] & ids[2] | ids[1] & ids[2]
    assert found.warnings == []
    own = [a.model_copy(update={"split": ("train", "train", "dev", "test")[n % 4]}) for n, a in enumerate(articles)]
    found = read_labelled([write(tmp_path / "own.jsonl", own)], TrainOptions())
    assert found.own_split
    assert {a.id for a in found.test} == {a.id for a in own if a.split == "test"}


def test_unlabelled_sentences_are_context_and_named_targets_get_mentions() -> None:
    whole = labelled(1)
    middle = (whole.sentences or [])[1].model_copy(update={"stances": [Stance(target="the town", label="favor")]})
    made = completed(whole.model_copy(update={"sentences": [middle], "mentions": None}))
    assert [s.stance for s in made.sentences or []] == [None, middle.stance, None]
    (mention,) = made.mentions or []
    assert mention.of(made.text) == "the town"
    tagged = completed(Article(id="a", text=whole.text, topics=["sport"]))
    assert [s.topics for s in tagged.sentences or []] == [["sport"]] * 3
    both = completed(bare(whole, "topics").model_copy(update={"topics": ["sport"]}))
    assert [(s.topics, s.stance) for s in both.sentences or []] == [
        (["sport"], s.stance) for s in whole.sentences or []
    ]


def test_names_are_whole_words() -> None:
    text = "It was planned because the US said so, Ann Weiß knew."
    stances = [Stance(target=name, label="favor") for name in ("US", "ann", "Weiß")]
    whole = Sentence(start=0, end=len(text), stances=stances)
    made = completed(Article(id="a", text=text, sentences=[whole]))
    assert [mention.of(text) for mention in made.mentions or []] == ["US", "Ann", "Weiß"]


def test_a_part_without_labels_is_refused(tmp_path: Path) -> None:
    articles = [labelled(n).model_copy(update={"split": "test"}) for n in range(12)]
    path = write(tmp_path / "labels.jsonl", articles)
    with pytest.raises(LabelsError, match="the train part of the split has no labels for the task topic"):
        read_labelled([path], TrainOptions())
    named = [labelled(n).model_copy(update={"split": ("train", "valid", "test")[n % 3]}) for n in range(12)]
    found = read_labelled([write(path, named)], TrainOptions())
    assert (len(found.train), len(found.dev), len(found.test), found.own_split) == (4, 4, 4, True)


def test_settings_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    path.write_text("epochs: 3\nrate: 1e-4\ntasks: [topic]\nfull: true\n", encoding="utf-8")
    options = load_options(path, {"epochs": 4})
    assert (options.epochs, options.rate, options.tasks, options.full) == (4, 1e-4, ("topic",), True)
    for text, message in (
        ("speed: 3", "no setting 'speed': one of base, start"),
        ("epochs: many", "epochs: 'many' cannot be used where a value like 8 belongs"),
        ("epochs: 0", "epochs 0 is not between 1 and 1000"),
        ("tasks: mood", "no task 'mood'"),
        ("- 1", "holds no settings"),
        ("a: [", "cannot be read as YAML"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            load_options(path, {})


def test_a_start_on_another_base_is_refused(base: Base, tmp_path: Path) -> None:
    save(network_of(config_of(base)), tmp_path / "model")
    path = write(tmp_path / "labels.jsonl", [labelled(n) for n in range(12)])
    with pytest.raises(ValueError, match="was trained on another base than small: name its own with --base tiny"):
        train([path], tmp_path / "new", TrainOptions(base="small", start=str(tmp_path / "model")))


def test_what_trained_a_start_never_measures_its_successors(tmp_path: Path) -> None:
    first = write(tmp_path / "first.jsonl", [labelled(n) for n in range(40)])
    second = write(tmp_path / "second.jsonl", [labelled(n) for n in range(100, 130)])
    one = read_labelled([first], TrainOptions())
    write_record(tmp_path, TrainOptions(), one, {})
    two = read_labelled([second], TrainOptions(), parts_of(tmp_path))
    write_record(tmp_path, TrainOptions(), two, parts_of(tmp_path))
    known = parts_of(tmp_path)
    assert len(known) == 70
    both = read_labelled([first, second], TrainOptions(seed=5), known)
    learned = {a.id for a in [*one.train, *two.train]}
    assert not learned & {a.id for a in [*both.dev, *both.test]}
    assert learned_from(tmp_path, one.train) == [a.id for a in one.train]
    assert learned_from(tmp_path, one.test) == []


def test_copies_of_a_brought_test_article_do_not_train(tmp_path: Path) -> None:
    own = [labelled(n).model_copy(update={"split": ("train", "dev", "test")[n % 3]}) for n in range(30)]
    copies = [a.model_copy(update={"id": f"copy-{a.id}", "split": None}) for a in own if a.split == "test"]
    odd = labelled(90).model_copy(update={"split": "heldout"})
    found = read_labelled([write(tmp_path / "labels.jsonl", [*own, *copies, odd])], TrainOptions())
    assert not {a.id for a in found.train} & {a.id for a in copies}
    assert any("1 articles have the split 'heldout'" in warning for warning in found.warnings)


def test_a_stance_whose_mention_stands_elsewhere_is_left_out(tmp_path: Path) -> None:
    articles = [labelled(n) for n in range(12)]
    first, second, _ = articles[0].sentences or []
    (first.stances or [])[0].mention = (second.stances or [])[0].mention
    found = read_labelled([write(tmp_path / "labels.jsonl", articles)], TrainOptions())
    assert any("the stance toward 'plan' is left out" in warning for warning in found.warnings)
    (article,) = [a for part in (found.train, found.dev, found.test) for a in part if a.id == "a000"]
    assert (article.sentences or [])[0].stances == []


def test_an_answer_that_changed_counts_as_changed() -> None:
    soft = np.asarray([[0.98, 0.01, 0.01], [0.5, 0.5, 0.0]])
    assert right_of(soft, np.asarray([[-5.0, 6.0, -5.0], [0.0, 1.0, 0.0]])).tolist() == [0, 1]
