"""Finds pairs of messages that may be about one concrete matter, and the facts that tell."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags  # type: ignore[import-untyped]

from huixiang.nlp.vectors import SIZES, TITLE, WORDS, Space, tokens

Array = npt.NDArray[Any]
Table = Any  # csr_matrix, which has no types

FEATURES: Final = 2
NEAREST: Final = 12
"""Neighbours looked at per message and view; 99 % of the pairs that readers joined are among them (clusters to 12)."""
LEAST: Final = 0.03
TOO_COMMON: Final = 400
"""A column that more messages share says nothing about one matter; leaving it out keeps the search linear."""
CHUNK: Final = 1000
BANDS: Final = ((1.5, 4.0), (4.0, 6.0), (6.0, 99.0))
"""Rarity of words: everyday words, words of a problem, names of places and companies."""

_CODE: Final = re.compile(r"[A-Z]\d{1,2}(?=[区县市])|[\u4e00-\u9fff]{2}[区县](?=[^长域级委政城])")
_NUMBER: Final = re.compile(r"\d+(?=[路号期栋线])")


class Message(NamedTuple):
    """What is compared: texts, who wrote, and when."""

    title: str
    detail: str
    user: str | None = None
    time: datetime | None = None


class View(NamedTuple):
    """One field of all messages: weighted, just present, at length 1, and the sum of weights per message."""

    weighted: Table
    present: Table
    unit: Table
    total: Array


class Comparison:
    """All messages of one run, ready to be compared."""

    def __init__(self, messages: Sequence[Message], space: Space, background: int) -> None:
        self.messages = messages
        self.names = [_names(message) for message in messages]
        read = [tokens(m.title, m.detail) for m in messages]
        heads = [tokens(m.title, "") for m in messages]
        words = [t.fields[WORDS].ids for t in read]
        rare = _rarity(words, SIZES[WORDS], space.rarity[WORDS], background)
        titles = [t.fields[TITLE].ids for t in read]
        self.meaning = np.stack([space.weigh(t).latent for t in read])
        self.title_meaning = np.stack([space.weigh(t).latent for t in heads])
        self.titles = _view(titles, _rarity(titles, SIZES[TITLE], space.rarity[TITLE], background))
        self.words = _view(words, rare)
        self.heads = _view([t.fields[WORDS].ids for t in heads], rare)
        self.bands = [
            [_view(ids, np.where((rare >= low) & (rare < high), rare, 0)) for low, high in BANDS]
            for ids in (words, [t.fields[WORDS].ids for t in heads])
        ]

    def candidates(self) -> npt.NDArray[np.int64]:
        """Return pairs (a < b), one per row: each message with its nearest by title and by words."""
        found: set[tuple[int, int]] = set()
        for view in (self.titles, self.words):
            found.update(_nearest(view.unit))
        return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)

    def facts(self, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return one row of facts per pair."""
        if not len(pairs):
            return np.empty((0, 1))
        columns = [c for start in range(0, len(pairs), 20_000) for c in [self._facts(pairs[start : start + 20_000])]]
        return np.concatenate(columns)

    def _facts(self, pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        a, b = pairs[:, 0], pairs[:, 1]
        facts: list[Array] = []
        for view in (self.titles, self.heads, self.words):
            shared = view.weighted[a].multiply(view.present[b])
            total = _sum(shared)
            smaller = np.minimum(view.total[a], view.total[b])
            facts += [
                _sum(view.unit[a].multiply(view.unit[b])),
                total / np.maximum(1, smaller),
                total,
                _largest(shared),
            ]
        facts += self._heads_in_texts(a, b)
        for views in self.bands:
            for view in views:
                total = _sum(view.weighted[a].multiply(view.present[b]))
                both = view.total[a] + view.total[b]
                smaller = np.minimum(view.total[a], view.total[b])
                facts += [total, total / np.maximum(1, smaller), both - 2 * total]
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


def _rarity(ids: Sequence[Array], size: int, shipped: Array, background: int) -> Array:
    """Return rarity from these messages and the shipped counts together, so that a short run knows common words too."""
    known = np.where(shipped > 0, (1 + background) / np.exp(np.minimum(shipped, 20) - 0.5) - 1, 0.5)
    counts = np.bincount(np.concatenate(ids), minlength=size) if ids else np.zeros(size)
    return np.asarray(np.maximum(0, np.log((1 + background + len(ids)) / (1 + known + counts))))


def _view(ids: Sequence[Array], rare: Array) -> View:
    starts = np.concatenate([[0], np.cumsum([len(some) for some in ids])])
    columns = np.concatenate([np.empty(0, np.int64), *ids])
    weighted = csr_matrix((rare[columns], columns, starts), shape=(len(ids), len(rare)))
    weighted.eliminate_zeros()
    present = weighted.copy()
    present.data = np.ones_like(present.data)
    length = np.sqrt(_sum(weighted.multiply(weighted)))
    return View(weighted, present, (diags(1 / np.maximum(length, 1e-9)) @ weighted).tocsr(), _sum(weighted))


def _nearest(unit: Table) -> list[tuple[int, int]]:
    """Return the NEAREST pairs of each row by cosine over columns that are not too common."""
    common = np.bincount(unit.indices, minlength=unit.shape[1]) > TOO_COMMON
    kept = (unit @ diags((~common).astype(float))).tocsr()
    kept.eliminate_zeros()
    turned = kept.T.tocsr()
    found: list[tuple[int, int]] = []
    for start in range(0, kept.shape[0], CHUNK):
        near = (kept[start : start + CHUNK] @ turned).tocsr()
        for row in range(near.shape[0]):
            span = slice(near.indptr[row], near.indptr[row + 1])
            others, scores = near.indices[span], near.data[span]
            good = (scores > LEAST) & (others != start + row)
            others, scores = others[good], scores[good]
            best = others[np.argpartition(-scores, NEAREST)[:NEAREST]] if len(others) > NEAREST else others
            found += [(min(start + row, int(o)), max(start + row, int(o))) for o in best]
    return found


def _sum(table: Table) -> Array:
    return np.asarray(table.sum(axis=1)).ravel()


def _largest(table: Table) -> Array:
    return np.asarray(table.max(axis=1).toarray()).ravel()
