"""`stancelens evaluate`: any results against any labels, as a function with the same arguments.

It knows records only, and so scores a peer's output, an LLM's answers or a second annotator as it does our own models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ..data.drafts import Skipped
from ..data.label_files import named_files
from ..data.sampling import Sampling, load_sampling, sampling_path
from ..data.schema import file_hash
from .comparison import Comparable, compare
from .drift import drift_from_labels
from .intervals import RESAMPLES, SEED, mean_of, of_groups
from .matching import MatchError, read_gold
from .metrics import macro_f1_of
from .result_schema import Metrics, Source
from .scores import Scored, Scorer, accuracy_of
from .shares import NoSharesError, corrected_shares
from .slices import SLICES
from .systems import Embed, Input, Read, mention_counts, mention_f1, read_systems, score_system

PACKAGES = ("stancelens", "numpy", "scipy", "scikit-learn", "rouge-score")  # on which a figure's last digit may depend
TARGETS = 10  # of which shares are corrected; none where no name may be shown
COMPARED_SUMMARIES = ("rouge1", "rouge2", "rougeLsum")


@dataclass
class Options:
    """How an evaluation is done. The same for the command line and for Python."""

    only_common: bool = False  # score what all results have; else a label without a prediction counts as wrong
    slices: tuple[str, ...] = SLICES  # of source, date, topic, length, tags
    text: bool = True  # show sentences in the reports; else ids and offsets alone
    labels: dict[str, str] = field(default_factory=dict)  # predicted label → label of the gold
    wanted_accuracy: float = 0.9  # 0 to 1: the confidence that buys it is reported
    resamples: int = RESAMPLES  # of the bootstrap, 100 or more
    seed: int = SEED

    def __post_init__(self) -> None:
        if unknown := [name for name in self.slices if name not in SLICES]:
            raise ValueError(f"no slice {unknown[0]!r}: one of {', '.join(SLICES)}")


def evaluate(
    systems: Sequence[Input],
    gold: Sequence[Path],
    options: Options,
    *,
    compared: Sequence[tuple[Input, Input]] = (),
    sampling: Path | None = None,
    embed: Embed | None = None,
) -> tuple[Metrics, list[Skipped]]:
    """Score the systems, and compare the pairs of them in ``compared``. Also returns what the label files hold that is
    no label.

    ``sampling`` is the record of the random sample of which the labels are, by default the one beside a label file;
    with it shares in the corpus of the first results are corrected. ``embed`` maps texts to unit vectors, for the
    similarity of summaries. Raises ValueError for what cannot be read or compared: the message says why and what to do.
    """
    labelled, skipped = read_gold(gold)
    read = read_systems(systems, labelled, options.labels, only_common=options.only_common, embed=embed)
    if not any(each.tasks or each.summaries or each.collected.mentions.recalled for each in read):
        raise MatchError(
            "the labels hold nothing that can be scored: topics or stances of sentences, stances toward targets, "
            "mentions or summaries"
        )
    of = {each.source: each for each in read}
    scorer = Scorer(options.resamples, options.seed, options.wanted_accuracy)
    metrics = Metrics(
        gold=[Source(name=name, sha256=file_hash(file)) for path in gold for name, file in named_files(path)],
        seed=options.seed,
        resamples=options.resamples,
        only_common=options.only_common,
        label_map=options.labels,
        versions={name: version(name) for name in PACKAGES},
        systems=[score_system(each, scorer, options.slices, text=options.text) for each in read],
        comparisons=compare(
            [(one.name, two.name, list(_comparable(of[one], of[two]))) for one, two in compared],
            options.resamples,
            options.seed,
        ),
        shares=[],
        text=options.text,
    )
    for comparison, (one, two) in zip(metrics.comparisons, compared, strict=True):
        comparison.note = _unlike(one, two)
    targets = TARGETS if options.text else 0
    try:
        record = _sampling(gold, sampling)
        metrics.shares = corrected_shares(systems[0].file, list(labelled.values()), record, targets, options.labels)
    except NoSharesError as error:
        metrics.shares_refused = str(error)
    if read[0].matched.results_only:
        metrics.drift = drift_from_labels(systems[0].file, read[0].matched.labelled, options.seed, embed)
    return metrics, skipped


def _unlike(one: Input, two: Input) -> str | None:
    """What makes a comparison unfair: that one system was given more of the labels."""
    if one.given == two.given or one.given is None or two.given is None:
        return None
    told = [f"{each.name} was given {' and '.join(each.given or ()) or 'nothing'} of the labels" for each in (one, two)]
    return f"Not like with like: {told[0]}, {told[1]}."


def _sampling(gold: Sequence[Path], named: Path | None) -> Sampling | None:
    """The record that is named, else the one beside a label file. Raises NoSharesError for several."""
    beside = [path for path in map(sampling_path, gold) if path.is_file()]
    if named is None and len(beside) > 1:
        raise NoSharesError(f"There are {len(beside)} records of a random sample: give the labels of one sample alone.")
    path = named or next(iter(beside), None)
    return load_sampling(path) if path else None


def _comparable(first: Read, other: Read) -> list[Comparable]:
    """The figures of which a better system has more, on the articles and labels of both."""
    found = []
    for task, one in first.tasks.items():
        two = other.tasks.get(task)
        if two is None:
            continue
        held = np.unique(one.article)
        for name, measure in (("macro_f1", macro_f1_of), ("accuracy", accuracy_of)):
            statistics = [of_groups(of.statistic(measure), held, of.articles) for of in (one, two)]
            right = (_right(one), _right(two)) if name == "accuracy" else None
            found.append(Comparable(f"{task}.{name}", statistics[0], statistics[1], len(held), right))
    counts = [mention_counts(read) for read in (first, other)]
    if counts[0].labelled.any() and first.finds_mentions and other.finds_mentions:
        held = np.flatnonzero(counts[0].labelled + counts[0].predicted + counts[1].predicted)
        statistics = [of_groups(mention_f1(each), held, len(each.labelled)) for each in counts]
        found.append(Comparable("mention.f1", statistics[0], statistics[1], len(held)))
    for name in COMPARED_SUMMARIES:
        if name in first.summaries and name in other.summaries:
            one_values, two_values = first.summaries[name], other.summaries[name]
            both = np.flatnonzero(np.isfinite(one_values) & np.isfinite(two_values))
            if len(both):
                numbers = np.arange(len(both))
                means = [mean_of(values[both], numbers, len(both)) for values in (one_values, two_values)]
                found.append(Comparable(f"summary.{name}", means[0], means[1], len(both)))
    return [each for each in found if each.defined]


def _right(of: Scored) -> np.ndarray:
    """bool [items]: whether the prediction is one of the right labels. The items of two systems are the same ones."""
    return np.asarray([item.predicted in item.gold for item in of.items])
