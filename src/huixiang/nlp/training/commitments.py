"""Fits the weights of `nlp.commitments` from replies whose promises a reader marked."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp import commitments
from huixiang.nlp.clauses import Run
from huixiang.nlp.commitments import FEATURES, CommitmentModel
from huixiang.nlp.dates import moments
from huixiang.nlp.demands import DIMENSIONS, Features
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.corpus import Row
from huixiang.nlp.training.linear import Table, folds, logistic, stacked, table
from huixiang.nlp.training.scoring import f1, matched

STRENGTH: Final = 0.3
THRESHOLDS: Final = (0.15, 0.18, 0.21, 0.24, 0.27, 0.3, 0.35)
TRUST: Final = 0.7
"""Trust in a label of the project's own readers beside one of the data's makers."""

LEAST_SHARE: Final = 0.5
"""A run is a promise if it and a marked span have at least this share of both together in common."""


class Read(NamedTuple):
    """One reply made ready: its candidates, their features, which are right, and the reader's spans."""

    reply: str
    truth: list[str]
    candidates: list[Run]
    features: Features | None
    right: npt.NDArray[np.bool_]
    written: date


def train(replies: Sequence[Row], labels: Sequence[Row], gold: int) -> tuple[Parameters, list[list[dict[str, Any]]]]:
    """Return trained parameters, and the promises of each of the first `gold` replies as told without seeing it.

    The labels after the first `gold` teach, but choose no threshold and are not scored on.
    """
    found = [read(reply, label) for reply, label in zip(replies, labels, strict=True)]
    groups = np.array([reply["group"] for reply in replies])
    places = _Places(found, groups, gold)
    told, chances = places.cross_validated()
    hits, predicted, actual = (
        int(sum(n)) for n in zip(*(_matched(found[i], told[i]) for i in range(gold)), strict=True)
    )
    weights, bias = fit(found, places.trust)
    card = {
        "model": "commitments",
        "features": FEATURES,
        "replies": len(found),
        "threshold": best_threshold(found[:gold], chances),
        "cross_validated": {"f1": round(f1(hits, predicted, actual), 4), "told": predicted, "marked": actual},
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        "weights": weights.astype(np.float16),
        "bias": np.array(bias, dtype=np.float32),
    }
    spans = [_spans(found[i], told[i]) for i in range(gold)]
    return Parameters(arrays, card), spans


def read(reply: Row, label: Row) -> Read:
    """Make one reply ready."""
    text = str(reply["reply"])
    written = date.fromisoformat(reply["reply_time"][:10])
    _, candidates, features = commitments.candidates_of(text, written)
    right = np.zeros(len(candidates), dtype=bool)
    for marked in label["commitments"]:
        start = text.find(marked["span"])
        end = start + len(marked["span"])
        for place, run in enumerate(candidates if start >= 0 else []):
            common = min(end, run.end) - max(start, run.start)
            right[place] |= common >= LEAST_SHARE * (max(end, run.end) - min(start, run.start))
    return Read(text, [c["span"] for c in label["commitments"]], candidates, features, right, written)


def fit(found: Sequence[Read], trust: npt.NDArray[np.float64]) -> tuple[npt.NDArray[Any], float]:
    """Return weights and bias; `trust` weighs each reply."""
    used = [place for place, one in enumerate(found) if one.features is not None]
    x = stacked([_table(features) for features in (found[place].features for place in used) if features is not None])
    right = np.concatenate([found[place].right for place in used])
    weight = np.concatenate([np.full(len(found[place].right), trust[place]) for place in used])
    weights, bias = logistic(x, right, STRENGTH, weight)
    return weights[:, 0], float(bias[0])


def best_threshold(found: Sequence[Read], chances: Sequence[npt.NDArray[np.float64]]) -> float:
    """Return the threshold with the best F1."""

    def value(threshold: float) -> float:
        counts = [_count(one, c, threshold) for one, c in zip(found, chances, strict=True)]
        hits, told, actual = (int(n) for n in np.sum(counts, axis=0))
        return f1(hits, told, actual)

    return max(THRESHOLDS, key=value)


class _Places:
    """Which replies teach and which are judged; near-duplicates, which share a group, never do both."""

    def __init__(self, found: Sequence[Read], groups: npt.NDArray[Any], gold: int) -> None:
        self.found, self.groups, self.gold = found, groups, gold
        self.trust = np.where(np.arange(len(found)) < gold, 1.0, TRUST)

    def cross_validated(self) -> tuple[list[list[int]], list[npt.NDArray[np.float64]]]:
        """Return the chosen candidates and the chances of each gold reply; thresholds come from inner folds."""
        told: list[list[int]] = [[]] * self.gold
        chances: list[npt.NDArray[np.float64]] = [np.empty(0)] * self.gold
        for learn, judge in self.folds(np.arange(len(self.found))):
            inner_learn, inner_judge = next(self.folds(learn))
            inner = self.model(inner_learn)
            inside = [self.found[i] for i in inner_judge]
            threshold = best_threshold(inside, [_chances(inner, one) for one in inside])
            model = self.model(learn)
            for i in judge:
                chances[i] = _chances(model, self.found[i])
                told[i] = commitments.choose(self.found[i].candidates, chances[i], threshold)
        return told, chances

    def folds(self, within: npt.NDArray[Any]) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """Yield (rows of `within` to learn from, gold rows of `within` to judge)."""
        gold = within[within < self.gold]
        for _, judge in folds(self.groups[gold]):
            held = gold[judge]
            yield within[~np.isin(self.groups[within], self.groups[held])], held

    def model(self, learn: npt.NDArray[Any]) -> CommitmentModel:
        """Learn from some replies."""
        weights, bias = fit([self.found[i] for i in learn], self.trust[learn])
        return CommitmentModel(weights.astype(np.float32), bias, 0.0)


def _spans(one: Read, told: Sequence[int]) -> list[dict[str, Any]]:
    named = moments(one.reply, one.written)
    promises = [commitments.dated(one.reply, one.candidates[place], named, one.written) for place in told]
    return [{"span": p.span, "due": p.due.isoformat() if p.due else None} for p in promises]


def _chances(model: CommitmentModel, one: Read) -> npt.NDArray[np.float64]:
    if one.features is None:
        return np.empty(0)
    named = moments(one.reply, one.written)
    return commitments.leaning(model.probabilities(one.features), one.candidates, named, one.written)


def _count(one: Read, chances: npt.NDArray[np.float64], threshold: float) -> tuple[int, int, int]:
    return _matched(one, commitments.choose(one.candidates, chances, threshold))


def _matched(one: Read, places: Sequence[int]) -> tuple[int, int, int]:
    told = [one.reply[one.candidates[p].start : one.candidates[p].end] for p in places]
    return matched(told, one.truth), len(told), len(one.truth)


def _table(features: Features) -> Table:
    return table(features.rows, features.ids, features.values, (features.height, DIMENSIONS))
