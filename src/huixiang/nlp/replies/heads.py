"""The trained questions about a reply: each a linear weighing of named evidence, asked all at once.

A question's answer is a probability; beside it stand the pieces of evidence that moved it most, by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.features import code_points, grams, plain
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.replies.rarity import Rarity

FEATURES: Final = 2
"""Version of the evidence that the weights were trained on; others are refused."""

CLIP: Final = 3.0
"""Standard deviations beyond which a piece of evidence weighs no more: one odd number must not decide."""

BUCKETS: Final = 1 << 14
"""How many numbers a run of characters may become."""

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType({"reply": 1.0, "message": 0.7, "demand": 0.55, "part": 0.55})
"""How much each text weighs beside the named evidence; found by cross-validation, flat around these."""

Floats = npt.NDArray[np.float64]
Words = tuple[npt.NDArray[np.int64], Floats]
Texts = Mapping[str, Words]


def wording(text: str) -> Words:
    """Return the distinct buckets of the runs of one to three characters in `text`, each with its damped count."""
    codes = code_points(plain(text))
    runs = np.concatenate([grams(codes, length, 1) for length in (1, 2, 3)]).astype(np.int64) % BUCKETS
    counts = np.bincount(runs, minlength=BUCKETS)
    found = np.flatnonzero(counts)
    return found, 1.0 + np.log(counts[found])


@dataclass(frozen=True, slots=True)
class View:
    """One text as the questions see it: how rare each bucket is, and its weight for each question."""

    rarity: Floats
    weights: npt.NDArray[np.float32]


def weighed(words: Words, rarity: Floats, weight: float) -> Words:
    """Return the wording with rarity taken in and brought to the length `weight`, short and long texts alike."""
    found, counts = words
    values = counts * rarity[found]
    return found, weight * values / (float(np.sqrt(values @ values)) or 1.0)


@dataclass(frozen=True, slots=True)
class Heads:
    """Weights (features × questions) over standardised evidence and over the wording of texts, with biases.

    `scale` says how much each piece of evidence counts before any weighing; `thresholds` belong to the questions.
    """

    features: tuple[str, ...]
    questions: tuple[str, ...]
    mean: Floats
    spread: Floats
    scale: Floats
    weights: Floats
    bias: Floats
    thresholds: Mapping[str, float]
    views: Mapping[str, View]

    def standard(self, evidence: Mapping[str, float]) -> Floats:
        """Return the evidence as scaled deviations from the average reply, in the order of `features`."""
        return self.scaled(np.array([evidence[name] for name in self.features]))

    def scaled(self, values: Floats) -> Floats:
        """Return rows of evidence as scaled deviations from the average reply."""
        # What is not known (nan) counts as average: it speaks for nothing.
        return np.nan_to_num(np.clip((values - self.mean) / self.spread, -CLIP, CLIP), nan=0.0) * self.scale

    def worded(self, texts: Texts) -> Floats:
        """Return what the wording of `texts` alone adds to the score of every question."""
        total = np.zeros(len(self.questions))
        for name, words in texts.items():
            found, values = weighed(words, self.views[name].rarity, WEIGHTS[name])
            total += values @ self.views[name].weights[found]
        return total

    def probabilities(
        self, evidence: Mapping[str, float], texts: Texts, already: Floats | None = None
    ) -> dict[str, float]:
        """Return the probability of every question; `already` is the score of texts that many rows share."""
        scores = self.standard(evidence) @ self.weights + self.bias + self.worded(texts)
        if already is not None:
            scores = scores + already
        return dict(zip(self.questions, (1 / (1 + np.exp(-np.clip(scores, -60, 60)))).tolist(), strict=True))

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
    views = {
        view: View(
            arrays[f"{name}_{view}_rarity"].astype(np.float64), arrays[f"{name}_{view}_weights"].astype(np.float32)
        )
        for view in card["views"]
    }
    numbers = {
        key: arrays[f"{name}_{key}"].astype(np.float64) for key in ("mean", "spread", "scale", "weights", "bias")
    }
    thresholds = {str(k): float(v) for k, v in card["thresholds"].items()}
    return Heads(tuple(card["features"]), tuple(card["questions"]), **numbers, thresholds=thresholds, views=views)


ANSWERS: Final = ("full", "partial", "none")


def answered(
    models: ReplyModels, rows: Sequence[Mapping[str, float]], texts: Sequence[Texts], whole: Texts
) -> list[dict[str, float]]:
    """Return the probability of full, partial and none for each demand, adding up to one.

    `texts` are each demand and the part of the reply bound to it; `whole` are the reply and the message they share.
    """
    already = models.answers.worded(whole)
    found = []
    for row, own in zip(rows, texts, strict=True):
        raw = models.answers.probabilities(row, own, already)
        total = sum(raw.values()) or 1.0
        found.append({name: raw[name] / total for name in ANSWERS})
    return found
