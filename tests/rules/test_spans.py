"""Spans: kinds of time that cannot be mixed, and no due time on a rest day unless the span is wall-clock."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.rules.calendar import CHINA, WorkingCalendar
from huixiang.rules.spans import (
    BadSpan,
    CalendarDays,
    OpenHours,
    WallHours,
    WorkingDays,
    WorkingHours,
    read_span,
    working_days_before,
    write_span,
)

TABLES = json.loads((Path(__file__).parents[2] / "data" / "holidays.json").read_text(encoding="utf-8"))
CALENDAR = WorkingCalendar.from_tables({y: t for y, t in TABLES.items() if y.isdecimal()})
moments = st.datetimes(datetime(2021, 1, 1), datetime(2025, 10, 1)).map(lambda d: d.replace(tzinfo=CHINA))
hours = st.integers(1, 200).map(lambda n: timedelta(minutes=15 * n))
day_spans = st.one_of(st.integers(1, 30).map(WorkingDays), st.integers(1, 60).map(CalendarDays))
spans = st.one_of(hours.map(WallHours), hours.map(OpenHours), hours.map(WorkingHours), day_spans)


@given(moments, spans)
def test_a_span_ends_after_it_starts(start, span):
    assert span.after(start, CALENDAR) > start


@given(moments, moments, spans)
def test_a_later_start_is_never_due_earlier(a, b, span):
    assert span.after(min(a, b), CALENDAR) <= span.after(max(a, b), CALENDAR)


@given(moments, st.one_of(hours.map(WorkingHours), day_spans))
def test_only_wall_and_open_hours_may_end_on_a_rest_day(start, span):
    assert CALENDAR.is_working_day(span.after(start, CALENDAR).date())


@given(moments, hours, hours)
def test_working_hours_add_up(start, a, b):
    once = WorkingHours(a + b).after(start, CALENDAR)
    twice = WorkingHours(b).after(WorkingHours(a).after(start, CALENDAR), CALENDAR)
    assert once == twice


@given(moments, st.integers(1, 20))
def test_days_before_and_after_agree(start, n):
    due = WorkingDays(n).after(start, CALENDAR)
    assert WorkingDays(n).after(working_days_before(due, n, CALENDAR), CALENDAR) == due


@given(spans)
def test_written_span_reads_back(span):
    assert read_span(json.loads(json.dumps(write_span(span)))) == span


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"unit": "fortnights", "value": 1}, "fortnights"),
        ({"unit": "working_days", "value": -1}, "-1"),
        ({"unit": "working_days", "value": 1.5}, "whole number"),
        ({"unit": "wall_hours", "value": "5"}, "'5'"),
        ({"unit": "wall_hours", "value": True}, "True"),
        ({"value": 5}, "None"),
    ],
)
def test_bad_span_is_refused_with_what_is_wrong(table, says):
    with pytest.raises(BadSpan, match=says):
        read_span(table)


def test_spans_of_different_kinds_cannot_be_compared_or_added():
    with pytest.raises(TypeError):
        WorkingDays(1) + WallHours(timedelta(hours=1))
    assert WorkingDays(5) != CalendarDays(5)


def test_last_calendar_day_in_a_holiday_moves_to_the_next_working_day():
    start = datetime(2025, 9, 20, 10, tzinfo=CHINA)
    assert CalendarDays(15).after(start, CALENDAR) == datetime(2025, 10, 9, 17, tzinfo=CHINA)
