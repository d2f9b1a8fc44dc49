"""The loss of one batch: each head over the items that are labelled for it."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from ..models.network import Network
from ..models.network_config import SALIENCE_POSITIONS

TASK_WEIGHTS = {"stance": 1.0, "sentence_stance": 0.5, "topic": 0.5, "mention": 0.5, "salience": 0.5}


class Objective(nn.Module):
    """Network and loss together, as the transformers Trainer wants them."""

    def __init__(self, network: Network, smoothing: float) -> None:
        super().__init__()
        self.network = network
        self.smoothing = smoothing  # 0 to 1; share of the probability that is spread over all labels

    def forward(self, **batch: torch.Tensor) -> dict[str, torch.Tensor]:
        heads = self.network.heads
        hidden = self.network.hidden(batch["ids"], batch["mask"]).float()
        sentences = batch["sentence_rows"] @ hidden
        loss = 0.0 * hidden.sum()  # so that a batch without a label can be learned from too: nothing
        output: dict[str, torch.Tensor] = {}
        if "stance" in heads and len(batch["stances"]):
            vectors = [
                hidden[batch["window_of_target"]],
                sentences[batch["target_sentence"]],
                batch["target_rows"] @ hidden,
            ]
            logits = heads["stance"](torch.cat(vectors, dim=-1))
            output["stance_logits"] = logits
            loss = loss + TASK_WEIGHTS["stance"] * F.cross_entropy(logits, self._smooth(batch["stances"]))
        if "sentence_stance" in heads:
            labelled = batch["sides"].sum(-1) > 0
            logits = heads["sentence_stance"](torch.cat([hidden[batch["window_of_sentence"]], sentences], dim=-1))
            output["sentence_stance_logits"] = logits
            if labelled.any():
                each = F.cross_entropy(logits[labelled], self._smooth(batch["sides"][labelled]))
                loss = loss + TASK_WEIGHTS["sentence_stance"] * each
        if "topic" in heads:
            labelled = batch["topics"].sum(-1) > 0
            logits = heads["topic"](sentences)
            output["topic_logits"] = logits
            if labelled.any():
                each = F.cross_entropy(logits[labelled], self._smooth(batch["topics"][labelled]))
                loss = loss + TASK_WEIGHTS["topic"] * each
        if "mention" in heads and (batch["tags"] >= 0).any():
            logits = heads["mention"](hidden[batch["token_at"]], batch["shapes"])
            loss = loss + TASK_WEIGHTS["mention"] * F.cross_entropy(logits, batch["tags"], ignore_index=-100)
        if "salience" in heads and batch["saliences"].isfinite().any():
            sizes = batch["sizes"].tolist()
            logits = torch.cat([_salience(heads["salience"], own) for own in sentences.split(sizes)])
            known = batch["saliences"].isfinite()
            each = F.binary_cross_entropy_with_logits(logits[known], batch["saliences"][known])
            loss = loss + TASK_WEIGHTS["salience"] * each
        return {"loss": loss, **output}

    def _smooth(self, target: torch.Tensor) -> torch.Tensor:
        """Labels smoothed; a teacher's probabilities, which say themselves how sure it is, as they are."""
        smoothed = (1 - self.smoothing) * target + self.smoothing / target.shape[-1]
        return torch.where(target.amax(-1, keepdim=True) == 1, smoothed, target)


def _salience(head: nn.Module, vectors: torch.Tensor) -> torch.Tensor:
    """Logits [sentences] of one article's sentence vectors."""
    positions = torch.arange(len(vectors), device=vectors.device).clamp(max=SALIENCE_POSITIONS - 1)
    return head(vectors[None], positions)
