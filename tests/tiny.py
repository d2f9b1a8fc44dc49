"""A base encoder of two thin layers with random weights, made in memory, so that the tests need no download."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import torch
from stancelens.data.schema import file_hash
from stancelens.models import weights
from stancelens.models.network import Network, build
from stancelens.models.network_config import HeadsConfig, ModelConfig
from stancelens.models.windows import Encoding, load_encoding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

torch.set_num_threads(1)  # so small a model is slower on several, most of all on a busy machine

HIDDEN = 32
STANCES = ["against", "neutral", "favor"]
TOPICS = ["politics", "sport", "weather"]
KINDS = ["person", "organisation"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = [
    "the",
    "a",
    "of",
    "to",
    "and",
    "in",
    "that",
    "said",
    "on",
    "he",
    "she",
    "it",
    "they",
    "was",
    "is",
    "were",
    "but",
    "with",
    "from",
    "by",
    "for",
    "at",
    "as",
    "not",
    "police",
    "minister",
    "council",
    "mayor",
    "critics",
    "people",
    "town",
    "city",
    "party",
    "vote",
    "plan",
    "new",
    "year",
    "week",
    "day",
    "rescue",
    "crews",
    "water",
    "board",
    "praised",
    "called",
    "blamed",
    "late",
    "late",
    "reckless",
    "good",
    "bad",
    "great",
    "storm",
    "rain",
    "match",
    "team",
    "coach",
    "player",
    "won",
    "lost",
    "game",
    "court",
    "judge",
    "ruled",
    "ban",
    "law",
    "river",
    "bridge",
    "school",
    "teachers",
    "union",
    "strike",
    "budget",
    "tax",
    "price",
    "market",
    "bank",
    "john",
    "mary",
    "smith",
    "jones",
    "green",
    "harlow",
    "northern",
    "southern",
    "party",
]


def tokenizer() -> Tokenizer:
    """A lowercasing WordPiece tokenizer of some words, and single characters for the rest."""
    letters = string.ascii_lowercase + string.digits + "äöüßéñ"
    pieces = [*SPECIAL, *dict.fromkeys([*WORDS, *letters, *string.punctuation, "“", "”", "’", "–", "日", "本", "ж"])]
    pieces += [f"##{letter}" for letter in letters] + ["##s", "##ing", "##ed", "##er"]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return made


def write_base(folder: Path, seed: int = 0) -> Path:
    """Write config.json, tokenizer.json and model.safetensors of a tiny encoder."""
    torch.manual_seed(seed)
    made = tokenizer()
    config = BertConfig(
        vocab_size=made.get_vocab_size(),
        hidden_size=HIDDEN,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.2,  # so that random vectors differ as trained ones do
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    made.save(str(folder / "tokenizer.json"))
    return folder


def register(folder: Path, patch: pytest.MonkeyPatch, name: str = "tiny") -> weights.Base:
    """Make ``folder`` the base ``name``, found without a network, in a cache folder beside it."""
    patch.setenv("STANCELENS_CACHE", str(folder.parent / "cache"))
    digest = file_hash(folder / "model.safetensors")
    base = weights.Base(name, "stancelens-tests/tiny", digest, ("stancelens-tests-tiny",), ".zip.00")
    patch.setitem(weights.BASES, name, base)
    home = weights.cache_dir() / "bases" / f"{name}-{digest[:12]}"
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        home.symlink_to(folder)
        (folder / "checked").write_text(digest, encoding="utf-8")
    return base


def config_of(base: weights.Base, *, lora: bool = True, max_tokens: int = 64, overlap: int = 12) -> ModelConfig:
    heads = HeadsConfig(HIDDEN, list(STANCES), list(TOPICS), list(KINDS), salience=True, sentence_stance=True)
    adapters = {"rank": 4, "alpha": 8} if lora else None
    return ModelConfig("tiny", base.name, base.sha256, heads, adapters, max_tokens, overlap)


def network_of(config: ModelConfig, seed: int = 0) -> Network:
    """A network whose trainable weights are random, adapters included, which else start as no change at all."""
    torch.manual_seed(seed)
    network = build(config)
    for name, weight in network.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return network.eval()


def encoding_of(folder: Path) -> Encoding:
    return load_encoding(folder)
