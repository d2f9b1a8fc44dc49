"""StanceLens: topic, stance and summary of news articles, sentence by sentence.

from stancelens import Analyzer
for result in Analyzer("base").analyze("articles/"):
    print(result.title, [line.text for line in result.summary])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data.schema import Article
    from .inference.analyzer import Analyzer
    from .inference.summarize import SummaryOptions

__all__ = ["Analyzer", "Article", "SummaryOptions", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so that `stancelens --help` does not wait for onnxruntime."""
    if name == "Analyzer":
        from .inference.analyzer import Analyzer

        return Analyzer
    if name == "Article":
        from .data.schema import Article

        return Article
    if name == "SummaryOptions":
        from .inference.summarize import SummaryOptions

        return SummaryOptions
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
