"""Label files as the tools write them, on invented text; and articles of every shape for the round trips.

The shapes are those of Label Studio 1.13 (JSON-MIN: as label-studio-sdk 2.0.19 converts such a task) and 0.9
(completions), of doccano 1.8 (its exporter's code) and 0.1, and of Prodigy 1.11 to 1.15.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from stancelens.data.drafts import Skipped
from stancelens.data.label_files import read_labels
from stancelens.data.schema import Article, dump_line, parse_line

TEXT = "Duval called the bank reckless. 🚢 The bank denied it."
Result = dict[str, Any]


def write(path: Path, *values: Any) -> Path:
    """JSON for a name that ends in .json, else JSON lines; text as it is."""
    if isinstance(values[0], str):
        path.write_bytes(values[0].encode())
    elif path.suffix == ".json":
        path.write_text(json.dumps(list(values), indent=1), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(v, ensure_ascii=False) + "\n" for v in values), encoding="utf-8")
    return path


def read(path: Path, format: str = "auto", **columns: str) -> tuple[list[Article], list[Skipped]]:
    """What is read and what is reported; every report says where and why, and every record loads again."""
    skipped: list[Skipped] = []
    found = list(read_labels(path, format, skipped=skipped.append, columns=columns or None))
    assert all(one.path and one.reason for one in skipped)
    for article in found:
        assert parse_line(dump_line(article), article.id) == article
    return found, skipped


def reasons(skipped: list[Skipped]) -> list[str]:
    return [one.reason for one in skipped]


def told(article: Article) -> list[tuple[str, str | None, str | None, str]]:
    """Each stance toward a target: target, its mention's text, the holder's text or name, label."""
    spans = {mention.id: mention.of(article.text) for mention in article.mentions or []}
    found = []
    for sentence in article.sentences or []:
        for stance in sentence.stances or []:
            holder = None if stance.holder is None else stance.holder.name or spans[stance.holder.mention or ""]
            found.append((stance.target, stance.mention and spans[stance.mention], holder, stance.label))
    return found


def labels(article: Article) -> list[tuple[str, list[str] | None, str | None]]:
    """Each sentence's text, topics and stance."""
    return [(s.of(article.text), s.topics, s.stance) for s in article.sentences or []]


def resolved(article: Article) -> dict[str, Any]:
    """The record without the names that mentions have inside it, their order, and its schema."""
    record: dict[str, Any] = json.loads(dump_line(article))
    record.pop("schema", None)
    places = {m["id"]: [m["start"], m["end"], m.get("entity")] for m in record.get("mentions", [])}
    if "mentions" in record:
        record["mentions"] = sorted(places.values(), key=str)
    for sentence in record.get("sentences", []):
        for stance in sentence.get("stances", []):
            for holds in (stance, stance.get("holder") or {}):
                if "mention" in holds:
                    holds["mention"] = places[holds["mention"]]
    return record


# Label Studio --------------------------------------------------------------------------------------------------------


def region(key: str, start: int, end: int, *labels: str, text: str | None = TEXT, control: str = "label") -> Result:
    """A marked span with the text that it quotes; ``text`` None leaves the quotation out."""
    value: dict[str, Any] = {"start": start, "end": end, "labels": list(labels)}
    if text is not None:
        value["text"] = text[start:end] if text == TEXT else text
    return {"value": value, "id": key, "from_name": control, "to_name": "text", "type": "labels", "origin": "manual"}


def choice(control: str, *choices: str, of: Result | None = None) -> Result:
    """A choice for the whole text, or for a region."""
    place = {} if of is None else {k: v for k, v in of["value"].items() if k != "labels"}
    key = "W1x2" if of is None else of["id"]
    value = {**place, "choices": list(choices)}
    return {"value": value, "id": key, "from_name": control, "to_name": "text", "type": "choices", "origin": "manual"}


def written(control: str, *words: str, of: Result | None = None) -> Result:
    """What somebody wrote in a text area."""
    made = choice(control, of=of)
    place = {name: held for name, held in made["value"].items() if name != "choices"}
    return {**made, "type": "textarea", "value": {**place, "text": list(words)}}


def relation(source: Result, target: Result, *labels: str, direction: str = "right") -> Result:
    ends = {"from_id": source["id"], "to_id": target["id"]}
    return {**ends, "type": "relation", "direction": direction, "labels": list(labels)}


def annotation(*results: Result, by: Any = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": 11,
        "completed_by": by,
        "result": list(results),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2024-04-03T07:46:14.206523Z",
        "updated_at": "2024-04-03T07:46:14.206538Z",
        "lead_time": 16.46,
        "prediction": {},
        "result_count": len(results),
        "unique_id": "9a1cb1f4-4a1e-4f57-a3b5-c7f8d1b8c6a0",
        "import_id": None,
        "last_action": None,
        "task": 5,
        "project": 3,
        "updated_by": 1,
        "parent_prediction": None,
        "parent_annotation": None,
        "last_created_by": None,
        **more,
    }


def task(*annotations: dict[str, Any], text: str = TEXT, **more: Any) -> dict[str, Any]:
    return {
        "id": 5,
        "annotations": list(annotations),
        "file_upload": "0b1c-news.json",
        "drafts": [],
        "predictions": [],
        "data": {"text": text, "source": "Quay Post"},
        "meta": {},
        "created_at": "2024-04-03T07:45:58.404543Z",
        "updated_at": "2024-04-03T07:46:14.271812Z",
        "inner_id": 1,
        "total_annotations": len(annotations),
        "cancelled_annotations": 0,
        "total_predictions": 0,
        "comment_count": 0,
        "project": 3,
        **more,
    }


MINIMAL = {
    "text": TEXT,
    "source": "Quay Post",
    "id": 5,
    "label": [
        {"start": 0, "end": 5, "text": "Duval", "labels": ["PER"]},
        {"start": 17, "end": 21, "text": "bank", "labels": ["against"]},
    ],
    "sentiment_of_text": "negative",
    "topic": {"choices": ["economy", "law"]},
    "annotator": 2,
    "annotation_id": 11,
    "created_at": "2024-04-03T07:46:14.206523Z",
    "updated_at": "2024-04-03T07:46:14.206538Z",
    "lead_time": 16.46,
}

# doccano and Prodigy ------------------------------------------------------------------------------------------------

RELATIONS = {
    "id": 2547,
    "text": TEXT,
    "source": "Quay Post",
    "date": None,  # of a document without one, where another of the project has one
    "entities": [
        {"id": 91, "label": "mention", "start_offset": 0, "end_offset": 5},
        {"id": 92, "label": "target:against", "start_offset": 17, "end_offset": 21},
        {"id": 93, "label": "topic:economy", "start_offset": 0, "end_offset": 31},
    ],
    "relations": [{"id": 7, "from_id": 91, "to_id": 92, "type": "holder"}],
    "Comments": [],
}


def answer(**more: Any) -> dict[str, Any]:
    return {
        "text": TEXT,
        "meta": {"source": "Quay Post"},
        "_input_hash": -1486695581,
        "_task_hash": 896529854,
        "_is_binary": False,
        "_view_id": "spans_manual",
        "answer": "accept",
        "_timestamp": 1707211049,
        "_annotator_id": "stance-eva",
        "_session_id": "stance-eva",
        **more,
    }


TOKENS = [
    {"text": "Duval", "start": 0, "end": 5, "id": 0, "ws": True},
    {"text": "called", "start": 6, "end": 12, "id": 1, "ws": True},
    {"text": "the", "start": 13, "end": 16, "id": 2, "ws": True},
    {"text": "bank", "start": 17, "end": 21, "id": 3, "ws": True},
]

# Articles of every shape ---------------------------------------------------------------------------------------------

WORDS = [
    "bank", "Duval", "🚢", "👩‍👩‍👧", "e\u0301te\u0301", "שלום", "مرحبا", "\u202eabc\u202c", '"so"', "it's", "a;b|c",
    "1,2", "\\n", "\t", "\r\n", "\r", "\u2028", "[x]", "{}", "𝔊", "。",
]  # fmt: skip
LABELS = [
    "against", "neutral", "favor", "arts, culture", "a;b", "x|y", "[z]", "für", "topic:x", "🚢", "none", "author", "E1",
]  # fmt: skip
text = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
label = st.sampled_from(LABELS)
some_labels = st.lists(label, unique=True, max_size=2)


def maybe(draw: st.DrawFn, fields: dict[str, Any], name: str, values: st.SearchStrategy[Any]) -> None:
    if draw(st.booleans()):
        fields[name] = draw(values)


@st.composite
def articles(draw: st.DrawFn, plain: bool = False) -> Article:
    """Any labels; ``plain`` leaves out what a table cannot hold."""
    some = st.lists(label, unique=True, min_size=1, max_size=2) if plain else some_labels
    fields: dict[str, Any] = {"id": draw(st.sampled_from(["a", "9", "quay/2025#1", "🚢"]))}
    for name in ("title", "source", "date", "split", "license", "annotator"):
        maybe(draw, fields, name, label)
    maybe(draw, fields, "topics", some)
    pieces = [piece.strip() or "x" for piece in draw(st.lists(text, min_size=1, max_size=4))]
    joint = " " if plain else draw(st.sampled_from([" ", "", "\n\n", "\r\n🚢 "]))
    fields["text"] = joint.join(pieces)
    spans = []
    at = 0
    for piece in pieces:
        spans.append((at, at + len(piece)))
        at += len(piece) + len(joint)
    entities = []
    if not plain and draw(st.booleans()):
        entities = [{"id": f"E{n}", "name": draw(label)} for n in range(draw(st.integers(0, 3)))]
        fields["entities"] = entities
    mentions: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _ in range(draw(st.integers(0, 4))):
        start, end = draw(st.sampled_from(spans))
        first = draw(st.integers(start, end - 1))
        mention = {"start": first, "end": draw(st.integers(first + 1, end))}
        if entities:
            maybe(draw, mention, "entity", st.sampled_from([entity["id"] for entity in entities]))
        if not plain or fields["text"][first : mention["end"]].strip():  # a blank cell is no holder
            mentions.setdefault(tuple(mention.items()), {**mention, "id": f"x{len(mentions)}"})
    if mentions or (not plain and draw(st.booleans())):
        fields["mentions"] = list(mentions.values())
    if plain or draw(st.booleans()):
        fields["sentences"] = [draw(sentences(span, list(mentions.values()), some, plain)) for span in spans]
    if not plain:
        maybe(draw, fields, "summaries", st.lists(text, max_size=2))
        maybe(draw, fields, "ignored", st.just([{"start": 0, "end": 1, "reason": "menu"}]))
        maybe(draw, fields, "file", st.just({"path": "a.txt", "sha256": "0"}))
    return Article.model_validate(fields)


@st.composite
def sentences(draw: st.DrawFn, span: tuple[int, int], mentions: list[Any], some: Any, plain: bool) -> dict[str, Any]:
    sentence: dict[str, Any] = {"start": span[0], "end": span[1]}
    for name, values in (("topics", some), ("tags", some), ("stance", label)):
        maybe(draw, sentence, name, values)
    usable = [m["id"] for m in mentions if not plain or (span[0] <= m["start"] and m["end"] <= span[1])]
    if draw(st.booleans()):
        sentence["stances"] = []
        for _ in range(draw(st.integers(1 if plain else 0, 3))):
            # No target that also stands in the text: a table's offsets are checked against it
            stance: dict[str, Any] = {"target": f"{draw(label)}!" if plain else draw(label), "label": draw(label)}
            if usable:
                maybe(draw, stance, "mention", st.sampled_from(usable))
            named = label.filter(lambda one: one != "author") if plain else label  # a table has it for the author
            holders: list[st.SearchStrategy[Any]] = [st.none(), st.builds(dict, name=named)]
            holders += [st.builds(dict, mention=st.sampled_from(usable))] if usable else []
            maybe(draw, stance, "holder", st.one_of(holders))
            maybe(draw, stance, "tags", some)
            sentence["stances"].append(stance)
    return sentence
