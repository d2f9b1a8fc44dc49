"""Which prediction answers which label: articles by id and text, sentences and mentions one to one by overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..data.agreement import settles
from ..data.drafts import Skipped
from ..data.importers.record_pages import is_prediction
from ..data.label_files import detect, has_labels, read_labels
from ..data.schema import Article, Mention, Span, load_articles, text_hash


@dataclass(frozen=True)
class Pair:
    """One labelled article with its prediction."""

    gold: Article
    predicted: Article


class MatchError(ValueError):
    """Labels and results that cannot be compared: the message says why and what to do."""


def overlap(first: Span, second: Span) -> float:
    """Shared characters over those of both together, 0 to 1."""
    shared = min(first.end, second.end) - max(first.start, second.start)
    if shared <= 0:
        return 0.0
    return shared / (max(first.end, second.end) - min(first.start, second.start))


def match_spans(gold: Sequence[Span], predicted: Sequence[Span]) -> dict[int, int]:
    """Index in ``gold`` → index in ``predicted``: pairs that share at least half of their union, the greatest first."""
    order = sorted(range(len(predicted)), key=lambda at: predicted[at].start)
    found = []
    for here, span in enumerate(gold):
        for there in order:
            if predicted[there].start >= span.end:
                break
            share = overlap(span, predicted[there])
            if share >= 0.5:
                found.append((-share, here, there))
    matched: dict[int, int] = {}
    taken: set[int] = set()
    for _, here, there in sorted(found):
        if here not in matched and there not in taken:
            matched[here] = there
            taken.add(there)
    return matched


def read_gold(paths: Sequence[Path]) -> tuple[dict[str, Article], list[Skipped]]:
    """The labelled articles by id, and what other tools' files hold that is no label. Where several annotators labelled
    an article, the record that settles them counts.

    Raises RecordError for a broken record, MatchError where there are no labels, or predictions in their place, or
    several annotators and nobody settled their labels.
    """
    records: dict[str, list[Article]] = defaultdict(list)
    skipped: list[Skipped] = []
    for path in paths:
        own = detect(path) == "stancelens"
        lines = own and path.is_file() and _begins(path, b"{")  # not a JSON list, nor behind a byte order mark
        for article in load_articles(path) if lines else read_labels(path, skipped=skipped.append):
            if is_prediction(article):
                raise MatchError(f"{path}: {article.id!r} is a prediction, not a label")
            if has_labels(article):
                records[article.id].append(article)
    if not records:
        why = f": {skipped[0].path}:{skipped[0].line or 1}: {skipped[0].reason}" if skipped else ""
        raise MatchError(f"no labels in {', '.join(map(str, paths))}{why}")
    return {name: _only(name, found) for name, found in records.items()}, skipped


def _begins(path: Path, sign: bytes) -> bool:
    with path.open("rb") as handle:
        return handle.read(1) == sign


def _only(name: str, found: list[Article]) -> Article:
    if len(found) == 1:
        return found[0]
    settled = [article for article in found if settles(article.annotator)]
    if len(settled) == 1:
        return settled[0]
    who = ", ".join(repr(article.annotator) for article in found)
    raise MatchError(
        f"article {name!r} has labels by {who}: give the labels of one of them, or settled ones whose annotator is "
        "called so"
    )


@dataclass
class Matched:
    """The pairs, and what is left over."""

    pairs: list[Pair]
    gold_articles: int  # with labels, whether they are among the pairs or not
    labelled: set[str]  # ids of the predictions that have labels
    results_only: int


def match_articles(gold: dict[str, Article], results: Path, *, only_common: bool = False) -> Matched:
    """Pair each labelled article with its prediction: by id, else by its text; results are read in a stream.

    Raises MatchError for an article whose text differs, for one that has no prediction (unless ``only_common``), for
    two predictions of one article, and where nothing is common.
    """
    by_text = {text_hash(article.text): name for name, article in gold.items()}
    found: dict[str, Article] = {}
    copies: dict[str, Article] = {}  # by text alone
    left = 0
    for predicted in load_articles(results):
        name = predicted.id if predicted.id in gold else by_text.get(text_hash(predicted.text))
        if name is None:
            left += 1
        elif gold[name].text != predicted.text:
            raise MatchError(
                f"article {name!r} has another text in {results} than in the labels: analyze the labelled text itself"
            )
        elif predicted.id == name and name not in found:
            found[name] = predicted
        elif predicted.id != name and name not in copies:
            copies[name] = predicted
        else:
            raise MatchError(f"{results}: two predictions of article {name!r}: keep one")
    left += sum(name in found for name in copies)
    found = copies | found
    missing = [name for name in gold if name not in found]
    if not found:
        raise MatchError(
            f"{results} and the labels share no article, neither by id ({_sample(gold)}) nor by text: are these the "
            "labels of another collection?"
        )
    if missing and not only_common:
        raise MatchError(
            f"{results} has no prediction for {len(missing):,} of {len(gold):,} labelled articles "
            f"({_sample(missing)}): analyze them too, or score the common ones alone with --only-common"
        )
    pairs = [Pair(gold[name], found[name]) for name in gold if name in found]
    return Matched(pairs, len(gold), {pair.predicted.id for pair in pairs}, left)


def _sample(names: Iterable[str]) -> str:
    shown = [repr(name) for name, _ in zip(names, range(2), strict=False)]
    return f"such as {', '.join(shown)}"


def grouped_mentions(article: Article, mention: Mention, within: Span) -> list[Span]:
    """All mentions of the same entity in a sentence: together they are one target."""
    inside = [m for m in article.mentions or [] if within.start <= m.start < within.end]
    return [m for m in inside if m is mention or (mention.entity is not None and m.entity == mention.entity)]


def iter_sentences(pair: Pair) -> Iterator[tuple[int, int | None]]:
    """Each labelled sentence with the predicted one that answers it, by number; None where none does."""
    gold, predicted = pair.gold.sentences or [], pair.predicted.sentences or []
    matched = match_spans(gold, predicted)
    for here in range(len(gold)):
        yield here, matched.get(here)
