"""The watch over risks: each kind once per case, its sign seen by the next sweep, the person on duty told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import MORNING, fresh

from huixiang.accounts.actions.signing_in import citizen_of
from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import ledger
from huixiang.cases.actions import merging, supplementing, withdrawing
from huixiang.cases.actions.supporting import support
from huixiang.cases.models import Case, CaseEvent
from huixiang.cases.refusals import Refused
from huixiang.moderation.actions import reviewing
from huixiang.notices.models import Notice
from huixiang.rules.risks import CROWD_MESSAGES, HEAT_SUPPLEMENTS, HEAT_SUPPORTERS
from huixiang.supervision import access, risking, watching
from huixiang.supervision.actions import controlling
from huixiang.supervision.models import DutyRoster, Risk
from huixiang.units.access import actor_of
from huixiang.units.models import Membership

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def kinds(case):
    return sorted(Risk.objects.filter(case=case).values_list("kind", flat=True))


def sweep(at=MORNING + MINUTE):
    watching.sweep(at=at)


def roster(town, who, region="岳麓区", starts=MORNING - DAY, ends=MORNING + DAY):
    return DutyRoster.objects.create(region=town.regions[region], user=town.people[who], starts_at=starts, ends_at=ends)


def told_of(risk):
    return {
        n.user.display_name for n in Notice.objects.filter(key__startswith=f"risk:{risk.pk}").select_related("user")
    }


def test_critical_case_is_a_risk_to_life_once_however_often_the_loop_runs(town):
    case = town.assigned(urgency="critical")
    for minutes in range(1, 5):
        sweep(MORNING + MINUTE * minutes)
        Case.objects.update(look_again_at=MORNING)
    [risk] = Risk.objects.filter(case=case)
    assert (risk.kind, risk.raised_at, risk.raised_by) == ("life", MORNING + MINUTE, None)
    notes = [e for e in CaseEvent.objects.filter(case=case) if "risk" in e.data]
    assert [e.data["text"] for e in notes] == ["发现生命安全风险：审核时定为特急"]
    assert ledger.verify()[1] is None


def test_words_of_danger_raise_a_risk_before_anybody_has_read_the_message(town):
    case = town.submit(body="隔壁楼道着火了，里面还有老人，请快来救人。")
    sweep()
    assert kinds(case) == ["life"]


def test_words_of_danger_raise_nothing_once_a_reviewer_called_the_case_normal(town):
    case = town.approved(body="消防演练时讲了着火怎么逃生，希望多办几次。")
    sweep()
    assert kinds(case) == []


def test_child_and_crowd_and_media_are_told_by_words(town):
    case = town.assigned(body="老师体罚学生，家长准备集体上访，已经联系了电视台记者。")
    sweep()
    assert kinds(case) == ["crowd", "heat", "minors"]


def test_joining_wakes_the_case_when_it_becomes_hot_and_not_before(town):
    case = town.handling()
    Case.objects.filter(pk=case.pk).update(supporters_count=HEAT_SUPPORTERS - 2, look_again_at=MORNING + DAY * 9)
    support(case, town.people["大雪"], town.act("大雪"))
    assert fresh(case).look_again_at == MORNING + DAY * 9
    support(case, citizen_of("13711112222"), town.act("大雪", MORNING + MINUTE))
    assert fresh(case).look_again_at == MORNING + MINUTE
    sweep()
    assert Risk.objects.get(case=case).why == f"{HEAT_SUPPORTERS}人也遇到"


def test_merged_messages_make_a_crowd_at_the_next_sweep(town):
    parent = town.handling()
    for _ in range(CROWD_MESSAGES):
        merging.merge(town.approved(), fresh(parent), town.act("交办员", MORNING))
    sweep()
    assert kinds(parent) == ["crowd"]


def test_author_who_comes_back_again_and_again_makes_a_case_hot(town):
    case = town.handling()
    for n in range(HEAT_SUPPLEMENTS):
        supplementing.supplement(fresh(case), f"第{n + 1}次来问，还是没有水。", town.act("小满"))
    sweep()
    assert kinds(case) == ["heat"]


def test_case_that_has_ended_raises_nothing(town):
    case = town.submit(body="楼道着火了！")
    withdrawing.withdraw(case, town.act("小满"))
    sweep()
    assert kinds(case) == []


def test_person_on_duty_is_told_and_the_nearest_roster_wins(town):
    roster(town, "领导", "岳麓区")
    roster(town, "督办员", "湖南省")
    roster(town, "召集人", "岳麓区", ends=MORNING)
    case = town.assigned(urgency="critical", region="望月湖街道")
    sweep()
    assert told_of(Risk.objects.get(case=case)) == {"领导"}


def test_without_a_roster_the_convenor_is_told_and_after_them_the_leader(town):
    first = town.assigned(urgency="critical")
    sweep()
    assert told_of(Risk.objects.get(case=first)) == {"召集人"}
    Membership.objects.filter(role=Role.CONVENOR).delete()
    assert [p.display_name for p in risking.leading_group(MORNING).on_duty("430104")] == ["领导"]


def test_leader_of_another_region_is_never_told(town):
    user = User.objects.create_staff("雨花领导", "a long test password", "雨花领导")
    Membership.objects.create(user=user, role=Role.LEADER, region=town.regions["雨花区"])
    assert [p.display_name for p in risking.leading_group(MORNING).on_duty("430111")] == ["雨花领导"]
    assert "雨花领导" not in {p.display_name for p in risking.leading_group(MORNING).on_duty("430104")}


def test_risk_of_a_report_reaches_no_leader(town):
    case = town.submit(kind="report", body="有人威胁我，说要打死人。")
    reviewing.take(case, town.act("审核员"))
    sweep()
    [risk] = Risk.objects.filter(case=case)
    assert told_of(risk) == set()
    for who in ("领导", "召集人", "督办员"):
        assert not access.risks(actor_of(town.people[who], at=MORNING)).exists()
    assert access.risks(actor_of(town.people["交办员"], at=MORNING)).get() == risk
    with pytest.raises(Refused, match="举报件不报值班人员"):
        controlling.report_risk(risk, town.act("交办员"), to=town.people["召集人"])


def test_closed_risk_is_not_reported_any_more(town):
    risk = controlling.raise_risk(town.handling(), town.act("督办员"), kind="crowd", why="业主约好周六去售楼部")
    assert told_of(risk) == {"召集人"}
    controlling.close_risk(risk, town.act("督办员"), note="已与业主代表谈妥")
    risk.refresh_from_db()
    with pytest.raises(Refused, match="已经解除"):
        controlling.report_risk(risk, town.act("督办员"), to=town.people["召集人"])


def test_watch_costs_the_same_for_two_cases_as_for_twelve(town):
    def cost(many):
        cases = [town.handling() for _ in range(many)]
        with CaptureQueriesContext(connection) as seen:
            assert risking.watch_risks(cases, MORNING) == []
        return len(seen)

    assert cost(2) == cost(12)
