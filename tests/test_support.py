"""The rules of the support check: a line is its sentence with whole units left out, and says nothing else."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stancelens.models.support import shortened, supported

TALKS = "Talks between Orsava and Keld about the Miren reservoir broke off on Thursday evening without a date."
QUOTE = "“I will not resign,” said Anna Bell."
SHARED = "The two countries share the reservoir in the Miren hills"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (TALKS, TALKS),
        ("Bell said the barrier is a gift.", "The barrier is a gift, Bell said."),
        ("Bell said that the barrier is a gift.", "The barrier is a gift, said Bell."),
        ("The barrier is a gift, Bell said.", "Bell said that the barrier is a gift."),
        ('"I will not resign," Anna Bell said.', QUOTE),
        ('Anna Bell said: "I will not resign."', QUOTE),
        ("The rise was 3.5% – a record.", "The rise was 3.5% — a record."),
        ("Work stopped in the port.", "But work stopped in the port."),
        ("Work stopped in the port.", "However, work stopped in the port."),
        ("The council met Anna Bell.", "The council met Anna Bell, who founded the club."),
        ("The U.S. envoy left.", "The US envoy left."),
    ],
)
def test_supported(line: str, sentence: str) -> None:
    assert supported(line, sentence)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        # numbers
        ("The club lost 14 crowns.", "The club lost 14 million crowns."),
        ("It caused $3.5 in damage.", "It caused $3.5bn in damage."),
        ("It killed 14.", "It killed 3 and wounded 14."),
        ("Five people were injured.", "Five people died and 12 were injured."),
        ("Unemployment rose to 3 percent.", "Unemployment rose from 3 to 5 percent."),
        ("In 1990 the town grew.", "In the 1990s the town grew."),
        ("It is 3 degrees.", "It is -3 degrees."),
        ("Some 12 workers left.", "Some 10-12 workers left."),
        ("Bell has led since 54.", "Bell, 54, has led since 2016."),
        # names
        ("Anna Reed was elected.", "Anna Bell and Tom Reed were elected."),
        ("Mayor Tom Reed left.", "Mayor Anna Bell and Minister Tom Reed left."),
        ("Mayor Reed was arrested.", "The son of Mayor Reed was arrested."),
        ("The mayor, was arrested.", "The son of Reed, the mayor, was arrested."),
        ("Bell met Reed, the judge, and Poe.", "Bell met Reed, the mayor, Kim, the judge, and Poe."),
        ("Аnna Bell left.", "Anna Bell left."),  # a Cyrillic A
        ("The us left the talks.", "The US left the talks."),
        # who does what
        ("Orsava accused Keld of it.", "Keld accused Orsava of it."),
        ("Police released Reed.", "Police released Bell and arrested Reed."),
        ("Reed was acquitted.", "Reed was convicted."),
        # denial, doubt, condition, negation
        ("Norvane influenced the study.", "Norvane denies having influenced the study."),
        ("The council approved it.", "The council refused to approve it."),
        ("Reed took bribes.", "Reed allegedly took bribes."),
        ("The plant will close.", "The plant may close."),
        ("The firm will close the plant.", "The firm will close the plant if sales fall."),
        ("Bell does not back the plan.", "Bell, who does not live in Harrow, backs the plan."),
        ("The council did not approve the plan.", "The council did not approve the plan in full."),
        ("It is the largest school there.", "It is the largest school there in Orsava."),
        ("The vote is lost.", "The vote is lost; a judge overturned it."),
        ("She found nobody, herself included.", "She found nobody, herself included, who had read it."),
        ("The town council knew of the cut?", "The town council knew of the cut, which came late."),
        ("The town council knew of the cut.", "The town council knew of the cut, which came late?"),
        # who speaks
        ("Reed bribed the mayor.", "Prosecutors say Reed bribed the mayor."),
        ("Reed bribed the mayor.", "Reed bribed the mayor, prosecutors say."),
        ("Reed bribed the mayor.", "Reed bribed the mayor, and Bell denies it."),
        ("Kim said Reed bribed the mayor.", "Reed bribed the mayor, said Bell."),
        ("Reed said Bell lied.", "Bell said Reed lied."),
        ("He took bribes for ten years.", "He took bribes for ten years – prosecutors allege."),
        # quotations
        ('"Acceptable to us," she said.', "It is “unacceptable to us,” she said."),
        ('"I will resign," she said.', "“I will resign if the vote is lost,” she said."),
        ("I will not resign, said Anna Bell.", QUOTE),
        ('The mayor said it would "close the school".', "The mayor said it would close the school."),
        # what a unit may hide, however harmless it looks
        ("The drug cured the cancer.", "In mice, the drug cured the cancer."),
        ("The new drug cured breast cancer.", "The new drug cured breast cancer in mice."),
        ("The court freed Reed.", "The court freed Reed on bail."),
        ("The president called.", "The president called on the minister to resign."),
        ("The bank is insolvent.", "The bank is insolvent, its auditors found."),
        ("Bell killed Reed.", "Bell, the police believe, killed Reed."),
        ("The minister took bribes.", "The minister took bribes, which he calls a lie."),
        ("The mayor announced his resignation.", "The mayor announced his resignation, then changed his mind."),
        ("Reed confessed.", "Reed confessed, and later retracted it."),
        ("The mayor, Kim and Poe resigned.", "The mayor, who met Reed, Kim and Poe, resigned."),
        ("Keld says Orsava started it.", "Keld, says Orsava, started it."),
        ("The minister, said Reed, took it.", "The minister said Reed took it."),
        ("A few voters back the plan.", "Few voters back the plan."),
        ("The council acquitted nurses who work nights.", "The council acquitted nurses, who work nights."),
        ("He spent in prison.", "He spent last week in prison."),
        ("Polls open and close on Monday.", "Polls open on Sunday and close on Monday."),
        ("The shops must close.", "The shops must close on Sunday."),
        ("For the guards, he had died.", "But for the guards, he had died."),
        ('"I never said that," Bell said.', '"I never said," Bell said.'),
        ("Reed has led it since 2016.", "Reed, 54, has led it since 2016."),
        ("The parties won 40 and 29 seats.", "The parties won 40, 31, and 29 seats."),
        ("The ministry warned the union.", "The union, which has 2,000 members, warned the ministry."),
        ("Reed told the mayor, who was ill.", "The mayor, who was ill, told Reed."),
        ("Prime minister Tom Reed resigned.", "On Tuesday deputy prime minister Tom Reed resigned."),
        ("Police stormed it killing 14.", "Police stormed it, who left, killing 14."),
        ("'I will resign,' Anna Bell said.", "'I will resign on Monday,' Anna Bell said."),
        ("The army shot down a drone over Miren.", "The army shot down a drone over Miren, which was a kite."),
        ("Bell jailed anyone.", "Bell jailed anyone, who insults the king."),
        ("Dogs are banned from the beach.", "Dogs are banned from the beach in July."),
        ("Voters have lost confidence.", "Voters have lost confidence in May."),
        ("It holds 109 litres.", "It holds 10⁹ litres."),
        ("Reed wrote letter.", "Reed wrote that letter."),
        ("The newspaper never reported Reed took bribes.", "Reed took bribes, the newspaper never reported."),
        # anything else
        ("Bell left for <b>Rome</b>.", "Bell left for Rome."),
        ("Bell left for Rome\u200b.", "Bell left for Rome."),
        ("", "Bell left."),
        ("Bell left.", ""),
    ],
)
def test_unsupported(line: str, sentence: str) -> None:
    assert not supported(line, sentence)


def test_a_who_clause_at_the_end_goes() -> None:
    sentence = "The two countries share the reservoir with Anna Bell, who owns the dam."
    assert shortened(sentence) == "The two countries share the reservoir with Anna Bell."


@pytest.mark.parametrize(
    "sentence",
    [
        SHARED + ".",
        SHARED + ", which has fallen by a third.",  # of which of them?
        "The two countries share the reservoir with Anna Bell, who the minister said was a thief.",
        "“The two countries share the reservoir with Anna Bell, who owns the dam,” the minister said.",
        "“" + SHARED + ", which is a mistake,” the minister said.",
        SHARED + ", while the dam is not finished.",
        SHARED + ", but the dam is Keld's.",
        SHARED + ", unless the court decides otherwise.",
        SHARED + ", which, after two dry summers, has fallen.",  # where does the clause end?
        "The committee of the northern district council's schools board, which met on Monday, rejected the plan.",
        SHARED + "; the dam is Keld's.",
        "No country that uses the reservoir pays for the dam, which is old.",  # what is it that none does?
        "Was it known that the two countries share the reservoir, which has fallen?",
        "The mayor resigned, which surprised the council.",  # too little would be left
        "",
    ],
)
def test_what_carries_the_meaning_stays(sentence: str) -> None:
    assert shortened(sentence) == sentence


def test_a_sentence_without_end_takes_no_time() -> None:
    began = time.monotonic()
    for long in ("the mayor, who left in May, and " * 500, "(" * 20_000, "a " * 150):
        assert not supported(long, long + "x")
        assert shortened(long) == long
    assert time.monotonic() - began < 2


PIECES = f"{TALKS} {QUOTE} Bell, 54, who may lead it if asked, has led 1,200 people – since 2016."
pieces = st.sampled_from([*PIECES.split(), "\n"])


@given(st.lists(pieces, max_size=25).map(" ".join), st.lists(pieces, max_size=12).map(" ".join) | st.text(max_size=60))
@settings(deadline=None)
def test_every_word_is_the_sentences(sentence: str, line: str) -> None:
    short = shortened(sentence)
    assert short == sentence or (sentence.startswith(short[:-1]) and len(short) < len(sentence))
    if supported(line, sentence):
        words, known = ([w.casefold() for w in re.findall(r"\w+", text)] for text in (line, sentence))
        assert set(words) <= {*known, "that"}
