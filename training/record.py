"""What a run leaves beside its weights for later ones: its settings, and which part of the split each text was in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from ..data.schema import Article, text_hash
from .labels import PARTS, Labelled
from .options import TrainOptions

RECORD = "training.json"


def write_record(folder: Path, options: TrainOptions, labelled: Labelled, former: Mapping[str, str]) -> None:
    """Texts are written as their hashes, with the start's own, ``former``: what trained it trained this model too."""
    own = {text_hash(article.text): part for part in PARTS for article in getattr(labelled, part)}
    whole = {**former, **own} | {name: part for name, part in former.items() if part == "train"}
    parts = {part: sorted(name for name, held in whole.items() if held == part) for part in PARTS}
    record = {"options": asdict(options), "parts": parts}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def parts_of(folder: Path) -> dict[str, str]:
    """Text hash → "train", "dev" or "test"; nothing for a model that was not trained by `stancelens train`.

    Raises ValueError for a damaged file.
    """
    try:
        parts = json.loads((folder / RECORD).read_text(encoding="utf-8"))["parts"]
        return {name: part for part in PARTS for name in parts[part]}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{folder / RECORD} is damaged ({error}): train the model again") from None


def learned_from(folder: Path, articles: Iterable[Article]) -> list[str]:
    """The ids of the articles that the model in ``folder`` has learned from or was chosen by."""
    parts = parts_of(folder)
    return [article.id for article in articles if parts.get(text_hash(article.text)) in ("train", "dev")]
