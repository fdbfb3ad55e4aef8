"""Fits `nlp.adapting` on a deployment's own decided messages and judges old and new on the same held-back part."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from huixiang.nlp.adapting import FEATURES, NAME, Adaptation, logs
from huixiang.nlp.features import Floats
from huixiang.nlp.parameters import Parameters
from huixiang.nlp.topics import Topic, softmax

Array = npt.NDArray[Any]
HELD_BACK: Final = 5
"""One message in so many is held back, by its key: the same ones for every training, so none was ever learnt from."""
LEAST_LEARNT: Final = 160
LEAST_HELD_BACK: Final = 40
PENALTIES: Final = (30.0, 10.0, 3.0, 1.0, 0.3)
ACCURACY_WHEN_TOLD: Final = 0.9
"""The topic is told from the probability on at which told topics were right this often. Source: issue of the triage."""


class TooFew(ValueError):
    """Not enough decided messages to learn from and to judge on."""

    def __init__(self, learnt: int, held_back: int) -> None:
        super().__init__(f"{learnt}/{held_back}")
        self.learnt, self.held_back = learnt, held_back


@dataclass(frozen=True, slots=True)
class Decided:
    """One message whose topic a person settled: its key, what the shipped model says, its vector and the truth."""

    key: str
    ranked: Sequence[Topic]
    latent: Floats
    topic: str

    @property
    def is_held_back(self) -> bool:
        """Whether it serves to judge and never to learn."""
        return zlib.crc32(self.key.encode()) % HELD_BACK == 0


@dataclass(frozen=True, slots=True)
class Score:
    """How a model did on the held-back part: shares of 1, and the mean log loss (less is better)."""

    messages: int
    accuracy: float
    coverage: float
    accuracy_when_told: float
    log_loss: float

    def as_card(self) -> dict[str, float]:
        """Return the figures for a model card."""
        return asdict(self)

    def is_worse_than(self, other: "Score") -> bool:
        """Whether it gets fewer right, or as many with less honest probabilities."""
        return (self.accuracy, -self.log_loss) < (other.accuracy, -other.log_loss)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new parameters, and old and new judged alike."""

    parameters: Parameters
    old: Score
    new: Score
    learnt: int


def train(decided: Sequence[Decided], told_from: float, current: Adaptation | None, date: str) -> Outcome:
    """Fit a correction; raises TooFew. `told_from` is the shipped threshold, `current` the correction in use."""
    learn = [one for one in decided if not one.is_held_back]
    held = [one for one in decided if one.is_held_back]
    if len(learn) < LEAST_LEARNT or len(held) < LEAST_HELD_BACK:
        raise TooFew(len(learn), len(held))
    names = sorted({topic.name for one in decided for topic in one.ranked} | {one.topic for one in learn})
    penalty = min(PENALTIES, key=lambda strength: _inner_loss(learn, names, strength))
    pull, bias = _fit(learn, names, penalty)
    card = {
        "model": NAME, "features": FEATURES, "classes": names, "penalty": penalty, "messages": len(learn),
        "told_from": _threshold(learn, names, penalty, told_from), "date": date,
    }  # fmt: skip
    parameters = Parameters({"pull": pull.astype(np.float32), "bias": bias.astype(np.float32)}, card)
    old, new = score(held, current, told_from), score(held, Adaptation.of(parameters), told_from)
    return Outcome(parameters, old, new, len(learn))


def score(held: Sequence[Decided], model: Adaptation | None, told_from: float) -> Score:
    """Judge the correction `model`, or the shipped probabilities as they are."""
    right = told = told_right = 0
    loss = 0.0
    for one in held:
        ranked = model.topics(one.ranked, one.latent) if model else list(one.ranked)
        is_right = ranked[0].name == one.topic
        is_told = ranked[0].p >= (model.told_from if model else told_from)
        right, told, told_right = right + is_right, told + is_told, told_right + (is_told and is_right)
        loss -= float(logs(ranked, [one.topic])[0])
    count = len(held)
    return Score(
        count, round(right / count, 4), round(told / count, 4), round(told_right / max(1, told), 4),
        round(loss / count, 4),
    )  # fmt: skip


def _table(rows: Sequence[Decided], names: Sequence[str]) -> tuple[Array, Array, Array]:
    offsets = np.stack([logs(one.ranked, names) for one in rows])
    latent = np.stack([one.latent for one in rows]).astype(np.float64)
    return offsets, latent, np.array([names.index(one.topic) for one in rows])


def _fit(rows: Sequence[Decided], names: Sequence[str], penalty: float) -> tuple[Array, Array]:
    """Minimise log loss plus `penalty` times the squared correction: without evidence the shipped model stands."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    offsets, latent, truth = _table(rows, names)
    size, classes = latent.shape[1], len(names)
    wanted = np.eye(classes)[truth]

    def loss(flat: Array) -> tuple[float, Array]:
        table = flat.reshape(size + 1, classes)
        chances = softmax(offsets + latent @ table[:-1] + table[-1])
        value = -np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-12)).sum()
        wrong = chances - wanted
        slope = np.concatenate([latent.T @ wrong, wrong.sum(axis=0)[None, :]]) + 2 * penalty * table
        return float(value + penalty * (table**2).sum()), slope.ravel()

    start = np.zeros((size + 1) * classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x.reshape(size + 1, classes)
    return found[:-1], found[-1]


def _parts(rows: Sequence[Decided], count: int = 4) -> list[tuple[list[Decided], list[Decided]]]:
    place = [zlib.crc32(b"inner" + one.key.encode()) % count for one in rows]
    return [
        ([one for one, n in zip(rows, place, strict=True) if n != part],
         [one for one, n in zip(rows, place, strict=True) if n == part])
        for part in range(count)
    ]  # fmt: skip


def _held_out_chances(rows: Sequence[Decided], names: Sequence[str], penalty: float) -> tuple[Array, Array]:
    """Return the probabilities of each row by a model that did not see it, and the truth."""
    chances: list[Array] = []
    truths: list[Array] = []
    for learn, judge in _parts(rows):
        if learn and judge:
            pull, bias = _fit(learn, names, penalty)
            offsets, latent, truth = _table(judge, names)
            chances.append(softmax(offsets + latent @ pull + bias))
            truths.append(truth)
    return np.concatenate(chances), np.concatenate(truths)


def _inner_loss(rows: Sequence[Decided], names: Sequence[str], penalty: float) -> float:
    chances, truth = _held_out_chances(rows, names, penalty)
    return float(-np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-12)).mean())


def _threshold(rows: Sequence[Decided], names: Sequence[str], penalty: float, shipped: float) -> float:
    """Return the least probability from which on told topics were right often enough; the shipped one if none is."""
    chances, truth = _held_out_chances(rows, names, penalty)
    best, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    steps = [t for t in np.arange(0.3, 0.96, 0.01) if (best >= t).any()]
    fitting = [t for t in steps if right[best >= t].mean() >= ACCURACY_WHEN_TOLD]
    return round(float(fitting[0]), 4) if fitting else shipped
