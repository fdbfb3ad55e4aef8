"""Trains every model from a directory of labelled messages and writes the parameters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from huixiang.nlp import vectors
from huixiang.nlp.pairs import Comparison, Message
from huixiang.nlp.parameters import Parameters, load
from huixiang.nlp.topics import TopicModel
from huixiang.nlp.training import demands, hotspots, second_topics, topics, unit_kinds, urgency
from huixiang.nlp.training.corpus import Row, by_id, rows
from huixiang.nlp.training.kernel import Examples, fit_space
from huixiang.nlp.unit_kinds import facts
from huixiang.nlp.urgency import cues
from huixiang.nlp.vectors import Reading, Space


class Corpus:
    """The labelled and unlabelled messages of one directory (files named as in the data's own description)."""

    def __init__(self, directory: Path) -> None:
        self.broad = rows(directory, "messages_labelled")
        titles = rows(directory, "messages_labelled_title_only")
        self.titles = [{**row, "detail": ""} for row in titles]
        self.replied = by_id(rows(directory, "messages_replies"))
        self.traffic = by_id(rows(directory, "messages_competition_test"))
        self.unlabelled = rows(directory, "messages_hot")
        self.topics = [row for row in rows(directory, "topics_labelled") if row["id"] in self.traffic]
        self.replies = [row for row in rows(directory, "reply_labels") if row["id"] in self.replied]
        self.unit_kinds = [row for row in rows(directory, "reply_unit_kinds") if row["id"] in self.replied]

    def open_traffic(self) -> list[Row]:
        """Return the messages of `topics`, in its order."""
        return [self.traffic[row["id"]] for row in self.topics]

    def everything(self) -> list[Row]:
        """Return every message once, for what is learnt without labels."""
        return [*self.broad, *self.titles, *self.traffic.values(), *self.unlabelled, *self.replied.values()]


def train_space(corpus: Corpus) -> Parameters:
    """Return rarity and projection; no label takes part."""
    messages = corpus.everything()
    arrays = fit_space([vectors.tokens(m["title"], m["detail"]) for m in messages])
    return Parameters(arrays, {"model": "space", "features": vectors.FEATURES, "messages": len(messages)})


def train_topics(corpus: Corpus, space: Space) -> Parameters:
    """Return the topic model: learnt from the broad set and open traffic, judged on both."""
    messages = [*corpus.broad, *corpus.titles, *corpus.open_traffic()]
    labels = [row["label"] for row in (*corpus.broad, *corpus.titles, *corpus.topics)]
    is_open = np.arange(len(labels)) >= len(labels) - len(corpus.topics)
    return topics.train(examples(messages, space), labels, is_open)


def train_urgency(corpus: Corpus, space: Space) -> Parameters:
    """Return the urgency model: learnt from open traffic and from replied messages."""
    messages = [*corpus.open_traffic(), *(corpus.replied[row["id"]] for row in corpus.replies)]
    levels = [row["urgency"] for row in (*corpus.topics, *corpus.replies)]
    flags = np.stack([cues(m["title"], m["detail"]) for m in messages])
    return urgency.train(examples(messages, space), flags, levels)


def train_unit_kinds(corpus: Corpus, space: Space, model: TopicModel) -> Parameters:
    """Return the model of unit kinds, learnt from who really answered."""
    messages = [corpus.replied[row["id"]] for row in corpus.unit_kinds]
    table = [
        facts(m["title"], m["detail"], seen, model.topics(seen))
        for m, seen in ((m, reading(m, space)) for m in messages)
    ]
    return unit_kinds.train(np.stack(table), [r["kind"] for r in corpus.unit_kinds], [m["group"] for m in messages])


def train_second_topics(corpus: Corpus, space: Space) -> Parameters:
    """Return the model of second-level topics, learnt from open traffic."""
    messages = corpus.open_traffic()
    names = [(row["label"], row["level2"]) for row in corpus.topics]
    return second_topics.train([reading(m, space) for m in messages], names, [m["group"] for m in messages])


def train_demands(corpus: Corpus) -> Parameters:
    """Return the demand model."""
    return demands.train([corpus.replied[row["id"]] for row in corpus.replies], corpus.replies)


def train_hotspots(corpus: Corpus, space: Parameters, gold: Sequence[Row], hard: Sequence[Row]) -> Parameters:
    """Return the model that joins messages about one matter."""
    messages = [
        Message(m["title"], m["detail"], m["user"], datetime.fromisoformat(m["time"])) for m in corpus.unlabelled
    ]
    compared = Comparison(messages, Space.of(space), int(space.card["messages"]))
    return hotspots.train(compared, {m["id"]: n for n, m in enumerate(corpus.unlabelled)}, gold, hard)


def examples(messages: Sequence[Row], space: Space) -> Examples:
    """Return the messages as the models see them, with their groups."""
    return Examples([reading(m, space) for m in messages], [m["group"] for m in messages])


def reading(message: Row, space: Space) -> Reading:
    """Return one message as the models see it."""
    return space.read(message["title"], message["detail"])


MODELS = ("space", "topics", "second_topics", "urgency", "unit_kinds", "demands", "hotspots")
"""In the order of training: the later ones read with what the earlier ones learnt."""


def build(source: Path, target: Path, only: Sequence[str], date: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Train the models named, write each into `target`, and yield its name and card.

    A model that is not named is taken from `target` where another needs it; raises NoData, BadParameters.
    """
    corpus = Corpus(source)
    for name in (model for model in MODELS if model in only):
        trained = _trainer(name, corpus, source, target)()
        dated = Parameters(trained.arrays, {**trained.card, "date": date})
        dated.save(name, target)
        yield name, dated.card


def _trainer(name: str, corpus: Corpus, source: Path, target: Path) -> Callable[[], Parameters]:
    def space() -> Space:
        return Space.of(load("space", vectors.FEATURES, target))

    def topic_model() -> TopicModel:
        return TopicModel.of(load("topics", vectors.FEATURES, target))

    return {
        "space": lambda: train_space(corpus),
        "topics": lambda: train_topics(corpus, space()),
        "second_topics": lambda: train_second_topics(corpus, space()),
        "urgency": lambda: train_urgency(corpus, space()),
        "unit_kinds": lambda: train_unit_kinds(corpus, space(), topic_model()),
        "demands": lambda: train_demands(corpus),
        "hotspots": lambda: train_hotspots(
            corpus,
            load("space", vectors.FEATURES, target),
            rows(source, "hot_gold"),
            rows(source, "hot_hard_negatives"),
        ),
    }[name]
