"""Finds pairs of messages that may be about one concrete matter, and the facts that tell."""

import re
from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags  # type: ignore[import-untyped]

from huixiang.nlp.features import plain
from huixiang.nlp.trees import Trees
from huixiang.nlp.vectors import SIZES, TITLE, WORDS, Space, title_grams, words_of

Array = npt.NDArray[Any]
Table = Any  # csr_matrix, which has no types

FEATURES: Final = 3
NEAREST: Final = 12
"""Neighbours looked at per message and view; 99 % of the pairs that readers joined are among them (clusters to 12)."""
LEAST: Final = 0.03
TOO_COMMON: Final = 400
"""A column that more messages share says nothing about one matter; leaving it out keeps the search linear."""
CHUNK: Final = 200
AT_ONCE: Final = 20_000
"""Rows searched, and rows or pairs described, in one go."""
BANDS: Final = (1.5, 4.0, 6.0)
"""Rarity from which on a word is an everyday word, one of a problem, the name of a place or company."""

_CODE: Final = re.compile(r"[A-Z]\d{1,2}(?=[区县市])|[\u4e00-\u9fff]{2}[区县](?=[^长域级委政城])")
_NUMBER: Final = re.compile(r"\d+(?=[路号期栋线])")


class Message(NamedTuple):
    """What is compared: texts, who wrote, and when."""

    title: str
    detail: str
    user: str | None = None
    time: datetime | None = None


class View(NamedTuple):
    """One field of all messages: weighted, just present; per message its length, the sum of its weights, and by band.

    Both tables share their columns, and weights are single floats: 100,000 messages are to fit into a gigabyte.
    """

    weighted: Table
    present: Table
    length: Array
    total: Array
    by_band: Array


class Comparison:
    """All messages of one run, ready to be compared."""

    def __init__(self, messages: Sequence[Message], space: Space, background: int) -> None:
        self.messages = messages
        self.names = [_names(message) for message in messages]
        shape = len(messages), len(space.scale)
        self.meaning, self.title_meaning = np.empty(shape, np.float32), np.empty(shape, np.float32)
        titles, words, heads = _Columns(), _Columns(), _Columns()
        for place, message in enumerate(messages):
            head, body = plain(message.title), plain(message.detail)
            whole, single = words_of(head, body)
            of_head, single_of_head = words_of(head, "")
            for columns, counts in ((titles, title_grams(head)), (words, whole), (heads, of_head)):
                columns.add(counts.ids)
            self.meaning[place], self.title_meaning[place] = space.meaning(single), space.meaning(single_of_head)
        rare = _rarity(words, SIZES[WORDS], space.rarity[WORDS], background)
        self.titles = _view(titles, _rarity(titles, SIZES[TITLE], space.rarity[TITLE], background))
        self.words, self.heads = _view(words, rare), _view(heads, rare)
        self.band = np.digitize(rare, BANDS)

    def candidates(self) -> npt.NDArray[np.int64]:
        """Return pairs (a < b), one per row, in order: each message with its nearest by title and by words."""
        count = len(self.messages)
        found = np.unique(np.concatenate([_nearest(view) for view in (self.titles, self.words)]))
        return np.column_stack([found // count, found % count])

    def facts(self, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return one row of facts per pair."""
        parts = [self._facts(pairs[start : start + AT_ONCE]) for start in range(0, len(pairs), AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty((0, 1))

    def judged(self, pairs: npt.NDArray[np.int64], trees: Trees) -> npt.NDArray[np.float64]:
        """Return what `trees` make of each pair; the facts of some pairs at a time, for all would fill the memory."""
        starts = range(0, len(pairs), AT_ONCE)
        parts = [trees.chances(self._facts(pairs[start : start + AT_ONCE])) for start in starts]
        return np.concatenate(parts) if parts else np.empty(0)

    def _facts(self, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        a, b = pairs[:, 0], pairs[:, 1]
        facts: list[Array] = []
        for view in (self.titles, self.heads, self.words):
            shared = view.weighted[a].multiply(view.present[b])
            total = _sum(shared)
            smaller = np.minimum(view.total[a], view.total[b])
            facts += [
                _sum(view.weighted[a].multiply(view.weighted[b])) / np.maximum(1e-9, view.length[a] * view.length[b]),
                total / np.maximum(1, smaller),
                total,
                _largest(shared),
            ]
        facts += self._heads_in_texts(a, b)
        for view in (self.words, self.heads):
            totals = _by_band(view.weighted[a].multiply(view.present[b]).tocsr(), self.band)
            for total, one, other in zip(totals.T, view.by_band[a].T, view.by_band[b].T, strict=True):
                facts += [total, total / np.maximum(1, np.minimum(one, other)), one + other - 2 * total]
        facts += [(dense[a] * dense[b]).sum(axis=1) for dense in (self.meaning, self.title_meaning)]
        sizes = np.diff(self.words.present.indptr)
        facts += [np.log1p(np.minimum(sizes[a], sizes[b])), np.log1p(np.maximum(sizes[a], sizes[b]))]
        facts += [np.array(column, dtype=float) for column in zip(*(self._plain(x, y) for x, y in pairs), strict=True)]
        return np.column_stack(facts)

    def _heads_in_texts(self, a: Array, b: Array) -> list[Array]:
        """How much of each title stands in the other's text, and its rarest word that does."""
        there, back = (
            self.heads.weighted[a].multiply(self.words.present[b]),
            self.heads.weighted[b].multiply(self.words.present[a]),
        )
        one, two = _sum(there) / np.maximum(1, self.heads.total[a]), _sum(back) / np.maximum(1, self.heads.total[b])
        first, second = _largest(there), _largest(back)
        return [np.maximum(one, two), np.minimum(one, two), np.maximum(first, second), np.minimum(first, second)]

    def _plain(self, x: int, y: int) -> tuple[float, ...]:
        """Same district, same number in the title (8号线), same writer, days between."""
        one, other = self.messages[x], self.messages[y]
        gap = abs((one.time - other.time).total_seconds()) / 86400 if one.time and other.time else 30.0
        names = (_agreement(mine, theirs) for mine, theirs in zip(self.names[x], self.names[y], strict=True))
        return *names, float(one.user is not None and one.user == other.user), float(np.log1p(gap))


def _names(message: Message) -> tuple[set[str], ...]:
    """Return the districts of the title, those of the whole, and the numbers of lines and roads in the title."""
    whole = message.title + message.detail[:200]
    return set(_CODE.findall(message.title)), set(_CODE.findall(whole)), set(_NUMBER.findall(message.title))


def _agreement(first: set[str], second: set[str]) -> float:
    """1 if both name one in common, −1 if both name some but none in common, 0 if one names none."""
    return 0.0 if not first or not second else (1.0 if first & second else -1.0)


class _Columns:
    """The columns of many messages, one after the other."""

    def __init__(self) -> None:
        self._flat = array("i")
        self.starts = [0]

    def add(self, ids: Array) -> None:
        self._flat.frombytes(ids.astype(np.intc).tobytes())
        self.starts.append(len(self._flat))

    @property
    def flat(self) -> Array:
        return np.frombuffer(self._flat, dtype=np.intc)


def _rarity(columns: _Columns, size: int, shipped: Array, background: int) -> Array:
    """Return rarity from these messages and the shipped counts together, so that a short run knows common words too."""
    known = np.where(shipped > 0, (1 + background) / np.exp(np.minimum(shipped, 20) - 0.5) - 1, 0.5)
    counts = np.bincount(columns.flat, minlength=size)
    return np.asarray(np.maximum(0, np.log((background + len(columns.starts)) / (1 + known + counts))))


def _view(columns: _Columns, rare: Array) -> View:
    shape, band = (len(columns.starts) - 1, len(rare)), np.digitize(rare, BANDS)
    weights = rare.astype(np.float32)[columns.flat]
    weighted = csr_matrix((weights, columns.flat.copy(), np.array(columns.starts, np.intc)), shape=shape)
    weighted.eliminate_zeros()
    ones = np.ones(weighted.nnz, dtype=np.int8)
    present = csr_matrix((ones, weighted.indices, weighted.indptr), shape=shape, copy=False)
    # Some rows at a time: what is in between takes several times the room of the table.
    starts = range(0, shape[0], AT_ONCE)
    length = [np.sqrt(_sum(weighted[start : start + AT_ONCE].power(2))) for start in starts]
    by_band = [_by_band(weighted[start : start + AT_ONCE], band) for start in starts]
    return View(weighted, present, np.concatenate(length), _sum(weighted), np.concatenate(by_band))


def _by_band(table: Table, band: Array) -> Array:
    """Return the sum of weights per row and band, the particles left out."""
    count, bands = table.shape[0], len(BANDS) + 1
    rows = np.repeat(np.arange(count), np.diff(table.indptr))
    sums = np.bincount(rows * bands + band[table.indices], weights=table.data, minlength=count * bands)
    return sums.reshape(count, bands)[:, 1:]


def _nearest(view: View) -> npt.NDArray[np.int64]:
    """Return the NEAREST pairs of each row by cosine over columns that are not too common, as a · rows + b."""
    count, size = view.weighted.shape
    common = np.bincount(view.weighted.indices, minlength=size) > TOO_COMMON
    unit = diags((1 / np.maximum(view.length, 1e-9)).astype(np.float32))
    kept = (unit @ view.weighted @ diags((~common).astype(np.float32))).tocsr()
    kept.eliminate_zeros()
    turned = kept.T.tocsr()
    found: list[Array] = [np.empty(0, np.int64)]
    for start in range(0, count, CHUNK):
        near = (kept[start : start + CHUNK] @ turned).tocsr()
        for row in range(near.shape[0]):
            span = slice(near.indptr[row], near.indptr[row + 1])
            others, scores = near.indices[span], near.data[span]
            good = (scores > LEAST) & (others != start + row)
            others, scores = others[good], scores[good]
            best = others[np.argpartition(-scores, NEAREST)[:NEAREST]] if len(others) > NEAREST else others
            found.append(np.minimum(best, start + row).astype(np.int64) * count + np.maximum(best, start + row))
    return np.concatenate(found)


def _sum(table: Table) -> Array:
    return np.asarray(table.sum(axis=1)).ravel()


def _largest(table: Table) -> Array:
    return np.asarray(table.max(axis=1).toarray()).ravel()
