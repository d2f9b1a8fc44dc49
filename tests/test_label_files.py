"""Label files of every kind: told apart by content, imported and exported whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from stancelens.cli import app
from stancelens.data.drafts import Skipped
from stancelens.data.label_files import FORMATS, LOST, detect, export_labels, import_labels, read_labels
from stancelens.data.schema import load_articles
from typer.testing import CliRunner

from . import label_fixtures as fixtures
from . import public_rows
from .label_fixtures import read, reasons, write

GOLD = Path(__file__).parents[1] / "data" / "gold" / "articles.jsonl"

CONTENTS: dict[str, Callable[[Path], Path]] = {
    "label-studio": lambda p: write(p / "a.txt", json.dumps([fixtures.task()])),
    "label-studio min": lambda p: write(p / "a.json", fixtures.MINIMAL),
    "label-studio one task": lambda p: write(p / "a.json", json.dumps(fixtures.task())),
    "doccano": lambda p: write(p / "a.jsonl", fixtures.RELATIONS),
    "doccano list": lambda p: write(p / "a.json", {"text": "A.", "label": ["positive"]}),
    "doccano byte-order mark": lambda p: write(p / "a.jsonl", '\ufeff{"text": "A.", "labels": []}\n'),
    "prodigy": lambda p: write(p / "a.jsonl", fixtures.answer()),
    "prodigy without answer": lambda p: write(p / "a.jsonl", {"text": "A.", "spans": []}),
    "table": lambda p: write(p / "a.txt", "Sentence,Stance\nA.,favor\n"),
    "table with tabs": lambda p: write(p / "a.json", "id\ttext\ttopic\n1\tA.\tsport\n"),
    "stancelens": lambda p: write(p / "a.json", '{"schema": 1, "id": "a", "text": "A."}\n'),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_format_is_told_by_content(case: str, tmp_path: Path) -> None:
    assert detect(CONTENTS[case](tmp_path)) == case.split()[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": "A.", "labels": []}\n{"text": "A.", "answer": "accept"}\n', "it could be doccano or prodigy"),
        ('{"headline": "A."}\n', "no labels of a known kind"),
        ("[1, 2]", "no labels of a known kind"),
        ("[", "no labels of a known kind"),
        ("text,date\nA.,2024-01-01\n", "no labels of a known kind"),
        ("Just a text.\n", "no labels of a known kind"),
        ("\0\0\0\0", "no labels of a known kind"),
    ],
)
def test_undecidable_content_is_one_clear_error(content: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.jsonl: format unknown, " + said + r".*name it: stancelens, label-studio"):
        detect(write(tmp_path / "a.jsonl", content))


def test_an_empty_file_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.jsonl: is empty"):
        detect(write(tmp_path / "a.jsonl", ""))


def test_a_mixed_folder_is_undecidable(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", fixtures.answer())
    write(tmp_path / "b.json", fixtures.task())
    with pytest.raises(ValueError, match="it could be label-studio or prodigy"):
        detect(tmp_path)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write(tmp_path / f"{name}.csv", f"id,text,stance\n{name},A.,favor\n")
    assert [article.id for article in read(tmp_path)[0]] == ["a", "b"]


@pytest.mark.parametrize("name", ["labels.yaml", ".hidden"])
def test_a_folder_may_hold_more_than_labels(name: str, tmp_path: Path) -> None:
    """The set of labels that stands beside them is no label file."""
    for number, case in enumerate(("table", "stancelens", "doccano", "prodigy")):
        folder = tmp_path / str(number)
        folder.mkdir()
        CONTENTS[case](folder)
        write(folder / name, "stances: [favor]\n")
        assert detect(folder) == case
        assert read(folder)[1] == ([] if case != "prodigy" else [Skipped(str(folder / "a.jsonl"), 1, "no labels")])


def test_a_folder_of_doccano_may_use_any_ending(tmp_path: Path) -> None:
    write(tmp_path / "eva.txt", {"id": 1, "text": "A.", "label": ["x"]})
    assert [(article.annotator, article.topics) for article in read(tmp_path)[0]] == [("eva", ["x"])]


RECORD = {"schema": 1, "id": "a", "text": "A.", "topics": ["x"]}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([RECORD, {**RECORD, "id": "b"}], indent=1),
        "\ufeff" + "".join(json.dumps({**RECORD, "id": name}) + "\n" for name in "ab"),
    ],
)
def test_records_in_a_list_or_behind_a_byte_order_mark(content: str, tmp_path: Path) -> None:
    found, skipped = read(write(tmp_path / "a.json", content))
    assert ([article.id for article in found], skipped) == (["a", "b"], [])


def test_import_says_in_which_files_an_id_occurs(tmp_path: Path) -> None:
    for name in ("law", "sport"):
        write(tmp_path / f"{name}.jsonl", fixtures.answer(label=name))
    result = import_labels([tmp_path], tmp_path.parent / "out.jsonl")
    why = f"id '-1486695581' occurs twice for annotator stance-eva: only that of {tmp_path / 'law.jsonl'} is kept"
    assert result.skipped == [Skipped(str(tmp_path / "sport.jsonl"), None, why)]


def test_import_keeps_annotators_apart_and_refuses_the_rest(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", "id,text,stance,coder\n1,A.,favor,eva\n1,A.,against,tom\n2,,favor,eva\n")
    second = write(tmp_path / "b.csv", "id,text,stance,coder\n1,A.,neutral,eva\n")
    result = import_labels([first, second], tmp_path / "out.jsonl")
    assert (result.articles, result.sentences, result.annotators) == (2, 2, {"eva", "tom"})
    assert result.skipped == [
        Skipped(str(first), 4, "no text"),
        Skipped(str(second), None, f"id '1' occurs twice for annotator eva: only that of {first} is kept"),
    ]
    stances = [(a.annotator, (a.sentences or [])[0].stance) for a in load_articles(tmp_path / "out.jsonl")]
    assert stances == [("eva", "favor"), ("tom", "against")]


def test_import_without_an_article_writes_nothing(tmp_path: Path) -> None:
    out = write(tmp_path / "out.jsonl", "old")
    result = import_labels([write(tmp_path / "a.json", fixtures.task())], out)
    assert (result.articles, reasons(result.skipped)) == (0, ["not annotated"])
    assert out.read_text() == "old"


@pytest.mark.parametrize("format", LOST)
def test_a_failed_export_leaves_the_old_file(format: str, tmp_path: Path) -> None:
    broken = write(tmp_path / "labels.jsonl", '{"schema": 1, "id": "a", "text": "A.", "topics": ["x"]}\n{"id": 1}\n')
    (tmp_path / "out").mkdir()
    out = write(tmp_path / "out" / "a.csv", "old")
    with pytest.raises(ValueError, match=r"labels\.jsonl:2: "):
        export_labels([broken], out, format)
    assert [path.read_text() for path in (tmp_path / "out").iterdir()] == ["old"]


PREDICTION = '{"schema": 1, "id": "a", "text": "A.", "sentences": [{"start": 0, "end": 2, "stance": "favor",%s}]}\n'


@pytest.mark.parametrize("field", ['"summary": []', '"aggregates": {}', '"warnings": []', '"near_duplicate_of": "b"'])
def test_records_of_a_model_are_known_by_any_of_its_fields(field: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", f'{{"schema": 1, "id": "a", "text": "A.", "topics": ["x"], {field}}}\n')
    assert [(one.line, one.reason) for one in read(path)[1]] == [(1, "a prediction, not a label")]


def test_predictions_are_never_labels(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", PREDICTION % '"probabilities": {"stance": {"favor": 1.0}}')
    assert reasons(read(path)[1]) == ["a prediction, not a label"]
    done = export_labels([path], tmp_path / "ls.json", "label-studio")
    assert done.lost == {"sentences.probabilities": 1}
    (task,) = json.loads((tmp_path / "ls.json").read_text())
    assert (task["annotations"], len(task["predictions"])) == ([], 1)
    found, skipped = read(tmp_path / "ls.json")
    assert (found, reasons(skipped)) == ([], ["1 predictions, which are not annotations", "not annotated"])
    export_labels([path], tmp_path / "p.jsonl", "prodigy")
    assert reasons(read(tmp_path / "p.jsonl")[1]) == ["no answer: a task that nobody has answered"]
    for format in ("doccano", "table"):
        with pytest.raises(ValueError, match="a: a prediction, which"):
            export_labels([path], tmp_path / "x", format)
    votes = '"stances": [{"target": "B", "label": "favor", "votes": {"favor": 3}}]'
    counted = export_labels([write(tmp_path / "v.jsonl", PREDICTION % votes)], tmp_path / "d", "doccano")
    assert counted.lost == {"sentences.stances.votes": 1}


def test_broken_records_are_reported_by_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"schema": 1, "id": "a", "text": "A."}\n\n{"id": 7}\n')
    found, skipped = read(path, "stancelens")
    assert [article.id for article in found] == ["a"]
    assert skipped[0].line == 3
    assert skipped[0].reason.startswith("record: id: ")


def test_unknown_formats_and_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no format 'brat': one of auto, stancelens, label-studio"):
        read_labels(GOLD, "brat", skipped=print)
    with pytest.raises(ValueError, match="the names in stancelens files are fixed"):
        read_labels(GOLD, skipped=print, columns={"a": "text"})
    with pytest.raises(ValueError, match="gwsd cannot be written: one of stancelens, label-studio, doccano"):
        export_labels([GOLD], tmp_path / "a", "gwsd")
    with pytest.raises(ValueError, match="no format 'auto'"):
        export_labels([GOLD], tmp_path / "a", "auto")


SETS: dict[str, tuple[Callable[[Path], object], int]] = {
    "newsmtsc": (
        lambda p: public_rows.write_jsonl(
            p / "dev_mt.jsonl.gz",
            [
                {
                    "primary_gid": "g",
                    "sentence_normalized": "Bell won.",
                    "targets": [{"from": 0, "to": 4, "mention": "Bell", "polarity": 6.0}],
                }
            ],
        ),
        1,
    ),
    "seesaw": (lambda p: public_rows.write_jsonl(p / "articles.jsonl.gz", public_rows.SEESAW), 9),
    "polnear": (lambda p: public_rows.write_jsonl(p / "test.jsonl.gz", public_rows.POLNEAR), 10),
    "sentfin": (lambda p: public_rows.write(p / "SEntFiN.csv.gz", public_rows.SENTFIN), 5),
    "finentity": (lambda p: public_rows.write(p / "FinEntity.json.gz", json.dumps(public_rows.FINENTITY)), 5),
    "gwsd": (lambda p: public_rows.write(p / "GWSD.tsv.gz", public_rows.GWSD), 6),
    "bbc": (lambda p: public_rows.write_jsonl(p / "articles.jsonl.gz", public_rows.BBC), 8),
    "cap": (lambda p: public_rows.write(p / "USCongress.csv.gz", public_rows.BILLS), 2),
    "ag_news": (
        lambda p: (
            public_rows.write(p / "classes.txt.gz", public_rows.AG_CLASSES),
            public_rows.write(p / "test.csv.gz", public_rows.AG_NEWS),
        ),
        7,
    ),
    "directed": (lambda p: [public_rows.write(p / f"{n}.txt.gz", t) for n, t in public_rows.DIRECTED.items()], 8),
    "summaries": (lambda p: public_rows.write_jsonl(p / "train.jsonl.gz", public_rows.SUMMARIES), 10),
    "allsides": (
        lambda p: public_rows.write_jsonl(
            p / "articles.jsonl.gz",
            [{"ID": "1", "topic": "taxes", "content": "It rained .", "title": "Rain", "source": "Q", "date": "2020"}],
        ),
        1,
    ),
}


def test_every_public_set_has_a_case() -> None:
    assert set(SETS) == set(FORMATS) - set(LOST) - {"real"}  # whose text cannot be made up: test_standoff.py


@pytest.mark.parametrize("name", SETS)
def test_public_sets_by_name_from_file_or_folder(name: str, tmp_path: Path) -> None:
    make, count = SETS[name]
    make(tmp_path)
    result = import_labels([tmp_path], tmp_path / "out.jsonl", name)
    assert result.articles == count
    assert sum(1 for _ in load_articles(tmp_path / "out.jsonl")) == count
    with pytest.raises(ValueError, match="format unknown"):
        detect(next(tmp_path.glob("*.gz")))
    file = next(tmp_path.glob("*.gz"))
    assert list(read_labels(file, name, skipped=lambda _: None))


def test_public_sets_say_which_files_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"none of train\.jsonl\.gz, dev_rw\.jsonl\.gz"):
        list(read_labels(tmp_path, "newsmtsc", skipped=print))


def test_the_commands(tmp_path: Path) -> None:
    gold = Path(__file__).parents[1] / "data" / "gold" / "articles.jsonl"
    exported, back = tmp_path / "tasks.json", tmp_path / "labels.jsonl"
    run = CliRunner().invoke
    done = run(app, ["labels", "export", str(gold), "--format", "label-studio", "-o", str(exported)])
    assert done.exit_code == 0, done.output
    done = run(app, ["labels", "import", str(exported), "-o", str(back)])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("439 articles of 4 annotators, 9,447 sentences")
    (tmp_path / "notes.md").write_text("Nothing labelled.\n", encoding="utf-8")
    done = run(app, ["labels", "import", str(tmp_path / "notes.md"), "-o", str(tmp_path / "none.jsonl")])
    assert done.exit_code == 2
    assert "format unknown" in done.output
    assert not (tmp_path / "none.jsonl").exists()
    assert run(app, ["labels", "export", str(gold), "--format", "bbc", "-o", str(exported)]).exit_code == 2
    (tmp_path / "codes.csv").write_text("Headline,frame\nTax rises,Economy\nRain,Weather\n", encoding="utf-8")
    table = ["labels", "import", str(tmp_path / "codes.csv"), "--format", "table", "-o", str(tmp_path / "codes.jsonl")]
    assert run(app, table).exit_code == 2
    done = run(app, [*table, "--column", "Headline=text", "--column", "frame=topics"])
    assert done.exit_code == 0, done.output
    found = [(a.text, [s.topics for s in a.sentences or []]) for a in load_articles(tmp_path / "codes.jsonl")]
    assert found == [("Tax rises", [["Economy"]]), ("Rain", [["Weather"]])]
    done = run(app, [*table, "--column", "Headline"])
    assert done.exit_code == 2
    assert "--column 'Headline' is not of the form NAME=NAME" in done.output
