"""What figures are called, how they are written, and what they mean.

The last part of a figure's name says its kind: "target_stance.against.f1" is an F1. Where summaries use a word in
another sense, their first part belongs to the kind: "summary.coverage".
"""

from __future__ import annotations

from math import isfinite
from typing import Literal

from .result_schema import Calibration, Difference, Figure, Metrics, System, Task

Unit = Literal["percentage", "share", "count", "fraction"]

TASKS = {"topic": "Topic", "sentence_stance": "Sentence stance", "target_stance": "Target stance"}
GROUPS = TASKS | {"mention": "Mentions", "summary": "Summaries"}
TITLES = {
    "macro_f1": "macro F1",
    "micro_f1": "micro F1",
    "f1": "F1",
    "mcc": "MCC",
    "ordinal_error": "ordinal error",
    "ece": "calibration error (ECE)",
    "ece_limit": "its limit by chance",
    "brier": "Brier score",
    "log_loss": "log loss",
    "aurc": "AURC",
    "macro_f1_answered": "macro F1 of what it answers",
    "missing": "without a prediction",
    "recall_named": "recall of names",
    "rouge1": "ROUGE-1",
    "rouge2": "ROUGE-2",
    "rougeL": "ROUGE-L",
    "rougeLsum": "ROUGE-Lsum",
    "rouge1_best": "ROUGE-1, best reference",
    "rouge2_best": "ROUGE-2, best reference",
    "rougeL_best": "ROUGE-L, best reference",
    "rougeLsum_best": "ROUGE-Lsum, best reference",
    "summary.missing": "articles without a summary",
    "summary.coverage": "share of words from the article",
    "embedding_similarity": "closeness in meaning",
    "density": "length of copied passages",
    "novel_bigrams": "new pairs of words",
    "names_and_numbers_kept": "names and numbers from the article",
    "names_and_numbers_cited": "names and numbers from the citations",
}

# One sentence each: what it means, and when not to trust it
MEANINGS = {
    "macro_f1": "The mean of the labels’ F1, in which a rare label counts as much as a frequent one; do not trust it "
    "where a label has few items, since a handful of answers then moves the whole figure.",
    "micro_f1": "F1 over all answers taken together, so that frequent labels count most; do not read it as a sign that "
    "rare labels are recognized, and where every item has one label and one answer it is the accuracy.",
    "accuracy": "The share of items that got the right label, in percent; it flatters a system that mostly gives the "
    "most frequent label, so read it beside macro F1.",
    "mcc": "How closely answers and labels go together (Matthews’ correlation × 100): 0 is no better than chance, 100 "
    "is perfect; it jumps where nearly all items have one label, or where there are few.",
    "ordinal_error": "The mean distance of the answers from the label on the scale against, neutral, favor: 1 for the "
    "neighbour, 2 for the opposite side; it leaves out what got no answer, so read it beside that share.",
    "ece": "The mean distance between how sure the model is and how often it is right; never zero by chance alone, so "
    "compare it with its limit, and do not compare it across sets of different size.",
    "ece_limit": "What the calibration error stays below in 95% of such test sets if the probabilities are exactly "
    "right; an error below it is no proof of good calibration, least of all with few items.",
    "brier": "The mean squared distance of the probabilities from the truth, 0 to 2, small is good; it mixes how often "
    "the model is right with how well it knows that, so it cannot be compared across sets with other labels.",
    "log_loss": "The mean surprise at the right label, in nats, small is good; a few answers that are wrong and very "
    "sure can make up most of it.",
    "aurc": "The mean share of errors over all coverages from the surest answers down, 0 to 1, small is good; it falls "
    "with every gain in accuracy, so it says how well confidence orders the answers only at equal accuracy.",
    "coverage": "The share of items that the model answers instead of abstaining; it says nothing about whether the "
    "answers are right, and depends on the threshold that was chosen.",
    "macro_f1_answered": "Macro F1 of the items that the model answers; it rises when the model abstains from hard "
    "items, so never quote it without the coverage.",
    "missing": "The share of items that got no prediction, as where a sentence or a mention was not found; where it is "
    "not near zero, the task’s other figures also measure how the text was cut.",
    "precision": "Of what was given the label (or found as a mention), the percentage that is right; with few such "
    "answers it is nearly chance, and alone it rewards a system that says little.",
    "recall": "Of what has the label (or is a mention), the percentage that was recognized; with few such items it is "
    "nearly chance, and alone it rewards a system that gives the label to everything.",
    "f1": "The harmonic mean of precision and recall; do not trust it for a label with few items, and compare it only "
    "on the same articles, since it falls as the label gets rarer.",
    "recall_named": "Of the mentions that are names, the percentage that was found; it leaves out pronouns and "
    "descriptions, so it is higher than what a reader would call all mentions.",
    "rouge1": "The words shared with a summary written by a person (F1); it does not see whether a line is true, and "
    "the length of the summary alone changes it.",
    "rouge2": "The pairs of neighbouring words shared with a summary written by a person (F1); it does not see whether "
    "a line is true, and a good summary in other words scores low.",
    "rougeL": "The words in the same order as in a summary written by a person (F1); it does not see whether a line is "
    "true, and a good summary in other words scores low.",
    "rougeLsum": "The words in the same order as in a summary written by a person, looked for sentence by sentence "
    "(F1); it does not see whether a line is true, and a good summary in other words scores low.",
    **{
        f"{name}_best": f"{TITLES[name]} with the one of the references that is closest to the summary; it rises with "
        "the number of references, so compare it only where they are the same."
        for name in ("rouge1", "rouge2", "rougeL", "rougeLsum")
    },
    "embedding_similarity": "How close the summary is in meaning to one written by a person, as a text encoder sees it "
    "(cosine × 100); encoders hardly see negation, so a line that says the contrary scores high.",
    "words": "The words of a summary; compare no ROUGE of summaries that differ much in it.",
    "lines": "The lines of a summary; it says nothing about what they hold.",
    "compression": "How many times as many words the article has; it rises with the length of the article.",
    "summary.missing": "The share of articles that the system has no summary for; the other figures leave them out, so "
    "that a system that sums up easy articles alone looks better than it is.",
    "summary.coverage": "The share of the summary’s words that the article has too; a high one is no proof of truth, "
    "since the words of an article can be put together wrongly.",
    "density": "How long the passages are, in words, that the summary copies from the article; one sentence that is "
    "copied whole moves it far.",
    "novel_bigrams": "The percentage of the summary’s pairs of neighbouring words that the article does not have; new "
    "words may be a good paraphrase or an invention, so it is neither good nor bad by itself.",
    "names_and_numbers_kept": "The percentage of lines all of whose names and numbers occur in the article; a line can "
    "still say of a name what the article does not.",
    "names_and_numbers_cited": "The percentage of lines all of whose names and numbers occur in the sentences that the "
    "line cites; a line can still say of a name what they do not.",
    "citation_precision": "The percentage of citations that the line needs, by the words they share; a paraphrase in "
    "other words counts against it.",
    "citation_recall": "The percentage of lines most of whose words occur in what they cite; a paraphrase in other "
    "words counts against it, and a line that turns the words around does not.",
    "stance_kept": "How far the cited sentences show their targets in the light that the whole article does, in "
    "percent; it rests on predicted stances, and errs with them.",
    "targets_kept": "The percentage of the article’s stances whose target also occurs in a cited sentence; it rests on "
    "predicted stances, and a short summary of a long article cannot have much of it.",
}

_POINTS = ("f1", "accuracy", "precision", "recall", "mcc", "rouge", "_kept", "_cited")  # in a percentage's name
_PERCENT = ("embedding_similarity", "novel_bigrams")
_SHARES = (
    "coverage",
    "summary.coverage",
    "missing",
    "summary.missing",
)  # written with a percent sign
_COUNTS = ("words", "lines", "compression", "density")
_SMALL_IS_GOOD = ("ordinal_error", "ece", "brier", "log_loss", "aurc", "missing", "summary.missing")
_NEITHER = ("novel_bigrams",)  # percentages of which neither more nor less is better
_HEADLINES = ("macro_f1", "accuracy")  # of a task; of mentions all
_SUMMARY_HEADLINES = ("rouge1", "rouge2", "rougeLsum", "names_and_numbers_kept", "stance_kept")
_ITEMS = {
    "topic": "sentence",
    "sentence_stance": "sentence",
    "target_stance": "target",
    "mention": "mention",
    "summary": "article",
}
NONE = "–"


def kind(name: str) -> str:
    first, _, _ = name.partition(".")
    last = name.rpartition(".")[2]
    return f"{first}.{last}" if f"{first}.{last}" in TITLES else last


def title(name: str) -> str:
    """What a figure is called without its task."""
    return TITLES.get(kind(name)) or kind(name).replace("_", " ")


def long_title(name: str) -> str:
    """With its task and label: "target_stance.against.f1" → "Target stance, against: F1"."""
    first, _, rest = name.partition(".")
    if not rest:
        return title(name)
    label = rest.rpartition(".")[0]
    of = GROUPS.get(first) or first.replace("_", " ").capitalize()
    return f"{of}{f', {label}' if label else ''}: {title(name)}"


def unit(name: str) -> Unit:
    what = kind(name)
    if what in _SHARES:
        return "share"
    if what in _COUNTS:
        return "count"
    return "percentage" if what in _PERCENT or any(word in what for word in _POINTS) else "fraction"


def better(name: str) -> Literal["more", "less"] | None:
    """Whether more or less of it is better; None where neither is, or nobody knows."""
    if kind(name) in _SMALL_IS_GOOD:
        return "less"
    return "more" if unit(name) == "percentage" and kind(name) not in _NEITHER else None


def _digits(value: float, digits: int) -> str:
    if not isfinite(value):
        return NONE
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def number(name: str, value: float | None) -> str:
    """A value as its kind is written: "61.2", "93.1%" or "0.042"."""
    if value is None:
        return NONE
    return percent(value) if unit(name) == "share" else _digits(value, 3 if unit(name) == "fraction" else 1)


def percent(fraction: float | None, digits: int = 1) -> str:
    return NONE if fraction is None or not isfinite(fraction) else f"{_digits(100 * fraction, digits)}%"


def change(name: str, value: float | None) -> str:
    """A difference with its sign; of percentages and shares in percentage points."""
    if value is None or not isfinite(value):
        return NONE
    text = _digits(100 * value if unit(name) == "share" else value, 3 if unit(name) == "fraction" else 1)
    return text if text.startswith("−") or float(text) == 0 else f"+{text}"


def size(name: str, value: float | None) -> str:
    """A difference without a sign."""
    return change(name, value).lstrip("+−")


def interval(figure: Figure) -> str:
    """ "58.0 to 64.1"; empty without one."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{number(figure.name, figure.low)} to {number(figure.name, figure.high)}"


def change_interval(difference: Difference) -> str:
    if difference.low is None or difference.high is None:
        return ""
    return f"{change(difference.name, difference.low)} to {change(difference.name, difference.high)}"


def probability(p: float | None) -> str:
    if p is None:
        return NONE
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def headlines(system: System) -> list[Figure]:
    """The figures to read first, all with a value."""
    found = [figure for task in system.tasks for figure in task.figures if kind(figure.name) in _HEADLINES]
    summaries = [figure for figure in system.summaries if kind(figure.name) in _SUMMARY_HEADLINES]
    return [figure for figure in found + system.mentions + summaries if figure.value is not None]


def calibration_words(calibration: Calibration) -> str:
    """What the calibration error says, in a sentence."""
    error, limit = calibration.ece.value, calibration.ece_limit
    if error is None:
        return "The calibration error is not defined here."
    compared = (
        f"The calibration error is {error:.3f}. Were the probabilities exactly right, 95% of such test sets would show "
        f"one of at most {limit:.3f}."
    )
    if error <= limit:
        return f"{compared} It is not above that: no sign of bad calibration."
    return f"{compared} It is above that: the probabilities are off by more than chance explains."


def threshold_words(calibration: Calibration) -> str:
    """From what confidence on the model is right as often as was wanted."""
    wanted = percent(calibration.wanted_accuracy, 0)
    point = calibration.threshold
    if point is None:
        return f"No threshold makes {wanted} of the answers right."
    return (
        f"To have {wanted} of the answers right, use those with a confidence of {point.threshold:.3f} or more: "
        f"{percent(point.coverage, 0)} of the answers."
    )


def given_words(system: System) -> str:
    """What was taken from the gold, and so is not scored."""
    if system.given is None:
        return "what it was given of the gold is not known"
    if not system.given:
        return "end to end: its own sentences and mentions"
    return f"{' and '.join(system.given)} taken from the gold"


def items_of(name: str) -> str:
    """What the figure counts, in the singular."""
    return _ITEMS.get(name.partition(".")[0], "item")


def tasks_of(metrics: Metrics) -> dict[str, list[tuple[int, Task]]]:
    """Each task with the systems, by number, that have it; in the order of the first system."""
    found: dict[str, list[tuple[int, Task]]] = {}
    for index, system in enumerate(metrics.systems):
        for task in system.tasks:
            found.setdefault(task.task, []).append((index, task))
    return found
