"""The model card of a released model."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Template

from ..data.schema import file_hash
from ..models.network_config import WEIGHTS, ModelConfig
from ..models.weights import base_of

CARD = Template(
    """# StanceLens {{ config.name }}

Reads the sentences of an English news article in one pass: topic, stance, targets, stance toward each target, salience.

- **Base:** {{ base.hub_id }} (Apache-2.0), SHA-256 `{{ config.base_sha256 }}`; what is stored here are
  {{ "low-rank adapters (rank %d)" % config.lora.rank if config.lora else "its trained layers (embeddings unchanged)" }}
  and heads in float16.
- **File:** `model.safetensors`, {{ "%.1f" % megabytes }} MB, SHA-256 `{{ sha256 }}`.
- **Labels:** stance {{ config.heads.stances | join(", ") }}; topic: the 17 top-level IPTC Media Topics; mentions
  {{ config.heads.kinds | join(", ") }}.
- **Trained on:** NewsMTSC train (alone, side by side and inside their articles), the project's corpus (train part),
  sentences of directed sentiment in which a side is taken, AllSides articles as the base released before reads their
  topics{{ ", and all sentences of directed sentiment as it reads them" if config.base == "small" }};
  mentions from spaCy's en_core_web_sm.
  Then, the encoder being fixed, the topic head learned from the corpus and from its own reading of AllSides, the
  salience head from CNN highlights, the mention head from names in the corpus and in NewsMTSC's rows that annotators
  have marked or spaCy finds. Texts that hold half of a sentence of a dev or test file were dropped.
- **Command:** `python -m stancelens.training.released {{ config.base }} --data DIR --work WORK`, then
  `python -m stancelens.training.finish WORK/model models/released/{{ config.base }} --data DIR --prepared PREPARED`
  with PREPARED the folder `prepared` beside WORK.
- **Calibration:** logits are divided by {{ config.temperatures.stance }} (stance toward a target, fitted on NewsMTSC
  dev), {{ config.temperatures.sentence_stance }} (stance of a sentence) and {{ config.temperatures.topic }} (topic;
  both fitted on the corpus' dev part); below a probability of {{ config.abstain_below.stance }} the model abstains.

Macro-F1 in percent of the int8 export on dev files, which also chose the temperatures and how int8 is smoothed:

| file | macro-F1 |
|---|---|
{%- for name, value in figures.items() %}
| {{ name }} | {{ "%.1f" % value }} |
{%- endfor %}

Readings of test files are listed in docs/experiments.md. **Limits:** English news; stance toward
a target that a sentence does not name is not read; harm done to a target is at times taken for stance against it;
topics outside politics rest on few labels; names are found as mentions, pronouns and descriptions are not.
"""
)


def write_card(folder: Path, config: ModelConfig, figures: dict[str, float]) -> None:
    """Write README.md beside the weights."""
    weights = folder / WEIGHTS
    text = CARD.render(
        config=config,
        base=base_of(config.base),
        megabytes=weights.stat().st_size / 1e6,
        sha256=file_hash(weights),
        figures=figures,
    )
    (folder / "README.md").write_text(text + "\n", encoding="utf-8")
