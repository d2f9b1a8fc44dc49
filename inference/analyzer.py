"""One article in, its record out: sentences, topics, targets, stances, salience, summary.

The result depends on the article alone (and on the targets that the user lists), never on its neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..data.drafts import ReadOptions, Skipped
from ..data.labels import SIDES
from ..data.readers import iter_articles
from ..data.schema import Article, Entity, Mention, Sentence, Span, Stance
from ..data.sentences import split_sentences
from ..models.export import exported
from ..models.known import model_folder
from ..models.llm import LLMError
from ..models.runtime import Reading, Runtime
from ..models.windows import pack, tokens_of
from .ahead import ahead
from .decode import Answer, answer, decode_mentions, expit, softmax
from .present import present
from .summarize import STOOD_IN, SummaryOptions, asked_of, find_llm, summary_of
from .targets import Found, Listed, group

GIVEN = ("sentences", "mentions")


def check_given(given: Iterable[str]) -> frozenset[str]:
    """Raises ValueError for a name that is none of GIVEN."""
    names = frozenset(given)
    if unknown := names - set(GIVEN):
        raise ValueError(f"given names {', '.join(sorted(unknown))}, but only {' and '.join(GIVEN)} can be given")
    return names


class Analyzer:
    """A loaded model with the user's targets.

    ``given`` names what an article brings itself: "sentences", "mentions". Raises WeightsError where weights are
    missing or damaged.
    """

    def __init__(
        self,
        model: str | Path = "base",
        *,
        targets: Sequence[Listed] = (),
        given: Iterable[str] = (),
        summary: SummaryOptions | None = None,
    ) -> None:
        self.folder = model_folder(model)
        self.runtime = Runtime(exported(self.folder))
        self.targets = list(targets)
        self.given = check_given(given)
        self.summary = summary or SummaryOptions()
        self.llm = find_llm(self.summary)

    def close(self) -> None:
        """Give a language model's connections or memory back."""
        if self.llm:
            self.llm.close()

    def analyze(
        self,
        articles: str | Path | Article | Iterable[str | Path | Article],
        skipped: Callable[[Skipped], None] | None = None,
    ) -> Iterator[Article]:
        """Results in input order, streaming. A string is a path if it exists, else an article's text.

        ``skipped`` is called with every Skipped input; without it they are passed over.
        """
        items = [articles] if isinstance(articles, str | Path | Article) else articles
        for _, result in ahead(self.analyze_article, self._read(items, skipped or _ignore), os.cpu_count() or 1):
            yield result.result()

    def _read(self, items: Iterable[str | Path | Article], skipped: Callable[[Skipped], None]) -> Iterator[Article]:
        for number, item in enumerate(items):
            if isinstance(item, Article):
                yield item
            elif isinstance(item, Path) or _is_path(item):
                options = ReadOptions(keep_labels=bool(self.given))
                yield from iter_articles([Path(item)], options=options, skipped=skipped)
            else:
                yield Article(id=f"text-{number}", text=item)

    def analyze_article(self, article: Article) -> Article:
        """Predict and summarize one article."""
        predicted, answer = self.predict(article), None
        sentences = asked_of(predicted, self.summary) if self.llm else []
        if self.llm and sentences:
            try:
                answer = self.llm.rewrite(sentences)
            except LLMError as error:
                warned = [*(predicted.warnings or []), f"{STOOD_IN} ({error})"]
                predicted = predicted.model_copy(update={"warnings": warned})
        return present(predicted, summary_of(predicted, self.summary, answer))

    def predict(self, article: Article) -> Article:
        """Everything but what only presents: the record without summary and aggregates."""
        text = article.text
        sentences: Sequence[Span]
        if "sentences" in self.given and article.sentences is not None:
            sentences = article.sentences
        else:
            sentences = split_sentences(text, article.ignored)
        record = article.model_dump(exclude_unset=True)
        for field in ("topics", "summaries", "annotator", "summary", "aggregates", "entities", "mentions", "sentences"):
            record.pop(field, None)
        base = Article.model_validate({**record, "schema_": 1})
        if not sentences:
            return base.model_copy(update={"entities": [], "mentions": [], "sentences": []})
        config = self.runtime.config
        packed = pack(self.runtime.encoding, text, sentences, config.max_tokens, config.overlap, config.issues)
        reading = self.runtime.read(packed)
        entities, mentions = self._mentions(article, reading)
        known = {entity.name.casefold() for entity in entities}
        entities += [
            Entity(id=f"issue:{at}", name=name, kind="issue")
            for at, name in enumerate(config.issues)
            if name.casefold() not in known
        ]
        return base.model_copy(
            update={
                "entities": entities,
                "mentions": mentions,
                "sentences": self._sentences(text, reading, sentences, entities, mentions),
            }
        )

    def _mentions(self, article: Article, reading: Reading) -> tuple[list[Entity], list[Mention]]:
        if "mentions" in self.given and article.mentions is not None:
            listed = group(article.text, [], self.targets, article.ignored)
            return _with_listed(_given_mentions(article), listed)
        found: list[Found] = []
        if "mention" in self.runtime.heads:
            found = [Found(start, end, kind) for start, end, kind in decode_mentions(reading, article.text)]
        return group(article.text, found, self.targets, article.ignored)

    def _sentences(
        self, text: str, reading: Reading, spans: Sequence[Span], entities: list[Entity], mentions: list[Mention]
    ) -> list[Sentence]:
        config, heads = self.runtime.config, self.runtime.heads
        names = {entity.id: entity.name for entity in entities}
        targets, owners = _targets(reading, spans, mentions)
        stances: list[list[Stance]] = [[] for _ in spans]
        if "stance" in heads and targets:
            probabilities = softmax(reading.stances(targets), config.temperatures.get("stance", 1.0))
            for (index, _), mention, row in zip(targets, owners, probabilities, strict=True):
                label, shown, abstained = answer(row, config.heads.stances, config, "stance")
                name = names.get(mention.entity or "") or mention.of(text)
                stances[index].append(
                    Stance(target=name, mention=mention.id, label=label, probabilities=shown, abstained=abstained)
                )
        if "stance" in heads and config.issues:
            for index, rows in enumerate(softmax(reading.issue_stances(), config.temperatures.get("stance", 1.0))):
                named = {stance.target.casefold() for stance in stances[index]}
                for issue, row in zip(config.issues, rows, strict=True):
                    if issue.casefold() in named:
                        continue  # where the sentence names it, it is a target like others
                    label, shown, abstained = answer(row, config.heads.stances, config, "stance")
                    stances[index].append(Stance(target=issue, label=label, probabilities=shown, abstained=abstained))
        sides = self._sides(reading, stances)
        topics = softmax(reading.topics(), config.temperatures.get("topic", 1.0)) if "topic" in heads else None
        salience = expit(reading.salience()) if "salience" in heads else None
        out = []
        for index, span in enumerate(spans):
            fields: dict[str, Any] = {"start": span.start, "end": span.end}
            shown_all, abstentions = {}, []
            if topics is not None:
                label, shown, abstained = answer(topics[index], config.heads.topics, config, "topic")
                fields["topics"] = [label]
                shown_all["topics"] = shown
                abstentions += ["topics"] if abstained else []
            if "stance" in heads:
                fields["stances"] = stances[index]
            if {"stance", "sentence_stance"} & heads:
                fields["stance"], shown, abstained = sides[index]
                fields["stance_source"] = "model" if "sentence_stance" in heads else "targets"
                abstentions += ["stance"] if abstained else []
                if shown:
                    shown_all["stance"] = shown
            fields["probabilities"] = shown_all
            fields["abstained"] = abstentions
            if salience is not None:
                fields["salience"] = round(float(salience[index]), 4)
            out.append(Sentence(**fields))
        return out

    def _sides(self, reading: Reading, stances: Sequence[Sequence[Stance]]) -> list[Answer]:
        """The side of each sentence: as the model reads it or, where it has no head for it, from its targets."""
        config = self.runtime.config
        if "sentence_stance" not in self.runtime.heads:
            return [sentence_stance(each) for each in stances]
        rows = softmax(reading.sentence_stances(), config.temperatures.get("sentence_stance", 1.0))
        return [answer(row, config.heads.stances, config, "sentence_stance") for row in rows]


def _ignore(_skipped: Skipped) -> None:
    return None


def _is_path(text: str | Path) -> bool:
    try:
        return len(str(text)) < 4096 and "\n" not in str(text) and Path(text).exists()
    except (OSError, ValueError):
        return False


def _given_mentions(article: Article) -> tuple[list[Entity], list[Mention]]:
    """The article's own mentions; one that names no entity becomes an entity of its own, by its text."""
    entities = list(article.entities or [])
    known = {entity.id for entity in entities}
    mentions = []
    for mention in article.mentions or []:
        entity = mention.entity or f"text:{mention.of(article.text).casefold()}"
        if entity not in known:
            known.add(entity)
            entities.append(Entity(id=entity, name=mention.of(article.text)))
        mentions.append(mention.model_copy(update={"entity": entity}))
    return entities, mentions


def _with_listed(
    given: tuple[list[Entity], list[Mention]], listed: tuple[list[Entity], list[Mention]]
) -> tuple[list[Entity], list[Mention]]:
    """Given entities and mentions with the listed targets beside them; one of the same name is the same entity."""
    entities, mentions = list(given[0]), list(given[1])
    ids = {entity.name: entity.id for entity in entities}
    own = {}
    for entity in listed[0]:
        own[entity.id] = ids.get(entity.name, f"listed:{entity.id}")
        if entity.name not in ids:
            entities.append(entity.model_copy(update={"id": own[entity.id]}))
    for mention in listed[1]:
        named = {"id": f"listed:{mention.id}", "entity": own[mention.entity or ""]}
        mentions.append(mention.model_copy(update=named))
    return entities, mentions


def _targets(
    reading: Reading, spans: Sequence[Span], mentions: Sequence[Mention]
) -> tuple[list[tuple[int, list[Span]]], list[Mention]]:
    """(sentence, spans) of every entity in every sentence, with its first mention there, in text order."""
    grouped: dict[tuple[int, str], list[Mention]] = {}
    index = 0
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        while index < len(spans) and spans[index].end <= mention.start:
            index += 1
        # a span that touches no token (whitespace, or outside all sentences) has nothing to read
        inside = index < len(spans) and spans[index].start <= mention.start
        if inside and len(tokens_of(reading.packed, index, mention)):
            grouped.setdefault((index, mention.entity or mention.id), []).append(mention)
    targets = [(sentence, list[Span](group)) for (sentence, _), group in grouped.items()]
    return targets, [group[0] for group in grouped.values()]


def sentence_stance(stances: Sequence[Stance]) -> Answer:
    """The side that a sentence takes, with its probabilities and whether the model abstains, from its target stances.

    It is that of the target on which the model is surest of a side, else neutral. Where it abstains on every target, so
    it does on the sentence. With no target: neutral, without probabilities.
    """
    sure = [stance for stance in stances if not stance.abstained]
    sided = [stance for stance in sure if SIDES.get(stance.label.casefold()) != 0]
    if not sure:
        return "neutral", {}, bool(stances)
    main = max(sided or sure, key=lambda stance: (stance.probabilities or {}).get(stance.label, 0.0))
    return main.label, dict(main.probabilities or {}), False
