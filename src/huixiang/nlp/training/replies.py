"""Fits the linear questions about replies, and judges every labelled reply by models that have not seen it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.deciding import ELEMENTS, OUTCOMES, questions
from huixiang.nlp.replies.heads import ANSWERS, BUCKETS, Heads, Words, summary
from huixiang.nlp.training.corpus import Row
from huixiang.nlp.training.linear import folds

Floats = npt.NDArray[np.float64]
Evidence = Mapping[str, float]

REPLY_STRENGTH: Final = 1.0
ANSWER_STRENGTH: Final = 0.3
FALSE_ALARMS: Final = 0.04
"""Share of clean replies that may be sent back in training; a margin below the 0.05 that is asked for in use."""

UNKNOWN: Final = -1


@dataclass(frozen=True)
class Case:
    """One labelled reply made ready: evidence, its demands as a reader marked them and as the finder told them."""

    label: Row
    group: str
    whole: Evidence
    marked: Sequence[Evidence]
    told: Sequence[Evidence]
    words: Words


@dataclass(frozen=True)
class Example:
    """One written example: evidence about the whole, its demands as told, and which reefs stand on it (-1 unknown)."""

    whole: Evidence
    told: Sequence[Evidence]
    reefs: Mapping[str, int]
    words: Words


def targets(label: Row) -> dict[str, int]:
    """Return the right answer to every question, 0 or 1."""
    worst = dict.fromkeys(REEFS, 0)
    for reef in label["reefs"]:
        worst[reef["code"]] = max(worst[reef["code"]], reef["severity"])
    found = {"send_back": int(label["send_back"]), "forward_only": int(label["forward_only"])}
    for code, severity in worst.items():
        found[f"any.{code}"], found[f"grave.{code}"] = int(severity > 0), int(severity > 1)
    found |= {f"element.{name}": int(label["elements"][name]) for name in ELEMENTS}
    return found | {f"outcome.{name}": int(label["outcome"] == name) for name in OUTCOMES}


def fit_answers(cases: Sequence[Case]) -> Heads:
    """Fit full, partial and none on the demands as readers marked them."""
    rows = [row for case in cases for row in case.marked]
    right = np.array([ANSWERS.index(d["answered"]) for case in cases for d in case.label["demands"]])
    columns = {name: (right == place).astype(int) for place, name in enumerate(ANSWERS)}
    return fit(rows, columns, ANSWER_STRENGTH)


def fit_reply(cases: Sequence[Case], examples: Sequence[Example], answers: Heads) -> Heads:
    """Fit every question on the whole reply; `answers` must not have been fitted on `cases`, or flatters them."""
    rows = [seen(case.whole, case.told, answers) for case in cases] + [seen(e.whole, e.told, answers) for e in examples]
    gold = [targets(case.label) for case in cases]
    columns = {}
    for name in questions():
        code = name.partition(".")[2]
        extra = [e.reefs.get(code, UNKNOWN) if name.startswith(("any.", "grave.")) else UNKNOWN for e in examples]
        columns[name] = np.array([row[name] for row in gold] + extra)
    return fit(rows, columns, REPLY_STRENGTH, [case.words for case in cases] + [e.words for e in examples])


def seen(whole: Evidence, told: Sequence[Evidence], answers: Heads) -> dict[str, float]:
    """Return all evidence about a reply, that of its answers included."""
    return {**whole, **summary([_shares(answers.probabilities(row)) for row in told])}


def fit(
    rows: Sequence[Evidence],
    columns: Mapping[str, npt.NDArray[np.int64]],
    strength: float,
    words: Sequence[Words] = (),
) -> Heads:
    """Fit one logistic regression per column over the same evidence; rows of -1 are left out of it."""
    from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    names = tuple(rows[0])
    values = np.array([[row[name] for name in names] for row in rows])
    empty = Heads(
        names,
        tuple(columns),
        np.nanmean(values, axis=0),
        np.nanstd(values, axis=0) + 1e-6,
        np.empty(0),
        np.empty(0),
        {},
        None,
        _rarity(words),
    )
    table = np.array([empty.standard(row) for row in rows])
    if words:
        table = hstack([csr_matrix(table), _wording(empty, words)]).tocsr()
    weights, bias = np.zeros((table.shape[1], len(columns))), np.full(len(columns), -9.0)
    for place, right in enumerate(columns.values()):
        known = np.flatnonzero(right != UNKNOWN)
        if len(set(right[known].tolist())) == 2:
            model = LogisticRegression(C=strength, max_iter=400).fit(table[known], right[known])
            weights[:, place], bias[place] = model.coef_[0], model.intercept_[0]
    split = len(names)
    word_weights = weights[split:].astype(np.float32) if words else None
    halves = dict.fromkeys(columns, 0.5)
    return replace(empty, weights=weights[:split], bias=bias, word_weights=word_weights, thresholds=halves)


def _rarity(words: Sequence[Words]) -> Floats:
    """Return how rare each bucket is among the texts learnt from, one for what stands in all of them."""
    seen_in = (
        np.bincount(np.concatenate([found for found, _ in words]), minlength=BUCKETS) if words else np.zeros(BUCKETS)
    )
    return np.log((len(words) + 1) / (seen_in + 1)) + 1.0


def _wording(heads: Heads, words: Sequence[Words]) -> Any:
    from scipy.sparse import csr_matrix

    weighed = [heads.weighed(one) for one in words]
    starts = np.cumsum([0, *(len(found) for found, _ in weighed)])
    places = np.concatenate([found for found, _ in weighed])
    return csr_matrix((np.concatenate([v for _, v in weighed]), places, starts), shape=(len(words), BUCKETS))


def thresholds(chances: Sequence[Mapping[str, float]], labels: Sequence[Row]) -> dict[str, float]:
    """Return for every question the threshold with the best F1; `send_back` keeps the cap on false alarms as well."""
    gold = [targets(label) for label in labels]
    clean = np.array([not label["reefs"] for label in labels])
    found = {}
    for name in questions():
        told = np.array([row[name] for row in chances])
        right = np.array([row[name] for row in gold])
        found[name] = _threshold(told, right, clean if name == "send_back" else None)
    return found


def _threshold(told: Floats, right: npt.NDArray[np.int64], clean: npt.NDArray[np.bool_] | None) -> float:
    order = np.argsort(-told)
    hits, count = np.cumsum(right[order]), np.arange(1, len(order) + 1)
    value = 2 * hits / (count + max(1, right.sum()))
    if clean is not None:
        value = np.where(np.cumsum(clean[order]) <= FALSE_ALARMS * clean.sum(), value, 0.0)
    # A plateau of five neighbours: one lucky reply must not set the threshold.
    smooth = np.convolve(value, np.ones(5) / 5, mode="same") if len(value) > 5 else value
    best = int(np.argmax(smooth))
    after = told[order[min(best + 1, len(order) - 1)]]
    return float(max(0.01, (told[order[best]] + after) / 2))


@dataclass(frozen=True)
class Judged:
    """What models that had not seen a reply said of it: chances, thresholds, and the answers to the told demands."""

    chances: Mapping[str, float]
    thresholds: Mapping[str, float]
    answers: Sequence[Mapping[str, float]]


def cross_validated(cases: Sequence[Case], examples: Sequence[Example]) -> list[Judged]:
    """Judge every case by models fitted without its group; thresholds come from inner folds of the learning side."""
    found: list[Judged | None] = [None] * len(cases)
    for learn, judge in folds([case.group for case in cases]):
        inside = [cases[i] for i in learn]
        limits = thresholds(unseen(inside, examples), [case.label for case in inside])
        answers, reply = fit_both(inside, examples)
        for i in judge:
            case = cases[i]
            chances = reply.probabilities(seen(case.whole, case.told, answers), case.words)
            found[i] = Judged(chances, limits, [_shares(answers.probabilities(row)) for row in case.told])
    return [one for one in found if one is not None]


def unseen(cases: Sequence[Case], examples: Sequence[Example]) -> list[Mapping[str, float]]:
    """Return the chances for each case from models fitted without its group."""
    found: list[Mapping[str, float]] = [{}] * len(cases)
    for learn, judge in folds([case.group for case in cases], 4):
        answers, reply = fit_both([cases[i] for i in learn], examples)
        for i in judge:
            found[i] = reply.probabilities(seen(cases[i].whole, cases[i].told, answers), cases[i].words)
    return found


def fit_both(cases: Sequence[Case], examples: Sequence[Example]) -> tuple[Heads, Heads]:
    """Fit the questions about answers and about replies."""
    answers = fit_answers(cases)
    return answers, fit_reply(cases, examples, answers)


def packed(name: str, heads: Heads, limits: Mapping[str, float]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Return the arrays and the card of one set of questions, ready to be saved."""
    arrays = {
        f"{name}_mean": heads.mean.astype(np.float32),
        f"{name}_spread": heads.spread.astype(np.float32),
        f"{name}_weights": heads.weights.astype(np.float32),
        f"{name}_bias": heads.bias.astype(np.float32),
    }
    if heads.word_weights is not None and heads.word_rarity is not None:
        arrays[f"{name}_words"] = heads.word_weights.astype(np.float16)
        arrays[f"{name}_word_rarity"] = heads.word_rarity.astype(np.float16)
    card = {
        "features": list(heads.features),
        "questions": list(heads.questions),
        "thresholds": {key: round(value, 4) for key, value in limits.items()},
    }
    return arrays, card


def _shares(raw: Mapping[str, float]) -> dict[str, float]:
    total = sum(raw.values()) or 1.0
    return {name: value / total for name, value in raw.items()}
