"""Raising a case (提级): the superior unit has it afterwards, by the same steps and rules as any other transfer."""

from datetime import date, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases.actions import accepting, pausing
from huixiang.cases.models import Assignment, CaseEvent
from huixiang.cases.refusals import Refused
from huixiang.supervision import watching
from huixiang.supervision.actions import inspecting
from huixiang.supervision.models import Alert, Finding, SupervisionStep

DAY = timedelta(days=1)
FIRST_TEXT = "您反映的水压问题我们已经派人到现场查看，正在查找原因，11月21日前把查看的情况在这里告诉您。"


def listed(town, case, at):
    asked = {"unit": case.lead_unit, "reason": "正式答复严重超时", "asked_at": at}
    SupervisionStep.objects.get_or_create(case=case, means="inspection", state="asked", defaults=asked)
    made = inspecting.make_list(town.regions["岳麓区"], town.act("督办员", at))
    return Finding.objects.get(inspection=made, case=case)


def found(town, case, at=MORNING + DAY):
    act = town.act("督办员", at, "督办员")
    row = listed(town, case, at)
    return inspecting.record_finding(row, act, found="水泵没有换", is_true_to_reply=False, measure="raise")


def live(case):
    rows = Assignment.objects.filter(case=case, state__in=["offered", "accepted"])
    return set(rows.values_list("unit__short_name", "role"))


def test_superior_unit_leads_and_the_unit_below_supports(town):
    case = town.handling()
    found(town, case)
    case = fresh(case)
    assert (case.lead_unit, case.state) == (town.units["区政府"], "assigned")
    assert live(case) == {("区政府", "lead"), ("住建局", "supporting")}
    clocks = watching.look_at(case, MORNING + DAY).clocks
    assert [c.started_at for c in clocks if c.kind == "sign" and c.is_running] == [MORNING + DAY]
    steps = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("step", flat=True))
    assert steps[-3:] == ["supervise", "transfer", "add_support"]


def test_lateness_is_not_lost_by_raising_a_case(town):
    case = town.published(town.handling(kind="complaint"), kind="initial", body=FIRST_TEXT)
    late = MORNING + 12 * DAY
    watching.sweep(at=late)
    due = case.answer_due_at
    found(town, fresh(case), at=late)
    watching.sweep(at=late)
    case = fresh(case)
    standing = Alert.objects.filter(case=case, clock="answer", over_at=None)
    assert set(standing.values_list("rung", "unit__short_name")) == {("yellow", "区政府"), ("red", "区政府")}
    assert (case.answer_due_at, case.due_at) == (due, due)
    case = accepting.accept(case, town.act("交办员", late + DAY))
    assert case.answer_due_at == due
    assert set(case.assignments.filter(role="lead", state="accepted").values_list("due_at", flat=True)) == {due}
    asked = SupervisionStep.objects.filter(case=case, state="asked")
    assert set(asked.values_list("unit__short_name", flat=True)) <= {"区政府"}


def test_answered_case_is_reopened_first(town):
    case = town.answered()
    found(town, case, at=MORNING + 3 * DAY)
    case = fresh(case)
    assert (case.lead_unit, case.state, case.round) == (town.units["区政府"], "assigned", 2)


def test_unit_without_a_superior_is_followed_by_the_government_of_its_region(town):
    case = town.handling()
    town.units["住建局"].parent, town.units["住建局"].path = None, f"/{town.units['住建局'].pk}/"
    town.units["住建局"].save(update_fields=["parent", "path"])
    found(town, case)
    assert fresh(case).lead_unit == town.units["区政府"]


def test_paused_case_is_not_raised_and_nothing_is_recorded(town):
    case = town.handling()
    waited = pausing.Waited(institution="省质检院")
    said = {"reason": "expertise", "explanation": "等第三方检测报告", "expected_on": date(2026, 12, 1)}
    pausing.pause(case, town.act("交办员"), **said, waited=waited)
    with pytest.raises(Refused, match="不能提级"):
        found(town, fresh(case))
    assert not Finding.objects.filter(at__isnull=False).exists()


def test_accused_superior_does_not_get_the_case(town):
    case = town.handling()
    case.accused_units.add(town.units["区政府"])
    with pytest.raises(Refused, match="被反映的单位"):
        found(town, case)
    assert fresh(case).lead_unit == town.units["住建局"] and not Finding.objects.filter(at__isnull=False).exists()
