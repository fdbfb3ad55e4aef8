"""An alert stands while its clock stands on its rung: the desk counts what is late now, not what once was."""

from datetime import date, timedelta

from tests.cast import MORNING, fresh

from huixiang.cases.actions import pausing
from huixiang.supervision import watching
from huixiang.supervision.models import Alert, SupervisionStep

HOUR = timedelta(hours=1)
PAUSE = {
    "reason": "expertise", "explanation": "等第三方检测报告", "expected_on": date(2027, 1, 20),
    "waited": pausing.Waited(institution="省质检院"),
}  # fmt: skip


def standing(case):
    return set(Alert.objects.filter(case=case, over_at=None).values_list("clock", "rung"))


def test_alert_is_over_once_the_unit_has_answered(town):
    case = town.handling(kind="complaint")
    late = case.answer_due_at + HOUR
    watching.sweep(at=late)
    assert ("answer", "red") in standing(case)
    town.published(fresh(case), at=late + HOUR)
    watching.sweep(at=late + 2 * HOUR)
    assert standing(case) == set()
    assert Alert.objects.filter(case=case, clock="answer", rung="red", over_at=late + 2 * HOUR).count() == 1


def test_paused_clock_takes_its_alert_off_and_an_unchanged_due_time_puts_it_back(town):
    case = town.handling(kind="complaint")
    late = case.answer_due_at + HOUR
    watching.sweep(at=late)
    before = standing(case)
    paused = pausing.pause(fresh(case), town.act("交办员", late), **PAUSE)
    watching.sweep(at=late + timedelta(minutes=1))
    assert ("answer", "red") not in standing(case)
    pausing.resume(paused, town.act("交办员", late + timedelta(minutes=5)))
    watching.sweep(at=late + timedelta(minutes=6))
    assert ("answer", "red") in standing(case) and len(standing(case)) >= len(before) - 1
    assert Alert.objects.filter(case=case, clock="answer", rung="red").count() == 1


def test_act_taken_back_by_a_pause_is_asked_for_again_when_the_due_time_is_what_it_was(town):
    far = MORNING.date() + timedelta(days=60)
    case = town.published(town.handling(kind="complaint"), kind="initial", next_report_on=far)
    late = case.answer_due_at + HOUR
    watching.sweep(at=late)
    paused = pausing.pause(fresh(case), town.act("交办员", late), **PAUSE)
    watching.sweep(at=late + timedelta(minutes=1))
    order = SupervisionStep.objects.get(case=case, alert__clock="answer", means="written")
    assert order.state == "void"
    pausing.resume(paused, town.act("交办员", late + timedelta(minutes=5)))
    for minutes in (6, 7):
        watching.sweep(at=late + timedelta(minutes=minutes))
    order.refresh_from_db()
    assert (order.state, order.asked_at) == ("asked", late + timedelta(minutes=6))
    assert SupervisionStep.objects.filter(case=case, means="written", state="asked").count() == 1
