"""Tables of labelled sentences as people keep them in spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stancelens.data.label_files import export_labels
from stancelens.data.schema import Article

from .label_fixtures import (
    labels,
    read,
    told,
    write,
)


def table(tmp_path: Path, content: str, **columns: str) -> tuple[list[Article], list[Any]]:
    found, skipped = read(write(tmp_path / "t.csv", content), "table", **columns)
    return found, [(one.line, one.reason) for one in skipped]


def test_table_rows_of_an_article_are_its_sentences(tmp_path: Path) -> None:
    rows = (
        'ID;Sentence;Topics;Sentiment;Coder\n7;Rain fell.;weather | sea;;eva\n8;x;a;;eva\n7;" He ""wept"". ";;neg;eva\n'
    )
    (first, second), skipped = table(tmp_path, rows)
    assert (first.id, first.annotator, first.text) == ("7", "eva", 'Rain fell. He "wept".')
    assert labels(first) == [("Rain fell.", ["weather", "sea"], None), ('He "wept".', None, "neg")]
    assert (second.id, skipped) == ("8", [])


def test_table_targets_and_holders_are_found_in_the_text(tmp_path: Path) -> None:
    rows = "text,target,stance,holder\nDuval called the Bank reckless.,bank,against,Duval\n"
    rows += "He left.,tax,favor,Author\nX,y,favor,Orr\n"
    found, skipped = table(tmp_path, rows)
    assert [told(a) for a in found] == [
        [("bank", "Bank", "Duval", "against")],
        [("tax", None, None, "favor")],
        [("y", None, "Orr", "favor")],
    ]
    assert '"holder":null' in found[1].model_dump_json(exclude_unset=True)
    assert (labels(found[0])[0][2], skipped) == (None, [])


def test_table_further_targets_of_a_sentence(tmp_path: Path) -> None:
    rows = "id,text,target,stance\n1,A met B.,A,favor\n1,A met B.,B,against\n1,A met B.,B,neutral\n1,No.,,\n1,No.,,\n"
    (article,), _ = table(tmp_path, rows)
    assert [len(s.stances or []) for s in article.sentences or []] == [2, 1, 0, 0]  # a sentence may be said twice
    (single,), _ = table(tmp_path, "text,target,stance\nA met B.,A,favor\nA met B.,B,against\n")
    assert (single.id, told(single)) == ("t#1", [("A", "A", None, "favor"), ("B", "B", None, "against")])


def test_table_annotators_share_the_id_of_a_text(tmp_path: Path) -> None:
    found, _ = table(tmp_path, "text,label,annotator\nA.,favor,eva\nB.,sport,eva\nA.,con,tom\n")
    assert [(a.id, a.annotator) for a in found] == [("t#1", "eva"), ("t#2", "eva"), ("t#1", "tom")]
    assert [labels(a)[0][1:] for a in found] == [(None, "favor"), (["sport"], None), (None, "con")]


def test_table_offsets_count_from_the_start_of_the_cell(tmp_path: Path) -> None:
    (article,), skipped = table(tmp_path, "text,target,stance,target_start,target_end\n  A bank. ,it,pro,4,8\n")
    assert (told(article), skipped) == ([("it", "bank", None, "pro")], [])


def test_table_offsets_of_target_or_holder_alone(tmp_path: Path) -> None:
    """What has no column of offsets is looked for; without offsets "author" is the author."""
    rows = "text,target,stance,holder,target_start,target_end\nDuval called it.,it,pro,Duval,13,15\n"
    found, skipped = table(tmp_path, f"{rows}Go on.,x,con,author,,\n")
    assert [told(a) for a in found] == [[("it", "it", "Duval", "pro")], [("x", None, None, "con")]]
    assert ['"holder":null' in a.model_dump_json(exclude_unset=True) for a in found] == [False, True]
    rows = 'text,target,stance,holder,holder_start,holder_end\n"Orr said Orr would, Bell said.",Bell,pro,Orr,9,12\n'
    found, more = table(tmp_path, f"{rows}Go on.,x,con,Author,,\n")
    assert [told(a) for a in found] == [[("Bell", "Bell", "Orr", "pro")], [("x", None, None, "con")]]
    assert [mention.start for mention in found[0].mentions or []] == [9, 20]
    assert '"holder":null' in found[1].model_dump_json(exclude_unset=True)
    assert (skipped, more) == ([], [])


def test_table_offsets_are_checked_against_the_name(tmp_path: Path) -> None:
    """A target may also be a canonical name that does not stand there."""
    rows = (
        "id,text,target,stance,target_start,target_end\n1,🚢 The bank fell.,bank,pro,7,11\n2,🚢 It fell.,bank,pro,2,4\n"
    )
    found, skipped = table(tmp_path, rows)
    assert [told(a) for a in found] == [[("bank", "bank", None, "pro")], [("bank", "It", None, "pro")]]
    assert skipped == [(2, "corrected: the offsets of target 'bank' were counted in UTF-16 code units")]


def test_table_names_are_found_in_their_own_case_first(tmp_path: Path) -> None:
    (article,), _ = table(tmp_path, 'text,target,stance\n"It helps us, the US said.",US,pro\n')
    assert [mention.start for mention in article.mentions or []] == [17]


def test_table_takes_the_sentence_not_its_document(tmp_path: Path) -> None:
    found, skipped = table(tmp_path, "document,sentence,stance\ndoc1.txt,Rain fell.,pro\ndoc1.txt,Sun shone.,con\n")
    assert [a.text for a in found] == ["Rain fell.", "Sun shone."]
    assert skipped == [(1, "column 'document' is not read: 'sentence' holds the text")]
    rows = "article_id,article,sentence,stance\n1,Rain. Sun.,Rain.,pro\n1,Rain. Sun.,Sun.,con\n"
    assert [a.text for a in table(tmp_path, rows)[0]] == ["Rain. Sun."]


def test_table_sentences_of_one_number_with_other_texts(tmp_path: Path) -> None:
    rows = "id,sentence_number,text,target,target_stance\n1,0,A.,,\n1,0,The sun shone on Bell.,Bell,pro\n1,0,B.,,\n"
    (article,), skipped = table(tmp_path, rows)
    assert (article.text, told(article)) == ("A. The sun shone on Bell. B.", [("Bell", "Bell", None, "pro")])
    assert skipped == []


def test_table_numbered_rows_in_any_order(tmp_path: Path) -> None:
    rows = "id,sentence_number,text,target,target_stance\n1,10,C left.,C,pro\n1,9,A met B.,A,pro\n1,9,A met B.,B,con\n"
    apart = "id,sentence_number,text,target,target_stance\n1,9,A met B.,A,pro\n1,10,C left.,C,pro\n1,9,A met B.,B,con\n"
    for content in (rows, apart):
        (article,), skipped = table(tmp_path, content)
        assert (article.text, skipped) == ("A met B. C left.", [])
        assert [stance[0] for stance in told(article)] == ["A", "B", "C"]
    (article,), _ = table(tmp_path, "id,sentence_number,text,stance\n1,1,B.,pro\n1,,A.,con\n")
    assert article.text == "B. A."  # as not all are numbered
    (article,), _ = table(tmp_path, "id,sentence_number,text,stance\n1,1,A.,pro\n1,2,B.,\n1,1,C.,con\n1,2,D.,\n")
    assert article.text == "A. B. C. D."  # as the numbers begin anew


def test_table_one_stance_of_a_holder(tmp_path: Path) -> None:
    for holder in ("author", "Orr"):
        rows = f"id,text,target,stance,holder\n1,A met B.,B,pro,{holder}\n1,A met B.,B,con,{holder}\n"
        assert [len(s.stances or []) for s in table(tmp_path, rows)[0][0].sentences or []] == [1, 1]


def test_table_lists_as_python_writes_them(tmp_path: Path) -> None:
    rows = """id,text,topics\n1,A.,"['sport', ""o'clock""]"\n1,B.,"['a' 'b']"\n1,C.,"[""x 'y' 'z'"", 2]"\n1,D.,[z]\n"""
    (article,), skipped = table(tmp_path, f'{rows}1,E.,"[{{[]: 1}}]"\n')
    assert [s.topics for s in article.sentences or []] == [
        ["sport", "o'clock"],
        ["['a' 'b']"],
        ["x 'y' 'z'", "2"],
        ["[z]"],
        ["[{[]: 1}]"],
    ]
    assert skipped == []


def test_table_columns_by_name(tmp_path: Path) -> None:
    rows = "Schlagzeile,frame,who,set\nA.,x,eva,dev\n"
    (article,), _ = table(tmp_path, rows, Schlagzeile="text", frame="article topics", who="annotator", set="split")
    assert (article.text, article.topics, article.sentences) == ("A.", ["x"], None)
    assert (article.annotator, article.split) == ("eva", "dev")
    with pytest.raises(ValueError, match="no column 'nix'; found 'Schlagzeile'"):
        table(tmp_path, rows, nix="text")
    with pytest.raises(ValueError, match="column 'who': 'coder' is none of text, id, "):
        table(tmp_path, rows, who="coder")
    with pytest.raises(ValueError, match=r"t\.csv: no text column; found 'Schlagzeile', 'frame'"):
        table(tmp_path, rows)
    with pytest.raises(ValueError, match=r"t\.csv: two columns are called 'topic'"):
        table(tmp_path, "text,topic,topic\nA.,x,y\n")
    with pytest.raises(ValueError, match="columns 'frame' and 'set' both hold topics"):
        table(tmp_path, rows, Schlagzeile="text", frame="topics", set="topics")


@pytest.mark.parametrize(
    ("rows", "line", "reason"),
    [
        ("id,text,stance\n1, ,favor\n", 2, "no text"),
        ("id,text,stance\n1,A.,\n", 2, "no labels"),
        ("id,text,stance\n1,A.,favor,x\n", 2, "broken row: 4 cells where there are 3"),
        ('id,text,stance\n1,"A" b,favor\n', 2, "broken row: "),
        ("text,stance\nA.,favor\nA.,con\n", 3, "repeats the text of row 2"),
        (
            "id,text,stance,split\n1,A.,pro,dev\n1,B.,pro,test\n",
            3,
            "split 'test': an earlier row of the article says 'dev'",
        ),
        ("text,stance,sentiment\nA.,pro,neg\n", 1, "column 'sentiment' is not read: 'stance' holds the stance"),
        ("text,topic,Category\nA.,law,sport\n", 1, "column 'Category' is not read: 'topic' holds the topics"),
        ("text,stance,label\nA.,pro,neg\n", 2, "label 'neg': the row's stance is 'pro'"),
        ("text,target,stance,label\nA.,B,pro,neg\n", 2, "label 'neg': the row's stance is 'pro'"),
        ("text,article_topics,holder\nA.,law,Orr\n", 2, "holder 'Orr': no target"),
        ("text,topics,target_start\nA.,law,0\n", 2, "target_start '0': no target"),
        ("id,text,target,stance\n1,A.,B,\n", 2, "target 'B': no stance"),
        ("id,text,stance,holder\n1,A.,pro,B\n", 2, "holder 'B': no target"),
        (
            "id,text,target,stance,target_start,target_end\n1,A.,B,pro,1,x\n",
            2,
            "target 'B': its offsets are no numbers",
        ),
        ("id,text,target,stance,target_start,target_end\n1,A.,B,pro,0,9\n", 2, "target 'B': region 0-9 lies outside"),
        (
            "id,text,target,stance,target_start,target_end\n1,🚢 B,B,pro,3,4\n",
            2,
            "corrected: the offsets of target 'B' were counted in UTF-16",
        ),
        (
            "id,sentence_number,text,stance,target,target_stance\n1,0,A.,pro,B,pro\n1,0,A.,con,C,pro\n",
            3,
            "stance 'con': an earlier row of the sentence says 'pro'",
        ),
    ],
)
def test_table_says_what_it_leaves_out(rows: str, line: int, reason: str, tmp_path: Path) -> None:
    assert [(at, said[: len(reason)]) for at, said in table(tmp_path, rows)[1]] == [(line, reason)]


def test_table_with_a_row_in_another_encoding(tmp_path: Path) -> None:
    good = "".join(f"{n},é é,pro\n" for n in range(20)).encode()
    (tmp_path / "t.csv").write_bytes(b"id,text,stance\n" + good + b"x,\xe9,pro\n")
    found, skipped = read(tmp_path / "t.csv")
    assert (len(found), [(one.line, one.reason) for one in skipped]) == (20, [(22, "broken encoding")])


def test_table_of_parquet_with_lists_and_gaps(tmp_path: Path) -> None:
    columns = {"text": ["A.", "B."], "topics": [["x", "y;z"], None], "stance": [None, "pro"], "id": [1, 1]}
    pq.write_table(pa.table(columns), tmp_path / "t")  # type: ignore[no-untyped-call]
    (article,), skipped = read(tmp_path / "t")
    assert (article.id, labels(article)) == ("1", [("A.", ["x", "y;z"], None), ("B.", None, "pro")])
    assert skipped == []


def test_table_numbers_of_parquet_are_whole(tmp_path: Path) -> None:
    columns = {"text": ["A."], "stance": ["pro"], "id": [7.0], "annotator": [2.0]}
    pq.write_table(pa.table(columns), tmp_path / "t")  # type: ignore[no-untyped-call]
    (article,), _ = read(tmp_path / "t")
    assert (article.id, article.annotator) == ("7", "2")


def test_table_export_counts_what_has_no_place(tmp_path: Path) -> None:
    """Mentions that no stance has, and those that stand outside the sentence of the stance."""
    mentions = [
        {"id": "m", "start": 0, "end": 4},
        {"id": "n", "start": 19, "end": 22},
        {"id": "o", "start": 23, "end": 27},
    ]
    stance = {"target": "Bell", "mention": "m", "label": "pro", "holder": {"mention": "n"}}
    other = {"target": "Orr", "mention": "n", "label": "pro", "holder": {"name": "author"}}
    sentences = [{"start": 0, "end": 9}, {"start": 10, "end": 18, "stances": [stance]}]
    sentences += [{"start": 19, "end": 31, "stances": [other]}]
    record = {"schema": 1, "id": "a", "text": "Bell won. He left. Orr said so. More.", "mentions": mentions}
    path = write(tmp_path / "a.jsonl", {**record, "sentences": sentences}, {**record, "id": "b"})
    assert export_labels([path], tmp_path / "a.csv", "table").lost == {
        "mentions": 2 + 3,
        "sentences.stances.mention": 1,
        "sentences.stances.holder.mention": 1,
        "sentences.stances.holder.name": 1,  # which a table has for the author
        "text outside the sentences": 1,
    }


def test_label_studio_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"t\.csv: Label Studio's table, .*: export JSON"):
        table(tmp_path, 'annotation_id,label,lead_time,text\n1,"[{""start"": 1}]",2.0,A.\n')


def test_empty_table(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"t\.csv: empty"):
        table(tmp_path, "\n")
