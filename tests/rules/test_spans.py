"""Spans: kinds of time that cannot be mixed, and no due time on a rest day unless the span is wall-clock."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huixiang.rules.calendar import CHINA, WorkingCalendar
from huixiang.rules.spans import (
    CLOSES,
    DAY_ENDS,
    OFFICE_HOURS,
    OPENS,
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
moments = st.datetimes(datetime(2021, 1, 1), datetime(2025, 10, 1)).map(
    lambda d: d.replace(second=0, microsecond=0, tzinfo=CHINA)
)
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


office_spans = st.one_of(hours.map(WorkingHours), st.integers(1, 30).map(WorkingDays))
minutes = st.integers(0, 40 * 24 * 60).map(lambda n: timedelta(minutes=n))


@given(moments, spans, minutes, minutes)
def test_a_pause_never_brings_the_end_forward(start, span, worked, paused):
    due = span.after(start, CALENDAR)
    assert span.moved(due, start + worked, start + worked + paused, CALENDAR) >= due


@given(moments, spans, minutes, minutes, minutes)
def test_a_longer_pause_never_ends_earlier(start, span, worked, a, b):
    due, begins = span.after(start, CALENDAR), start + worked
    short, long = (span.moved(due, begins, begins + length, CALENDAR) for length in sorted((a, b)))
    assert short <= long


@given(moments, office_spans, minutes, minutes)
def test_after_a_pause_working_time_still_ends_in_working_time(start, span, worked, paused):
    begins = start + worked
    due = span.moved(span.after(start, CALENDAR), begins, begins + paused, CALENDAR)
    assert CALENDAR.is_working_day(due.date())
    assert any(opens <= due.time() <= closes for opens, closes in OFFICE_HOURS)


@given(moments, hours.map(OpenHours), minutes, minutes)
def test_after_a_pause_open_hours_end_between_seven_and_ten(start, span, worked, paused):
    begins = start + worked
    due = span.moved(span.after(start, CALENDAR), begins, begins + paused, CALENDAR)
    assert OPENS <= due.time() <= CLOSES


@given(moments, st.integers(1, 60).map(CalendarDays), minutes, minutes)
def test_after_a_pause_calendar_days_end_on_a_working_day_at_the_end_of_business(start, span, worked, paused):
    begins = start + worked
    due = span.moved(span.after(start, CALENDAR), begins, begins + paused, CALENDAR)
    assert CALENDAR.is_working_day(due.date()) and due.time() == DAY_ENDS


@given(moments, st.one_of(office_spans, hours.map(OpenHours), hours.map(WallHours)), minutes, minutes, minutes)
def test_two_pauses_in_a_row_are_one(start, span, worked, a, b):
    due, begins = span.after(start, CALENDAR), start + worked
    middle, end = begins + a, begins + a + b
    once = span.moved(due, begins, end, CALENDAR)
    assert span.moved(span.moved(due, begins, middle, CALENDAR), middle, end, CALENDAR) == once


@settings(deadline=None, max_examples=30)
@given(moments, st.one_of(office_spans, hours.map(OpenHours)), minutes, minutes)
def test_what_was_left_before_a_pause_is_left_after_it(start, span, worked, paused):
    """An end that was still ahead lies as much of its own time after the pause as it lay after the beginning of it."""
    due, begins = span.after(start, CALENDAR), start + worked
    if begins >= due:
        return
    moved = span.moved(due, begins, begins + paused, CALENDAR)
    assert own_time(span, begins, due) == own_time(span, begins + paused, moved)


def own_time(span, start, end):
    """Minutes of the span's own time, counted one by one."""
    here, found = start, 0
    windows = [(OPENS, CLOSES)] if isinstance(span, OpenHours) else OFFICE_HOURS
    while here < end:
        is_open = isinstance(span, OpenHours) or CALENDAR.is_working_day(here.date())
        found += is_open and any(opens <= here.time() < closes for opens, closes in windows)
        here += timedelta(minutes=1)
    return found


@pytest.mark.parametrize("span", [WorkingDays(3), WorkingHours(timedelta(hours=9)), CalendarDays(3)])
def test_a_night_buys_no_day(span):
    evening = datetime(2025, 3, 4, 17, 30, tzinfo=CHINA)
    due = span.after(datetime(2025, 3, 4, 9, tzinfo=CHINA), CALENDAR)
    assert span.moved(due, evening, evening.replace(day=5, hour=8), CALENDAR) == due


def test_a_pause_of_a_week_moves_working_days_by_five():
    start = datetime(2025, 3, 4, 9, tzinfo=CHINA)
    due = WorkingDays(3).after(start, CALENDAR)
    assert WorkingDays(3).moved(due, start, start + timedelta(days=7), CALENDAR) == datetime(
        2025, 3, 14, 17, tzinfo=CHINA
    )


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
