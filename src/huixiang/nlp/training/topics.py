"""Fits `nlp.topics`: a broad set of labelled messages for the common classes, open traffic for all fifteen."""

import zlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp.parameters import Parameters
from huixiang.nlp.topics import Calibration, TwoViews, gate_facts, softmax
from huixiang.nlp.training.kernel import Examples, one_against_rest
from huixiang.nlp.training.linear import folds
from huixiang.nlp.training.scoring import macro_f1
from huixiang.nlp.vectors import FEATURES

Array = npt.NDArray[Any]
SOFTNESS: Final = 0.4
NARROW, OPEN = 0, 1
COVERAGE: Final = 0.76
"""Share of open traffic for which a topic is to be told (0.75 is asked for); the probability follows from it."""
UNKNOWN: Final = -30.0
"""Offset of a class that the narrow view has never seen."""


class Labelled(NamedTuple):
    """What is known of each message: its topic, NARROW or OPEN, how far the label is trusted, whether it is judged."""

    topics: Sequence[str]
    kind: Array
    trust: Array
    judged: Array


def train(examples: Examples, labelled: Labelled) -> Parameters:
    """Return trained parameters, scored on the judged messages alone by models that saw nothing of their groups."""
    names = sorted(set(labelled.topics))
    truth = np.array([names.index(topic) for topic in labelled.topics])
    targets, rows = one_against_rest(truth, len(names)), np.arange(len(truth))
    held = _held_out(examples, targets, labelled)
    chosen = np.flatnonzero(labelled.judged)
    scores, kind, known = held[chosen], labelled.kind[chosen], truth[chosen]
    chances, told_from = _judged_apart(scores, known, kind, examples.groups[chosen])
    final = fit_views(scores, known, kind)
    pulls, bias = examples.solve(rows, targets, labelled.trust, SOFTNESS, labelled.kind)
    both = np.concatenate([pulls * (1 + (labelled.kind == k))[:, None] for k in (NARROW, OPEN)], axis=1)
    card = {
        "model": "topics", "features": FEATURES, "messages": len(truth), "classes": names, "softness": SOFTNESS,
        "sharpness": [final.narrow.sharpness, final.open.sharpness],
        "told_from": round(threshold(final.chances(scores[kind == OPEN])), 4),
        "cross_validated": _scores(chances, known, kind == OPEN, told_from, names),
    }  # fmt: skip
    own = {
        "offsets": np.stack([final.narrow.offsets, final.open.offsets]).astype(np.float32),
        "gate": final.gate.astype(np.float32),
    }
    return Parameters(examples.arrays(rows, both, np.concatenate([bias, bias])) | own, card)


def _held_out(examples: Examples, targets: Array, labelled: Labelled) -> Array:
    """Return scores in both views, each message by a model that saw nothing of its group."""
    scores = np.zeros((len(targets), 2 * targets.shape[1]))
    for learn, judge in folds(examples.groups):
        kind = labelled.kind[learn]
        pulls, bias = examples.solve(learn, targets[learn], labelled.trust[learn], SOFTNESS, kind)
        near = examples.likeness[np.ix_(judge, learn)]
        views = [near @ (pulls * (1 + (kind == k))[:, None]) + bias for k in (NARROW, OPEN)]
        scores[judge] = np.concatenate(views, axis=1)
    return scores


def fit_views(scores: Array, truth: Array, kind: Array) -> TwoViews:
    """Fit each view on its own messages, and the gate between them on both kinds, which count alike."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    half, rows, is_open = scores.shape[1] // 2, np.arange(len(truth)), kind == OPEN
    narrow = calibrate(scores[~is_open, :half], truth[~is_open])
    opened = calibrate(scores[is_open, half:], truth[is_open])
    seen = np.isin(np.arange(half), truth[~is_open])
    narrow = Calibration(narrow.sharpness, np.where(seen, narrow.offsets, UNKNOWN))
    first, second = narrow.chances(scores[:, :half]), opened.chances(scores[:, half:])
    facts, weight = gate_facts(first, second), np.where(is_open, 1 / is_open.mean(), 1 / (~is_open).mean())

    def loss(gate: Array) -> float:
        share = 1 / (1 + np.exp(-(facts @ gate)))
        right = share * first[rows, truth] + (1 - share) * second[rows, truth]
        return float(-(weight * np.log(np.maximum(right, 1e-9))).mean() + 0.001 * (gate**2).sum())

    return TwoViews(narrow, opened, minimize(loss, np.zeros(facts.shape[1]), method="L-BFGS-B").x)


def calibrate(scores: Array, truth: Array) -> Calibration:
    """Fit one sharpness and one offset per class by gradient descent on the log loss (offsets shrink towards 0)."""
    from scipy.optimize import minimize
    from scipy.special import logsumexp  # type: ignore[import-untyped]

    classes, rows = scores.shape[1], np.arange(len(truth))

    def loss(x: Array) -> tuple[float, Array]:
        raised = x[0] * scores + x[1:]
        wrong = (logsumexp(raised, axis=1) - raised[rows, truth]).mean() + 0.003 * (x[1:] ** 2).sum()
        slope = softmax(raised)
        slope[rows, truth] -= 1
        slope /= len(truth)
        return float(wrong), np.concatenate([[(slope * scores).sum()], slope.sum(axis=0) + 0.006 * x[1:]])

    found = minimize(loss, np.concatenate([[3.0], np.zeros(classes)]), method="L-BFGS-B", jac=True).x
    return Calibration(round(float(found[0]), 4), found[1:])


def threshold(chances: Array) -> float:
    """Return the probability above which COVERAGE of the rows lie."""
    return float(np.quantile(chances.max(axis=1), 1 - COVERAGE))


def _judged_apart(scores: Array, truth: Array, kind: Array, groups: Array) -> tuple[Array, Array]:
    """Return probabilities and thresholds in which no row took part in its own calibration."""
    chances, told_from = np.zeros((len(scores), scores.shape[1] // 2)), np.zeros(len(scores))
    half = np.array([hash_of(group) % 2 for group in groups])
    for side in (0, 1):
        learn, judge = half != side, half == side
        views = fit_views(scores[learn], truth[learn], kind[learn])
        chances[judge] = views.chances(scores[judge])
        told_from[judge] = threshold(views.chances(scores[learn & (kind == OPEN)]))
    return chances, told_from


def hash_of(text: str) -> int:
    """Return a number that depends on `text` alone, on every machine and in every run."""
    return zlib.crc32(text.encode())


def _scores(chances: Array, truth: Array, is_open: Array, told_from: Array, names: Sequence[str]) -> dict[str, Any]:
    best, told = chances.argmax(axis=1), chances.max(axis=1) >= told_from
    right = best == truth

    def f1(chosen: Array, only_told: bool) -> float:
        pairs = [
            (names[t], names[b] if ok or not only_told else None)
            for t, b, ok in zip(truth[chosen], best[chosen], told[chosen], strict=True)
        ]
        return round(macro_f1(pairs), 4)

    return {
        "broad_macro_f1_always_told": f1(~is_open, False),
        "broad_macro_f1_silence_counts_as_a_miss": f1(~is_open, True),
        "broad_coverage": round(float(told[~is_open].mean()), 4),
        "broad_accuracy_when_told": round(float(right[~is_open & told].mean()), 4),
        "open_accuracy_always_told": round(float(right[is_open].mean()), 4),
        "open_macro_f1_always_told": f1(is_open, False),
        "open_coverage": round(float(told[is_open].mean()), 4),
        "open_accuracy_when_told": round(float(right[is_open & told].mean()), 4),
    }
