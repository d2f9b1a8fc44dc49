"""The importers of public sets on the sets in full, where STANCELENS_DATA is set.

The counts are the published ones; where an importer yields fewer, what it skipped makes up the rest.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from stancelens.data.drafts import Skipped
from stancelens.data.importers.ag_news import read_ag_news
from stancelens.data.importers.bbc import read_bbc
from stancelens.data.importers.cap import read_bills, read_headlines
from stancelens.data.importers.delimited import read_rows
from stancelens.data.importers.directed import read_directed
from stancelens.data.importers.faithfulness import read_faithfulness
from stancelens.data.importers.finentity import read_finentity
from stancelens.data.importers.gwsd import read_gwsd
from stancelens.data.importers.jsonl import read_lines
from stancelens.data.importers.newsmtsc import read_newsmtsc
from stancelens.data.importers.polnear import Attribution, read_attributions, read_polnear
from stancelens.data.importers.seesaw import read_seesaw
from stancelens.data.importers.sentfin import read_sentfin
from stancelens.data.importers.summaries import read_summaries
from stancelens.data.schema import Article

from .public_reading import check, read, stances


@pytest.fixture(scope="module")
def data() -> Path:
    folder = os.environ.get("STANCELENS_DATA")
    if not folder:
        pytest.skip("STANCELENS_DATA, the folder of public sets, is not set")
    return Path(folder)


def labels(articles: list[Article]) -> Counter[str]:
    return Counter(stance.label for article in articles for stance in stances(article))


def test_seesaw_in_full(data: Path) -> None:
    found, skipped = read(read_seesaw, data / "articles" / "seesaw" / "articles.jsonl.gz")
    why = Counter(one.reason.partition(": ")[2] for one in skipped)
    assert Counter(article.split for article in found) == {"train": 381, "dev": 105, "test": 123}
    assert sum(len(article.sentences or []) for article in found) + why.pop("no text") == 17_896
    assert labels(found) == {"against": 6_267, "favor": 3_791}
    assert labels(found).total() + why.pop("target 'Not in the list'") == 10_619
    assert not why


def test_polnear_in_full(data: Path) -> None:
    articles: list[Article] = []
    attributions: list[Attribution] = []
    unusable: list[Skipped] = []
    for name in ("train", "dev", "test"):
        path = data / "articles" / "polnear" / f"{name}.jsonl.gz"
        articles += read(read_polnear, path)[0]
        found, skipped = read(read_attributions, path)
        attributions += found
        unusable += skipped
    check(articles)
    assert Counter(article.split for article in articles) == {"train": 840, "dev": 84, "test": 84}
    assert len(attributions) + len(unusable) == 24_105
    # 36 are empty shells or have no cue, 2 no content, 2 a span of another kind
    assert len(attributions) == 24_065


def test_directed_in_full(data: Path) -> None:
    folder = data / "stance" / "directed_sentiment"
    counts = {}
    for name in ("train", "valid", "test"):
        found, skipped = read(read_directed, folder, name)
        counts[name] = (len(found), Counter(one.reason for one in skipped))
    assert counts == {
        "train": (10_741, {"repeats an earlier row": 1_611, "also stands in valid or test": 392 + 400}),
        "valid": (1_404, {"repeats an earlier row": 15, "also stands in test": 42}),
        "test": (1_586, {"repeats an earlier row": 37}),
    }
    assert [number + why.total() for number, why in counts.values()] == [13_144, 1_461, 1_623]


def test_sentfin_in_full(data: Path) -> None:
    found, skipped = read(read_sentfin, data / "stance" / "sentfin" / "SEntFiN.csv.gz")
    lost = {one.line for one in skipped}
    assert all("is not in the headline" in one.reason for one in skipped)
    assert labels(found).total() + len(skipped) == 14_405
    assert (len(found), len(skipped), len(lost)) == (10_737, 22, 22)
    assert len(found) + 16 == 10_753  # sixteen headlines have no other entity


def test_finentity_in_full(data: Path) -> None:
    found, skipped = read(read_finentity, data / "stance" / "finentity" / "FinEntity.json.gz")
    assert labels(found).total() == 2_061
    assert labels(found).total() + len(skipped) == 2_131
    assert len({article.id for article in found} | {f"finentity/{one.line}" for one in skipped}) == 979


def test_gwsd_in_full(data: Path) -> None:
    folder = data / "stance" / "gwsd"
    found, skipped = read(read_gwsd, folder / "GWSD.tsv.gz")
    # The 200 held out are among the 2,050, not beside them; the file has 250 rows more, five sentences for screening
    assert Counter(article.split for article in found) == {"train": 1_850, "test": 200}
    assert len(skipped) == 250
    assert all(sum((stances(article)[0].votes or {}).values()) == 8 for article in found)
    held = [cells for _, cells in read_rows(folder / "held_out_balanced_test.tsv.gz", "\t", 12, skipped.append)][1:]
    labelled = {article.id: stances(article)[0].label for article in found if article.split == "test"}
    assert {f"gwsd/{cells[8]}": cells[9] for cells in held} == labelled


def test_newsmtsc_in_full(data: Path) -> None:
    counts = {}
    for name in ("train", "dev_rw", "dev_mt", "test_rw", "test_mt"):
        found = list(read_newsmtsc(data / "stance" / "newsmtsc", name))
        counts[name] = (len(found), labels(found).total())
    assert counts == {
        "train": (7_758, 8_739),
        "dev_rw": (320, 343),
        "dev_mt": (216, 442),
        "test_rw": (747, 803),
        "test_mt": (505, 1_034),
    }


def test_topics_in_full(data: Path) -> None:
    bbc, skipped = read(read_bbc, data / "topic" / "bbc" / "articles.jsonl.gz")
    assert len(bbc) == 2_225
    letters = {"".join(filter(str.isalnum, article.text.lower())) for article in bbc}
    assert len(letters) == 2_121  # distinct to their letters and digits; 2,125 to their words
    headlines, more = read(read_headlines, data / "topic" / "cap_nyt_headlines" / "NYTimes.csv.gz")
    bills, others = read(read_bills, data / "topic" / "cap_nyt_headlines" / "USCongress.csv.gz")
    news, last = read(read_ag_news, data / "topic" / "ag_news_test")
    assert (len(headlines), len(bills), len(news)) == (3_104, 4_449, 7_600)
    assert Counter(topic for article in news for topic in article.topics or []) == dict.fromkeys(
        ("World", "Sports", "Business", "Sci/Tech"), 1_900
    )
    assert not skipped + more + others + last
    tags = Counter(row["topic"] for row in read_lines(data / "topic" / "allsides" / "articles.jsonl.gz"))
    assert (tags.total(), len(tags)) == (15_131, 108)


def test_summaries_in_full(data: Path) -> None:
    counts = {}
    for name in (
        "train_cnn",
        "train_mixed",
        "extractive_bbc",
        "focused_newts_noncommercial",
        "dev",
        "test",
        "test_11refs",
    ):
        found = list(read_summaries(data / "summaries" / f"{name}.jsonl.gz"))
        assert len({article.id for article in found}) == len(found)
        assert all(article.license and article.summaries for article in found)
        counts[name] = len(found)
    assert counts == {
        "train_cnn": 779,
        "train_mixed": 400 + 461,
        "extractive_bbc": 2_090,
        "focused_newts_noncommercial": 480,
        "dev": 240,
        "test": 500,
        "test_11refs": 100,
    }


def test_faithfulness_in_full(data: Path) -> None:
    found, skipped = read(read_faithfulness, data / "faithfulness" / "visible.jsonl.gz")
    assert (len(found), skipped) == (5_637, [])
    assert {row.origin.partition("_")[0] for row in found} == {
        *("qags", "cliff", "goyal21", "xsumfaith", "summeval", "summedits")
    }
    assert Counter(row.split for row in found) == {"test": 5_002, "dev": 635}
