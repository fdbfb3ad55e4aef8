"""Finds what a reply promises – a later act or a later word – with the exact words and the day it is due.

A linear model over single clauses and what stands beside them decides which belong to a promise; neighbours of one
sentence join into one, but each day to come has a promise of its own. `dates` says when it is due, seen from the reply.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp import demands
from huixiang.nlp.clauses import Run
from huixiang.nlp.dates import WorkingDays
from huixiang.nlp.demands import Candidate, Features
from huixiang.nlp.parameters import SHIPPED, load
from huixiang.nlp.promise_cues import Cut, Sight, sight

Array = npt.NDArray[Any]

FEATURES: Final = 20 + demands.FEATURES
"""Version of the features, which build on those of demands; weights trained for another version are refused."""

SHORTEST: Final = 5
"""Characters of the shortest promise (待后续通知)."""

DATED: Final = 0.5
"""Logits by which a clause that names a day to come is told more readily: a due day that is missed costs most."""

BESIDE: Final = 0.5
"""Logits by which a clause may fall below the threshold and still join the promise beside it."""

BRIEF: Final = 4
"""Clauses up to which a reply has room for little but its promise; too few were read for the model to know them."""

PLAIN: Final = 3.0
"""Logits by which a clause of a brief reply is told more readily if it names a day to come and says 预计, 将 or 前."""

MOST_CLAUSES: Final = 4
"""Clauses of the longest promise."""

MOST: Final = 20
"""Promises told of one reply; more would be a plan, and no editor shows it."""

_SAME: Final = 0.8
"""Share of character pairs from which a promise repeats an earlier one: a reply is often posted twice in one text."""

_SAYS_SO: Final = re.compile(
    "^(?!.*(?:请|您[可需应须]|截止|报名))(?:.*(?:预计|预期|即将|将|拟|计划|力争|争取|确保|一定|保证|前|内))"
)

_ABOUT_BARE: Final = 3
"""Characters that a clause may hold besides its date and still only date what follows (2019年底前，…)."""


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
    """A weight per hashed feature (`words`), per thing seen (`seen`), and per own cue beside another (`pairs`)."""

    words: npt.NDArray[np.float32]
    seen: npt.NDArray[np.float32]
    pairs: npt.NDArray[np.float32]
    bias: float
    threshold: float

    def odds(self, words: Features, seen: Sight) -> Array:
        """Return the logit of each clause to belong to a promise."""
        told = np.bincount(words.rows, words.values * self.words[words.ids], words.height)
        crossed = ((seen.own @ self.pairs) * partners(seen)).sum(axis=1)
        found: Array = told + columns(seen) @ self.seen + crossed + self.bias
        return found


@lru_cache(maxsize=4)
def shipped(directory: Path = SHIPPED) -> CommitmentModel:
    """Return the trained model of `directory`, read once."""
    found = load("commitments", FEATURES, directory)
    words, seen, pairs = (found.arrays[name].astype(np.float32) for name in ("words", "seen", "pairs"))
    return CommitmentModel(words, seen, pairs, float(found.arrays["bias"]), float(found.card["threshold"]))


def find_commitments(
    reply: str,
    written: date | None,
    calendar: WorkingDays | None = None,
    model: CommitmentModel | None = None,
) -> list[Commitment]:
    """Return the promises of `reply` in reading order; days resolve from `written`, working days by `calendar`."""
    model = model or shipped()
    cut = Cut.of(reply, written, calendar)
    if not cut.clauses:
        return []
    odds = leaning(model.odds(words_of(cut), sight(cut)), cut)
    return [dated(cut, run, _chance(odds[run.first : run.last + 1])) for run in choose(cut, odds, model.threshold)]


def words_of(cut: Cut) -> Features:
    """Return the hashed words of each clause and of its neighbours."""
    single = [Candidate(Run(c.start, c.end, place, place), False) for place, c in enumerate(cut.clauses)]
    return demands.features_of("", cut.reply, cut.clauses, single)


def columns(seen: Sight) -> Array:
    """Return everything seen of each clause in one row, neighbours lighter than its own cues."""
    return np.hstack([seen.own, 0.7 * seen.before, 0.7 * seen.after, 0.7 * seen.so_far, seen.place, 3 * seen.share])


def partners(seen: Sight) -> Array:
    """Return what the own cues of a clause are weighed together with."""
    return np.hstack([0.5 * seen.own, 0.3 * seen.place, 0.3 * seen.before, 0.3 * seen.after])


def leaning(odds: Array, cut: Cut) -> Array:
    """Return the logits after the lean to clauses with a day to come, above all in a brief reply."""
    lean = DATED * np.array([bool(days) for days in cut.ahead])
    if len(cut.clauses) <= BRIEF:
        spans = [cut.reply[clause.start : clause.end] for clause in cut.clauses]
        lean += PLAIN * np.array([bool(days and _SAYS_SO.search(s)) for days, s in zip(cut.ahead, spans, strict=True)])
    leant: Array = odds + lean
    return leant


def choose(cut: Cut, odds: Array, threshold: float) -> list[Run]:
    """Return the promises in reading order: neighbours above the threshold, joined; the likeliest if too many."""
    chosen: list[tuple[float, Run]] = []
    said: list[str] = []
    for first, last in _joined(cut, odds, threshold - BESIDE):
        best = float(odds[first : last + 1].max())
        opening = first - _is_dated_before(cut, first, last)
        run = Run(cut.clauses[opening].start, cut.clauses[last].end, opening, last)
        span = cut.reply[run.start : run.end]
        if best > threshold and len(span) >= SHORTEST and not any(_repeats(span, other) for other in said):
            chosen.append((best, run))
            said.append(span)
    likeliest = sorted(chosen, key=lambda one: -one[0])[:MOST]
    return sorted(run for _, run in likeliest)


def _joined(cut: Cut, odds: Array, least: float) -> list[tuple[int, int]]:
    """Return (first, last) of each row of neighbouring clauses of one sentence above `least` with at most one day."""
    rows: list[tuple[int, int]] = []
    for place, clause in enumerate(cut.clauses):
        if odds[place] <= least:
            continue
        if rows and rows[-1][1] == place - 1 and cut.clauses[place - 1].sentence == clause.sentence:
            first = rows[-1][0]
            if place - first < MOST_CLAUSES and not (cut.ahead[place] and any(cut.ahead[first:place])):
                rows[-1] = (first, place)
                continue
        rows.append((place, place))
    return rows


def _is_dated_before(cut: Cut, first: int, last: int) -> bool:
    """Whether the promise names no day to come itself and the clause before it does nothing else (2019年底前，…)."""
    if any(cut.ahead[first : last + 1]) or first == 0:
        return False
    start, end, sentence, _ = cut.clauses[first - 1]
    bare = any(start <= m.start < end and end - start - len(m.text) <= _ABOUT_BARE for m in cut.named)
    return bare and sentence == cut.clauses[first].sentence


def _repeats(one: str, other: str) -> bool:
    a, b = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    return len(a & b) > _SAME * max(1, min(len(a), len(b)))


def _chance(odds: Array) -> float:
    return float(1 / (1 + np.exp(-odds.max())))


def dated(cut: Cut, run: Run, chance: float = 1.0) -> Commitment:
    """Return the promise that stands at `run`, with the day it is due."""
    inside = [m for m in cut.named if run.start <= m.start < run.end]
    # A promise is due at the last day it names that is not past; a day before it ("8月报批，10月开工") is a step to it.
    future = [m for m in inside if cut.written is None or m.day >= cut.written] or inside
    due = future[-1] if future else None
    span = cut.reply[run.start : run.end]
    return Commitment(span, run.start, run.end, due.day if due else None, due.text if due else "", round(chance, 3))
