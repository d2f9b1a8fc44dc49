"""What the scores of a summary read in a text: its words, content words, names and numbers.

Written for the scores alone and by simpler rules than the check that a rewritten line must pass, so that the one can
show where the other errs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GAP = 3  # words that may stand between two words of a name: "Judge Ozaki" is in "Judge Kuniko Ozaki"


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# No negations, "may" and "might": a summary that drops them says something else.
_FUNCTION = _set(
    "a an the this that these those there here such both each every either all any some other another own same "
    "i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours "
    "ourselves they them their theirs themselves who whom whose which what where when why how "
    "be am is are was were been being have has had having do does did doing done will would can could shall should "
    "and or but if because as while so than though although since then also too very just "
    "of at by for with about into through during before after above below to from up down in out on off over under "
    "between against among amid within across along around toward towards upon per via "
    "mr mrs ms dr"
)

_FORMS = str.maketrans(dict.fromkeys("’‘ʼ", "'") | dict.fromkeys("‐‑", "-"))
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}")  # "U.S." is "US"
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")  # "1,000" is "1000"
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ENDING = re.compile(r"'(?:s|re|ve|ll|d|m)\Z", re.IGNORECASE)  # "Robin's" is "Robin"
_OPENING = re.compile(r"[\"“”„«»(\[{:;!?…•]|(?<![^\W_])'")  # what makes of the next word a beginning


def words(text: str) -> list[str]:
    """The words in lower case: runs of letters and digits, with an apostrophe within ("don't")."""
    return [word.lower() for word in _WORD.findall(_plain(text))]


def content_words(text: str) -> set[str]:
    """The words that are no function words, in lower case, without a possessive ending. Inflected forms differ."""
    return {bare for word in words(text) if (bare := _ENDING.sub("", word)) not in _FUNCTION}


def numbers(text: str) -> set[str]:
    """Digits with their separators, without those between thousands. Units and numbers in words are not read."""
    return set(_NUMBER.findall(_plain(text)))


@dataclass(frozen=True)
class Source:
    """A text in which names and numbers are looked for."""

    words: list[str]  # as written, without possessive endings
    numbers: set[str]

    def has(self, name: Sequence[str]) -> bool:
        """Whether the words of a name stand here in this order, at most ``GAP`` other words between two of them.

        Case counts only for a word in capitals: "US" is not "us".
        """
        ends = {at for at, word in enumerate(self.words) if _same(name[0], word)}
        for part in name[1:]:
            near = {at for end in ends for at in range(end + 1, min(end + GAP + 2, len(self.words)))}
            ends = {at for at in near if _same(part, self.words[at])}
        return bool(ends)


def source(text: str) -> Source:
    return Source([_ENDING.sub("", word) for word in _WORD.findall(_plain(text))], numbers(text))


def known_names(sentences: Iterable[str]) -> set[str]:
    """The words, in lower case, that are capitalized within a sentence."""
    return {
        word.lower() for sentence in sentences for word, begins, _ in _marked(sentence) if not begins and _is_name(word)
    }


def names(sentences: Iterable[str], known: set[str]) -> list[list[str]]:
    """Runs of capitalized words, with only spaces and hyphens between them; days, months and nationalities count too.

    A capitalized word that begins a sentence, a quotation or what follows a colon counts only if it is among the
    ``known`` names. Not seen are therefore a name in lower case and one that only ever begins sentences; in a text with
    capitals throughout, as a headline, every word is taken for a name. Each side of an "of" is a name of its own.
    """
    found: list[list[str]] = []
    for sentence in sentences:
        runs = False
        for word, begins, joined in _marked(sentence):
            if not _is_name(word) or (begins and word.lower() not in known):
                runs = False
            elif runs and joined:
                found[-1].append(word)
            else:
                found.append([word])
                runs = True
    return found


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_FORMS)
    return _GROUPED.sub("", _DOTTED.sub(lambda match: match.group().replace(".", ""), text))


def _marked(sentence: str) -> list[tuple[str, bool, bool]]:
    """The words as written, without possessive endings; whether each begins something, and whether it is joined to the
    one before, as words of a name are: "Harrow-Smith", but not "Ozaki's Kelly Lee"."""
    text = _plain(sentence)
    marked: list[tuple[str, bool, bool]] = []
    end, owner = 0, False
    for match in _WORD.finditer(text):
        bare = _ENDING.sub("", match.group())
        begins = not marked or _OPENING.search(text, end, match.start()) is not None
        marked.append((bare, begins, not owner and text[end : match.start()].strip() in ("", "-")))
        end, owner = match.end(), len(bare) < len(match.group())
    return marked


def _is_name(word: str) -> bool:
    """Whether the word is capitalized and more than a function word; "US" and "IT" are names, "I" is none."""
    acronym = len(word) > 1 and word.isupper()
    return word != word.lower() and (acronym or word.lower() not in _FUNCTION)


def _same(part: str, word: str) -> bool:
    return part == word if len(part) > 1 and part.isupper() else part.lower() == word.lower()
