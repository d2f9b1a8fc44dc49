"""Whether a new model should take the place of an old one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .comparison import LEVEL, agrees
from .intervals import holm
from .meanings import long_title
from .result_schema import Comparison, Difference

Verdict = Literal["promote", "hold", "no difference"]


def verdict(comparison: Comparison) -> tuple[Verdict, str]:
    """Of a comparison of the new model with the old, with a sentence that says why.

    The macro F1 of each task decides: hold where one is worse beyond chance, promote where one is better and none
    worse, all p-values corrected for their number.
    """
    decisive = [each for each in comparison.differences if each.name.endswith(".macro_f1")]
    if not decisive:
        return "hold", "The labels and the models share no task, so that nothing says that the new model is as good."
    accuracy = {each.name: each for each in comparison.differences}
    decisive = [each.model_copy(update={"p": _chance(each, accuracy)}) for each in decisive]
    corrected = iter(holm([each.p for each in decisive if each.p is not None]))
    decisive = [each if each.p is None else each.model_copy(update={"p_holm": next(corrected)}) for each in decisive]
    told = [e for e in decisive if e.p_holm is not None and e.p_holm < LEVEL and agrees(e.difference, e.low, e.high)]
    worse, better = [e for e in told if e.difference < 0], [e for e in told if e.difference > 0]
    if worse:
        return "hold", f"Worse beyond chance: {_list(worse)}."
    if better:
        return "promote", f"Better beyond chance: {_list(better)}; nothing is worse."
    return "no difference", f"None that these articles could show: {_list(decisive)}."


def _chance(each: Difference, others: Mapping[str, Difference]) -> float | None:
    """The p-value; of a difference on every article alike, which resampling says nothing about, that of McNemar's test
    of the same task's answers."""
    if each.p is not None or not each.difference:
        return each.p
    answers = others.get(each.name.replace(".macro_f1", ".accuracy"))
    return answers.mcnemar_p if answers else None


def _list(differences: list[Difference]) -> str:
    return "; ".join(_said(each) for each in differences)


def _said(each: Difference) -> str:
    if each.p_holm is None:
        return f"{long_title(each.name)} {each.difference:+.1f}, without an interval"
    chance = "p < 0.001" if each.p_holm < 0.001 else f"p = {each.p_holm:.3f}"
    if each.low is None or each.high is None:
        return f"{long_title(each.name)} {each.difference:+.1f} on every article alike (McNemar's test, {chance})"
    return f"{long_title(each.name)} {each.difference:+.1f} ({each.low:+.1f} to {each.high:+.1f}, {chance})"
