"""The classifier as a module: saved and read back, its adapters merged, and files that do not fit it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from stancelens.models.network import Network, load, merged, save, trained_weights
from stancelens.models.network_config import CONFIG, SALIENCE_POSITIONS, WEIGHTS, read_config, write_config
from stancelens.models.weights import Base, WeightsError

from .tiny import HIDDEN, config_of, network_of, register, write_base

IDS = torch.arange(24).reshape(2, 12) + 4
MASK = torch.ones_like(IDS)
MASK[1, 9:] = 0


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    with pytest.MonkeyPatch.context() as patch:
        yield register(write_base(tmp_path_factory.mktemp("network") / "base"), patch)


@torch.no_grad()
def logits(network: Network) -> dict[str, torch.Tensor]:
    hidden = network.hidden(IDS, MASK)
    heads = network.heads
    return {
        "hidden": hidden,
        "stance": heads["stance"](torch.cat([hidden, hidden, hidden], dim=-1)),
        "topic": heads["topic"](hidden),
        "mention": heads["mention"](hidden, torch.zeros(len(hidden), 3, dtype=torch.int64)),
        "salience": heads["salience"](hidden[None], torch.arange(len(hidden)).clamp(max=SALIENCE_POSITIONS - 1)),
    }


@pytest.mark.parametrize("lora", [True, False])
def test_a_saved_model_reads_back_the_same(base: Base, tmp_path: Path, lora: bool) -> None:
    network = network_of(config_of(base, lora=lora), seed=1)
    if not lora:  # layers that differ from the base's
        with torch.no_grad():
            for weight in network.encoder.parameters():
                if weight.requires_grad:
                    weight.add_(torch.randn_like(weight), alpha=0.02)
    save(network, tmp_path)
    back = load(tmp_path)
    assert back.config == network.config
    assert not back.training
    expected = logits(network)
    for name, values in logits(back).items():
        assert torch.allclose(values, expected[name], atol=2e-2), name
    fresh = logits(network_of(config_of(base, lora=lora), seed=2))
    assert (fresh["stance"] - expected["stance"]).abs().max() > 0.05  # the comparison can fail
    assert sorted(file.name for file in tmp_path.iterdir()) == [CONFIG, WEIGHTS]


def test_only_what_the_base_does_not_hold_is_stored(base: Base) -> None:
    adapters = trained_weights(network_of(config_of(base)))
    assert all("lora_" in name or name.startswith("heads.") for name in adapters)
    layers = trained_weights(network_of(config_of(base, lora=False)))
    assert any(name.startswith("encoder.encoder.layer.1.") for name in layers)
    assert not any("embeddings" in name for name in layers if not name.startswith("heads."))


def test_merged_adapters_change_nothing(base: Base) -> None:
    network = network_of(config_of(base), seed=3)
    with torch.no_grad():
        before = network.hidden(IDS, MASK)
        plain = network_of(config_of(base, lora=False)).hidden(IDS, MASK)
        encoder = merged(network).eval()
        after = encoder(input_ids=IDS, attention_mask=MASK).last_hidden_state.flatten(0, 1)
    assert not any("lora" in name for name, _ in encoder.named_parameters())
    assert torch.allclose(before, after, atol=1e-4)
    assert (before - plain).abs().max() > 0.01


def test_padding_changes_no_token(base: Base) -> None:
    network = network_of(config_of(base))
    with torch.no_grad():
        alone = network.hidden(IDS[1:, :9], MASK[1:, :9])
        assert torch.allclose(network.hidden(IDS, MASK)[12:21], alone, atol=1e-5)


@pytest.mark.parametrize("fault", ["missing", "more", "shape"])
def test_weights_that_do_not_fit_are_refused(base: Base, tmp_path: Path, fault: str) -> None:
    save(network_of(config_of(base)), tmp_path)
    weights = load_file(tmp_path / WEIGHTS)
    name = "heads.topic.net.4.bias"
    if fault == "missing":
        del weights[name]
    elif fault == "more":
        weights["heads.other.bias"] = torch.zeros(2)
    else:
        weights[name] = torch.zeros(7)
    save_file(weights, tmp_path / WEIGHTS)
    with pytest.raises(ValueError, match=r"does not fit model\.json: heads\."):
        load(tmp_path)


def test_a_model_of_another_base_is_refused(base: Base, tmp_path: Path) -> None:
    save(network_of(config_of(base)), tmp_path)
    write_config(replace(read_config(tmp_path), base_sha256="0" * 64), tmp_path)
    with pytest.raises(WeightsError, match="made for another version of stancelens-tests/tiny"):
        load(tmp_path)


def test_the_config_is_read_back(base: Base, tmp_path: Path) -> None:
    config = replace(config_of(base), temperatures={"stance": 1.3}, abstain_below={"topic": 0.4}, mention_bias=-0.5)
    config.heads.topics = ["Politik", "Ökonomie"]
    write_config(config, tmp_path)
    assert read_config(tmp_path) == config
    assert read_config(tmp_path).heads.hidden == HIDDEN
