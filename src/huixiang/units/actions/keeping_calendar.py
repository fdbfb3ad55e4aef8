"""Keeping the calendar: a year's rest days and make-up workdays, checked before they count."""

import secrets
from collections.abc import Sequence
from datetime import date

from django.db import transaction

from huixiang.accounts.models import User
from huixiang.rules.calendar import WorkingCalendar

from ..models import CalendarYear, RuleVersion


class BadCalendar(ValueError):
    """A day that cannot stand in the table of that year; `message` says which and why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def tables() -> dict[int, dict[str, list[str]]]:
    """Every known year with its rest days and make-up workdays, as ISO dates."""
    return {y.year: {"rest": list(y.rest), "workdays": list(y.workdays)} for y in CalendarYear.objects.all()}


def check_year(
    year: int, *, rest: Sequence[str], workdays: Sequence[str], source: str
) -> tuple[list[date], list[date]]:
    """The rest days and make-up workdays of a table that could be saved; raises BadCalendar with what does not fit."""
    off, worked = _days(year, rest), _days(year, workdays)
    for day in off:
        if day.weekday() >= 5:
            raise BadCalendar(f"{day}是周末，本来就休息，不用列入放假。")
    for day in worked:
        if day.weekday() < 5:
            raise BadCalendar(f"{day}是周一至周五，本来就上班，不用列入调休上班。")
    if not source.strip():
        raise BadCalendar("请写明依据，例如“国务院办公厅关于某年部分节假日安排的通知”。")
    return off, worked


def with_year(year: int, rest: Sequence[date], workdays: Sequence[date]) -> WorkingCalendar:
    """The calendar as it would be with this table: for a preview."""
    days = {"rest": [d.isoformat() for d in rest], "workdays": [d.isoformat() for d in workdays]}
    return WorkingCalendar.from_tables({**{str(known): table for known, table in tables().items()}, str(year): days})


@transaction.atomic
def save_year(year: int, *, rest: Sequence[str], workdays: Sequence[str], source: str, by: User | None) -> CalendarYear:
    """Replaces the table of a year; raises BadCalendar and leaves the old one in force where a day does not fit."""
    off, worked = check_year(year, rest=rest, workdays=workdays, source=source)
    saved, _ = CalendarYear.objects.update_or_create(
        year=year,
        defaults={
            "rest": [d.isoformat() for d in off],
            "workdays": [d.isoformat() for d in worked],
            "source": source.strip()[:200],
        },
    )
    changed()
    return saved


def changed() -> None:
    """Says that standards or calendar have changed: every process reads them anew."""
    # Not counted up: a change that is rolled back after it was read would leave its number to the next one.
    RuleVersion.objects.filter(pk=1).update(value=secrets.randbelow(2**31))


def _days(year: int, texts: Sequence[str]) -> list[date]:
    days = []
    for text in texts:
        try:
            day = date.fromisoformat(text.strip())
        except ValueError as error:
            raise BadCalendar(f"“{text}”不是日期，请写成 {year}-01-31 的样子。") from error
        if day.year != year:
            raise BadCalendar(f"{day}不在{year}年。")
        days.append(day)
    return sorted(set(days))
