"""One training run on the transformers Trainer, from planned batches to a model folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sklearn.metrics import f1_score
from torch.utils.data import SequentialSampler
from transformers import (
    EarlyStoppingCallback,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerState,
    TrainingArguments,
    get_linear_schedule_with_warmup,
    set_seed,
)

from ..data.atomic import replaced
from ..models.network import Network, build, trained_weights
from ..models.network_config import ModelConfig
from .examples import Example, collate
from .measure import right_of
from .objective import Objective

DONE = "trained.safetensors"  # in a run's folder: what it learned


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


@dataclass(frozen=True)
class Watch:
    """What a run is measured by on the way, so that it ends when it no longer gains, and keeps its best state."""

    score: Callable[[], float]  # of the network as it is; more is better
    every: int  # steps of one process between two scores
    patience: int  # scores without a gain after which the run ends
    dev: Sequence[Example]  # what it is measured on


class _Batches(Trainer):
    """A Trainer whose data set is the plan itself: its items are batches, in order."""

    watch: Watch | None = None

    def _get_train_sampler(self, train_dataset: Any = None) -> SequentialSampler:
        plan: Any = train_dataset if train_dataset is not None else self.train_dataset
        return SequentialSampler(plan)

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        assert self.watch is not None
        metrics = {f"{metric_key_prefix}_score": self.watch.score()}
        if self.model is not None:
            self.model.train()
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


class _Told(TrainerCallback):
    """Says after every score, or log, how far a run is and how long it will still take."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self.began = 0.0
        self.first = 0

    def on_train_begin(self, args: Any, state: TrainerState, control: Any, **_: Any) -> None:
        self.began, self.first = time.monotonic(), state.global_step

    def on_log(self, args: Any, state: TrainerState, control: Any, logs: Any = None, **_: Any) -> None:
        shown = [f"dev {logs['eval_score']:.1f}"] if "eval_score" in logs else []
        shown += [f"loss {float(logs['loss']):.2f}"] if "loss" in logs else []
        if not shown or not state.is_world_process_zero:
            return
        each = (time.monotonic() - self.began) / max(1, state.global_step - self.first)
        left = each * (state.max_steps - state.global_step) / 60
        self.tell(f"step {state.global_step:,} of {state.max_steps:,}: {', '.join(shown)}; {left:.0f} min left at most")


def processes() -> int:
    """How many torchrun has started, which share the batches of a plan."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def first_process() -> bool:
    """Whether this is the one, of those that torchrun has started, which writes."""
    return os.environ.get("RANK", "0") == "0"


def reads_bf16() -> bool:
    """Whether the device multiplies in bfloat16 itself: where it only imitates it, a step takes many times as long."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def fresh(config: ModelConfig, settings: Settings) -> Network:
    """A network with new adapters and heads, the same ones for the same seed."""
    set_seed(settings.seed)
    return build(config, dropout=settings.dropout)


def fit(
    network: Network,
    settings: Settings,
    plan: Sequence[Sequence[Example]],
    pad: int,
    work: Path,
    watch: Watch | None = None,
    tell: Callable[[str], None] | None = None,
) -> bool:
    """Train ``network`` in place on the planned batches, resuming from the last checkpoint in ``work``.

    Returns whether this process is the one to go on with, of several that torchrun has started. Raises ValueError if
    the checkpoints there are another run's.
    """
    if torch.cuda.device_count() > 1 and processes() == 1:
        raise ValueError(
            f"there are {torch.cuda.device_count()} GPUs: start with `torchrun --nproc_per_node "
            f"{torch.cuda.device_count()} -m stancelens`, or leave one with CUDA_VISIBLE_DEVICES=0"
        )
    _claim(work, network, f"{settings} {processes()}", plan, watch)
    if (work / DONE).is_file():  # stopped in what comes after
        network.load_state_dict(load_file(work / DONE), strict=False)
        network.eval()
        return first_process()
    set_seed(settings.seed)
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
    steps = -(-len(plan) // processes())
    every = -(-watch.every // processes()) if watch else settings.save_every
    schedule = get_linear_schedule_with_warmup(optimizer, round(settings.warmup * steps), steps)
    arguments = TrainingArguments(
        output_dir=str(work),
        per_device_train_batch_size=1,
        num_train_epochs=1,
        bf16=reads_bf16(),
        use_cpu=not torch.cuda.is_available(),
        max_grad_norm=1.0,
        seed=settings.seed,
        save_steps=every,
        save_total_limit=2,
        eval_strategy="steps" if watch else "no",
        eval_steps=every if watch else None,
        load_best_model_at_end=watch is not None,
        restore_callback_states_from_checkpoint=watch is not None,  # how long dev has not gained
        metric_for_best_model="score" if watch else None,
        logging_steps=20,
        report_to=["tensorboard"] if find_spec("tensorboard") else [],
        remove_unused_columns=False,
        dataloader_num_workers=0,
        disable_tqdm=True,
    )
    trainer = _Batches(
        model=objective,
        args=arguments,
        train_dataset=list(plan),  # type: ignore[arg-type]
        eval_dataset=list(plan[:1]) if watch else None,  # type: ignore[arg-type]  # asked for, though ``watch`` measures
        data_collator=lambda items: collate(_only(items), pad),
        optimizers=(optimizer, schedule),
        callbacks=[EarlyStoppingCallback(watch.patience)] if watch else None,
    )
    trainer.watch = watch
    if tell:
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(_Told(tell))
    trainer.train(resume_from_checkpoint=_last_checkpoint(work))
    network.eval()
    if not trainer.is_world_process_zero():
        return False
    with replaced(work / DONE) as part:
        save_file({name: weight.contiguous() for name, weight in trained_weights(network).items()}, part)
    return True


def _last_checkpoint(work: Path) -> str | None:
    """The newest checkpoint that is whole, which its state, written last, tells; later ones are removed."""
    found = sorted(work.glob("checkpoint-*"), key=lambda folder: int(folder.name.rpartition("-")[2]))
    while found:
        try:
            json.loads((found[-1] / "trainer_state.json").read_text(encoding="utf-8"))
            return str(found[-1])
        except (OSError, ValueError):
            torn = found.pop()
            if first_process():
                shutil.rmtree(torn)
    return None


def _claim(work: Path, network: Network, settings: str, plan: Sequence[Sequence[Example]], watch: Watch | None) -> None:
    """Mark ``work`` as this run's: another seed, plan, start or dev part must not go on from its checkpoints."""
    watched = f"{watch.every} {watch.patience}" if watch else ""
    digest = hashlib.sha256(f"{network.config} {settings} {watched}".encode())
    for name, weight in sorted(trained_weights(network).items()):
        digest.update(name.encode() + weight.numpy(force=True).tobytes())
    for batch in [*plan, watch.dev if watch else []]:
        for one in batch:
            arrays = [one.packed.ids, one.owners, one.stances, one.sides, one.topics, one.tags, one.saliences]
            for array in [*arrays, *one.positions]:
                digest.update(array.tobytes())
    work.mkdir(parents=True, exist_ok=True)
    mark = work / "run"
    if not first_process():
        return
    if mark.is_file() and mark.read_text(encoding="utf-8") != digest.hexdigest():
        raise ValueError(
            f"{work} holds checkpoints of a run with other data or settings: delete it, or choose another folder"
        )
    with replaced(mark) as part:
        part.write_text(digest.hexdigest(), encoding="utf-8")


def _only(items: Sequence[Sequence[Example]]) -> Sequence[Example]:
    """The one planned batch: with two GPUs the Trainer asks for two, and one would be dropped."""
    (batch,) = items
    return batch


@torch.no_grad()
def answers(network: Network, examples: Sequence[Example], pad: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By head ("stance", "sentence_stance", "topic") the probabilities, float [items, labels], and the gold labels,
    int [items], of all labelled items."""
    network.eval()
    objective = Objective(network, 0.0)
    device = next(network.parameters()).device
    found: dict[str, tuple[list[np.ndarray], list[np.ndarray]]] = {}
    for at in range(0, len(examples), 16):
        batch = collate(examples[at : at + 16], pad)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=reads_bf16()):
            output = objective(**{name: tensor.to(device) for name, tensor in batch.items()})
        for head, field in (("stance", "stances"), ("sentence_stance", "sides"), ("topic", "topics")):
            labelled = batch[field].sum(-1) > 0
            if f"{head}_logits" in output and labelled.any():
                probabilities, gold = found.setdefault(head, ([], []))
                rows = output[f"{head}_logits"].float().softmax(-1).cpu()[labelled].numpy()
                probabilities.append(rows)
                gold.append(right_of(batch[field][labelled].numpy(), rows))
    return {head: (np.concatenate(rows), np.concatenate(gold)) for head, (rows, gold) in found.items()}


def macro_f1(probabilities: np.ndarray, gold: np.ndarray) -> float:
    """Macro-F1 in percent."""
    return 100 * float(f1_score(gold, probabilities.argmax(-1), average="macro"))
