"""Kernel ridge regression over the fields of messages: one factorisation serves every class and every task."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.kernel import likeness, packed, sparse
from huixiang.nlp.training.linear import Table, folds
from huixiang.nlp.vectors import LATENT, SIZES, Reading, Tokens, weighed

Array = npt.NDArray[Any]
DENSE: Final = 128
"""Length of each half of the dense vector."""
STIFFNESS: Final = 1.0
"""How far a text's own words must yield to what each word means alone."""
LANDMARKS: Final = 1200
"""Learnt points that are kept: likeness is so smooth that a sample of the messages stands for all of them."""


def fit_space(
    counted: Sequence[Tokens], texts: Mapping[int, Array] | None = None, words: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """Return rarity per column and the projection of words, learnt from texts alone (no labels).

    `texts` (by place in `counted`) and `words` are sentence vectors; with them a second half follows meaning.
    """
    from sklearn.utils.extmath import randomized_svd  # type: ignore[import-untyped]

    arrays: dict[str, Array] = {
        name: rarity([t.fields[name].ids for t in counted], size, least=2) for name, size in SIZES.items()
    }
    latent = rarity([t.latent.ids for t in counted], LATENT, least=3)
    table = sparse([weighed(t.latent, latent.astype(np.float32)) for t in counted], LATENT)
    _, _, axes = randomized_svd(table, min(DENSE, len(counted)), n_iter=3, random_state=0)
    projection = axes.T
    if texts and words:
        halves = [projection, _meaning(table, texts, words)]
        projection = np.concatenate([half / np.linalg.norm(table @ half, axis=1).mean() for half in halves], axis=1)
    scale = np.maximum(np.abs(projection).max(axis=0), 1e-9) / 127
    return arrays | {
        "latent": latent,
        "projection": np.round(projection / scale[None, :]).astype(np.int8),
        "scale": scale.astype(np.float32),
    }


def _meaning(table: Table, texts: Mapping[int, Array], words: Mapping[str, Array]) -> Array:
    """Return a projection whose rows of `table` come out like their sentence vectors (their main axes)."""
    places = np.array(sorted(texts))
    wanted = np.stack([texts[place] for place in places])
    axes = np.linalg.svd(wanted, full_matrices=False)[2][:DENSE].T
    wanted = wanted @ axes
    alone = np.zeros((table.shape[1], axes.shape[1]), dtype=np.float32)
    # Where two words share a column, the commoner one, which comes first, keeps it.
    for word, vector in reversed(list(words.items())):
        alone[zlib.crc32(word.encode("utf-8", "surrogatepass")) % LATENT] = vector @ axes
    some = table[places]
    told = some @ alone
    alone *= (told * wanted).sum() / max(1e-9, float((told * told).sum()))
    mutual = (some @ some.T).toarray()
    mutual[np.diag_indices(len(places))] += STIFFNESS
    return np.asarray(alone + some.T @ np.linalg.solve(mutual, wanted - some @ alone))


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

    def solve(
        self, rows: Array, targets: Array, trust: Array, softness: float, kind: Array | None = None
    ) -> tuple[Array, Array]:
        """Return how much each of `rows` pulls towards each class, and the bias; `trust` weighs the rows.

        With `kind`, messages of one kind count as twice as alike as those of two.
        """
        from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]

        own = self.likeness[np.ix_(rows, rows)].copy()
        if kind is not None:
            own *= 1 + (kind[:, None] == kind[None, :]).astype(np.float32)
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
        points, kept = self._landmarks(rows, pulls)
        return {
            **packed(weights),
            "points": np.round(points * 127).astype(np.int8),
            "pulls": kept.astype(np.float32),
            "bias": bias.astype(np.float32),
        }

    def _landmarks(self, rows: Array, pulls: Array) -> tuple[Array, Array]:
        """Return few points with pulls that score the messages like all of `rows` with theirs."""
        points = self.points[rows].astype(np.float32)
        if len(points) <= LANDMARKS:
            return points, pulls
        some = points[np.random.default_rng(0).choice(len(points), LANDMARKS, replace=False)]
        near = likeness(some, points).astype(np.float64)
        wanted = np.concatenate([likeness(points, points[i : i + 500]) @ pulls for i in range(0, len(points), 500)])
        square = near.T @ near
        # Messages that repeat each other make it singular.
        square[np.diag_indices(LANDMARKS)] += 1e-5 * np.trace(square) / LANDMARKS
        return some, np.linalg.solve(square, near.T @ wanted)


def one_against_rest(labels: Sequence[int] | Array, classes: int) -> Array:
    """Return targets: 1 in the column of the label, −1 elsewhere."""
    targets = -np.ones((len(labels), classes), dtype=np.float32)
    targets[np.arange(len(labels)), np.asarray(labels)] = 1
    return targets
