"""AG News, test part (Zhang, Zhao and LeCun 2015): title and first lines of news items in four classes.

Licence: non-commercial use.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ..drafts import Skipped
from ..schema import Article
from .delimited import read_rows

LICENSE = "non-commercial"
_LOST_AMPERSAND = re.compile(r" (#\d+|quot|amp|hellip|gt|lt);")  # " #39;" was "&#39;"
_TAG = re.compile(r"</?(?:a|b|br|em|font|i|img|nobr|p|strong)(?=[\s/>])[^<>]*>", re.I)  # but not a share's "<AAPL.O>"


def read_ag_news(folder: Path, skipped: Callable[[Skipped], None]) -> Iterator[Article]:
    """The items of test.csv.gz, their classes named by classes.txt.gz; what is left of their HTML is taken out."""
    path = folder / "test.csv.gz"
    with gzip.open(folder / "classes.txt.gz", "rt", encoding="utf-8") as handle:
        classes = {str(number): name for number, name in enumerate(handle.read().split(), 1)}
    for line, (number, title, text) in read_rows(path, ",", 3, skipped):
        text = _plain(text)
        if number not in classes:
            skipped(Skipped(str(path), line, f"class {number!r}"))
        elif not text:
            skipped(Skipped(str(path), line, "no text"))
        else:
            yield Article(
                id=f"ag_news/test/{line}",
                title=_plain(title),
                text=text,
                topics=[classes[number]],
                split="test",
                license=LICENSE,
            )


def _plain(text: str) -> str:
    """The text on one line: a backslash stands for a line break, and entities have been escaped more than once."""
    text = html.unescape(_LOST_AMPERSAND.sub(r"&\1;", text.replace("\\", " ")))
    return " ".join(_TAG.sub(" ", text).split())
