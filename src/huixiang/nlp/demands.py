"""Finds what a message asks for: each separate demand as an exact stretch of the text, with its kind."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp.clauses import Clause, Run, clauses, runs
from huixiang.nlp.features import Ids, code_points, grams, hashed, plain
from huixiang.nlp.parameters import SHIPPED, Parameters, load

FEATURES: Final = 1
"""Version of the features below; weights trained for another version are refused."""

DIMENSIONS: Final = 2**18
MOST: Final = 5

_QUESTION: Final = re.compile(
    "请问|怎么|如何|何时|什么时候|是否|能否|能不能|可不可以|可否|为什么|为何|哪|多少|吗|呢|有没有|是不是|多久|什么"
)
_REQUEST: Final = re.compile("希望|请|求|望|要求|盼|建议|呼吁|尽快|解决|处理|查处|给予|还我|督促|帮")
_LENGTHS: Final = (1, 2, 3, 4)
_SALTS: Final = [np.uint32(hashed((part,), 11)) for part in range(10)]
_TITLE: Final = Run(0, 0, -1, -1)


class DemandKind(StrEnum):
    """What a citizen wants with a demand: to know, to be helped, to have a wrong stopped, to propose."""

    ASK = "ask"
    HELP = "help"
    COMPLAINT = "complaint"
    SUGGEST = "suggest"


KINDS: Final = (DemandKind.ASK, DemandKind.HELP, DemandKind.COMPLAINT, DemandKind.SUGGEST)


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing asked for: `detail[start:end] == span`, or the same of the title if `in_title`."""

    span: str
    start: int
    end: int
    kind: DemandKind
    in_title: bool = False
    weight: float = 1.0


class Candidate(NamedTuple):
    """A run of clauses that may be a demand; the title is a candidate of its own."""

    run: Run
    in_title: bool


@dataclass(frozen=True, slots=True)
class DemandModel:
    """Weights per hashed feature: one column for "is a demand", one for each kind."""

    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    threshold: float

    @classmethod
    def of(cls, parameters: Parameters) -> "DemandModel":
        """Unpack the arrays that training wrote."""
        arrays = parameters.arrays
        return cls(
            arrays["weights"].astype(np.float32), arrays["bias"].astype(np.float32), float(parameters.card["threshold"])
        )

    def scores(self, features: "Features") -> npt.NDArray[np.float64]:
        """Return one row per candidate: probability of being a demand, then a score for each kind."""
        found = self.weights[features.ids]
        columns = [
            np.bincount(features.rows, features.values * found[:, column], features.height) + bias
            for column, bias in enumerate(self.bias)
        ]
        table: npt.NDArray[np.float64] = np.stack(columns, axis=1)
        table[:, 0] = 1 / (1 + np.exp(-table[:, 0]))
        return table


class Features(NamedTuple):
    """A sparse table: `values[i]` stands in row `rows[i]`, column `ids[i]`; one row per candidate."""

    rows: npt.NDArray[np.int64]
    ids: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    height: int


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> DemandModel:
    """Return the trained model of `directory`, read once."""
    return DemandModel.of(load("demands", FEATURES, directory))


def find_demands(title: str, detail: str, model: DemandModel | None = None) -> list[Demand]:
    """Return the one to five demands of a message, the weightiest first; none only if both texts are blank."""
    model = model or shipped()
    found = clauses(detail)
    candidates = candidates_of(title, found)
    if not candidates:
        return []
    scores = model.scores(features_of(title, detail, found, candidates))
    return [
        _demand(title, detail, candidates[place], scores[place])
        for place in choose([_span(title, detail, c) for c in candidates], candidates, scores[:, 0], model.threshold)
    ]


def candidates_of(title: str, found: Sequence[Clause]) -> list[Candidate]:
    """Return what may be a demand: the title and the runs of clauses of the detail."""
    inside = [Candidate(run, False) for run in runs(list(found))]
    stripped = title.strip()
    if not stripped:
        return inside
    start = title.index(stripped)
    return [Candidate(_TITLE._replace(start=start, end=start + len(stripped)), True), *inside]


def choose(
    spans: Sequence[str], candidates: Sequence[Candidate], scores: npt.NDArray[np.float64], threshold: float
) -> list[int]:
    """Return the places of the best candidates that neither overlap nor repeat each other, best first."""
    chosen: list[int] = []
    for place in (int(p) for p in np.argsort(-scores, kind="stable")):
        if len(chosen) == MOST or (chosen and scores[place] < threshold):
            break
        if not any(_clash(candidates[place], candidates[c]) or _repeats(spans[place], spans[c]) for c in chosen):
            chosen.append(place)
    return chosen


def features_of(title: str, detail: str, found: Sequence[Clause], candidates: Sequence[Candidate]) -> Features:
    """Return the features of all candidates of one message; the same in training and in use."""
    *parts, whole = _parts([*(plain(detail[clause.start : clause.end]) for clause in found), plain(title)])
    asking, requesting = len(_QUESTION.findall(detail)), len(_REQUEST.findall(detail))
    message = _Message(found, parts, whole, min(3, asking), min(3, requesting))
    rows: list[int] = []
    ids: list[Ids] = []
    values: list[float] = []
    for row, candidate in enumerate(candidates):
        for some, value in message.of(candidate):
            rows.append(row)
            ids.append(some)
            values.append(value)
    lengths = [len(some) for some in ids]
    places = np.concatenate(ids).astype(np.int64) % DIMENSIONS
    return Features(np.repeat(rows, lengths), places, np.repeat(values, lengths), len(candidates))


class _Parts(NamedTuple):
    """The hashed pieces of one clause, by the part it may play in a run or beside one."""

    body: Ids
    start: Ids
    end: Ids
    before: tuple[Ids, Ids]
    after: tuple[Ids, Ids]
    pairs: frozenset[int]
    asks: bool
    requests: bool


def _parts(texts: Sequence[str]) -> list[_Parts]:
    """Return the pieces of each text; all are hashed in one go, for there may be hundreds of short ones."""
    codes = code_points("".join(texts))
    hashes = [grams(codes, length, 1) for length in _LENGTHS]
    found: list[_Parts] = []
    start = 0
    for text in texts:
        found.append(_parts_of(text, hashes, start))
        start += len(text)
    return found


def _parts_of(text: str, hashes: Sequence[Ids], start: int) -> _Parts:
    end = start + len(text)
    fitting = [(n, some) for n, some in zip(_LENGTHS, hashes, strict=True) if n <= len(text)]
    body = np.unique(np.concatenate([np.empty(0, np.uint32), *(some[start : end - n + 1] for n, some in fitting[:3])]))
    pairs = np.unique(hashes[1][start : max(start, end - 1)])
    first = np.array([some[start] for _, some in fitting], dtype=np.uint32)
    last = np.array([some[end - n] for n, some in fitting], dtype=np.uint32)
    return _Parts(
        body,
        first ^ _SALTS[2],
        last ^ _SALTS[3],
        (np.concatenate([first[:3] ^ _SALTS[4], last[:3] ^ _SALTS[5]]), pairs ^ _SALTS[6]),
        (np.concatenate([first[:3] ^ _SALTS[7], last[:3] ^ _SALTS[8]]), pairs ^ _SALTS[9]),
        frozenset(pairs.tolist()),
        bool(_QUESTION.search(text)),
        bool(_REQUEST.search(text)),
    )


@dataclass(frozen=True, slots=True)
class _Message:
    """What the features of a candidate need to know of the message around it."""

    clauses: Sequence[Clause]
    parts: Sequence[_Parts]
    whole: _Parts
    asking: int
    requesting: int

    def of(self, candidate: Candidate) -> Iterator[tuple[Ids, float]]:
        """Yield ids with their common value: the run's own words, its edges, its neighbours, its place."""
        run = candidate.run
        own = [self.whole] if candidate.in_title else list(self.parts[run.first : run.last + 1])
        body = np.concatenate([part.body for part in own])
        yield body, 3.0 / max(1.0, len(body) ** 0.5)
        yield own[0].start, 0.7
        yield own[-1].end, 0.7
        if not candidate.in_title:
            yield from self._neighbours(run)
        yield np.array([hashed(tuple(fact), 10) for fact in self._facts(candidate, own)], dtype=np.uint32), 1.0

    def _neighbours(self, run: Run) -> Iterator[tuple[Ids, float]]:
        if run.first > 0:
            edges, pairs = self.parts[run.first - 1].before
            yield edges, 0.5
            yield pairs, 0.3
        if run.last + 1 < len(self.parts):
            edges, pairs = self.parts[run.last + 1].after
            yield edges, 0.5
            yield pairs, 0.3

    def _facts(self, candidate: Candidate, own: Sequence[_Parts]) -> Iterator[tuple[int, ...]]:
        """Yield (which fact, its value, …): counts and places, coarse enough to be learnt from few messages."""
        asking, requesting = self.asking, self.requesting
        size = min(8, len(self.clauses) // 4)
        start, end, first, last = candidate.run
        yield 1, min(12, (end - start) // 5), candidate.in_title
        if candidate.in_title:
            yield from ((2, asking, requesting), (3, size))
            return
        asks, requests = any(part.asks for part in own), any(part.requests for part in own)
        after = self.clauses[-1].sentence - self.clauses[last].sentence
        pairs = frozenset[int]().union(*(part.pairs for part in own))
        shared = len(pairs & self.whole.pairs) / max(1, min(len(pairs), len(self.whole.pairs)))
        stop = ord(self.clauses[last].stop or "\0")
        opens = first == 0 or self.clauses[first - 1].sentence != self.clauses[first].sentence
        closes = last + 1 == len(self.clauses) or self.clauses[last + 1].sentence != self.clauses[last].sentence
        yield from ((4, last - first), (5, first == 0), (6, last + 1 == len(self.clauses)), (7, opens, closes))
        yield from ((8, stop), (9, min(9, 10 * first // len(self.clauses))), (10, min(4, after)))
        yield from ((11, min(4, self.clauses[first].sentence)), (12, int(shared * 5)), (13, asks, requests))
        yield from ((14, asks, stop), (15, asks, asking), (16, requests, requesting), (17, size))
        yield from ((18, asks, requests, size), (19, requests, min(3, after)))
        if not asks and not requests:
            yield 20, asking, requesting
        if len(own) > 1:
            yield from ((21, own[0].asks, own[0].requests), (22, own[-1].asks, own[-1].requests))


def _span(title: str, detail: str, candidate: Candidate) -> str:
    return (title if candidate.in_title else detail)[candidate.run.start : candidate.run.end]


def _demand(title: str, detail: str, candidate: Candidate, scores: npt.NDArray[Any]) -> Demand:
    kind = KINDS[int(np.argmax(scores[1:]))]
    run = candidate.run
    span = _span(title, detail, candidate)
    return Demand(span, run.start, run.end, kind, candidate.in_title, round(float(scores[0]), 3))


def _clash(one: Candidate, other: Candidate) -> bool:
    apart = one.run.end <= other.run.start or other.run.end <= one.run.start
    return one.in_title == other.in_title and not apart


def _repeats(one: str, other: str) -> bool:
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    return len(a & b) > 0.6 * max(1, min(len(a), len(b)))
