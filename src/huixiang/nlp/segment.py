"""The house tokens: what full-text search stores and asks for, alike on SQLite FTS5 and PostgreSQL 'simple'."""

import re
import unicodedata
from typing import Final, NamedTuple

import rjieba

from huixiang.nlp.characters import HAN, WITHOUT_UNFIT

LONGEST_TOKEN: Final = 40
"""Characters; a longer run is cut, on both sides of a search alike. Far below PostgreSQL's 2,046 bytes per lexeme."""

_TOKEN: Final = re.compile(r"[^\W_]+")
_RUN: Final = re.compile(f"[{HAN}]+|[^\\W_{HAN}]+")
_HAN: Final = re.compile(f"[{HAN}]")


class QueryTokens(NamedTuple):
    """What a person typed, as tokens for the two search columns; each token once, in the order typed."""

    words: list[str]
    bigrams: list[str]


def words(text: str) -> list[str]:
    """Return the words of `text` in order: width-folded (NFKC), lower-case, only letters, digits and Han characters."""
    found = (token for piece in rjieba.cut(_folded(text)) for token in _TOKEN.findall(piece))
    return [token[:LONGEST_TOKEN] for token in found]


def bigrams(text: str) -> list[str]:
    """Return the character pairs of each Han run in order; a lone Han character and a latin or digit run stay whole."""
    pairs: list[str] = []
    for run in (run for token in _TOKEN.findall(_folded(text)) for run in _RUN.findall(token)):
        if len(run) > 1 and _HAN.match(run):
            pairs += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            pairs.append(run[:LONGEST_TOKEN])
    return pairs


def query_tokens(text: str) -> QueryTokens:
    """Return the distinct words and distinct bigrams of a search box entry; both empty when nothing can be searched."""
    return QueryTokens(list(dict.fromkeys(words(text))), list(dict.fromkeys(bigrams(text))))


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(WITHOUT_UNFIT)).lower()
    # Lower-casing can leave NFKC again (İ becomes i and a dot), hence the second pass.
    return unicodedata.normalize("NFKC", text)
