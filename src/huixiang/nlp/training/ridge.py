"""Ridge regression over named evidence and the wording of texts, solved through the table of mutual likeness.

One factorisation serves every question at once, and the solution is turned back into plain weights, so that in use
nothing of the rows learnt from is needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.replies.heads import BUCKETS, WEIGHTS, Heads, Texts, View, Words, weighed
from huixiang.nlp.training.linear import Table, table

Array = npt.NDArray[Any]
Evidence = Mapping[str, float]
UNKNOWN: Final = -1.0


@dataclass(frozen=True)
class Worded:
    """One text of every row: rarity per bucket, one sparse row per distinct text, and which text each row has."""

    rarity: Array
    table: Table
    owner: Array

    @classmethod
    def of(cls, name: str, words: Sequence[Words], owner: Array | None = None) -> "Worded":
        """Weigh the texts by how rare their runs are among them."""
        seen_in = np.bincount(np.concatenate([found for found, _ in words]), minlength=BUCKETS)
        rarity = np.log((len(words) + 1) / (seen_in + 1)) + 1.0
        made = [weighed(one, rarity, WEIGHTS[name]) for one in words]
        rows = np.repeat(np.arange(len(made)), [len(found) for found, _ in made])
        ids, values = (np.concatenate([one[part] for one in made]) for part in (0, 1))
        sparse = table(rows, ids, values.astype(np.float32), (len(made), BUCKETS))
        return cls(rarity, sparse, np.arange(len(words)) if owner is None else owner)

    def likeness(self) -> Array:
        """Return how alike the text of each row is to that of each other."""
        among: Array = (self.table @ self.table.T).toarray()
        return among if len(self.owner) == len(among) else among[np.ix_(self.owner, self.owner)]

    def weights(self, rows: Array, pulls: Array) -> npt.NDArray[np.float32]:
        """Return the weight of each bucket for each question, given the pull of each of `rows`."""
        summed = np.zeros((self.table.shape[0], pulls.shape[1]), dtype=np.float32)
        np.add.at(summed, self.owner[rows], pulls)
        found: npt.NDArray[np.float32] = self.table.T @ summed
        return found


class Design:
    """All rows made ready: standardised evidence, wording, and their mutual likeness."""

    def __init__(self, rows: Sequence[Evidence], shares: Mapping[str, float], views: Mapping[str, Worded]) -> None:
        """`shares` says how much the evidence counts by prefix of its name; "" is all that no other prefix takes."""
        names = tuple(rows[0])
        values = np.array([[row[name] for name in names] for row in rows])
        kinds = [max((p for p in shares if name.startswith(p)), key=len) for name in names]
        scale = np.array([np.sqrt(shares[kind] / kinds.count(kind)) for kind in kinds])
        none = np.empty(0)
        self.blank = Heads(names, (), np.nanmean(values, 0), np.nanstd(values, 0) + 1e-6, scale, none, none, {}, {})
        self.named = self.blank.scaled(values).astype(np.float32)
        self.views = views
        self.likeness = self.named @ self.named.T
        for view in views.values():
            self.likeness += view.likeness()

    def solve(self, rows: Array, targets: Array, trust: Array, softness: float) -> tuple[Array, Array]:
        """Return the pull of each of `rows` on each question and the biases; a row of more `trust` is met closer."""
        from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]

        bias = np.average(targets[rows], axis=0, weights=trust[rows])
        mutual = self.likeness[np.ix_(rows, rows)]
        mutual[np.diag_indices(len(rows))] += (softness / trust[rows]).astype(np.float32)
        pulls = cho_solve(cho_factor(mutual, lower=True, overwrite_a=True), (targets[rows] - bias).astype(np.float32))
        return pulls, bias

    def scores(self, wanted: Array, rows: Array, solved: tuple[Array, Array]) -> Array:
        """Return the scores of the rows `wanted` under pulls and biases found on `rows`."""
        pulls, bias = solved
        found: Array = self.likeness[np.ix_(wanted, rows)] @ pulls + bias
        return found

    def heads(
        self, questions: Sequence[str], rows: Array, solved: tuple[Array, Array], calibration: tuple[Array, Array]
    ) -> Heads:
        """Return the plain weights that give the same scores, `calibration` (slopes, offsets) made part of them."""
        (pulls, bias), (slopes, offsets) = solved, calibration
        pulls = (pulls * slopes).astype(np.float32)
        b = self.blank
        return Heads(
            b.features,
            tuple(questions),
            b.mean,
            b.spread,
            b.scale,
            (self.named[rows].T @ pulls).astype(np.float64),
            bias * slopes + offsets,
            dict.fromkeys(questions, 0.5),
            {name: View(view.rarity, view.weights(rows, pulls)) for name, view in self.views.items()},
        )


def calibration(scores: Array, right: Array) -> tuple[Array, Array]:
    """Return per column the slope and offset that turn a score into the logit of a chance."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    slopes, offsets = np.ones(scores.shape[1]), np.full(scores.shape[1], -9.0)
    for column in range(scores.shape[1]):
        known = right[:, column] != UNKNOWN
        if len(np.unique(right[known, column])) == 2:
            model = LogisticRegression(C=100.0).fit(scores[known, column : column + 1], right[known, column])
            slopes[column], offsets[column] = max(0.1, float(model.coef_[0, 0])), float(model.intercept_[0])
    return slopes, offsets


def chances(scores: Array, calibrated: tuple[Array, Array]) -> Array:
    """Return the chances that calibrated scores stand for."""
    slopes, offsets = calibrated
    found: Array = 1 / (1 + np.exp(-np.clip(scores * slopes + offsets, -60, 60)))
    return found


def words_of(texts: Sequence[Texts], name: str) -> list[Words]:
    """Return the wording called `name` of each row."""
    return [one[name] for one in texts]
