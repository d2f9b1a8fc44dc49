"""What a control of Label Studio holds, told by its name; and the names of the controls in docs/label-studio.xml."""

from __future__ import annotations

import re
from itertools import takewhile

from .columns import Columns

SENTENCE_STANCE = "sentence_stance"  # of a label over a span: it marks a sentence
_WORDS = {
    "topics": "topic topics category categories",
    "stance": "stance stances sentiment sentiments polarity polarities",
    "summaries": "summary summaries",
    "tags": "tag tags",
    "holder": "holder holders",
    "entity": "entity entities",
    "target": "target targets",
    "comment": "comment comments note notes",  # no label
}
ROLES = {word: held for held, words in _WORDS.items() for word in words.split()}
_ABOUT = ("of", "toward", "towards")  # what follows says of what: stance_toward_target
# Told by the whole name
OWN = {"none_of_text": "none_of", "none_of_target": "none_of"} | {
    name: name for name in ("span", "by", "none_of", "annotator", "entities")
}
# Those of docs/label-studio.xml that belong to a region, by what they hold and whether the region is a sentence
CONTROLS = {
    ("topics", True): "sentence_topics",
    ("stance", True): "stance",
    ("tags", True): "sentence_tags",
    ("none_of", True): "none_of",
    ("stance", False): "target_stance",
    ("tags", False): "tags",
    ("none_of", False): "none_of_target",
    ("by", False): "by",
    ("entity", False): "entity",
    ("target", False): "target",
    ("holder", False): "holder",
}
ADDED = ("annotation_id", "annotator", "created_at", "updated_at", "lead_time", "agreement", "id")  # by JSON-MIN


def role(name: str, columns: Columns) -> str | None:
    """What the control of this name holds, by the last word that says so; None if none does."""
    if (told := columns.get(name)) is not None:
        return told
    if name in OWN:
        return OWN[name]
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    head = list(takewhile(lambda word: word not in _ABOUT, map(str.casefold, words)))
    return next((ROLES[word] for word in reversed(head) if word in ROLES), None)
