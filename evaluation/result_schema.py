"""What `metrics.json` holds: the figures of an evaluation, with all that is needed to defend or to repeat them.

The version rises when a field changes its meaning or goes; new fields may come without.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """Base: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Figure(Strict):
    """One number. F1, accuracy, recall, precision, correlation of labels and ROUGE are percentages; calibration errors,
    coverages, shares and distances are fractions."""

    name: str  # "target_stance.macro_f1"
    value: float | None  # None where it is not defined, as the F1 of a label that does not occur
    low: float | None = None  # 95% interval, by bootstrap over articles
    high: float | None = None
    n: int  # items: sentences, targets, mentions or articles
    articles: int  # that hold these items: what is resampled
    note: str | None = None  # why there is no interval, or what to beware of


class LabelScores(Strict):
    """How well one label is recognized."""

    label: str
    support: int  # gold items that have it; of several right labels the predicted one counts, else the first
    predicted: int  # items that were given it
    precision: Figure
    recall: Figure
    f1: Figure


class Bin(Strict):
    """One bin of the reliability diagram; bins hold equally many items."""

    confidence: float  # mean, 0 to 1
    accuracy: float  # share of right answers, 0 to 1
    low: float  # 95% Wilson interval of the accuracy
    high: float
    n: int


class CoveragePoint(Strict):
    """What is left when the model answers only from a confidence on."""

    threshold: float  # least confidence of an answer, 0 to 1
    coverage: float  # share of the items answered, 0 to 1
    accuracy: float  # share of right answers among them, 0 to 1


class Calibration(Strict):
    """How far probabilities can be trusted."""

    ece: Figure  # expected calibration error, equal-mass bins
    ece_limit: float  # 95th percentile of that error for a perfectly calibrated model with the same confidences
    brier: Figure  # 0 to 2, mean squared distance of probabilities from the truth
    log_loss: Figure  # nats
    aurc: Figure  # area under the risk-coverage curve, 0 to 1, small is good
    reliability: list[Bin]
    coverage: list[CoveragePoint]  # from full coverage to the surest answers
    wanted_accuracy: float  # that the next field buys, 0 to 1
    threshold: CoveragePoint | None  # the lowest threshold that reaches it; None where none does


class Task(Strict):
    """The figures of one kind of label."""

    task: Literal["topic", "sentence_stance", "target_stance"]
    labels: list[str]
    figures: list[Figure]  # macro_f1, accuracy, mcc, ordinal_error, missing, coverage, macro_f1_answered, …
    per_label: list[LabelScores]
    confusion: list[list[int]]  # gold (row) × predicted (column); the last column is "no prediction"
    calibration: Calibration | None = None  # None without probabilities
    slices: list[Slice] = Field(default_factory=list)


class Slice(Strict):
    """A part of the items."""

    by: str  # source, date, topic, length, tags
    value: str  # "2024-05", "Gazette", "victim"
    figure: Figure  # macro_f1
    accuracy: Figure
    small: bool  # fewer than 10 articles or 50 items: not to be relied on


class Worst(Strict):
    """An answer that was wrong and sure."""

    task: str
    article: str  # id
    start: int  # of the sentence
    end: int
    target: str | None
    gold: str
    predicted: str
    confidence: float | None
    text: str | None  # the sentence; None with --no-text
    before: str | None = None  # the sentence before it
    after: str | None = None


class Matching(Strict):
    """What was compared with what."""

    gold_articles: int
    scored_articles: int  # that both have
    gold_only: int  # articles without a prediction
    results_only: int  # articles without a label
    sentences: int  # of the gold articles
    sentences_missed: int  # gold sentences without a predicted one
    sentences_invented: int
    mentions: int
    mentions_missed: int
    mentions_invented: int


class System(Strict):
    """One results file and its scores."""

    name: str  # shown: the folder's or file's name
    given: list[str] | None  # "sentences", "mentions" that the run took from the gold; empty: end to end; None: unknown
    sha256: str  # of the results file
    model: str | None  # name, where run.json says so
    model_sha256: str | None
    matching: Matching
    tasks: list[Task]
    mentions: list[Figure]  # mention.precision, mention.recall, mention.recall_named
    summaries: list[Figure]
    worst: list[Worst]


class Difference(Strict):
    """One figure of two systems on the same articles: the first system's minus the other's."""

    name: str  # of the figure
    first: float
    other: float
    difference: float
    low: float | None
    high: float | None
    p: float | None  # two-sided, paired bootstrap over articles
    p_holm: float | None  # corrected for all comparisons of this evaluation (Holm 1979)
    mcnemar_p: float | None = None  # exact, of right and wrong answers; items taken as independent
    detectable: float | None  # smallest difference that 80% of such test sets would have shown
    conclusion: str  # one plain sentence


class Comparison(Strict):
    """The first system against another."""

    first: str
    other: str
    differences: list[Difference]
    note: str | None = None  # where the two were not run alike


class Share(Strict):
    """How much of a corpus has a label, corrected for the errors of who labelled it."""

    what: str  # "sentences about Harrow Bridge that are against it"
    raw: float  # as predicted, 0 to 1
    corrected: float | None  # prediction-powered, 0 to 1
    low: float | None
    high: float | None
    n: int  # labelled sentences of the sample that the correction rests on
    note: str | None = None


class Drift(Strict):
    """How far the articles without labels are from those with, on which the figures rest."""

    name: str
    value: float
    usual: float  # 95th percentile when labels are dealt out at random among the articles
    far: bool  # beyond it
    meaning: str  # one sentence


class Source(Strict):
    """A file that went in."""

    name: str
    sha256: str


class Metrics(Strict):
    """The whole of metrics.json."""

    schema_version: Literal[1] = 1
    gold: list[Source]
    seed: int
    resamples: int
    only_common: bool
    label_map: dict[str, str]  # label in the results → label in the gold, where they were mapped
    versions: dict[str, str]  # package → version
    systems: list[System]  # the first one is what was evaluated
    comparisons: list[Comparison]
    shares: list[Share]
    shares_refused: str | None = None  # why no share is corrected
    drift: list[Drift] = Field(default_factory=list)
    text: bool  # whether sentences are shown
