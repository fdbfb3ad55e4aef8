"""Fits `nlp.unit_kinds` from the kind of unit that really answered each message."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.linear import folds, logistic
from huixiang.nlp.vectors import FEATURES

Array = npt.NDArray[Any]
STRENGTHS: Final = (0.1, 0.3, 1.0, 3.0)


def train(facts: Array, kinds: Sequence[str], groups: Sequence[str]) -> Parameters:
    """Return trained parameters; the strength is chosen inside each fold before the other side is scored."""
    names = sorted(set(kinds))
    truth = np.array([names.index(kind) for kind in kinds])
    ranks = np.zeros(len(truth), dtype=int)
    for learn, judge in folds(groups):
        strength = _best_strength(facts[learn], truth[learn], [groups[i] for i in learn])
        fitted = _fit(facts[learn], truth[learn], strength, len(names))
        ranks[judge] = _ranks(fitted, facts[judge], truth[judge])
    strength = _best_strength(facts, truth, groups)
    weights, bias = _fit(facts, truth, strength, len(names))
    hits = {f"hit_at_{k}": round(float((ranks < k).mean()), 4) for k in (1, 3)}
    card = {
        "model": "unit_kinds", "features": FEATURES, "messages": len(truth), "classes": names,
        "strength": strength, "cross_validated": hits,
    }  # fmt: skip
    return Parameters({"weights": weights.astype(np.float32), "bias": bias.astype(np.float32)}, card)


def _fit(facts: Array, truth: Array, strength: float, classes: int) -> tuple[Array, Array]:
    """Fit one column per class; a class that these rows lack gets a column that never wins."""
    present = np.unique(truth)
    found, constant = logistic(facts, truth, strength)
    weights, bias = np.zeros((facts.shape[1], classes)), np.full(classes, -20.0)
    weights[:, present], bias[present] = found, constant
    return weights, bias


def _ranks(fitted: tuple[Array, Array], judged: Array, truth: Array) -> Array:
    """Return how many kinds stand before the true one."""
    scores = judged @ fitted[0] + fitted[1]
    return np.asarray((scores > scores[np.arange(len(truth)), truth][:, None]).sum(axis=1))


def _best_strength(facts: Array, truth: Array, groups: Sequence[str]) -> float:
    def missed(strength: float) -> float:
        return sum(
            float((_ranks(_fit(facts[a], truth[a], strength, truth.max() + 1), facts[b], truth[b]) > 0).sum())
            for a, b in folds(groups, 4)
        )

    return min(STRENGTHS, key=missed)
