"""What an article's counts say."""

from __future__ import annotations

from stancelens.data.schema import Article, Entity, Mention, Sentence, Stance
from stancelens.inference.present import aggregates, present
from stancelens.inference.summarize import SummaryOptions, summary_of

TEXT = "Sergey Lavrov spoke about the war in Kiev. Critics mocked Lavrov for saying so."


def article(*spans: tuple[int, int]) -> Article:
    sided = Stance(target="Lavrov", mention="m0", label="against", probabilities={"against": 0.9})
    unsure = Stance(target="Lavrov", mention="m0", label="favor", probabilities={"favor": 0.4}, abstained=True)
    return Article(
        id="a",
        text=TEXT,
        entities=[Entity(id="e0", name="NATO"), Entity(id="e1", name="Lavrov")],
        mentions=[Mention(id=f"m{n}", start=start, end=end, entity="e1") for n, (start, end) in enumerate(spans)],
        sentences=[
            Sentence(start=0, end=42, topics=["sport"], stances=[unsure], salience=0.9),
            Sentence(start=43, end=len(TEXT), topics=["politics"], stances=[sided], salience=0.1),
        ],
    )


def test_a_listed_name_inside_a_found_one_counts_once() -> None:
    rows = aggregates(article((0, 13), (7, 13), (58, 64)))["targets"]
    assert [(row["target"], row["mentions"]) for row in rows] == [("Lavrov", 2), ("NATO", 0)]


def test_abstentions_are_counted_apart() -> None:
    counted = aggregates(article((0, 13)))
    assert {key: counted["targets"][0][key] for key in ("against", "neutral", "favor", "abstained")} == {
        "against": 1,
        "neutral": 0,
        "favor": 0,
        "abstained": 1,
    }
    assert counted["topics"] == {"politics": 1, "sport": 1}


def test_a_presented_article_keeps_its_prediction() -> None:
    predicted = article((0, 13))
    shown = present(predicted, summary_of(predicted, SummaryOptions(lines=1)))
    assert [line.cites for line in shown.summary or []] == [[0]]
    assert shown.sentences == predicted.sentences
