"""Is it English? By py3langid, which brings its model along and asks no network."""

from __future__ import annotations

import functools
from typing import Any

SAMPLE = 2000  # characters that are looked at
SHORT = 20  # words; below, names alone can outvote the language
SURE, VERY_SURE = 0.5, 0.9  # probability of another language that rejects a long text, a short one


@functools.cache
def _identifier() -> Any:
    from py3langid import langid  # half a second to load, so only on first use

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)


def is_english(text: str) -> tuple[bool, str]:
    """Whether the text is English, and the code of the language that was detected.

    In doubt a text is English: lists of results and names have no language, and a short text says too little.
    """
    sample = _sample(text)
    if not any(map(str.isalpha, sample)):
        return True, "und"
    code, probability = _identifier().classify(sample)
    if code == "en":
        return True, "en"
    letters = [letter for letter in sample if letter.isalpha()]
    # U+024F ends Latin Extended-B: most letters beyond it are another script
    if sum(letter > "\u024f" for letter in letters) * 2 > len(letters):
        return False, str(code)
    needed = SURE if len(sample.split()) >= SHORT else VERY_SURE
    return bool(probability < needed), str(code)


def _sample(text: str) -> str:
    """The beginning and the middle: an article may open with a foreign quotation."""
    if len(text) <= SAMPLE:
        return text
    half = SAMPLE // 2
    middle = max(half, (len(text) - half) // 2)
    return f"{text[:half]} {text[middle : middle + half]}"
