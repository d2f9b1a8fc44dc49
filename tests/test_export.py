"""The ONNX export: equal to torch in fp32, close in int8, cached whole or not at all, checked against stored logits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from stancelens.data.schema import Span
from stancelens.models import export
from stancelens.models.export import CHECK, check_logits, export_key, exported, smooth
from stancelens.models.network import load, load_encoder, save
from stancelens.models.network_config import SALIENCE_POSITIONS, WEIGHTS, read_config, write_config
from stancelens.models.runtime import WINDOWS_AT_ONCE, Reading, Runtime
from stancelens.models.weights import Base, WeightsError, find_base
from stancelens.models.windows import pack

from .tiny import config_of, encoding_of, network_of, register, write_base

TEXT = "The minister praised the plan. Critics called the council reckless, and he said that it was late. It was good."
TEXTS = [TEXT, "Mary Smith won the game. The storm and the rain were bad for the town, the people said.", "The river."]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "calibration_texts", lambda: TEXTS)
        yield register(write_base(tmp_path_factory.mktemp("export") / "base"), patch)


@pytest.fixture(scope="module")
def model(base: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "tiny"
    save(network_of(config_of(base), seed=5), folder)
    return folder


@pytest.fixture(scope="module")
def runtime(model: Path) -> Runtime:
    return Runtime(exported(model, precision="fp32"))


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "copied"))


@pytest.fixture
def no_export(monkeypatch: pytest.MonkeyPatch) -> None:
    def stand_in(folder: Path, config: object, out: Path, precision: str) -> None:
        (out / "encoder.onnx").write_bytes(b"")

    monkeypatch.setattr(export, "_export", stand_in)


def spans_of(text: str) -> list[Span]:
    spans, start = [], 0
    for part in text.split(". "):
        spans.append(Span(start=start, end=start + len(part)))
        start += len(part) + 2
    return spans


def read(runtime: Runtime, text: str, max_tokens: int = 64) -> Reading:
    return runtime.read(pack(runtime.encoding, text, spans_of(text), max_tokens, 6))


@pytest.mark.parametrize("shape", [(1, 3), (1, 64), (3, 20), (5, 17)])
def test_the_fp32_encoder_equals_torch(model: Path, runtime: Runtime, shape: tuple[int, int]) -> None:
    network = load(model)
    generator = np.random.default_rng(0)
    packed = pack(runtime.encoding, "the", [Span(start=0, end=3)])
    mask = np.ones(shape, dtype=np.int64)
    mask[-1, shape[1] // 2 + 1 :] = 0
    ids = np.where(mask == 1, generator.integers(4, 100, shape), runtime.encoding.pad)
    hidden = runtime.read(replace(packed, ids=ids, mask=mask)).hidden
    with torch.no_grad():
        expected = network.hidden(torch.from_numpy(ids), torch.from_numpy(mask)).numpy()
    kept = mask.ravel() == 1  # padding's own vectors are read by nobody
    assert np.abs(hidden - expected)[kept].max() < 1e-4


@pytest.mark.parametrize("count", [1, 2, 7, 70])
def test_the_heads_equal_torch(model: Path, runtime: Runtime, count: int) -> None:
    heads = load(model).heads
    generator = np.random.default_rng(count)
    wide = generator.normal(size=(count, 96)).astype(np.float32)
    narrow = wide[:, :32].copy()
    shapes = generator.integers(0, 9, (count, 3))
    places = np.minimum(np.arange(count), SALIENCE_POSITIONS - 1)
    inputs = {
        "stance": (wide,), "sentence_stance": (wide[:, : 2 * narrow.shape[1]],), "topic": (narrow,),
        "mention": (narrow, shapes), "salience": (narrow[None], places),
    }  # fmt: skip
    assert runtime.heads == set(inputs)
    for name, arrays in inputs.items():
        with torch.no_grad():
            expected = heads[name](*map(torch.from_numpy, arrays)).numpy()
        assert runtime.head(name, *arrays).shape == expected.shape
        assert np.abs(runtime.head(name, *arrays) - expected).max() < 1e-4, name


def test_an_article_is_read_in_parts_without_a_difference(runtime: Runtime) -> None:
    text = ". ".join([TEXT] * 12)
    reading = read(runtime, text, 40)
    assert len(reading.packed.ids) > WINDOWS_AT_ONCE
    feeds = {"ids": reading.packed.ids, "mask": reading.packed.mask}
    whole = runtime._encoder.run(None, feeds)[0].reshape(-1, 32)
    assert np.abs(whole - reading.hidden)[reading.packed.mask.ravel() == 1].max() < 1e-4
    assert reading.topics().shape == (len(spans_of(text)), 3)
    assert reading.salience().shape == (len(spans_of(text)),)
    assert reading.mentions().shape == (sum(map(len, reading.packed.homes)), 5)
    assert reading.stances([]).shape == (0, 3)
    assert np.isfinite(reading.stances([(0, [Span(start=4, end=12)])])).all()


def test_smoothing_leaves_float_vectors_as_they_are(base: Base) -> None:
    encoding = encoding_of(find_base(base))
    packed = pack(encoding, TEXT, spans_of(TEXT))
    ids, mask = torch.from_numpy(packed.ids), torch.from_numpy(packed.mask)
    encoder = load_encoder(base).eval()
    with torch.no_grad():
        before = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        smooth(encoder, encoding, TEXTS)
        after = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    scales = {name: value for name, value in encoder.named_parameters() if name.endswith("inverse")}
    assert any((value - 1).abs().max() > 0.1 for value in scales.values())  # something was moved
    assert torch.allclose(before, after, atol=1e-4)


def test_int8_is_close_to_fp32(model: Path, runtime: Runtime) -> None:
    folder = exported(model)
    assert not (folder / "float.onnx").exists()
    quick = Runtime(folder)
    exact, rough = read(runtime, TEXT).hidden, read(quick, TEXT).hidden
    cosine = (exact * rough).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(rough, axis=1)
    assert cosine.min() > 0.99
    assert 0 < np.abs(exact - rough).max() < 1
    for head, values in check_logits(folder).items():
        assert np.abs(np.asarray(values) - check_logits(exported(model, precision="fp32"))[head]).max() < 0.3


def test_an_export_is_made_once(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = exported(model, precision="fp32")
    monkeypatch.setattr(export, "_export", lambda *_: pytest.fail("exported again"))
    assert exported(model, precision="fp32") == first
    assert {"encoder.onnx", "tokenizer.json", "model.json", "done"} <= {file.name for file in first.iterdir()}


def test_a_failing_export_leaves_no_folder(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_export: None
) -> None:
    monkeypatch.setenv("STANCELENS_CACHE", str(tmp_path / "cache"))

    def half(folder: Path, config: object, out: Path, precision: str) -> None:
        (out / "encoder.onnx").write_bytes(b"half")
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(export, "_export", half)
        with pytest.raises(WeightsError, match="cannot hold the export: no space left on device"):
            exported(copied)
    assert not [path for path in (tmp_path / "cache" / "exports").iterdir() if path.is_dir()]
    assert (exported(copied) / "done").is_file()  # and the next attempt is not in its way


def test_an_unfinished_folder_is_replaced(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_export: None
) -> None:
    monkeypatch.setenv("STANCELENS_CACHE", str(tmp_path / "cache"))
    home = exported(copied)
    (home / "done").unlink()
    (home / "stray").write_text("")
    assert exported(copied) == home
    assert sorted(path.name for path in home.iterdir()) == ["done", "encoder.onnx"]


def test_the_key_follows_weights_configuration_and_processor(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = export_key(copied)
    assert export_key(copied) == key
    with monkeypatch.context() as patch:
        patch.setattr(export, "_cpu_features", lambda: "avx512")
        assert export_key(copied) != key
    write_config(replace(read_config(copied), temperatures={"stance": 2.0}), copied)
    calibrated = export_key(copied)
    assert calibrated != key  # else the runtime would read the temperatures of an older export
    damaged = bytearray((copied / WEIGHTS).read_bytes())
    damaged[-1] ^= 1
    (copied / WEIGHTS).write_bytes(damaged)
    assert export_key(copied) not in (key, calibrated)


def test_two_precisions_do_not_share_a_folder(copied: Path, no_export: None) -> None:
    assert exported(copied, precision="fp32") != exported(copied)


@pytest.fixture
def checked(model: Path, copied: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A model folder with check logits, whose export is a copy of the one that stands already."""
    made = exported(model, precision="fp32")
    (copied / CHECK).write_text(json.dumps(check_logits(made)), encoding="utf-8")
    monkeypatch.setenv("STANCELENS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(export, "_export", lambda _f, _c, out, _p: shutil.copytree(made, out, dirs_exist_ok=True))
    return copied


def test_stored_logits_are_met(checked: Path) -> None:
    assert (exported(checked) / "done").is_file()


@pytest.mark.parametrize("value", [5.0, float("nan")])
def test_other_logits_are_refused(checked: Path, tmp_path: Path, value: float) -> None:
    stored = json.loads((checked / CHECK).read_text(encoding="utf-8"))
    stored["topic"][1] += value
    (checked / CHECK).write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(WeightsError, match="gives topic logits"):
        exported(checked)
    assert not [path for path in (tmp_path / "cache" / "exports").iterdir() if path.is_dir()]


@pytest.mark.parametrize(
    "content", ["{}", '{"stance": [1, 2', '{"mood": [1.0]}', '{"stance": [1.0, 2.0]}', "[]", '{"stance": "x"}']
)
def test_a_damaged_check_file_is_refused(checked: Path, content: str) -> None:
    (checked / CHECK).write_text(content, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"check\.json"):
        exported(checked)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, copied: Path) -> None:
    with pytest.raises(WeightsError, match="is not a model folder"):
        exported(tmp_path / "nowhere")
    (copied / WEIGHTS).unlink()
    with pytest.raises(WeightsError, match=r"holds no model\.safetensors"):
        exported(copied)
    (copied / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsError, match="is not a model folder"):
        exported(copied)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("base", "huge", "huge is no base"),
        ("lora", {"rank": 4}, "lora must hold rank and alpha"),
        ("max_tokens", 1024, "max_tokens 1024 is not between 16 and 512"),
        ("temperatures", {"stance": 0}, "a temperature must be above 0"),
    ],
)
def test_a_configuration_that_cannot_be_is_refused(copied: Path, field: str, value: object, message: str) -> None:
    config = json.loads((copied / "model.json").read_text(encoding="utf-8"))
    (copied / "model.json").write_text(json.dumps({**config, field: value}), encoding="utf-8")
    with pytest.raises(WeightsError, match=message):
        exported(copied)


@pytest.mark.parametrize("length", [0, 100, 5000])
def test_cut_weights_are_one_sentence(copied: Path, length: int) -> None:
    weights = (copied / WEIGHTS).read_bytes()
    assert len(weights) > 5000
    (copied / WEIGHTS).write_bytes(weights[:length])
    with pytest.raises(WeightsError, match=r"model\.safetensors cannot be used"):
        exported(copied)


def test_a_cache_that_cannot_be_made_is_one_sentence(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("STANCELENS_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="cannot be made: Not a directory; set STANCELENS_CACHE"):
        exported(copied)
