"""Fits the questions about replies, and judges every labelled reply by models that have not seen it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.reefs import REEFS
from huixiang.nlp.reefs.deciding import ELEMENTS, OUTCOMES, questions
from huixiang.nlp.replies.heads import ANSWERS, Heads, Texts
from huixiang.nlp.training.corpus import Row
from huixiang.nlp.training.linear import folds
from huixiang.nlp.training.ridge import UNKNOWN, Design, Evidence, Worded, calibration, chances, words_of

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

SOFTNESS: Final = 1.0
"""How little one reply may pull the weights; flat between 0.6 and 1.2."""

SHARES: Final = {"": 0.35}
ANSWER_SHARES: Final = {"": 0.8, "reply.": 0.35}
"""Weight of the named evidence beside the wording."""

TRUST: Final = 0.7
"""Trust in a label of the project's own readers beside one of the data's makers; flat between 0.5 and 1."""

EXAMPLE_TRUST: Final = 3.0
"""A written example is a rule of the house, not a sample: it is to be met."""

FALSE_ALARMS: Final = 0.04
"""Share of clean replies that may be sent back in training; a margin below the 0.05 that is asked for in use."""


@dataclass(frozen=True)
class Case:
    """One labelled reply made ready: evidence, its demands as a reader marked them and as the finder told them.

    `is_gold` marks a label of the data's makers: only those choose thresholds and are scored on.
    """

    label: Row
    group: str
    is_gold: bool
    whole: Evidence
    texts: Texts
    marked: Sequence[Evidence]
    marked_texts: Sequence[Texts]
    told: Sequence[Evidence]
    told_texts: Sequence[Texts]


@dataclass(frozen=True)
class Example:
    """One written example: evidence about the whole, and which reefs stand on it (those not named are unknown)."""

    whole: Evidence
    texts: Texts
    reefs: Mapping[str, int]


@dataclass(frozen=True)
class Judged:
    """What models that had not seen a reply said of it: chances, thresholds, and the answers to the told demands."""

    chances: Mapping[str, float]
    thresholds: Mapping[str, float]
    answers: Sequence[Mapping[str, float]]


def targets(label: Row) -> dict[str, int]:
    """Return the right answer to every question, 0 or 1."""
    worst = dict.fromkeys(REEFS, 0)
    for reef in label["reefs"]:
        worst[reef["code"]] = max(worst[reef["code"]], reef["severity"])
    found = {"send_back": int(label["send_back"]), "forward_only": int(label["forward_only"])}
    for code, severity in worst.items():
        found[f"any.{code}"], found[f"grave.{code}"] = int(severity > 0), int(severity > 1)
    found |= {f"element.{name}": int(label["elements"][name]) for name in ELEMENTS}
    return found | {f"outcome.{name}": int(label["outcome"] == name) for name in OUTCOMES}


class Replies:
    """All labelled replies and written examples, and the questions about whole replies learnt from any part of them."""

    def __init__(self, cases: Sequence[Case], examples: Sequence[Example]) -> None:
        rows: list[Case | Example] = [*cases, *examples]
        texts = [row.texts for row in rows]
        views = {name: Worded.of(name, words_of(texts, name)) for name in ("reply", "message")}
        self.design = Design([row.whole for row in rows], SHARES, views)
        self.names = questions()
        found = [targets(case.label) for case in cases]
        self.right = np.array([[row[name] for name in self.names] for row in found], dtype=np.float64)
        told = [[_example_target(e, name) for name in self.names] for e in examples]
        self.example_right = np.array(told, dtype=np.float64).reshape(len(examples), len(self.names))
        self.gold = np.flatnonzero([case.is_gold for case in cases])
        self.clean = np.array([not case.label["reefs"] for case in cases])
        self.groups = np.array([case.group for case in cases])
        trust = [1.0 if case.is_gold else TRUST for case in cases] + [EXAMPLE_TRUST] * len(examples)
        self.trust = np.array(trust)

    def folds(self, within: Array, count: int) -> Iterator[tuple[Array, Array]]:
        """Yield (rows to learn from, rows to judge) over the gold of `within`; no group stands on both sides."""
        gold = np.intersect1d(self.gold, within)
        for _, judge in folds(self.groups[gold], count):
            held = gold[judge]
            yield within[~np.isin(self.groups[within], self.groups[held])], held

    def solve(self, learn: Array) -> tuple[Array, tuple[Array, Array]]:
        """Return the rows learnt from (`learn` and the examples) and the solution.

        What an example leaves unknown is taken from the solution without examples, so that it pulls nowhere.
        """
        extra = np.arange(len(self.right), len(self.trust))
        full = np.concatenate([self.right, self.example_right])
        if len(extra):
            guess = self.design.scores(extra, learn, self.design.solve(learn, self.right, self.trust, SOFTNESS))
            full[extra] = np.where(self.example_right == UNKNOWN, guess, self.example_right)
        rows = np.concatenate([learn, extra])
        return rows, self.design.solve(rows, full, self.trust, SOFTNESS)

    def calibrated(self, within: Array) -> tuple[tuple[Array, Array], dict[str, float]]:
        """Return calibration and thresholds, from inner folds of `within`."""
        found = np.zeros((len(self.right), len(self.names)))
        judged = np.intersect1d(self.gold, within)
        for learn, judge in self.folds(within, 4):
            found[judge] = self.design.scores(judge, *self.solve(learn))
        line = calibration(found[judged], self.right[judged])
        told = chances(found[judged], line)
        limits = {
            name: _threshold(told[:, p], self.clean[judged] if name == "send_back" else None)
            for p, name in enumerate(self.names)
        }
        return line, limits

    def unseen(self) -> dict[int, tuple[dict[str, float], dict[str, float]]]:
        """Return chances and thresholds for each gold reply from models, calibration and thresholds without it."""
        found = {}
        for learn, judge in self.folds(np.arange(len(self.right)), 5):
            line, limits = self.calibrated(learn)
            told = chances(self.design.scores(judge, *self.solve(learn)), line)
            for place, row in zip(judge.tolist(), told.tolist(), strict=True):
                found[place] = (dict(zip(self.names, row, strict=True)), limits)
        return found

    def heads(self) -> Heads:
        """Return the questions learnt from everything, with calibration and thresholds from held-out scores."""
        everything = np.arange(len(self.right))
        line, limits = self.calibrated(everything)
        rows, solved = self.solve(everything)
        return replace(self.design.heads(self.names, rows, solved, line), thresholds=limits)


def _example_target(example: Example, question: str) -> float:
    level, _, code = question.partition(".")
    return example.reefs.get(code, UNKNOWN) if level in {"any", "grave"} else UNKNOWN


class Answers:
    """Every demand with its answer: as readers marked them, and as the finder told them, with no right answer."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.marked = np.array([i for i, case in enumerate(cases) for _ in case.marked], dtype=int)
        self.told = np.array([i for i, case in enumerate(cases) if case.is_gold for _ in case.told], dtype=int)
        owner = np.concatenate([self.marked, self.told])
        texts = [t for c in cases for t in c.marked_texts] + [t for c in cases if c.is_gold for t in c.told_texts]
        rows = [row for c in cases for row in c.marked] + [row for c in cases if c.is_gold for row in c.told]
        views = {name: Worded.of(name, words_of(texts, name)) for name in ("demand", "part")}
        whole = [case.texts for case in cases]
        views |= {name: Worded.of(name, words_of(whole, name), owner) for name in ("reply", "message")}
        self.design = Design(rows, ANSWER_SHARES, views)
        said = [d["answered"] for case in cases for d in case.label["demands"]]
        self.right = np.array([[float(one == name) for name in ANSWERS] for one in said])
        self.trust = np.array([1.0 if cases[i].is_gold else TRUST for i in self.marked])

    def solve(self, replies: Array) -> tuple[Array, tuple[Array, Array]]:
        """Learn from the demands of `replies`."""
        rows = np.flatnonzero(np.isin(self.marked, replies))
        return rows, self.design.solve(rows, self.right, self.trust, SOFTNESS)

    def unseen(self, parts: Sequence[tuple[Array, Array]]) -> tuple[dict[int, list[dict[str, float]]], Heads]:
        """Return the chances of the told demands of each judged reply from models that had not seen it, and the heads.

        The heads are learnt from everything; their calibration comes from the same held-out scores.
        """
        count = len(self.marked)
        scores = np.zeros((count + len(self.told), len(ANSWERS)))
        for learn, judge in parts:
            wanted = np.flatnonzero(np.isin(np.concatenate([self.marked, self.told]), judge))
            scores[wanted] = self.design.scores(wanted, *self.solve(learn))
        held = np.flatnonzero(np.isin(self.marked, np.concatenate([judge for _, judge in parts])))
        line = calibration(scores[held], self.right[held])
        found: dict[int, list[dict[str, float]]] = {int(i): [] for _, judge in parts for i in judge}
        for place, row in zip(self.told.tolist(), chances(scores[count:], line), strict=True):
            found[place].append(dict(zip(ANSWERS, (row / row.sum()).tolist(), strict=True)))
        rows, solved = self.solve(np.unique(self.marked))
        return found, self.design.heads(ANSWERS, rows, solved, line)


def _threshold(told: Floats, clean: npt.NDArray[np.bool_] | None = None) -> float:
    """Return the threshold with the best F1 to be expected if the chances hold; `clean` replies cap false alarms.

    The best F1 that was counted would follow a few lucky replies where a fault is rare; the expected one does not.
    """
    order = np.sort(told)[::-1]
    value = 2 * np.cumsum(order) / (np.arange(1, len(order) + 1) + order.sum())
    best = int(np.argmax(value))
    limit = (order[best] + order[min(best + 1, len(order) - 1)]) / 2
    if clean is not None:
        alarms = np.sort(told[clean])[::-1]
        limit = max(limit, alarms[int(FALSE_ALARMS * len(alarms))])
    return float(max(0.01, limit))


def packed(name: str, heads: Heads) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the arrays and the card of one set of questions, ready to be saved."""
    numbers = ("mean", "spread", "scale", "weights", "bias")
    arrays: dict[str, Array] = {f"{name}_{key}": getattr(heads, key).astype(np.float32) for key in numbers}
    for view, one in heads.views.items():
        arrays[f"{name}_{view}_rarity"] = one.rarity.astype(np.float16)
        arrays[f"{name}_{view}_weights"] = one.weights.astype(np.float16)
    card = {
        "features": list(heads.features),
        "questions": list(heads.questions),
        "views": list(heads.views),
        "thresholds": {key: round(value, 4) for key, value in heads.thresholds.items()},
    }
    return arrays, card
