"""Fits the weights of `nlp.commitments` from replies whose promises a reader marked."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp import commitments
from huixiang.nlp.clauses import Run
from huixiang.nlp.commitments import FEATURES, CommitmentModel
from huixiang.nlp.demands import DIMENSIONS, Features
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.corpus import Row
from huixiang.nlp.training.linear import Table, folds, logistic, stacked, table
from huixiang.nlp.training.scoring import f1, matched

STRENGTH: Final = 0.3
THRESHOLDS: Final = (0.15, 0.2, 0.25, 0.3, 0.35)
LEAST_SHARE: Final = 0.5
"""A run is a promise if it and a marked span have at least this share of both together in common."""


class Read(NamedTuple):
    """One reply made ready: its candidates, their features, which are right, and the reader's spans."""

    reply: str
    truth: list[str]
    candidates: list[Run]
    features: Features | None
    right: npt.NDArray[np.bool_]


def train(replies: Sequence[Row], labels: Sequence[Row]) -> tuple[Parameters, list[npt.NDArray[np.float64]]]:
    """Return trained parameters, and for each reply the chances that a model gave which had not seen it."""
    found = [read(reply, label) for reply, label in zip(replies, labels, strict=True)]
    chances, counts = _cross_validated(found, [reply["group"] for reply in replies])
    hits, told, actual = (int(n) for n in counts)
    weights, bias = fit(found)
    card = {
        "model": "commitments",
        "features": FEATURES,
        "replies": len(found),
        "threshold": best_threshold(found, chances),
        "cross_validated": {"f1": round(f1(hits, told, actual), 4), "told": told, "marked": actual, "hits": hits},
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        "weights": weights.astype(np.float16),
        "bias": np.array(bias, dtype=np.float32),
    }
    return Parameters(arrays, card), chances


def read(reply: Row, label: Row) -> Read:
    """Make one reply ready."""
    text = str(reply["reply"])
    _, candidates, features = commitments.candidates_of(text, date.fromisoformat(reply["reply_time"][:10]))
    right = np.zeros(len(candidates), dtype=bool)
    for marked in label["commitments"]:
        start = text.find(marked["span"])
        end = start + len(marked["span"])
        for place, run in enumerate(candidates if start >= 0 else []):
            common = min(end, run.end) - max(start, run.start)
            right[place] |= common >= LEAST_SHARE * (max(end, run.end) - min(start, run.start))
    return Read(text, [c["span"] for c in label["commitments"]], candidates, features, right)


def fit(found: Sequence[Read]) -> tuple[npt.NDArray[Any], float]:
    """Return weights and bias."""
    used = [one for one in found if one.features is not None]
    x = stacked([_table(one.features) for one in used if one.features is not None])
    weights, bias = logistic(x, np.concatenate([one.right for one in used]), STRENGTH)
    return weights[:, 0], float(bias[0])


def best_threshold(found: Sequence[Read], chances: Sequence[npt.NDArray[np.float64]]) -> float:
    """Return the threshold with the best F1."""

    def value(threshold: float) -> float:
        counts = [_count(one, c, threshold) for one, c in zip(found, chances, strict=True)]
        hits, told, actual = (int(n) for n in np.sum(counts, axis=0))
        return f1(hits, told, actual)

    return max(THRESHOLDS, key=value)


def _cross_validated(
    found: Sequence[Read], groups: Sequence[str]
) -> tuple[list[npt.NDArray[np.float64]], npt.NDArray[np.int64]]:
    chances: list[npt.NDArray[np.float64]] = [np.empty(0)] * len(found)
    counts = np.zeros(3, dtype=np.int64)
    for learn, judge in folds(groups):
        inner_learn, inner_judge = next(folds([groups[i] for i in learn]))
        inside = [found[learn[i]] for i in inner_judge]
        inner = _model([found[learn[i]] for i in inner_learn])
        threshold = best_threshold(inside, [_chances(inner, one) for one in inside])
        model = _model([found[i] for i in learn])
        for i in judge:
            chances[i] = _chances(model, found[i])
            counts += _count(found[i], chances[i], threshold)
    return chances, counts


def _model(found: Sequence[Read]) -> CommitmentModel:
    weights, bias = fit(found)
    return CommitmentModel(weights.astype(np.float32), bias, 0.0)


def _chances(model: CommitmentModel, one: Read) -> npt.NDArray[np.float64]:
    return model.probabilities(one.features) if one.features is not None else np.empty(0)


def _count(one: Read, chances: npt.NDArray[np.float64], threshold: float) -> npt.NDArray[np.int64]:
    places = commitments.choose(one.candidates, chances, threshold)
    told = [one.reply[one.candidates[p].start : one.candidates[p].end] for p in places]
    return np.array([matched(told, one.truth), len(told), len(one.truth)])


def _table(features: Features) -> Table:
    return table(features.rows, features.ids, features.values, (features.height, DIMENSIONS))
