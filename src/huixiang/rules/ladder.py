"""The ladder of supervision (四办): which rung a clock has reached, which act it asks for, and when to look again.

L1 网络交办 is the assignment itself. Yellow asks for a phone call (L2 电话催办), red for a written order (L3 书面督办),
black for an inspection (L4 定期查办). Source: design domain §C3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .calendar import WorkingCalendar
from .clocks import Clock, ClockKind, black_at, yellow_at


class Rung(StrEnum):
    """How far a clock has run against its limit."""

    YELLOW = "yellow"
    RED = "red"
    BLACK = "black"


class Means(StrEnum):
    """The four means of supervision; the last three need a recorded human act."""

    ONLINE = "online"
    PHONE = "phone"
    WRITTEN = "written"
    INSPECTION = "inspection"


LEVEL = {Means.ONLINE: 1, Means.PHONE: 2, Means.WRITTEN: 3, Means.INSPECTION: 4}
_ASKS = {Rung.YELLOW: Means.PHONE, Rung.RED: Means.WRITTEN, Rung.BLACK: Means.INSPECTION}
# These run against the platform's own desk, which alone ends a pause: it is warned, and nobody supervises itself by
# letter.
# When these are over the case moves on; nobody is late, so nothing warns.
FOR_THE_CITIZEN = frozenset({ClockKind.SUPPLEMENT, ClockKind.RATING})
_WARN_ONLY = frozenset({ClockKind.REVIEW, ClockKind.ASSIGN, ClockKind.PAUSE})
# Calls and letters go to the unit that has the lead; the unit of a task is warned, and the oversight sees it.
OF_TASKS = frozenset({ClockKind.INSTRUCTION, ClockKind.SUPPORT})


@dataclass(frozen=True)
class Climb:
    """One rung reached: recorded once per case, clock, rung and due time."""

    kind: ClockKind
    key: str
    rung: Rung
    due_at: datetime
    moment: datetime
    asks: Means | None


@dataclass(frozen=True)
class Standing:
    """Where clocks stand at one moment: the rungs reached, the earliest first, and when the next one will be."""

    reached: list[Climb]
    next_at: datetime | None


def stand(clocks: Iterable[Clock], calendar: WorkingCalendar, at: datetime) -> Standing:
    """The rungs that running clocks have reached by `at`, and when to look again (None: while nothing more comes)."""
    every = list(_all(clocks, calendar))
    reached = sorted((c for c in every if c.moment <= at), key=lambda climb: (climb.moment, climb.kind, climb.key))
    return Standing(reached, min((c.moment for c in every if c.moment > at), default=None))


def climbs(clocks: Iterable[Clock], calendar: WorkingCalendar, at: datetime) -> list[Climb]:
    """Every rung that running clocks have reached by `at`, the earliest first."""
    return stand(clocks, calendar, at).reached


def next_look(clocks: Iterable[Clock], calendar: WorkingCalendar, at: datetime) -> datetime | None:
    """When the next rung will be reached; None while no clock runs against anybody."""
    return stand(clocks, calendar, at).next_at


def _all(clocks: Iterable[Clock], calendar: WorkingCalendar) -> Iterable[Climb]:
    for clock in clocks:
        if not clock.is_running:
            continue
        if clock.kind in FOR_THE_CITIZEN:
            yield Climb(clock.kind, clock.key, Rung.RED, clock.due_at, clock.due_at, None)
            continue
        moments = {
            Rung.YELLOW: yellow_at(clock, calendar),
            Rung.RED: clock.due_at,
            Rung.BLACK: black_at(clock, calendar),
        }
        for rung, moment in moments.items():
            asks = None if clock.kind in _WARN_ONLY | OF_TASKS else _ASKS[rung]
            if clock.kind == ClockKind.SAFETY_CONTROL and rung == Rung.RED:
                # G10: a danger that is not under control in time is a written order at once.
                asks = Means.WRITTEN
            yield Climb(clock.kind, clock.key, rung, clock.due_at, moment, asks)
