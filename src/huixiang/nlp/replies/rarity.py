"""How rare a pair of characters is in citizens' messages, as numbers for hashed pairs: no text is stored."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

BUCKETS: Final = 1 << 15


@dataclass(frozen=True, eq=False)
class Rarity:
    """Inverse document frequency per bucket."""

    weights: npt.NDArray[np.float32]

    @cached_property
    def _plain(self) -> list[float]:
        # A list answers single questions several times faster than an array, and a reply asks thousands.
        return [float(weight) for weight in self.weights]

    def of(self, pair: str) -> float:
        """How rare `pair` is; about 0 for one that stands in every message."""
        return self._plain[bucket(pair)]

    def share(self, wanted: frozenset[str], offered: frozenset[str]) -> float:
        """How much of `wanted`, weighed by rarity, is also in `offered`: 0 to 1."""
        total = self._total(wanted)
        return self._sum(wanted & offered) / total if total else 0.0

    @lru_cache(maxsize=1 << 10)  # noqa: B019 - one model lives as long as the process
    def _total(self, wanted: frozenset[str]) -> float:
        return self._sum(wanted)

    def _sum(self, some: frozenset[str]) -> float:
        plain = self._plain
        return sum([plain[bucket(pair)] for pair in some])


@lru_cache(maxsize=1 << 16)
def bucket(pair: str) -> int:
    """Return the bucket of a pair; the same on every machine."""
    return crc32(pair.encode("utf-8", "surrogatepass")) % BUCKETS


@lru_cache(maxsize=1 << 12)
def pairs(text: str) -> frozenset[str]:
    """Return the character pairs of `text`, marks and blanks left out."""
    kept = "".join(char for char in text if char.isalnum())
    return frozenset(kept[i : i + 2] for i in range(len(kept) - 1))
