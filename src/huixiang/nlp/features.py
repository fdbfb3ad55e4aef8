"""Turns text into hashed character n-grams, so that trained weights are plain arrays and carry nobody's words."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.characters import WITHOUT_UNFIT

Ids = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]

LONGEST: Final = 6000
"""Characters of one field that are read; a longer one is read at both ends, for citizens ask there."""

# Knuth's multiplicative constant and the finaliser of MurmurHash3: cheap, and the same on every machine.
_MULTIPLIER: Final = np.uint32(0x9E3779B1)
_FINAL: Final = (np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35))


def plain(text: str) -> str:
    """Return `text` as the models read it: NFKC, lower case, no white space, every digit a 0, a long one's two ends."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + text[-LONGEST // 2 :]
    if _SUSPICIOUS.search(text):
        text = text.translate(WITHOUT_UNFIT)
    text = "".join(unicodedata.normalize("NFKC", text).lower().split())
    return _DIGITS.sub("0", text)


_DIGITS: Final = re.compile("[1-9]")
# Anything besides these may be unfit; asking first spares almost every message the slow way.
_SUSPICIOUS: Final = re.compile(r"[^\u4e00-\u9fff\u3000-\u3040\uff01-\uff5e\n\t -~·—‘’“”…]")


def code_points(text: str) -> Ids:
    """Return the code points of `text`, one number per character."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32, copy=False)


def grams(codes: Ids, length: int, salt: int) -> Ids:
    """Return one 32-bit hash for each run of `length` characters, in order; `salt` keeps fields and lengths apart."""
    count = len(codes) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint32)
    hashes = np.full(count, (salt * 0x9E3779B1 + length) & 0xFFFFFFFF, dtype=np.uint32)
    for place in range(length):
        hashes ^= codes[place : place + count]
        hashes *= _MULTIPLIER
        hashes ^= hashes >> np.uint32(15)
    return _mixed(hashes)


def all_grams(codes: Ids, longest: int, salt: int) -> Ids:
    """Return `grams` of every length from 1 to `longest`, one after the other, in a third of the time."""
    count = len(codes)
    if not count:
        return np.empty(0, dtype=np.uint32)
    lengths = range(1, longest + 1)
    starts = np.array([(salt * 0x9E3779B1 + length) & 0xFFFFFFFF for length in lengths], dtype=np.uint32)
    hashes = np.repeat(starts[:, None], count, axis=1)
    for place in range(min(longest, count)):
        # Runs that would go past the end are hashed too, and left out below.
        rows = hashes[place:]
        rows[:, : count - place] ^= codes[place:]
        rows *= _MULTIPLIER
        rows ^= rows >> np.uint32(15)
    mixed = _mixed(hashes)
    return np.concatenate([mixed[length - 1, : max(0, count - length + 1)] for length in lengths])


def paired(first: Ids, second: Ids) -> Ids:
    """Return one 32-bit hash for each two hashes that stand side by side; their order counts."""
    return _mixed((first * _MULTIPLIER) ^ second)


# The same few facts are told of every run of clauses; hashing them anew was a third of finding the demands.
@lru_cache(maxsize=1 << 15)
def hashed(numbers: tuple[int, ...], salt: int) -> int:
    """Return the 32-bit hash of a short tuple of small numbers: a categorical feature and its value."""
    value = salt
    for number in (*numbers, len(numbers)):
        value = ((value ^ number) * 0x9E3779B1) & 0xFFFFFFFF
        value ^= value >> 15
    return value


def _mixed(hashes: Ids) -> Ids:
    for constant, shift in zip(_FINAL, (13, 16), strict=True):
        hashes ^= hashes >> np.uint32(16)
        hashes *= constant
        hashes ^= hashes >> np.uint32(shift)
    return hashes
