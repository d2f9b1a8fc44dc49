"""What label files hold as a whole: the counts, and what shows only when records are compared with each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b

from .agreement import settles
from .duplicates import NearDuplicates
from .label_check import sides
from .label_findings import ARTICLE_TOPIC, STANCE, TAG, TARGET, TOPIC, Findings, Place, excerpt
from .label_names import LabelNames
from .label_records import Kept
from .schema import Article

NONE_GIVEN = "(none)"
_Labels = dict[tuple[str, str, int | None], str]  # task, target and its place → label, of one sentence


@dataclass
class Counts:
    """What the corpus table shows. Sentences and stances are counted once for each annotator."""

    records: int = 0
    articles: int = 0
    sentences: int = 0
    stances: int = 0
    annotators: Counter[str] = field(default_factory=Counter)  # records of each
    # split → topic → articles
    main_topics: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


class Corpus:
    """The records seen so far, of which only digests and places are kept; to be closed."""

    def __init__(self, findings: Findings) -> None:
        self.counts = Counts()
        self.names = LabelNames()
        self._findings = findings
        self._records: dict[str, tuple[bytes, dict[str | None, Kept]]] = {}  # article → text, annotator → record
        self._main: dict[str, tuple[str | None, str | None]] = {}  # article → split, main topic
        self._sentences: dict[bytes, tuple[str, Place, _Labels]] = {}  # text → where it stands first
        self._near = NearDuplicates()
        self._copies: dict[str, dict[str, Place]] = {}  # article → where its text stands in each split
        self._first_copy: dict[str, str] = {}  # article → the earliest one with nearly its text

    def close(self) -> None:
        self._near.close()

    def add(self, article: Article, kept: Kept) -> bool:
        """False where the annotator's record of the article was there before, which is not counted again."""
        place = kept.place
        text, records = self._records.setdefault(article.id, (_digest(article.text), {}))
        if (before := records.get(article.annotator)) is not None:
            self._findings.error(
                "repeated_record", place, "id",
                f"{article.id!r} by annotator {article.annotator!r} stands in {_at(before.place)} already: "
                "take one out, or correct id or annotator",
            )  # fmt: skip
            return False
        if text == _digest(article.text):
            records[article.annotator] = kept
        else:
            self._findings.error(
                "text_differs", place, "text",
                f"{article.id!r} has another text in {_at(next(iter(records.values())).place)}: "
                "give both the same text, or different ids",
            )  # fmt: skip
        self._count(article)
        self._check_split(article, place)
        self._check_sentences(article, place)
        return True

    def several(self) -> tuple[list[list[Kept]], list[str]]:
        """The records of each article that several annotators labelled, each on their own, and the names of those
        that are left out because they settle the others' labels."""
        found, left_out = [], set()
        for _text, records in self._records.values():
            own = [kept for name, kept in records.items() if not settles(name)]
            if len(records) > 1:
                left_out |= {name for name in records if name is not None and settles(name)}
            if len(own) > 1:
                found.append(own)
        return found, sorted(left_out)

    def count_articles(self) -> None:
        """Fill the counts of articles, whose split and topic may stand in any of their records."""
        self.counts.articles = len(self._main)
        for split, topic in self._main.values():
            self.counts.main_topics[split or NONE_GIVEN][topic or NONE_GIVEN] += 1

    def _count(self, article: Article) -> None:
        counts = self.counts
        counts.records += 1
        counts.sentences += len(article.sentences or [])
        counts.stances += sum(len(sentence.stances or []) for sentence in article.sentences or [])
        counts.annotators[article.annotator or NONE_GIVEN] += 1
        split, topic = self._main.get(article.id, (None, None))
        self._main[article.id] = split or article.split, topic or (article.topics[0] if article.topics else None)

    def _check_split(self, article: Article, place: Place) -> None:
        if article.split is None:
            return
        found = self._near.check(article.id, article.text)
        earliest = self._first_copy.get(found, found) if found is not None else article.id
        self._first_copy[article.id] = earliest
        splits = self._copies.setdefault(earliest, {})
        for split, other in splits.items():
            if split != article.split:
                self._findings.error(
                    "split_leak", place, "split",
                    f"{article.id!r} is in {article.split!r}, and the same or nearly the same text in {split!r} "
                    f"({_at(other)}): move both into one split",
                )  # fmt: skip
        splits.setdefault(article.split, place)

    def _check_sentences(self, article: Article, place: Place) -> None:
        mentions = {mention.id: mention for mention in article.mentions or []}
        for number, topic in enumerate(article.topics or []):
            self._name(ARTICLE_TOPIC, topic, place, f"topics[{number}]")
        for index, sentence in enumerate(article.sentences or []):
            where = f"sentences[{index}]"
            labels: _Labels = {}
            for number, topic in enumerate(sentence.topics or []):
                self._name(TOPIC, topic, place, f"{where}.topics[{number}]")
            if sentence.topics:
                labels[TOPIC, "", None] = sentence.topics[0]
            if sentence.stance is not None:
                self._name(STANCE, sentence.stance, place, f"{where}.stance")
                labels[STANCE, "", None] = sentence.stance
            for target, at, stance in sides(sentence, mentions):
                self._name(TARGET, stance.label, place, f"{where}.stances[{at}].label")
                labels[TARGET, *target] = stance.label
                for tag in stance.tags or []:
                    self._name(TAG, tag, place, f"{where}.stances[{at}].tags")
            for tag in sentence.tags or []:
                self._name(TAG, tag, place, f"{where}.tags")
            if labels:
                self._compare_sentence(sentence.of(article.text), labels, article.id, place, where)

    def _compare_sentence(self, text: str, labels: _Labels, article: str, place: Place, where: str) -> None:
        other, before, earlier = self._sentences.setdefault(_digest(" ".join(text.split())), (article, place, labels))
        if other == article:  # the annotators of one article are compared elsewhere
            return
        for (task, target, at), label in labels.items():
            if earlier.get((task, target, at), label) != label:
                toward = f" toward {excerpt(target)}" if target else ""
                self._findings.doubt(
                    "same_sentence", place, where,
                    f"the {task}{toward} of {excerpt(text)} is {label!r} here and {earlier[task, target, at]!r} in "
                    f"{_at(before)}: read both again",
                )  # fmt: skip

    def _name(self, task: str, label: str, place: Place, where: str) -> None:
        self.names.add(task, label, place, where, self._findings)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _at(place: Place) -> str:
    return f"{place.path}:{place.line}"
