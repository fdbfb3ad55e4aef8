"""Plain evidence for suggesting a topic: which words of a lexicon stand in the title and the body."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    claims = Counter(word for words in lexicon.values() for word in set(words))
    scores: list[TopicScore] = []
    for code, words in lexicon.items():
        weights = {word: _weight(_plain(word), title, text) / claims[word] for word in dict.fromkeys(words)}
        kept = _not_inside_another(word for word, weight in weights.items() if weight)
        if kept:
            kept.sort(key=lambda word: -weights[word])
            scores.append(TopicScore(code, sum(weights[word] for word in kept), kept))
    return sorted(scores, key=lambda topic: -topic.score)


def _weight(word: str, title: str, text: str) -> float:
    if not word:
        return 0.0
    return TITLE_WEIGHT * (word in title) + (word in text)


def _not_inside_another(words: Iterable[str]) -> list[str]:
    found = list(words)
    return [word for word in found if not any(word != other and word in other for other in found)]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
