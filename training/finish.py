"""Turns a trained classifier into a released model: heads on frozen vectors, export, calibration, check, model card.

    python -m stancelens.training.finish WORK/model models/released/base --data DIR --prepared WORK/../prepared

Everything is measured on the int8 export, as it will run, and on dev files only.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
from itertools import chain
from pathlib import Path
from typing import cast

from ..data.corpus import read_corpus
from ..data.importers.newsmtsc import read_newsmtsc
from ..data.importers.protected import protected_sentences
from ..data.importers.summaries import read_summaries
from ..data.schema import Article
from ..models.export import CHECK, check_logits, exported
from ..models.heads import MentionHead, SalienceHead, TopicHead
from ..models.network import load, save
from ..models.network_config import read_config, write_config
from ..models.runtime import Runtime
from .card import write_card
from .measure import ABSTAIN_BELOW, fit_temperature, items_of
from .mentions import train_mentions
from .overlap import Protected
from .released import prepare
from .salience import train_salience
from .topics import train_topics
from .trainer import macro_f1

log = logging.getLogger("stancelens.training")


def finish(trained: Path, out: Path, data: Path, prepared: Path, seed: int = 1) -> None:
    """Train the heads that read frozen vectors, and write the released model to ``out``, whole or not at all."""
    draft = out.with_name(f"{out.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(trained, draft)
    network = load(draft)
    runtime = Runtime(exported(draft))
    loss = train_salience(cast(SalienceHead, network.heads["salience"]), runtime, summary_articles(data), seed)
    log.info("salience: loss %.4f", loss)
    articles = prepare(data, prepared)
    topic_head = cast(TopicHead, network.heads["topic"])
    train_topics(topic_head, runtime, articles["gold"], articles["topics"], seed)
    mention_head = cast(MentionHead, network.heads["mention"])
    loss = train_mentions(mention_head, runtime, [*articles["gold"], *articles["rows"]], seed)
    log.info("mentions: loss %.4f", loss)
    save(network, draft)
    describe(draft, data)
    former = out.with_name(f"{out.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    if out.exists():
        out.rename(former)
    draft.rename(out)
    shutil.rmtree(former, ignore_errors=True)


def describe(draft: Path, data: Path) -> None:
    """Fit the temperatures on dev files, and write them, the check logits and the model card."""
    runtime = Runtime(exported(draft))
    dev = {name: list(read_newsmtsc(data / "stance" / "newsmtsc", name)) for name in ("dev_rw", "dev_mt")}
    gold = list(read_corpus("dev"))
    rows, ours = items_of(runtime, chain(*dev.values())), items_of(runtime, gold)
    config = read_config(draft)
    config.temperatures = {
        "stance": fit_temperature(*rows["stance"]),
        "sentence_stance": fit_temperature(*ours["sentence_stance"]),
        "topic": fit_temperature(*ours["topic"]),
    }
    config.abstain_below = dict.fromkeys(config.temperatures, ABSTAIN_BELOW)
    write_config(config, draft)
    figures = {name: macro_f1(*items_of(runtime, articles)["stance"]) for name, articles in dev.items()}
    figures |= {f"gold dev {head.replace('_', ' ')}": macro_f1(*items) for head, items in ours.items()}
    log.info("int8 on dev: %s; temperatures %s", figures, config.temperatures)
    (draft / CHECK).write_text(json.dumps(check_logits(exported(draft)), indent=2) + "\n", encoding="utf-8")
    write_card(draft, config, figures)


def summary_articles(data: Path) -> list[Article]:
    """CNN articles that share no sentence with what measures."""
    protected = Protected()
    protected.add(protected_sentences(data))
    folder = data / "summaries"
    found = list(read_summaries(folder / "train_cnn.jsonl.gz"))
    kept = [article for article in found if not protected.overlaps(article.text)]
    log.info(
        "summaries: %d kept, %d dropped for a sentence that stands in what measures", len(kept), len(found) - len(kept)
    )
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--prepared", type=Path, required=True, help="the prepared articles of the training run")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    finish(arguments.trained, arguments.out, arguments.data, arguments.prepared)


if __name__ == "__main__":
    main()
