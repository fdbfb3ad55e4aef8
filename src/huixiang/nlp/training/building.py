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
from huixiang.nlp.training.corpus import Row, by_id, own_labels, rows
from huixiang.nlp.training.kernel import Examples, fit_space
from huixiang.nlp.training.meanings import Meanings
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
        self.meanings = Meanings.load(directory)
        self.others = {**by_id(self.unlabelled), **self.replied}

    def open_traffic(self) -> list[Row]:
        """Return the messages of `topics`, in its order."""
        return [self.traffic[row["id"]] for row in self.topics]

    def everything(self) -> list[Row]:
        """Return every message once, for what is learnt without labels."""
        return [*self.broad, *self.titles, *self.traffic.values(), *self.unlabelled, *self.replied.values()]

    def judged(self) -> set[str]:
        """Return the ids of the messages on which some model is judged."""
        return {row["id"] for row in (*self.broad, *self.topics, *self.replies, *self.unit_kinds)}

    def read_by_us(self, name: str, known: Sequence[Row]) -> list[Row]:
        """Return the project's own labels `name` of messages that stand here, without those whose label is `known`."""
        taken = by_id(known)
        return [row for i, row in own_labels(name).items() if i in self.others and i not in taken]


def train_space(corpus: Corpus) -> Parameters:
    """Return rarity and projection; no label takes part, and no message that is judged lends its sentence vector."""
    messages = corpus.everything()
    counted = [vectors.tokens(m["title"], m["detail"]) for m in messages]
    card = {"model": "space", "features": vectors.FEATURES, "messages": len(messages)}
    if corpus.meanings is None:
        return Parameters(fit_space(counted), {**card, "sentence_vectors": 0})
    judged, known = corpus.judged(), corpus.meanings.texts
    texts = {n: known[m["id"]] for n, m in enumerate(messages) if m["id"] in known and m["id"] not in judged}
    return Parameters(fit_space(counted, texts, corpus.meanings.words), {**card, "sentence_vectors": len(texts)})


def train_topics(corpus: Corpus, space: Space) -> Parameters:
    """Return the topic model: learnt from the broad set, open traffic and messages we read; judged on the first two."""
    # Unit kinds are judged on what this model says: it must not have learnt from those messages.
    own = corpus.read_by_us("messages", corpus.unit_kinds)
    narrow = [*corpus.broad, *corpus.titles]
    messages = [*narrow, *corpus.open_traffic(), *(corpus.others[row["id"]] for row in own)]
    labels = [row["label"] for row in (*narrow, *corpus.topics)] + [row["topic"] for row in own]
    kind = np.array([topics.NARROW] * len(narrow) + [topics.OPEN] * (len(messages) - len(narrow)))
    trust = np.array([1.0] * len(narrow) + [2.0] * len(corpus.topics) + [2.0 if row["sure"] else 1.0 for row in own])
    places = np.arange(len(messages))
    judged = (places < len(corpus.broad)) | ((places >= len(narrow)) & (places < len(messages) - len(own)))
    return topics.train(examples(messages, space), topics.Labelled(labels, kind, trust, judged))


def train_urgency(corpus: Corpus, space: Space) -> Parameters:
    """Return the urgency model: learnt from open traffic, replies and what we read; judged without the last."""
    gold = [*corpus.topics, *corpus.replies]
    own = corpus.read_by_us("replies", gold)
    own += corpus.read_by_us("messages", [*gold, *own])
    messages = [*corpus.open_traffic(), *(corpus.others[row["id"]] for row in (*corpus.replies, *own))]
    flags = np.stack([cues(m["title"], m["detail"]) for m in messages])
    judged = np.arange(len(messages)) < len(gold)
    return urgency.train(examples(messages, space), flags, [row["urgency"] for row in (*gold, *own)], judged)


def train_unit_kinds(corpus: Corpus, space: Space, model: TopicModel) -> Parameters:
    """Return the model of unit kinds, learnt from who really answered."""
    known = [*corpus.unit_kinds, *corpus.read_by_us("unit_kinds", corpus.unit_kinds)]
    messages = [corpus.replied[row["id"]] for row in known]
    seen = [reading(m, space) for m in messages]
    ranked = model.topics_many(seen)
    table = [facts(m["title"], m["detail"], r, t) for m, r, t in zip(messages, seen, ranked, strict=True)]
    judged = np.arange(len(known)) < len(corpus.unit_kinds)
    return unit_kinds.train(np.stack(table), [r["kind"] for r in known], [m["group"] for m in messages], judged)


def train_second_topics(corpus: Corpus, space: Space) -> Parameters:
    """Return the model of second-level topics, learnt from open traffic."""
    messages = corpus.open_traffic()
    names = [(row["label"], row["level2"]) for row in corpus.topics]
    return second_topics.train([reading(m, space) for m in messages], names, [m["group"] for m in messages])


def train_demands(corpus: Corpus) -> Parameters:
    """Return the demand model."""
    own = [_with_spans(row, corpus.others[row["id"]]) for row in corpus.read_by_us("replies", corpus.replies)]
    labels = [*corpus.replies, *own]
    return demands.train([corpus.replied[row["id"]] for row in labels], labels, len(corpus.replies))


def _with_spans(row: Row, message: Row) -> Row:
    """Return the label with the words that its places stand for."""
    spans = [{**d, "span": message[d["field"]][d["start"] : d["end"]]} for d in row["demands"]]
    return {**row, "demands": spans}


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
