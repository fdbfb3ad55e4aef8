"""Lengths of time that cannot be mixed up: wall-clock hours, open hours, working hours, working days, calendar days.

Each span knows how to find the moment that lies it after another one, how far a pause moves its end, and how to say
itself in words. A pause moves an end by what of the span's own time it took, so that an end never leaves that time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from .calendar import CHINA, ONE_DAY, WorkingCalendar, add_open_hours, at_clock, open_time_between

# docs/sources.md#supervision: the obligations of a day end with its business hours (Civil Code art. 203).
DAY_ENDS = time(17)
OFFICE_HOURS = ((time(9), time(12)), (time(13), time(17)))
OPENS, CLOSES = time(7), time(22)


class BadSpan(ValueError):
    """The text or table is no span."""


@dataclass(frozen=True)
class WallHours:
    """Hours that run day and night, workday or not."""

    length: timedelta

    def after(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """The moment this long after `start`."""
        return start.astimezone(CHINA) + self.length

    def moved(self, due: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar) -> datetime:
        """`due` after a pause: later by the length of the pause."""
        return due.astimezone(CHINA) + (resumed_at - paused_at)

    def words(self) -> str:
        """How people say it."""
        return f"{_hours(self.length)}（不分昼夜）"


@dataclass(frozen=True)
class OpenHours:
    """Hours counted between 7:00 and 22:00 of every day."""

    length: timedelta

    def after(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """The moment this many open hours after `start`."""
        return add_open_hours(start, self.length, OPENS, CLOSES)

    def moved(self, due: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar) -> datetime:
        """`due` after a pause: later by the open hours of the pause."""
        lost = open_time_between(paused_at, resumed_at, OPENS, CLOSES)
        return add_open_hours(due, lost, OPENS, CLOSES) if lost else due.astimezone(CHINA)

    def words(self) -> str:
        """How people say it."""
        return f"{_hours(self.length)}（每天7:00至22:00计时）"


@dataclass(frozen=True)
class WorkingHours:
    """Hours counted in the office hours of working days."""

    length: timedelta

    def after(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """The moment this many office hours after `start`."""
        return _add_office_time(start, self.length, calendar)

    def moved(self, due: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar) -> datetime:
        """`due` after a pause: later by the office hours of the pause."""
        return _office_time_later(due, paused_at, resumed_at, calendar)

    def words(self) -> str:
        """How people say it."""
        return f"{_hours(self.length)}（只计工作时间）"


@dataclass(frozen=True)
class WorkingDays:
    """Whole working days; the day of the start is not counted."""

    days: int

    def after(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """The end of business on the n-th working day after `start`."""
        return at_clock(calendar.add_working_days(start.astimezone(CHINA).date(), self.days), DAY_ENDS)

    def moved(self, due: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar) -> datetime:
        """`due` after a pause: later by its office hours; a whole working day of them is a day.

        Counting the days that a pause touches would give a whole day for one night.
        """
        return _office_time_later(due, paused_at, resumed_at, calendar)

    def words(self) -> str:
        """How people say it."""
        return f"{self.days}个工作日"


@dataclass(frozen=True)
class CalendarDays:
    """Calendar days; the day of the start is not counted, and a last day off moves to the next working day.

    Source: Civil Code art. 201 and 203 (docs/sources.md#petition-rules).
    """

    days: int

    def after(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """The end of business on the n-th day after `start`, or on the next working day after it."""
        last = start.astimezone(CHINA).date() + ONE_DAY * self.days
        return at_clock(calendar.add_working_days(last, 0), DAY_ENDS)

    def moved(self, due: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar) -> datetime:
        """`due` after a pause: later by its full days of 24 hours, and on no rest day.

        A pause of less than a day moves nothing.
        """
        days, here = (resumed_at - paused_at).days, due.astimezone(CHINA)
        return at_clock(calendar.add_working_days(here.date() + ONE_DAY * days, 0), here.time()) if days else here

    def words(self) -> str:
        """How people say it."""
        return f"{self.days}天（自然日）"


Span = WallHours | OpenHours | WorkingHours | WorkingDays | CalendarDays
_HOURS: dict[str, type[WallHours | OpenHours | WorkingHours]] = {
    "wall_hours": WallHours,
    "open_hours": OpenHours,
    "working_hours": WorkingHours,
}
_DAYS: dict[str, type[WorkingDays | CalendarDays]] = {"working_days": WorkingDays, "calendar_days": CalendarDays}
UNITS = (*_HOURS, *_DAYS)


def read_span(table: Mapping[str, object]) -> Span:
    """The span of `{"unit": one of UNITS, "value": number}`; raises BadSpan with what is wrong."""
    unit, value = table.get("unit"), table.get("value")
    if unit not in UNITS:
        raise BadSpan(f"unit {unit!r} is none of {', '.join(UNITS)}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 3660:
        raise BadSpan(f"value {value!r} is no positive number up to 3660")
    if unit in _HOURS:
        return _HOURS[str(unit)](timedelta(hours=value))
    if value != int(value):
        raise BadSpan(f"value {value!r} must be a whole number of days")
    return _DAYS[str(unit)](int(value))


def write_span(span: Span) -> dict[str, object]:
    """The table of a span, such that `read_span` gives it back."""
    for unit, kind in {**_HOURS, **_DAYS}.items():
        if isinstance(span, kind):
            if isinstance(span, WorkingDays | CalendarDays):
                return {"unit": unit, "value": span.days}
            return {"unit": unit, "value": span.length.total_seconds() / 3600}
    raise BadSpan(f"{span!r} is no span")


def working_days_before(due: datetime, days: int, calendar: WorkingCalendar) -> datetime:
    """The same time of day, `days` working days before `due`."""
    here = due.astimezone(CHINA)
    return at_clock(calendar.add_working_days(here.date(), -days), here.time())


def _add_office_time(start: datetime, length: timedelta, calendar: WorkingCalendar) -> datetime:
    here, left = start.astimezone(CHINA), length
    while True:
        if calendar.is_working_day(here.date()):
            for opens, closes in OFFICE_HOURS:
                opening, closing = at_clock(here.date(), opens), at_clock(here.date(), closes)
                here = max(here, opening)
                if here < closing:
                    if here + left <= closing:
                        return here + left
                    left -= closing - here
        here = at_clock(here.date() + ONE_DAY, time(0))


def _office_time_later(due: datetime, paused_at: datetime, resumed_at: datetime, calendar: WorkingCalendar) -> datetime:
    lost, day = timedelta(), paused_at.astimezone(CHINA).date()
    while day <= resumed_at.astimezone(CHINA).date():
        if calendar.is_working_day(day):
            since, until = max(paused_at, at_clock(day, time(0))), min(resumed_at, at_clock(day + ONE_DAY, time(0)))
            lost += sum((open_time_between(since, until, *hours) for hours in OFFICE_HOURS), timedelta())
        day += ONE_DAY
    return _add_office_time(due, lost, calendar) if lost else due.astimezone(CHINA)


def _hours(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    if length >= timedelta(days=10) and not minutes % (24 * 60):
        return f"{minutes // (24 * 60)}天"
    if minutes % 60:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时"
