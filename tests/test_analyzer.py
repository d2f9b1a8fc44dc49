"""From one pass over an article to its record, with a tiny random model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from stancelens.data.schema import Article, Entity, Mention, Sentence, Stance
from stancelens.inference.analyzer import Analyzer, sentence_stance
from stancelens.inference.targets import Listed
from stancelens.models import export
from stancelens.models.network import save
from stancelens.models.network_config import read_config
from stancelens.models.runtime import SENTENCES_AT_ONCE
from stancelens.models.windows import pack

from .tiny import config_of, network_of, register, write_base

TEXT = "Mary Smith praised the plan. Critics called the Harlow Water Board reckless. The mayor said so."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "calibration_texts", lambda: [TEXT])
        base = register(write_base(tmp_path_factory.mktemp("analyzer") / "base"), patch)
        folder = tmp_path_factory.mktemp("model") / "tiny"
        save(network_of(config_of(base), seed=5), folder)
        yield folder


def test_listed_targets_stand_beside_given_mentions(model: Path) -> None:
    mayor = Mention(id="m", start=TEXT.index("The mayor"), end=TEXT.index(" said"), entity="e")
    given = Article(id="a", text=TEXT, mentions=[mayor], entities=[Entity(id="e", name="the mayor")])
    listed = [Listed("Harlow Water Board"), Listed("the mayor", ("Mary Smith",)), Listed("NATO")]
    result = Analyzer(model, targets=listed, given=["mentions"]).analyze_article(given)
    stances = [(n, s.target) for n, sentence in enumerate(result.sentences or []) for s in sentence.stances or []]
    assert stances == [(0, "the mayor"), (1, "Harlow Water Board"), (2, "the mayor")]
    rows = {row["target"]: row["mentions"] for row in (result.aggregates or {})["targets"]}
    assert rows == {"the mayor": 2, "Harlow Water Board": 1, "NATO": 0}
    Article.model_validate(result.model_dump(exclude_unset=True))


def test_late_sentences_all_stand_at_the_last_position(model: Path) -> None:
    runtime = Analyzer(model).runtime
    text = "The council met. " * (SENTENCES_AT_ONCE + 5)
    spans = [Sentence(start=at, end=at + 16) for at in range(0, len(text), 17)]
    config = runtime.config
    reading = runtime.read(pack(runtime.encoding, text, spans, config.max_tokens, config.overlap))
    saliences = reading.salience()
    assert saliences.shape == (SENTENCES_AT_ONCE + 5,)
    assert np.isfinite(saliences).all()


def stance(label: str, probability: float, abstained: bool = False) -> Stance:
    return Stance(target="x", label=label, probabilities={label: probability}, abstained=abstained)


@pytest.mark.parametrize(
    ("stances", "expected"),
    [
        ([], ("neutral", {}, False)),
        ([stance("neutral", 0.9), stance("favor", 0.6), stance("against", 0.7)], ("against", {"against": 0.7}, False)),
        ([stance("neutral", 0.6), stance("against", 0.45, True)], ("neutral", {"neutral": 0.6}, False)),
        ([stance("against", 0.42, True), stance("favor", 0.4, True)], ("neutral", {}, True)),
    ],
)
def test_a_sentence_takes_the_side_that_the_model_is_surest_of(stances: list[Stance], expected: tuple) -> None:
    assert sentence_stance(stances) == expected


def test_the_side_of_a_sentence_is_read_or_follows_from_its_targets(model: Path, tmp_path: Path) -> None:
    analyzer = Analyzer(model)
    result = analyzer.analyze_article(Article(id="a", text=TEXT))
    spans = result.sentences or []
    config = analyzer.runtime.config
    packed = pack(analyzer.runtime.encoding, TEXT, spans, config.max_tokens, config.overlap)
    logits = analyzer.runtime.read(packed).sentence_stances()
    assert logits.shape == (3, 3)
    assert [each.stance for each in spans] == [config.heads.stances[at] for at in logits.argmax(axis=1)]
    assert {each.stance_source for each in spans} == {"model"}
    assert all(sum((each.probabilities or {})["stance"].values()) == pytest.approx(1, abs=1e-3) for each in spans)
    bare = read_config(model)
    bare.heads.sentence_stance = False
    save(network_of(bare, seed=5), tmp_path / "bare")
    for sentence in Analyzer(tmp_path / "bare").analyze_article(Article(id="a", text=TEXT)).sentences or []:
        assert sentence.stance_source == "targets"
        assert sentence.stance == sentence_stance(sentence.stances or [])[0]


def test_sentences_out_of_order_are_refused() -> None:
    spans = [Sentence(start=5, end=9), Sentence(start=0, end=5)]
    with pytest.raises(ValueError, match=r"sentences\[1\]: starts at 0, before sentence 0 has ended"):
        Article(id="a", text="0123456789", sentences=spans)
