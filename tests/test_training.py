"""From label records to steps: what is labelled counts, what is not does not, and batches change no result."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from stancelens.data.detokenize import detokenize
from stancelens.data.schema import Article, Entity, Mention, Sentence, Stance
from stancelens.models.network_config import ModelConfig
from stancelens.models.weights import Base
from stancelens.models.windows import Encoding
from stancelens.training.examples import Example, collate, make_example
from stancelens.training.objective import Objective
from stancelens.training.overlap import Protected
from stancelens.training.plan import Source, plan_batches

from .tiny import config_of, network_of

FIRST, SECOND = "The mayor praised John Smith and Smith said so.", "Storm and rain in Harlow."
TEXT = f"{FIRST} {SECOND}"


@pytest.fixture(scope="module")
def config(tiny_base: Base) -> ModelConfig:
    return config_of(tiny_base, max_tokens=20, overlap=6)


def article(*, stance: str | None = None, topics: list[str] | None = None, silver: bool = False) -> Article:
    """Two sentences with the labels that are asked for; John Smith is mentioned twice in the first."""
    mentions = [
        Mention(id=f"{'silver:' if silver else 'm'}{number}", start=start, end=end, entity="e0")
        for number, (start, end) in enumerate([(18, 28), (33, 38)])
    ]
    stances = [Stance(target="John Smith", mention=mentions[0].id, label=stance)] if stance else None
    return Article(
        id="a",
        text=TEXT,
        entities=[Entity(id="e0", name="John Smith", kind="person")],
        mentions=mentions,
        sentences=[
            Sentence(start=0, end=len(FIRST), stance=stance, stances=stances, topics=topics),
            Sentence(start=len(FIRST) + 1, end=len(TEXT)),
        ],
    )


def pieces(example: Example, tag: int) -> list[str]:
    offsets = np.concatenate(example.packed.offsets)
    return [TEXT[a:b] for (a, b), own in zip(offsets, example.tags, strict=True) if own == tag]


def test_absent_labels_are_masked(encoding: Encoding, config: ModelConfig) -> None:
    example = make_example(article(), encoding, config)
    assert example.stances.shape == (0, 3)
    assert not len(example.owners)
    assert not example.topics.any()
    assert (example.tags == -100).all()
    objective = Objective(network_of(config), 0.1)
    assert objective(**collate([example], encoding.pad))["loss"] == 0


def test_present_labels_are_targets(encoding: Encoding, config: ModelConfig) -> None:
    example = make_example(article(stance="favor", topics=["sport", "weather"], silver=True), encoding, config)
    assert example.stances.tolist() == [[0, 0, 1]]
    assert example.owners.tolist() == [0]
    [positions] = example.positions
    words = [TEXT[a:b] for a, b in np.concatenate(example.packed.offsets)[positions - 1]]  # after the opening token
    assert words == ["John", "Smith", "Smith"]  # both mentions of the entity
    assert example.topics.tolist() == [[0, 0.5, 0.5], [0, 0, 0]]
    assert pieces(example, 1) == ["John", "Smith"]  # begin
    assert pieces(example, 2) == ["Smith"]  # inside
    assert set(example.tags.tolist()) == {0, 1, 2}
    assert example.sides.tolist() == [[0, 0, 1], [0, 0, 0]]


def test_probabilities_are_taken_before_the_label(encoding: Encoding, config: ModelConfig) -> None:
    labelled = article(stance="favor")
    assert labelled.sentences
    assert labelled.sentences[0].stances
    labelled.sentences[0].stances[0].probabilities = {"favor": 0.5, "neutral": 0.3, "against": 0.2}
    labelled.sentences[1].probabilities = {"topics": {"weather": 1.0, "sport": 0.0, "politics": 0.0}}
    example = make_example(labelled, encoding, config)
    assert np.allclose(example.stances, [[0.2, 0.3, 0.5]])
    assert example.topics[1].tolist() == [0, 0, 1]


def test_labels_outside_the_set_are_refused(encoding: Encoding, config: ModelConfig) -> None:
    with pytest.raises(ValueError, match="'mixed' is not in list"):
        make_example(article(stance="mixed"), encoding, config)
    with pytest.raises(ValueError, match="'cooking' is not in list"):
        make_example(article(topics=["cooking"]), encoding, config)


def long_article() -> Article:
    """Sentences of several windows, one of them longer than a window, with a stance in each."""
    strings = [
        "Mary was good.",
        "The " + "water and rain and " * 9 + "Mary.",
        "It was late for Mary Smith.",
        "Mary won.",
    ]
    text, sentences, mentions = "", [], []
    for number, string in enumerate(strings):
        start = len(text) + string.index("Mary")
        mentions.append(Mention(id=f"silver:{number}", start=start, end=start + 4, entity="e"))
        stance = Stance(target="Mary", mention=f"silver:{number}", label=["favor", "against"][number % 2])
        sentences.append(Sentence(start=len(text), end=len(text) + len(string), stances=[stance], topics=["sport"]))
        text += string + " "
    entities = [Entity(id="e", name="Mary", kind="person")]
    return Article(id="long", text=text, entities=entities, mentions=mentions, sentences=sentences)


def test_two_articles_in_a_batch_read_as_each_alone(encoding: Encoding, config: ModelConfig) -> None:
    examples = [
        make_example(article(stance="favor", topics=["sport"], silver=True), encoding, config),
        make_example(long_article(), encoding, config),
        make_example(article(), encoding, config),
    ]
    assert len(examples[1].packed.ids) > 2
    assert examples[0].packed.length != examples[1].packed.length
    objective = Objective(network_of(config, seed=7), 0.0).eval()
    with torch.no_grad():
        alone = [objective(**collate([example], encoding.pad)) for example in examples]
        together = objective(**collate(examples, encoding.pad))
    for name in ("stance_logits", "topic_logits"):
        expected = torch.cat([output[name] for output in alone if name in output])
        assert together[name].shape == expected.shape
        assert torch.allclose(together[name], expected, atol=1e-4), name
    assert "stance_logits" not in alone[2]
    batch = collate(examples, encoding.pad)
    tokens = torch.cat([torch.from_numpy(e.packed.ids.ravel()[np.concatenate(e.packed.homes)]) for e in examples])
    assert torch.equal(batch["ids"].flatten()[batch["token_at"]], tokens)
    assert torch.allclose(batch["sentence_rows"].sum(1), torch.ones(8))


def test_the_loss_falls(encoding: Encoding, config: ModelConfig) -> None:
    examples = [
        make_example(article(stance="favor", topics=["sport"], silver=True), encoding, config),
        make_example(long_article(), encoding, config),
    ]
    objective = Objective(network_of(config, seed=7), 0.05)
    objective.train()
    batch = collate(examples, encoding.pad)
    optimizer = torch.optim.AdamW([p for p in objective.parameters() if p.requires_grad], lr=3e-3)
    losses = []
    torch.manual_seed(0)
    for _ in range(20):
        loss = objective(**batch)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.isfinite(losses).all()
    assert np.mean(losses[-3:]) < 0.7 * np.mean(losses[:3])


def examples_of(encoding: Encoding, config: ModelConfig, counts: range) -> list[Example]:
    made = []
    for count in counts:
        text = " ".join(["the"] * count)
        single = Article(id=str(count), text=text, sentences=[Sentence(start=0, end=len(text), topics=["sport"])])
        made.append(make_example(single, encoding, config))
    return made


def test_a_plan_is_drawn_from_its_seed(encoding: Encoding, config: ModelConfig) -> None:
    sources = [
        Source(examples_of(encoding, config, range(1, 60)), 1.5, 60),
        Source(examples_of(encoding, config, range(3, 9)), 3, 200),
    ]
    plan = plan_batches(sources, 4)

    def order(batches: list[list[Example]]) -> list[list[int]]:
        return [[id(example) for example in batch] for batch in batches]

    assert order(plan) == order(plan_batches(sources, 4))
    assert order(plan) != order(plan_batches(sources, 5))


def test_a_plan_keeps_its_token_budget_and_passes(encoding: Encoding, config: ModelConfig) -> None:
    many, few = examples_of(encoding, config, range(1, 60)), examples_of(encoding, config, range(3, 9))
    budgets = {id(example): 60 for example in many} | {id(example): 200 for example in few}
    plan = plan_batches([Source(many, 1.5, 60), Source(few, 3, 200)], 4)
    for batch in plan:
        [budget] = {budgets[id(example)] for example in batch}  # one source a batch
        padded = sum(len(e.packed.ids) for e in batch) * max(e.packed.length for e in batch)
        assert padded <= budget or len(batch) == 1
        assert collate(batch, encoding.pad)["ids"].numel() == padded
    seen = [id(example) for batch in plan for example in batch]
    assert all(seen.count(id(example)) == 3 for example in few)
    counts = [seen.count(id(example)) for example in many]
    assert set(counts) == {1, 2}
    assert sum(counts) == 59 + round(59 * 0.5)
    assert max(len(batch) for batch in plan) > 2


SENTENCE = "“We don’t know,” the 1,000-strong council's lawyers said in Harlow, on Monday."


@pytest.fixture
def protected() -> Protected:
    found = Protected()
    found.add([SENTENCE, "Too short to tell apart."])
    return found


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        SENTENCE.upper(),
        "Before it. " + SENTENCE.replace("“", '"').replace("”", '"').replace("’", "'") + " After it.",
        "`` We don ' t know , '' the 1,000 - strong council 's lawyers said in Harlow , on Monday .",
        detokenize("`` We do n't know , '' the 1,000 - strong council 's lawyers said in Harlow , on Monday ."),
        "`` We do n't know , '' the 1,000 - strong council 's lawyers said in Harlow , on Monday .",
        SENTENCE.replace("Harlow", "the town"),
        "… the 1,000-strong council's lawyers said in Harlow, on Monday. A text that was cut before it.",
        SENTENCE.replace(" ", "\n"),
    ],
)
def test_a_protected_sentence_is_found_however_it_is_tokenized(protected: Protected, text: str) -> None:
    assert protected.overlaps(text)


@pytest.mark.parametrize(
    "text",
    ["", "Too short to tell apart.", "We don't know, the lawyers said on Monday.", SENTENCE[: len(SENTENCE) // 3]],
)
def test_other_text_is_not_protected(protected: Protected, text: str) -> None:
    assert not protected.overlaps(text)


def test_parts_of_two_sentences_do_not_add_up(protected: Protected) -> None:
    one = "one two three four five six seven eight nine ten"
    protected.add([f"{one} a b c d e f g h i j", f"a b c d e f g h i j {one}", one])
    assert not protected.overlaps("zero one two three four five six zero a b c d e f zero")
    assert protected.overlaps(f"zero {one} zero")
