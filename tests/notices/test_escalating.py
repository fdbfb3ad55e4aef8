"""What a unit does not read climbs: to the deputy or the head, then to the superior unit's head; each rung once."""

from datetime import datetime, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.accounts.roles import Role
from huixiang.cases.actions import withdrawing
from huixiang.cases.models import CaseEvent
from huixiang.jobs import delivering, escalating
from huixiang.notices.actions import reading
from huixiang.notices.models import Channel, Escalation, Notice
from huixiang.rules.calendar import CHINA
from huixiang.supervision import watching
from huixiang.supervision.actions import ordering
from huixiang.units.actions import delegating
from huixiang.units.models import Membership

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = MORNING + HOUR * 5


@pytest.fixture
def order(town):
    """An order told to the unit's head at nine in the morning."""
    boss = town.people["陌生人"]
    Membership.objects.create(user=boss, role=Role.UNIT_HEAD, unit=town.units["区政府"])
    case, act = town.handling(), town.act("督办员", role="督办员")
    order = ordering.issue(case, act, region=town.regions["岳麓区"], reason="超时", demands="三日内答复")
    delivering.deliver(at=MORNING)
    return order


def told(words):
    rows = Notice.objects.filter(channel=Channel.IN_APP, subject__contains=words)
    return sorted(rows.values_list("user__username", flat=True))


def test_waits_four_working_hours(order):
    assert Escalation.objects.get().next_at == datetime(2026, 11, 18, 14, 0, tzinfo=CHINA)
    assert escalating.escalate(at=MORNING + HOUR * 4) == 0
    assert escalating.escalate(at=LATER) == 1


def test_unread_order_climbs_rung_by_rung_and_then_stops(town, order):
    for hours in range(5, 24 * 10, 3):
        escalating.escalate(at=MORNING + HOUR * hours)
    assert told("还没有人看") == ["负责人"]
    assert told("下级单位未响应") == ["陌生人"]
    row = Escalation.objects.get()
    assert (row.level, row.next_at, row.ended_because) == (2, None, "已报上级")


def test_delegate_comes_before_the_head(town, order):
    delegating.delegate(
        town.people["负责人"], town.people["审核人"], by=town.people["负责人"], at=MORNING, starts_at=MORNING,
        ends_at=MORNING + DAY, reason="外出学习",
    )  # fmt: skip
    escalating.escalate(at=LATER)
    assert told("还没有人看") == ["审核人"]


@pytest.mark.parametrize("rung", [0, 1])
def test_reading_it_ends_the_climb(town, order, rung):
    if rung:
        escalating.escalate(at=LATER)
    url = f"/desk/cases/{order.case.number}/"
    assert reading.read_about(town.people["负责人"], url, at=LATER)
    for day in range(1, 5):
        escalating.escalate(at=LATER + DAY * day)
    assert told("下级单位未响应") == []
    assert Escalation.objects.get().ended_because == "已有人查看"


def test_answered_order_and_withdrawn_case_climb_no_further(town, order):
    ordering.answer(order, town.act("负责人"), text="今天已更换水泵。")
    escalating.escalate(at=LATER)
    assert told("还没有人看") == []
    assert Escalation.objects.get().ended_because == "督办函已答复"


def test_withdrawn_case_climbs_no_further(town, order):
    withdrawing.withdraw(fresh(order.case), town.act("小满"), reason="已解决")
    escalating.escalate(at=LATER)
    assert told("还没有人看") == []


def test_unit_that_nobody_works_in_is_passed_over_to_its_superior(town, order):
    Membership.objects.filter(unit=town.units["住建局"]).update(starts_at=MORNING - DAY, ends_at=MORNING)
    escalating.escalate(at=LATER)
    assert told("下级单位未响应") == ["陌生人"]


def test_without_any_superior_the_supervisors_are_told(town, order):
    Membership.objects.filter(user=town.people["陌生人"]).delete()
    escalating.escalate(at=LATER)
    escalating.escalate(at=LATER + DAY)
    assert told("下级单位未响应") == ["督办员"]


def test_red_and_black_warnings_are_watched_and_yellow_ones_are_not(town):
    case = town.handling(kind="complaint")
    for day in (-1, 0.1, 12):
        watching.sweep(at=case.answer_due_at + DAY * day)
        delivering.deliver(at=case.answer_due_at + DAY * day)
    grave = CaseEvent.objects.filter(case=case, step="warn", data__rung__in=["red", "black"])
    grave = grave.filter(data__overtaken_by__isnull=True)
    assert grave.count() >= 2
    assert set(Escalation.objects.values_list("event_id", flat=True)) == set(grave.values_list("pk", flat=True))
