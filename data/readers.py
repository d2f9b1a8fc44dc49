"""Folders of articles in, one ``Article`` after another out, whatever they are written in.

Nothing but the ids is kept, about a hundred bytes an article, and a file that cannot be
read is reported and passed over: no file ends the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from .boilerplate import find_boilerplate, without
from .dates import clean_date, day_in_path, is_date_folder
from .drafts import Draft, Drafts, ReadOptions, Rejected, Skipped, UnreadableError
from .encoding import has_surrogates, refuse_binary
from .language import is_english
from .read_html import read_html
from .read_json import read_json, read_jsonl
from .read_tables import read_table
from .read_text import read_text
from .schema import Article, FileRef
from .walk import Found, show, walk, why

__all__ = ["KINDS", "ReadOptions", "Skipped", "iter_articles"]

TEXT, MARKDOWN, HTML, JSON = (".txt", ".text"), (".md", ".markdown"), (".html", ".htm", ".xhtml"), (".json",)
JSON_LINES, TABLES = (".jsonl", ".ndjson"), (".csv", ".tsv")
STREAMED = JSON_LINES + TABLES
KINDS = TEXT + MARKDOWN + HTML + JSON + STREAMED  # file name endings, in any case
MAX_CHARACTERS = 1_000_000  # of one article: its token vectors are held at once, about 1 GB at this length
# What an earlier run predicted is not a label
_PREDICTED = {"summary", "aggregates", "near_duplicate_of", "warnings"}
_A_WORD = re.compile(r"[^\W_]")


def iter_articles(
    paths: Sequence[Path],
    *,
    options: ReadOptions | None = None,
    skipped: Callable[[Skipped], None],
    beside: Path | None = None,
) -> Iterator[Article]:
    """The articles in files and folders, in a fixed order; ``skipped`` is told what was not read and why.

    The id of an article is its path below the given folder, ``path#row`` for a row of a table or list, or the id that
    the row brings. A second article with an id is skipped if it stands in the same file, else gets ``path#id``; files
    of the same name in two given folders are told apart by the folder's name. ``beside`` is a folder that is not read.
    """
    options = options or ReadOptions()
    files: set[str] = set()
    ids: dict[str, int] = {}  # id → number of its file
    count = 0
    if options.limit is not None and options.limit <= 0:
        return
    for found in walk([Path(path) for path in paths], beside):
        if isinstance(found, Skipped):
            skipped(found)
            continue
        file_id = _file_id(found, files)
        files.add(file_id)
        for item in _guarded(found.path, options):
            if isinstance(item, Draft):
                result = _guarded_article(item, found, file_id, options)
                if isinstance(result, Article) and ids.get(result.id, len(files)) != len(files):
                    result = result.model_copy(update={"id": f"{file_id}#{result.id}"})
                if isinstance(result, Article) and result.id in ids:
                    result = f"id {result.id!r} stands in this file twice"
                if isinstance(result, Article):
                    ids[result.id] = len(files)
                    yield result
                    count += 1
                    if count == options.limit:
                        return
                    continue
                item = Rejected(result, item.line)
            skipped(Skipped(show(found.path), item.line, item.reason))


def count_roughly(paths: Sequence[Path], beside: Path | None = None) -> int:
    """About how many articles there are, for a progress bar: files, and lines of streamed files."""
    count = 0
    for found in walk([Path(path) for path in paths], beside):
        if isinstance(found, Found) and (suffix := found.path.suffix.lower()) in KINDS:
            count += _lines(found.path) - (suffix in TABLES) if suffix in STREAMED else 1
    return count


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as handle:
            return sum(block.count(b"\n") for block in iter(lambda: handle.read(1 << 20), b""))
    except OSError:
        return 0


def _file_id(found: Found, taken: set[str]) -> str:
    relative = found.relative.as_posix()
    name, number = relative, 1
    while name in taken:
        name = f"{found.folder}{f'-{number}' if number > 1 else ''}/{relative}"
        number += 1
    return name


def _guarded(path: Path, options: ReadOptions) -> Drafts:
    """The drafts of a file, ending with a reason instead of an exception."""
    read_any = False
    try:
        for item in _drafts(path, options):
            read_any = True
            yield item
        if not read_any:
            yield Rejected("empty")
    except UnreadableError as error:
        yield Rejected(str(error))
    except OSError as error:
        yield Rejected(why(error))
    except Exception as error:  # whatever a parser may do with a damaged file, the other files are read
        yield Rejected(f"cannot be read: {type(error).__name__}: {error}")


def _drafts(path: Path, options: ReadOptions) -> Drafts:
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise UnreadableError(f"kind {suffix or 'without an ending'} is not read; read are {' '.join(KINDS)}")
    if suffix in TABLES:
        yield from read_table(path, options)
    elif suffix in JSON_LINES:
        yield from read_jsonl(path, options)
    else:
        with path.open("rb") as handle:
            data = handle.read(options.max_bytes + 1)
        if len(data) > options.max_bytes:
            raise UnreadableError(f"over the limit of {options.max_bytes:,} bytes")
        if not data.strip():
            raise UnreadableError("empty")
        if suffix in JSON:
            yield from read_json(data, options)
        else:
            yield read_html(data) if suffix in HTML else read_text(data, markdown=suffix in MARKDOWN)


def _guarded_article(draft: Draft, found: Found, file_id: str, options: ReadOptions) -> Article | str:
    """The article, or why there is none, whatever its fields hold."""
    try:
        return _article(draft, found, file_id, options)
    except Exception as error:
        return f"cannot be read: {type(error).__name__}: {error}"


def _article(draft: Draft, found: Found, file_id: str, options: ReadOptions) -> Article | str:
    path_id = file_id if draft.row is None else f"{file_id}#{draft.row}"
    article_id = (draft.id or "").strip() or path_id
    if any(map(has_surrogates, (draft.text, draft.title, draft.source or "", draft.date or "", article_id))):
        return "broken encoding: half a surrogate pair"
    try:
        refuse_binary(draft.text)
    except UnreadableError as error:
        return str(error)
    if len(draft.text) > MAX_CHARACTERS:
        return f"over the limit of {MAX_CHARACTERS:,} characters an article: split it"
    if not _A_WORD.search(draft.text):
        return "empty" if not draft.text.strip() else "empty: holds no words"
    labelled = draft.record is not None and (
        draft.record.sentences is not None or "ignored" in draft.record.model_fields_set
    )
    ignored = draft.record.ignored if draft.record and labelled else find_boilerplate(draft.text)
    rest = without(draft.text, ignored)
    if not _A_WORD.search(rest):
        return "nothing but boilerplate"
    if not options.any_language:
        english, code = is_english(rest)
        if not english:
            return f"not English (detected: {code})"
    values: dict[str, Any] = {}
    if draft.record:
        kept = draft.record.model_fields_set - _PREDICTED
        values = {name: getattr(draft.record, name) for name in kept}
    values |= {
        "id": article_id,
        "title": draft.title,
        "text": draft.text,
        "source": draft.source or _source(found.relative),
        "date": clean_date(draft.date) or _date(draft, found),
        "file": FileRef(path=file_id, sha256=draft.sha256),
        "ignored": ignored,
        "warnings": draft.warnings or None,
    }
    # A field that is set is written, so what is not known stays unset
    return Article(**{name: value for name, value in values.items() if value is not None})


def _source(relative: PurePosixPath) -> str | None:
    """The innermost folder below the given one, folders that are only dates aside."""
    return next((name for name in reversed(relative.parts[:-1]) if not is_date_folder(name)), None)


def _date(draft: Draft, found: Found) -> str | None:
    """A day in the path, but not for rows: an export's date is not that of its articles."""
    return day_in_path(PurePosixPath(found.folder) / found.relative) if draft.row is None else None
