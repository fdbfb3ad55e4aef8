"""Sums boosted decision trees kept as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Trees:
    """All nodes of all trees in one row each; `roots` says where each tree starts. A leaf points to itself."""

    roots: Array
    feature: Array
    threshold: Array
    left: Array
    right: Array
    value: Array
    depth: int
    base: float

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> "Trees":
        """Unpack the arrays that training wrote."""
        nodes = {name: arrays[name] for name in ("roots", "feature", "threshold", "left", "right", "value")}
        return cls(**nodes, depth=int(arrays["depth"]), base=float(arrays["base"]))

    def chances(self, facts: Array) -> npt.NDArray[np.float64]:
        """Return a probability per row of `facts`; some rows at a time, which stay near the processor."""
        parts = [self._chances(facts[start : start + AT_ONCE]) for start in range(0, len(facts), AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty(0)

    def _chances(self, facts: Array) -> npt.NDArray[np.float64]:
        total = np.full(len(facts), self.base, dtype=np.float64)
        rows = np.arange(len(facts))
        for root in self.roots:
            node = np.full(len(facts), root)
            for _ in range(self.depth):
                goes_left = facts[rows, self.feature[node]] <= self.threshold[node]
                node = np.where(goes_left, self.left[node], self.right[node])
            total += self.value[node]
        return 1 / (1 + np.exp(-total))
