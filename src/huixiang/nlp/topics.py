"""Tells the first-level topic of a message with a calibrated probability, and says nothing when unsure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp import vectors
from huixiang.nlp.features import Floats
from huixiang.nlp.kernel import KernelModel
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.vectors import Reading

NAME: Final = "topics"


class Topic(NamedTuple):
    """A first-level topic and the probability that a careful reader would choose it."""

    name: str
    p: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw scores become probabilities."""

    sharpness: float
    offsets: Floats | npt.NDArray[np.float64]

    def chances(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return one probability per class and row."""
        return softmax(self.sharpness * scores + self.offsets)


@dataclass(frozen=True, slots=True)
class TwoViews:
    """Two ways to sort messages – the narrow classes of forwarded ones, the open world – weighed per message."""

    narrow: Calibration
    open: Calibration
    gate: Floats | npt.NDArray[np.float64]

    def chances(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return one probability per class and row; `scores` has the columns of the narrow view, then the open ones."""
        half = scores.shape[1] // 2
        narrow, opened = self.narrow.chances(scores[:, :half]), self.open.chances(scores[:, half:])
        share = 1 / (1 + np.exp(-(gate_facts(narrow, opened) @ self.gate)))
        return np.asarray(share[:, None] * narrow + (1 - share[:, None]) * opened)


def gate_facts(narrow: npt.NDArray[np.float64], opened: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return what tells which view fits: 1, how sure each is, and how much the open one finds outside the other."""
    outside = (opened * (narrow < _NEVER)).sum(axis=1)
    return np.stack([np.ones(len(narrow)), narrow.max(axis=1), opened.max(axis=1), outside], axis=1)


_NEVER: Final = 1e-6
"""A class below this is one that the narrow view does not know."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """Scores, their calibration, and the probability from which on a topic is told."""

    kernel: KernelModel
    names: tuple[str, ...]
    views: TwoViews
    told_from: float

    @classmethod
    def of(cls, parameters: Parameters) -> "TopicModel":
        """Unpack what training wrote."""
        card = parameters.card
        offsets = parameters.arrays["offsets"].astype(np.float32)
        narrow, opened = (Calibration(float(s), o) for s, o in zip(card["sharpness"], offsets, strict=True))
        views = TwoViews(narrow, opened, parameters.arrays["gate"].astype(np.float32))
        return cls(KernelModel.of(parameters), tuple(card["classes"]), views, float(card["told_from"]))

    def topics(self, reading: Reading) -> list[Topic]:
        """Return every topic with its probability, the likeliest first."""
        return self.topics_many([reading])[0]

    def topics_many(self, readings: Sequence[Reading]) -> list[list[Topic]]:
        """Return the same for several messages at once, which costs each of them less."""
        return [self._ranked(row) for row in self.views.chances(self.kernel.scores_many(readings))]

    def _ranked(self, chances: npt.NDArray[np.float64]) -> list[Topic]:
        order = np.argsort(-chances, kind="stable")
        return [Topic(self.names[place], round(float(chances[place]), 4)) for place in order]

    def told(self, topics: list[Topic]) -> str | None:
        """Return the topic to show as the answer; None leaves the message to the manual queue."""
        return topics[0].name if topics[0].p >= self.told_from else None


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> TopicModel:
    """Return the trained model of `directory`, read once."""
    return TopicModel.of(load(NAME, vectors.FEATURES, directory))


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return probabilities over the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
