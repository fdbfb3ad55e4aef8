"""The case page: who sees what, and every act through the page with what it refuses."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import MORNING, fresh

from huixiang.cases.actions import noting, replying
from huixiang.cases.models import Assignment, CaseEvent, OriginalLook

PHONE = "13812345678"


pytestmark = pytest.mark.usefixtures("morning")


def told(response):
    return response.content.decode()


# -- who sees what ------------------------------------------------------------


@pytest.mark.parametrize("who", ["雨花承办人", "陌生人", "系统管理员", "消保委", "律师"])
def test_people_without_a_part_in_the_case_get_404(desk, town, who):
    assert desk(who).page(town.handling()).status_code == 404


@pytest.mark.parametrize("who", ["审核员", "交办员", "承办人", "审核人", "负责人", "质检员", "督办员", "领导"])
def test_people_with_a_part_in_the_case_see_it(desk, town, who):
    assert desk(who).page(town.handling()).status_code == 200


def test_page_shows_the_masked_text_and_no_contact(desk, town):
    case = town.handling(body=f"六楼没有水，请打我电话{PHONE}，谢谢。", contact_name="小满", contact_phone=PHONE)
    page = told(desk("承办人").page(case))
    assert "六楼没有水" in page
    assert PHONE not in page


def test_look_at_the_original_needs_a_purpose_is_logged_and_shown_once(desk, town):
    case = town.handling(body=f"六楼没有水，请打我电话{PHONE}，谢谢。", contact_name="小满", contact_phone=PHONE)
    worker = desk("承办人")
    url = f"/desk/cases/{case.number}/original/"
    refused = worker.post(url, purpose="")
    assert refused.status_code == 422
    assert PHONE not in told(refused)
    assert OriginalLook.objects.count() == 0
    assert PHONE in told(worker.post(url, purpose="联系留言人核实楼层"))
    look = OriginalLook.objects.get()
    assert (look.user, look.purpose) == (town.people["承办人"], "联系留言人核实楼层")
    assert PHONE not in told(worker.page(case))


def test_informer_of_a_report_stays_hidden_from_the_unit(desk, town):
    case = town.handling(
        kind="report", body="该局有人违规，我是业主小满，可以作证。", contact_name="小满", contact_phone=PHONE
    )
    worker = desk("承办人")
    page = told(worker.page(case))
    assert "查看原文" not in page
    assert town.people["小满"].display_name not in page
    assert worker.post(f"/desk/cases/{case.number}/original/", purpose="想看看是谁").status_code == 404
    assert OriginalLook.objects.count() == 0


def test_inner_steps_of_another_units_reply_are_named_without_their_words(desk, town):
    case = town.handling(supporting=["供水公司"])
    reply = replying.send_to_review(town.drafted(case), town.act("承办人"))
    replying.return_reply(reply, town.act("审核人"), note="不要提供水公司的责任")
    page = told(desk("供水承办人").page(case))
    assert "退回修改" in page
    assert "不要提供水公司的责任" not in page
    assert "不要提供水公司的责任" in told(desk("承办人").page(case))


# -- the acts --------------------------------------------------------------------


def test_assigning_gives_lead_and_helpers_their_tasks(desk, town):
    case, lead, helper = town.approved(), town.units["住建局"], town.units["供水公司"]
    page = told(desk("交办员").page(case))
    assert "权责清单" in page
    desk("交办员").act(
        case, "assign", unit=lead.pk, supporting=[helper.pk, lead.pk], task="三天内到现场", topic="housing.water"
    )
    case = fresh(case)
    assert (case.state, case.lead_unit, case.topic_id) == ("assigned", lead, "housing.water")
    assert set(Assignment.objects.values_list("unit__short_name", "role")) == {
        ("住建局", "lead"),
        ("供水公司", "supporting"),
    }
    event = CaseEvent.objects.get(case=case, step="assign")
    assert (event.actor, event.actor_role) == (town.people["交办员"], "交办员")


def test_signing_records_person_role_and_unit(desk, town):
    case = town.assigned()
    answer = desk("承办人").act(case, "accept")
    assert (answer.status_code, fresh(case).state) == (302, "handling")
    event = CaseEvent.objects.get(case=case, step="accept")
    assert (event.actor_role, event.unit) == ("承办人", town.units["住建局"])


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("accept", {}),
        ("assign", {"unit": 1}),
        ("transfer", {"unit": 1, "reason": "不是我们"}),
        ("send_back", {"reason": "不是我们"}),
        ("visibility", {"visibility": "private"}),
        ("lane", {"lane": "urgent", "reason": "急"}),
        ("reopen", {"reason": "没办好"}),
        ("pause", {"reason": "hearing", "explanation": "等听证", "expected_on": "2026-11-20"}),
    ],
)
def test_acts_of_others_are_refused_and_change_nothing(desk, town, verb, form):
    case = town.assigned()
    before = case.event_count
    answer = desk("审核人").act(case, verb, **form)
    assert answer.status_code in {403, 409}
    assert fresh(case).event_count == before


def test_words_are_kept_when_a_rule_refuses(desk, town):
    case = town.handling()
    answer = desk("交办员").act(case, "pause", reason="hearing", explanation="   ", expected_on="2026-11-20")
    assert answer.status_code == 422
    answer = desk("交办员").act(case, "transfer", unit=case.lead_unit_id, reason="理由写得很长")
    page = told(answer)
    assert answer.status_code == 422
    assert "已经由该单位主办" in page
    assert "理由写得很长" in page


def test_old_page_is_told_what_changed_and_keeps_the_words(desk, town):
    case = town.handling()
    seen = case.event_count
    noting.note(case, "已电话联系物业", town.act("负责人", role="单位负责人"))
    answer = desk("负责人").act(case, "send_back", seen=seen, reason="这件不属于本局，理由很长")
    page = told(answer)
    assert answer.status_code == 409
    assert "有这些变化" in page
    assert "已电话联系物业" in page
    assert "这件不属于本局，理由很长" in page
    assert fresh(case).state == "handling"


def test_second_press_of_sign_is_told_the_state(desk, town):
    case = town.assigned()
    worker = desk("承办人")
    worker.act(case, "accept")
    answer = worker.act(case, "accept", seen=fresh(case).event_count)
    assert answer.status_code == 409
    assert "现在是“办理中”" in told(answer)


def test_note_goes_in_even_from_an_old_page(desk, town):
    case = town.handling()
    seen = case.event_count
    noting.note(case, "甲", town.act("负责人"))
    assert desk("承办人").act(case, "note", seen=seen, text="乙说明情况").status_code == 302
    assert CaseEvent.objects.filter(case=case, step="note").count() == 2


def test_objection_is_raised_once_with_its_basis_and_decided(desk, town):
    case = town.assigned()
    head, grounds = (
        desk("负责人"),
        {"ground": "not_our_duty", "legal_basis": "区权责清单第12项", "reasons": "供水归供水公司"},
    )
    assert head.act(case, "object", **{**grounds, "legal_basis": ""}).status_code == 422
    head.act(case, "object", **grounds)
    case = fresh(case)
    assert case.state == "objected"
    page = told(desk("交办员").page(case))
    assert "区权责清单第12项" in page
    desk("交办员").act(case, "decide", verdict="overruled", decision="小区二次供水由住建局牵头")
    case = fresh(case)
    assert case.state == "assigned"
    assert "提出异议" not in told(desk("负责人").page(case)).split('id="actions"')[1].split("</section>")[0]


def test_supporting_unit_signs_and_finishes_its_own_task_only(desk, town):
    case = town.handling(supporting=["供水公司"])
    task = Assignment.objects.get(case=case, role="supporting")
    assert desk("承办人").act(case, "finish_task", task=task.pk, result="冒名").status_code in {403, 422}
    desk("供水承办人").act(case, "sign_task", task=task.pk)
    case = fresh(case)
    desk("供水承办人").act(case, "finish_task", task=task.pk, result="水压已测，正常")
    task.refresh_from_db()
    assert (task.state, task.result) == ("done", "水压已测，正常")


def test_pausing_resuming_transferring_sending_back_and_lanes(desk, town):
    case = town.handling()
    coordinator = desk("交办员")
    refused = coordinator.act(case, "pause", reason="hearing", explanation="等听证", expected_on="2020-01-01")
    assert refused.status_code == 422 and "要在今天以后" in told(refused)
    coordinator.act(case, "pause", reason="hearing", explanation="等听证", expected_on="2026-11-20")
    assert fresh(case).state == "paused"
    coordinator.act(fresh(case), "resume")
    assert fresh(case).state == "handling"
    coordinator.act(fresh(case), "lane", lane="urgent", reason="老人断水")
    assert fresh(case).lane == "urgent"
    coordinator.act(fresh(case), "transfer", unit=town.units["供水公司"].pk, reason="供水管道的事")
    assert fresh(case).lead_unit == town.units["供水公司"]


def test_merging_asks_for_a_case_one_can_see(desk, town):
    case, other = town.approved(), town.handling()
    assert desk("交办员").act(case, "merge", into="HX000000XXXXXX").status_code == 422
    desk("交办员").act(case, "merge", into=other.number)
    assert fresh(case).merged_into == other


def test_quality_desk_reopens_an_answered_case(desk, town):
    case = town.answered()
    desk("质检员").act(case, "reopen", reason="水压仍然不足")
    assert (fresh(case).state, fresh(case).round) == ("reopened", 2)


# -- claiming --------------------------------------------------------------------------


def test_first_claim_wins_and_the_second_is_told_who_has_it(desk, town):
    case = town.approved()
    seen = case.event_count
    desk("供水承办人").act(case, "claim", seen=seen, unit=town.units["供水公司"].pk)
    assert fresh(case).lead_unit == town.units["供水公司"]
    loser = desk("承办人")
    answer = loser.client.post(
        f"/desk/cases/{case.number}/claim/", {"seen": seen, "unit": town.units["住建局"].pk}, follow=True
    )
    assert "刚刚已由岳麓清泉供水有限公司认领" in told(answer)
    assert fresh(case).lead_unit == town.units["供水公司"]


def test_loser_of_a_case_that_is_not_public_learns_nothing_of_it(desk, town):
    case = town.approved(visibility="private")
    desk("供水承办人").act(case, "claim", unit=town.units["供水公司"].pk)
    same = []
    for number in (case.number, "HX000000XXXXXX"):
        answer = desk("承办人").client.post(f"/desk/cases/{number}/claim/", {"seen": 1, "unit": 1}, follow=True)
        same.append("这件留言已不在认领池里" in told(answer))
    assert same == [True, True]


def test_nobody_claims_for_a_unit_that_is_not_theirs(desk, town):
    case = town.approved()
    answer = desk("承办人").act(case, "claim", unit=town.units["供水公司"].pk)
    assert answer.status_code == 422
    assert fresh(case).lead_unit is None


# -- the picker -------------------------------------------------------------------------


def test_unit_picker_finds_by_part_of_the_name(desk, town):
    page = told(desk("交办员").get("/desk/units/", q="供水"))
    assert f'<option value="{town.units["供水公司"].pk}">' in page
    assert "没有找到" in told(desk("交办员").get("/desk/units/", q="不存在的单位"))


def test_query_count_does_not_grow_with_history(desk, town):
    case, counts = town.handling(), []
    worker = desk("承办人")
    worker.page(case)
    for more in (5, 25):
        for n in range(more):
            noting.note(case, f"备注{n}", town.act("负责人"))
        with CaptureQueriesContext(connection) as seen:
            assert worker.page(case).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_objection_after_its_limit_is_refused_in_words(desk, town, monkeypatch):
    case = town.assigned()
    monkeypatch.setattr("huixiang.units.middleware.timezone.now", lambda: MORNING + timedelta(days=5))
    answer = desk("负责人").act(case, "object", ground="not_our_duty", legal_basis="清单", reasons="不是我们")
    assert answer.status_code == 422
    assert "期限已过" in told(answer)
    assert fresh(case).state == "assigned"
