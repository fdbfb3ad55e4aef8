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
class TopicModel:
    """Scores, their calibration, and the probability from which on a topic is told."""

    kernel: KernelModel
    names: tuple[str, ...]
    sharpness: float
    offsets: Floats
    told_from: float

    @classmethod
    def of(cls, parameters: Parameters) -> "TopicModel":
        """Unpack what training wrote."""
        card = parameters.card
        offsets = parameters.arrays["offsets"].astype(np.float32)
        kernel = KernelModel.of(parameters)
        return cls(kernel, tuple(card["classes"]), float(card["sharpness"]), offsets, float(card["told_from"]))

    def topics(self, reading: Reading) -> list[Topic]:
        """Return every topic with its probability, the likeliest first."""
        return self.topics_many([reading])[0]

    def topics_many(self, readings: Sequence[Reading]) -> list[list[Topic]]:
        """Return the same for several messages at once, which costs each of them less."""
        chances = softmax(self.sharpness * self.kernel.scores_many(readings) + self.offsets)
        return [self._ranked(row) for row in chances]

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
