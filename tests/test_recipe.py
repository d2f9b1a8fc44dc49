"""The steps of a training run that stand between labels and a released model."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stancelens.data.corpus import real_ids
from stancelens.data.importers.directed import read_directed_sentences
from stancelens.data.schema import Article, Mention, Sentence, Stance
from stancelens.models.network_config import ModelConfig
from stancelens.models.weights import Base
from stancelens.models.windows import Encoding
from stancelens.training import released
from stancelens.training.examples import make_example
from stancelens.training.measure import fit_temperature
from stancelens.training.plan import Source, plan_batches
from stancelens.training.released import joined
from stancelens.training.salience import oracle
from stancelens.training.trainer import DONE, Settings, answers, fit, fresh

from .tiny import config_of


def row(number: int, word: str, label: str) -> Article:
    text = f"John Smith {word} the plan."
    return Article(
        id=f"row/{number}",
        text=text,
        mentions=[Mention(id="t", start=text.index("plan"), end=text.index("plan") + 4)],
        sentences=[
            Sentence(
                start=0, end=len(text), stances=[Stance(target="plan", mention="t", label=label)], topics=["sport"]
            )
        ],
    )


def rows() -> list[Article]:
    return [row(n, *(("praised", "favor") if n % 2 else ("blamed", "against"))) for n in range(16)]


def test_a_run_learns_resumes_and_refuses_another_ones_checkpoints(
    tiny_base: Base, encoding: Encoding, tmp_path: Path
) -> None:
    config: ModelConfig = replace(
        config_of(tiny_base, lora=False), heads=replace(config_of(tiny_base).heads, salience=False)
    )
    examples = [make_example(article, encoding, config) for article in rows()]
    plan = plan_batches([Source(examples, 30, 64)], seed=1)
    settings = Settings(encoder_rate=1e-3, head_rate=5e-3, save_every=10)
    network, again = fresh(config, settings), fresh(config, settings)
    assert fit(network, settings, plan, encoding.pad, tmp_path / "run")
    probabilities, gold = answers(network, examples, encoding.pad)["stance"]
    assert (probabilities.argmax(-1) == gold).all()
    fit(again, settings, plan, encoding.pad, tmp_path / "run")  # it is done
    assert (answers(again, examples, encoding.pad)["stance"][0] == probabilities).all()
    (tmp_path / "run" / DONE).unlink()
    (tmp_path / "run" / "checkpoint-9999").mkdir()  # of which a kill left the folder alone
    again = fresh(config, settings)
    fit(again, settings, plan, encoding.pad, tmp_path / "run")
    resumed, _ = answers(again, examples, encoding.pad)["stance"]
    assert np.allclose(resumed, probabilities, atol=0.02)
    with pytest.raises(ValueError, match="holds checkpoints of a run with other data or settings"):
        fit(fresh(config, settings), replace(settings, seed=2), plan, encoding.pad, tmp_path / "run")


def test_the_temperature_that_logits_were_scaled_by_is_found() -> None:
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(20_000, 3)) * 2
    chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    gold = (chances.cumsum(-1) < generator.random((20_000, 1))).sum(-1)
    assert abs(fit_temperature(logits * 2.5, gold) - 2.5) < 0.1
    assert abs(fit_temperature(logits * 0.5, gold) - 0.5) < 0.02


def test_an_oracle_takes_what_the_reference_says_and_stops() -> None:
    sentences = [
        "The weather was fine.",
        "The council raised the tax.",
        "A cat slept.",
        "The mayor resigned on Monday.",
    ]
    assert oracle(sentences, "The council raised the tax and the mayor resigned.") == [1, 3]
    assert oracle(sentences, "Nothing of it xyz.") == []


def test_rows_are_joined_with_their_labels_in_place() -> None:
    articles = list(joined(rows(), random.Random(0)))
    assert sum(len(article.sentences or []) for article in articles) == 16
    for article in articles:
        assert len(article.sentences or []) <= 6
        mentions = {mention.id: mention for mention in article.mentions or []}
        for sentence in article.sentences or []:
            (stance,) = sentence.stances or []
            assert mentions[stance.mention or ""].of(article.text) == "plan"
            assert sentence.start <= mentions[stance.mention or ""].start < sentence.end
            assert ("praised" in sentence.of(article.text)) == (stance.label == "favor")


def test_directed_sentences_come_once_and_without_brackets(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "train.txt.gz"
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.write("[Ann Bel]l met  [Bob].\tAnn Bel\tBob\t0\n[Ann] Bell met [Bob].\tAnn\tBob\t1\nRain fell.\ta\tb\t0\n")
    assert [article.text for article in read_directed_sentences(path)] == ["Ann Bell met Bob.", "Rain fell."]


def test_articles_that_measure_do_not_train(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of the sources that train, the real articles of the corpus are in none, whatever their text."""
    real = sorted(real_ids())
    rows = [Article(id=name, text=f"Story {n}.", topics=["sport"]) for n, name in enumerate([*real, "allsides/else"])]
    for name in (
        "read_newsmtsc",
        "read_newsmtsc_in_context",
        "read_corpus",
        "read_directed",
        "read_directed_sentences",
    ):
        monkeypatch.setattr(released, name, lambda *_: [])
    monkeypatch.setattr(released, "read_allsides", lambda *_, **__: rows)
    monkeypatch.setattr(released, "protected_sentences", lambda _: [])
    monkeypatch.setattr(released, "with_silver_mentions", lambda articles: articles)
    prepared = released.prepare(tmp_path, tmp_path / "work")
    assert [article.id for article in prepared["topics"]] == ["allsides/else"]
