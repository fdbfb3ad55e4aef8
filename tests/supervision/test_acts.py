"""Calls, orders, inspections, instructions, risks; publishing first in the green lane."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from tests.cast import MORNING, build_town, fresh

from huixiang.cases.actions import accepting, assigning, publishing, replying
from huixiang.cases.choices import Lane
from huixiang.cases.models import CaseEvent
from huixiang.cases.refusals import Refused
from huixiang.supervision import access, watching
from huixiang.supervision.actions import admonishing, calling, controlling, inspecting, instructing, ordering
from huixiang.supervision.models import Admonition, LeaderInstruction, SupervisionOrder, SupervisionStep
from huixiang.units.access import actor_of
from huixiang.units.publish_first import most_unapproved

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def actor(town, who, at=MORNING):
    return actor_of(town.people[who], at=at)


def issued(town, case, at=MORNING):
    act = town.act("督办员", at, "督办员")
    return ordering.issue(case, act, region=town.regions["岳麓区"], reason="超时未答复", demands="三日内到场查看并答复")


def overdue(town):
    case = town.handling(kind="complaint")
    watching.sweep(at=case.answer_due_at + HOUR)
    return fresh(case)


def test_call_counts_only_with_who_answered_what(town):
    case = overdue(town)
    step = SupervisionStep.objects.get(case=case, means="phone")
    with pytest.raises(Refused, match="和谁通了话"):
        calling.record_call(step, town.act("督办员"), spoken_with="", answer="马上办")
    step = calling.record_call(step, town.act("督办员"), spoken_with="住建局值班室", answer="明天到场")
    assert step.state == "done"
    with pytest.raises(Refused, match="已经有人办过"):
        calling.record_call(step, town.act("督办员"), spoken_with="住建局", answer="再催一次")


def test_orders_are_numbered_by_region_and_year(town):
    first, second = issued(town, town.handling()), issued(town, town.handling())
    next_year = issued(town, town.handling(), at=MORNING + DAY * 60)
    assert [o.number for o in (first, second, next_year)] == [
        "督办函〔2026〕1号", "督办函〔2026〕2号", "督办函〔2027〕1号",
    ]  # fmt: skip


def test_order_answers_what_the_ladder_asked_for_and_starts_its_own_clock(town):
    case = overdue(town)
    order = issued(town, case, at=MORNING + DAY * 10)
    assert SupervisionStep.objects.get(case=case, means="written").state == "done"
    clocks = {c.kind: c for c in watching.look_at(fresh(case), order.issued_at).clocks if c.is_running}
    assert clocks["supervision"].due_at == order.due_at
    order = ordering.answer(order, town.act("负责人", order.issued_at + HOUR), text="今天已更换水泵，照片附后。")
    assert order.received_at and not any(
        c.kind == "supervision" and c.is_running for c in watching.look_at(fresh(case), order.answered_at).clocks
    )
    with pytest.raises(Refused, match="已经答复过"):
        ordering.answer(order, town.act("负责人"), text="再答一次")


def test_inspection_list_takes_the_gravest_once(town):
    case = town.handling(kind="complaint")
    watching.sweep(at=case.answer_due_at + DAY * 12)
    for _ in range(2):
        inspection = inspecting.make_list(town.regions["岳麓区"], town.act("督办员"))
    [finding] = inspection.findings.all()
    assert finding.why.endswith("严重超时")
    inspecting.record_finding(finding, town.act("督办员"), found="水泵没有换", is_true_to_reply=False, measure="talk")
    assert SupervisionStep.objects.get(case=case, means="inspection").state == "done"
    assert Admonition.objects.get(case=case).kind == "talk"


def test_instruction_is_sealed_and_bound_to_tasks(town):
    case, leader = town.handling(), town.act("领导")
    with pytest.raises(Refused, match="至少要落到一个单位"):
        instructing.instruct(case, leader, text="请抓紧", tasks=[])
    task = instructing.Task(town.units["住建局"], "三天内恢复供水", MORNING + DAY * 3)
    instructing.instruct(case, leader, text="民生无小事，请立即解决。", tasks=[task])
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_text FROM supervision_leaderinstruction")
        assert "民生" not in cursor.fetchone()[0]
    assert "民生" not in str(list(CaseEvent.objects.filter(case=case).values_list("data", flat=True)))


def test_instruction_is_seen_by_the_leader_and_oversight_and_not_by_the_unit(town):
    task = instructing.Task(town.units["住建局"], "三天内恢复供水", MORNING + DAY * 3)
    instructing.instruct(town.handling(), town.act("领导"), text="请立即解决。", tasks=[task])
    seen = {
        who: access.instructions(actor(town, who)).count()
        for who in ("领导", "督办员", "承办人", "召集人", "雨花承办人")
    }
    assert seen == {"领导": 1, "督办员": 1, "承办人": 0, "召集人": 0, "雨花承办人": 0}
    assert access.tasks(actor(town, "承办人")).count() == 1
    assert access.tasks(actor(town, "雨花承办人")).count() == 0
    assert LeaderInstruction.objects.count() == 1


def test_other_units_see_no_order(town):
    issued(town, town.handling())
    seen = {
        who: access.orders(actor(town, who)).count() for who in ("督办员", "承办人", "雨花承办人", "陌生人", "分析员")
    }
    assert seen == {"督办员": 1, "承办人": 1, "雨花承办人": 0, "陌生人": 0, "分析员": 0}


def test_supervision_of_a_report_is_hidden_from_the_accused(town):
    from huixiang.moderation.actions import reviewing

    case = town.submit(kind="report")
    reviewing.take(case, town.act("审核员"))
    case = reviewing.approve(
        fresh(case), town.act("审核员"), title="举报", body="有人收钱不办事", accused=[town.units["区政府"]]
    )
    case = assigning.assign(case, town.units["供水公司"], town.act("交办员"))
    watching.sweep(at=MORNING + DAY * 30)
    assert not access.alerts(actor(town, "承办人")).filter(case=case).exists()
    assert not access.alerts(actor(town, "领导")).filter(case=case).exists()


def test_risk_is_raised_once_per_kind_and_reported_to_a_person(town):
    case = town.handling()
    risk = controlling.raise_risk(case, town.act("督办员"), kind="crowd", why="业主约好周六去售楼部")
    with pytest.raises(Refused, match="已经登记"):
        controlling.raise_risk(case, town.act("督办员"), kind="crowd", why="再登记")
    risk = controlling.report_risk(risk, town.act("督办员"), to=town.people["召集人"])
    assert risk.reported_at == MORNING


def test_admonition_needs_reason_and_words(town):
    said = {"kind": "talk", "reason": "三次超时"}
    with pytest.raises(Refused, match="写明内容"):
        admonishing.admonish(town.units["住建局"], town.act("督办员"), text=" ", **said)
    assert admonishing.admonish(town.units["住建局"], town.act("督办员"), text="约谈分管领导", **said).pk


@pytest.fixture
def urgent(town):
    case = assigning.assign(town.approved(urgency="critical"), town.units["住建局"], town.act("交办员"))
    return accepting.accept(case, town.act("承办人"))


def test_urgent_first_word_goes_out_at_once_and_is_approved_after(town, urgent):
    reply = town.drafted(urgent, kind="initial", body="值班人员8点30分已到场拉警戒线，下午5点前告诉您怎么修。")
    publishing.publish_first(reply, town.act("承办人"))
    waiting = [c for c in watching.look_at(fresh(urgent), MORNING).clocks if c.kind == "post_approval"]
    assert [c.is_running for c in waiting] == [True]
    with pytest.raises(Refused, match="不能补审自己写的"):
        publishing.approve_after(reply, town.act("承办人"))
    publishing.approve_after(reply, town.act("审核人"))
    assert not any(c.is_running for c in watching.look_at(fresh(urgent), MORNING).clocks if c.kind == "post_approval")


def test_final_answer_is_never_published_first(town, urgent):
    with pytest.raises(Refused, match="只有绿色通道的初步回应"):
        publishing.publish_first(town.drafted(urgent), town.act("承办人"))


def test_delegation_ends_where_too_many_wait_for_approval(town):
    for _ in range(most_unapproved("430104", MORNING.date())):
        case = accepting.accept(
            assigning.assign(town.approved(urgency="urgent"), town.units["住建局"], town.act("交办员")),
            town.act("承办人"),
        )
        publishing.publish_first(town.drafted(case, kind="initial"), town.act("承办人"))
    case = accepting.accept(
        assigning.assign(town.approved(urgency="urgent"), town.units["住建局"], town.act("交办员")), town.act("承办人")
    )
    with pytest.raises(Refused, match="没有补审"):
        publishing.publish_first(town.drafted(case, kind="initial"), town.act("承办人"))


def test_simple_lane_publishes_after_one_review_by_another_person(town):
    case = assigning.set_lane(town.handling(kind="consult"), Lane.SIMPLE, town.act("交办员"), reason="知识库可答")
    reply = replying.send_to_review(town.drafted(case, claimed_resolution="explained"), town.act("承办人"))
    with pytest.raises(Refused, match="拟稿人不能审核"):
        publishing.publish_simple(reply, town.act("承办人"))
    assert publishing.publish_simple(reply, town.act("审核人")).state == "awaiting_rating"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_orders_at_once_have_eight_numbers(transactional_db):
    town = build_town()
    cases = [town.handling() for _ in range(8)]

    def order(case):
        try:
            return issued(town, case).serial
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(order, cases)) == list(range(1, 9))
    assert SupervisionOrder.objects.count() == 8
