"""Fits `nlp.second_topics` from messages whose second-level topic a reader chose."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.parameters import Parameters
from huixiang.nlp.second_topics import FEATURES, FOLDED, NAME, columns_of, leader, weighed
from huixiang.nlp.training.linear import Table, folds, separating, table
from huixiang.nlp.vectors import Reading

Array = npt.NDArray[Any]
Pair = tuple[str, str]
STRENGTH: Final = 0.5
RIGHT_WHEN_TOLD: Final = 0.9
LEAST: Final = 3
"""Second-level topics with fewer messages are left out: they cannot be learnt, and then are never told."""


def train(readings: Sequence[Reading], topics: Sequence[Pair], groups: Sequence[str]) -> Parameters:
    """Return trained parameters; `topics` are pairs (first, second), and scores are held out by group."""
    counts = Counter(topics)
    names = sorted(topic for topic, count in counts.items() if count >= LEAST)
    columns = [columns_of(reading) for reading in readings]
    rarity = _rarity(columns)
    rows = _table(columns, rarity)
    truth = np.array([names.index(topic) if topic in names else -1 for topic in topics])
    best, lead = _held_out(rows, truth, names, topics, groups)
    right = best == truth
    steps = [step for step in np.arange(0.0, 4.0, 0.05) if right[lead >= step].mean() >= RIGHT_WHEN_TOLD]
    told_from = round(float(steps[0]), 2) if steps else 4.0
    known = np.flatnonzero(truth >= 0)
    weights, bias = separating(rows[known], truth[known], STRENGTH)
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    told = lead >= told_from
    scores = {
        "accuracy_always_told": round(float(right.mean()), 4), "coverage": round(float(told.mean()), 4),
        "accuracy_when_told": round(float(right[told].mean()), 4),
        "share_of_commonest": round(_commonest(counts) / len(topics), 4),
    }  # fmt: skip
    card = {
        "model": NAME, "features": FEATURES, "messages": len(topics), "classes": names, "told_from": told_from,
        "cross_validated_where_the_first_level_is_right": scores,
    }  # fmt: skip
    arrays: dict[str, Array] = {
        "weights": np.round(weights / scale).astype(np.int8), "scale": scale.astype(np.float32),
        "bias": bias.astype(np.float32), "rarity": rarity.astype(np.float16),
    }  # fmt: skip
    return Parameters(arrays, card)


def _held_out(
    rows: Table, truth: Array, names: Sequence[Pair], topics: Sequence[Pair], groups: Sequence[str]
) -> tuple[Array, Array]:
    """Return for each message the class below its true first level that leads, and by how much."""
    best, lead = np.full(len(truth), -2), np.zeros(len(truth))
    for learn, judge in folds(groups):
        known = learn[truth[learn] >= 0]
        weights, bias = separating(rows[known], truth[known], STRENGTH)
        present = np.unique(truth[known])
        scores = np.full((len(judge), len(names)), -50.0)
        scores[:, present] = rows[judge] @ weights + bias
        for row, place in zip(scores, judge, strict=True):
            below = [n for n, (first, _) in enumerate(names) if first == topics[place][0]]
            if below:
                chosen, lead[place] = leader(row[below])
                best[place] = below[chosen]
    return best, lead


def _rarity(columns: Sequence[Array]) -> Array:
    seen = np.bincount(np.concatenate(columns), minlength=2 * FOLDED)
    return np.where(seen > 1, np.log((1 + len(columns)) / (1 + seen)) + 0.5, 0.0).astype(np.float32)


def _table(columns: Sequence[Array], rarity: Array) -> Table:
    numbers = np.repeat(np.arange(len(columns)), [len(some) for some in columns])
    values = np.concatenate([weighed(some, rarity) for some in columns])
    return table(numbers, np.concatenate(columns), values, (len(columns), 2 * FOLDED)).tocsr()


def _commonest(counts: Counter[tuple[str, str]]) -> int:
    firsts = {first for first, _ in counts}
    return sum(max(count for (above, _), count in counts.items() if above == first) for first in firsts)
