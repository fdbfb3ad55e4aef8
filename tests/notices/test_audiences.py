"""Who is told of what: units, heads, oversight, issuers, their deputies; and who is not told any more."""

from datetime import date, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.accounts.roles import Role
from huixiang.cases.actions import assigning, finalizing, merging, overriding, pausing, replying, withdrawing
from huixiang.cases.models import GateOverride
from huixiang.jobs import delivering
from huixiang.jobs.saying import why_not
from huixiang.moderation.actions import reviewing
from huixiang.notices.actions import hooking, telling
from huixiang.notices.models import Channel, Notice
from huixiang.notices.wording import NOT_PUBLIC
from huixiang.supervision import watching
from huixiang.supervision.actions import controlling, instructing, ordering
from huixiang.units.actions import delegating
from huixiang.units.models import Membership

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def deliver(at=MORNING + DAY * 60):
    while delivering.deliver(at=at):
        pass


def readers(step_subject):
    rows = Notice.objects.filter(channel=Channel.IN_APP, subject__contains=step_subject)
    return set(rows.values_list("user__username", flat=True))


def warned(town, rung_days, **message):
    """A complaint whose clocks ran that many days past its answer limit, told of up to then."""
    case = town.handling(kind="complaint", **message)
    deliver()
    Notice.objects.all().delete()
    watching.sweep(at=case.answer_due_at + DAY * rung_days)
    return fresh(case)


def test_yellow_goes_to_the_unit_and_red_to_the_oversight_too(town):
    case = warned(town, -1)
    deliver()
    assert readers("临期") == {"承办人", "负责人"}
    watching.sweep(at=case.answer_due_at + HOUR)
    deliver()
    assert readers("正式答复超时") == {"承办人", "负责人", "督办员", "交办员"}


def test_warning_says_which_limit_and_when(town):
    case = warned(town, 0.1)
    deliver()
    said = Notice.objects.filter(subject="正式答复超时", user=town.people["承办人"]).get()
    due = case.answer_due_at
    assert f"正式答复时限是{due.month}月{due.day}日（周" in said.body and case.number in said.body
    assert said.url == f"/desk/cases/{case.number}/"


def test_unit_that_takes_a_case_over_hears_that_the_limit_runs_on(town):
    case = town.handling(kind="complaint")
    assigning.transfer(case, town.units["供水公司"], town.act("交办员", MORNING + DAY, "交办员"), reason="归供水公司管")
    deliver()
    said = {n.user.username: n.body for n in Notice.objects.filter(channel="in_app", subject__contains="签收")}
    assert "答复期限不重新计算，仍是11月27日（周五）17:00" in said["供水承办人"]
    assert "答复期限" not in said["承办人"]


def test_coordinator_is_warned_of_a_limit_that_runs_while_no_unit_has_the_case(town):
    case = town.handling(kind="complaint")
    assigning.send_back(case, town.act("负责人", MORNING + DAY, "单位负责人", "住建局"), reason="不归我们管")
    watching.sweep(at=case.answer_due_at - HOUR)
    deliver()
    assert "交办员" in readers("正式答复临期")


def test_end_of_a_pause_is_told_to_coordinator_and_unit_and_the_pause_to_its_author(town):
    case = town.handling(kind="complaint")
    said = {"reason": "citizen", "explanation": "请补交房产证复印件。", "expected_on": date(2026, 11, 24)}
    pausing.pause(case, town.act("交办员", MORNING), **said)
    deliver()
    told = Notice.objects.get(user=town.people["小满"], channel="in_app", subject__contains="暂停计时")
    assert "请补交房产证复印件。预计11月24日（周二）有结果。" in told.body
    watching.sweep(at=MORNING + DAY * 6)
    deliver(at=MORNING + DAY * 6)
    assert {"承办人", "交办员"} <= readers("依规暂停临期")
    watching.sweep(at=MORNING + DAY * 6 + HOUR * 8)
    deliver()
    assert {"承办人", "交办员"} <= readers("依规暂停超时")


def test_desk_is_warned_of_its_own_clocks_and_no_unit(town):
    case = town.submit()
    for hours in (1, 3):
        watching.sweep(at=MORNING + HOUR * hours)
        deliver()
    assert readers("审核临期") == {"审核员", "另一审核员"}
    assert readers("审核超时") == {"审核员", "另一审核员", "督办员", "交办员"}
    assert case.state == "submitted"


def test_after_an_outage_only_the_gravest_rung_of_a_clock_is_told_and_all_are_on_record(town):
    case = warned(town, 12)
    deliver()
    told = set(
        Notice.objects.filter(channel=Channel.IN_APP, user=town.people["承办人"]).values_list("subject", flat=True)
    )
    answer = {subject for subject in told if subject.startswith("正式答复")}
    assert len(answer) == 1 and "严重" in answer.pop()
    rungs = [e.data["rung"] for e in case.events.filter(step="warn").order_by("seq") if e.data["clock"] == "answer"]
    assert rungs == ["yellow", "red", "black"]
    assert case.alerts.filter(clock="answer").count() == 3


def test_rung_reached_later_is_told_beside_the_milder_one(town):
    case = warned(town, -1)
    watching.sweep(at=case.answer_due_at + HOUR)
    deliver()
    said = Notice.objects.filter(channel=Channel.IN_APP, user=town.people["承办人"], subject__startswith="正式答复")
    assert said.count() == 2


def test_warning_is_not_told_once_its_clock_has_stopped(town):
    case = warned(town, 1)
    town.published(case, at=case.answer_due_at + DAY * 2)
    deliver()
    assert not readers("正式答复超时")


@pytest.fixture
def phoned(town, gateway):
    worker = town.people["承办人"]
    worker.phone = "13700000000"
    worker.save(update_fields=["phone"])
    return worker


def test_warning_recorded_but_not_yet_sent_is_dropped_when_its_clock_stops(town, gateway, phoned):
    case = warned(town, 1)
    deliver()
    assert Notice.objects.filter(channel=Channel.SMS, user=phoned).exists()
    town.published(case, at=case.answer_due_at + DAY * 2)
    Notice.objects.exclude(user=phoned).delete()
    telling.send_due(at=case.answer_due_at + DAY * 2, why_not=why_not)
    assert gateway.got == []
    assert set(Notice.objects.filter(channel=Channel.SMS).values_list("last_error", flat=True)) == {"这项时限已经停止"}
    assert telling.dead() == []


@pytest.mark.parametrize("ends", ["withdrawn", "merged"])
def test_nothing_more_is_sent_for_a_case_that_is_withdrawn_or_merged(town, gateway, ends):
    other, case = town.approved(), town.approved()
    deliver(MORNING)
    waiting = Notice.objects.filter(channel=Channel.SMS, case_id=case.pk).count()
    assert waiting
    if ends == "withdrawn":
        withdrawing.withdraw(case, town.act("小满"), reason="已解决")
    else:
        merging.merge(case, other, town.act("交办员"))
    deliver(MORNING)
    telling.send_due(at=MORNING, why_not=why_not)
    texts = [t for t in gateway.texts() if f"（{case.number}）" in t]
    assert [("是同一件事" in t) for t in texts] == ([] if ends == "withdrawn" else [True])
    assert Notice.objects.filter(case_id=case.pk, dropped_at__isnull=False).count() == waiting


def test_event_delivered_after_the_withdrawal_tells_nobody(town):
    case = town.assigned()
    withdrawing.withdraw(case, town.act("小满"), reason="已解决")
    deliver(MORNING)
    assert not Notice.objects.exists()


def issued(town, case):
    act = town.act("督办员", role="督办员")
    return ordering.issue(case, act, region=town.regions["岳麓区"], reason="超时未答复", demands="三日内答复")


def test_order_is_told_to_the_head_and_its_answer_to_whoever_issued_it(town):
    order = issued(town, town.handling())
    deliver(MORNING)
    assert readers(f"收到{order.number}") == {"负责人"}
    ordering.answer(order, town.act("负责人"), text="今天已更换水泵。")
    deliver(MORNING)
    assert readers(f"{order.number}已答复") == {"督办员"}


def test_instruction_is_told_to_each_unit_without_the_leaders_words(town):
    tasks = [instructing.Task(town.units[u], "三天内恢复供水", MORNING + DAY * 3) for u in ("住建局", "供水公司")]
    instructing.instruct(town.handling(), town.act("领导"), text="民生无小事", tasks=tasks)
    deliver(MORNING)
    assert readers("领导批示") == {"承办人", "负责人", "供水承办人"}
    assert not Notice.objects.filter(body__contains="民生无小事").exists()


def test_danger_under_control_is_told_to_the_oversight(town):
    case = assigning.assign(town.approved(urgency="critical"), town.units["住建局"], town.act("交办员"))
    controlling.log_control(case, town.act("承办人"), what="已拉警戒线")
    deliver(MORNING)
    assert readers("隐患已先行控制") == {"督办员", "交办员"}


def test_accused_unit_hears_nothing_of_a_report(town):
    case = town.submit(kind="report")
    reviewing.take(case, town.act("审核员"))
    case = reviewing.approve(
        fresh(case), town.act("审核员"), title="举报", body="有人收钱不办事", accused=[town.units["住建局"]]
    )
    case = assigning.assign(case, town.units["供水公司"], town.act("交办员"))
    watching.sweep(at=MORNING + DAY * 30)
    deliver()
    told = set(Notice.objects.filter(case_id=case.pk).values_list("user__username", flat=True))
    assert told & {"承办人", "负责人", "审核人", "督办员"} == set()
    assert {"供水承办人", "交办员"} <= told


def test_group_and_mail_do_not_name_what_is_not_public(town, gateway, mail):
    worker = town.people["承办人"]
    worker.email = "worker@example.org"
    worker.save(update_fields=["email"])
    hooking.hook_up(town.units["住建局"], Channel.WECOM, url=f"{gateway.origin}/robot")
    case = town.assigned(visibility="private")
    deliver(MORNING)
    outside = Notice.objects.filter(channel__in=[Channel.WECOM, Channel.EMAIL], case_id=case.pk)
    assert outside.count() == 2
    assert all(NOT_PUBLIC in n.body and case.title not in n.body for n in outside)
    assert case.title in Notice.objects.get(channel=Channel.IN_APP, user=worker).body


def test_deputy_is_told_as_well_while_the_delegation_runs(town):
    delegating.delegate(
        town.people["负责人"], town.people["审核人"], by=town.people["负责人"], at=MORNING, starts_at=MORNING,
        ends_at=MORNING + DAY, reason="外出学习",
    )  # fmt: skip
    first = issued(town, town.handling())
    deliver(MORNING)
    assert readers(f"收到{first.number}") == {"负责人", "审核人"}


def test_former_member_and_closed_account_are_not_told(town):
    Membership.objects.filter(user=town.people["承办人"]).update(ends_at=MORNING + timedelta(days=3650))
    town.people["负责人"].is_active = False
    town.people["负责人"].save(update_fields=["is_active"])
    Membership.objects.filter(user=town.people["承办人"]).update(starts_at=MORNING - DAY, ends_at=MORNING)
    town.assigned()
    deliver(MORNING)
    assert readers("新的交办件") == set()


def test_nearest_oversight_is_told_not_the_province(town):
    province = town.people["陌生人"]
    Membership.objects.create(user=province, role=Role.SUPERVISOR, region=town.regions["湖南省"])
    warned(town, 1)
    deliver()
    assert "陌生人" not in readers("正式答复超时")


def test_returned_reply_goes_to_the_unit_that_wrote_it(town):
    case = town.handling(supporting=["供水公司"])
    act = town.act("供水承办人")
    reply = replying.draft(
        case, town.units["供水公司"], "initial", act, body="我们正在逐段检查小区外的供水管网，本周五前告诉您结果。"
    )
    deliver(MORNING)
    reply = replying.save(
        reply, act, body=reply.body, details=replying.Details(next_report_on=(MORNING + DAY).date()),
        seen_version=reply.version,
    )  # fmt: skip
    reply = replying.send_to_review(reply, act)
    replying.return_reply(reply, town.act("审核人"), note="写清楚时间")
    deliver(MORNING)
    assert readers("回复被退回修改") == {"供水承办人"}


def test_unit_is_told_of_an_instruction_with_its_first_limit_and_the_leader_of_the_feedback(town):
    tasks = [instructing.Task(town.units["住建局"], "三天内恢复供水", MORNING + DAY * n) for n in (5, 2)]
    instruction = instructing.instruct(town.handling(), town.act("领导"), text="民生无小事", tasks=tasks)
    deliver(MORNING)
    assert "11月20日（周五）" in Notice.objects.filter(subject__contains="领导批示").first().body
    instructing.report_back(instruction.tasks.first(), town.act("承办人"), feedback="今晚恢复。")
    deliver(MORNING)
    assert readers("批示任务已反馈") == {"领导"}
    assert not Notice.objects.filter(body__contains="今晚恢复").exists()


EMPTY = "您好，您反映的问题已收悉，我单位高度重视，已转有关部门处理，感谢您的关心和支持！"


@pytest.mark.gate
def test_request_to_publish_a_held_reply_is_told_to_those_who_decide_and_the_decision_to_whoever_asked(town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason="上级已经批准照此答复，附件里有批示")
    deliver(MORNING)
    assert readers("有回复申请放行") == {"负责人", "质检员"}
    overriding.decide(override, town.act("负责人"), is_granted=False, note="请写清楚转给了谁")
    deliver(MORNING)
    assert readers("放行申请没有同意") == {"承办人"}
    assert not Notice.objects.filter(body__contains="写清楚转给了谁").exists()


@pytest.mark.gate
def test_request_that_nobody_near_may_decide_is_told_to_those_above(town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason="上级已经批准照此答复，附件里有批示")
    GateOverride.objects.filter(pk=override.pk).update(needs_superior=True)
    deliver(MORNING)
    assert readers("有回复申请放行") == {"交办员", "督办员"}


@pytest.mark.gate
def test_request_decided_before_it_was_told_is_told_no_more(town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason="上级已经批准照此答复，附件里有批示")
    overriding.decide(override, town.act("负责人"), is_granted=True)
    deliver(MORNING)
    assert readers("有回复申请放行") == set()
    assert readers("放行申请已同意") == {"承办人"}


def test_author_is_told_that_their_case_was_finalized_and_why(town):
    case = town.closed()
    act = town.act("交办员", MORNING + DAY * 3)
    finalizing.finalize(
        case, act, document="湘信复核〔2026〕8号", decided_on=MORNING.date(), explanation="可以向人民法院起诉。"
    )
    deliver(MORNING + DAY * 3)
    said = Notice.objects.get(subject="复核终结", channel=Channel.IN_APP)
    assert said.user == town.people["小满"] and "〔2026〕8号" in said.body and "人民法院" in said.body


def test_risk_rings_the_duty_persons_phone_and_their_deputys(town, gateway):
    for who in ("召集人", "督办员"):
        town.people[who].phone = f"1370000000{len(who)}"
        town.people[who].save(update_fields=["phone"])
    delegating.delegate(
        town.people["召集人"], town.people["督办员"], by=town.people["召集人"], at=MORNING, starts_at=MORNING,
        ends_at=MORNING + DAY, reason="出差",
    )  # fmt: skip
    case = town.handling(visibility="private")
    risk = controlling.raise_risk(case, town.act("督办员"), kind="crowd", why="业主约好周六去售楼部")
    rows = Notice.objects.filter(key__startswith=f"risk:{risk.pk}:")
    texted = rows.filter(channel=Channel.SMS)
    assert {row.user for row in texted} == {town.people["召集人"], town.people["督办员"]}
    assert all(NOT_PUBLIC in row.body and "售楼部" not in row.body for row in texted), "a phone is read along"
    assert "售楼部" in rows.filter(channel=Channel.IN_APP).first().body
