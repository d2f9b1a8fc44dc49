"""Reads a public set and checks what holds for the articles of every one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from stancelens.data.drafts import Skipped
from stancelens.data.schema import Article, Stance, dump_line, parse_line

Row = TypeVar("Row")


def read(importer: Callable[..., Iterable[Row]], *where: Any) -> tuple[list[Row], list[Skipped]]:
    """What the importer yields and what it skips; articles are checked."""
    skipped: list[Skipped] = []
    found = list(importer(*where, skipped.append))
    check([row for row in found if isinstance(row, Article)])
    assert all(Path(one.path).is_file() and one.line and one.reason for one in skipped)
    return found, skipped


def check(articles: list[Article]) -> None:
    """Ids are unique, records load again as they were, and a stance's mentions stand in its sentence."""
    ids = [article.id for article in articles]
    assert len(set(ids)) == len(ids)
    for article in articles:
        assert article.license
        assert parse_line(dump_line(article), article.id) == article  # which also checks every mention's text
        spans = {mention.id: mention for mention in article.mentions or []}
        for sentence in article.sentences or []:
            assert sentence.of(article.text) == sentence.of(article.text).strip()
            for stance in sentence.stances or []:
                held = stance.holder.mention if stance.holder else None
                for name in (stance.mention, held):
                    assert name is None or sentence.start <= spans[name].start < spans[name].end <= sentence.end


def stances(article: Article) -> list[Stance]:
    return [stance for sentence in article.sentences or [] for stance in sentence.stances or []]
