"""Finds what a reply promises – a later act or a later word – with the exact words and the day it is due.

A linear model over runs of clauses decides what is a promise; `dates` says when it is due, seen from the reply.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp import demands
from huixiang.nlp.clauses import Clause, Run, clauses, runs
from huixiang.nlp.dates import Moment, WorkingDays, moments
from huixiang.nlp.demands import DIMENSIONS, Candidate, Features
from huixiang.nlp.features import hashed
from huixiang.nlp.parameters import SHIPPED, load

FEATURES: Final = 10 + demands.FEATURES
"""Version of the features below, which build on those of demands; weights trained for another version are refused."""

SHORTEST: Final = 5
"""Characters of the shortest promise (待后续通知)."""

DATED: Final = 1.0
"""Logits by which a run that names a day to come is told more readily: a due day that is missed costs most."""

LONGER: Final = 0.4
"""Logits by which a run of several clauses is told more readily than its parts: readers mark the whole promise."""

MOST: Final = 20
"""Promises told of one reply; more would be a plan, and no editor shows it."""

CUES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        name: re.compile(pattern)
        for name, pattern in {
            "will": "将|会(?!议|同|员|上)|拟|计划|预计|即将|届时",
            "next": "下一步|下步|下阶段|今后|后续|接下来|以后|后期",
            "soon": "尽快|争取|力争|近期|马上|立即|早日|尽早|及时|随时",
            "after": "待|一旦|如果|若|如|经.*后",
            "promise": "承诺|保证|确保|同意|答应|表示",
            "more": "进一步|加大|加强|强化|继续|持续|不断|逐步",
            "order": "督促|要求|责令|责成|敦促",
            "study": "研究|论证|考虑|统筹",
            "past": "已(?!将)|了|曾|于.{2,8}日|日前|目前|完成了",
            "we": "我(?:局|镇|办|县|市|区|街道|中心|公司|单位|们|司|校|院|乡|所|大队|委|处)|街道|社区|我会",
            "not": "不|无|未|暂",
            "tell": "回复|答复|反馈|告知|通知|公布|公示|公开",
            "rule": "规定|办法|条例|应当|按照|根据",
            "you": "您|你|业主可|可以|请",
        }.items()
    }
)

_FORWARD: Final = re.compile(
    "|".join(
        CUES[name].pattern for name in ("will", "next", "soon", "after", "promise", "more", "order", "study", "tell")
    )
    + "|正在|不定期|再|协助|安排|由[^，。；]{2,16}(?:进行|予以|负责|组织)|可[启优解]"
)


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise: `reply[start:end] == span`; `due` is None where the text names no day; probability 0 to 1."""

    span: str
    start: int
    end: int
    due: date | None
    moment: str
    probability: float


@dataclass(frozen=True, slots=True)
class CommitmentModel:
    """A weight per hashed feature."""

    weights: npt.NDArray[np.float32]
    bias: float
    threshold: float

    def probabilities(self, features: Features) -> npt.NDArray[np.float64]:
        """Return one probability per candidate."""
        scores = np.bincount(features.rows, features.values * self.weights[features.ids], features.height) + self.bias
        found: npt.NDArray[np.float64] = 1 / (1 + np.exp(-scores))
        return found


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> CommitmentModel:
    """Return the trained model of `directory`, read once."""
    found = load("commitments", FEATURES, directory)
    weights = found.arrays["weights"].astype(np.float32)
    return CommitmentModel(weights, float(found.arrays["bias"]), float(found.card["threshold"]))


def find_commitments(
    reply: str,
    written: date | None,
    calendar: WorkingDays | None = None,
    model: CommitmentModel | None = None,
) -> list[Commitment]:
    """Return the promises of `reply` in reading order; days resolve from `written`, working days by `calendar`."""
    model = model or shipped()
    _, candidates, features = candidates_of(reply, written, likely_only=True)
    if features is None:
        return []
    chances = leaning(model.probabilities(features), candidates, moments(reply, written, calendar), written)
    chosen = sorted(choose(candidates, chances, model.threshold), key=lambda place: candidates[place].start)
    named = moments(reply, written, calendar)
    return [dated(reply, candidates[place], named, written, float(chances[place])) for place in chosen]


def candidates_of(
    reply: str, written: date | None, *, likely_only: bool = False
) -> tuple[list[Clause], list[Run], Features | None]:
    """Return the clauses of `reply`, the runs that may be promises, and their features (None if there is no run).

    `likely_only` leaves out runs without any word or date of the future, two thirds of all.
    """
    found = clauses(reply)
    candidates = [run for run in runs(found) if run.end - run.start >= SHORTEST]
    if likely_only:
        ahead = [m for m in moments(reply, written) if written is None or m.day >= written]
        candidates = [run for run in candidates if _may_promise(reply, run, ahead)]
    if not candidates:
        return found, [], None
    return found, candidates, _features(reply, written, found, candidates)


def _may_promise(reply: str, run: Run, ahead: Sequence[Moment]) -> bool:
    inside = any(run.start <= moment.start < run.end for moment in ahead)
    return inside or bool(_FORWARD.search(reply, run.start, run.end))


def leaning(
    chances: npt.NDArray[np.float64], candidates: Sequence[Run], named: Sequence[Moment], written: date | None
) -> npt.NDArray[np.float64]:
    """Return the chances after the lean to runs with a day to come and to runs of several clauses."""
    ahead = [m for m in named if written is not None and m.day >= written]
    lean = np.array(
        [DATED * any(r.start <= m.start < r.end for m in ahead) + LONGER * (r.last > r.first) for r in candidates]
    )
    odds = chances / np.maximum(1e-9, 1 - chances) * np.exp(lean)
    found: npt.NDArray[np.float64] = odds / (1 + odds)
    return found


def choose(candidates: Sequence[Run], chances: npt.NDArray[np.float64], threshold: float) -> list[int]:
    """Return the places of the likeliest candidates that do not overlap, the likeliest first."""
    chosen: list[int] = []
    for place in (int(p) for p in np.argsort(-chances, kind="stable")):
        if chances[place] < threshold or len(chosen) == MOST:
            break
        run = candidates[place]
        if all(run.end <= candidates[c].start or candidates[c].end <= run.start for c in chosen):
            chosen.append(place)
    return chosen


def dated(reply: str, run: Run, named: Sequence[Moment], written: date | None, chance: float = 1.0) -> Commitment:
    """Return the promise that stands at `run`, with the day it is due; `named` are the moments of the reply."""
    inside = [m for m in named if run.start <= m.start < run.end]
    # A promise is due at the last day it names that is not past; a day before it ("8月报批，10月开工") is a step to it.
    ahead = [m for m in inside if written is None or m.day >= written] or inside
    due = ahead[-1] if ahead else None
    span = reply[run.start : run.end]
    return Commitment(span, run.start, run.end, due.day if due else None, due.text if due else "", round(chance, 3))


def _features(reply: str, written: date | None, found: Sequence[Clause], candidates: Sequence[Run]) -> Features:
    words = demands.features_of("", reply, found, [Candidate(run, False) for run in candidates])
    said = [frozenset(n for n, p in enumerate(CUES.values()) if p.search(reply[c.start : c.end])) for c in found]
    ahead = [m for m in moments(reply, written) if written is not None and m.day >= written]
    rows: list[int] = []
    ids: list[int] = []
    for row, run in enumerate(candidates):
        facts = [_bucket(fact) for fact in _facts(run, said, ahead)]
        ids += facts
        rows += [row] * len(facts)
    return Features(
        np.concatenate([words.rows, np.array(rows, dtype=np.int64)]),
        np.concatenate([words.ids, np.array(ids, dtype=np.int64)]),
        np.concatenate([words.values, np.ones(len(rows))]),
        len(candidates),
    )


def _bucket(fact: tuple[int, ...]) -> int:
    return hashed(fact, 77) % DIMENSIONS


def _facts(run: Run, said: Sequence[frozenset[int]], ahead: Sequence[Moment]) -> Iterator[tuple[int, ...]]:
    """Yield (which fact, its value, …) about a run: its cues, those beside it, pairs of them, its place, its date."""
    whole = frozenset[int]().union(*said[run.first : run.last + 1])
    yield from ((1, cue) for cue in said[run.first])
    if run.last > run.first:
        yield from ((2, cue) for cue in said[run.last])
    if run.first > 0:
        yield from ((3, cue) for cue in said[run.first - 1])
    if run.last + 1 < len(said):
        yield from ((4, cue) for cue in said[run.last + 1])
    ordered = sorted(whole)
    yield from ((5, one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 :])
    yield 6, int(any(m.start < run.end and run.start < m.end for m in ahead))
    yield 7, min(9, len(said) // 4)
    yield 8, min(5, (len(said) - 1 - run.last) // 2)
    names = list(CUES)
    yield 9, *(int(names.index(name) in whole) for name in ("will", "past", "rule"))
