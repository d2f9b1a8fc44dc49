"""Trains a released classifier from the public data and the project's own corpus.

    python -m stancelens.training.released base --data DIR --work WORK      # about an hour on two cores
    python -m stancelens.training.released small --data DIR --work WORK

Needs the extra `train`. The AllSides articles are labelled by the released `base` first, from which `small` thus
learns. Stops and starts again at the last checkpoint in WORK. Writes WORK/model, which
`python -m stancelens.training.finish` completes.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..data.corpus import read_corpus, real_ids
from ..data.importers.allsides import read_allsides
from ..data.importers.directed import read_directed, read_directed_sentences
from ..data.importers.newsmtsc import read_newsmtsc, read_newsmtsc_in_context
from ..data.importers.protected import protected_sentences
from ..data.labels import STANCES, TOPICS
from ..data.schema import Article, Sentence, dump_line, load_articles
from ..models.export import export_key, exported
from ..models.known import RELEASED
from ..models.network import save
from ..models.network_config import HeadsConfig, ModelConfig
from ..models.runtime import Runtime
from ..models.weights import BASES, find_base
from ..models.windows import Encoding, load_encoding
from .examples import Example, make_example
from .overlap import Protected
from .plan import Source, plan_batches
from .silver import KINDS, with_silver_mentions
from .teacher import taught
from .trainer import Settings, answers, fit, fresh, macro_f1

WINDOWS = {"base": (256, 48), "small": (128, 24)}  # tokens, shared with the next; attention is much of `small`'s time
PER_TOPIC = 250  # articles of allsides a topic
log = logging.getLogger("stancelens.training")


def joined(rows: list[Article], generator: random.Random) -> Iterator[Article]:
    """Rows of one sentence put together, three to six to an article, so that stance is read beside other sentences."""
    at = 0
    while at < len(rows):
        group = rows[at : at + generator.randint(3, 6)]
        at += len(group)
        text, mentions, sentences = "", [], []
        for number, row in enumerate(group):
            shift = len(text)
            renamed = {}
            for mention in row.mentions or []:
                renamed[mention.id] = f"{mention.id}.{number}"
                moved = {"id": f"{mention.id}.{number}", "start": mention.start + shift, "end": mention.end + shift}
                mentions.append(
                    mention.model_copy(
                        update={**moved, "entity": f"{mention.entity}.{number}" if mention.entity else None}
                    )
                )
            for sentence in row.sentences or []:
                stances = [
                    s.model_copy(update={"mention": renamed.get(s.mention or "")}) for s in sentence.stances or []
                ]
                sentences.append(Sentence(start=sentence.start + shift, end=sentence.end + shift, stances=stances))
            text += row.text + " "
        entities = [
            e.model_copy(update={"id": f"{e.id}.{number}"})
            for number, row in enumerate(group)
            for e in row.entities or []
        ]
        yield Article(id=f"joined/{group[0].id}", text=text, mentions=mentions, entities=entities, sentences=sentences)


def prepare(data: Path, work: Path) -> dict[str, list[Article]]:
    """The training articles by source, without overlap with what measures, with silver mentions; kept in ``work``."""
    names = ("rows", "context", "topics", "gold", "directed", "unlabelled")
    if all((work / f"{name}.jsonl").is_file() for name in names):
        return {name: list(load_articles(work / f"{name}.jsonl")) for name in names}
    newsmtsc = data / "stance" / "newsmtsc"
    measures = real_ids()
    allsides = read_allsides(data / "topic" / "allsides" / "articles.jsonl.gz", words=110)
    raw: dict[str, Iterable[Article]] = {
        "rows": read_newsmtsc(newsmtsc, "train"),
        "context": read_newsmtsc_in_context(newsmtsc, "train"),
        "topics": (article for article in capped(allsides) if article.id not in measures),
        "gold": read_corpus("train"),
        "directed": sided(read_directed(data / "stance" / "directed_sentiment", "train", lambda _: None)),
        "unlabelled": read_directed_sentences(data / "stance" / "directed_sentiment" / "train.txt.gz"),
    }
    protected = Protected()
    protected.add(protected_sentences(data))
    prepared = {}
    for name, articles in raw.items():
        kept, dropped = [], 0
        for article in articles:
            if protected.overlaps(article.text):
                dropped += 1
            else:
                kept.append(article)
        log.info("%s: %d kept, %d dropped for a sentence that stands in what measures", name, len(kept), dropped)
        prepared[name] = list(with_silver_mentions(kept))
    work.mkdir(parents=True, exist_ok=True)
    for name, tagged in prepared.items():
        write_whole(work / f"{name}.jsonl", tagged)
    return prepared


def unprotected(prepared: dict[str, list[Article]], data: Path) -> None:
    """Raises ValueError if an article holds a sentence that measures, as one prepared under earlier rules may."""
    protected = Protected()
    protected.add(protected_sentences(data))
    measures = real_ids()
    for name, articles in prepared.items():
        for article in articles:
            if article.id in measures or protected.overlaps(article.text):
                raise ValueError(f"{name}: {article.id} holds a sentence that measures; prepare the articles anew")


def write_whole(path: Path, articles: Iterable[Article]) -> None:
    part = path.with_suffix(".part")
    part.write_text("".join(dump_line(article) + "\n" for article in articles), encoding="utf-8")
    part.rename(path)


def teach(name: str, articles: list[Article], work: Path) -> list[Article]:
    """The articles labelled by the released ``base``; kept in ``work``."""
    teacher = RELEASED / "base"
    path = work / f"{name}-{export_key(teacher)}.jsonl"
    if not path.is_file():
        write_whole(path, taught(articles, Runtime(exported(teacher))))
    return list(load_articles(path))


def sided(articles: Iterable[Article]) -> Iterator[Article]:
    """Those in which somebody takes a side: that one of two names takes none toward the other says little of others."""
    for article in articles:
        if any(stance.label != "neutral" for sentence in article.sentences or [] for stance in sentence.stances or []):
            yield article


def capped(articles: Iterable[Article]) -> Iterator[Article]:
    """At most PER_TOPIC articles of each topic, spread evenly over the file by a fixed shuffle."""
    pool = sorted(articles, key=lambda article: article.id)
    random.Random(0).shuffle(pool)
    counts: dict[str, int] = {}
    for article in pool:
        topic = (article.topics or [""])[0]
        counts[topic] = counts.get(topic, 0) + 1
        if counts[topic] <= PER_TOPIC:
            yield article


def sources(prepared: dict[str, list[Article]], encoding: Encoding, config: ModelConfig, seed: int) -> list[Source]:
    """Examples and passes of the released recipe."""

    def examples(articles: Iterable[Article]) -> list[Example]:
        return [make_example(article, encoding, config) for article in articles]

    rows = prepared["rows"]
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    small = config.base == "small"
    return [
        Source(examples(rows), 3.0 if small else 2.0, 1400),
        Source(examples(joined(shuffled, random.Random(seed))), 2.0 if small else 0.5, 1400),
        Source(examples(prepared["context"]), 2.0 if small else 1.0, 2000),
        Source(examples(prepared["topics"]), 3.0 if small else 0.6, 2000),
        Source(examples(prepared["gold"]), 6.0 if small else 4.0, 1400),
        Source(examples(prepared["directed"]), 2.0 if small else 0.6, 1400),
        *([Source(examples(prepared["unlabelled"]), 2.0, 1400)] if small else []),
    ]


def train(base: str, data: Path, work: Path, seed: int, limit: int | None = None) -> Path:
    """Train and write ``work``/model; ``limit`` cuts the plan for a trial. Returns the model's folder."""
    started = time.monotonic()
    prepared = prepare(data, work.parent / "prepared")
    unprotected(prepared, data)
    prepared["topics"] = teach("topics", prepared["topics"], work.parent / "prepared")
    if base == "small":
        prepared["unlabelled"] = teach("unlabelled", prepared["unlabelled"], work.parent / "prepared")
    encoding = load_encoding(find_base(BASES[base]))
    hidden = {"base": 768, "small": 384}[base]
    heads = HeadsConfig(hidden, list(STANCES), list(TOPICS), KINDS, salience=True, sentence_stance=True)
    lora = {"rank": 16, "alpha": 32} if base == "base" else None
    window, overlap = WINDOWS[base]
    config = ModelConfig(base, base, BASES[base].sha256, heads, lora, window, overlap)
    settings = Settings(seed=seed, encoder_rate=2.5e-4) if lora else Settings(seed=seed, encoder_rate=8e-5)
    plan = plan_batches(sources(prepared, encoding, config, seed), seed)[:limit]
    tokens = sum(example.tokens for batch in plan for example in batch)
    log.info("%d steps, %d tokens, prepared in %.0f s", len(plan), tokens, time.monotonic() - started)
    network = fresh(config, settings)
    if not fit(network, settings, plan, encoding.pad, work / "checkpoints"):
        return work / "model"
    save(network, work / "model")
    figures = {}
    for name in ("dev_rw", "dev_mt"):
        rows = read_newsmtsc(data / "stance" / "newsmtsc", name)
        dev = [make_example(article, encoding, config) for article in rows]
        figures[name] = macro_f1(*answers(network, dev, encoding.pad)["stance"])
    log.info("macro-F1 %s, %.0f s", figures, time.monotonic() - started)
    (work / "dev.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return work / "model"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", choices=sorted(BASES))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, help="steps; for a trial")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(arguments.base, arguments.data, arguments.work, arguments.seed, arguments.limit)


if __name__ == "__main__":
    main()
