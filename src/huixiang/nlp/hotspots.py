"""Groups messages about one concrete matter, names each group and says how hot it is."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from huixiang.nlp import pairs, vectors
from huixiang.nlp.linkage import joined
from huixiang.nlp.pairs import Comparison, Message
from huixiang.nlp.parameters import SHIPPED, Parameters, load
from huixiang.nlp.trees import Trees
from huixiang.nlp.vectors import Space

NAME: Final = "hotspots"
HALF_LIFE: Final = timedelta(days=90)
"""After this long a message counts half. A judgement: a matter that stays silent for a quarter has cooled."""
AGAIN: Final = 0.5
"""What a further message of the same person counts, so that many people weigh more than one loud voice."""

_OPENING: Final = re.compile(
    r"^(?:再次|强烈|实名|紧急)?(?:反映|投诉|举报|咨询|请问|关于|请求|恳请|建议|希望|要求|求助|反应|诉求|对于|就|请|质疑)+[：:，,]?"
)
_CLOSING: Final = re.compile(
    r"(?:的?(?:问题|情况|咨询|投诉|建议|相关事宜|诉求)|怎么办|何时解决|谁来管)*[!！?？。.~～…]*$"
)


@dataclass(frozen=True, slots=True)
class Post:
    """One message of the input: what is compared, its id and its votes."""

    id: str
    message: Message
    likes: int = 0
    dislikes: int = 0


class Hotspot(NamedTuple):
    """Messages about one matter; `first` and `last` are their earliest and latest times, None if unknown."""

    name: str
    ids: list[str]
    first: datetime | None
    last: datetime | None
    heat: float


@dataclass(frozen=True, slots=True)
class HotspotModel:
    """Judges pairs and joins them."""

    trees: Trees
    joined_from: float

    @classmethod
    def of(cls, parameters: Parameters) -> "HotspotModel":
        """Unpack what training wrote."""
        return cls(Trees.of(parameters.arrays), float(parameters.card["joined_from"]))

    def clusters(self, compared: Comparison) -> list[list[int]]:
        """Return the places of messages about one matter, singles included."""
        candidates = compared.candidates()
        return self.joined(len(compared.messages), candidates, compared.judged(candidates, self.trees))

    def joined(self, count: int, candidates: npt.NDArray[np.int64], chances: npt.NDArray[Any]) -> list[list[int]]:
        """Return clusters from judged pairs."""
        judged = ((int(a), int(b), float(p)) for (a, b), p in zip(candidates, chances, strict=True))
        return joined(count, judged, self.joined_from)


@lru_cache(maxsize=2)
def shipped(directory: Path = SHIPPED) -> tuple[HotspotModel, Space, int]:
    """Return the model of `directory`, its space, and how many messages the space was learnt from."""
    space = load("space", vectors.FEATURES, directory)
    return HotspotModel.of(load(NAME, pairs.FEATURES, directory)), Space.of(space), int(space.card["messages"])


def hotspots(posts: Sequence[Post], directory: Path = SHIPPED) -> list[Hotspot]:
    """Return every group of messages about one matter, the hottest first; a message alone is a group of one."""
    if not posts:
        return []
    model, space, background = shipped(directory)
    compared = Comparison([post.message for post in posts], space, background)
    now = max((post.message.time for post in posts if post.message.time), default=None)
    found = [_hotspot([posts[i] for i in places], compared, places, now) for places in model.clusters(compared)]
    return sorted(found, key=lambda spot: (-spot.heat, spot.ids))


def heat(posts: Sequence[Post], now: datetime | None) -> float:
    """Return Σ (1 + ln(1 + votes)) · ½^(age / HALF_LIFE), a person's second and later messages counted at AGAIN.

    Votes are likes and dislikes together; age is counted back from `now`, and 0 where a time is unknown.
    """
    total = 0.0
    seen: set[str] = set()
    for post in posts:
        user, time = post.message.user, post.message.time
        share = AGAIN if user is not None and user in seen else 1.0
        age = max(timedelta(0), now - time) / HALF_LIFE if now and time else 0.0
        total += share * (1 + math.log1p(max(0, post.likes + post.dislikes))) * 0.5**age
        if user is not None:
            seen.add(user)
    return round(total, 3)


def name_of(title: str) -> str:
    """Return a title without the words that open and close any message: what is left names place and problem."""
    title = " ".join(title.split())
    return _CLOSING.sub("", _OPENING.sub("", title)).strip("“”\"' ，,") or title


def _hotspot(posts: Sequence[Post], compared: Comparison, places: list[int], now: datetime | None) -> Hotspot:
    central = 0
    if len(places) > 1:
        rows = compared.titles.weighted[places] / np.maximum(compared.titles.length[places], 1e-9)[:, None]
        central = int(np.asarray((rows @ rows.T).sum(axis=1)).ravel().argmax())
    times = [post.message.time for post in posts if post.message.time]
    name = name_of(posts[central].message.title)
    return Hotspot(
        name, [post.id for post in posts], min(times, default=None), max(times, default=None), heat(posts, now)
    )
