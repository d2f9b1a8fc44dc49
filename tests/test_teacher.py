"""What heads and smaller models learn from a finished model's own answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import softmax
from stancelens.data.schema import Article, Entity, Mention, Sentence
from stancelens.models import export
from stancelens.models.export import exported
from stancelens.models.heads import TopicHead
from stancelens.models.network import save
from stancelens.models.runtime import Runtime
from stancelens.models.windows import pack
from stancelens.training.examples import make_example
from stancelens.training.teacher import TAG_ODDS, taught
from stancelens.training.topics import fit_topics, vectors_of

from .tiny import TOPICS, config_of, network_of, register, write_base

TEXT = "Mary Smith praised the plan. Critics called Harlow reckless, and John Jones said that it was late."


def article() -> Article:
    names = ["Mary Smith", "Harlow", "John Jones"]
    mentions = [
        Mention(id=f"s{n}", start=TEXT.index(name), end=TEXT.index(name) + len(name), entity=f"s{n}")
        for n, name in enumerate(names)
    ]
    sentences = [Sentence(start=0, end=28, topics=["sport"]), Sentence(start=29, end=len(TEXT), topics=["sport"])]
    return Article(
        id="a",
        text=TEXT,
        topics=["sport"],
        mentions=mentions,
        entities=[Entity(id=f"s{n}", name=name, kind="person") for n, name in enumerate(names)],
        sentences=sentences,
    )


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "calibration_texts", lambda: [TEXT])
        base = register(write_base(tmp_path_factory.mktemp("teacher") / "base"), patch)
        folder: Path = tmp_path_factory.mktemp("model") / "tiny"
        save(network_of(config_of(base), seed=5), folder)
        yield Runtime(exported(folder, precision="fp32"))


def test_every_silver_mention_gets_the_teachers_probabilities(teacher: Runtime) -> None:
    (labelled,) = taught([article()], teacher)
    given = article()
    packed = pack(teacher.encoding, TEXT, given.sentences or [], 64, 12)
    reading = teacher.read(packed)
    sentence_of = [0, 1, 1]
    logits = reading.stances([(n, [m]) for n, m in zip(sentence_of, given.mentions or [], strict=True)])
    stances = [stance for sentence in labelled.sentences or [] for stance in sentence.stances or []]
    assert [stance.mention for stance in stances] == ["s0", "s1", "s2"]
    found = [list((stance.probabilities or {}).values()) for stance in stances]
    assert np.allclose(found, softmax(logits, axis=1), atol=1e-5)
    topics = softmax(reading.topics(), axis=1)
    topics[:, TOPICS.index("sport")] *= TAG_ODDS
    example = make_example(labelled, teacher.encoding, teacher.config)
    assert np.allclose(example.stances, found, atol=1e-6)
    assert np.allclose(example.topics, topics / topics.sum(1, keepdims=True), atol=1e-5)
    assert np.allclose(example.sides, softmax(reading.sentence_stances(), axis=1), atol=1e-5)


def test_topic_labels_are_those_of_the_sentences(teacher: Runtime) -> None:
    vectors, labels = vectors_of(teacher, [article(), article()])
    assert vectors.shape == (4, teacher.config.heads.hidden)
    assert labels.argmax(1).tolist() == [TOPICS.index("sport")] * 4


def test_the_topic_head_follows_the_corpus_where_tags_are_wrong(teacher: Runtime) -> None:
    generator = np.random.default_rng(0)
    config = teacher.config.heads
    centres = 2 * generator.standard_normal((3, config.hidden))

    def sample(count: int) -> tuple[np.ndarray, np.ndarray]:
        topics = generator.integers(0, 3, count)
        vectors = centres[topics] + generator.standard_normal((count, config.hidden))
        return vectors.astype(np.float32), np.eye(3, dtype=np.float32)[topics]

    vectors, labels = sample(60)
    weak, truth = sample(300)
    tags = np.roll(truth, 1, axis=1)  # never right
    head = TopicHead(config)
    fit_topics(head, vectors, labels, weak, tags, seed=1)
    unseen, wanted = sample(200)
    with torch.no_grad():
        found = head(torch.from_numpy(unseen)).argmax(-1).numpy()
    assert (found == wanted.argmax(1)).mean() > 0.95
