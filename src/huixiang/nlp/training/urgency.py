"""Fits `nlp.urgency` from messages whose urgency a reader judged; a missed critical one is the dearest error."""

from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.parameters import Parameters
from huixiang.nlp.training.kernel import Examples, one_against_rest
from huixiang.nlp.training.linear import folds, logistic
from huixiang.nlp.urgency import LEVELS, decide
from huixiang.nlp.vectors import FEATURES

Array = npt.NDArray[Any]
SOFTNESS: Final = 1.0
STRENGTH: Final = 0.3
TRUST: Final = (3.0, 2.0, 1.0)
NEEDED: Final = 0.7
"""Share of critical messages that must be raised to critical or urgent, as far as the margins can bring it about."""


def train(examples: Examples, cues: Array, levels: Sequence[str], judged: Array) -> Parameters:
    """Return trained parameters, scored on the `judged` messages by weights and margins that were learnt apart."""
    truth = np.array([[level.value for level in LEVELS].index(level) for level in levels])
    everyone = np.arange(len(truth))
    told = {needed: np.full(len(truth), 2) for needed in (0.0, NEEDED)}
    for learn, judge in folds(examples.groups):
        inside = _combined_held_out(examples, cues, truth, learn)
        kernel, weights, bias = _fit(examples, cues, truth, learn)
        text = examples.likeness[np.ix_(judge, learn)] @ kernel[0] + kernel[1]
        scores = np.concatenate([text, cues[judge]], axis=1) @ weights + bias
        plain = judged[learn]
        for needed, found in told.items():
            found[judge] = decide(scores, best_margins(inside[plain], truth[learn][plain], needed))
    inside = _combined_held_out(examples, cues, truth, everyone)
    margins = best_margins(inside[judged], truth[judged], NEEDED)
    (pulls, text_bias), weights, bias = _fit(examples, cues, truth, everyone)
    card = {
        "model": "urgency", "features": FEATURES, "messages": len(truth), "margins": list(margins),
        "cross_validated": measures(told[NEEDED][judged], truth[judged]),
        "cross_validated_without_the_cost_for_a_missed_critical": measures(told[0.0][judged], truth[judged]),
    }  # fmt: skip
    own = {"cue_weights": weights.astype(np.float32), "cue_bias": bias.astype(np.float32)}
    return Parameters(examples.arrays(everyone, pulls, text_bias) | own, card)


def measures(told: Array, truth: Array) -> dict[str, float]:
    """Return macro-F1, the share of critical messages raised, and of normal ones called critical."""
    return {
        "macro_f1": round(_macro_f1(told, truth), 4),
        "critical_as_critical_or_urgent": round(float((told[truth == 0] < 2).mean()), 4),
        "normal_raised_to_critical": round(float((told[truth == 2] == 0).mean()), 4),
    }


def best_margins(scores: Array, truth: Array, needed: float) -> tuple[float, float]:
    """Return the margins with the best macro-F1 among those that raise at least `needed` of the critical ones."""
    grid = np.arange(-7.0, 1.1, 0.25)

    def value(margins: tuple[float, float]) -> float:
        told = decide(scores, margins)
        raised = float((told[truth == 0] < 2).mean())
        return _macro_f1(told, truth) - 2 * max(0.0, needed - raised)

    critical, urgent = max(product(grid, grid), key=value)
    return float(critical), float(urgent)


def _macro_f1(told: Array, truth: Array) -> float:
    levels = range(len(LEVELS))
    hits = [2 * ((told == c) & (truth == c)).sum() / max(1, (told == c).sum() + (truth == c).sum()) for c in levels]
    return float(np.mean(hits))


def _trust(truth: Array) -> Array:
    return np.array(TRUST)[truth]


def _combined_held_out(examples: Examples, cues: Array, truth: Array, rows: Array) -> Array:
    """Return the final scores of `rows`, text and cue weights both learnt on other groups."""
    text = examples.held_out(rows, one_against_rest(truth[rows], 3), _trust(truth[rows]), SOFTNESS)
    facts = np.concatenate([text, cues[rows]], axis=1)
    scores = np.zeros(text.shape)
    for learn, judge in folds(examples.groups[rows]):
        weights, bias = logistic(facts[learn], truth[rows][learn], STRENGTH)
        scores[judge] = facts[judge] @ weights + bias
    return scores


def _fit(examples: Examples, cues: Array, truth: Array, rows: Array) -> tuple[tuple[Array, Array], Array, Array]:
    targets, trust = one_against_rest(truth[rows], 3), _trust(truth[rows])
    text = examples.held_out(rows, targets, trust, SOFTNESS)
    weights, bias = logistic(np.concatenate([text, cues[rows]], axis=1), truth[rows], STRENGTH)
    return examples.solve(rows, targets, trust, SOFTNESS), weights, bias
