"""The sentence splitter: cases from news, properties that hold on any string, linear time, and the SEESAW figure."""

import os
import time
from pathlib import Path

import nupunkt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stancelens.benchmarks.sentences import boundaries, f1, load_gold, score
from stancelens.data.schema import Ignored
from stancelens.data.sentences import split_sentences

SHARED = Path(os.environ.get("STANCELENS_SHARED", Path(__file__).parents[2] / "shared"))


def split(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text)]


# Each line is one text; "|" stands where a sentence ends and the next begins, and is not part of the text.
ONE_LINE = """
He came.| She left.
Really?!| No!!| Yes...| OK.| What?
Sen. Lindsey Graham met Gov. John Kasich, Reps. Ron Barber and Mark Kirk, and then-Sen. Barack Obama.| They spoke.
Lt. Col. Alexander Vindman spoke to Capt. Ron Johnson, Sgt. 1st Class John Doe and Adm. Michael Gilday.
He told Sen. McConnell, “Mr. Trump won.”| “Mrs. Clinton lost,” he said.
Sen. Dick Durbin (D-Ill.), who spoke, and Rand Paul (R-Ky.) — who did not — met Jon Tester (D-Mont.); Ted Cruz left.
The U.S. Senate, the U.S. Ambassador and the U.N. Secretary General agreed.| The F.D.A. said so.
He lives in the U.S.| The country is large.| He moved to the U.S.| “This is home,” he said.
The A.C.L.U. attorney argued with the F.B.I. and the D.O.J. about it.
He moved to Chappaqua, N.Y.| Mr. Gowdy asked.| He moved to Washington, D.C.| Here he is.
He was ill.| Doctors came.| He moved to Chicago, Ill.| He went to Springfield, Mass. in May.
FERGUSON, Mo. — A report came out.| WASHINGTON (AP) — The U.S. government said so.
J. K. Rowling wrote it.| J.K. Rowling agreed with George W. Bush.| He left.
He met Samuel L. Jackson and John F. Kennedy Jr. in May.| Louis C.K. appeared.
He signed it under Title X. The rule held.| It was World War I. He said so.
No. 10 Downing Street is home to the No. 5 team.| I said no.| More than 7 people said no.
Rates rose 3.5 percent to 2.25.| It cost $1.5 million (€1.2 m).| Version 2.0 is out.
At 10 a.m. Monday he spoke.| It ended at 5 p.m.| The crowd left.| On Jan. 6 he came.| It was Aug. 9.| The day passed.
It ended at 10:30 a.m. EST.| Prices fell.
Apple Inc. said it sued Acme Co., the maker.| He works for Apple Inc.| The firm grew.
Smith v. Jones Corp. was decided.| Costs, wages, etc.| It fell.| Plan A vs. Plan B.
Secretary of State John Kerry.| He met Chuck Schumer.| They took the call.| It was last month.| He lives in Iowa.
See www.bbc.co.uk or mail a.b@c.com.| Yahoo! said so.| He earned a Ph.D. in physics.
St. Louis is in Missouri.| He lives on Main St.| She lives on 5th Ave.| It was Mt. Everest.
Visit HealthCare.gov.| Rather, it affects others.| Sec. Clinton spoke.| It took 5 sec.| Then it ended.| See Sec. 230.
"No!" he said.| "Never."| She left.| "Is it?" Mr. Cantor asked.| “Stop!” Trump said on Monday.| “Why?”| Crowds roared.
“Why not?” asked Rep. Bob Goodlatte.| “I won’t!”| Nobody said a thing.
“We will win.| We always do.| And we know it,” he said.| “Yes.”| He left.
He said: "I am here.| You are not."| Then he left.| "Go," she said.| "Now."
“He said, ‘Someone is shooting!’ ”| He fell.| He called it a “sad day.”| “It was,” she said.
(He was there.)| She left.| [It was so.]| They came.| 'It is.'| 'Was it?'
He said “no.”|She left.
Wait... what?| I don't know... that is it.| I… I can’t.| Hmm . . . so be it.| He said so.| … But it fell.
Related Sources:| • Source 1| • Source 2
1. The Affordable Care Act.| King v. Burwell may strip it.| 2. Same-Sex Marriage.| 3. Guns.
No final stop
"""


@pytest.mark.parametrize("case", [line for line in ONE_LINE.split("\n") if line])
def test_one_line(case: str) -> None:
    case = case.replace("Title X. The", "Title X.| The").replace("War I. He", "War I.| He")
    assert split(case.replace("|", "")) == [sentence.strip() for sentence in case.split("|")]


WRAPPED = """An Old Mail Program

This is a paragraph that was hard wrapped by an old mail program, as President
Obama said. It goes on like this, line after line, until it comes to the point
and ends, which is where the next paragraph may begin. It names the White
House, too, and it lists what there is to be listed before it comes to an end:
- the first thing that is listed here and that needs more than one whole line
of text
- the second
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t ", []),
        ("Headline without stop\n\nThe text. More", ["Headline without stop", "The text.", "More"]),
        ("Headline\r\nBy Jane Doe\r\nThe text.", ["Headline", "By Jane Doe", "The text."]),
        ("List:\n• one\n• two\n- Three\n* Four", ["List:", "• one", "• two", "- Three", "* Four"]),
        ("1. One\n2. Two", ["1. One", "2. Two"]),
        ("He told\nthe paper so.\nNobody knew.", ["He told\nthe paper so.", "Nobody knew."]),
        ("It ends here \n \n and not there.", ["It ends here", "and not there."]),
        ("• • •", ["• • •"]),
        ("He left. ***", ["He left. ***"]),
        ("“I did it.\n\n“I did it again,” he said.", ["“I did it.", "“I did it again,” he said."]),
        ("  He came.   She left.  ", ["He came.", "She left."]),
        ("No word. " + "x" * 20_000, ["No word.", "x" * 20_000]),
    ],
)
def test_layout(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_hard_wrapped_lines_are_joined() -> None:
    sentences = split(WRAPPED)
    assert sentences[0] == "An Old Mail Program"
    assert sentences[1].endswith("as President\nObama said.")
    assert sentences[3].startswith("It names the White\nHouse")
    assert sentences[4:] == [
        "- the first thing that is listed here and that needs more than one whole line\nof text",
        "- the second",
    ]


def test_ignored_spans_end_sentences_and_are_left_out() -> None:
    text = "He came. Share this on Facebook She left. And\nthen Related Sources: • Source 1"
    ignored = [Ignored(start=text.index(a), end=text.index(a) + len(a), reason="x") for a in ("Related", "Share this")]
    ignored.append(Ignored(start=text.index("Share"), end=text.index("She left"), reason="overlaps"))
    ignored.append(Ignored(start=text.index("Sources"), end=len(text) + 5, reason="beyond the end"))
    assert [span.of(text) for span in split_sentences(text, ignored)] == ["He came.", "She left.", "And\nthen"]


def test_the_library_is_left_as_it_was() -> None:
    before = nupunkt.load("default").abbreviations
    split("He came. She left.")
    assert nupunkt.load("default").abbreviations == before
    assert "month" in before  # what makes the list of our own necessary


# Strings made of what the rules look at find more than random characters do.
MARKS = "Mr. U.S. Sen. A. 1. No. … ... . ! ? \" ' “ ” ‘ ’ ( ) ] • — , The he said word É 東京。 🙂 3.5 www.a.de (R-Ky.)"
SPACES = [" ", "  ", "\n", "\n\n", "\r\n", "\t", "\u2028", "\x1f", "\u00a0", "\u200b", "\x00", "\ud800"]
PARTS = st.sampled_from([*MARKS.split(), *SPACES, ". . .", "Trump said on", "x" * 450])
TEXTS = st.one_of(st.text(max_size=200), st.lists(PARTS, max_size=60).map("".join))


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 80), st.integers(1, 40)), max_size=4))
def test_invariants(text: str, cuts: list[tuple[int, int]]) -> None:
    ignored = [Ignored(start=start, end=start + length, reason="x") for start, length in cuts]
    spans = split_sentences(text, ignored)
    left_out = {i for span in ignored for i in range(span.start, span.end)}
    covered: set[int] = set()
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert span.of(text) == span.of(text).strip()
        covered.update(range(span.start, span.end))
        end = span.end
    assert not covered & left_out
    assert {i for i, c in enumerate(text) if not c.isspace()} - left_out <= covered
    assert split_sentences(text, ignored) == spans


REPEATED = ["word ", "x", ".", ". ", '"', '."', "a.", "! ", "Mr. ", "U.S. ", "\n", " ", "… ", "... ", "”", "’ ", "1. "]
REPEATED += ["He left. ", ". “The ", "• ", "a\n", "!” Trump ", "(", ".   ", "*. ", ") ", "A. The ", "\n\n \n", "a\r"]


@pytest.mark.parametrize("unit", REPEATED)
def test_time_is_linear(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        split_sentences(text)
        return time.process_time() - start

    def linear() -> bool:  # 8 times the text: quadratic time would take 64 times as long
        return seconds(160_000) < 24 * seconds(20_000) + 0.05

    split_sentences(unit)
    assert any(linear() for _ in range(5))  # a busy machine may spoil a pair of times, but not every one


def test_seed_article() -> None:
    path = SHARED / "articles" / "russia-negotiations.txt"
    if not path.exists():
        pytest.skip(f"shared data is missing: {path}")
    text = path.read_text(encoding="utf-8")
    sentences = split(text)
    boilerplate = sentences.index("Related Sources:")
    assert sentences[boilerplate:] == ["Related Sources:", "•\u00a0Source 1", "•\u00a0Source 2"]
    body = sentences[:boilerplate]
    assert len(body) == 15
    assert body[0] == "Russia Accuses Ukraine and Europe of Avoiding Peace Negotiations Amid Ongoing Conflict"
    assert body[3].startswith('"Europe appears')
    assert body[3].endswith('Russia," Lavrov stated.')
    assert '"Russia has never had nor does it have such intentions," he insisted.' in body
    assert any("current U.S. administration's approach" in sentence for sentence in body)


def test_boundaries_are_counted_without_space() -> None:
    assert boundaries(["He came.", "She\nleft .", "x"]) == boundaries(["He  came. ", " She left.", "x"]) == {7, 15}


def test_seesaw_f1() -> None:
    data = Path(os.environ.get("STANCELENS_DATA", SHARED / "data"))
    if not (data / "articles" / "seesaw" / "articles.jsonl.gz").exists():
        pytest.skip(f"benchmark data is missing: SEESAW in {data}")
    counts, seconds = score(load_gold(data), split)
    assert f1(counts) >= 97
    assert seconds < 10  # it takes 0.7: nobody waits for it beside an encoder
