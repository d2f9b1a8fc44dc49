"""A language model's answers for a whole run: asked once for the same sentences, kept across runs.

Where the model gave no answer the extract stands, and the next run asks again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ..data.schema import Article, SummaryLine
from ..models.llm import LLM, PROMPT_VERSION, LLMError
from .ahead import ahead
from .store import Store
from .summarize import STOOD_IN, SummaryOptions, asked_of, summary_of

SHOWN = 20  # failures that run.json lists


@dataclass
class Summaries:
    """What run.json says of the summaries."""

    summarizer: str
    model: str | None = None  # the language model
    lines: dict[str, int] = field(default_factory=dict)  # in the results, by method
    asked: int = 0  # requests that this run answered
    reused: int = 0  # articles whose answer was there already
    stood_in: int = 0  # articles whose extract stands for want of an answer
    failures: list[dict[str, str]] = field(default_factory=list)  # article and reason, the first ones
    rejected: dict[str, int] = field(default_factory=dict)  # lines that the support check refused, by kind


def answer_key(llm: LLM, sentences: Sequence[str]) -> str:
    """The identity of a request."""
    asked = json.dumps([PROMPT_VERSION, llm.identity, *sentences])
    return hashlib.sha256(asked.encode()).hexdigest()[:32]


def ask_all(
    store: Store,
    keys: Iterable[str],
    llm: LLM,
    options: SummaryOptions,
    summaries: Summaries,
    done: Callable[[], object],
) -> None:
    """Put into the store what the model answers for the predictions under ``keys``; ``done`` is called for each.

    Raises StoreError, and WeightsError for a local model that cannot be loaded.
    """

    def requests() -> Iterator[tuple[str, str, list[str]]]:
        under_way: set[bytes] = set()
        for key in keys:
            article = store.get(key)
            sentences = asked_of(article, options)
            request = answer_key(llm, sentences)
            there = bool(sentences) and store.has_answer(request)
            summaries.reused += there
            if there or not sentences or bytes.fromhex(request) in under_way:
                done()
                continue
            under_way.add(bytes.fromhex(request))
            yield article.id, request, sentences

    def ask(item: tuple[str, str, list[str]]) -> str:
        return llm.rewrite(item[2])

    workers = options.endpoint_concurrency if options.endpoint else 1
    with closing(ahead(ask, requests(), workers)) as asked:
        try:
            for (article, request, _), answer in asked:
                done()
                try:
                    store.put_answer(request, answer.result())
                    summaries.asked += 1
                except LLMError as error:
                    if len(summaries.failures) < SHOWN:
                        summaries.failures.append({"article": article, "reason": str(error)})
        except BaseException:  # Ctrl-C, a full disk: requests under way must not hold the run up
            llm.close()
            raise


def summarized(
    article: Article, store: Store, llm: LLM | None, options: SummaryOptions, summaries: Summaries
) -> tuple[list[SummaryLine], dict[str, Any]]:
    """The summary of a prediction, from the answers in the store, with what else it sets in the record."""
    answer, updates = None, {}
    sentences = asked_of(article, options) if llm else []
    if llm and sentences:
        answer = store.answer(answer_key(llm, sentences))
        if answer is None:
            summaries.stood_in += 1
            updates = {"warnings": [*(article.warnings or []), STOOD_IN]}
    lines = summary_of(article, options, answer, summaries.rejected)
    for line in lines:
        summaries.lines[line.method] = summaries.lines.get(line.method, 0) + 1
    return lines, updates
