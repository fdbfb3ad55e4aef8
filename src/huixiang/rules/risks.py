"""Risks: which kinds of grave development a message shows signs of; a sign asks a person to look, it decides nothing.

The four kinds are those of the design (domain §C6, risk triage). They are reported to the leading group's duty person
within `REPORT_WITHIN`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class RiskKind(StrEnum):
    """What may grow out of a message."""

    CROWD = "crowd"
    LIFE = "life"
    MINORS = "minors"
    HEAT = "heat"


# docs/sources.md#risks: one hour from the sign to the duty person.
REPORT_WITHIN = timedelta(hours=1)
# docs/sources.md#risks: more than five people with one matter are a collective petition.
CROWD_MESSAGES = 5
# docs/sources.md#risks, ours: many have met the same, or the author has come back again and again.
HEAT_SUPPORTERS = 50
HEAT_SUPPLEMENTS = 5
SHOWN_WORDS = 3


@dataclass(frozen=True)
class Signs:
    """What is known of a case that may speak for a risk; words are those found in its masked texts."""

    is_critical: bool = False
    # Whether a person has read the message: their judgement of its urgency then stands over single words.
    is_reviewed: bool = False
    danger_words: tuple[str, ...] = ()
    crowd_words: tuple[str, ...] = ()
    minors_words: tuple[str, ...] = ()
    media_words: tuple[str, ...] = ()
    # Messages on the same matter: this one and those merged into it.
    messages: int = 1
    supporters: int = 0
    supplements: int = 0


@dataclass(frozen=True)
class Found:
    """One kind of risk and why it is feared, in words for people."""

    kind: RiskKind
    why: str


def risks_of(signs: Signs) -> list[Found]:
    """The kinds of risk that the signs speak for, each once."""
    reasons = {kind: "；".join(why(signs)) for kind, why in _REASONS.items()}
    return [Found(kind, why) for kind, why in reasons.items() if why]


def becomes_hot(supporters: int) -> bool:
    """Whether this many supporters make a case hot that was not so with one less."""
    return supporters == HEAT_SUPPORTERS


def _life(signs: Signs) -> list[str]:
    if signs.is_critical:
        return ["审核时定为特急"]
    if signs.danger_words and not signs.is_reviewed:
        return [f"文中有{_quoted(signs.danger_words)}，还没有人审核过"]
    return []


def _minors(signs: Signs) -> list[str]:
    return [f"文中有{_quoted(signs.minors_words)}"] if signs.minors_words else []


def _crowd(signs: Signs) -> list[str]:
    found = [f"文中有{_quoted(signs.crowd_words)}"] if signs.crowd_words else []
    if signs.messages > CROWD_MESSAGES:
        found.append(f"同一件事已有{signs.messages}件留言")
    return found


def _heat(signs: Signs) -> list[str]:
    found = [f"{signs.supporters}人也遇到"] if signs.supporters >= HEAT_SUPPORTERS else []
    if signs.supplements >= HEAT_SUPPLEMENTS:
        found.append(f"留言人已补充{signs.supplements}次")
    if signs.media_words:
        found.append(f"提到{_quoted(signs.media_words)}")
    return found


def _quoted(words: tuple[str, ...]) -> str:
    more = "等" if len(words) > SHOWN_WORDS else ""
    return "、".join(f"“{word[:30]}”" for word in words[:SHOWN_WORDS]) + more


_REASONS: dict[RiskKind, Callable[[Signs], list[str]]] = {
    RiskKind.LIFE: _life,
    RiskKind.MINORS: _minors,
    RiskKind.CROWD: _crowd,
    RiskKind.HEAT: _heat,
}
