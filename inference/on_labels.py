"""A model on labelled articles, for an evaluation: with the labels' sentences and mentions given, and end to end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..data.drafts import ReadOptions
from ..data.schema import SCHEMA_VERSION, Article, dump_line
from .run import Options, analyze
from .store import StoreError
from .summarize import SummaryOptions

INPUT = "articles.jsonl"
WHOLE = 1_000_000_000  # bytes of an article: what is labelled is read, whatever its size


def given_by(articles: Iterable[Article]) -> tuple[str, ...]:
    """What all the labels can give: "sentences", and "mentions" if they are marked."""
    found = [(article.sentences is not None, article.mentions is not None) for article in articles]
    names = ("sentences", "mentions")
    return tuple(name for at, name in enumerate(names) if found and all(row[at] for row in found))


def analyze_labelled(articles: Iterable[Article], work: Path, model: str, given: tuple[str, ...]) -> Path:
    """Analyze the articles in a folder of their own, and return the results file.

    Only what is ``given`` of the labels reaches the model. Raises what :func:`analyze` does, and StoreError if an
    article could not be analyzed.
    """
    work.mkdir(parents=True, exist_ok=True)
    source = work / INPUT
    with source.open("w", encoding="utf-8") as lines:
        lines.writelines(dump_line(_only(article, given)) + "\n" for article in articles)
    reading = ReadOptions(max_bytes=WHOLE, any_language=True)
    run = analyze([source], work / "results", Options(model, given=given, summary=SummaryOptions(), reading=reading))
    if run.skipped:
        first = run.skipped[0]
        raise StoreError(
            f"{len(run.skipped)} labelled articles were not analyzed, such as line {first.line}: {first.reason}"
        )
    return work / "results" / "results.jsonl"


def _only(article: Article, given: tuple[str, ...]) -> Article:
    kept = {"id", "title", "text", "source", "date"} | ({"entities"} if "mentions" in given else set()) | set(given)
    fields = {name: getattr(article, name) for name in kept & article.model_fields_set}
    if "sentences" in given:
        fields["sentences"] = [{"start": each.start, "end": each.end} for each in article.sentences or []]
    return Article.model_validate({"schema": SCHEMA_VERSION} | fields)
