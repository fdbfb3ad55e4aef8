"""Sample moments of a year at which a message might come in: what a new limit means is seen best where days are odd."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from .calendar import ONE_DAY, WorkingCalendar, at_clock

FRIDAY, SUNDAY, WEDNESDAY = 4, 6, 2
LATE = time(17, 40)


@dataclass(frozen=True)
class Sample:
    """One moment, and in words why it is worth looking at."""

    label: str
    at: datetime


def samples(calendar: WorkingCalendar, year: int) -> list[Sample]:
    """The telling moments of a year, in their order; plain weeks where the calendar has no table for it."""
    known = calendar.provisional(year - 1, year, year + 1)
    found = [
        Sample("普通的周三上午", at_clock(_ordinary(known, year, WEDNESDAY), time(10))),
        Sample("普通的周日晚上", at_clock(_ordinary(known, year, SUNDAY), time(21, 30))),
        Sample("国庆节前的周五傍晚", at_clock(_last_before(date(year, 10, 1), FRIDAY), LATE)),
        Sample("国庆放假前最后一个工作日傍晚", at_clock(known.add_working_days(date(year, 10, 1), -1), LATE)),
        Sample("一年里最长假期的第二天", at_clock(_longest_rest(known, year) + ONE_DAY, time(9))),
        *(Sample("调休上班的周末", at_clock(day, time(10))) for day in _makeup_workdays(known, year)),
    ]
    return sorted(found, key=lambda sample: sample.at)


def _ordinary(calendar: WorkingCalendar, year: int, weekday: int) -> date:
    """The first such weekday from June on whose fortnight is an ordinary one."""
    day = date(year, 6, 1)
    while day.weekday() != weekday or not all(_is_plain(calendar, day + ONE_DAY * n) for n in range(-2, 12)):
        day += ONE_DAY
    return day


def _is_plain(calendar: WorkingCalendar, day: date) -> bool:
    return calendar.is_working_day(day) == (day.weekday() < 5)


def _last_before(day: date, weekday: int) -> date:
    day -= ONE_DAY
    while day.weekday() != weekday:
        day -= ONE_DAY
    return day


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY


def _longest_rest(calendar: WorkingCalendar, year: int) -> date:
    """The first day of the longest run of days off within the year."""
    best, length, run = date(year, 1, 1), 0, 0
    for day in _days(year):
        run = 0 if calendar.is_working_day(day) else run + 1
        if run > length:
            best, length = day - ONE_DAY * (run - 1), run
    return best


def _makeup_workdays(calendar: WorkingCalendar, year: int) -> list[date]:
    """The first and the last weekend day of the year that is worked."""
    worked = [day for day in _days(year) if day.weekday() >= 5 and calendar.is_working_day(day)]
    return [worked[0], worked[-1]] if len(worked) > 1 else worked
