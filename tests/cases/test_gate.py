"""The gate: what it finds is kept, what is grave holds a reply back, and two people may let it pass."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.cast import MORNING, fresh

from huixiang.cases import gate
from huixiang.cases.actions import learning, overriding, publishing, replying
from huixiang.cases.gate_choices import CheckMoment, OverrideState
from huixiang.cases.gate_guards import Lessons
from huixiang.cases.models import CaseEvent, GateOverride, ReefFinding, Reply, ReplyCheck
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import Step

pytestmark = pytest.mark.gate

EMPTY = "您好，您反映的问题已转有关部门处理，请耐心等待。感谢您的理解与支持。"
GOOD = (
    "您好，六楼以上早晚没有水，老人孩子提水上楼，是我们没有管好。11月17日下午，我局物业科和供水公司到小区检查，"
    "查明是二次加压泵的电机烧坏，由物业公司负责更换。新泵11月17日晚装好，六楼实测水压0.28兆帕。"
    "今后由物业公司每月5日检查水泵，我局物业科每季度抽查一次。有问题请打物业科电话。"
)
LESSONS = Lessons("电机老化，物业没有按期检查", "物业公司工程部", "11月17日换泵并验收", "每月5日检查，局里每季度抽查")


def waiting(town, body, *, kind="help", **rest):
    return town.reviewed(town.handling(kind=kind), body=body, **rest)


def codes(reply):
    return set(reply.checks.first().findings.values_list("code", flat=True))


def test_empty_reply_is_held_with_its_words_and_the_cure(town):
    reply = waiting(town, EMPTY)
    with pytest.raises(gate.Held) as held:
        publishing.publish(reply, town.act("质检员"))
    assert any(f.span and f.span in EMPTY and f.span in held.value.message for f in held.value.faults)
    assert held.value.faults[0].cure in held.value.message
    reply.refresh_from_db()
    assert reply.state == "quality"


def test_good_reply_goes_out_and_leaves_two_clean_checks(town):
    reply = waiting(town, GOOD)
    assert publishing.publish(reply, town.act("质检员")).state == "awaiting_rating"
    checks = ReplyCheck.objects.filter(reply=reply).order_by("pk")
    assert [(c.moment, c.is_held) for c in checks] == [(CheckMoment.REVIEW, False), (CheckMoment.PUBLICATION, False)]
    assert not ReefFinding.objects.filter(reply=reply, severity=2).exists()


def test_finding_shows_its_exact_place_in_the_checked_text(town):
    reply = waiting(town, EMPTY)
    found = list(reply.findings.exclude(span=""))
    assert found
    assert all(reply.body[f.start : f.end] == f.span for f in found)
    assert all(f.span or f.absence for f in reply.findings.all())


def test_override_needs_a_second_person_and_then_the_reply_goes_out(town):
    reply = waiting(town, EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason="今天先告知已经受理，结果明天另发")
    with pytest.raises(gate.Held):
        publishing.publish(reply, town.act("质检员"))
    with pytest.raises(Refused, match="不能自己批准"):
        overriding.decide(override, town.act("承办人"), is_granted=True)
    overriding.decide(override, town.act("负责人"), is_granted=True)
    case = publishing.publish(reply, town.act("质检员"))
    steps = list(CaseEvent.objects.filter(case=case).order_by("seq").values_list("step", flat=True))
    assert steps[-3:] == [Step.ASK_OVERRIDE, Step.GRANT_OVERRIDE, Step.CONCLUDE]
    assert case.events.last().data["override"] == override.pk


def test_author_does_not_approve_what_another_asked_for(town):
    reply = waiting(town, EMPTY)
    override = overriding.ask(reply, town.act("审核人"), reason="情况紧急，先发布再补充细节")
    with pytest.raises(Refused, match="拟稿人"):
        overriding.decide(override, town.act("承办人"), is_granted=True)


def test_refused_override_holds_and_says_why(town):
    reply = waiting(town, EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason="领导要求今天必须发出去")
    with pytest.raises(Refused, match="意见"):
        overriding.decide(override, town.act("负责人"), is_granted=False)
    overriding.decide(override, town.act("负责人"), is_granted=False, note="内容太空，请改写")
    with pytest.raises(gate.Held):
        publishing.publish(reply, town.act("质检员"))
    overriding.ask(reply, town.act("承办人"), reason="已补充说明，再次申请放行")


def test_changed_text_leaves_the_override_behind(town):
    reply = waiting(town, EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason="今天先告知已经受理，结果明天另发")
    overriding.decide(override, town.act("负责人"), is_granted=True)
    back = replying.return_reply(reply, town.act("质检员"), note="请改写")
    details = replying.Details(claimed_resolution="resolved")
    replying.save(back, town.act("承办人"), body=EMPTY + "谢谢。", details=details, seen_version=back.version)
    override.refresh_from_db()
    assert override.state == OverrideState.LAPSED


def test_override_is_not_asked_for_a_good_reply(town):
    with pytest.raises(Refused, match="不需要放行"):
        overriding.ask(waiting(town, GOOD), town.act("承办人"), reason="以防万一先申请一个放行")


def test_database_refuses_one_person_as_asker_and_approver(town):
    override = overriding.ask(waiting(town, EMPTY), town.act("承办人"), reason="今天先告知已经受理，明天另发")
    with pytest.raises(IntegrityError), transaction.atomic():
        GateOverride.objects.filter(pk=override.pk).update(
            decided_by=town.people["承办人"], decided_at=MORNING, state=OverrideState.APPROVED
        )


def test_second_open_override_is_refused(town):
    reply = waiting(town, EMPTY)
    overriding.ask(reply, town.act("承办人"), reason="今天先告知已经受理，结果明天另发")
    with pytest.raises(Refused, match="已经有一个"):
        overriding.ask(reply, town.act("审核人"), reason="我也觉得应该今天先发出去")


def test_complaint_is_not_concluded_without_the_four_lessons(town):
    reply = waiting(town, GOOD, kind="complaint")
    with pytest.raises(gate.Held, match="四不放过"):
        publishing.publish(reply, town.act("质检员"))
    back = replying.return_reply(reply, town.act("质检员"), note="补四不放过")
    learning.write_down(back, LESSONS, town.act("承办人"))
    sent = replying.send_to_review(back, town.act("承办人"))
    passed = replying.pass_review(sent, town.act("审核人"))
    assert publishing.publish(passed, town.act("质检员")).state == "awaiting_rating"


def test_lesson_that_does_not_apply_is_let_pass_one_level_up(town):
    draft = town.drafted(town.handling(kind="complaint"), body=GOOD)
    waived = Lessons("电机老化", "没有责任人，设备正常老化", "已换泵", "每月检查", ("responsible_person",))
    learning.write_down(draft, waived, town.act("承办人"))
    override = overriding.ask(draft, town.act("承办人"), reason="设备正常老化，没有人应当追责")
    assert override.needs_superior
    assert override.codes == ["four_lessons"]


def test_lesson_waived_without_a_reason_is_still_missing(town):
    draft = town.drafted(town.handling(kind="complaint"), body=GOOD)
    learning.write_down(draft, Lessons("", "物业", "已换泵", "每月检查", ("cause",)), town.act("承办人"))
    assert "还没有写原因" in "".join(f.why for f in gate.look(draft, at=MORNING).grave)


def test_first_word_may_not_claim_completion_or_deny(town):
    body = "您好，您反映的情况不属实，我局已全部整改到位，水压完全正常，请您放心，明天再回复您。"
    reply = town.reviewed(town.handling(), kind="initial", body=body)
    with pytest.raises(gate.Held):
        publishing.publish(reply, town.act("质检员"))
    assert {"rash_denial", "hasty_promise"} <= codes(reply)


def test_first_word_with_a_day_for_the_next_one_goes_out(town):
    body = "您好，六楼没有水，老人提水上楼很辛苦。我局物业科今天14点到小区查水泵，先请物业接临时泵供水。"
    reply = town.reviewed(town.handling(), kind="initial", body=body)
    assert publishing.publish(reply, town.act("质检员")).state == "handling"


def test_urgent_first_word_is_held_as_well(town):
    case = town.handling()
    case.lane = "urgent"
    case.save(update_fields=["lane"])
    reply = town.drafted(
        case, kind="initial", body="您反映的情况不属实，不存在停水问题，我局已全部整改到位，请您放心。"
    )
    with pytest.raises(gate.Held):
        publishing.publish_first(reply, town.act("承办人"))


def test_story_from_before_the_gate_is_kept_but_not_held(town):
    reply = waiting(town, EMPTY)
    publishing.publish(reply, town.act("质检员"), is_history=True)
    assert reply.checks.first().is_held
    assert fresh(reply.case).state == "awaiting_rating"


def test_reply_that_only_repeats_the_earlier_one_is_held(town):
    case = town.handling()
    first = town.reviewed(case, kind="progress", body=GOOD)
    publishing.publish(first, town.act("质检员"), is_history=True)
    again = town.reviewed(fresh(case), body=GOOD, at=MORNING + timedelta(days=1))
    assert "repeated" in codes(again)
    with pytest.raises(gate.Held, match="几乎一样"):
        publishing.publish(again, town.act("质检员", MORNING + timedelta(days=1)))


def test_reply_copied_from_another_matter_is_held_and_names_it(town):
    first = publishing.publish(waiting(town, GOOD), town.act("质检员"), is_history=True)
    other = town.handling(
        title="公交站牌倒在路边没人管", body="望月湖路口的公交站牌倒了半个月，晚上看不见，谁来扶起来？"
    )
    reply = town.reviewed(other, body=GOOD)
    finding = reply.findings.get(code="copied")
    assert (finding.severity, finding.other_reply.case) == (2, first)


def test_same_answer_to_the_same_question_is_no_copy(town):
    publishing.publish(waiting(town, GOOD), town.act("质检员"), is_history=True)
    assert "copied" not in codes(waiting(town, GOOD))


def test_contradiction_within_a_case_is_held_until_it_is_explained(town):
    case = town.handling()
    said = town.reviewed(case, kind="progress", body="您好，11月17日查明小区二次加压泵已修复，六楼实测水压0.28兆帕。")
    publishing.publish(said, town.act("质检员"), is_history=True)
    text = "您好，小区二次加压泵尚未修复，{}由物业公司11月25日前更换，我局物业科现场监督，当天公布水压。"
    reply = town.reviewed(fresh(case), kind="progress", body=text.format("配件还在路上，"))
    finding = reply.findings.get(code="contradiction")
    assert (finding.severity, finding.other_reply) == (2, said)
    explained = Reply(case=case, unit=reply.unit, kind="progress", body=text.format("上次答复写错了，"))
    assert "contradiction" not in {f.code for f in gate.look(explained, at=MORNING).faults}


def test_progress_since_the_earlier_reply_is_no_contradiction(town):
    case = town.handling()
    said = town.reviewed(case, kind="progress", body="您好，小区二次加压泵尚未修复，由物业公司11月25日前更换。")
    publishing.publish(said, town.act("质检员"), is_history=True)
    later = Reply(case=case, unit=said.unit, kind="progress", body="您好，小区二次加压泵已修复，水压恢复正常。")
    assert "contradiction" not in {f.code for f in gate.look(later, at=MORNING).faults}


@pytest.mark.parametrize(
    ("body", "code", "span"),
    [
        ("依据《中华人民共和国小区供水压力法》第三条处理。", "unknown_law", "《中华人民共和国小区供水压力法》"),
        ("依据《中华人民共和国物权法》第七十条处理。", "unknown_law", "《中华人民共和国物权法》"),
        ("已由岳麓区住房和城乡建社局处理。", "misspelt_name", "岳麓区住房和城乡建社局"),
        ("工作人员到望岳湖街道查看。", "misspelt_name", "望岳湖街道"),
    ],
)
def test_wrong_law_or_name_is_a_warning_with_its_words(town, body, code, span):
    reply = Reply(case=town.handling(), unit=town.units["住建局"], kind="final", body=body)
    found = [f for f in gate.look(reply, at=MORNING).faults if f.code == code]
    assert [(f.span, f.severity) for f in found] == [(span, 1)]


@pytest.mark.parametrize(
    "body",
    [
        "依据《中华人民共和国民法典》《物业管理条例》和《消费者权益保护法》处理。",
        "已由岳麓区住房和城乡建设局处理，望月湖街道配合。",
        "详见《关于更换水泵的通知》和《水压检测报告》。",
    ],
)
def test_right_laws_and_names_are_left_alone(town, body):
    reply = Reply(case=town.handling(), unit=town.units["住建局"], kind="final", body=body)
    assert not {f.code for f in gate.look(reply, at=MORNING).faults} & {"unknown_law", "misspelt_name"}


@pytest.mark.parametrize(
    "body", ["", "好", "<p><b>您好</b></p>", "水" * 20_000, "|项目|金额|\n|---|---|\n|水泵|3000元|"]
)
def test_no_text_breaks_the_gate(town, body):
    reply = Reply(case=town.handling(), unit=town.units["住建局"], kind="final", body=body)
    found = gate.look(reply, at=MORNING)
    assert all(f.span == body[f.start : f.end] for f in found.faults if f.span)
    assert found.faults
