"""A whole run into a result folder, with a few keywords in place of a model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..data.schema import Article
from ..inference.present import present
from ..inference.store import Finished, article_key, open_store
from ..inference.summarize import SummaryOptions, summary_of
from ..inference.tables import NAMES
from .fake_results import fake_article

IDENTITY = {"model": "small", "sha256": "ab12", "given": ""}
OUTPUTS = ("results.jsonl", *NAMES)


def read_article(number: int) -> Article:
    """As the readers hand it on: without predictions."""
    text = f"Mayor Anna Bell praised Tom Reed {number} times. The council of Port Ellen accused Tom Reed of waste."
    return Article(id=f"a/{number}.txt", title=f"Title {number}", text=text * (1 + number % 3), source="a")


def predict(article: Article) -> Article:
    made = fake_article(article.title, article.text, article.source, path=article.id)
    sentences = [
        sentence.model_copy(update={"salience": 1 / (3 + n)}) for n, sentence in enumerate(made.sentences or [])
    ]
    return made.model_copy(update={"id": article.id, "sentences": sentences, "summary": None, "aggregates": None})


def updates(article: Article) -> dict[str, Any]:
    return {"near_duplicate_of": "a/0.txt"} if article.id == "a/3.txt" else {}


def run(
    out: Path, articles: list[Article], lines: int = 2, predicted: Callable[[Article], Article] = predict
) -> tuple[Finished, list[str]]:
    """What the command does: predict what is not there, then write. Returns the ids that were predicted."""
    done = []
    with open_store(out, IDENTITY) as store:
        for article in articles:
            if not store.has(article_key(article)):
                store.put(article_key(article), predicted(article))
                done.append(article.id)
        entries = ((article_key(article), updates(article)) for article in articles)
        options = SummaryOptions(lines=lines)
        return store.finish(entries, lambda article: present(article, summary_of(article, options))), done


def outputs(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in OUTPUTS}


def journal_keys(out: Path) -> list[str]:
    return [json.loads(line)["key"] for line in (out / ".work" / "journal.jsonl").read_text().splitlines()]
