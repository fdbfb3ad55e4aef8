"""Due times follow the clocks: a calendar that is edited moves those of open cases, and of nobody else."""

from datetime import date, datetime, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases import ledger
from huixiang.cases.actions import assigning, pausing
from huixiang.cases.choices import Lane
from huixiang.cases.models import Assignment
from huixiang.rules.calendar import CHINA
from huixiang.supervision import watching
from huixiang.units.actions import keeping_calendar

PAUSE = {
    "reason": "expertise", "explanation": "送检", "expected_on": date(2026, 11, 24),
    "waited": pausing.Waited(institution="省质检院"),
}  # fmt: skip
FIRST_TEXT = "您反映的水压问题我们已经派人到现场查看，正在查找原因，11月21日前把查看的情况在这里告诉您。"


def at(month, day, hour=17):
    return datetime(2026, month, day, hour, tzinfo=CHINA)


@pytest.fixture
def rest_on_friday(town):
    """A complaint accepted on Wednesday 18 November, and then Friday 20 November declared a day off."""
    case = town.handling(kind="complaint", supporting=["人社局"])
    assert case.answer_due_at == at(11, 27)
    table = keeping_calendar.tables()[2026]
    keeping_calendar.save_year(
        2026, rest=[*table["rest"], "2026-11-20"], workdays=table["workdays"], source="通知", by=None
    )
    ledger.wake_all(at=MORNING)
    watching.sweep(at=MORNING)
    return case


def test_case_moved_to_the_simple_lane_is_listed_by_the_simple_limit(town):
    case = town.published(town.handling(kind="complaint"), kind="initial", body=FIRST_TEXT)
    thursday = at(11, 19, 9)
    assigning.set_lane(fresh(case), Lane.SIMPLE, town.act("交办员", thursday, "交办员"), reason="一问就清楚")
    watching.sweep(at=thursday)
    case = fresh(case)
    assert (case.answer_due_at, case.due_at) == (at(11, 20), at(11, 20))
    assert set(case.assignments.values_list("due_at", flat=True)) == {at(11, 20)}


def test_day_off_moves_the_answer_of_an_open_case_and_its_tasks(town, rest_on_friday):
    assert fresh(rest_on_friday).answer_due_at == at(11, 30)
    tasks = {t.unit.short_name: t.due_at for t in Assignment.objects.filter(case=rest_on_friday)}
    assert tasks == {"住建局": at(11, 30), "人社局": at(11, 30)}


def test_first_word_in_open_hours_does_not_move(town, rest_on_friday):
    assert fresh(rest_on_friday).due_at == MORNING + timedelta(hours=5)


def test_pause_over_a_weekend_costs_working_days_only(town):
    case = town.handling(kind="complaint")
    pausing.pause(case, town.act("交办员", at(11, 20, 10)), **PAUSE)
    case = pausing.resume(fresh(case), town.act("交办员", at(11, 24, 10)))
    watching.sweep(at=at(11, 24, 11))
    assert fresh(case).answer_due_at == at(12, 1)
