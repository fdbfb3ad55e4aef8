"""The chain from message to closing, with what each link refuses."""

from dataclasses import fields
from datetime import date, datetime, timedelta

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases.actions import (
    accepting,
    assigning,
    claiming,
    objecting,
    pausing,
    publishing,
    replying,
    supplementing,
    withdrawing,
)
from huixiang.cases.choices import PauseReason, Resolution
from huixiang.cases.models import Assignment, CaseEvent, Reply
from huixiang.cases.reasons import reasons
from huixiang.cases.refusals import Refused
from huixiang.followup.actions import rating, reopening
from huixiang.followup.models import SCORES
from huixiang.moderation.actions import reviewing
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import IllegalTransition, State, Step


def test_message_travels_the_whole_chain_to_closed(town):
    case = town.closed()
    assert (case.state, case.resolution) == (State.CLOSED, Resolution.RESOLVED)
    steps = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("step", flat=True))
    assert steps == [
        "submit", "take_review", "approve", "assign", "accept", "draft_reply", "send_to_review", "pass_review",
        "conclude", "rate",
    ]  # fmt: skip


def test_original_is_sealed_and_public_version_is_masked(town):
    case = town.submit(body="请联系我，电话13812345678，谢谢你们帮忙看看水压。")
    assert "13812345678" not in fresh(case).body
    assert "13812345678" in fresh(case).sealed_body
    raw = type(case).objects.filter(pk=case.pk).extra(select={"raw": "sealed_body"}).values_list("raw", flat=True)[0]
    assert "13812345678" not in raw


def test_author_cannot_review_own_reply(town):
    reply = town.drafted(town.handling())
    replying.send_to_review(reply, town.act("承办人"))
    with pytest.raises(Refused, match="拟稿人不能审核"):
        replying.pass_review(reply, town.act("承办人"))


def test_reviewer_cannot_publish(town):
    reply = town.reviewed(town.handling())
    with pytest.raises(Refused, match="不能自己发布"):
        publishing.publish(reply, town.act("审核人"))


def test_last_writer_counts_as_author(town):
    reply = town.drafted(town.handling())
    act = town.act("审核人")
    reply = replying.save(
        reply, act, body="改写过的答复，已于今日派人到场维修完毕，水压恢复。",
        details=replying.Details(claimed_resolution="resolved"), seen_version=reply.version,
    )  # fmt: skip
    replying.send_to_review(reply, act)
    with pytest.raises(Refused, match="拟稿人不能审核"):
        replying.pass_review(reply, act)


def test_unfilled_template_is_not_sent_to_review(town):
    reply = town.drafted(town.handling(), body="您好，经【调查人员】现场查看，情况是：水泵电机损坏，已更换。")
    with pytest.raises(Refused, match="【调查人员】"):
        replying.send_to_review(reply, town.act("承办人"))


def test_first_word_must_name_the_next_date(town):
    reply = town.drafted(town.handling(), kind="initial", next_report_on=None)
    with pytest.raises(Refused, match="下次答复的日期"):
        replying.send_to_review(reply, town.act("承办人"))


def test_refusal_needs_its_basis(town):
    reply = town.drafted(town.handling(), claimed_resolution="refused")
    with pytest.raises(Refused, match="依据"):
        replying.send_to_review(reply, town.act("承办人"))


def test_reply_with_a_phone_number_needs_confirmation(town):
    reply = town.reviewed(town.handling(), body="已与您的邻居王女士（电话13712345678）核实，水泵今天换好。")
    with pytest.raises(publishing.PersonalDataFound, match="13712345678"):
        publishing.publish(reply, town.act("质检员"))
    case = publishing.publish(reply, town.act("质检员"), accept_personal_data=True)
    assert case.state == State.AWAITING_RATING


def test_unit_cannot_confirm_resolved_by_silence(town):
    case = rating.close_unrated(town.answered(), town.act(None, MORNING + timedelta(days=10)))
    assert case.resolution == Resolution.UNCONFIRMED
    assert case.ratings.count() == 0


def test_unsatisfied_rating_needs_a_reason(town):
    scores = {**dict.fromkeys(SCORES, 4), "unit_result": 1}
    with pytest.raises(Refused, match="原因"):
        rating.rate(town.answered(), town.act("小满"), outcome="unresolved", scores=scores)


def test_reopened_case_starts_a_new_round_with_the_same_unit(town):
    case = reopening.reopen(town.closed(), town.act("小满", MORNING + timedelta(days=20)), reason="又没水了")
    assert (case.state, case.round, case.lead_unit) == (State.REOPENED, 2, town.units["住建局"])
    case = accepting.accept(case, town.act("承办人", MORNING + timedelta(days=20)))
    town.published(case, at=MORNING + timedelta(days=21))
    rating.rate(
        case, town.act("小满", MORNING + timedelta(days=22)), outcome="resolved", scores=dict.fromkeys(SCORES, 5)
    )
    assert sorted(case.ratings.values_list("round", flat=True)) == [1, 2]


def test_case_cannot_be_reopened_after_thirty_days(town):
    with pytest.raises(reopening.TooLate):
        reopening.reopen(town.closed(), town.act("小满", MORNING + timedelta(days=40)), reason="又没水了")


def test_promise_is_tracked_before_the_citizen_is_asked(town):
    due = (MORNING + timedelta(days=10)).date()
    case = town.published(town.handling(), promise="更换全部老旧水管", promise_due_on=due)
    assert case.state == State.TRACKING
    with pytest.raises(IllegalTransition):
        rating.rate(case, town.act("小满"), outcome="resolved", scores=dict.fromkeys(SCORES, 5))
    case = publishing.keep_promise(case, town.act("负责人"), evidence="12月1日验收，照片3张")
    assert case.state == State.AWAITING_RATING


def test_objection_is_decided_once_and_cannot_be_repeated(town):
    case = town.assigned()
    said = {"legal_basis": "《湖南省物业管理条例》第五条", "reasons": "供水设施由供水公司维护"}
    objection = objecting.raise_objection(case, town.act("负责人"), **said)
    case = objecting.decide(objection, town.act("交办员"), is_upheld=False, decision="小区未移交，仍由住建部门协调")
    assert case.state == State.ASSIGNED
    with pytest.raises(objecting.AlreadyObjected):
        objecting.raise_objection(case, town.act("负责人"), **said)


def test_objection_after_the_limit_is_refused(town):
    with pytest.raises(objecting.TooLate):
        objecting.raise_objection(
            town.assigned(), town.act("负责人", MORNING + timedelta(days=5)), legal_basis="三定方案", reasons="不归我们"
        )


def test_first_contact_unit_stays_after_an_upheld_objection(town):
    case = town.assigned()
    objection = objecting.raise_objection(case, town.act("负责人"), legal_basis="三定方案第三条", reasons="属供水公司")
    case = objecting.decide(objection, town.act("交办员"), is_upheld=True, decision="改派供水公司")
    assert (case.state, case.lead_unit, case.first_contact_unit) == (State.TO_ASSIGN, None, town.units["住建局"])
    case = assigning.assign(case, town.units["供水公司"], town.act("交办员"))
    assert case.first_contact_unit == town.units["住建局"]


def test_second_unit_cannot_claim_a_claimed_case(town):
    case = town.claimed()
    with pytest.raises(claiming.AlreadyClaimed):
        claiming.claim(case, town.units["供水公司"], town.act("供水承办人"))


def test_report_is_never_in_the_pool_nor_public(town):
    case = town.approved(kind="report", visibility="public")
    assert (case.visibility, case.public_at) == ("private", None)
    with pytest.raises(Refused, match="举报件"):
        claiming.claim(case, town.units["住建局"], town.act("承办人"))


def test_accused_unit_is_not_given_the_report(town):
    case = town.submit(kind="report")
    reviewing.take(case, town.act("审核员"))
    case = reviewing.approve(
        fresh(case), town.act("审核员"), title=case.title, body=case.body, accused=[town.units["区政府"]]
    )
    with pytest.raises(Refused, match="被反映的单位"):
        assigning.assign(case, town.units["住建局"], town.act("交办员"))


FRIDAY = date(2026, 11, 27)
TESTED = pausing.Waited(institution="省质检院")


def paused(town, case, **changes):
    said = {"reason": "expertise", "explanation": "检测水泵电机", "expected_on": FRIDAY, "waited": TESTED, **changes}
    return pausing.pause(case, town.act("交办员"), **said)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expected_on": None}, "expected_on"),
        ({"expected_on": date(2026, 11, 18)}, "expected_on"),
        ({"expected_on": date(2036, 11, 27)}, "expected_on"),
        ({"waited": None}, "institution"),
        ({"explanation": " "}, "explanation"),
        ({"reason": "handed_over"}, "receiving_body"),
        ({"reason": "handed_over", "waited": pausing.Waited(receiving_body="区公安分局")}, "receipt_number"),
        ({"reason": "citizen", "expected_on": date(2026, 11, 26)}, "expected_on"),
    ],
)
def test_pause_that_leaves_out_what_its_reason_requires_is_refused_beside_the_field(town, changes, field):
    case = town.handling()
    with pytest.raises(Refused) as refused:
        paused(town, case, **changes)
    assert refused.value.field == field
    assert fresh(case).state == "handling"


def test_waiting_for_the_citizen_lasts_five_working_days_at_most(town):
    case = paused(town, town.handling(), reason="citizen", expected_on=date(2026, 11, 25), waited=None)
    assert case.due_at == datetime(2026, 11, 25, 17, tzinfo=CHINA)
    with pytest.raises(Refused, match="最晚到11月25日"):
        paused(town, town.handling(), reason="citizen", expected_on=date(2026, 11, 28), waited=None)


def test_waiting_for_the_citizen_again_has_only_what_is_left_of_the_five_days(town):
    case = paused(town, town.handling(), reason="citizen", expected_on=date(2026, 11, 25), waited=None)
    case = pausing.resume(case, town.act("交办员", MORNING + timedelta(days=2)))
    again = town.act("交办员", MORNING + timedelta(days=2, hours=1))
    said = {"reason": "citizen", "explanation": "等照片"}
    with pytest.raises(Refused, match="最晚到11月25日"):
        pausing.pause(case, again, **said, expected_on=date(2026, 11, 26))
    case = pausing.pause(case, again, **said, expected_on=date(2026, 11, 25))
    case = pausing.resume(case, town.act("交办员", MORNING + timedelta(days=7)))
    with pytest.raises(Refused, match="已经用完"):
        pausing.pause(case, town.act("交办员", MORNING + timedelta(days=7)), **said, expected_on=date(2026, 11, 26))
    paused_for_a_test = town.act("交办员", MORNING + timedelta(days=7))
    assert (
        pausing.pause(
            case, paused_for_a_test, reason="expertise", explanation="送检", expected_on=FRIDAY, waited=TESTED
        ).state
        == "paused"
    )


def test_every_reason_to_pause_is_explained_to_the_public():
    assert set(reasons("pause")) == set(PauseReason.values)
    named = {name for reason in reasons("pause").values() for name in reason.requires}
    assert named <= {"expected_date", *(f.name for f in fields(pausing.Waited))}


def test_internal_approval_is_no_reason_to_pause(town):
    with pytest.raises(Refused, match="四种情形"):
        pausing.pause(
            town.handling(),
            town.act("交办员"),
            reason="internal_approval",
            explanation="等领导签字",
            expected_on=FRIDAY,
        )


def test_pause_moves_the_answer_due_time_by_its_length(town):
    case = town.handling()
    due = case.answer_due_at
    paused(town, case)
    case = pausing.resume(case, town.act("交办员", MORNING + timedelta(days=2)))
    assert case.answer_due_at == due + timedelta(days=2)


def test_extension_is_given_once_and_in_time(town):
    case = town.handling(kind="complaint")
    to = (case.answer_due_at + timedelta(days=3)).date()
    case = town.published(case, kind="extension", extended_to=to, public_reason="需要等待第三方检测报告")
    assert case.answer_due_at.date() == to
    with pytest.raises(Refused, match="已经延期过一次"):
        town.reviewed(case, kind="extension", extended_to=to + timedelta(days=1), public_reason="还没有好")


def test_extension_after_the_notice_time_is_refused_with_the_rule(town):
    case = town.handling(kind="complaint")
    late = case.answer_due_at - timedelta(hours=2)
    to = (case.answer_due_at + timedelta(days=3)).date()
    with pytest.raises(Refused, match="届满1个工作日前"):
        town.reviewed(case, kind="extension", at=late, extended_to=to, public_reason="来不及了")


def test_acknowledgement_is_no_reply(town):
    case = town.published(town.handling(), kind="ack", body="您的留言已收到，我们已转工程科办理，请您放心等待回音。")
    assert (case.first_reply_at, case.state) == (None, State.HANDLING)


def test_withdrawn_case_leaves_public_and_every_queue(town):
    case = town.handling()
    reply = town.drafted(case)
    case = withdrawing.withdraw(case, town.act("小满"))
    assert (case.state, case.public_at, case.due_at) == (State.WITHDRAWN, None, None)
    assert Reply.objects.get(pk=reply.pk).state == "discarded"
    assert not Assignment.objects.filter(case=case, state__in=["offered", "accepted"]).exists()


def test_supplement_brings_a_waiting_message_back_to_review(town):
    case = town.submit()
    reviewing.take(case, town.act("审核员"))
    case = reviewing.ask_supplement(case, town.act("审核员"), question="请说明是哪一栋楼")
    supplementing.supplement(case, "是3栋和5栋，六楼以上都没水。", town.act("小满"))
    assert fresh(case).state == State.SUBMITTED


def test_same_form_sent_twice_is_one_case(town):
    first = town.submit(form_token="form-twice")
    second = town.submit(form_token="form-twice")
    assert first.pk == second.pk


@pytest.mark.parametrize("step", [Step.APPROVE, Step.REJECT, Step.DIVERT])
def test_nobody_decides_on_a_message_they_have_not_taken(town, step):
    case = town.submit()
    reviewing.take(case, town.act("审核员"))
    with pytest.raises(Refused, match="先领取"):
        if step == Step.APPROVE:
            reviewing.approve(case, town.act("另一审核员"), title=case.title, body=case.body)
        else:
            reviewing.decline(case, town.act("另一审核员"), code="spam_ad" if step == Step.REJECT else "emergency_110")
