"""Label files of every kind: read, told apart by their content, imported as records and exported to other tools."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from gzip import BadGzipFile
from itertools import chain
from pathlib import Path
from typing import Any

from .atomic import replaced
from .drafts import Skipped
from .importers import doccano, label_studio, label_tables, prodigy, public, record_pages
from .importers.detection import possible_formats
from .importers.label_items import CORRECTED, files_of, read_items
from .importers.label_row_export import lost_in_rows
from .schema import SCHEMA_VERSION, Article, RecordError, dump_line, load_articles, parse_line

Tell = Callable[[Skipped], None]
Reader = Callable[..., Iterator[Article]]
Writer = Callable[[Iterable[Article], Path], None]


def read_stancelens(path: Path, skipped: Tell) -> Iterator[Article]:
    """The records of a label file, or of a JSON list; predictions are not labels."""
    for number, item in read_items(path, skipped):
        try:
            article = parse_line(json.dumps(item), "record")
        except RecordError as error:
            skipped(Skipped(str(path), number, str(error)))
            continue
        if record_pages.is_prediction(article):
            skipped(Skipped(str(path), number, "a prediction, not a label"))
        else:
            yield article


def write_stancelens(articles: Iterable[Article], path: Path) -> None:
    """One record a line with the version of its schema, whole or not at all."""
    with replaced(path) as part, part.open("w", encoding="utf-8") as handle:
        for article in articles:
            handle.write(dump_line(article.model_copy(update={"schema_": SCHEMA_VERSION})) + "\n")


FORMATS: dict[str, tuple[Reader, Writer | None]] = {
    "stancelens": (read_stancelens, write_stancelens),
    "label-studio": (label_studio.read_label_studio, label_studio.write_label_studio),
    "doccano": (doccano.read_doccano, doccano.write_doccano),
    "prodigy": (prodigy.read_prodigy, prodigy.write_prodigy),
    "table": (label_tables.read_table, label_tables.write_table),
    "newsmtsc": (public.read_newsmtsc, None),
    "seesaw": (public.read_seesaw, None),
    "polnear": (public.read_polnear, None),
    "sentfin": (public.read_sentfin, None),
    "finentity": (public.read_finentity, None),
    "gwsd": (public.read_gwsd, None),
    "bbc": (public.read_bbc, None),
    "cap": (public.read_cap, None),
    "ag_news": (public.read_ag_news, None),
    "directed": (public.read_directed, None),
    "summaries": (public.read_summaries, None),
    "allsides": (public.read_allsides, None),
    "real": (public.read_real, None),
}
TOOLS = ("label-studio", "doccano", "prodigy", "table")  # whose names of columns, controls and labels vary
LOST = {
    "stancelens": frozenset[str](),
    "label-studio": record_pages.LOST,
    "doccano": record_pages.LOST,
    "prodigy": record_pages.LOST,
    "table": label_tables.LOST,
}


def read_labels(
    path: Path, format: str = "auto", *, skipped: Tell, columns: Mapping[str, str] | None = None
) -> Iterator[Article]:
    """The labelled articles of a file, or of a folder; ``skipped`` is told what was not read and why.

    ``columns`` says what a tool's columns, controls and labels hold where their names do not. Raises ValueError for an
    unknown format, and where the format cannot be told from the content.
    """
    return (article for _, article in _by_file(path, format, skipped, columns))


def _by_file(
    path: Path, format: str, skipped: Tell, columns: Mapping[str, str] | None
) -> Iterator[tuple[Path, Article]]:
    """The articles, each with the file that has it."""
    path = Path(path)
    name = _known(detect(path, columns) if format == "auto" else format)
    if columns and name not in TOOLS:
        raise ValueError(f"the names in {name} files are fixed: columns are for {', '.join(TOOLS)}")
    options = {"columns": columns} if columns else {}
    # A folder of doccano's says by its files' names whose labels they are; one of a public set is the set
    files = files_of(path) if (name in TOOLS and name != "doccano") or name == "stancelens" else [path]
    return ((file, article) for file in files for article in _read(name, file, skipped, options))


def _read(name: str, file: Path, skipped: Tell, options: Mapping[str, Any]) -> Iterator[Article]:
    try:
        yield from FORMATS[name][0](file, skipped, **options)
    except (KeyError, TypeError, AttributeError, IndexError, RuntimeError, EOFError, BadGzipFile, ValueError) as error:
        if name in TOOLS or name == "stancelens" or str(file) in str(error):
            raise
        raise ValueError(
            f"{file}: is no file of {name} as it was published ({type(error).__name__}: {error})"
        ) from error


def _known(format: str) -> str:
    if format not in FORMATS:
        raise ValueError(f"no format {format!r}: one of auto, {', '.join(FORMATS)}")
    return format


def detect(path: Path, columns: Mapping[str, str] | None = None) -> str:
    """The format, by the content alone; ``columns`` as for :func:`read_labels`.

    Raises ValueError, saying what was found; public sets must be named.
    """
    named = columns or {}
    found = {name for file in files_of(path) for name in possible_formats(file, named)}
    if len(found) == 1:
        return found.pop()
    if not any(file.stat().st_size for file in files_of(path)):
        raise ValueError(f"{path}: is empty: there are no labels in it")
    which = f"it could be {' or '.join(sorted(found))}" if found else "no labels of a known kind"
    raise ValueError(f"{path}: format unknown, {which}; name it: {', '.join(FORMATS)}")


@dataclass
class Imported:
    articles: int = 0
    sentences: int = 0
    mentions: int = 0
    stances: int = 0  # toward targets
    annotators: set[str | None] = field(default_factory=set)
    skipped: list[Skipped] = field(default_factory=list)
    corrected: list[Skipped] = field(default_factory=list)  # what was mended, and so is there


def import_labels(
    paths: Sequence[Path], out: Path, format: str = "auto", *, columns: Mapping[str, str] | None = None
) -> Imported:
    """Write the labels of all files to one label file, whole or not at all; without an article nothing is written.

    A second article with the same id and annotator is skipped. Raises ValueError as :func:`read_labels` does.
    """
    found = Imported()

    def tell(one: Skipped) -> None:
        (found.corrected if one.reason.startswith(CORRECTED) else found.skipped).append(one)

    out = Path(out)
    read = partial(_by_file, format=format, skipped=tell, columns=columns)
    articles = _once(chain.from_iterable(map(read, paths)), tell)
    first = next(articles, None)
    if first is not None:
        write_stancelens(map(partial(_count, found), chain([first], articles)), out)
    return found


def _once(articles: Iterable[tuple[Path, Article]], tell: Tell) -> Iterator[Article]:
    first_in: dict[tuple[str, str | None], Path] = {}
    for path, article in articles:
        key = (article.id, article.annotator)
        if key in first_in:
            twice = f"id {article.id!r} occurs twice for annotator {article.annotator}"
            tell(Skipped(str(path), None, f"{twice}: only that of {first_in[key]} is kept"))
            continue
        if not has_labels(article):
            tell(Skipped(str(path), None, f"{article.id!r} has no labels"))
            continue
        first_in[key] = path
        yield article


def named_files(path: Path) -> list[tuple[str, Path]]:
    """A label file, or all files of a folder, by name."""
    if path.is_file():
        return [(path.name, path)]
    return [(f"{path.name}/{file.relative_to(path)}", file) for file in sorted(path.rglob("*")) if file.is_file()]


def has_labels(article: Article) -> bool:
    """Whether somebody said anything of the article: sentences that are only marked say nothing."""
    if any(getattr(article, name) is not None for name in ("topics", "summaries", "mentions", "entities")):
        return True
    spans = {"start", "end"}
    return article.sentences == [] or any(each.model_fields_set - spans for each in article.sentences or [])


def _count(found: Imported, article: Article) -> Article:
    sentences = article.sentences or []
    found.articles += 1
    found.sentences += len(sentences)
    found.mentions += len(article.mentions or [])
    found.stances += sum(len(sentence.stances or []) for sentence in sentences)
    found.annotators.add(article.annotator)
    return article


@dataclass
class Exported:
    articles: int = 0
    lost: Counter[str] = field(default_factory=Counter)  # field → how many of it the format cannot hold


def export_labels(paths: Sequence[Path], out: Path, format: str) -> Exported:
    """Write label files for a tool, whole or not at all. Raises ValueError where a record cannot be read."""
    writer = FORMATS[_known(format)][1]
    if writer is None:
        raise ValueError(f"{format} cannot be written: one of {', '.join(LOST)}")
    found = Exported()
    articles = chain.from_iterable(load_articles(Path(path)) for path in paths)
    writer(map(partial(_note_lost, found, format), articles), Path(out))
    return found


def _note_lost(found: Exported, format: str, article: Article) -> Article:
    found.articles += 1
    found.lost.update(name for name in _fields(article.model_dump(exclude_unset=True)) if name in LOST[format])
    if format == "table":
        found.lost.update(lost_in_rows(article))
    return article


def _fields(value: dict[str, Any], before: str = "") -> Iterator[str]:
    """Every field that is set, "sentences.stances.votes", and as " (empty)" those that hold an empty list."""
    for name, held in value.items():
        if held is None:
            continue
        yield f"{before}{name} (empty)" if held == [] else f"{before}{name}"
        for item in held if isinstance(held, list) else []:
            if isinstance(item, dict):
                yield from _fields(item, f"{before}{name}.")
