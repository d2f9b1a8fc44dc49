"""`stancelens labels queue`: the sentences of a result that are most worth labelling next, or a random sample of them.

The first are uncertain and unlike each other (Zhdanov 2019, "Diverse mini-batch Active Learning"): of the sentences on
which the model is least sure, ten times as many as are wanted are grouped by k-means, weighted by uncertainty, and the
one nearest to each centre is taken. Uncertainty is one minus the margin between the two best labels (Scheffer et al.
2001). Sentences chosen so say nothing about the corpus as a whole; a random sample does.
"""

from __future__ import annotations

import hashlib
import heapq
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ..data.label_files import FORMATS
from ..data.sampling import Drawn, Sampling, sampling_path, write_sampling
from ..data.schema import Article, Sentence, Stance, load_articles, text_hash

RESULTS = "results.jsonl"
POOL = 10  # candidates for each sentence that is wanted
DIMENSIONS = 100  # of a sentence's vector: latent semantic analysis of TF-IDF
WORD = r"\w+|[^\w\s]+"  # marks too, so that no text is without words
# Format → whether it keeps a model's labels apart from a person's: where not, they would come back as somebody's.
# A table is not among them: it holds sentences without the article around them.
KEEPS_APART = {"label-studio": True, "prodigy": True, "doccano": False, "stancelens": False}
OWN = {f"{name}{ending}" for name in ("queue", "sample") for ending in (".json", ".jsonl")}  # may be written anew

Place = tuple[int, int]  # number of the article in the results, and of the sentence in it


@dataclass(frozen=True)
class Queue:
    """What :func:`queue_labels` wrote."""

    out: Path
    sentences: int
    articles: int
    of_sentences: int  # that the results hold
    labels: bool  # whether the model's labels are in it
    sampling: Path | None  # the record of a random sample


@dataclass(frozen=True)
class _Candidate:
    place: Place
    text: str
    uncertainty: float


def queue_labels(
    results: Path,
    out: Path | None = None,
    n: int = 200,
    *,
    random_sample: bool = False,
    seed: int = 0,
    format: str = "label-studio",
    labelled: Sequence[Path] = (),
) -> Queue:
    """Write ``n`` sentences of a result file or folder as tasks for a labelling tool, each in its whole article.

    By default those most worth labelling, no text twice, with the model's labels where the format keeps them apart
    from a person's; sentences of the label files ``labelled`` and of near-copies of earlier articles are left out, and
    the articles come with the most uncertain first. ``random_sample`` draws from all sentences alike, without the
    model's labels, which would sway who labels, and keeps a record of the draw beside ``out``.

    ``out`` is by default queue.json (or .jsonl) beside the results, sample.json for a random sample. Raises ValueError
    for an unsuitable format, for results without sentences or probabilities, for nothing left to label, and where
    ``out`` would replace results or another kind of sample.
    """
    if format not in KEEPS_APART:
        raise ValueError(f"no queue in format {format!r}: one of {', '.join(KEEPS_APART)}")
    if random_sample and labelled:
        raise ValueError("a random sample is drawn from all sentences: give no label files to leave out")
    results = Path(results)
    file = results / RESULTS if results.is_dir() else results
    if not file.is_file():
        raise ValueError(f"{results}: holds no {RESULTS}")
    ending = ".json" if format == "label-studio" else ".jsonl"
    out = out or file.with_name(("sample" if random_sample else "queue") + ending)
    record = sampling_path(out)
    if out.exists() and (out.name not in OWN or out.resolve() in [path.resolve() for path in (file, *labelled)]):
        raise ValueError(f"{out} is there already: take it away, or choose another file with --out")
    if record.exists():
        raise ValueError(
            f"{record} records an earlier random sample, without which its labels say nothing of the corpus: choose "
            "another file with --out, or take the record away if the sample was not labelled"
        )

    sizes, corpus_sha256 = survey(file)
    if random_sample:
        places = _draw(sizes, n, seed)
    else:
        pool = _candidates(file, POOL * n, labelled)
        places = [candidate.place for candidate in _unlike(pool, n, seed)]
    if not places:
        raise ValueError(f"{file}: no sentence to label is left of {sum(sizes):,}")
    with_labels = KEEPS_APART[format] and not random_sample
    tasks = _tasks(file, places, with_labels=with_labels, unanswered=KEEPS_APART[format])
    write = FORMATS[format][1]
    assert write is not None
    if random_sample:  # the record first: a sample without it would be of no use
        drawn = [
            Drawn(id=task.id, text_sha256=text_hash(task.text), start=sentence.start, end=sentence.end)
            for task in tasks
            for sentence in task.sentences or []
        ]
        write_sampling(
            Sampling(seed=seed, articles=len(sizes), sentences=sum(sizes), corpus_sha256=corpus_sha256, drawn=drawn),
            record,
        )
    write(tasks, out)
    return Queue(out, len(places), len(tasks), sum(sizes), with_labels, record if random_sample else None)


def survey(file: Path) -> tuple[list[int], str]:
    """The number of sentences of each article, and the identity of the corpus."""
    sizes, digest = [], hashlib.sha256()
    for article in load_articles(file):
        sizes.append(len(article.sentences or []))
        digest.update(f"{article.id}\t{text_hash(article.text)}\n".encode("utf-8", "surrogatepass"))
    return sizes, digest.hexdigest()


def _draw(sizes: Sequence[int], n: int, seed: int) -> list[Place]:
    """A simple random sample without replacement, in the order of the results."""
    total = sum(sizes)
    drawn = sorted(random.Random(seed).sample(range(total), min(n, total)))
    ends = np.cumsum(sizes)
    articles = np.searchsorted(ends, drawn, side="right")
    return [(int(at), int(number - ends[at] + sizes[at])) for number, at in zip(drawn, articles.tolist(), strict=True)]


def _candidates(file: Path, size: int, labelled: Iterable[Path]) -> list[_Candidate]:
    """The most uncertain sentences, the least sure first; of one text the first alone."""
    seen = {
        _digest(sentence.of(article.text))
        for article in chain.from_iterable(map(load_articles, labelled))
        for sentence in article.sentences or []
        if _is_labelled(sentence)
    }
    unsure = False

    def every() -> Iterator[_Candidate]:
        nonlocal unsure
        for number, article in enumerate(load_articles(file)):
            if article.near_duplicate_of is not None:
                continue
            for at, sentence in enumerate(article.sentences or []):
                text = sentence.of(article.text)
                score = uncertainty(sentence)
                if score is None:
                    continue
                unsure = True
                digest = _digest(text)
                if digest not in seen:
                    seen.add(digest)
                    yield _Candidate((number, at), text, score)

    pool = heapq.nlargest(size, every(), key=lambda candidate: candidate.uncertainty)
    if not unsure:
        raise ValueError(f"{file}: no sentence has probabilities, by which to tell where the model is unsure")
    return pool


def _is_labelled(sentence: Sentence) -> bool:
    return sentence.topics is not None or sentence.stance is not None or sentence.stances is not None


def _digest(text: str) -> bytes:
    return hashlib.blake2b(" ".join(text.split()).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def uncertainty(sentence: Sentence) -> float | None:
    """0 (sure) to 1 for each task, added up: topic, stance of the sentence, and stance toward the least sure target.

    None for a sentence without probabilities.
    """
    derived = "stance" if sentence.stance_source == "targets" else ""  # which would count one target twice
    tasks = [_closeness(found) for task, found in (sentence.probabilities or {}).items() if task != derived]
    targets = [_closeness(stance.probabilities) for stance in sentence.stances or [] if stance.probabilities]
    if not tasks and not targets:
        return None
    return sum(tasks) + max(targets, default=0.0)


def _closeness(probabilities: Mapping[str, float]) -> float:
    """One minus the margin by which the best label leads."""
    best = sorted(probabilities.values(), reverse=True)
    return 1 - (best[0] - best[1]) if len(best) > 1 else 0.0


def _unlike(pool: list[_Candidate], n: int, seed: int) -> list[_Candidate]:
    """``n`` of the candidates that are unlike each other, the most uncertain first."""
    if len(pool) <= n:
        return pool
    try:
        from sklearn.cluster import KMeans
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.preprocessing import normalize
    except ModuleNotFoundError:
        raise ValueError("sentences unlike each other need scikit-learn: install stancelens[eval]") from None

    words = TfidfVectorizer(sublinear_tf=True, token_pattern=WORD).fit_transform([each.text for each in pool])
    dense = min(DIMENSIONS, *(side - 1 for side in words.shape))
    vectors = normalize(TruncatedSVD(dense, random_state=seed).fit_transform(words)) if dense > 0 else words.toarray()
    weights = np.asarray([each.uncertainty for each in pool]) + 1e-6  # k-means needs some weight
    means = KMeans(n, n_init=1, random_state=seed).fit(vectors, sample_weight=weights)
    distances = np.linalg.norm(vectors - means.cluster_centers_[means.labels_], axis=1)
    nearest: dict[int, int] = {}
    for at, cluster in enumerate(means.labels_):  # the pool has the most uncertain first: of equal ones it is taken
        if cluster not in nearest or distances[at] < distances[nearest[cluster]]:
            nearest[cluster] = at
    chosen = set(nearest.values())
    rest = (at for at in range(len(pool)) if at not in chosen)  # fewer clusters than asked for: texts nearly alike
    chosen.update(at for _, at in zip(range(n - len(chosen)), rest, strict=False))
    return [pool[at] for at in sorted(chosen)]


def _tasks(file: Path, places: Sequence[Place], *, with_labels: bool, unanswered: bool) -> list[Article]:
    """The articles of the places, in their order, each with the chosen sentences alone and what these mention."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for number, at in places:
        wanted[number].add(at)
    found = {}
    for number, article in enumerate(load_articles(file)):
        if number in wanted:
            sentences = [s for at, s in enumerate(article.sentences or []) if at in wanted[number]]
            found[number] = (
                _task(article, map(_offered, sentences)) if with_labels else _bare(article, sentences, unanswered)
            )
    return [found[number] for number in wanted]


_OF_ARTICLE = ("id", "title", "text", "source", "date", "file", "ignored", "split", "license")


def _bare(article: Article, sentences: Iterable[Sentence], unanswered: bool) -> Article:
    """The sentences with nothing of the model's; empty probabilities say that nobody has answered yet."""
    empty: dict[str, Any] = {"probabilities": {}} if unanswered else {}
    return _task(article, [Sentence.model_validate({"start": s.start, "end": s.end} | empty) for s in sentences], False)


def _offered(sentence: Sentence) -> Sentence:
    """What the model found. What it did not find is not said to be none: nobody would see that, and so correct it."""
    stances = [
        Stance.model_validate(s.model_dump(exclude_unset=True, exclude={"holder"})) for s in sentence.stances or []
    ]
    found = {"topics": sentence.topics, "stance": sentence.stance, "stances": stances}
    kept = {name: value for name, value in found.items() if value}
    spans = {"start": sentence.start, "end": sentence.end, "probabilities": sentence.probabilities or {}}
    return Sentence.model_validate(spans | kept)


def _task(article: Article, sentences: Iterable[Sentence], with_mentions: bool = True) -> Article:
    sentences = list(sentences)
    fields = {name: getattr(article, name) for name in _OF_ARTICLE if name in article.model_fields_set}
    mentions = [
        mention
        for mention in article.mentions or []
        if with_mentions and any(each.start <= mention.start < each.end for each in sentences)
    ]
    if mentions:
        named = {mention.entity for mention in mentions}
        fields["mentions"] = mentions
        fields["entities"] = [entity for entity in article.entities or [] if entity.id in named]
    return Article.model_validate(fields | {"schema": article.schema_, "sentences": sentences})
