"""A person decides: agreement and correction are kept with who, when and why, and pages start from them."""

import pytest
from tests.cast import MORNING, fresh

from huixiang.jobs.delivering import deliver
from huixiang.moderation.actions import reviewing
from huixiang.triage.choices import Question
from huixiang.triage.models import Decision, Suggestion

STOPPED = "小区停水三天了，老人没有水喝"
BODY = "我们小区自来水停水三天，供水公司一直不来修，请尽快恢复供水。"


@pytest.fixture
def taken(town):
    case = town.submit(title=STOPPED, body=BODY)
    deliver(at=MORNING)
    reviewing.take(case, town.act("审核员", role="平台审核员"))
    return fresh(case)


def approve(browser, case, **form):
    given = {
        "do": "approve", "seen": case.event_count, "title": case.title, "body": case.body,
        "topic": "housing.water", "urgency": "urgent", "region": case.region_id, **form,
    }  # fmt: skip
    return browser.post(f"/desk/review/{case.number}/", given)


def decision(case, question):
    return Decision.objects.get(case=case, question=question)


def test_the_page_shows_suggestions_with_confidence_and_reasons(town, desk, taken):
    page = desk("审核员").get(f"/desk/review/{taken.number}/").content.decode()
    assert "系统建议，由您决定" in page
    assert "把握" in page
    assert "提到“停水”" in page
    assert "岳麓清泉供水有限公司" in page
    assert 'data-shortcut="y"' in page
    assert '<option value="housing.water" selected>' in page


def test_agreeing_is_kept_with_who_and_when(town, desk, taken):
    approve(desk("审核员"), taken)
    kept = decision(taken, Question.TOPIC)
    assert (kept.is_agreed, kept.by, kept.role) == (True, town.people["审核员"], "平台审核员")
    assert fresh(taken).lane == "urgent"


def test_a_correction_is_kept_with_old_new_and_reason(town, desk, taken):
    approve(desk("审核员"), taken, topic="housing.property", triage_reason="是物业的水泵坏了")
    kept = decision(taken, Question.TOPIC)
    assert (kept.suggested, kept.chosen, kept.is_agreed) == ("housing.water", "housing.property", False)
    assert kept.reason == "是物业的水泵坏了"
    assert fresh(taken).topic_id == "housing.property"


def test_the_place_can_be_put_right_at_review(town, desk, taken):
    approve(desk("审核员"), taken, region="430104001")
    assert fresh(taken).region_id == "430104001"
    assert fresh(taken).events.get(step="approve").data["region_before"] == "430104"


def test_a_refused_approval_keeps_no_decision(town, desk, taken):
    approve(desk("审核员"), taken, seen=0)
    assert not Decision.objects.exists()


def test_nothing_is_chosen_beforehand_for_a_report(town, desk):
    case = town.submit(kind="report", title=STOPPED, body=BODY)
    deliver(at=MORNING)
    reviewing.take(case, town.act("审核员", role="平台审核员"))
    page = desk("审核员").get(f"/desk/review/{case.number}/").content.decode()
    assert '<option value="housing.water" selected>' not in page
    assert "举报件不会预先选好" in page
    assert "data-suggested" not in page
    act = town.act("审核员", role="平台审核员")
    reviewing.approve(fresh(case), act, title=case.title, body=case.body, accused=[town.units["供水公司"]])
    page = desk("交办员").get(f"/desk/cases/{case.number}/").content.decode()
    assert "举报件不会预先选好" in page
    assert f'<option value="{town.units["住建局"].pk}" selected>' not in page


def test_the_accused_unit_is_never_suggested(town, desk):
    case = town.submit(kind="report", title=STOPPED, body=BODY)
    deliver(at=MORNING)
    act = town.act("审核员", role="平台审核员")
    reviewing.take(case, act)
    reviewing.approve(fresh(case), act, title=case.title, body=case.body, accused=[town.units["供水公司"]])
    page = desk("交办员").get(f"/desk/cases/{case.number}/").content.decode()
    assert f'data-value="{town.units["供水公司"].pk}"' not in page


def test_assigning_to_another_unit_is_kept_as_a_correction(town, desk, taken):
    approve(desk("审核员"), taken)
    case = fresh(taken)
    page = desk("交办员").get(f"/desk/cases/{case.number}/").content.decode()
    assert f'data-value="{town.units["供水公司"].pk}"' in page
    given = {
        "seen": case.event_count, "unit": town.units["住建局"].pk, "topic": "housing.water",
        "triage_reason": "管网是小区的",
    }  # fmt: skip
    answer = desk("交办员").post(f"/desk/cases/{case.number}/assign/", given)
    assert answer.status_code == 302
    kept = decision(case, Question.UNIT)
    assert kept.chosen == str(town.units["住建局"].pk)
    assert (kept.suggested_label, kept.is_agreed, kept.reason) == ("岳麓清泉供水有限公司", False, "管网是小区的")


def test_what_presses_stands_before_what_is_due_sooner(town, desk):
    calm = town.submit(title="公园开放时间", body="请问公园几点开门？", at=MORNING.replace(hour=7))
    pressing = town.submit(title=STOPPED, body=BODY)
    deliver(at=MORNING)
    page = desk("审核员").get("/desk/review/").content.decode()
    assert page.index(pressing.number) < page.index(calm.number)
    only = desk("审核员").get("/desk/review/?only=pressing").content.decode()
    assert pressing.number in only
    assert calm.number not in only


def test_what_the_machine_is_unsure_of_waits_in_a_queue_until_a_person_says(town, desk):
    case = town.submit(title="您好您好", body="谢谢谢谢，有个事情想问一下。")
    deliver(at=MORNING)
    assert not Suggestion.objects.get(case=case, question="topic").is_sure
    browser = desk("审核员")
    assert case.number in browser.get("/desk/triage/?question=topic").content.decode()
    browser.post(
        f"/desk/triage/{case.number}/decide/", {"question": "topic", "value": "labour.wages", "reason": "问工资"}
    )
    kept = decision(case, Question.TOPIC)
    assert (kept.chosen_label, kept.reason, kept.by) == ("劳动和社会保障 › 欠薪", "问工资", town.people["审核员"])
    browser.get("/desk/triage/")  # tells what was done
    assert case.number not in browser.get("/desk/triage/?question=topic").content.decode()
    reviewing.take(case, town.act("审核员", role="平台审核员"))
    page = browser.get(f"/desk/review/{case.number}/").content.decode()
    assert '<option value="labour.wages" selected>' in page


@pytest.mark.parametrize("value", ["", "nothing", "<script>"])
def test_an_answer_that_does_not_exist_changes_nothing(town, desk, value):
    case = town.submit(title="您好您好", body="谢谢谢谢")
    deliver(at=MORNING)
    desk("审核员").post(f"/desk/triage/{case.number}/decide/", {"question": "topic", "value": value})
    assert not Decision.objects.exists()


def test_saying_the_same_again_is_no_news(town, desk):
    case = town.submit(title="您好您好", body="谢谢谢谢")
    deliver(at=MORNING)
    for _ in range(2):
        desk("审核员").post(f"/desk/triage/{case.number}/decide/", {"question": "topic", "value": "labour.wages"})
    assert Decision.objects.count() == 1


def test_the_way_back_stays_on_the_desk(town, desk):
    case = town.submit(title="您好您好", body="谢谢谢谢")
    deliver(at=MORNING)
    given = {"question": "topic", "value": "labour.wages", "back": "https://example.org/"}
    answer = desk("审核员").post(f"/desk/triage/{case.number}/decide/", given)
    assert answer.headers["Location"] == "/desk/triage/"
