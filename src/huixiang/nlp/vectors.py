"""Reads a message as three fields of weighted hashed tokens and one short dense vector of its words."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import rjieba

from huixiang.nlp.features import Floats, all_grams, code_points, paired, plain
from huixiang.nlp.parameters import SHIPPED, Parameters, load

FEATURES: Final = 3
"""Version of the tokens below; models trained on another version are refused."""

TITLE, BODY, WORDS = "title", "body", "words"
SIZES: Final[Mapping[str, int]] = {TITLE: 2**17, BODY: 2**18, WORDS: 2**17}
"""Columns of each field: character n-grams of the title, of the body, and words with word pairs of both."""

LATENT: Final = 2**16
"""Columns of the table of single words from which the dense vector is projected."""

TITLE_COUNTS: Final = 2
"""How often a word of the title counts for the dense vector."""

Column = npt.NDArray[np.int64]


class Counts(NamedTuple):
    """Distinct columns of one field, ascending, and how often each occurs."""

    ids: Column
    counts: Floats


class Vector(NamedTuple):
    """Columns of one field with their weights, of length 1 unless the field is empty."""

    ids: Column
    values: Floats


class Reading(NamedTuple):
    """One message as the models see it."""

    fields: Mapping[str, Vector]
    latent: Floats


class Tokens(NamedTuple):
    """The raw counts of one message: what training weighs and projects."""

    fields: Mapping[str, Counts]
    latent: Counts


@dataclass(frozen=True, slots=True)
class Space:
    """How rare each column is, and the projection of single words to the dense vector."""

    rarity: Mapping[str, Floats]
    latent_rarity: Floats
    projection: npt.NDArray[np.int8]
    scale: Floats

    @classmethod
    def of(cls, parameters: Parameters) -> "Space":
        """Unpack the arrays that training wrote."""
        arrays = parameters.arrays
        rarity = {name: arrays[name].astype(np.float32) for name in SIZES}
        scale = arrays["scale"].astype(np.float32)
        return cls(rarity, arrays["latent"].astype(np.float32), arrays["projection"], scale)

    def read(self, title: str, detail: str) -> Reading:
        """Return the message as the models see it."""
        return self.weigh(tokens(title, detail))

    def weigh(self, counted: Tokens) -> Reading:
        """Weigh counts by rarity and project the single words."""
        fields = {name: weighed(counts, self.rarity[name]) for name, counts in counted.fields.items()}
        return Reading(fields, self.meaning(counted.latent))

    def meaning(self, counted: Counts) -> Floats:
        """Return the dense vector of single words, of length 1 unless there are none."""
        words = weighed(counted, self.latent_rarity)
        return unit(words.values @ self.projection[words.ids].astype(np.float32) * self.scale)


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> Space:
    """Return the space of `directory`, read once."""
    return Space.of(load("space", FEATURES, directory))


def tokens(title: str, detail: str) -> Tokens:
    """Return the counts of a message in every field."""
    head, body = plain(title), plain(detail)
    words, single = words_of(head, body)
    fields = {TITLE: title_grams(head), BODY: _counted(_grams(body, 2), SIZES[BODY]), WORDS: words}
    return Tokens(fields, single)


def title_grams(head: str) -> Counts:
    """Return the character n-grams of a plain title, in the columns of TITLE."""
    return _counted(_grams(head, 1), SIZES[TITLE])


def words_of(head: str, body: str) -> tuple[Counts, Counts]:
    """Return words with word pairs of plain texts in the columns of WORDS, and the single words in those of LATENT."""
    first, rest = rjieba.cut(head), rjieba.cut(body)
    # Each word is hashed once for both tables, and for its pairs.
    of_title, of_body = _hashes(first), _hashes(rest)
    pairs = [paired(hashes[:-1], hashes[1:]) for hashes in (of_title, of_body)]
    words = _counted(np.concatenate([of_title, of_body, *pairs]), SIZES[WORDS])
    return words, _counted(np.concatenate([of_title] * TITLE_COUNTS + [of_body]), LATENT)


def weighed(counts: Counts, rarity: Floats) -> Vector:
    """Return log counts times rarity, without what never counts, at length 1."""
    values = (1 + np.log(counts.counts)) * rarity[counts.ids]
    kept = values > 0
    return Vector(counts.ids[kept], unit(values[kept]))


def unit(values: npt.NDArray[Any]) -> Floats:
    """Return `values` at length 1; nothing stays nothing."""
    length = float(np.sqrt((values * values).sum()))
    return (values / length if length else values).astype(np.float32)


def _grams(text: str, salt: int) -> npt.NDArray[np.uint32]:
    return all_grams(code_points(text), 4, salt)


def _hashes(words: list[str]) -> npt.NDArray[np.uint32]:
    return np.array([_HASHES[word] for word in words], dtype=np.uint32)


class _Hashes(dict[str, int]):
    """Hashes of words as they come; most words come again, and looking up is a fifth of the work."""

    def __missing__(self, word: str) -> int:
        if len(self) >= MOST_KEPT:
            self.clear()
        found = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return found


MOST_KEPT: Final = 100_000
_HASHES: Final = _Hashes()


def _counted(hashes: npt.NDArray[np.uint32], size: int) -> Counts:
    """Return the distinct columns; `size` is a power of two. By hand, since `np.unique` takes four times as long."""
    if not len(hashes):
        return Counts(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    columns = np.sort(hashes & np.uint32(size - 1))
    starts = np.flatnonzero(np.concatenate([_FIRST, columns[1:] != columns[:-1]]))
    ends = np.concatenate([starts[1:], [len(columns)]])
    return Counts(columns[starts].astype(np.int64), (ends - starts).astype(np.float32))


_FIRST: Final = np.array([True])
