"""Short articles, and reading of files into articles, for the readers' tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from stancelens.data.readers import ReadOptions, Skipped, iter_articles
from stancelens.data.schema import Article

SHARED = Path(os.environ.get("STANCELENS_SHARED", Path(__file__).parents[2] / "shared"))
RUSSIA = SHARED / "articles" / "russia-negotiations.txt"
BODY = "Parliament passed the budget on Friday. The opposition called it a disgrace and vowed to fight it in court."
OTHER = "The minister resigned on Monday after a long debate. Nobody in the cabinet defended her this time."
GERMAN = (
    "Der Bundestag hat am Donnerstag ein neues Gesetz verabschiedet, das die Mieten in den großen Städten begrenzen "
    "soll. Die Opposition kritisierte das Vorhaben und kündigte an, vor das Verfassungsgericht zu ziehen."
)


def read(*paths: Path, **options: Any) -> tuple[list[Article], list[Skipped]]:
    skipped: list[Skipped] = []
    return list(iter_articles(paths, options=ReadOptions(**options), skipped=skipped.append)), skipped


def write(path: Path, content: str | bytes = BODY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def one(path: Path, **options: Any) -> Article:
    articles, skipped = read(path, **options)
    assert skipped == []
    assert len(articles) == 1
    return articles[0]


def reason(path: Path, **options: Any) -> str:
    articles, skipped = read(path, **options)
    assert articles == []
    assert len(skipped) == 1
    return str(skipped[0].reason)
