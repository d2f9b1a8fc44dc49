"""One training run on the transformers Trainer, from planned batches to a model folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch.utils.data import SequentialSampler
from transformers import Trainer, TrainingArguments, get_linear_schedule_with_warmup, set_seed
from transformers.trainer_utils import get_last_checkpoint

from ..models.network import Network, build
from ..models.network_config import ModelConfig
from .examples import Example, collate
from .objective import Objective


@dataclass
class Settings:
    """How a run learns."""

    seed: int = 1
    dropout: float = 0.05  # on the adapters' input, 0 to 1
    encoder_rate: float = 3e-4  # peak learning rate of adapters or layers
    head_rate: float = 1e-3  # peak learning rate of the heads
    warmup: float = 0.06  # share of the steps
    smoothing: float = 0.05  # label smoothing, 0 to 1
    weight_decay: float = 0.01
    save_every: int = 100  # steps between checkpoints


class _Batches(Trainer):
    """A Trainer whose data set is the plan itself: its items are batches, in order."""

    def _get_train_sampler(self, train_dataset: Any = None) -> SequentialSampler:
        plan: Any = train_dataset if train_dataset is not None else self.train_dataset
        return SequentialSampler(plan)


def fit(
    config: ModelConfig,
    settings: Settings,
    plan: Sequence[Sequence[Example]],
    pad: int,
    work: Path,
) -> Network:
    """Train on the planned batches, resuming from the last checkpoint in ``work``.

    Raises ValueError if the checkpoints there are another run's.
    """
    _claim(work, config, settings, plan)
    set_seed(settings.seed)
    network = build(config, dropout=settings.dropout)
    objective = Objective(network, settings.smoothing)
    groups = [
        {
            "params": [w for n, w in objective.named_parameters() if w.requires_grad and ".heads." not in n],
            "lr": settings.encoder_rate,
        },
        {
            "params": [w for n, w in objective.named_parameters() if w.requires_grad and ".heads." in n],
            "lr": settings.head_rate,
        },
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
    schedule = get_linear_schedule_with_warmup(optimizer, round(settings.warmup * len(plan)), len(plan))
    arguments = TrainingArguments(
        output_dir=str(work),
        per_device_train_batch_size=1,
        num_train_epochs=1,
        bf16=True,
        use_cpu=not torch.cuda.is_available(),
        max_grad_norm=1.0,
        seed=settings.seed,
        save_steps=settings.save_every,
        save_total_limit=2,
        logging_steps=20,
        report_to=[],
        remove_unused_columns=False,
        dataloader_num_workers=0,
        disable_tqdm=True,
    )
    trainer = _Batches(
        model=objective,
        args=arguments,
        train_dataset=list(plan),  # type: ignore[arg-type]
        data_collator=lambda items: collate(_only(items), pad),
        optimizers=(optimizer, schedule),
    )
    last = get_last_checkpoint(str(work)) if work.is_dir() else None
    trainer.train(resume_from_checkpoint=last)
    return network


def _claim(work: Path, config: ModelConfig, settings: Settings, plan: Sequence[Sequence[Example]]) -> None:
    """Mark ``work`` as this run's: another seed or plan must not go on from its checkpoints."""
    digest = hashlib.sha256(f"{config} {settings}".encode())
    for batch in plan:
        for example in batch:
            for array in (example.packed.ids, example.stances, example.sides, example.topics, example.tags):
                digest.update(array.tobytes())
    work.mkdir(parents=True, exist_ok=True)
    mark = work / "run"
    if mark.is_file() and mark.read_text(encoding="utf-8") != digest.hexdigest():
        raise ValueError(f"{work} holds checkpoints of a run with other data or settings: choose another folder")
    mark.write_text(digest.hexdigest(), encoding="utf-8")


def _only(items: Sequence[Sequence[Example]]) -> Sequence[Example]:
    """The one planned batch: with two GPUs the Trainer asks for two, and one would be dropped."""
    (batch,) = items
    return batch


@torch.no_grad()
def stance_probabilities(network: Network, examples: Sequence[Example], pad: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and gold labels of all targets: float [targets, stances] and int [targets]."""
    network.eval()
    objective = Objective(network, 0.0)
    device = next(network.parameters()).device
    probabilities, gold = [], []
    for at in range(0, len(examples), 32):
        batch = collate(examples[at : at + 32], pad)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            output = objective(**{name: tensor.to(device) for name, tensor in batch.items()})
        probabilities.append(output["stance_logits"].float().softmax(-1).cpu().numpy())
        gold.append(batch["stances"].argmax(-1).numpy())
    return np.concatenate(probabilities), np.concatenate(gold)


def macro_f1(probabilities: np.ndarray, gold: np.ndarray) -> float:
    """Macro-F1 in percent."""
    return 100 * float(f1_score(gold, probabilities.argmax(-1), average="macro"))
