"""Fits the weights of `nlp.demands` from messages whose demands a reader marked."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp import demands
from huixiang.nlp.clauses import clauses
from huixiang.nlp.demands import DIMENSIONS, FEATURES, KINDS, Candidate, DemandModel
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.corpus import Row
from huixiang.nlp.training.linear import Table, folds, logistic, stacked, table
from huixiang.nlp.training.scoring import f1, matched, overlap

STRENGTH: Final = 0.1
THRESHOLDS: Final = (0.25, 0.3, 0.35, 0.4, 0.45)
LEAST_SHARE: Final = 0.2
"""A run counts as a demand if it meets a marked span and at least this share of both together is common."""


class _Read(NamedTuple):
    """One message made ready: its candidates, their features, and what the reader's spans say about each."""

    truth: list[str]
    spans: list[str]
    candidates: list[Candidate]
    features: demands.Features
    right: npt.NDArray[np.bool_]
    kinds: npt.NDArray[np.int64]


def train(messages: Sequence[Row], labels: Sequence[Row], judged: int) -> Parameters:
    """Return trained parameters with cross-validated scores in the card; both sequences run in parallel.

    The first `judged` messages are scored, the others only learnt from.
    """
    read = [_read(m, label) for m, label in zip(messages, labels, strict=True)]
    groups = [m["group"] for m in messages]
    scores = _cross_validated(read, groups, judged)
    weights, bias = _fit(read)
    card = {"model": "demands", "features": FEATURES, "messages": len(read), "strength": STRENGTH, **scores}
    return Parameters({"weights": weights.astype(np.float16), "bias": bias.astype(np.float32)}, card)


def _cross_validated(read: Sequence[_Read], groups: Sequence[str], judged: int) -> dict[str, Any]:
    """Choose the threshold on the learning side of each fold and score the judged ones of the other side with it."""
    counts = np.zeros(3, dtype=int)
    kind_right = kind_all = 0
    held_scores: list[npt.NDArray[np.float64]] = [np.empty(0)] * len(read)
    for learn, judge in folds(groups):
        inner_learn, inner_judge = next(folds([groups[i] for i in learn]))
        inner = _model([read[learn[i]] for i in inner_learn])
        inside = [read[learn[i]] for i in inner_judge if learn[i] < judged]
        threshold = _best_threshold(inside, [_scores(inner, one) for one in inside])
        model = _model([read[i] for i in learn])
        for i in (i for i in judge if i < judged):
            table = model.scores(read[i].features)
            held_scores[i] = table[:, 0]
            counts += _count(read[i], held_scores[i], threshold)
            known = read[i].kinds >= 0
            kind_right += int((table[known, 1:].argmax(axis=1) == read[i].kinds[known]).sum())
            kind_all += int(known.sum())
    hits, predicted, actual = (int(n) for n in counts)
    return {
        "threshold": _best_threshold(read[:judged], held_scores[:judged]),
        "cross_validated": {
            "f1": round(f1(hits, predicted, actual), 4),
            "precision": round(hits / max(1, predicted), 4),
            "recall": round(hits / max(1, actual), 4),
            "kind_accuracy": round(kind_right / max(1, kind_all), 4),
        },
    }


def _read(message: Row, label: Row) -> _Read:
    title, detail = str(message["title"]), str(message["detail"])
    found = clauses(detail)
    candidates = demands.candidates_of(title, found)
    spans = [(title if c.in_title else detail)[c.run.start : c.run.end] for c in candidates]
    right = np.zeros(len(candidates), dtype=bool)
    kinds = np.full(len(candidates), -1)
    for place, candidate in enumerate(candidates):
        text = title if candidate.in_title else detail
        shares = [_share(text, candidate, spans[place], demand["span"]) for demand in label["demands"]]
        if shares and max(shares) >= LEAST_SHARE:
            right[place] = True
            kinds[place] = KINDS.index(label["demands"][int(np.argmax(shares))]["kind"])
    features = demands.features_of(title, detail, found, candidates)
    return _Read([d["span"] for d in label["demands"]], spans, candidates, features, right, kinds)


def _share(text: str, candidate: Candidate, span: str, marked: str) -> float:
    """Return how much of candidate and marked span together is common; 0 if they do not meet."""
    start = text.find(marked)
    if start < 0 or overlap(span, marked) <= 0.5:
        return 0.0
    end = start + len(marked)
    common = min(end, candidate.run.end) - max(start, candidate.run.start)
    return max(0, common) / (max(end, candidate.run.end) - min(start, candidate.run.start))


def _fit(read: Sequence[_Read]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    x = stacked([_table(one) for one in read])
    right = np.concatenate([one.right for one in read])
    kinds = np.concatenate([one.kinds for one in read])
    demand = logistic(x, right, STRENGTH)
    kind = logistic(x[kinds >= 0], kinds[kinds >= 0], STRENGTH)
    return np.concatenate([demand[0], kind[0]], axis=1), np.concatenate([demand[1], kind[1]])


def _table(one: _Read) -> Table:
    f = one.features
    return table(f.rows, f.ids, f.values, (f.height, DIMENSIONS))


def _model(read: Sequence[_Read]) -> DemandModel:
    weights, bias = _fit(read)
    return DemandModel(weights.astype(np.float32), bias.astype(np.float32), 0.0)


def _scores(model: DemandModel, one: _Read) -> npt.NDArray[np.float64]:
    return model.scores(one.features)[:, 0]


def _count(one: _Read, scores: npt.NDArray[np.float64], threshold: float) -> npt.NDArray[np.int64]:
    told = [one.spans[place] for place in demands.choose(one.spans, one.candidates, scores, threshold)]
    return np.array([matched(told, one.truth), len(told), len(one.truth)])


def _best_threshold(read: Sequence[_Read], scores: Sequence[npt.NDArray[np.float64]]) -> float:
    def value(threshold: float) -> float:
        counts = np.array([_count(one, s, threshold) for one, s in zip(read, scores, strict=True)]).sum(axis=0)
        return f1(*(int(n) for n in counts))

    return max(THRESHOLDS, key=value)
