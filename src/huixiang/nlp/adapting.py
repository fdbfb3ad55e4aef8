"""Adapts the shipped topic model to one deployment: a small correction learnt from its own decided messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.features import Floats
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.topics import Topic, softmax

NAME: Final = "topics_here"
FEATURES: Final = 1
"""Version of what the correction reads: the shipped probabilities and the dense vector of a message."""

_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What is added to the shipped log probabilities: a pull by the dense vector and a bias, per topic by name."""

    pull: Floats
    bias: Floats
    names: tuple[str, ...]
    told_from: float
    date: str
    base: str = ""

    @classmethod
    def of(cls, parameters: Parameters) -> "Adaptation":
        """Unpack what training wrote."""
        card = parameters.card
        pull, bias = (parameters.arrays[name].astype(np.float32) for name in ("pull", "bias"))
        return cls(
            pull, bias, tuple(card["classes"]), float(card["told_from"]), str(card["date"]), card.get("base", "")
        )

    def topics(self, ranked: Sequence[Topic], latent: Floats) -> list[Topic]:
        """Return the topics of the shipped model with corrected probabilities, the likeliest first."""
        chances = softmax(logs(ranked, self.names) + (latent @ self.pull + self.bias).astype(np.float64))
        order = np.argsort(-chances, kind="stable")
        return [Topic(self.names[place], round(float(chances[place]), 4)) for place in order]

    def told(self, topics: Sequence[Topic]) -> str | None:
        """Return the topic to show as the answer; None leaves the message to the manual queue."""
        return topics[0].name if topics[0].p >= self.told_from else None


def logs(ranked: Sequence[Topic], names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the log probability of each of `names`; one that the model does not know counts as next to impossible."""
    chances = {topic.name: topic.p for topic in ranked}
    return np.log(np.array([max(_LEAST, chances.get(name, 0.0)) for name in names], dtype=np.float64))
