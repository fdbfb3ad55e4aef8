"""The working calendar: what holds for every date, and what the State Council's tables say."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.rules.calendar import CHINA, MissingYear, WorkingCalendar, add_open_hours
from huixiang.rules.clocks import ClockKind
from huixiang.rules.standards import Deadlines, read_row

DATA = Path(__file__).parents[2] / "data"
TABLES = json.loads((DATA / "holidays.json").read_text(encoding="utf-8"))
CALENDAR = WorkingCalendar.from_tables({y: t for y, t in TABLES.items() if y.isdecimal()})
ROWS = tuple(map(read_row, json.loads((DATA / "standards.json").read_text(encoding="utf-8"))))
PROVINCE = Deadlines(CALENDAR, ROWS, "43", "consult", "voice", date(2025, 1, 1))
days = st.dates(date(2021, 2, 1), date(2025, 11, 30))
numbers = st.integers(1, 30)
moments = st.datetimes(datetime(2021, 1, 1), datetime(2025, 12, 1)).map(lambda d: d.replace(tzinfo=CHINA))


@given(days, numbers)
def test_adding_lands_on_a_working_day(day, n):
    assert CALENDAR.is_working_day(CALENDAR.add_working_days(day, n))


@given(days, numbers)
def test_adding_and_counting_agree(day, n):
    assert CALENDAR.working_days_between(day, CALENDAR.add_working_days(day, n)) == n


@given(days, numbers)
def test_subtracting_undoes_adding_from_a_working_day(day, n):
    start = CALENDAR.add_working_days(day, 0)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, n), -n) == start


@given(days, days, numbers)
def test_a_later_start_is_never_due_earlier(a, b, n):
    assert CALENDAR.add_working_days(min(a, b), n) <= CALENDAR.add_working_days(max(a, b), n)


@given(moments, st.integers(1, 200))
def test_open_hours_end_within_opening_time_and_never_early(start, quarters):
    span = timedelta(minutes=15 * quarters)
    end = add_open_hours(start, span, time(7), time(22))
    assert time(7) <= end.time() <= time(22)
    assert end - start >= span


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 9, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 23), True),
    ],
)
def test_national_day_makeup_sunday_and_plain_days(day, is_worked):
    assert CALENDAR.is_working_day(day) is is_worked


def test_message_late_on_the_friday_before_national_day_2025():
    at = datetime(2025, 9, 30, 17, 40, tzinfo=CHINA)
    # 1–8 October are off; 9 and 10 October and the make-up Saturday 11 October are worked.
    assert PROVINCE.due(ClockKind.ANSWER, at, "standard") == datetime(2025, 10, 11, 17, tzinfo=CHINA)


def test_missing_year_raises():
    with pytest.raises(MissingYear, match="2031"):
        CALENDAR.is_working_day(date(2031, 1, 5))


def test_due_time_beyond_the_known_years_is_provisional_not_lost():
    last = max(int(y) for y in TABLES if y.isdecimal())
    due = PROVINCE.due(ClockKind.ANSWER, datetime(last, 12, 30, 9, tzinfo=CHINA), "standard")
    assert due.year == last + 1
    assert PROVINCE.is_provisional(due)


def test_golden_hours_of_an_evening_message_end_next_morning():
    at = datetime(2026, 11, 18, 20, 30, tzinfo=CHINA)
    assert PROVINCE.due(ClockKind.FIRST_WORD, at, "standard") == datetime(2026, 11, 19, 10, 30, tzinfo=CHINA)
    assert PROVINCE.due(ClockKind.FIRST_WORD, at, "urgent") == datetime(2026, 11, 19, 1, 30, tzinfo=CHINA)
