"""On the case page: clocks explained, supervision, control of a danger, lanes, and publishing by fewer hands."""

import pytest
from tests.cast import MORNING, fresh
from tests.workbench_c.conftest import HOUR

from huixiang.cases.actions import accepting, assigning, publishing, replying
from huixiang.cases.choices import Lane
from huixiang.cases.models import Reply
from huixiang.supervision import watching
from huixiang.supervision.actions import calling
from huixiang.supervision.models import SupervisionStep

WORD = "值班人员8点30分已到场拉警戒线，下午5点前告诉您怎么修。"


def post(browser, case, verb, **form):
    return browser.post(f"/desk/cases/{case.number}/{verb}/", {"seen": case.event_count, **form})


def page(browser, case):
    return browser.get(f"/desk/cases/{case.number}/")


@pytest.fixture
def urgent(town):
    case = assigning.assign(town.approved(urgency="critical"), town.units["住建局"], town.act("交办员"))
    return accepting.accept(case, town.act("承办人", unit="住建局"))


def test_every_clock_shows_its_light_and_how_it_was_computed(town, desk):
    answer = page(desk("承办人"), town.handling())
    lines = {line.label: line for line in answer.context["running_clocks"]}
    assert {"首次回应", "正式答复"} <= set(lines) and lines["正式答复"].light == "green"
    words = answer.content.decode()
    assert "怎么算出来的" in words and "起算，时限" in words and "依据：" in words
    said = lines["正式答复"].reasons
    assert any(w.startswith("用的是湖南省的标准：") and "2015年1月1日起施行" in w for w in said)
    assert any(w.startswith("不计：") and "（周末）" in w for w in said) and any("起亮黄灯" in w for w in said)
    assert {line.label for line in answer.context["stopped_clocks"]} >= {"审核", "交办", "签收"}


def test_clocks_of_supporting_tasks_name_their_units(town, desk):
    case = town.handling(supporting=["供水公司", "区政府"])
    lines = page(desk("交办员"), case).context["running_clocks"]
    names = {town.units[name].short_name for name in ("供水公司", "区政府")}
    assert {f"协办任务（{name}）" for name in names} <= {line.label for line in lines}


def test_supervision_is_shown_to_the_unit_and_oversight_with_what_they_may_do(desk, late):
    case = late()
    unit, office = page(desk("承办人"), case).content.decode(), page(desk("督办员"), case).content.decode()
    assert "书面督办" in unit and "书面督办" in office
    assert f"/desk/supervision/cases/{case.number}/order/" in office and "发督办函" not in unit


def test_call_from_the_case_page_keeps_its_words_when_refused(desk, late):
    case = late()
    answer = post(desk("督办员"), case, "call", spoken_with="值班室老王", answer="")
    assert answer.status_code == 422 and "值班室老王" in answer.content.decode()
    post(desk("督办员"), case, "call", spoken_with="值班室老王", answer="明早到场")
    assert SupervisionStep.objects.get(case=case, means="phone").spoken_with == "值班室老王"
    assert post(desk("领导"), fresh(case), "call", spoken_with="甲", answer="乙").status_code == 403


@pytest.mark.parametrize("who", ["承办人", "督办员"])
def test_logged_control_stops_the_safety_clock(desk, urgent, who):
    browser = desk(who)
    assert "隐患控制" in {line.label for line in page(browser, urgent).context["running_clocks"]}
    assert post(browser, urgent, "control", what="").status_code == 422
    assert post(browser, urgent, "control", what="17时拉好警戒线，专人值守").status_code == 302
    assert "隐患控制" not in {line.label for line in page(browser, urgent).context["running_clocks"]}
    assert "17时拉好警戒线" in page(browser, urgent).content.decode()


@pytest.mark.parametrize(("who", "status"), [("领导", 403), ("雨花承办人", 404), ("供水承办人", 404)])
def test_others_log_no_control(desk, urgent, who, status):
    assert post(desk(who), urgent, "control", what="拉警戒线").status_code == status


def test_control_is_offered_in_the_urgent_lane_alone(town, desk):
    case = town.handling()
    assert "登记控制措施" not in page(desk("承办人"), case).content.decode()
    assert post(desk("承办人"), case, "control", what="拉警戒线").status_code == 403


def test_lane_is_changed_by_oversight_and_not_by_the_unit(town, desk):
    case = town.handling()
    assert post(desk("承办人"), case, "lane", lane="urgent", reason="急").status_code == 403
    assert post(desk("督办员"), case, "lane", lane="urgent", reason="").status_code == 422
    post(desk("督办员"), case, "lane", lane="urgent", reason="墙体开裂有危险")
    answer = page(desk("督办员"), case)
    assert fresh(case).lane == "urgent" and "墙体开裂有危险" in answer.content.decode()
    assert any("转入绿色通道" in words for line in answer.context["running_clocks"] for words in line.reasons)


def save(browser, reply, **form):
    fields = {"body": WORD, "seen_version": Reply.objects.get(pk=reply.pk).version, "next_report_on": "2026-11-20"}
    return browser.post(f"/desk/replies/{reply.pk}/", {**fields, "seen": fresh(reply.case).event_count, **form})


def test_first_word_goes_out_at_once_in_the_urgent_lane_and_is_approved_by_another(town, desk, urgent):
    reply = replying.draft(urgent, town.units["住建局"], "initial", town.act("承办人", unit="住建局"))
    assert "先发布，后补审" in page(desk("承办人"), urgent).content.decode()
    assert save(desk("承办人"), reply, do="first").status_code == 302
    reply.refresh_from_db()
    assert (reply.state, reply.reviewer) == ("published", None)
    url = f"/desk/replies/{reply.pk}/approve-after/"
    assert "还没有补审" in page(desk("承办人"), urgent).content.decode()
    assert desk("承办人").post(url, {"seen": fresh(urgent).event_count}).status_code == 403
    assert desk("供水承办人").post(url, {"seen": fresh(urgent).event_count}).status_code == 404
    assert desk("审核人").post(url, {"seen": fresh(urgent).event_count}).status_code == 302
    reply.refresh_from_db()
    assert reply.reviewer == town.people["审核人"]
    assert "还没有补审" not in page(desk("承办人"), urgent).content.decode()


def test_author_who_also_reviews_cannot_approve_the_own_reply(town, desk, urgent):
    reply = replying.draft(urgent, town.units["住建局"], "initial", town.act("负责人", unit="住建局"))
    save(desk("负责人"), reply, do="first")
    answer = desk("负责人").post(f"/desk/replies/{reply.pk}/approve-after/", {"seen": fresh(urgent).event_count})
    assert answer.status_code == 422 and "不能补审自己写的" in answer.content.decode()


def test_words_are_kept_when_a_reply_may_not_go_first(town, desk):
    case = town.handling()
    reply = replying.draft(case, town.units["住建局"], "initial", town.act("承办人", unit="住建局"))
    assert "先发布，后补审" not in page(desk("承办人"), case).content.decode()
    answer = save(desk("承办人"), reply, do="first")
    assert answer.status_code == 422 and WORD in answer.content.decode() and "只有绿色通道" in answer.content.decode()


def test_simple_lane_publishes_after_one_review_by_another_person(town, desk):
    case = assigning.set_lane(town.handling(kind="consult"), Lane.SIMPLE, town.act("交办员"), reason="知识库可答")
    reply = town.drafted(case, claimed_resolution="explained")
    reply = replying.send_to_review(reply, town.act("承办人"))
    url, form = f"/desk/replies/{reply.pk}/simple/", {"seen": fresh(case).event_count}
    assert "直接发布（简易通道）" in page(desk("审核人"), case).content.decode()
    assert desk("承办人").post(url, form).status_code == 403
    assert desk("审核人").post(url, form).status_code == 302
    assert fresh(case).state == "awaiting_rating"


def test_simple_review_of_a_standard_case_is_refused(town, desk):
    case = town.handling()
    reply = replying.send_to_review(town.drafted(case), town.act("承办人"))
    assert "简易通道" not in page(desk("审核人"), case).content.decode()
    answer = desk("审核人").post(f"/desk/replies/{reply.pk}/simple/", {"seen": fresh(case).event_count})
    assert answer.status_code == 422 and "只有简易通道" in answer.content.decode()


def test_case_page_needs_as_many_statements_for_many_acts(town, desk, urgent, statements):
    url = f"/desk/cases/{urgent.number}/"

    def publish(n):
        reply = town.drafted(fresh(urgent), kind="progress", at=MORNING + n * HOUR)
        publishing.publish(_passed(town, reply), town.act("质检员"))

    publish(0)
    few = statements(desk("督办员"), url)
    for n in range(1, 5):
        publish(n)
    assert statements(desk("督办员"), url) == few


def _passed(town, reply):
    return replying.pass_review(replying.send_to_review(reply, town.act("承办人")), town.act("审核人"))


def test_warnings_that_follow_one_another_are_one_line_of_the_history(town, desk, late):
    case = late()
    watching.sweep(at=case.due_at + 40 * HOUR)
    lines = page(desk("督办员"), case).context["history"]
    warned = [line for line in lines if line.title.startswith("时限提醒")]
    count = case.events.filter(step="warn").count()
    assert count > 1 and [line.title for line in warned] == [f"时限提醒（{count}次）"]
    assert warned[0].text.split("\n")[-1].endswith("首次回应临期") and "首次回应超时" in warned[0].text
    step = SupervisionStep.objects.get(case=case, means="phone")
    calling.record_call(step, town.act("督办员", case.due_at + 41 * HOUR), spoken_with="值班室", answer="马上办")
    watching.sweep(at=case.due_at + 400 * HOUR)
    titles = [line.title for line in page(desk("督办员"), case).context["history"]]
    assert sum(title.startswith("时限提醒") for title in titles) == 2
