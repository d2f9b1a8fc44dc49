"""Articles with marks in the text: the records that they become, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from stancelens.training.markup import MarkupError, read_markup

HEAD = """id: wide-x-1
title: A bank
source: The Paper
date: 2025-01-02
topic: economy, business and finance
short: A bank is called reckless.
long: A bank is called reckless, which it denies.
entity: Levant Bank | organization
entity: Ana Duval | person
"""
BODY = """
[|against] The {{bank|Levant Bank|against|Ana Duval|quoted}} was "reckless", {{Duval|Ana Duval|neutral}} said.
[crime, law and justice|favor] {{It|Levant Bank}} denied that {{it|Levant Bank|favor|Levant Bank|negated}} had lied.

[|against] {{Duval|Ana Duval|against|=a minister}} is no saint.
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "one.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_marks_become_mentions_stances_and_holders(tmp_path: Path) -> None:
    article = read_markup(written(tmp_path, HEAD + BODY))
    first, second, third = article.sentences or []
    assert first.of(article.text) == 'The bank was "reckless", Duval said.'
    assert article.text[second.end : third.start] == "\n\n"
    assert second.topics == ["crime, law and justice"]
    mentions = {m.id: m.of(article.text) for m in article.mentions or []}
    assert list(mentions.values()) == ["bank", "Duval", "It", "it", "Duval"]
    toward_bank, toward_duval = first.stances or []
    assert toward_bank.holder is not None
    assert mentions[toward_bank.holder.mention or ""] == "Duval"
    assert toward_bank.tags == ["quoted", "pronoun"]
    assert (toward_duval.label, toward_duval.holder, toward_duval.tags) == ("neutral", None, None)
    [own] = third.stances or []
    assert own.holder is not None
    assert own.holder.name == "a minister"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[|against] The", "The", "one.txt:11: a sentence begins with"),
        ("|quoted}}", "|loud}}", "one.txt:11: tag 'loud' is none of"),
        ("{{bank|Levant Bank|against|Ana Duval|quoted}}", "{{bank|Bank|against}}", "no entity is called 'Bank'"),
        ("|against|=a minister}}", "|against}}", "one.txt:14: 'Ana Duval': a side has a holder"),
        ("|neutral}} said", "}} said", "one.txt:11: 'Ana Duval' has no stance"),
        ("{{It|Levant Bank}}", "{{It|Levant Bank|neutral}}", "one.txt:12: 'Levant Bank' is labelled twice"),
        ("crime, law and justice|favor]", "|happy]", "one.txt:12: stance 'happy' is none of"),
        ("source: The Paper\n", "", "the fields source are missing"),
        ("crime, law and justice|favor", "crime|favor", "one.txt:12: topic 'crime' is none of the 17"),
        ("{{It|Levant Bank}}", "{{It|Levant Bank", "a mark is not closed"),
    ],
)
def test_mistakes_are_named_with_their_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    text = HEAD + BODY
    assert old in text
    with pytest.raises(MarkupError, match=message):
        read_markup(written(tmp_path, text.replace(old, new)))
