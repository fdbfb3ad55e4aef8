"""Kernel ridge regression over the fields of messages: one factorisation serves every class and every task."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.kernel import likeness, packed
from huixiang.nlp.training.linear import Table, folds, table
from huixiang.nlp.vectors import LATENT, SIZES, Reading, Tokens, Vector, weighed

Array = npt.NDArray[Any]
DENSE: Final = 128
"""Length of the dense vector."""


def fit_space(counted: Sequence[Tokens]) -> dict[str, Array]:
    """Return rarity per column and the projection of words, learnt from texts alone (no labels)."""
    from sklearn.utils.extmath import randomized_svd  # type: ignore[import-untyped]

    arrays: dict[str, Array] = {
        name: rarity([t.fields[name].ids for t in counted], size, least=2) for name, size in SIZES.items()
    }
    latent = rarity([t.latent.ids for t in counted], LATENT, least=3)
    words = sparse([weighed(t.latent, latent.astype(np.float32)) for t in counted], LATENT)
    _, _, axes = randomized_svd(words, DENSE, n_iter=3, random_state=0)
    scale = np.abs(axes).max(axis=1) / 127
    return arrays | {
        "latent": latent,
        "projection": np.round(axes.T / scale[None, :]).astype(np.int8),
        "scale": scale.astype(np.float32),
    }


def sparse(vectors: Sequence[Vector], size: int) -> Table:
    """Return one row per vector."""
    rows = np.repeat(np.arange(len(vectors)), [len(v.ids) for v in vectors])
    ids = np.concatenate([v.ids for v in vectors])
    return table(rows, ids, np.concatenate([v.values for v in vectors]), (len(vectors), size))


def rarity(ids: Sequence[Array], size: int, least: int) -> Array:
    """Return log inverse document frequency per column; 0 for what fewer than `least` texts hold."""
    counts = np.bincount(np.concatenate(ids), minlength=size)
    weights = np.log((1 + len(ids)) / (1 + counts)) + 0.5
    return np.where(counts >= least, weights, 0).astype(np.float16)


class Examples:
    """Readings of labelled messages with their table of mutual likeness, computed once."""

    def __init__(self, readings: Sequence[Reading], groups: Sequence[str]) -> None:
        self.groups = np.asarray(groups)
        self.fields = {name: sparse([r.fields[name] for r in readings], size) for name, size in SIZES.items()}
        self.points = np.round(np.stack([r.latent for r in readings]) * 127) / 127
        total = likeness(self.points.astype(np.float32), self.points.astype(np.float32))
        for start in range(0, len(readings), 500):
            for x in self.fields.values():
                total[start : start + 500] += (x[start : start + 500] @ x.T).toarray()
        self.likeness = total

    def solve(self, rows: Array, targets: Array, trust: Array, softness: float) -> tuple[Array, Array]:
        """Return how much each of `rows` pulls towards each class, and the bias; `trust` weighs the rows."""
        from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]

        own = self.likeness[np.ix_(rows, rows)].copy()
        own[np.diag_indices(len(rows))] += (softness / trust).astype(np.float32)
        bias = np.average(targets, axis=0, weights=trust)
        factor = cho_factor(own, lower=True, overwrite_a=True, check_finite=False)
        return cho_solve(factor, (targets - bias).astype(np.float32), check_finite=False), bias

    def held_out(self, rows: Array, targets: Array, trust: Array, softness: float, count: int = 5) -> Array:
        """Return scores of `rows`, each by a model that saw nothing of its group."""
        scores = np.zeros(targets.shape, dtype=np.float64)
        for learn, judge in folds(self.groups[rows], count):
            pulls, bias = self.solve(rows[learn], targets[learn], trust[learn], softness)
            scores[judge] = self.likeness[np.ix_(rows[judge], rows[learn])] @ pulls + bias
        return scores

    def arrays(self, rows: Array, pulls: Array, bias: Array) -> dict[str, Array]:
        """Return the arrays of a `KernelModel`."""
        weights = {name: np.asarray(x[rows].T @ pulls) for name, x in self.fields.items()}
        return {
            **packed(weights),
            "points": np.round(self.points[rows] * 127).astype(np.int8),
            "pulls": pulls.astype(np.float16),
            "bias": bias.astype(np.float32),
        }


def one_against_rest(labels: Sequence[int] | Array, classes: int) -> Array:
    """Return targets: 1 in the column of the label, −1 elsewhere."""
    targets = -np.ones((len(labels), classes), dtype=np.float32)
    targets[np.arange(len(labels)), np.asarray(labels)] = 1
    return targets
