"""Tells the second-level topic below a first-level one that is known, and says nothing when two are close."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp.features import Floats
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.vectors import TITLE, WORDS, Reading

NAME: Final = "second_topics"
FEATURES: Final = 1
FOLDED: Final = 2**14
"""Columns of each of the two fields; the finer columns of `vectors` are folded into them."""


class Below(NamedTuple):
    """The places of the classes below one first-level topic, and their weights per column."""

    places: npt.NDArray[np.int64]
    weights: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class SecondTopicModel:
    """Weights below each first-level topic, how rare each column is, and the lead from which on a class is told."""

    below: Mapping[str, Below]
    scale: Floats
    bias: Floats
    rarity: Floats
    names: tuple[tuple[str, str], ...]
    told_from: float

    @classmethod
    def of(cls, parameters: Parameters) -> "SecondTopicModel":
        """Unpack what training wrote."""
        arrays, card = parameters.arrays, parameters.card
        scale, bias, rarity = (arrays[name].astype(np.float32) for name in ("scale", "bias", "rarity"))
        names = tuple((first, second) for first, second in card["classes"])
        firsts = np.array([first for first, _ in names])
        places = {first: np.flatnonzero(firsts == first) for first in dict.fromkeys(firsts.tolist())}
        # Cut apart once: what stands below one topic is a few columns out of a hundred.
        below = {first: Below(some, arrays["weights"][:, some].copy()) for first, some in places.items()}
        return cls(below, scale, bias, rarity, names, float(card["told_from"]))

    def told(self, first: str, reading: Reading) -> str | None:
        """Return the second-level topic of `first` that leads clearly; None if none does."""
        below = self.below.get(first)
        if below is None:
            return None
        columns = columns_of(reading)
        values = weighed(columns, self.rarity)
        table = below.weights[columns].astype(np.float32)
        best, lead = leader((values @ table) * self.scale[below.places] + self.bias[below.places])
        return self.names[int(below.places[best])][1] if lead >= self.told_from else None


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> SecondTopicModel:
    """Return the trained model of `directory`, read once."""
    return SecondTopicModel.of(load(NAME, FEATURES, directory))


def columns_of(reading: Reading) -> npt.NDArray[np.int64]:
    """Return the distinct folded columns of words and of title n-grams."""
    seen = np.zeros(2 * FOLDED, dtype=np.bool_)
    seen[reading.fields[WORDS].ids % FOLDED] = True
    seen[reading.fields[TITLE].ids % FOLDED + FOLDED] = True
    return np.flatnonzero(seen)


def weighed(columns: npt.NDArray[np.int64], rarity: Floats) -> Floats:
    """Return the rarity of each column, all together at length 1."""
    values = rarity[columns]
    length = float(np.sqrt((values * values).sum()))
    return np.asarray(values / length if length else values, dtype=np.float32)


def leader(scores: Floats) -> tuple[int, float]:
    """Return the place of the highest score and its lead over the next; a single one leads by its own score."""
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    return best, float(scores[best] - scores[order[1]]) if len(scores) > 1 else float("inf")
