"""Fits `nlp.unit_kinds` from the kind of unit that really answered each message."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.linear import folds, multinomial
from huixiang.nlp.vectors import FEATURES

Array = npt.NDArray[Any]
STRENGTHS: Final = (0.03, 0.1, 0.3)
READ_TRUST: Final = 0.5
"""What a kind that was read off a reply by hand counts: those replies come from other places and years."""


def train(facts: Array, kinds: Sequence[str], groups: Sequence[str], judged: Array) -> Parameters:
    """Return trained parameters, scored on the `judged` rows; the strength is chosen inside each fold."""
    names = sorted(set(kinds))
    task = _Task(facts, np.array([names.index(k) for k in kinds]), np.asarray(groups), judged, len(names))
    everyone = np.arange(len(facts))
    ranks = np.zeros(len(facts), dtype=int)
    for learn, judge in folds(groups):
        fitted = task.fit(learn, task.best_strength(learn))
        ranks[judge] = task.ranks(fitted, judge)
    strength = task.best_strength(everyone)
    weights, bias = task.fit(everyone, strength)
    hits = {f"hit_at_{k}": round(float((ranks[judged] < k).mean()), 4) for k in (1, 3)}
    card = {
        "model": "unit_kinds", "features": FEATURES, "messages": len(facts), "classes": names,
        "strength": strength, "cross_validated": hits,
    }  # fmt: skip
    return Parameters({"weights": weights.astype(np.float32), "bias": bias.astype(np.float32)}, card)


class _Task(NamedTuple):
    """All rows: facts, true kind, group, whether they are judged; and the number of kinds."""

    facts: Array
    truth: Array
    groups: Array
    judged: Array
    classes: int

    def fit(self, rows: Array, strength: float) -> tuple[Array, Array]:
        """Fit one column per class; a class that these rows lack gets a column that never wins."""
        trust = np.where(self.judged[rows], 1.0, READ_TRUST)
        found, constant = multinomial(self.facts[rows], self.truth[rows], strength, trust)
        present = np.unique(self.truth[rows])
        weights, bias = np.zeros((self.facts.shape[1], self.classes)), np.full(self.classes, -20.0)
        weights[:, present], bias[present] = found, constant
        return weights, bias

    def ranks(self, fitted: tuple[Array, Array], rows: Array) -> Array:
        """Return how many kinds stand before the true one."""
        scores = self.facts[rows] @ fitted[0] + fitted[1]
        return np.asarray((scores > scores[np.arange(len(rows)), self.truth[rows]][:, None]).sum(axis=1))

    def best_strength(self, rows: Array) -> float:
        """Return the strength with the fewest true kinds outside the first place and the first three."""

        def missed(strength: float) -> float:
            total = 0.0
            for a, b in folds(self.groups[rows], 4):
                kept = rows[b][self.judged[rows[b]]]
                ranks = self.ranks(self.fit(rows[a], strength), kept)
                total += float((ranks > 0).sum() + (ranks > 2).sum())
            return total

        return min(STRENGTHS, key=missed)
