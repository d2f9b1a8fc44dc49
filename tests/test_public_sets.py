"""The importers of public sets on ten invented rows of each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stancelens.data.drafts import Skipped
from stancelens.data.importers.ag_news import read_ag_news
from stancelens.data.importers.bbc import read_bbc
from stancelens.data.importers.cap import read_bills, read_headlines
from stancelens.data.importers.directed import read_directed, read_directed_sentences
from stancelens.data.importers.faithfulness import Judged, read_faithfulness
from stancelens.data.importers.finentity import read_finentity
from stancelens.data.importers.gwsd import read_gwsd
from stancelens.data.importers.polnear import read_attributions, read_polnear
from stancelens.data.importers.seesaw import read_seesaw
from stancelens.data.importers.sentfin import read_sentfin
from stancelens.data.importers.summaries import read_summaries
from stancelens.data.schema import Article, Stance, dump_line

from . import public_rows as rows
from .public_reading import check, read, stances


def told(article: Article) -> list[tuple[str | None, str, str | None, str]]:
    """Holder, target, the target's mention, label, in words: the holder by its mention or name, None for the author."""
    words = {mention.id: mention.of(article.text) for mention in article.mentions or []}

    def holder(stance: Stance) -> str | None:
        return stance.holder.name or words[stance.holder.mention or ""] if stance.holder else None

    return [
        (holder(stance), stance.target, words[stance.mention] if stance.mention else None, stance.label)
        for stance in stances(article)
    ]


def reasons(skipped: list[Skipped]) -> list[tuple[int | None, str]]:
    return [(one.line, one.reason) for one in skipped]


def test_seesaw(tmp_path: Path) -> None:
    found, skipped = read(read_seesaw, rows.write_jsonl(tmp_path / "articles.jsonl.gz", rows.SEESAW))
    assert reasons(skipped) == [
        (1, "sentence 1: no text"),
        (4, "sentence 0: target 'Not in the list'"),
        (5, "sentence 0: sentiment 'MIX'"),
        (6, "sentence 0: holder 'Tom Orr'"),
        (7, "split 'later'"),
        (8, "sentence 4: no text for its 1 stances"),
    ]
    by_id = {article.id[15:18]: article for article in found}
    first = by_id["000"]
    assert (first.title, first.source, first.topics, first.split) == (
        "Harbor story 0",
        "Quay Post",
        ["elections"],
        "train",
    )
    assert first.text == "Anna Bell praised the Harbor Bill. Bell said no more."
    assert [(entity.name, entity.kind) for entity in first.entities or []] == [
        ("Anna Bell", "People"),
        ("harbor bill", "Topic"),
    ]
    assert told(first) == [("Anna Bell", "harbor bill", "Harbor Bill", "favor")]
    assert [sentence.stances is None for sentence in first.sentences or []] == [False, False]
    assert told(by_id["001"]) == [(None, "harbor bill", "harbor bill", "against")]
    assert '"holder":null' in dump_line(by_id["001"])  # the author, not "not annotated"
    assert by_id["001"].split == "dev"
    assert told(by_id["002"]) == [("<Someone>", "Anna Bell", "Anna Bell", "against")]
    # a sentence whose only stance was skipped is not one without any
    assert [sentence.stances for sentence in by_id["003"].sentences or []] == [None]
    assert told(by_id["008"]) == [
        ("Anna Bell", "harbor bill", None, "favor"),
        (None, "Anna Bell", "Anna Bell", "favor"),
    ]
    assert [sentence.stances for sentence in by_id["009"].sentences or []] == [[]]


def words(spans: Iterable[Any], text: str) -> list[str]:
    return [span.of(text) for span in spans]


def test_polnear(tmp_path: Path) -> None:
    path = rows.write_jsonl(tmp_path / "train.jsonl.gz", rows.POLNEAR)
    articles, skipped = read(read_polnear, path)
    attributions, again = read(read_attributions, path)
    assert skipped == again
    assert reasons(skipped) == [
        (5, "E1: no Cue"),
        (6, "E1: no Content"),
        (7, "E1: its Cue is marked as Discuss"),
        (8, "E1: its Source is not at 13 22"),
    ]
    texts = {article.id: article.text for article in articles}
    assert len(texts) == 10
    told_by = [
        (a.id, words(a.source, texts[a.article]), words(a.cue, texts[a.article]), words(a.content, texts[a.article]))
        for a in attributions
    ]
    said = ("E1", ["Anna Bell"], ["said"], ["the pier is safe"])
    say = ("E2", ["officials"], ["say"], ["It was closed", "by mistake"])
    assert told_by == [
        *(said, say, said),
        ("E1", [], ["said"], ["the pier is safe"]),
        say,
        ("E1", ["Bell"], ["said:"], ["hm.\n\nNo.", "Never."]),
        ("E1", ["Bell", "Orr"], ["hoped"], ["for rain"]),
        ("E2", ["Bell", "Orr"], ["prayed"], ["for rain"]),
    ]
    first, last = articles[0], articles[-1]
    assert (first.source, first.date, first.split) == ("quay-post", "2016-01-02", "train")
    assert words(first.mentions or [], first.text) == ["Anna Bell", "officials"]
    assert words(last.mentions or [], last.text) == ["Bell", "Orr"]
    assert articles[2].mentions == []


def test_sentfin(tmp_path: Path) -> None:
    found, skipped = read(read_sentfin, rows.write(tmp_path / "SEntFiN.csv.gz", rows.SENTFIN.replace("\n", "\r\n")))
    assert {article.id: [one[1:] for one in told(article)] for article in found} == {
        "sentfin/1": [("Quay Bank", "Quay Bank", "favor"), ("Dockside", "Dockside", "against")],
        "sentfin/2": [("Tar Oil", "Tar Oil", "favor"), ("Tar", "Tar", "neutral")],
        "sentfin/3": [("Tar Oil", "Tar Oil", "favor"), ("Tar", "Tar", "neutral")],
        "sentfin/4": [("Porter's Fund", "Porter's Fund", "neutral"), ("Moody's", "Moody's", "against")],
        "sentfin/7": [("Quay", "Quay", "favor")],
    }
    apart = {article.id: [mention.start for mention in article.mentions or []] for article in found}
    assert apart["sentfin/2"] == [17, 0]
    assert apart["sentfin/3"] == [0, 12]  # not the "Tar" of "Tar Oil"
    assert reasons(skipped) == [
        (6, "entity 'Dockside neutralings' is not in the headline"),
        (7, "entity 'B' is not in the headline"),
        (9, "label 'mixed'"),
        (10, "entities cannot be read: Quay Bank neutral"),
        (11, "2 columns instead of 4"),
    ]


def test_finentity(tmp_path: Path) -> None:
    path = rows.write(tmp_path / "FinEntity.json.gz", rows.json.dumps(rows.FINENTITY, indent=4))
    found, skipped = read(read_finentity, path)
    assert {article.id: [one[1:] for one in told(article)] for article in found} == {
        "finentity/1": [("Quay Bank", "Quay Bank", "favor"), ("Dockside", "Dockside", "against")],
        "finentity/2": [("Tar Oil", "Tar Oil", "neutral")],
        "finentity/4": [("Quay Bank", "Quay Bank", "favor"), ("Dockside", "Dockside", "favor")],
        "finentity/8": [("Quay Bank", "Quay Bank", "neutral"), ("Quay Bank", "Quay Bank", "favor")],
        "finentity/10": [("Tar Oil", "Tar Oil", "against")],
    }
    assert [len(sentence.stances or []) for sentence in found[0].sentences or []] == [1, 1]
    assert reasons(skipped) == [
        (3, "entity 'Tar Oil' is not at 6-13"),
        (5, "entity 'Quay. Bank' is not inside one sentence"),
        (6, "label 'Mixed'"),
        (7, "entity '' is not at 3-3"),
        (9, "no entity is marked"),
    ]


def test_gwsd(tmp_path: Path) -> None:
    found, skipped = read(read_gwsd, rows.write(tmp_path / "GWSD.tsv.gz", rows.GWSD))
    assert [(article.id, article.split, *told(article)) for article in found] == [
        ("gwsd/1_0_t0", "train", (None, "climate change", None, "agree")),
        ("gwsd/1_0_t1", "test", (None, "climate change", None, "neutral")),
        ("gwsd/1_0_t2", "train", (None, "climate change", None, "disagree")),
        ("gwsd/1_0_t3", "train", (None, "climate change", None, "agree")),
        ("gwsd/1_0_t4", "train", (None, "climate change", None, "agree")),
        ("gwsd/1_1_t3", "train", (None, "climate change", None, "neutral")),  # not one of its two majorities
    ]
    assert "holder" not in dump_line(found[0])
    assert [stances(article)[0].votes for article in found[2:4]] == [
        {"agree": 1, "neutral": 1, "disagree": 6},
        {"agree": 4, "neutral": 4, "disagree": 0},
    ]
    assert found[4].text == 'A "pause" that never was. '
    assert reasons(skipped) == [
        (2, "no label: a sentence that screened the annotators"),
        (8, "no text"),
        (9, "vote '?'"),
        (10, "3 columns instead of 18"),
    ]


def test_directed(tmp_path: Path) -> None:
    for name, text in rows.DIRECTED.items():
        rows.write(tmp_path / f"{name}.txt.gz", text)
    found, skipped = read(read_directed, tmp_path, "train")
    assert [told(article) for article in found] == [
        [("Bell", "Orr", "Orr", "neutral"), ("Orr", "Bell", "Bell", "neutral")],
        [("Bell", "Orr", "Orr", "favor")],
        [("Orr", "Bell", "Bell", "favor")],
        [("Bell", "Orr", "Orr", "against")],
        [("Orr", "Bell", "Bell", "against")],
        [("Pilot", "the Quay", "the Quay", "neutral"), ("the Quay", "Pilot", "Pilot", "neutral")],
    ]
    assert found[1].text == " Bell praised Orr today. "
    assert found[5].text == '“ Pilots strike,” said the "Gull" as the Quay Post denied it.'
    assert reasons(skipped) == [
        (7, "repeats an earlier row"),
        (8, "also stands in valid or test"),
        (9, "its two names are not the two that are marked"),
        (10, "label '7'"),
    ]
    found, skipped = read(read_directed, tmp_path, "valid")
    assert not found
    assert reasons(skipped) == [
        (1, "also stands in test"),
        (2, "its two names are not the two that are marked"),
        (3, "3 columns instead of 4"),
    ]
    found, skipped = read(read_directed, tmp_path, "test")
    assert [article.split for article in found] == ["test", "test"]
    assert not skipped
    # the text alone, as training reads it
    alone = [article.text for article in read_directed_sentences(tmp_path / "train.txt.gz")]
    assert alone[:2] == ["Bell met Orr.", "Bell praised Orr today."]


def test_bbc(tmp_path: Path) -> None:
    found, skipped = read(read_bbc, rows.write_jsonl(tmp_path / "articles.jsonl.gz", rows.BBC))
    assert [(article.id, article.topics) for article in found] == [
        (f"bbc/{row['id']}", [row["topic"]]) for row in (*rows.BBC[:7], rows.BBC[9])
    ]
    assert found[0].text == "Quay Bank gains\n\nShares rose.\n"
    assert reasons(skipped) == [(8, "topic 'weather'"), (9, "no text")]


def test_cap(tmp_path: Path) -> None:
    found, skipped = read(read_headlines, rows.write(tmp_path / "NYTimes.csv.gz", rows.HEADLINES, "mac_roman"))
    assert [(article.id, article.date, article.text, *(article.topics or [])) for article in found] == [
        ("cap/nyt/1", "1996-01-01", "Jail Is Full", "Law, Crime, and Family Issues"),
        ("cap/nyt/2", "2006-12-31", "THE VOTE;\nHarbor Bill Fails", "Government Operations"),
        ("cap/nyt/3", "1999-09-09", "Gulls Win, 3-1", "Sports and Recreation"),
        ("cap/nyt/4", "2000-02-02", "Snow; More Snow", "Weather and Natural Disasters"),
        ("cap/nyt/5", "2000-02-02", '"Pilot" Dies at 90', "Death Notices"),
        ("cap/nyt/10", "2000-02-02", "Bishop Sails", "Churches and Religion"),
    ]
    assert reasons(skipped) == [  # the second row takes two lines
        (8, "topic code '11'"),
        (9, "no text"),
        (10, "date 'soon'"),
        (11, "3 columns instead of 5"),
    ]
    found, skipped = read(read_bills, rows.write(tmp_path / "USCongress.csv.gz", rows.BILLS))
    assert [(article.id, article.topics) for article in found] == [
        ("cap/bills/1", ["Foreign Trade"]),
        ("cap/bills/2", ["Public Lands and Water Management"]),
    ]
    assert reasons(skipped) == [(4, "topic code '22'"), (5, "no text")]


def test_ag_news(tmp_path: Path) -> None:
    rows.write(tmp_path / "classes.txt.gz", rows.AG_CLASSES)
    rows.write(tmp_path / "test.csv.gz", rows.AG_NEWS)
    found, skipped = read(read_ag_news, tmp_path)
    assert [(article.title, article.text, *(article.topics or [])) for article in found] == [
        ("Bank 'fine'", 'Quay Bank says it is "fine," J&J too.', "Business"),
        ("Pilots (AP)", "AP - A new chart of the coast costs $10.", "Sci/Tech"),
        ("Talks", "Inc. <QBNK.N> and QBNK.N met today.", "World"),
        ("Win", "Harbor won.", "Sports"),
        ("Draw", "Harbor drew.", "Sports"),
        ("Chart", "A chart, 5 < 6.", "Sci/Tech"),
        ("Dash", "Rain— again.", "World"),
    ]
    assert reasons(skipped) == [(6, "class '5'"), (7, "no text"), (8, "2 columns instead of 3")]


def test_faithfulness(tmp_path: Path) -> None:
    found, skipped = read(read_faithfulness, rows.write_jsonl(tmp_path / "visible.jsonl.gz", rows.FAITHFULNESS))
    assert found[1] == Judged("A long text.", "A text.", 0, "dev", "cliff_xsum", "1")
    assert [(row.origin, row.split, row.label) for row in found] == [
        ("qags_cnndm", "test", 1),
        ("cliff_xsum", "dev", 0),
        ("summedits_news", "dev", 1),
        ("summeval", "test", 0),
        ("summeval", "test", 1),
        ("xsumfaith", "dev", 1),
    ]
    assert reasons(skipped) == [(7, "label 2"), (8, "split 'train'"), (9, "no text"), (10, "no text")]


def test_summaries(tmp_path: Path) -> None:
    found = list(read_summaries(rows.write_jsonl(tmp_path / "train.jsonl.gz", rows.SUMMARIES)))
    check(found)
    assert [article.id for article in found] == [
        *("8f3f", "cnndm_train_200/0", "cnndm_hw6_train/0", "cnndm_hw6_test/1", "xsum/35"),
        *("business/001", "e2be", "dm-test-87", "9a9a", "469c"),
    ]
    assert found[0].text == "It rained, a lot."
    assert [len(article.summaries or []) for article in found] == [1, 1, 1, 1, 1, 1, 2, 11, 0, 1]
