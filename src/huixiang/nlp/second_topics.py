"""Tells the second-level topic below a first-level one that is known, and says nothing when two are close."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.features import Floats
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.vectors import TITLE, WORDS, Reading

NAME: Final = "second_topics"
FEATURES: Final = 1
FOLDED: Final = 2**14
"""Columns of each of the two fields; the finer columns of `vectors` are folded into them."""


@dataclass(frozen=True, slots=True)
class SecondTopicModel:
    """Weights per column and class, how rare each column is, and the lead from which on a class is told."""

    weights: npt.NDArray[np.int8]
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
        return cls(arrays["weights"], scale, bias, rarity, names, float(card["told_from"]))

    def told(self, first: str, reading: Reading) -> str | None:
        """Return the second-level topic of `first` that leads clearly; None if none does."""
        places = np.array([place for place, (above, _) in enumerate(self.names) if above == first], dtype=np.int64)
        if not len(places):
            return None
        columns = columns_of(reading)
        values = weighed(columns, self.rarity)
        table = self.weights[np.ix_(columns, places)].astype(np.float32)
        best, lead = leader((values @ table) * self.scale[places] + self.bias[places])
        return self.names[int(places[best])][1] if lead >= self.told_from else None


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> SecondTopicModel:
    """Return the trained model of `directory`, read once."""
    return SecondTopicModel.of(load(NAME, FEATURES, directory))


def columns_of(reading: Reading) -> npt.NDArray[np.int64]:
    """Return the distinct folded columns of words and of title n-grams."""
    words, title = reading.fields[WORDS].ids % FOLDED, reading.fields[TITLE].ids % FOLDED + FOLDED
    return np.unique(np.concatenate([words, title]))


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
