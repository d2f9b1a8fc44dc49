"""A labelled article, its prediction, and their evaluation, for the tests of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stancelens.data.schema import Article
from stancelens.evaluation.evaluate import Options, evaluate
from stancelens.evaluation.result_schema import Figure, Metrics, System
from stancelens.evaluation.systems import Input

from .records import article, sure, write

BANK = "Duval called the bank reckless."
PLAN = "The mayor praised the plan."
RAIN = "It rained."


def toward(words: str, label: str, **fields: Any) -> dict[str, Any]:
    return {"target": words, "mention": words, "label": label, **fields}


def gold(name: str, **fields: Any) -> Article:
    """Three sentences with three topics, three stances of sentences, and four of targets."""
    return article(
        name,
        (
            BANK,
            {
                "topics": ["economy", "crime"],
                "stance": "against",
                "stances": [toward("Duval", "neutral"), toward("bank", "against", tags=["quoted"])],
            },
        ),
        (
            PLAN,
            {
                "topics": ["politics"],
                "stance": "favor",
                "stances": [toward("mayor", "neutral"), toward("plan", "favor")],
            },
        ),
        (RAIN, {"topics": ["weather"], "stance": "neutral", "stances": []}),
        **fields,
    )


def predicted(name: str, *, bank: str = "neutral", chance: float = 0.9) -> Article:
    """Of the topics one wrong; of the stances "bank" as said; "mayor" is not found, "Rain" is found and is no label."""
    topics = ("economy", "crime", "politics", "weather")

    def about(topic: str, how: float) -> dict[str, Any]:
        return {"topics": [topic], "probabilities": {"topics": sure(topic, how, topics)}}

    return article(
        name,
        (
            BANK,
            about("crime", 0.7)
            | {
                "stance": "against",
                "stances": [
                    toward("Duval", "neutral", probabilities=sure("neutral", 0.8)),
                    toward("bank", bank, probabilities=sure(bank, chance)),
                ],
            },
        ),
        (
            PLAN,
            about("weather", 0.4)
            | {"stance": "neutral", "stances": [toward("plan", "favor", probabilities=sure("favor", 0.6))]},
        ),
        (
            RAIN,
            about("weather", 0.95)
            | {"stance": "neutral", "stances": [toward("It", "neutral", probabilities=sure("neutral", 0.5))]},
        ),
    )


def score(folder: Path, gold_articles: list[Article], *results: list[Article], **options: Any) -> Metrics:
    systems = [Input(f"s{n}", write(folder / f"s{n}" / "results.jsonl", each)) for n, each in enumerate(results)]
    path = write(folder / "gold.jsonl", gold_articles)
    compared = [(systems[0], other) for other in systems[1:]]
    return evaluate(systems, [path], Options(**{"slices": (), "resamples": 200, **options}), compared=compared)[0]


def figures(system: System) -> dict[str, Figure]:
    """By name, all of a system."""
    found = {each.name: each for task in system.tasks for each in task.figures}
    return found | {each.name: each for each in [*system.mentions, *system.summaries]}
