"""What a model must beat: the most frequent label, and logistic regression on TF-IDF, as predictions for the same
articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ..data.schema import Article, Sentence, Stance
from .labels import LabelsError

Guess = Callable[[Sequence[str]], list[dict[str, float]]]  # texts → label → probability


def majority(train: Sequence[Article], test: Sequence[Article], sets: Mapping[str, Sequence[str]]) -> list[Article]:
    """The test articles with the most frequent label of the train part throughout, the shares as probabilities.

    ``sets`` are the labels of each head.
    """

    def learned(_texts: Sequence[str], labels: Sequence[str]) -> Guess:
        counts = Counter(labels)
        shares = {label: count / len(labels) for label, count in counts.most_common()}
        return lambda asked: [shares] * len(asked)

    return _predicted(train, test, sets, learned)


def tfidf(
    train: Sequence[Article], test: Sequence[Article], sets: Mapping[str, Sequence[str]], seed: int
) -> list[Article]:
    """The test articles with the answers of logistic regression on words and pairs of words, all classes of the same
    weight. It reads the sentence, and toward a target the target's words once more."""

    def learned(texts: Sequence[str], labels: Sequence[str]) -> Guess:
        if len(set(labels)) < 2:
            raise LabelsError("the train part has one label alone: bring another split")
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=1, sublinear_tf=True, max_features=200_000)
        model = make_pipeline(words, LogisticRegression(max_iter=1000, class_weight="balanced", random_state=seed))
        model.fit(texts, labels)
        names = list(model.classes_)
        return lambda asked: [dict(zip(names, map(float, row), strict=True)) for row in model.predict_proba(asked)]

    return _predicted(train, test, sets, learned)


def _predicted(
    train: Sequence[Article],
    test: Sequence[Article],
    sets: Mapping[str, Sequence[str]],
    learned: Callable[[Sequence[str], Sequence[str]], Guess],
) -> list[Article]:
    guesses: dict[str, Iterator[dict[str, float]]] = {}
    for head, known in sets.items():
        texts, labels = zip(*_items(train, head), strict=True)
        asked = [text for text, _ in _items(test, head)]
        found = learned(texts, labels)(asked) if asked else []
        guesses[head] = iter(dict.fromkeys(known, 0.0) | chances for chances in found)  # a label that train lacks
    return [_answered(article, list(sets), guesses) for article in test]


def _items(articles: Sequence[Article], head: str) -> Iterator[tuple[str, str]]:
    """Text and label of everything that is labelled, in order; of several topics the first."""
    for article in articles:
        for sentence in article.sentences or []:
            text = sentence.of(article.text)
            if head == "topic" and sentence.topics:
                yield text, sentence.topics[0]
            elif head == "sentence_stance" and sentence.stance:
                yield text, sentence.stance
            elif head == "stance":
                yield from ((f"{text} {stance.target}", stance.label) for stance in sentence.stances or [])


def _answered(article: Article, heads: Sequence[str], guesses: dict[str, Iterator[dict[str, float]]]) -> Article:
    made = []
    for sentence in article.sentences or []:
        fields: dict = {"start": sentence.start, "end": sentence.end, "probabilities": {}}
        if "topic" in heads and sentence.topics:
            chances = next(guesses["topic"])
            fields["topics"] = [_best(chances)]
            fields["probabilities"]["topics"] = chances
        if "sentence_stance" in heads and sentence.stance:
            chances = next(guesses["sentence_stance"])
            fields["stance"] = _best(chances)
            fields["probabilities"]["stance"] = chances
        if "stance" in heads and sentence.stances is not None:
            fields["stances"] = [_toward(stance, next(guesses["stance"])) for stance in sentence.stances]
        made.append(Sentence(**fields))
    kept = {name: getattr(article, name) for name in ("id", "text", "source", "date", "mentions", "entities")}
    return Article.model_validate({"schema": 1} | kept | {"sentences": made})


def _best(chances: dict[str, float]) -> str:
    return max(chances, key=lambda label: chances[label])


def _toward(stance: Stance, chances: dict[str, float]) -> Stance:
    return Stance(target=stance.target, mention=stance.mention, label=_best(chances), probabilities=chances)
