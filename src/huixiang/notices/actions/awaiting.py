"""Awaiting: a grave notice has to be read by somebody of the unit; who looks after that is told when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huixiang.rules.calendar import CHINA, WorkingCalendar
from huixiang.rules.spans import WallHours, WorkingHours
from huixiang.units.standards import in_force

from ..models import Channel, Escalation, Notice

# Ours (docs/notices.md#escalation): half a working day, and one hour day or night where it is urgent.
READ_WITHIN = WorkingHours(timedelta(hours=4))
READ_WITHIN_URGENT = WallHours(timedelta(hours=1))


@dataclass(frozen=True)
class Await:
    """An event told to a unit, of which somebody has to have read within the time."""

    event_id: int
    unit_id: int
    at: datetime
    is_urgent: bool


def await_reading(waits: Sequence[Await]) -> None:
    """Starts the watch over events told to units; told again, it leaves the first one alone."""
    if not waits:
        return
    calendar = in_force().calendar
    rows = [
        Escalation(
            event_id=w.event_id, unit_id=w.unit_id, created_at=w.at, next_at=_read_by(w.at, w.is_urgent, calendar)
        )
        for w in waits
    ]
    Escalation.objects.bulk_create(rows, ignore_conflicts=True)


def read_by(at: datetime, *, is_urgent: bool) -> datetime:
    """Until when somebody has to have read what was told at `at`."""
    return _read_by(at, is_urgent, in_force().calendar)


def _read_by(at: datetime, is_urgent: bool, calendar: WorkingCalendar) -> datetime:
    year = at.astimezone(CHINA).year
    return (READ_WITHIN_URGENT if is_urgent else READ_WITHIN).after(at, calendar.provisional(year, year + 1))


def was_read(escalation: Escalation) -> bool:
    """Whether anybody who was told as one of the unit has opened the notice."""
    told = Notice.objects.filter(event_id=escalation.event_id, unit_id=escalation.unit_id, channel=Channel.IN_APP)
    return told.filter(read_at__isnull=False).exists()


def climb(escalation: Escalation, level: Escalation.Level, next_at: datetime | None, because: str = "") -> None:
    """Keeps how far the watch has come, and why it is over if it is."""
    Escalation.objects.filter(pk=escalation.pk).update(level=level, next_at=next_at, ended_because=because)


def finish(escalation: Escalation, because: str) -> None:
    """Ends the watch."""
    climb(escalation, Escalation.Level(escalation.level), None, because)
