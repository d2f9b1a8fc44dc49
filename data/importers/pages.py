"""A text as a labelling tool shows it to one annotator: marked regions, links between them, choices for the whole.

What Label Studio, doccano and Prodigy have in common; each module only translates its own file into a :class:`Page`
and back. How a page becomes a record: page_records.py.

A sentence region has the fields ``topics``, ``stance`` and ``tags``; a mention region has ``entity`` and its ``kind``,
and with a stance toward what it names also ``stance``, ``target``, ``holder`` and ``tags``; ``by`` says that the author
holds it. An issue region lies over a sentence and holds a stance toward what the sentence does not name, its
``entity``. A link goes from the holder's mention to the region of the stance, or from an issue region to the mention
that it is about. ``none_of`` names what was looked for and is not there: without it, no topic may mean that nobody
looked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..schema import Entity
from .label_items import Report, listed, plain_string

SENTENCE, MENTION, ISSUE = "sentence", "mention", "issue"
KINDS = (SENTENCE, MENTION, ISSUE)
HOLDER, ABOUT = "holder", "about"  # links
AUTHOR = "author"
DESCRIPTION = ("title", "source", "date", "split", "license")
METADATA = ("id", *DESCRIPTION, "file", "ignored")  # not labels: carried unchanged
OF_STANCE = ("target", "holder", "by", "tags", "none_of")  # what is said of a stance toward a target
FIELDS = {  # of a region, by its kind
    SENTENCE: ("topics", "stance", "tags", "none_of"),
    MENTION: ("entity", "kind", "stance", *OF_STANCE),
    ISSUE: ("entity", "stance", *OF_STANCE),
}
NONE_OF_TEXT = ("topics", "mentions", "sentences", "summaries")


@dataclass
class Region:
    id: str
    kind: str
    start: int
    end: int
    values: dict[str, list[str]] = field(default_factory=dict)  # by field

    def one(self, name: str) -> str | None:
        found = self.values.get(name)
        return found[0] if found else None


@dataclass(frozen=True)
class Link:
    source: str  # Region.id
    target: str
    label: str


@dataclass
class Page:
    text: str
    metadata: dict[str, Any] = field(default_factory=dict)
    annotator: str | None = None
    regions: list[Region] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    stance: str | None = None  # of the whole text, where it is a single sentence
    summaries: list[str] = field(default_factory=list)
    entities: list[Entity] | None = None
    none_of: list[str] = field(default_factory=list)

    def has_labels(self) -> bool:
        whole = self.topics or self.stance or self.summaries or self.entities is not None or self.none_of
        return bool(self.regions or whole)


def set_stance(page: Page, label: str, report: Report) -> None:
    """Give the whole text its stance; a text has one, so another is reported."""
    if page.stance is None:
        page.stance = label
    elif page.stance != label:
        report(f"stance {label!r} of the whole text: only {page.stance!r} is kept")


# Words by which a label without any other sign is taken for a stance; others are topics or kinds of entities
_STANCE_WORDS = """
    against neutral favor favour for pro con anti support supports supportive oppose opposes opposed positive negative
    mixed balanced agree agrees disagree disagrees critical approve disapprove endorse endorses blame blames pos neg neu
    very_positive very_negative
"""
STANCE_WORDS = frozenset(_STANCE_WORDS.split())
DEGREES = ("very", "strongly", "mostly", "rather", "somewhat", "slightly", "weakly")


def is_stance(label: str) -> bool:
    """Whether the label is a usual name of a stance, "FAVOR" or "Very negative"; of a scale all steps are."""
    words = label.casefold().replace("-", " ").replace("_", " ").split()
    return "_".join(words) in STANCE_WORDS or (len(words) == 2 and words[0] in DEGREES and words[1] in STANCE_WORDS)


def read_metadata(data: dict[str, Any], fallback_id: str) -> dict[str, Any]:
    """The record's fields that are not labels; what is empty, or NaN where a table had no cell, is left out."""
    found: dict[str, Any] = {"id": plain_string(data.get("id")) or fallback_id}
    for name in DESCRIPTION:
        value = plain_string(data.get(name))
        if value is not None:
            found[name] = value
    # Anybody's data may have fields of these names
    if isinstance(data.get("file"), dict) and data["file"].keys() == {"path", "sha256"}:
        found["file"] = data["file"]
    ignored = listed(data.get("ignored"))
    if ignored and all(isinstance(span, dict) and span.keys() == {"start", "end", "reason"} for span in ignored):
        found["ignored"] = ignored
    return found
