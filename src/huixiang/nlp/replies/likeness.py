"""Finds replies that are nearly the same: copied from another case, or said before in this one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

COPIED: Final = 0.9
"""Share of common runs of four characters from which two replies count as one text."""

SHORTEST: Final = 40
"""Characters; a shorter reply (a note of receipt) is alike everywhere and copies nobody."""

_RUN: Final = 4


@dataclass(frozen=True, slots=True)
class Copy:
    """Another reply of nearly the same text; likeness 0 to 1."""

    id: str
    likeness: float


def near(one: str, other: str) -> float:
    """Return how alike two texts are: common runs of four characters over all runs of the shorter, length respected."""
    a, b = _runs(one), _runs(other)
    return len(a & b) / max(len(a), len(b)) if a and b else 0.0


def near_copies(reply: str, others: Iterable[tuple[str, str]], at_least: float = COPIED) -> list[Copy]:
    """Return the replies `(id, text)` that are nearly the same text as `reply`, the likest first."""
    own = _runs(reply)
    if len(own) < SHORTEST:
        return []
    found = []
    for other_id, text in others:
        theirs = _runs(text)
        # The shares cannot pass when the sizes differ too much; that spares most comparisons in an archive.
        if min(len(own), len(theirs)) < at_least * max(len(own), len(theirs)):
            continue
        likeness = len(own & theirs) / max(len(own), len(theirs))
        if likeness >= at_least:
            found.append(Copy(other_id, round(likeness, 3)))
    return sorted(found, key=lambda copy: -copy.likeness)


def _runs(text: str) -> frozenset[str]:
    kept = "".join(char for char in text if char.isalnum())
    return frozenset(kept[i : i + _RUN] for i in range(len(kept) - _RUN + 1))
