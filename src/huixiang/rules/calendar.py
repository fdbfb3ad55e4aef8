"""The working calendar: which days are worked, and what "n working days later" means.

Times are aware datetimes in China time; the table of a year is data (`data/holidays.json`, from the State Council's
yearly notice). A year without a table raises `MissingYear`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


class MissingYear(Exception):
    """The calendar has no table for the year that a computation needs."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working calendar has no table for {year}")
        self.year = year


@dataclass(frozen=True)
class Year:
    """One year's exceptions to Monday-to-Friday: `rest` weekdays off and `workdays` made up on weekends (调休上班)."""

    rest: frozenset[date]
    workdays: frozenset[date]


class WorkingCalendar:
    """Answers which days are worked; never guesses a year it has no table for."""

    def __init__(self, years: Mapping[int, Year]) -> None:
        self._years = dict(years)

    @classmethod
    def from_tables(cls, tables: Mapping[str, Mapping[str, Collection[str]]]) -> "WorkingCalendar":
        """Built from `{"2026": {"rest": [ISO dates], "workdays": [ISO dates]}}`."""
        return cls(
            {
                int(year): Year(
                    frozenset(map(date.fromisoformat, table["rest"])),
                    frozenset(map(date.fromisoformat, table["workdays"])),
                )
                for year, table in tables.items()
            }
        )

    def knows(self, day: date) -> bool:
        """Whether the year of `day` has a table."""
        return day.year in self._years

    def provisional(self, *years: int) -> "WorkingCalendar":
        """The same calendar with plain Monday-to-Friday weeks for those of `years` that have no table yet."""
        plain = {year: Year(frozenset(), frozenset()) for year in years}
        return WorkingCalendar({**plain, **self._years})

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked; raises MissingYear."""
        year = self._years.get(day.year)
        if year is None:
            raise MissingYear(day.year)
        return day in year.workdays or (day.weekday() < 5 and day not in year.rest)

    def add_working_days(self, start: date, days: int) -> date:
        """The `days`-th working day after `start` (before it if negative); the start itself is never counted.

        Zero gives `start` if it is worked, else the next working day.
        """
        if days == 0:
            return start if self.is_working_day(start) else self.add_working_days(start, 1)
        step, left, day = (ONE_DAY if days > 0 else -ONE_DAY), abs(days), start
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end` (0 if `end` is not later)."""
        return sum(self.is_working_day(start + ONE_DAY * n) for n in range(1, (end - start).days + 1))


def spoken_day(day: date) -> str:
    """A day in words: 11月25日（周三）."""
    return f"{day.month}月{day.day}日（周{'一二三四五六日'[day.weekday()]}）"


def at_clock(day: date, moment: time) -> datetime:
    """The aware China-time datetime of `moment` on `day`."""
    return datetime.combine(day, moment, CHINA)


def add_open_hours(start: datetime, hours: timedelta, opens: time, closes: time) -> datetime:
    """`start` plus `hours` counted only between `opens` and `closes` of each calendar day (China time)."""
    here, left = start.astimezone(CHINA), hours
    while True:
        opening, closing = at_clock(here.date(), opens), at_clock(here.date(), closes)
        here = max(here, opening)
        if here < closing:
            if here + left <= closing:
                return here + left
            left -= closing - here
        here = at_clock(here.date() + ONE_DAY, opens)


def open_time_between(start: datetime, end: datetime, opens: time, closes: time) -> timedelta:
    """How much of the time from `start` to `end` lies between `opens` and `closes`; 0 if `end` is not later."""
    here, last, total = start.astimezone(CHINA), end.astimezone(CHINA), timedelta()
    day = here.date()
    while day <= last.date():
        since, until = max(here, at_clock(day, opens)), min(last, at_clock(day, closes))
        total += max(until - since, timedelta())
        day += ONE_DAY
    return total
