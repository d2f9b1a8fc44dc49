"""ROUGE of `summary_scores` in the interface of the package evaluate, for trainers and notebooks that expect it."""

from __future__ import annotations

import datasets
import evaluate

from .offline_metric import OfflineMetric
from .summary_scores import ROUGE, rouge

_DESCRIPTION = """ROUGE-1, -2, -L and -Lsum (package rouge-score, no stemming), F1 in percent, mean over the articles;
`rouge1` … are means over an article's references, `rouge1_best` … its best reference."""
_INPUTS = """
Args:
    predictions: of each article, the lines of its summary.
    references: of each article, its reference summaries.
"""
_CITATION = """@inproceedings{lin-2004-rouge, title = {{ROUGE}: A Package for Automatic Evaluation of Summaries},
author = {Lin, Chin-Yew}, booktitle = {Text Summarization Branches Out}, year = {2004}}"""


class SummaryScores(OfflineMetric):
    """`SummaryScores().compute(predictions=[["A line.", "Another."]], references=[["A reference.", "One more."]])`"""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=datasets.Features({"predictions": datasets.List(text), "references": datasets.List(text)}),
        )

    def _compute(self, predictions: list[list[str]], references: list[list[str]]) -> dict[str, float]:
        """Raises ValueError for an article without a reference."""
        articles = []
        for number, (lines, texts) in enumerate(zip(predictions, references, strict=True)):
            if not texts:
                raise ValueError(f"references[{number}] is empty: without a reference there is no ROUGE")
            articles.append(rouge(lines, texts))
        names = [*ROUGE, *(f"{name}_best" for name in ROUGE)]
        return {name: sum(article[name] or 0.0 for article in articles) / len(articles) for name in names}
