"""Scores of one article's predicted summary, from its record alone: one value for each of MEASURES, so that they can be
averaged and resampled by article. None where a measure is not defined.

Two things are as in the published figures of others. ROUGE is the package rouge-score without stemming; it reads the
letters a to z and digits only. Extractive fragments are those of Grusky et al. (2018). The other measures count words,
names and numbers (see `summary_words`): they find what a summary adds or leaves out, not what it turns around.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from ..data.schema import Article, SummaryLine
from ..data.sentences import split_sentences
from .summary_words import Source, content_words, known_names, names, numbers, source, words

ROUGE = ("rouge1", "rouge2", "rougeL", "rougeLsum")
SUPPORTED = 0.8  # share of a line's content words that its citations must hold together
HALF = 0.5  # share that makes a citation needed, whatever the others hold
ADDED = 0.2  # share that makes it needed if no other holds it: as much as SUPPORTED lets a line lack

Embed = Callable[[list[str]], np.ndarray]  # texts → unit vectors [texts, dimensions]
Scores = dict[str, float | None]


@dataclass(frozen=True)
class SummaryMeasure:
    name: str
    meaning: str  # one sentence for readers: what it says, and when not to trust it
    bounds: tuple[float, float]  # its least and largest possible value


_OVERLAPS = {
    "rouge1": "Words that summary and reference share",
    "rouge2": "Pairs of neighbouring words that summary and reference share",
    "rougeL": "Words that summary and reference share in the same order",
    "rougeLsum": "Words that summary and reference share in the same order, looked for sentence by sentence",
}
_MEANINGS = {
    **{
        name: f"{what}, F1 in percent, mean over the references; it does not see whether a line is true."
        for name, what in _OVERLAPS.items()
    },
    **{
        f"{name}_best": f"{what}, F1 in percent with the reference that fits best; it rises with their number."
        for name, what in _OVERLAPS.items()
    },
    "embedding_similarity": (
        "How close summary and references are in meaning: the cosine of their embeddings in percent, mean over the "
        "references; it hardly sees a negation, or who did what to whom."
    ),
    "words": "Words of the summary; read the other figures beside it, since a longer summary shares and cites more.",
    "lines": "Lines of the summary.",
    "compression": "How many times as many words as the summary the article has.",
    "coverage": (
        "The share of the summary’s words, from 0 to 1, that the article has too; any summary shares most of its words."
    ),
    "density": (
        "The length in words of the article’s passage with which a word of the summary is copied, on average: as long "
        "as sentences where these are copied whole, near 1 where the summary says it in its own way."
    ),
    "novel_bigrams": (
        "The percentage of the summary’s pairs of neighbouring words that the article has nowhere: 0 where all is "
        "copied; what is new in it may be well put or wrong."
    ),
    "names_and_numbers_kept": (
        "The percentage of the summary’s lines all of whose names and numbers occur in the article; the others may "
        "have invented one, but a known name can still be given the wrong role, which is not seen."
    ),
    "names_and_numbers_cited": (
        "The percentage of the summary’s lines all of whose names and numbers occur in the sentences that the line "
        "cites; a name that stands there as “she” counts as missing."
    ),
    "citation_precision": (
        "The percentage of citations that are needed, since the cited sentence holds at least half of the line’s "
        "content words, or a fifth that no other sentence cited there holds; it does not see whether they agree."
    ),
    "citation_recall": (
        "The percentage of the summary’s lines at least 80% of whose content words occur in the sentences that the "
        "line cites; a good paraphrase counts as missing, and a sentence that denies the line as found."
    ),
    "stance_kept": (
        "How far the cited sentences show their targets in the light that the whole article does, in percent: 100 "
        "where against, neutral and favor have the same shares, 0 where no label is in both; it rests on the predicted "
        "stances, and where a target has few of them it is nearly chance."
    ),
    "targets_kept": (
        "The percentage of the article’s stances, as predicted, whose target also occurs in a sentence that the "
        "summary cites; the more sentences are cited, the higher."
    ),
}
_BOUNDS = {
    "embedding_similarity": (-100.0, 100.0),
    "coverage": (0.0, 1.0),
    **dict.fromkeys(("words", "lines", "compression", "density"), (0.0, math.inf)),
}
MEASURES = {name: SummaryMeasure(name, meaning, _BOUNDS.get(name, (0.0, 100.0))) for name, meaning in _MEANINGS.items()}


def score_summary(predicted: Article, gold: Article, embed: Embed | None = None) -> Scores:
    """One value for each of MEASURES, in their order.

    A record without ``summary`` has no scores at all. An empty one (no line holds a word) counts: its ROUGE is 0, it
    has 0 words and keeps no target. Stances and sentences are the predicted ones; the gold gives the references.
    """
    scores: Scores = dict.fromkeys(MEASURES)
    if predicted.summary is None:
        return scores
    lines = [line for line in predicted.summary if words(line.text)]
    texts = [line.text for line in lines]
    references = [reference for reference in gold.summaries or [] if reference.strip()]
    scores |= rouge(texts, references)
    if embed is not None and texts and references:
        scores["embedding_similarity"] = _similarity(texts, references, embed)
    scores |= _extractiveness(texts, predicted.text)
    cited = [_cited(line, predicted) for line in lines]
    scores |= _names_and_numbers(texts, cited, predicted)
    scores |= _citations(texts, cited)
    scores |= _stances(lines, predicted)
    return scores


def rouge(lines: Sequence[str], references: Sequence[str]) -> Scores:
    """F1 in percent with `rouge-score`, no stemming: mean over the references, and the best reference (`…_best`).

    ROUGE-Lsum needs to know the sentences. Of the summary they are its lines, and a line that holds several is split
    (`split_sentences`). Of a reference they are its lines if it has several, as in published figures on CNN and Daily
    Mail, whose references have one highlight a line; else it is split too.
    """
    if not references:
        return {}
    scorer = RougeScorer(list(ROUGE))
    summary = "\n".join(sentence for line in lines for sentence in _sentences(line))
    found = [scorer.score(_by_sentence(reference), summary) for reference in references]
    values = {name: [100 * float(score[name].fmeasure) for score in found] for name in ROUGE}
    means: Scores = {name: float(np.mean(values[name])) for name in ROUGE}
    return means | {f"{name}_best": max(values[name]) for name in ROUGE}


def _by_sentence(reference: str) -> str:
    reference = reference.strip()
    return reference if "\n" in reference else "\n".join(_sentences(reference))


def fragments(summary: Sequence[str], article: Sequence[str]) -> list[int]:
    """Lengths of the passages that the summary shares with the article (Grusky et al. 2018).

    Read from the left, each is the longest run of words that begins here and stands anywhere in the article; a word
    that the article lacks belongs to none.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(article):
        places[word].append(at)
    lengths, start = [], 0
    while start < len(summary):
        longest = max((_shared(summary, start, article, at) for at in places.get(summary[start], [])), default=0)
        if longest:
            lengths.append(longest)
        start += max(longest, 1)
    return lengths


def _shared(one: Sequence[str], start: int, other: Sequence[str], at: int) -> int:
    length = 0
    while start + length < len(one) and at + length < len(other) and one[start + length] == other[at + length]:
        length += 1
    return length


def _sentences(text: str) -> list[str]:
    """Each on one line."""
    return [" ".join(span.of(text).split()) for span in split_sentences(text)]


def _similarity(lines: list[str], references: list[str], embed: Embed) -> float:
    vectors = embed([" ".join(text.split()) for text in (" ".join(lines), *references)])
    return float(100 * np.mean(vectors[1:] @ vectors[0]))


def _extractiveness(lines: list[str], text: str) -> Scores:
    """Pairs of words are counted within sentences: where two lines meet, the summary says nothing."""
    article, summary = words(text), words("\n".join(lines))
    scores: Scores = {"words": float(len(summary)), "lines": float(len(lines))}
    if summary:
        lengths = fragments(summary, article)
        scores["compression"] = len(article) / len(summary)
        scores["coverage"] = sum(lengths) / len(summary)
        scores["density"] = sum(length**2 for length in lengths) / len(summary)
    known = set(pairwise(article))
    pairs = [pair for line in lines for sentence in _sentences(line) for pair in pairwise(words(sentence))]
    scores["novel_bigrams"] = _percent([pair not in known for pair in pairs])
    return scores


def _cited(line: SummaryLine, article: Article) -> dict[int, str]:
    """The cited sentences by index; a citation of a sentence that does not exist cites nothing."""
    sentences = article.sentences or []
    return {cite: sentences[cite].of(article.text) if 0 <= cite < len(sentences) else "" for cite in line.cites}


def _names_and_numbers(lines: list[str], cited: list[dict[int, str]], article: Article) -> Scores:
    """A line without any counts as one that keeps them; one in lower case throughout shows its numbers only."""
    known = known_names(span.of(article.text) for span in article.sentences or split_sentences(article.text))
    whole = [source(article.text)]
    parts = [[source(sentence) for sentence in found.values()] for found in cited]
    return {
        "names_and_numbers_kept": _percent([_keeps(line, whole, known) for line in lines]),
        "names_and_numbers_cited": _percent(
            [_keeps(line, found, known) for line, found in zip(lines, parts, strict=True)]
        ),
    }


def _keeps(line: str, sources: list[Source], known: set[str]) -> bool:
    """Whether every name and number of the line occurs in one of the sources."""
    if not numbers(line) <= set().union(*(place.numbers for place in sources)):
        return False
    return all(any(place.has(name) for place in sources) for name in names(_sentences(line), known))


def _citations(lines: list[str], cited: list[dict[int, str]]) -> Scores:
    """Citation precision and recall after ALCE (Gao et al. 2023), with word overlap in place of an entailment model.

    ALCE asks of a line whether its citations support it together (recall), and of a citation whether it supports the
    line alone, or whether the others fail to without it (precision). Here a line is supported if the cited sentences
    hold 80% of its content words. A citation is needed if its sentence holds half of them: that much is no accident,
    even where another says the same. It is also needed if it adds a fifth of them that no other cited sentence
    holds, since without it as much would be lost as recall allows at most. One shared word would not do: almost any
    sentence of the article has one. Unlike in ALCE, a citation can be needed in a line that is not supported, so
    that the two figures do not count one error twice. A sentence cited twice in a line counts once. Lines without a
    content word are left out. Words are compared as written, so that a paraphrase costs recall, and
    a cited sentence that denies the line does not.
    """
    needed, supported = [], []
    for line, found in zip(lines, cited, strict=True):
        wanted = content_words(line)
        if not wanted:
            continue
        held = [wanted & content_words(sentence) for sentence in found.values()]
        holders = Counter(word for words_held in held for word in words_held)
        for words_held in held:
            alone = sum(holders[word] == 1 for word in words_held)
            needed.append(len(words_held) >= HALF * len(wanted) or alone >= ADDED * len(wanted))
        supported.append(len(holders) >= SUPPORTED * len(wanted))
    return {"citation_precision": _percent(needed), "citation_recall": _percent(supported)}


def _stances(lines: list[SummaryLine], article: Article) -> Scores:
    """What the cited sentences keep of the predicted stances; those on which the model abstains are no stances.

    Of every target that they hold, the shares of the labels there and in the whole article are compared: 100 × (1 −
    total variation distance), the mean weighted by the target's stances in the article.
    """
    cites = {cite for line in lines for cite in line.cites}
    whole: defaultdict[str, Counter[str]] = defaultdict(Counter)
    kept: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for index, sentence in enumerate(article.sentences or []):
        for stance in sentence.stances or []:
            if not stance.abstained:
                whole[stance.target][stance.label] += 1
                if index in cites:
                    kept[stance.target][stance.label] += 1
    weights = {target: whole[target].total() for target in kept}
    scores: Scores = {}
    if whole:
        scores["targets_kept"] = 100 * sum(weights.values()) / sum(counts.total() for counts in whole.values())
    if kept:
        agreed = sum(weights[target] * _shared_mass(kept[target], whole[target]) for target in kept)
        scores["stance_kept"] = 100 * agreed / sum(weights.values())
    return scores


def _shared_mass(one: Counter[str], other: Counter[str]) -> float:
    """1 − total variation distance of two distributions."""
    return sum(min(one[label] / one.total(), other[label] / other.total()) for label in one)


def _percent(hits: list[bool]) -> float | None:
    return float(100 * np.mean(hits)) if hits else None
