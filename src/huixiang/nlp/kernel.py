"""Scores a message against classes: linear in its tokens, plus likeness of its dense vector to learnt points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from huixiang.nlp.features import Floats
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.vectors import SIZES, Reading, Vector

LIKENESS_WEIGHT: Final = 4.0
SHARPNESS: Final = 3.0
"""How fast likeness falls with the angle. Both chosen once on development data, not per task."""


@dataclass(frozen=True, slots=True)
class KernelModel:
    """Weights per column and class, learnt points with their weights per class, and a bias per class."""

    weights: Mapping[str, Floats]
    points: Floats
    pulls: Floats
    bias: Floats

    @classmethod
    def of(cls, parameters: Parameters) -> "KernelModel":
        """Unpack the arrays that training wrote."""
        arrays = parameters.arrays
        return cls(
            # Unpacked once: turning the rows that a message needs into numbers each time costs more than the memory.
            {name: arrays[f"weights_{name}"] * arrays[f"scale_{name}"].astype(np.float32) for name in SIZES},
            (arrays["points"] / np.float32(127)).astype(np.float32),
            arrays["pulls"].astype(np.float32),
            arrays["bias"].astype(np.float32),
        )

    def scores(self, reading: Reading) -> npt.NDArray[np.float64]:
        """Return one number per class, about -1 … 1; more is likelier."""
        return np.asarray(self.scores_many([reading])[0])

    def scores_many(self, readings: Sequence[Reading]) -> npt.NDArray[np.float64]:
        """Return one row of scores per message; the learnt points are gone through once for all of them."""
        latent = np.stack([reading.latent for reading in readings])
        total = self.bias.astype(np.float64) + likeness(self.points, latent) @ self.pulls
        for name, weights in self.weights.items():
            total += sparse([reading.fields[name] for reading in readings], len(weights)) @ weights
        return np.asarray(total)


def sparse(vectors: Sequence[Vector], size: int) -> Any:
    """Return a sparse table with one row per vector, whose product walks each row once and copies no weights."""
    starts = np.cumsum([0, *(len(vector.ids) for vector in vectors)])
    ids, values = (np.concatenate(parts) for parts in zip(*vectors, strict=True))
    return csr_matrix((values, ids, starts), shape=(len(vectors), size))


def likeness(points: Floats, vector: Floats) -> Floats:
    """Return the likeness of one dense vector (or of rows of them) to each point: at most LIKENESS_WEIGHT."""
    return np.asarray(LIKENESS_WEIGHT * np.exp(SHARPNESS * (vector @ points.T - 1)), dtype=np.float32)


def packed(weights: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, npt.NDArray[np.float32] | npt.NDArray[np.int8]]:
    """Return the weights of each field in 8 bits with one scale per class: a quarter of the size, the same answers."""
    found: dict[str, npt.NDArray[np.float32] | npt.NDArray[np.int8]] = {}
    for name, table in weights.items():
        scale = np.maximum(np.abs(table).max(axis=0), 1e-9) / 127
        found[f"weights_{name}"] = np.round(table / scale).astype(np.int8)
        found[f"scale_{name}"] = scale.astype(np.float32)
    return found
