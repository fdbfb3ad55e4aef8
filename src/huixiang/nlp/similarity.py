"""Ranks messages that search has already fetched by how much they share with what is being typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, sqrt
from typing import Generic, TypeVar

from huixiang.nlp.segment import bigrams, words

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class Similar(Generic[Id]):
    """One candidate and its likeness to the query: 0 shares nothing, 1 holds the same tokens."""

    id: Id
    score: float


def similar(
    query: str,
    candidates: Iterable[tuple[Id, str]],
    *,
    idf: Mapping[str, float] | None = None,
    at_least: float = 0.0,
    limit: int | None = None,
) -> list[Similar[Id]]:
    """Return candidates `(id, text)` that share something with `query` and score `at_least`, best first, ties as given.

    The score is the cosine of the two token sets (words and bigrams). `idf` gives the weight of a token; one it does
    not know counts as the rarest it knows. Without `idf` all tokens weigh the same.
    """
    weights = _Weights(idf)
    asked = _tokens(query)
    asked_norm = sqrt(weights.squared(asked))
    ranked: list[Similar[Id]] = []
    for candidate_id, text in candidates:
        offered = _tokens(text)
        norms = asked_norm * sqrt(weights.squared(offered))
        score = min(1.0, weights.squared(asked & offered) / norms) if norms else 0.0
        if score > 0.0 and score >= at_least:
            ranked.append(Similar(candidate_id, score))
    ranked.sort(key=lambda found: -found.score)
    return ranked if limit is None else ranked[:limit]


# A page compares one title with its neighbours, and the same titles are neighbours of many.
@lru_cache(maxsize=4096)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(words(text)) | frozenset(bigrams(text))


class _Weights:
    """What each token weighs; the rarest weight is looked up once, since `idf` may hold a whole vocabulary."""

    def __init__(self, idf: Mapping[str, float] | None) -> None:
        self._idf = idf
        self._rarest = max(idf.values(), default=1.0) if idf is not None else 1.0

    def squared(self, tokens: frozenset[str]) -> float:
        """Return the sum of squared weights; summed exactly, since sets come in no fixed order."""
        if self._idf is None:
            return float(len(tokens))
        return fsum(self._idf.get(token, self._rarest) ** 2 for token in tokens)
