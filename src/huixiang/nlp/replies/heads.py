"""The trained questions about a reply: each a linear weighing of named evidence, asked all at once.

A question's answer is a probability; beside it stand the pieces of evidence that moved it most, by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.features import code_points, grams, plain
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.replies.rarity import Rarity

FEATURES: Final = 1
"""Version of the evidence that the weights were trained on; others are refused."""

CLIP: Final = 4.0
"""Standard deviations beyond which a piece of evidence weighs no more: one odd number must not decide."""

BUCKETS: Final = 1 << 14
"""How many numbers a run of characters may become."""

WORDING: Final = 3.0
"""Weight of the wording as a whole beside the named evidence; found by cross-validation, flat between 1.5 and 3."""

NAMED: Final = 0.1
"""Scale of the named evidence: the same as a hundred times stronger regularisation of each."""

Floats = npt.NDArray[np.float64]
Words = tuple[npt.NDArray[np.int64], Floats]


def wording(text: str) -> Words:
    """Return the distinct buckets of the runs of one to three characters in `text`, each with its damped count."""
    codes = code_points(plain(text))
    runs = np.concatenate([grams(codes, length, 1) for length in (1, 2, 3)]).astype(np.int64) % BUCKETS
    found, counts = np.unique(runs, return_counts=True)
    return found, 1.0 + np.log(counts)


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights (features × questions) over standardised evidence, with biases and the threshold of each question.

    Where `word_weights` is there, the wording of the reply weighs in as well, by rarity of its runs (`word_rarity`).
    """

    features: tuple[str, ...]
    questions: tuple[str, ...]
    mean: Floats
    spread: Floats
    weights: Floats
    bias: Floats
    thresholds: Mapping[str, float]
    word_weights: npt.NDArray[np.float32] | None = None
    word_rarity: Floats | None = None

    def standard(self, evidence: Mapping[str, float]) -> Floats:
        """Return the evidence as scaled deviations from the average reply, in the order of `features`."""
        values = np.array([evidence[name] for name in self.features])
        # What is not known (nan) counts as average: it speaks for nothing.
        return NAMED * np.nan_to_num(np.clip((values - self.mean) / self.spread, -CLIP, CLIP), nan=0.0)

    def probabilities(self, evidence: Mapping[str, float], words: Words | None = None) -> dict[str, float]:
        """Return the probability of every question."""
        scores = self.standard(evidence) @ self.weights + self.bias
        if self.word_weights is not None and self.word_rarity is not None and words is not None:
            found, values = self.weighed(words)
            scores = scores + values @ self.word_weights[found]
        return dict(zip(self.questions, (1 / (1 + np.exp(-scores))).tolist(), strict=True))

    def weighed(self, words: Words) -> Words:
        """Return the wording with rarity taken in and brought to one length, short and long replies alike."""
        found, counts = words
        values = counts * self.word_rarity[found] if self.word_rarity is not None else counts
        return found, WORDING * values / (float(np.sqrt(values @ values)) or 1.0)

    def reasons(self, evidence: Mapping[str, float], question: str, most: int = 4) -> list[str]:
        """Return the names of the present named evidence that spoke loudest for `question`, loudest first."""
        pushed = self.standard(evidence) * self.weights[:, self.questions.index(question)]
        order = [place for place in np.argsort(-pushed)[:most] if pushed[place] > 0]
        return [self.features[place] for place in order if evidence[self.features[place]] > 0]


@dataclass(frozen=True, slots=True)
class ReplyModels:
    """Everything trained about replies: how demands are answered, what the reply is, how rare a pair is."""

    answers: Heads
    reply: Heads
    rarity: Rarity


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> ReplyModels:
    """Return the trained models of `directory`, read once."""
    found = load("replies", FEATURES, directory)
    return ReplyModels(
        _heads(found, "answers"), _heads(found, "reply"), Rarity(found.arrays["rarity"].astype(np.float32))
    )


def _heads(found: Parameters, name: str) -> Heads:
    card, arrays = found.card[name], found.arrays
    return Heads(
        tuple(card["features"]),
        tuple(card["questions"]),
        arrays[f"{name}_mean"].astype(np.float64),
        arrays[f"{name}_spread"].astype(np.float64),
        arrays[f"{name}_weights"].astype(np.float64),
        arrays[f"{name}_bias"].astype(np.float64),
        {str(k): float(v) for k, v in card["thresholds"].items()},
        arrays[f"{name}_words"].astype(np.float32) if f"{name}_words" in arrays else None,
        arrays[f"{name}_word_rarity"].astype(np.float64) if f"{name}_words" in arrays else None,
    )


ANSWERS: Final = ("full", "partial", "none")


def answered(models: ReplyModels, rows: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return the probability of full, partial and none for each demand, adding up to one."""
    found = []
    for row in rows:
        raw = models.answers.probabilities(row)
        total = sum(raw.values()) or 1.0
        found.append({name: raw[name] / total for name in ANSWERS})
    return found


def summary(probabilities: Sequence[Mapping[str, float]], *, known: bool = True) -> dict[str, float]:
    """Return what the answers to all demands together say, as evidence about the reply; nan if no message is known."""
    if not known:
        return dict.fromkeys(_SUMMARY, nan)
    rows = list(probabilities) or [{"full": 0.0, "partial": 0.0, "none": 1.0}]
    none, full = [row["none"] for row in rows], [row["full"] for row in rows]
    values = (none[0], full[0], max(none), sum(none) / len(none), sum(full) / len(full), min(full))
    return dict(zip(_SUMMARY, values, strict=True))


_SUMMARY: Final = (
    "answers.first_none",
    "answers.first_full",
    "answers.most_none",
    "answers.mean_none",
    "answers.mean_full",
    "answers.least_full",
)
