"""Fits `nlp.topics`: a broad set of labelled messages for the common classes, open traffic for all fifteen."""

import zlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp.parameters import Parameters
from huixiang.nlp.topics import softmax
from huixiang.nlp.training.kernel import Examples, one_against_rest
from huixiang.nlp.training.scoring import macro_f1
from huixiang.nlp.vectors import FEATURES

Array = npt.NDArray[Any]
SOFTNESS: Final = 0.4
OPEN_TRUST: Final = 4.0
"""A message of open traffic counts as four: the broad set knows half of the classes and follows looser rules."""
COVERAGE: Final = 0.75
"""Share of open traffic for which a topic is to be told; the probability asked for follows from it."""


class Calibration(NamedTuple):
    """How raw scores become probabilities."""

    sharpness: float
    offsets: Array

    def chances(self, scores: Array) -> Array:
        """Return one probability per class and row."""
        return softmax(self.sharpness * scores + self.offsets)


def train(examples: Examples, labels: Sequence[str], is_open: Array) -> Parameters:
    """Return trained parameters; `is_open` marks the rows that come from open traffic, on which it is calibrated."""
    names = sorted(set(labels))
    truth = np.array([names.index(label) for label in labels])
    rows = np.arange(len(labels))
    targets, trust = one_against_rest(truth, len(names)), np.where(is_open, OPEN_TRUST, 1.0)
    held = examples.held_out(rows, targets, trust, SOFTNESS)
    chances, told_from = _judged_apart(held, truth, is_open, examples.groups)
    final = calibrate(held[is_open], truth[is_open])
    pulls, bias = examples.solve(rows, targets, trust, SOFTNESS)
    card = {
        "model": "topics", "features": FEATURES, "messages": len(labels), "classes": names, "softness": SOFTNESS,
        "sharpness": final.sharpness, "told_from": round(threshold(final.chances(held[is_open])), 4),
        "cross_validated": _scores(chances, truth, is_open, told_from, names),
    }  # fmt: skip
    return Parameters(examples.arrays(rows, pulls, bias) | {"offsets": final.offsets.astype(np.float32)}, card)


def calibrate(scores: Array, truth: Array) -> Calibration:
    """Fit one sharpness and one offset per class by gradient descent on the log loss (offsets shrink towards 0)."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]
    from scipy.special import logsumexp  # type: ignore[import-untyped]

    classes = scores.shape[1]

    def loss(x: Array) -> float:
        raised = x[0] * scores + x[1:]
        wrong = (logsumexp(raised, axis=1) - raised[np.arange(len(truth)), truth]).mean()
        return float(wrong + 0.003 * (x[1:] ** 2).sum())

    found = minimize(loss, np.concatenate([[3.0], np.zeros(classes)]), method="L-BFGS-B").x
    return Calibration(round(float(found[0]), 4), found[1:])


def threshold(chances: Array) -> float:
    """Return the probability above which COVERAGE of the rows lie."""
    return float(np.quantile(chances.max(axis=1), 1 - COVERAGE))


def _judged_apart(held: Array, truth: Array, is_open: Array, groups: Array) -> tuple[Array, Array]:
    """Return probabilities and thresholds in which no row took part in its own calibration."""
    chances, told_from = np.zeros(held.shape), np.zeros(len(held))
    half = np.array([hash_of(group) % 2 for group in groups])
    for side in (0, 1):
        learn, judge = is_open & (half != side), half == side
        calibration = calibrate(held[learn], truth[learn])
        chances[judge] = calibration.chances(held[judge])
        told_from[judge] = threshold(calibration.chances(held[learn]))
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
