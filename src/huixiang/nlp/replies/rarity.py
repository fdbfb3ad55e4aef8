"""How rare a pair of characters is in citizens' messages, as numbers for hashed pairs: no text is stored."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

BUCKETS: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Rarity:
    """Inverse document frequency per bucket."""

    weights: npt.NDArray[np.float32]

    def of(self, pair: str) -> float:
        """How rare `pair` is; about 0 for one that stands in every message."""
        return float(self.weights[bucket(pair)])

    def share(self, wanted: frozenset[str], offered: frozenset[str]) -> float:
        """How much of `wanted`, weighed by rarity, is also in `offered`: 0 to 1."""
        total = sum(map(self.of, wanted))
        return sum(map(self.of, wanted & offered)) / total if total else 0.0


@lru_cache(maxsize=1 << 16)
def bucket(pair: str) -> int:
    """Return the bucket of a pair; the same on every machine."""
    return crc32(pair.encode("utf-8", "surrogatepass")) % BUCKETS


@lru_cache(maxsize=1 << 12)
def pairs(text: str) -> frozenset[str]:
    """Return the character pairs of `text`, marks and blanks left out."""
    kept = "".join(char for char in text if char.isalnum())
    return frozenset(kept[i : i + 2] for i in range(len(kept) - 1))
