"""Fits `nlp.hotspots` from clusters that a reader found; each cluster is judged by a model that never saw it."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp.linkage import joined
from huixiang.nlp.pairs import FEATURES, Comparison
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.corpus import Row

Array = npt.NDArray[Any]
FOLDS: Final = 5
THRESHOLDS: Final = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
HARD_TRUST: Final = 6.0
HARD_JOINED: Final = 0.1
"""Share of hard pairs that may be joined freely: what plain TF-IDF with average linkage joins."""
COST: Final = 0.5
"""What a further share of hard pairs costs against F1: a wrong merge can be parted by hand, a lost one is unseen."""


class Truth(NamedTuple):
    """Places of the messages of each gold cluster, and pairs that a reader kept apart."""

    clusters: list[list[int]]
    apart: list[tuple[int, int]]


def train(compared: Comparison, places: dict[str, int], gold: Sequence[Row], hard: Sequence[Row]) -> Parameters:
    """Return trained parameters with scores over held-back clusters and held-back hard pairs."""
    truth = Truth(
        [[places[i] for i in row["ids"]] for row in gold],
        [(min(places[row["a"]], places[row["b"]]), max(places[row["a"]], places[row["b"]])) for row in hard],
    )
    pairs = compared.candidates()
    facts = compared.facts(pairs)
    same, known, fold, trust = _labels(pairs, truth, len(places))
    table = np.zeros((FOLDS, len(THRESHOLDS), 5))
    for held in range(FOLDS):
        learn = known & (fold != held)
        chances = _boosted(facts[learn], same[learn], trust[learn]).predict_proba(facts)[:, 1]
        for place, threshold in enumerate(THRESHOLDS):
            clusters = joined(len(places), _rows(pairs, chances), threshold)
            table[held, place] = _measured(clusters, truth, held, len(places))
    # The threshold of a fold is chosen on the other folds; the shipped one on all of them.
    picks = [_best(np.delete(table, held, axis=0)) for held in range(FOLDS)]
    mean = np.mean([table[held, pick] for held, pick in enumerate(picks)], axis=0)
    card = {
        "model": "hotspots", "features": FEATURES, "messages": len(places), "clusters": len(gold),
        "joined_from": THRESHOLDS[_best(table)],
        "cross_validated": _named(mean),
        "cross_validated_by_threshold": {str(t): _named(table[:, n].mean(axis=0)) for n, t in enumerate(THRESHOLDS)},
    }  # fmt: skip
    return Parameters(_arrays(_boosted(facts[known], same[known], trust[known])), card)


def _named(measured: Array) -> dict[str, float]:
    names = ("bcubed_precision", "bcubed_recall", "bcubed_f1", "clusters_of_5_or_more_found", "hard_negatives_joined")
    return {name: round(float(value), 4) for name, value in zip(names, measured, strict=True)}


def _best(table: Array) -> int:
    """Return the threshold with the best F1 less the cost of the hard pairs that it joins beyond what is free."""
    mean = table.mean(axis=0)
    return int((mean[:, 2] - COST * np.maximum(0, mean[:, 4] - HARD_JOINED)).argmax())


def _labels(pairs: Array, truth: Truth, count: int) -> tuple[Array, Array, Array, Array]:
    """Return per pair: same matter, known at all, fold, trust. A pair with no labelled message is not known."""
    cluster = np.full(count, -1)
    for number, members in enumerate(truth.clusters):
        cluster[members] = number
    a, b = cluster[pairs[:, 0]], cluster[pairs[:, 1]]
    apart = {pair: number for number, pair in enumerate(truth.apart)}
    hard = np.array([apart.get((int(x), int(y)), -1) for x, y in pairs])
    same = (a >= 0) & (a == b)
    # A pair belongs to the fold of a labelled member: with two of different folds it is left out of both.
    fold = np.where(a >= 0, a, b) % FOLDS
    other = np.where(b >= 0, b, a) % FOLDS
    fold = np.where(hard >= 0, hard % FOLDS, fold)
    known = ((a >= 0) | (b >= 0) | (hard >= 0)) & ((fold == other) | (hard >= 0))
    return same, known, fold, np.where((hard >= 0) & ~same, HARD_TRUST, 1.0)


def _measured(clusters: list[list[int]], truth: Truth, held: int, count: int) -> list[float]:
    """Return B-cubed precision, recall, F1, big clusters found, hard pairs joined – of the held fold alone."""
    where = np.zeros(count, dtype=int)
    for number, members in enumerate(clusters):
        where[members] = number
    of = {place: set(members) for members in truth.clusters for place in members}
    precision: list[float] = []
    recall: list[float] = []
    found: list[float] = []
    for number, members in enumerate(truth.clusters):
        if number % FOLDS != held:
            continue
        gold = set(members)
        for place in members:
            mine = set(clusters[where[place]])
            labelled = mine & of.keys()
            precision.append(len(labelled & gold) / len(labelled))
            recall.append(len(mine & gold) / len(gold))
        if len(gold) >= 5:
            best = max(len(gold & set(clusters[where[p]])) / len(gold | set(clusters[where[p]])) for p in members)
            found.append(best >= 0.5)
    p, r = float(np.mean(precision)), float(np.mean(recall))
    apart = [where[a] == where[b] for number, (a, b) in enumerate(truth.apart) if number % FOLDS == held]
    return [p, r, 2 * p * r / (p + r), float(np.mean(found or [1.0])), float(np.mean(apart)) if apart else 0.0]


def _rows(pairs: Array, chances: Array) -> list[tuple[int, int, float]]:
    return [(int(a), int(b), float(p)) for (a, b), p in zip(pairs, chances, strict=True)]


def _boosted(facts: Array, same: Array, trust: Array) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

    model = HistGradientBoostingClassifier(
        max_iter=250, learning_rate=0.06, max_leaf_nodes=6, min_samples_leaf=25, l2_regularization=3,
        # Each split sees a fifth of the facts: they say much the same, and trees that lean on few of them err together.
        max_features=0.2, early_stopping=False, random_state=0,
    )  # fmt: skip
    return model.fit(facts, same, sample_weight=trust)


def _arrays(model: Any) -> dict[str, Array]:
    """Return the trees of the fitted model as plain arrays; a leaf leads to itself."""
    columns: dict[str, list[Array]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    roots, start, depth = [], 0, 0
    for (tree,) in model._predictors:
        nodes = tree.nodes
        own = np.arange(len(nodes))
        leaf = nodes["is_leaf"].astype(bool)
        roots.append(start)
        columns["feature"].append(nodes["feature_idx"])
        columns["threshold"].append(np.where(leaf, np.inf, nodes["num_threshold"]))
        columns["left"].append(start + np.where(leaf, own, nodes["left"]))
        columns["right"].append(start + np.where(leaf, own, nodes["right"]))
        columns["value"].append(nodes["value"])
        start, depth = start + len(nodes), max(depth, int(nodes["depth"].max()))
    joined_columns = {name: np.concatenate(parts) for name, parts in columns.items()}
    ends = {"depth": np.array(depth), "base": np.array(float(model._baseline_prediction.ravel()[0]))}
    return joined_columns | ends | {"roots": np.array(roots)}
