"""Ten invented rows of each public set, in the set's own format, and the odd rows that its importer must report."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(encoding)))
    return path


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    return write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


# SEESAW ---------------------------------------------------------------------------------------------------------------


def _seesaw(
    number: int,
    split: str,
    sentences: list[str],
    entities: dict[str, list[str]],
    stances: dict[str, list[tuple[str, str, str]]],
) -> dict[str, Any]:
    return {
        "id": f"TRIPLET_{number:03}_DOCUMENT_0",
        "split": split,
        "story_topic": "elections",
        "story_title": "Harbor vote",
        "story_time": "2015-03-21",
        "source": "Quay Post",
        "url": "http://example.org/",
        "outlet_bias_label": 2,
        "title": f"Harbor story {number}",
        "sentences": [{"id": index, "text": text} for index, text in enumerate(sentences)],
        "annotations": {
            "title": f"Harbor story {number}",
            "entity lists": [[n, kinds, ["Main"] * len(kinds), ["A"] * len(kinds)] for n, kinds in entities.items()],
            "sentence-level stances": {
                key: [
                    {"id": index, "subject": holder, "sentiment": label, "object": target, "annotators": ["A"]}
                    for index, (holder, label, target) in enumerate(found)
                ]
                for key, found in stances.items()
            },
            "entity sentiments": {},
            "entity ideologies": {},
            "article ideology": [{"ideology": "Moderate", "annotator": "A"}],
        },
    }


_BELL = {"Anna Bell": ["People"], "harbor bill": ["Topic", "Event", "Topic"]}
SEESAW = [
    _seesaw(
        0,
        "train",
        ["Anna Bell praised the Harbor Bill.", "", " Bell said no more.\n"],
        _BELL,
        {"0": [("Anna Bell", "POS", "harbor bill")]},
    ),
    _seesaw(1, "valid", ["The harbor bill is a mess."], _BELL, {"0": [("None", "NEG", "harbor bill")]}),
    _seesaw(2, "test", ["Critics call Anna Bell vain."], _BELL, {"0": [("Not in the list", "NEG", "Anna Bell")]}),
    _seesaw(3, "train", ["Bell loathes the rule."], _BELL, {"0": [("Anna Bell", "NEG", "Not in the list")]}),
    _seesaw(4, "train", ["Anna Bell met Anna Bellamy."], _BELL, {"0": [("Anna Bell", "MIX", "Anna Bell")]}),
    _seesaw(5, "train", ["Orr backs Anna Bell."], _BELL, {"0": [("Tom Orr", "POS", "Anna Bell")]}),
    _seesaw(6, "later", ["Anna Bell sails."], _BELL, {}),
    _seesaw(7, "train", ["Anna Bell sails."], _BELL, {"4": [("None", "POS", "Anna Bell")]}),
    _seesaw(
        8,
        "train",
        ["He called it brave.", "Anna Bell, Anna Bell!"],
        _BELL,
        {"0": [("Anna Bell", "POS", "harbor bill")], "1": [("None", "POS", "Anna Bell")]},
    ),
    _seesaw(9, "train", ["Gulls cry."], {}, {}),
]


# PolNeAR --------------------------------------------------------------------------------------------------------------


def _polnear(number: int, split: str, text: str, *annotators: str) -> dict[str, Any]:
    annotations = {f"a{index}b{index}": brat for index, brat in enumerate(annotators)}
    return {
        "id": f"quay-post_2016-0{number + 1}-02_story",
        "split": split,
        "text": text,
        "brat_annotations": annotations,
    }


_PIER = "Pier news.\n\nAnna Bell said the pier is safe. It was closed, officials say, by mistake."
_SAID = (
    "T1\tSource 12 21\tAnna Bell\nT2\tCue 22 26\tsaid\nT3\tContent 27 43\tthe pier is safe\n"
    "T4\tAttribution 22 26\tsaid\nE1\tAttribution:T4 Content:T3 Cue:T2 Source:T1\n"
)
_SAY = (
    "T5\tSource 60 69\tofficials\nT6\tCue 70 73\tsay\nT7\tContent 45 58;75 85\tIt was closed by mistake\n"
    "T8\tAttribution 70 73\tsay\nE2\tAttribution:T8 Source:T5 Cue:T6 Content:T7\n"
)
_OVER_A_LINE = (
    "T1\tSource 0 4\tBell\nT2\tCue 5 10\tsaid:\nT3\tContent 11 19\thm.\n\nNo.\nT4\tContent 27 33\tNever.\n"
    "E1\tAttribution:T2 Cue:T2 Source:T1 Content:T3 Content2:T4\n#1\tAnnotatorNotes T4\todd"
)
_SHARED = (
    "T1\tSource 0 4;17 20\tBell Orr\nT2\tCue 21 26\thoped\nT3\tCue 31 37\tprayed\nT4\tContent 38 46\tfor rain\n"
    "E1\tAttribution:T2 Cue:T2 Source:T1 Content:T4\nE2\tAttribution:T3 Cue:T3 Source:T1 Content:T4\n"
)
POLNEAR = [
    _polnear(0, "train", _PIER, _SAID + _SAY),
    _polnear(1, "train", _PIER, _SAID, _SAY),  # the second annotator does not count
    _polnear(2, "dev", _PIER, ""),
    _polnear(3, "train", _PIER, _SAID.replace(" Source:T1", "").replace("Attribution:", "Attribution-no-source:")),
    _polnear(4, "train", _PIER, _SAID.replace("T4 Content:T3 Cue:T2 Source:T1", "T4 ") + _SAY),
    _polnear(5, "train", _PIER, _SAID.replace("Content:T3 ", "")),
    _polnear(6, "train", _PIER, _SAID.replace("T2\tCue", "T2\tDiscuss")),
    _polnear(7, "train", _PIER, _SAID.replace("Source 12 21", "Source 13 22")),
    _polnear(8, "test", "Bell said: hm.\n\nNo. Gulls. Never.", _OVER_A_LINE),
    _polnear(9, "test", "Bell and, later, Orr hoped and prayed for rain.", _SHARED),
]


# Stance of single sentences and paragraphs ----------------------------------------------------------------------------

SENTFIN = """\
S No.,Title,Decisions,Words
1,Quay Bank shines as Dockside stumbles,"{'Quay Bank': 'positive', 'Dockside': 'negative'}",6
2,Tar steady while Tar Oil gains,"{'Tar': 'neutral', 'Tar Oil': 'positive'}",6
3,Tar Oil up; Tar flat,"{'Tar': 'neutral', 'Tar Oil': 'positive'}",5
4,"Porter's Fund sues Moody's, again","{'Porter's Fund': 'neutral', 'Moody's': 'negative'}",5
5,Dockside Holdings slips,{'Dockside neutralings': 'negative'},3
6,Barge makers rally,{'B': 'positive'},3
7,Quays look cheap,{' Quay ': 'positive'},3
8,Quay Bank mulls merger,{'Quay Bank': 'mixed'},4
9,Quay Bank waits,Quay Bank neutral,3
10,Quay Bank waits
"""


def _paragraph(text: str, *marked: tuple[str, int, int, str]) -> dict[str, Any]:
    keys = ("value", "start", "end", "label", "tag")
    return {"content": text, "annotations": [dict(zip(keys, (*mark, mark[3]), strict=True)) for mark in marked]}


FINENTITY = [
    _paragraph("Quay Bank rose. Dockside fell.  ", ("Dockside", 16, 24, "Negative"), ("Quay Bank", 0, 9, "Positive")),
    _paragraph("Tar Oil was flat.", ("Tar Oil", 0, 7, "Neutral")),
    _paragraph("So was Tar Oil.", ("Tar Oil", 6, 13, "Neutral")),
    _paragraph("Quay Bank and Dockside rose.", ("Quay Bank", 0, 9, "Positive"), ("Dockside", 14, 22, "Positive")),
    _paragraph("It fell at Quay. Bank holidays begin.", ("Quay. Bank", 11, 21, "Negative")),
    _paragraph("Quay Bank shrugged.", ("Quay Bank", 0, 9, "Mixed")),
    _paragraph("An empty name.", ("", 3, 3, "Neutral")),
    _paragraph("Quay Bank? Quay Bank!", ("Quay Bank", 11, 20, "Positive"), ("Quay Bank", 0, 9, "Neutral")),
    _paragraph("Nobody is marked here."),
    _paragraph("“Tar Oil” led — then “Tar Oil” lagged.", ("Tar Oil", 22, 29, "Negative")),
]

_WORKERS = "\t".join(f"worker_{index}" for index in range(8))


def _gwsd(number: int, guid: str, sentence: str, votes: str, probabilities: str, held: bool = False) -> str:
    """One line; ``votes`` has a letter a worker, ``probabilities`` are of disagree, agree and neutral."""
    words = "\t".join({"a": "agrees", "n": "neutral", "d": "disagrees"}.get(vote, vote) for vote in votes)
    shares = probabilities.replace(" ", "\t") if probabilities else "\t\t"
    return f"{number}\t1\t0\t{guid.split('_')[-1]}\t{sentence}\t{words}\t{shares}\t{guid}\t{held}\n"


GWSD = f"\tround\tbatch\tsent_id\tsentence\t{_WORKERS}\tdisagree\tagree\tneutral\tguid\tin_held_out_test\n" + "".join(
    [
        _gwsd(0, "1_0_s0", "The tide chart is a fraud.", "dddddddd", ""),
        _gwsd(1, "1_0_t0", "The sea takes a street a year.", "aaaaaaan", "0.01 0.9 0.09"),
        _gwsd(2, "1_0_t1", "Some gulls are white.", "nnnnnnnn", "0.0 0.1 0.9", held=True),
        _gwsd(3, "1_0_t2", "Nothing is warming but tempers.", "ddddddna", "0.8 0.1 0.1"),
        _gwsd(4, "1_0_t3", "Ports will have to move.", "aaaannnn", "0.0 0.6 0.4"),
        _gwsd(5, "1_0_t4", '"A ""pause"" that never was. "', "aaaaaadd", "0.2 0.7 0.1"),
        _gwsd(6, "1_1_t0", "   ", "nnnnnnnn", "0.0 0.1 0.9"),
        _gwsd(7, "1_1_t1", "It was a mild week.", "nnnnnnn?", "0.0 0.1 0.9"),
        "8\ttoo\tfew\n",
        _gwsd(9, "1_1_t3", "The ice is thick enough, they say.", "ddddnnnn", "0.4 0.1 0.5"),
    ]
)

DIRECTED = {
    "train": """\
[Bell] met [Orr].\tBell\tOrr\t0
 [Bell] praised [Orr] today. \tBell\tOrr\t1
[Bell] was praised by [Orr].\tBell\tOrr\t2
[Bell] blamed [Orr].\tBell\tOrr\t3
[Bell] was blamed by [Orr].\tBell\tOrr\t4
"“[ Pilot]s strike,” said the ""Gull"" as [the Quay ]Post denied it."\tPilot\tthe Quay\t0
[Bell] met [Orr].\tBell\tOrr\t0
[Ada] sued [Ben].\tAda\tBen\t3
[Bell] met [Orr].\tBell\tOtto\t0
[Bell] met [Orr].\tBell\tOrr\t7
""",
    "valid": "[Cy] sued [Dee].\tCy\tDee\t3\n[Ed] thanked [Flo] [sic].\tEd\tFlo\t1\n[Gil] met.\tGil\t0\n",
    "test": "[Ada] sued [Ben].\tAda\tBen\t3\n[Cy] sued [Dee].\tCy\tDee\t3\n",
}


# Topics ---------------------------------------------------------------------------------------------------------------

BBC = [
    {"id": "business/001", "topic": "business", "text": "Quay Bank gains\n\nShares rose.\n"},
    {"id": "entertainment/001", "topic": "entertainment", "text": "Band returns\n\nThe Gulls will tour."},
    {"id": "politics/001", "topic": "politics", "text": "Bell to stand\n\nAnna Bell will stand."},
    {"id": "sport/001", "topic": "sport", "text": "Harbor win\n\nHarbor won 2-1."},
    {"id": "tech/001", "topic": "tech", "text": "Phone sinks\n\nA phone sank."},
    {"id": "tech/002", "topic": "tech", "text": "Phone sinks\n\nA phone sank."},
    {"id": "business/002", "topic": "business", "text": "Phone sinks\n\nA phone sank."},
    {"id": "weather/001", "topic": "weather", "text": "Rain\n\nIt rained."},
    {"id": "sport/002", "topic": "sport", "text": " \n"},
    {"id": "sport/003", "topic": "sport", "text": "Draw\n\nHarbor drew £1m."},
]

HEADLINES = '''\
"Article_ID";"Date";"Title";"Subject";"Topic.Code"
1;"1-Jan-96";"Jail Is Full";"jails";12
2;"31-Dec-06";"THE VOTE;
Harbor Bill Fails";"harbor bill";20
3;"9-Sep-99";"Gulls Win, 3-1";"hard\N{NO-BREAK SPACE}space";29
4;"2-Feb-00";"Snow; More Snow";"snow";26
5;"2-Feb-00";"""Pilot"" Dies at 90";"obituary";30
6;"2-Feb-00";"Strange News";"strange";11
7;"2-Feb-00";" ";"nothing";99
8;"soon";"Later";"later";99
9;"2-Feb-00";"Too Few"
10;"2-Feb-00";"Bishop Sails";"church";31
'''

BILLS = """\
"ID";"cong";"billnum";"h_or_sen";"major";"text"
1;107;4499;"HR";18;"To suspend the duty on tar."
2;107;4500;"S";21;"A bill to name a pier; and for other purposes."
3;107;4501;"S";22;"A bill of no topic."
4;107;4502;"S";3;""
"""

AG_CLASSES = "World\nSports\nBusiness\nSci/Tech\n"
AG_NEWS = """\
"3","Bank  #39;fine #39;","Quay Bank says it is  quot;fine, quot; J amp;J too."
"4","Pilots (AP)","AP - A\\new chart\\of the \\\\coast costs  #36;10."
"1","Talks","Inc. &lt;QBNK.N&gt; and &lt;A HREF=""http://example.org/"" t=x&gt;QBNK.N&lt;/A&gt; met&lt;br&gt;today."
"2","Win","Harbor won."
"2","Draw","Harbor drew."
"5","Nowhere","This class has no name."
"1","Blank"," \\ "
"1","Too few"
"4","Chart","A chart, 5 &lt; 6."
"1","Dash","Rain #151; again."
"""


# Summaries ------------------------------------------------------------------------------------------------------------


def _judged(
    number: int, bench: str, split: str, label: int, document: str = "A long text.", summary: str = "A text."
) -> dict[str, Any]:
    row = {"bench": bench, "split": split, "doc_id": str(number), "system": "BART", "document": document}
    return row | {"summary": summary, "label": label}


FAITHFULNESS = [
    _judged(0, "qags_cnndm", "test", 1) | {"sent_labels": [1]},
    _judged(1, "cliff_xsum", "val", 0) | {"types": ["intrinsic"]},
    _judged(2, "summedits_news", "evaluation", 1) | {"edit_types": []},
    _judged(3, "summeval", "test", 0) | {"consistency": 4.5},
    _judged(3, "summeval", "test", 1, summary="Another."),
    _judged(5, "xsumfaith", "val", 1) | {"error_type": "none"},
    _judged(6, "xsumfaith", "val", 2),
    _judged(7, "xsumfaith", "train", 1),
    _judged(8, "xsumfaith", "val", 1, document=" "),
    _judged(9, "xsumfaith", "val", 1, summary=""),
]

_REFERENCES = [
    ("cnndm_val", "8f3f", ["Rain ."]),
    ("cnndm_train_200", "0", ["Rain ."]),
    ("cnndm_hw6_train", "0", ["Rain ."]),
    ("cnndm_hw6_test", "1", ["Rain ."]),
    ("xsum", "35", ["Rain ."]),
    ("bbc_extractive", "business/001", ["It rained , a lot ."]),
    ("newts", "e2be", ["Rain .", "Floods ."]),
    ("summeval_11refs", "dm-test-87", ["Rain ."] * 11),
    ("cnndm_val", "9a9a", []),
]
SUMMARIES: list[dict[str, Any]] = [
    {"set": name, "id": key, "article": "It rained , a lot .", "references": references}
    for name, key, references in _REFERENCES
]
SUMMARIES.append({"id": "469c", "article": "It rained .", "references": ["Rain ."], "bart": "Rain.", "banditsum": ""})
