"""Joins items into clusters by average linkage over a sparse table of pair probabilities."""

import heapq
from collections.abc import Iterable

_NOTHING = 0.05
"""Pairs below this count as 0: almost all pairs do, and they need not be stored."""


def joined(count: int, pairs: Iterable[tuple[int, int, float]], at_least: float) -> list[list[int]]:
    """Return clusters of 0 … count−1: the two with the highest mean pair probability are joined while it is enough.

    A pair that is not given counts as 0. Members ascend, clusters are in order of their first member.
    """
    sums: list[dict[int, float]] = [{} for _ in range(count)]
    for a, b, p in pairs:
        if p > _NOTHING:
            sums[a][b] = sums[b][a] = p
    members = [[place] for place in range(count)]
    waiting = [(-p, a, b) for a, row in enumerate(sums) for b, p in row.items() if a < b and p >= at_least]
    heapq.heapify(waiting)
    while waiting:
        told, a, b = heapq.heappop(waiting)
        if b not in sums[a] or -told != _mean(sums, members, a, b):
            continue
        _join(sums, members, a, b)
        for other in sums[a]:
            mean = _mean(sums, members, a, other)
            if mean >= at_least:
                heapq.heappush(waiting, (-mean, a, other))
    return sorted(sorted(cluster) for cluster in members if cluster)


def _mean(sums: list[dict[int, float]], members: list[list[int]], a: int, b: int) -> float:
    return sums[a][b] / (len(members[a]) * len(members[b]))


def _join(sums: list[dict[int, float]], members: list[list[int]], a: int, b: int) -> None:
    """Move all of `b` into `a`; a mean that changed makes the waiting entry stale, which its reader notices."""
    del sums[a][b]
    for other, p in sums[b].items():
        if other != a:
            del sums[other][b]
            sums[a][other] = sums[other][a] = sums[a].get(other, 0.0) + p
    sums[b] = {}
    members[a] += members[b]
    members[b] = []
