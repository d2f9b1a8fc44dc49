"""Model folder → ONNX files for the CPU: adapters merged, activations smoothed, matrix products in int8, cached.

Dynamic quantization takes one activation scale a batch, and both encoders have a few channels of far greater
magnitude than the rest, which leaves the others little resolution. SmoothQuant (Xiao et al. 2022) moves part of that
magnitude into the weights: ``x @ W == (x / s) @ (s * W)``, with ``s`` from the activations of calibration text.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from filelock import FileLock
from safetensors import SafetensorError

from ..data.corpus import read_corpus
from ..data.schema import file_hash
from .network_config import CONFIG, WEIGHTS, ModelConfig, read_config
from .quiet import quiet
from .weights import WeightsError, base_of, cache_dir, find_base
from .windows import Encoding, load_encoding, pack

EXPORT_VERSION = 4  # raise when the exported files change
CHECK = "check.json"
SMOOTHING = 0.8  # 0 leaves all magnitude in the activations, 1 moves all of it into the weights
TOLERANCE = 0.75  # largest difference of a check logit, in logits: int8 kernels differ between CPUs


def exported(folder: Path, *, precision: str = "int8") -> Path:
    """The cached ONNX export of a model folder, made on first use. ``precision`` is "int8" or "fp32".

    Raises WeightsError if the base is missing, the folder is not a model, or the export fails its check.
    """
    config = checked_folder(folder)
    home = export_home(folder, precision)
    if (home / "done").is_file():
        return home
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(f"{home.parent} cannot be made: {error.strerror}; set STANCELENS_CACHE") from error
    with FileLock(f"{home}.lock"):
        if (home / "done").is_file():
            return home
        scratch = Path(f"{home}.part")
        shutil.rmtree(scratch, ignore_errors=True)  # of an export that was killed
        print(f"preparing {config.name} for this machine, once: a minute or more", file=sys.stderr, flush=True)
        try:
            try:
                scratch.mkdir()
                with quiet():
                    _export(folder, config, scratch, precision)
            except WeightsError:
                raise
            except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
                raise WeightsError(f"{folder / WEIGHTS} cannot be used: {error}: train or install it again") from error
            except OSError as error:
                raise WeightsError(f"{home.parent} cannot hold the export: {error}; set STANCELENS_CACHE") from error
            _check(folder, scratch, precision)
            (scratch / "done").write_text("", encoding="utf-8")
            shutil.rmtree(home, ignore_errors=True)
            os.replace(scratch, home)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return home


def export_home(folder: Path, precision: str) -> Path:
    """Where the export of a model folder is, or would be, kept."""
    return cache_dir() / "exports" / f"{read_config(folder).name}-{precision}-{export_key(folder)}"


def checked_folder(folder: Path) -> ModelConfig:
    """The configuration of a model folder. Raises WeightsError if it is none."""
    try:
        config = read_config(folder)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"{folder} is not a model folder: {error}") from error
    if wrong := unusable(config):
        raise WeightsError(f"{folder / CONFIG}: {wrong}")
    if not (folder / WEIGHTS).is_file():
        raise WeightsError(f"{folder} holds no {WEIGHTS}: install the package again, or train again")
    return config


def unusable(config: ModelConfig) -> str | None:
    """What in a model's configuration cannot be; None if it all can."""
    if config.lora is not None and not {"rank", "alpha"} <= set(config.lora):
        return "lora must hold rank and alpha"
    if not 16 <= config.max_tokens <= 512:
        return f"max_tokens {config.max_tokens} is not between 16 and 512"
    if any(not temperature > 0 for temperature in config.temperatures.values()):
        return "a temperature must be above 0"
    return None


def export_key(folder: Path) -> str:
    """Identity of an export: weights, configuration, exporter, runtime and the CPU's vector instructions."""
    import hashlib
    from importlib.metadata import version

    parts = [
        str(EXPORT_VERSION),
        str(SMOOTHING),
        *calibration_texts(),
        *(f"{name} {version(name)}" for name in ("torch", "transformers", "peft", "onnx")),
        file_hash(folder / WEIGHTS),
        file_hash(folder / CONFIG),  # it names the base's hash, and the runtime reads its temperatures from the export
        onnxruntime.__version__,
        _cpu_features(),
    ]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _cpu_features() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        import platform

        return platform.processor()
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "").split()
    return " ".join(sorted(flag for flag in flags if flag.startswith(("avx", "amx", "sse4", "asimd", "i8mm", "sve"))))


def calibration_texts() -> list[str]:
    """Text that stands for news when activations are measured: the train part of the project's own corpus."""
    return [article.text for article in read_corpus("train")][:64]


def _export(folder: Path, config: ModelConfig, out: Path, precision: str) -> None:
    import torch

    from .network import load, merged

    network = load(folder)
    encoder = merged(network).eval()
    encoder.set_attn_implementation("eager")  # type: ignore[operator]  # the fused form exports as far slower operators, for masks most of all
    encoding = load_encoding(find_base(base_of(config.base)))
    if precision == "int8":
        smooth(encoder, encoding, calibration_texts())
    graph = out / "encoder.onnx"
    _to_onnx(_Hidden(encoder), graph, encoding)
    if precision == "int8":
        from onnxruntime.quantization import QuantType, quantize_dynamic

        os.replace(graph, out / "float.onnx")
        quantize_dynamic(
            out / "float.onnx",
            graph,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
        )
        (out / "float.onnx").unlink()
    width = config.heads.hidden
    inputs = {
        "stance": (torch.zeros(2, 3 * width),),
        "sentence_stance": (torch.zeros(2, 2 * width),),
        "topic": (torch.zeros(2, width),),
        "mention": (torch.zeros(2, width), torch.zeros(2, 3, dtype=torch.int64)),
        "salience": (torch.zeros(1, 2, width), torch.arange(2)),
    }
    for name, head in network.heads.items():
        names = [f"in{index}" for index in range(len(inputs[name]))]
        axis = {"salience": {"in0": {1: "n"}, "in1": {0: "n"}}}.get(name, {key: {0: "n"} for key in names})
        _trace(head.eval(), inputs[name], out / f"{name}.onnx", names, {**axis, "out": {0: "n"}})
    shutil.copy(folder / CONFIG, out / CONFIG)
    shutil.copy(find_base(base_of(config.base)) / "tokenizer.json", out / "tokenizer.json")


def _Hidden(encoder):  # type: ignore[no-untyped-def]  # noqa: N802 - torch is imported late, so the class is made here
    import torch

    class Hidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            return self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state

    return Hidden()


def _to_onnx(module, path: Path, encoding: Encoding) -> None:  # type: ignore[no-untyped-def]
    import torch

    ids = torch.full((2, 16), encoding.unknown, dtype=torch.int64)
    axes = {name: {0: "windows", 1: "length"} for name in ("ids", "mask", "out")}
    _trace(module, (ids, torch.ones_like(ids)), path, ["ids", "mask"], axes)


def _trace(module, inputs, path: Path, names: Sequence[str], axes) -> None:  # type: ignore[no-untyped-def]
    import torch

    with torch.no_grad():
        torch.onnx.export(
            module,
            inputs,
            str(path),
            input_names=list(names),
            output_names=["out"],
            dynamic_axes=axes,
            opset_version=20,
            dynamo=False,
        )


def smooth(encoder, encoding: Encoding, texts: Sequence[str], strength: float = SMOOTHING) -> None:  # type: ignore[no-untyped-def]
    """Replace the encoder's linear layers by ones whose inputs are divided by per-channel scales, in place."""
    import torch

    from ..data.sentences import split_sentences

    layers = {name: module for name, module in encoder.named_modules() if isinstance(module, torch.nn.Linear)}
    peaks: dict[str, torch.Tensor] = {}

    def watch(name: str):  # type: ignore[no-untyped-def]
        def hook(_module, inputs):  # type: ignore[no-untyped-def]
            peak = inputs[0].detach().abs().flatten(0, -2).amax(0)
            peaks[name] = torch.maximum(peaks[name], peak) if name in peaks else peak

        return hook

    hooks = [module.register_forward_pre_hook(watch(name)) for name, module in layers.items()]
    with torch.no_grad():
        for text in texts:
            packed = pack(encoding, text, split_sentences(text))
            encoder(input_ids=torch.from_numpy(packed.ids), attention_mask=torch.from_numpy(packed.mask))
    for hook in hooks:
        hook.remove()
    groups: dict[str, list[str]] = {}
    for name in layers:  # query, key and value read the same input, so they share one scale and one division
        parent, _, last = name.rpartition(".")
        groups.setdefault(f"{parent}.qkv" if last in {"q", "k", "v", "query", "key", "value"} else name, []).append(
            name
        )
    for names in groups.values():
        peak = peaks[names[0]].clamp(min=1e-4)
        weight = torch.stack([layers[name].weight.abs().amax(0) for name in names]).amax(0).clamp(min=1e-4)
        scale = (peak**strength / weight ** (1 - strength)).clamp(min=1e-3)
        inverse = torch.nn.Parameter(1 / scale, requires_grad=False)
        for name in names:
            parent, _, last = name.rpartition(".")
            layers[name].weight.data *= scale
            setattr(encoder.get_submodule(parent), last, _Smoothed(layers[name], inverse))


def _Smoothed(linear, inverse):  # type: ignore[no-untyped-def]  # noqa: N802
    import torch

    class Smoothed(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = linear
            self.inverse = inverse

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.linear(x * self.inverse)

    return Smoothed()


def check_logits(export: Path) -> dict[str, list[float]]:
    """Logits of a fixed sentence: what a release stores and every export is compared with."""
    from ..data.schema import Span
    from .runtime import HEADS, Runtime

    text = "The minister praised the rescue crews, but critics called the Harlow Water Board reckless and late."
    runtime = Runtime(export)
    packed = pack(runtime.encoding, text, [Span(start=0, end=len(text))])
    start = text.index("Harlow")
    reading = runtime.read(packed)
    targets = [(0, [Span(start=start, end=start + len("Harlow Water Board"))])]
    read: dict[str, Callable[[], np.ndarray]] = {
        "stance": lambda: reading.stances(targets)[0],
        "sentence_stance": lambda: reading.sentence_stances()[0],
        "topic": lambda: reading.topics()[0],
        "mention": lambda: reading.mentions().mean(axis=0),
        "salience": reading.salience,
    }
    return {head: [round(float(x), 4) for x in read[head]()] for head in HEADS if head in runtime.heads}


def _check(folder: Path, export: Path, precision: str) -> None:
    if not (folder / CHECK).is_file():
        return  # a model in the making
    actual = check_logits(export)
    try:
        stored = json.loads((folder / CHECK).read_text(encoding="utf-8"))
        if stored.keys() != actual.keys():
            raise ValueError(f"holds {sorted(stored)}")
        away = {head: float(np.abs(np.asarray(v, np.float64) - actual[head]).max()) for head, v in stored.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(f"{folder / CHECK} is damaged: install the package again") from error
    for head, worst in away.items():
        if not worst <= TOLERANCE:  # NaN too
            raise WeightsError(
                f"the {precision} export of {folder.name} gives {head} logits {worst:.2f} away from the released ones: "
                "this machine's onnxruntime computes other results; report it with the versions in run.json"
            )
