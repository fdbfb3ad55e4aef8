"""Fits the weights of `nlp.commitments` from replies whose promises a reader marked."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp import commitments
from huixiang.nlp.clauses import Run
from huixiang.nlp.commitments import FEATURES, CommitmentModel
from huixiang.nlp.demands import DIMENSIONS, Features
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.promise_cues import CUES, Cut, Sight, sight
from huixiang.nlp.training.corpus import Row
from huixiang.nlp.training.linear import Table, beside, folds, logistic, stacked, table
from huixiang.nlp.training.scoring import f1, matched

Array = npt.NDArray[Any]

STRENGTH: Final = 0.3
THRESHOLDS: Final = tuple(float(t) for t in np.arange(-1.6, 0.01, 0.1).round(1))
"""In logits, after the lean to dated clauses."""

TRUST: Final = 0.7
"""Trust in a label of the project's own readers beside one of the data's makers."""

LEAST_SHARE: Final = 0.5
"""A clause belongs to a promise if more than this share of it stands in a marked span."""


class Read(NamedTuple):
    """One reply made ready: cut into clauses, their features, which belong to a promise, and the reader's spans."""

    cut: Cut
    truth: list[str]
    words: Features
    seen: Sight
    right: npt.NDArray[np.bool_]


def train(replies: Sequence[Row], labels: Sequence[Row], gold: int) -> tuple[Parameters, list[list[dict[str, Any]]]]:
    """Return trained parameters, and the promises of each of the first `gold` replies as told without seeing it.

    The labels after the first `gold` teach, but choose no threshold and are not scored on.
    """
    found = [read(reply, label) for reply, label in zip(replies, labels, strict=True)]
    places = _Places(found, np.array([reply["group"] for reply in replies]), gold)
    told, odds = places.cross_validated()
    hits, predicted, actual = (
        int(sum(n)) for n in zip(*(_matched(found[i], told[i]) for i in range(gold)), strict=True)
    )
    model = places.model(np.arange(len(found)))
    card = {
        "model": "commitments",
        "features": FEATURES,
        "replies": len(found),
        "threshold": best_threshold(found[:gold], odds),
        "cross_validated": {"f1": round(f1(hits, predicted, actual), 4), "told": predicted, "marked": actual},
    }
    arrays: dict[str, Array] = {
        "words": model.words.astype(np.float16),
        "seen": model.seen.astype(np.float32),
        "pairs": model.pairs.astype(np.float16),
        "bias": np.array(model.bias, dtype=np.float32),
    }
    return Parameters(arrays, card), [_spans(found[i], told[i]) for i in range(gold)]


def read(reply: Row, label: Row) -> Read:
    """Make one reply ready."""
    cut = Cut.of(str(reply["reply"]), date.fromisoformat(reply["reply_time"][:10]))
    right = np.zeros(len(cut.clauses), dtype=bool)
    for marked in label["commitments"]:
        start = cut.reply.find(marked["span"])
        end = start + len(marked["span"])
        for place, clause in enumerate(cut.clauses if start >= 0 else []):
            right[place] |= min(end, clause.end) - max(start, clause.start) > LEAST_SHARE * (clause.end - clause.start)
    return Read(cut, [c["span"] for c in label["commitments"]], commitments.words_of(cut), sight(cut), right)


def fit(tables: Sequence[Table], found: Sequence[Read], trust: npt.NDArray[np.float64]) -> CommitmentModel:
    """Return the model of the replies `found`, whose `tables` are ready; `trust` weighs each reply."""
    right = np.concatenate([one.right for one in found])
    weight = np.concatenate([np.full(len(one.right), some) for one, some in zip(found, trust, strict=True)])
    weights, bias = logistic(stacked(tables), right, STRENGTH, weight)
    words, seen, pairs = np.split(weights[:, 0].astype(np.float32), [DIMENSIONS, -_crossed(found[0])])
    return CommitmentModel(words, seen, pairs.reshape(len(CUES), -1), float(bias[0]), 0.0)


def best_threshold(found: Sequence[Read], odds: Sequence[Array]) -> float:
    """Return the threshold with the best F1."""

    def value(threshold: float) -> float:
        counts = [_matched(one, _choose(one, o, threshold)) for one, o in zip(found, odds, strict=True)]
        return f1(*(int(n) for n in np.sum(counts, axis=0)))

    return max(THRESHOLDS, key=value)


class _Places:
    """Which replies teach and which are judged; near-duplicates, which share a group, never do both."""

    def __init__(self, found: Sequence[Read], groups: Array, gold: int) -> None:
        self.found, self.groups, self.gold = found, groups, gold
        self.trust = np.where(np.arange(len(found)) < gold, 1.0, TRUST)
        self.tables = [_table(one) for one in found]

    def cross_validated(self) -> tuple[list[list[Run]], list[Array]]:
        """Return the chosen promises and the logits of each gold reply; thresholds come from inner folds."""
        told: list[list[Run]] = [[]] * self.gold
        odds: list[Array] = [np.empty(0)] * self.gold
        for learn, judge in self.folds(np.arange(len(self.found)), 5):
            threshold = self._threshold(learn)
            model = self.model(learn)
            for i in judge:
                odds[i] = _odds(model, self.found[i])
                told[i] = _choose(self.found[i], odds[i], threshold)
        return told, odds

    def _threshold(self, within: Array) -> float:
        """Return the threshold that is best on the gold of `within`, each part judged by a model of the others."""
        inside: list[Read] = []
        odds: list[Array] = []
        for learn, judge in self.folds(within, 3):
            model = self.model(learn)
            inside += [self.found[i] for i in judge]
            odds += [_odds(model, self.found[i]) for i in judge]
        return best_threshold(inside, odds)

    def folds(self, within: Array, count: int) -> Iterator[tuple[Array, Array]]:
        """Yield (rows of `within` to learn from, gold rows of `within` to judge), `count` times."""
        gold = within[within < self.gold]
        for _, judge in folds(self.groups[gold], count):
            held = gold[judge]
            yield within[~np.isin(self.groups[within], self.groups[held])], held

    def model(self, learn: Array) -> CommitmentModel:
        """Learn from some replies."""
        return fit([self.tables[i] for i in learn], [self.found[i] for i in learn], self.trust[learn])


def _spans(one: Read, told: Sequence[Run]) -> list[dict[str, Any]]:
    promises = [commitments.dated(one.cut, run) for run in told]
    return [{"span": p.span, "due": p.due.isoformat() if p.due else None} for p in promises]


def _odds(model: CommitmentModel, one: Read) -> Array:
    return commitments.leaning(model.odds(one.words, one.seen), one.cut)


def _choose(one: Read, odds: Array, threshold: float) -> list[Run]:
    return commitments.choose(one.cut, odds, threshold)


def _matched(one: Read, told: Sequence[Run]) -> tuple[int, int, int]:
    spans = [one.cut.reply[run.start : run.end] for run in told]
    return matched(spans, one.truth), len(spans), len(one.truth)


def _crossed(one: Read) -> int:
    return len(CUES) * int(commitments.partners(one.seen).shape[1])


def _table(one: Read) -> Table:
    """Return the columns of one reply: hashed words, what is seen, and every own cue beside every partner."""
    words = table(one.words.rows, one.words.ids, one.words.values, (one.words.height, DIMENSIONS))
    pairs = one.seen.own[:, :, None] * commitments.partners(one.seen)[:, None, :]
    return beside([words, commitments.columns(one.seen), pairs.reshape(len(pairs), -1)])
