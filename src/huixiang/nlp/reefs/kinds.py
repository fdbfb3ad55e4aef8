"""The words of the reef room: what a reef is, what it looks at, and what a finding says."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import Final

from huixiang.nlp.replies.binding import Bound
from huixiang.nlp.replies.reading import Reading


class Severity(IntEnum):
    """How much a finding weighs (提醒 / 退回): a weakness worth a warning, or a reason to send the reply back."""

    WARN = 1
    SEND_BACK = 2


class RootCause(StrEnum):
    """Why replies go wrong this way (责任意识缺位 / 机制缺失)."""

    DUTY = "责任"
    MECHANISM = "机制"


class Reads(StrEnum):
    """What a reef looks at: the reply alone, the message, the case's history, other replies, time."""

    TEXT = "text"
    MESSAGE = "message"
    HISTORY = "history"
    OTHERS = "others"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier word in the same case: the unit's reply or the citizen's follow-up."""

    text: str
    by_citizen: bool = False
    at: date | None = None


@dataclass(frozen=True, slots=True)
class OtherReply:
    """A reply to another case, or of another unit in the same cluster; `same_matter` if both speak of one matter."""

    id: str
    text: str
    unit: str | None = None
    same_matter: bool = False


PLAIN: Final = 100
"""Characters of substance up to which structure alone can prove a reef; a longer reply is for the model to weigh."""


@dataclass(frozen=True)
class Scene:
    """All a reef may look at: the reading, the demands with their answers, what came before, and other replies."""

    reading: Reading
    bounds: Sequence[Bound] = ()
    answers: Sequence[Mapping[str, float]] = ()
    history: Sequence[Past] = ()
    others: Sequence[OtherReply] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the reply is short enough for structure alone to speak."""
        return len(self.reading.said) < PLAIN

    def skipped(self) -> list[Bound]:
        """The demands that are most likely not answered, the weightiest first."""
        return [b for b, a in zip(self.bounds, self.answers, strict=True) if a["none"] > max(a["full"], a["partial"])]

    def half_answered(self) -> list[Bound]:
        """The demands that are most likely touched without their core."""
        return [b for b, a in zip(self.bounds, self.answers, strict=True) if a["partial"] > max(a["full"], a["none"])]


@dataclass(frozen=True, slots=True)
class Finding:
    """One reef in one reply; `span` is an exact part of the reply, or empty where `absence` names what is missing."""

    code: str
    severity: Severity
    span: str
    absence: str
    why: str
    cure: str
    root_cause: RootCause
    probability: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reef:
    """One of the eight ways a reply goes wrong (暗礁).

    `suspicion` weighs wording against missing content, 0 to 1, without any model; `proof` is true only where the case
    is plain from structure; `place` finds the words to quote ("" for an absence); `why` says the fault in one sentence.
    A reef that `needs_words` is never found where none of its phrases stands, whatever a model says.
    """

    code: str
    name: str
    reads: frozenset[Reads]
    lexicon: re.Pattern[str]
    cure: str
    root_cause: RootCause
    absence: str
    suspicion: Callable[[Reading], float]
    proof: Callable[[Scene], Severity | None]
    why: Callable[[Scene, str], str]
    needs_words: bool = False

    def place(self, scene: Scene) -> str:
        """Return the clause of the reply that shows the fault, or "" if it is an absence."""
        reading = scene.reading
        hits = [clause for clause in reading.clauses if self.lexicon.search(clause.text)]
        said = [hit for hit in hits if hit.text in reading.content]
        chosen = said or hits
        return chosen[0].text if chosen else ""


def quoted(text: str, most: int = 24) -> str:
    """Return `text` in quotation marks, shortened where it is long."""
    return f"“{text if len(text) <= most else text[: most - 1] + '…'}”"
