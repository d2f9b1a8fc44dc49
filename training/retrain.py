"""`stancelens train`: from label files to a model folder with its report and card, in one call."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from transformers import AutoConfig

from ..data.corpus import read_corpus
from ..data.label_files import write_stancelens
from ..data.schema import Article
from ..evaluation.evaluate import Options, evaluate
from ..evaluation.meanings import interval, long_title, number
from ..evaluation.report_files import write_reports
from ..evaluation.result_schema import Metrics
from ..evaluation.systems import Input, like_with_like
from ..inference.on_labels import analyze_labelled
from ..models.export import CHECK, check_logits, checked_folder, export_home, exported
from ..models.known import RELEASED, add_model, check_name, model_folder
from ..models.network import Network, save
from ..models.network_config import ModelConfig, read_config, write_config
from ..models.runtime import Runtime
from ..models.weights import BASES, Base, base_of, find_base
from ..models.windows import load_encoding
from .baselines import majority, tfidf
from .examples import Example, make_example
from .keep import distilled, kept_figures, lost
from .labels import Labelled, completed, only, read_labelled
from .measure import ABSTAIN_BELOW, fit_temperature, items_of, threshold_for
from .options import TrainOptions
from .plan import Source, plan_batches
from .record import parts_of, write_record
from .start import Weights, finished, kept_heads, movable, move, new_config, started
from .trainer import Settings, Watch, answers, fit, macro_f1, processes
from .user_card import files_and_hashes, write_user_card

SHARES = (1.0, 0.75, 0.5, 0.25)  # of the way from the start to the trained weights
REPLAYED = 200  # articles of the project's own corpus on which the heads without labels are kept


class TrainError(RuntimeError):
    """A run that gave no usable model: the message says why and what to do."""


@dataclass
class Trained:
    """A finished run."""

    folder: Path
    metrics: Metrics  # of the model and the two baselines, on the test part
    kept: dict[str, tuple[float, float]]  # head without labels → its figure before and after
    int8: dict[str, tuple[float, float]]  # head → share of the same labels as fp32, and macro-F1 points lost, on dev
    warnings: list[str]

    def summary(self) -> str:
        """What a person wants to know first."""
        own = self.metrics.systems[0]
        figures = [figure for task in own.tasks for figure in task.figures if figure.name.endswith(".macro_f1")]
        lines = [f"{long_title(f.name)} {number(f.name, f.value)} ({interval(f)}), n {f.n:,}" for f in figures]
        for comparison in self.metrics.comparisons:
            lines += [
                f"against {comparison.other}: {long_title(each.name)}: {each.conclusion}"
                for each in comparison.differences
                if each.name.endswith(".macro_f1")
            ]
        return "\n".join([*lines, f"Model: {self.folder}; its card is README.md there, the report report/report.html"])


@dataclass
class _Run:
    """What a run is made of, from the start on."""

    options: TrainOptions
    tell: Callable[[str], None]
    base: Base
    start: Path | None  # model to go on from
    former: ModelConfig | None  # its configuration
    labelled: Labelled
    config: ModelConfig  # of the model to come
    kept: tuple[str, ...]  # heads of the start without labels
    files: dict[str, str]  # label files and their hashes, as they were read


def train(
    labels: Sequence[Path], out: Path, options: TrainOptions, command: str = "", tell: Callable[[str], None] = print
) -> Trained | None:
    """Train on label files in any supported format and write the model to ``out``, whole or not at all.

    A run that was stopped goes on from its last checkpoint when it is called again with the same arguments. Returns
    None in the processes that torchrun started beside the first. Raises ValueError (LabelsError among them) for labels
    and options that cannot be used, WeightsError, and TrainError where no usable model came of it.
    """
    if out.exists():
        raise ValueError(f"{out} exists: choose another name, so that no model is replaced")
    check_name(out)
    run = _begin(labels, out, options, tell)
    settings = Settings(seed=options.seed, encoder_rate=options.encoder_rate, head_rate=options.head_rate)
    network = started(run.config, run.base, run.start, settings, full=options.full)
    at_start = movable(network, run.kept)
    work = out.with_name(f"{out.name}.part")
    if not _fit(network, run, settings, work):
        return None
    draft = work / "model"
    try:
        figures = _write(network, at_start, run, draft)
    except TrainError:
        shutil.rmtree(work)  # the same run would end the same
        raise
    int8 = _fit_on_dev(draft, run)
    (draft / CHECK).write_text(json.dumps(check_logits(exported(draft)), indent=2) + "\n", encoding="utf-8")
    trained = Trained(out, _report(draft, run), figures, int8, run.labelled.warnings)
    write_record(draft, options, run.labelled, parts_of(run.start) if run.start else {})
    write_user_card(draft, run.labelled, trained.metrics, run.files, figures, int8, options, run.start, command)
    draft.rename(out)
    shutil.rmtree(work)
    add_model(out)
    return trained


def _begin(labels: Sequence[Path], out: Path, options: TrainOptions, tell: Callable[[str], None]) -> _Run:
    base = base_of(options.base)
    start = model_folder(options.start) if options.start else None
    if start is None and options.base in BASES and (RELEASED / options.base).is_dir():
        start = RELEASED / options.base
    former = checked_folder(start) if start else None
    if former and former.base_sha256 != base.sha256:
        raise ValueError(
            f"{start} was trained on another base than {options.base}: name its own with --base {former.base}"
        )
    files = files_and_hashes(labels)
    labelled = read_labelled(labels, options, parts_of(start) if start else {})
    gone = [name for name in former.issues if name not in labelled.issues] if former else []
    if gone and "stance" in labelled.heads:
        labelled.warnings.append(f"no labels toward {', '.join(gone)}: the model will judge sentences on it no more")
    for warning in labelled.warnings:
        tell(warning)
    parts = {part: getattr(labelled, part) for part in ("train", "dev", "test")}
    tell(", ".join(f"{part}: {len(articles):,} articles" for part, articles in parts.items()))
    hidden = former.heads.hidden if former else int(AutoConfig.from_pretrained(find_base(base)).hidden_size)
    config = new_config(out.name, base, hidden, former, labelled)
    kept = tuple(sorted(kept_heads(config, former, labelled)))
    return _Run(options, tell, base, start, former, labelled, config, kept, files)


def _fit(network: Network, run: _Run, settings: Settings, work: Path) -> bool:
    options, labelled = run.options, run.labelled
    encoding = load_encoding(find_base(run.base))

    def examples(articles: Sequence[Article]) -> list[Example]:
        return [make_example(article, encoding, network.config) for article in articles]

    dev = examples([only(article, labelled.heads) for article in labelled.dev])
    own = examples([only(article, labelled.heads) for article in labelled.train])
    tokens = options.batch_tokens // processes()  # so that a step of all processes together stays as it is
    sources = [Source(own, 1.0, tokens)]
    if run.kept and run.start:
        corpus = [completed(article) for article in list(read_corpus("train"))[:REPLAYED]]
        teacher = Runtime(exported(run.start))
        replayed = list(distilled([*labelled.train, *corpus], teacher, frozenset(run.kept)))
        sources.append(Source(examples(replayed), 1.0, tokens))
    epochs = [plan_batches(sources, options.seed + epoch) for epoch in range(options.epochs)]

    def score() -> float:
        found = answers(network, dev, encoding.pad)
        return float(np.mean([macro_f1(*found[head]) for head in labelled.heads if head in found]))

    watch = Watch(score, len(epochs[0]), options.patience, dev)
    plan = [batch for epoch in epochs for batch in epoch]
    return fit(network, settings, plan, encoding.pad, work / "checkpoints", watch, run.tell)


def _write(network: Network, at_start: Weights, run: _Run, draft: Path) -> dict[str, tuple[float, float]]:
    """The model as it was trained or, if a head without labels lost too much, moved back toward its start as far as
    that takes (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Returns these heads' figures.

    Raises TrainError if one has lost too much all the way.
    """
    start = Runtime(exported(run.start)) if run.kept and run.start else None
    before = kept_figures(start, run.kept, start) if start else {}
    trained, after = movable(network, run.kept), before
    for share in SHARES if before else SHARES[:1]:
        move(network, at_start, trained, share)
        shutil.rmtree(draft, ignore_errors=True)
        save(finished(deepcopy(network), run.former), draft)
        run.tell("exporting and measuring" if share == 1 else f"weights moved back to {share:.0%} of the way")
        if not start:
            break
        after = kept_figures(Runtime(exported(draft)), run.kept, start)
        if not lost(run.config, before, after):
            break
        _forget(draft)
    if worse := lost(run.config, before, after):
        told = ", ".join(f"{head} ({before[head]:.1f} to {after[head]:.1f})" for head in worse)
        raise TrainError(
            f"heads without labels here lost too much on the corpus' dev part: {told}: set a lower rate or fewer "
            "epochs with --config, or give labels for them too"
        )
    return {head: (value, after[head]) for head, value in before.items()}


def _fit_on_dev(draft: Path, run: _Run) -> dict[str, tuple[float, float]]:
    """Temperatures and thresholds, on the int8 logits of the dev part. Returns how these differ from fp32's."""
    dev = [only(article, run.labelled.heads) for article in run.labelled.dev]
    rows = items_of(Runtime(exported(draft)), dev)
    exact = items_of(Runtime(exported(draft, precision="fp32")), dev)
    _forget(draft)  # made again with what is fitted here
    config, wanted = read_config(draft), run.options.wanted_accuracy
    for head in ("stance", "sentence_stance", "topic"):
        if head in rows:
            config.temperatures[head] = fit_temperature(*rows[head])
            threshold = threshold_for(*rows[head], config.temperatures[head], wanted)
            config.abstain_below[head] = ABSTAIN_BELOW if threshold is None else threshold
            if threshold is None:
                run.tell(f"{head}: no confidence makes {wanted:.0%} of the dev answers right")
        elif run.former and head in run.kept:
            config.temperatures[head] = run.former.temperatures.get(head, 1.0)
            config.abstain_below[head] = run.former.abstain_below.get(head, 0.0)
    write_config(config, draft)
    return {
        head: (
            float((rows[head][0].argmax(1) == exact[head][0].argmax(1)).mean()),
            macro_f1(*exact[head]) - macro_f1(*rows[head]),
        )
        for head in rows
    }


def _forget(draft: Path) -> None:
    """Remove the exports of a draft, which nothing will ask for again."""
    for precision in ("int8", "fp32"):
        shutil.rmtree(export_home(draft, precision), ignore_errors=True)


def _report(draft: Path, run: _Run) -> Metrics:
    """The model and the baselines on the test part, whose labels nothing was chosen by."""
    labelled, options = run.labelled, run.options
    sets = {head: labelled.topics if head == "topic" else labelled.stances for head in labelled.heads}
    test = [only(article, labelled.heads) for article in labelled.test]
    train_part = [only(article, labelled.heads) for article in labelled.train]
    with TemporaryDirectory(prefix="stancelens-") as scratch:
        work = Path(scratch)
        gold = work / "gold.jsonl"
        write_stancelens(test, gold)
        given = ("sentences", "mentions")
        found = analyze_labelled(test, work / "model", str(draft), given)
        runs = [[Input(run.config.name, found, given)]]
        for name, records in (
            ("TF-IDF and logistic regression", tfidf(train_part, test, sets, options.seed)),
            ("most frequent label", majority(train_part, test, sets)),
        ):
            file = work / f"{name}.jsonl"
            write_stancelens(records, file)
            runs.append([Input(name, file, given)])
        settings = Options(wanted_accuracy=options.wanted_accuracy or 0.9, seed=options.seed)
        metrics, _ = evaluate([own[0] for own in runs], [gold], settings, compared=like_with_like(runs))
    write_reports(metrics, draft / "report")
    return metrics
