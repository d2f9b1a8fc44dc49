"""Metrics of the right shape, made without any corpus or model: from simulated answers, so that they fit together."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel

from ..evaluation.meanings import MEANINGS, kind
from ..evaluation.result_schema import (
    Bin,
    Calibration,
    Comparison,
    CoveragePoint,
    Difference,
    Drift,
    Figure,
    LabelScores,
    Matching,
    Metrics,
    Share,
    Slice,
    Source,
    System,
    Task,
    Worst,
)

STANCES = ["against", "neutral", "favor"]
TOPICS = [
    "arts, culture, entertainment and media",
    "conflict, war and peace",
    "crime, law and justice",
    "disaster, accident and emergency incident",
    "economy, business and finance",
    "education",
    "environment",
    "health",
    "human interest",
    "labour",
    "lifestyle and leisure",
    "politics and government",
    "religion",
    "science and technology",
    "society",
    "sport",
    "weather",
]
ARTICLES = 85
BINS = 15

Answer = tuple[int, int, float]  # gold, predicted (the number of labels for none), confidence


def answers(seed: str, labels: int, n: int, skill: float, missing: float) -> list[Answer]:
    """Simulated answers of a system; a confidence is right in nearly that share of the cases."""
    chance = random.Random(seed)
    weights = [1 / (1 + 0.35 * ((5 * k) % labels)) for k in range(labels)]
    found = []
    for _ in range(n):
        (gold,) = chance.choices(range(labels), weights)
        least = 1 / labels
        sure = least + (1 - least) * chance.betavariate(6 * skill, 6 * (1 - skill))
        right = chance.random() < sure - 0.05
        other = chance.choice([k for k in range(labels) if k != gold])
        predicted = labels if chance.random() < missing else gold if right else other
        found.append((gold, predicted, sure))
    return found


def figure(name: str, value: float | None, n: int, spread: float = 1.0, note: str | None = None) -> Figure:
    """With an interval about as wide as ``n`` items allow."""
    if value is None or n < 5:
        return Figure(name=name, value=value, n=n, articles=min(n, ARTICLES), note=note or "too few for an interval")
    half = 2 * spread / n**0.5
    return Figure(
        name=name, value=value, low=value - half, high=value + half, n=n, articles=min(n, ARTICLES), note=note
    )


def points(name: str, value: float | None, n: int, note: str | None = None) -> Figure:
    made = figure(name, value, n, 50, note)
    if made.low is not None and made.high is not None:
        made.low, made.high = max(made.low, 0), min(made.high, 100)
    return made


def ratio(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def confusion_of(found: list[Answer], labels: int) -> list[list[int]]:
    counts = [[0] * (labels + 1) for _ in range(labels)]
    for gold, predicted, _ in found:
        counts[gold][predicted] += 1
    return counts


def scores_of(task: str, labels: list[str], counts: list[list[int]]) -> list[LabelScores]:
    rows = []
    for k, label in enumerate(labels):
        right, support, predicted = counts[k][k], sum(counts[k]), sum(row[k] for row in counts)
        stem = f"{task}.{label}"
        rows.append(
            LabelScores(
                label=label,
                support=support,
                predicted=predicted,
                precision=points(f"{stem}.precision", ratio(right, predicted), predicted),
                recall=points(f"{stem}.recall", ratio(right, support), support),
                f1=points(f"{stem}.f1", ratio(2 * right, support + predicted), support),
            )
        )
    return rows


def calibration_of(task: str, found: list[Answer]) -> Calibration:
    ordered = sorted((sure, gold == predicted) for gold, predicted, sure in found)
    n, bins, error = len(ordered), [], 0.0
    for b in range(BINS):
        part = ordered[b * n // BINS : (b + 1) * n // BINS]
        if not part:
            continue
        mean, right = sum(s for s, _ in part) / len(part), sum(r for _, r in part) / len(part)
        half = (right * (1 - right) / len(part)) ** 0.5 * 1.96 + 0.5 / len(part)
        low, high = max(right - half, 0), min(right + half, 1)
        bins.append(Bin(confidence=mean, accuracy=right, low=low, high=high, n=len(part)))
        error += abs(mean - right) * len(part) / n
    coverage = []
    for step in range(100, 0, -1):
        kept = ordered[n - max(n * step // 100, 1) :]
        right = sum(r for _, r in kept) / len(kept)
        coverage.append(CoveragePoint(threshold=kept[0][0], coverage=len(kept) / n, accuracy=right))
    aurc = 1 - sum(point.accuracy for point in coverage) / len(coverage)
    return Calibration(
        ece=figure(f"{task}.ece", error, n, 0.2),
        ece_limit=0.04,
        brier=figure(f"{task}.brier", 0.31, n, 0.5),
        log_loss=figure(f"{task}.log_loss", 0.482, n, 1),
        aurc=figure(f"{task}.aurc", aurc, n, 0.3),
        reliability=bins,
        coverage=coverage,
        wanted_accuracy=0.9,
        threshold=next((point for point in coverage if point.accuracy >= 0.9), None),
    )


def slices_of(task: str, base: float, by: dict[str, list[tuple[str, int]]]) -> list[Slice]:
    chance = random.Random(task)
    rows = []
    for name, values in by.items():
        for value, n in values:
            around = base + chance.uniform(-8, 5)
            f1, accuracy = points(f"{task}.macro_f1", around, n), points(f"{task}.accuracy", around + 5, n)
            rows.append(Slice(by=name, value=value, figure=f1, accuracy=accuracy, small=n < 50))
    return rows


SLICES = {
    "source": [("Market Ledger", 512), ("Varrowmouth Courier", 401), ("Coastline Public Radio", 38)],
    "date": [("2025-01", 320), ("2025-02", 411), ("2025-03", 220)],
    "length": [("1 to 12 words", 190), ("13 to 25 words", 480), ("26 words and more", 281)],
    "tags": [("victim", 44), ("quoted", 301), ("pronoun", 4)],
}


def task_of(task: Any, seed: str, labels: list[str], n: int, skill: float, *, calibrated: bool = True) -> Task:
    found = answers(seed + task, len(labels), n, skill, 0.03)
    counts = confusion_of(found, len(labels))
    scores = scores_of(task, labels, counts)
    f1 = [row.f1.value or 0 for row in scores]
    macro, right = sum(f1) / len(f1), sum(counts[k][k] for k in range(len(labels)))
    figures = [
        points(f"{task}.macro_f1", macro, n),
        points(f"{task}.accuracy", ratio(right, n), n),
        points(f"{task}.mcc", macro - 14, n),
        figure(f"{task}.missing", sum(row[-1] for row in counts) / n, n, 0.2),
        figure(f"{task}.coverage", 0.874, n, 0.3),
        points(f"{task}.macro_f1_answered", macro + 4.2, round(0.874 * n)),
    ]
    if len(labels) == 3:
        figures.insert(3, figure(f"{task}.ordinal_error", 0.231, n, 0.5))
    return Task(
        task=task,
        labels=labels,
        figures=figures,
        per_label=scores,
        confusion=counts,
        calibration=calibration_of(task, found) if calibrated else None,
        slices=slices_of(task, macro, SLICES),
    )


WORST = [
    (
        "target_stance",
        "Norvane Terminals",
        "favor",
        "against",
        0.987,
        "The port would be nothing, she said, without the people whom Norvane Terminals had the courage to hire back.",
        "Odile Marchetti waited until the applause was over.",
        "Nobody in the hall contradicted her.",
    ),
    (
        "sentence_stance",
        None,
        "neutral",
        "against",
        0.964,
        "Forty-one families lost their homes when the Tarn rose.",
        None,
        "The council met at noon.",
    ),
    (
        "topic",
        None,
        "labour",
        "economy, business and finance",
        0.951,
        "Importers put the cost of the strike at two million a day.",
        "Talks stopped on Friday.",
        None,
    ),
    ("target_stance", "the night ward of Tarn Valley Hospital", "against", "neutral", None, None, None, None),
]


def worst(n: int) -> list[Worst]:
    rows = []
    for k in range(n):
        task, target, gold, predicted, sure, text, before, after = WORST[k % len(WORST)]
        rows.append(
            Worst(
                task=task,
                article=f"varrowmouth-courier/2025-0{k % 9 + 1}-14-port-strike-{k}.txt",
                start=1203 + 17 * k,
                end=1311 + 17 * k,
                target=target,
                gold=gold,
                predicted=predicted,
                confidence=None if sure is None else sure - 0.003 * k,
                text=text,
                before=before,
                after=after,
            )
        )
    return rows


def sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def system_of(name: str, skill: float, *, plain: bool = False) -> System:
    stance = task_of("target_stance", name, STANCES, 1204, skill)
    tasks = [
        stance,
        task_of("sentence_stance", name, STANCES, 951, skill + 0.03),
        task_of("topic", name, TOPICS, 951, skill + 0.02, calibrated=not plain),
    ]
    summaries = [points("summary.rouge1", 30.6, ARTICLES), points("summary.rouge2", 12.4, ARTICLES)]
    return System(
        name=name,
        given=["sentences", "mentions"] if plain else [],
        sha256=sha(name),
        model=None if plain else "base, released 2025-10",
        model_sha256=None if plain else sha("model"),
        matching=Matching(
            gold_articles=90,
            scored_articles=ARTICLES,
            gold_only=5,
            results_only=412,
            sentences=951,
            sentences_missed=0 if plain else 23,
            sentences_invented=0 if plain else 31,
            mentions=1204,
            mentions_missed=0 if plain else 148,
            mentions_invented=0 if plain else 97,
        ),
        tasks=tasks,
        mentions=[]
        if plain
        else [
            points("mention.precision", 91.9, 1153),
            points("mention.recall", 87.7, 1204),
            points("mention.recall_named", 94.0, 840),
            points("mention.f1", 89.8, 1204),
            points("mention.of_what_nobody_knows", 12.5, 40),
        ],
        summaries=[] if plain else [*summaries, points("summary.rougeLsum", 27.4, ARTICLES)],
        worst=worst(12),
    )


def difference(name: str, first: float, other: float, half: float, p: float, conclusion: str) -> Difference:
    return Difference(
        name=name,
        first=first,
        other=other,
        difference=first - other,
        low=first - other - half,
        high=first - other + half,
        p=p,
        p_holm=min(4 * p, 1),
        mcnemar_p=0.0004 if name.endswith("accuracy") else None,
        detectable=1.4 * half,
        conclusion=conclusion,
    )


def rich() -> Metrics:
    """Two systems, three tasks, and everything that may be there."""
    first, other = system_of("results-2025-11-base", 0.78), system_of("peer: one prompt per sentence", 0.66, plain=True)
    differences = [
        difference(
            "target_stance.macro_f1",
            78.6,
            71.2,
            2.9,
            0.0002,
            "results-2025-11-base is better: 7.4 points of macro F1, between 4.5 and 10.3.",
        ),
        difference("target_stance.accuracy", 80.1, 74.0, 2.4, 0.0004, "results-2025-11-base is right more often."),
        difference(
            "sentence_stance.macro_f1",
            80.3,
            79.4,
            2.6,
            0.412,
            "No difference is shown; one of 3.6 points would have been seen in 80% of such test sets.",
        ),
        difference("target_stance.ece", 0.041, 0.093, 0.021, 0.001, "results-2025-11-base is better calibrated."),
        difference("target_stance.missing", 0.028, 0.011, 0.008, 0.02, "The peer was given the mentions."),
        Difference(
            name="mention.recall",
            first=87.7,
            other=100.0,
            difference=-12.3,
            low=None,
            high=None,
            p=None,
            p_holm=None,
            detectable=None,
            conclusion="Not compared: the peer was given the mentions.",
        ),
    ]
    return Metrics(
        gold=[Source(name="gold/test.jsonl", sha256=sha("test")), Source(name="gold/more.jsonl", sha256=sha("more"))],
        seed=7,
        resamples=1000,
        only_common=True,
        label_map={"positive": "favor", "negative": "against"},
        versions={"stancelens": "0.1.0", "scikit-learn": "1.9.0", "numpy": "2.4.1"},
        systems=[first, other],
        comparisons=[Comparison(first=first.name, other=other.name, differences=differences)],
        shares=[
            Share(
                what="sentences about Harrow Bridge that are against it",
                raw=0.312,
                corrected=0.274,
                low=0.221,
                high=0.327,
                n=240,
                note="the sample holds few articles of 2024",
            ),
            Share(what="sentences about health", raw=0.081, corrected=None, low=None, high=None, n=12),
        ],
        shares_refused="The labelled articles are no random sample of the corpus, so that no share can be corrected.",
        drift=[
            Drift(
                name="vocabulary",
                value=0.184,
                usual=0.121,
                far=True,
                meaning="The articles use words that the training articles do not: expect more errors.",
            ),
            Drift(
                name="sentence length",
                value=0.04,
                usual=0.09,
                far=False,
                meaning="Sentences are about as long as those that the model learned from.",
            ),
        ],
        text=True,
    )


def minimal() -> Metrics:
    """One system, one task, and nothing that may be absent."""
    system = system_of("small", 0.7)
    task = system.tasks[1].model_copy(update={"calibration": None, "slices": []})
    bare: dict[str, Any] = {
        "given": [],
        "model": None,
        "model_sha256": None,
        "mentions": [],
        "summaries": [],
        "worst": [],
    }
    return Metrics(
        gold=[],
        seed=0,
        resamples=0,
        only_common=False,
        label_map={},
        versions={},
        systems=[system.model_copy(update={**bare, "tasks": [task]})],
        comparisons=[],
        shares=[],
        text=False,
    )


def changed(value: Any, change: Callable[[str, str], str], name: str = "") -> Any:
    """A dump with ``change(name of the field, text)`` in place of every text, keys of mappings too."""
    if isinstance(value, str):
        return change(name, value)
    if isinstance(value, list):
        return [changed(item, change, name) for item in value]
    if isinstance(value, dict):
        mapping = name in ("label_map", "versions")
        return {change("key", k) if mapping else k: changed(v, change, k) for k, v in value.items()}
    return value


def hostile(payload: str) -> Metrics:
    """The rich metrics with the payload in every text; equal texts stay equal. The schema fixes the names of tasks."""
    numbers: dict[str, int] = {}

    def change(name: str, value: str) -> str:
        if value in ("target_stance", "sentence_stance", "topic"):
            return value
        if name == "name" and kind(value) in MEANINGS:  # of a figure; a label may be a part of it
            return f"{payload}.{kind(value)}"
        return f"{payload}{numbers.setdefault(value, len(numbers))}"

    return Metrics.model_validate(changed(rich().model_dump(), change))


def sparse() -> Metrics:
    """The rich metrics with None wherever a value may be None."""
    return Metrics.model_validate(without(rich()))


def without(value: Any) -> Any:
    """A dump in which every field that may be None is None."""
    if isinstance(value, list):
        return [without(item) for item in value]
    if not isinstance(value, BaseModel):
        return value
    dump = {}
    for name, field in type(value).model_fields.items():
        optional = type(None) in get_args(field.annotation)
        dump[name] = None if optional else without(getattr(value, name))
    return dump
