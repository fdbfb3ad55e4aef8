"""A clock explained: what did not count, which figure it follows, and when which light comes on."""

from datetime import date, datetime, timedelta

import pytest
from tests.rules.test_clocks import CALENDAR, HOUR, standard_of

from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import Clock, ClockKind, Happening, Standard, clocks_of
from huixiang.rules.explaining import explain, origin, spoken_days, warning_words
from huixiang.rules.lifecycle import Step
from huixiang.rules.spans import CalendarDays, OpenHours, WallHours, WorkingDays
from huixiang.rules.standards import Deadlines, Row


def clock(span, started_at, kind=ClockKind.ANSWER, **how):
    standard = Standard(kind, span, "s", **how)
    return Clock(kind, "", started_at, span.after(started_at, CALENDAR), standard, reasons=("起算",))


def at(month, day, hour=10):
    return datetime(2026, month, day, hour, tzinfo=CHINA)


def test_weekend_holidays_and_makeup_workday_are_named():
    said = explain(clock(WorkingDays(7), at(9, 28), yellow_days=1), CALENDAR)
    assert "不计：10月3日、4日、11日（周末），10月1日、2日、5日至7日（放假）" in said
    assert "照算：10月10日（调休上班）" in said
    assert "起算当天不计，从第二天数起" in said


def test_days_that_lie_in_one_working_week_name_no_day():
    said = explain(clock(WorkingDays(3), at(11, 16)), CALENDAR)
    assert not any(words.startswith(("不计", "照算")) for words in said)


def test_calendar_days_that_end_on_a_day_off_say_that_they_move_on():
    said = explain(clock(CalendarDays(5), at(11, 16)), CALENDAR)
    assert "起算当天不计，周末和放假也算在内；最后一天11月21日（周六）不上班，顺延到11月23日（周一）" in said


@pytest.mark.parametrize(("hour", "is_said"), [(10, False), (20, True)])
def test_the_night_is_named_where_it_lies_between(hour, is_said):
    said = explain(clock(OpenHours(5 * HOUR), at(11, 16, hour)), CALENDAR)
    assert ("夜里22:00至次日7:00不计" in said) is is_said


def test_plain_hours_leave_nothing_out():
    assert len(explain(clock(WallHours(5 * HOUR), at(11, 20)), CALENDAR)) == 2


def test_lights_are_told_with_their_moments():
    said = explain(clock(WorkingDays(3), at(11, 16), yellow_days=1), CALENDAR)[-1]
    assert said == (
        "11月18日（周三）17:00起亮黄灯（到期前1个工作日），过了期限亮红灯，11月26日（周四）17:00后亮黑灯（再过5个工作日）"
    )


def test_what_waits_for_the_citizen_has_no_lights():
    assert not any("黄灯" in words for words in explain(clock(WorkingDays(5), at(11, 16), ClockKind.RATING), CALENDAR))


def test_a_promise_is_due_on_its_own_date_and_no_figure_is_named():
    data = {"kind": "initial", "reply": 1, "commitments": {"7": "2026-11-27"}}
    happened = [Happening(Step.ACCEPT, at(11, 16)), Happening(Step.PUBLISH_REPLY, at(11, 17), data)]
    [promise] = [c for c in clocks_of(happened, standard_of, CALENDAR) if c.kind == ClockKind.COMMITMENT]
    said = explain(promise, CALENDAR)
    assert said[0] == "11月17日（周二）10:00公开承诺，按承诺的日期，应于11月27日（周五）17:00前兑现"
    assert len(said) == 2 and "依据" not in "".join(said)


def test_a_pause_stands_between_start_and_lights():
    happened = [
        Happening(Step.ACCEPT, at(11, 16)),
        Happening(Step.PAUSE, at(11, 17)),
        Happening(Step.RESUME, at(11, 19)),
    ]
    [answer] = [c for c in clocks_of(happened, standard_of, CALENDAR) if c.kind == ClockKind.ANSWER]
    said = explain(answer, CALENDAR)
    assert "暂停" in said[-2] and "黄灯" in said[-1] and "起算，时限" in said[0]


@pytest.mark.parametrize(
    ("span", "how", "words"),
    [
        (WorkingDays(3), {"yellow_days": 1}, "到期前1个工作日"),
        (CalendarDays(15), {"yellow_share": 0.467}, "满7天"),
        (CalendarDays(10), {"yellow_share": 0.55}, "用到55%"),
        (WorkingDays(1), {"yellow_share": 0.6}, "用到60%"),
        (WallHours(timedelta(hours=2)), {}, "用到80%"),
    ],
)
def test_warning_is_said_in_days_where_whole_days_are_meant(span, how, words):
    assert warning_words(Standard(ClockKind.SILENCE, span, "s", **how)) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([date(2026, 11, 28), date(2026, 11, 29)], "11月28日、29日"),
        ([date(2026, 10, 31), date(2026, 11, 1)], "10月31日、11月1日"),
        ([date(2026, 10, n) for n in (1, 2, 3)] + [date(2026, 10, 11)], "10月1日至3日、11日"),
        ([date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 2)], "9月30日至10月2日"),
    ],
)
def test_days_are_said_as_people_say_them(days, words):
    assert spoken_days(days) == words


def test_the_county_row_is_found_as_the_origin_and_the_provinces_for_another_county():
    began = date(2026, 1, 1)
    rows = (
        Row(ClockKind.ANSWER, "43", WorkingDays(7), "省", began, yellow_days=1),
        Row(ClockKind.ANSWER, "430104", WorkingDays(5), "县", began, yellow_days=1),
    )
    for region, source in (("430104", "县"), ("430111", "省")):
        deadlines = Deadlines(CALENDAR, rows, region, "help", "voice", date(2026, 11, 1))
        standard = deadlines.standard(ClockKind.ANSWER, "standard")
        running = Clock(ClockKind.ANSWER, "", at(11, 16), at(11, 20), standard, reasons=("起算",))
        assert origin(running, deadlines).source == source


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ClockKind.INSTRUCTION, "11月16日（周一）10:00批示交办，按批示定的日期，应于11月19日（周四）17:00前完成"),
        (ClockKind.PAUSE, "11月16日（周一）10:00暂停计时，按预计的日期，应于11月19日（周四）17:00前恢复"),
    ],
)
def test_a_date_that_somebody_named_is_said_to_be_theirs(kind, words):
    named = Clock(
        kind, "", at(11, 16), at(11, 19, 17), Standard(kind, WorkingDays(5), "s"), reasons=("x",), is_counted=False
    )
    assert explain(named, CALENDAR)[0] == words


def test_a_clock_that_borrows_a_figure_names_the_row_it_borrows():
    rows = (Row(ClockKind.ANSWER, "43", WorkingDays(7), "省", date(2026, 1, 1), yellow_days=1),)
    deadlines = Deadlines(CALENDAR, rows, "430104", "help", "voice", date(2026, 11, 1))
    standard = deadlines.standard(ClockKind.ANSWER, "standard")
    task = Clock(ClockKind.SUPPORT, "1", at(11, 16), at(11, 20), standard, reasons=("起算",))
    assert origin(task, deadlines) == rows[0]
