"""The summary of an article by one of three summarizers, with one interface.

extractive takes the most salient sentences, lead the first ones, and rewrite has a language model shorten the most
salient ones; its lines pass the support check, or the sentence itself stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..data.schema import Article, SummaryLine
from ..models.llm import LLM
from .rewrite import rewritten
from .summary import Pick, select

SUMMARIZERS = ("extractive", "rewrite", "lead")
STOOD_IN = "the language model gave no answer: the summary is the extract"


@dataclass(frozen=True)
class SummaryOptions:
    """How articles are summed up."""

    summarizer: str = "extractive"  # "extractive", "rewrite" or "lead"
    lines: int = 3  # most lines, 0 or more
    words: int | None = None  # most words of all lines together
    llm: str = ""  # what rewrites on this machine: folder, .gguf file or hub id; "" is SmolLM2-135M-Instruct
    endpoint: str = ""  # URL of an OpenAI-compatible server that rewrites instead
    endpoint_model: str = ""  # the model's name there
    endpoint_timeout: float = 60.0  # seconds for one request
    endpoint_concurrency: int = 8  # requests at once


def check_summary(options: SummaryOptions) -> None:
    """Raises ValueError for options that make no sense together."""
    if options.summarizer not in SUMMARIZERS:
        raise ValueError(f"summarizer {options.summarizer!r} is none of {', '.join(SUMMARIZERS)}")
    named = options.llm or options.endpoint or options.endpoint_model
    if named and options.summarizer != "rewrite":
        raise ValueError(f"a language model is named, but the summarizer {options.summarizer} uses none: take rewrite")
    if bool(options.endpoint) != bool(options.endpoint_model):
        raise ValueError("an endpoint needs the name of a model there, and the name an endpoint")
    if options.llm and options.endpoint:
        raise ValueError("either a model on this machine rewrites or one at an endpoint, not both")


def find_llm(options: SummaryOptions) -> LLM | None:
    """The model that the options name, or None where none is needed. Raises WeightsError and ValueError."""
    check_summary(options)
    if options.summarizer != "rewrite":
        return None
    if options.endpoint:
        from ..models.endpoint import Endpoint

        return Endpoint(
            options.endpoint,
            options.endpoint_model,
            timeout=options.endpoint_timeout,
            concurrency=options.endpoint_concurrency,
        )
    from ..models.local_llm import LocalLLM

    return LocalLLM(options.llm)


def picks_of(article: Article, options: SummaryOptions) -> list[Pick]:
    """The sentences that the summary rests on."""
    sentences = article.sentences or []
    if options.summarizer == "lead":
        order: Sequence[float] = range(0, -len(sentences), -1)
    else:
        order = [sentence.salience or 0.0 for sentence in sentences]
    return select(article.text, sentences, order, lines=options.lines, words=options.words)


def asked_of(article: Article, options: SummaryOptions) -> list[str]:
    """What a language model is asked to shorten."""
    return [pick.text for pick in picks_of(article, options)]


def summary_of(
    article: Article, options: SummaryOptions, answer: str | None = None, rejected: dict[str, int] | None = None
) -> list[SummaryLine]:
    """The summary. ``answer`` is the language model's; without one the extract stands in."""
    picks = picks_of(article, options)
    if answer is not None:
        return rewritten(picks, answer, rejected)
    method = "lead" if options.summarizer == "lead" else "extract"
    return [SummaryLine(text=pick.text, cites=[pick.index], method=method) for pick in picks]
