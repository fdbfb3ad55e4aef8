"""Plain evidence for suggesting a topic: which words of a lexicon stand in the title and the body."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

TITLE_WEIGHT: Final = 3.0
"""A word in the title counts as three in the body: citizens put the matter there. A judgement, not a measurement."""


class TopicScore(NamedTuple):
    """A topic code, its score (comparable within one answer only) and the words that led to it, strongest first."""

    code: str
    score: float
    words: list[str]


def topic_scores(text: str, lexicon: Mapping[str, Sequence[str]], *, title: str = "") -> list[TopicScore]:
    """Rank the topics of `lexicon` (code -> words) whose words occur in `title` or `text`, best first, ties as given.

    A word counts once, more in the title, less when several topics claim it, and not at all inside a longer found word.
    """
    title, text = _plain(title), _plain(text)
    found = {code: _weights(words, title, text) for code, words in lexicon.items()}
    # How many topics claim a word that was found.
    claims = Counter(word for weights in found.values() for word in weights)
    scores: list[TopicScore] = []
    for code, weights in found.items():
        shared = {word: weight / claims[word] for word, weight in weights.items()}
        kept = _not_inside_another(shared)
        if kept:
            kept.sort(key=lambda word: -shared[word])
            scores.append(TopicScore(code, sum(shared[word] for word in kept), kept))
    return sorted(scores, key=lambda topic: -topic.score)


def _weights(words: Iterable[str], title: str, text: str) -> dict[str, float]:
    """Return the words that were found, with what they weigh, in the order given."""
    found: dict[str, float] = {}
    for word in words:
        plain = _plain_word(word)
        weight = TITLE_WEIGHT * (plain in title) + (plain in text) if plain else 0.0
        if weight:
            found[word] = weight
    return found


def _not_inside_another(words: Iterable[str]) -> list[str]:
    found = list(words)
    return [word for word in found if not any(word != other and word in other for other in found)]


# The words of a lexicon are looked for in every message, and there are some thousands of them.
@lru_cache(maxsize=8192)
def _plain_word(word: str) -> str:
    return _plain(word)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
