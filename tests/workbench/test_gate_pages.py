"""The gate on the desk: what writers see while they write, what reviewers see, who lets a held reply pass."""

from datetime import date

import pytest
from tests.cast import MORNING, fresh

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.actions import overriding, promising, publishing, replying
from huixiang.cases.actions.promising import Promised
from huixiang.cases.gate_choices import CommitmentState, OverrideState
from huixiang.cases.models import Commitment, FourLessons, GateOverride, Reply
from huixiang.units.access import actor_of
from huixiang.units.models import Membership
from huixiang.workbench.queues import waiting

pytestmark = [pytest.mark.gate, pytest.mark.usefixtures("morning")]

EMPTY = "您好，您反映的问题已转有关部门处理，请耐心等待。感谢您的理解与支持。"
PROMISE = "我局将于12月1日前公布水压记录"
DATED = f"您好，六楼没有水，老人提水上楼很辛苦。11月17日查明水泵电机烧坏，由物业公司负责更换。{PROMISE}。"
REASON = "今天先告知已经受理，结果明天另发"


def told(response):
    return response.content.decode()


def draft_of(town, body=EMPTY, **case):
    return town.drafted(town.handling(**case), body=body)


def filled(reply, **changes):
    return {"body": reply.body, "claimed_resolution": "resolved", "seen_version": reply.version, **changes}


def ask(browser, reply, reason=REASON):
    seen = fresh(reply.case).event_count
    return browser.post(f"/desk/replies/{reply.pk}/override/", override_reason=reason, seen=seen)


def decide(browser, override, do, note="请改写"):
    seen = fresh(override.reply.case).event_count
    return browser.post(f"/desk/overrides/{override.pk}/", do=do, override_note=note, seen=seen)


def test_writer_sees_faults_marked_words_and_the_checklist(desk, town):
    page = told(desk("承办人").page(draft_of(town).case))
    assert "文牍迟缓" in page
    assert '<mark class="gate-mark is-grave">' in page
    assert "必须改的没改好，不能发布" in page
    assert "未答" in page


def test_fragment_judges_what_is_typed_and_saves_nothing(desk, town):
    reply = draft_of(town, body=DATED)
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/gate/", **filled(reply, body=EMPTY))
    assert answer.status_code == 200
    assert "文牍迟缓" in told(answer)
    assert "<html" not in told(answer)
    assert Reply.objects.get(pk=reply.pk).body == DATED


@pytest.mark.parametrize("body", ["", "水" * 20_000, "<script>alert(1)</script>正在处理"])
def test_fragment_takes_any_text(desk, town, body):
    reply = draft_of(town)
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/gate/", **filled(reply, body=body))
    assert answer.status_code == 200
    assert "<script>" not in told(answer)


def test_typed_words_are_quoted_as_text_not_as_tags(desk, town):
    page = told(
        desk("承办人").page(draft_of(town, body="<b>您好</b>，您反映的问题已转有关部门处理，请耐心等待。").case)
    )
    assert "<b>您好" not in page


def test_without_script_the_check_button_saves_and_shows(desk, town):
    reply = draft_of(town, body=DATED)
    seen = fresh(reply.case).event_count
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply, body=EMPTY), do="check", seen=seen)
    assert answer.status_code == 302
    assert "文牍迟缓" in told(desk("承办人").page(reply.case))


def test_boxes_are_merged_into_the_text_and_not_sent_on_unread(desk, town):
    reply = draft_of(town, body="您好！")
    boxes = {
        "box_facts": "11月17日到小区查看",
        "box_empathy": "六楼没有水，辛苦您了。",
        "box_prevention": "每月检查一次",
    }
    seen = fresh(reply.case).event_count
    desk("承办人").post(f"/desk/replies/{reply.pk}/", **filled(reply), **boxes, do="send", seen=seen)
    reply.refresh_from_db()
    assert reply.state == "draft"
    assert reply.body == "您好！\n\n六楼没有水，辛苦您了。\n11月17日到小区查看。\n每月检查一次。"


def test_autosave_leaves_the_boxes_alone(desk, town):
    reply = draft_of(town, body=DATED)
    desk("承办人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply), box_facts="还在写")
    reply.refresh_from_db()
    assert reply.body == DATED


def test_found_promise_is_offered_with_its_day_and_kept_as_confirmed(desk, town):
    reply = draft_of(town, body=DATED)
    assert 'value="2026-12-01"' in told(desk("承办人").page(reply.case))
    form = {"promises": "1", "promise0_what": PROMISE, "promise0_on": "1", "promise0_due": "2026-12-02"}
    desk("承办人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply), **form)
    one = reply.commitments.get()
    assert (one.what, one.due_on, one.state) == (PROMISE, date(2026, 12, 2), CommitmentState.CONFIRMED)
    del form["promise0_on"]
    desk("承办人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply), **form)
    assert reply.commitments.get().state == CommitmentState.DECLINED


def test_promise_with_a_day_that_is_past_does_not_stop_the_saving(desk, town):
    reply = draft_of(town, body=DATED)
    form = {"promises": "1", "promise0_what": PROMISE, "promise0_on": "1", "promise0_due": "2026-11-01"}
    answer = desk("承办人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply), **form)
    assert answer.status_code == 200
    assert not Commitment.objects.exists()


def test_four_lessons_are_asked_for_with_complaints_alone(desk, town):
    assert "四不放过" not in told(desk("承办人").page(draft_of(town).case))
    reply = draft_of(town, kind="complaint", title="水泵坏了没人管")
    assert "四不放过（内部留存，不公开）" in told(desk("承办人").page(reply.case))
    said = {"lesson_cause": "电机老化", "lesson_remedy": "已换新泵", "waive_responsible_person": "on"}
    desk("承办人").post(f"/desk/replies/{reply.pk}/autosave/", **filled(reply), **said, lessons="1")
    kept = FourLessons.objects.get(reply=reply)
    assert (kept.cause, kept.remedy, kept.not_applicable) == ("电机老化", "已换新泵", ["responsible_person"])


def test_reviewer_and_inspector_see_the_findings(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    assert "文牍迟缓" in told(desk("质检员").get(f"/desk/quality/{reply.pk}/"))
    waiting = replying.send_to_review(draft_of(town), town.act("承办人"))
    assert "文牍迟缓" in told(desk("审核人").page(waiting.case))


def test_inspector_is_told_the_words_and_the_cure_when_publishing_is_refused(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    checks = ["answers", "facts", "next", "tone"]
    seen = fresh(reply.case).event_count
    answer = desk("质检员").post(f"/desk/quality/{reply.pk}/", do="publish", checks=checks, seen=seen)
    assert answer.status_code == 422
    assert "处必须改的问题，不能发布" in told(answer)
    assert "您反映的问题已转有关部门处理" in told(answer)
    assert Reply.objects.get(pk=reply.pk).state == "quality"


def test_override_is_asked_for_by_one_and_granted_by_another(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    assert ask(desk("承办人"), reply).status_code == 302
    override = GateOverride.objects.get()
    assert decide(desk("承办人"), override, "grant").status_code == 403
    assert "批准放行" in told(desk("负责人").page(reply.case))
    assert decide(desk("负责人"), override, "grant").status_code == 302
    assert publishing.publish(Reply.objects.get(pk=reply.pk), town.act("质检员")).state == "awaiting_rating"


def test_request_waits_in_the_inbox_of_those_who_may_decide_and_of_nobody_else(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason=REASON)

    def waits(who):
        found = waiting(actor_of(town.people[who], at=MORNING), MORNING)
        return bool(found.get("overrides"))

    people = ("负责人", "质检员", "承办人", "审核人", "雨花承办人", "审核员")
    assert [who for who in people if waits(who)] == ["负责人", "质检员"]
    assert "批复" in told(desk("负责人").get("/desk/"))
    overriding.decide(override, town.act("负责人"), is_granted=True)
    assert not waits("质检员")


def test_short_reason_is_refused_and_kept_on_the_page(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    answer = ask(desk("承办人"), reply, "先发")
    assert answer.status_code == 422
    assert ">先发</textarea>" in told(answer)


def test_old_page_decides_nothing(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason=REASON)
    answer = desk("负责人").post(f"/desk/overrides/{override.pk}/", do="grant", seen=1)
    assert answer.status_code == 409
    override.refresh_from_db()
    assert override.state == OverrideState.ASKED


def test_other_units_see_no_override(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason=REASON)
    assert ask(desk("雨花承办人"), reply).status_code == 404
    assert decide(desk("雨花承办人"), override, "grant").status_code == 404


def test_missing_lesson_is_let_pass_above_the_unit_alone(desk, town):
    reply = town.reviewed(town.handling(kind="complaint"), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人"), reason=REASON)
    assert decide(desk("负责人"), override, "grant").status_code == 403
    assert decide(desk("质检员"), override, "grant").status_code == 403
    head = town.people["区长办"] = User.objects.create_staff("区长办", "a long test password", "区长办")
    Membership.objects.create(user=head, role=Role.UNIT_HEAD, unit=town.units["区政府"])
    assert decide(desk("区长办"), override, "grant").status_code == 302


def test_list_of_overrides_counts_what_was_asked_and_decided(desk, town):
    reply = town.reviewed(town.handling(), body=EMPTY)
    override = overriding.ask(reply, town.act("承办人", MORNING), reason=REASON)
    page = told(desk("负责人").get("/desk/overrides/"))
    assert "待批准1件" in page
    assert "您可以决定" in page
    overriding.decide(override, town.act("负责人", MORNING), is_granted=True)
    assert "批准1件" in told(desk("质检员").get("/desk/overrides/"))
    assert desk("审核人").get("/desk/overrides/").status_code == 403


@pytest.fixture
def kept(town):
    """A published reply with one promise."""
    reply = draft_of(town, body=DATED)
    promising.confirm(reply, [Promised(PROMISE, date(2026, 12, 1))], town.act("承办人"))
    reply = replying.pass_review(replying.send_to_review(reply, town.act("承办人")), town.act("审核人"))
    publishing.publish(reply, town.act("质检员"), is_history=True)
    return Commitment.objects.get()


def test_unit_sees_its_promises_and_its_head_reports_one_kept(desk, town, kept):
    assert PROMISE in told(desk("审核人").get("/desk/commitments/"))
    assert PROMISE not in told(desk("雨花承办人").get("/desk/commitments/"))
    url, case = f"/desk/commitments/{kept.pk}/keep/", fresh(kept.case)
    form = {"evidence": "水压记录贴在公告栏，照片2张", "seen": case.event_count}
    assert desk("承办人").post(url, **form).status_code == 403
    assert desk("雨花承办人").post(url, **form).status_code == 404
    assert desk("负责人").post(url, **form).status_code == 302
    assert "按期兑现" in told(desk("负责人").get("/desk/commitments/", view="kept"))


def test_public_reads_the_promise_and_what_came_of_it(client, town, kept):
    page = client.get(f"/cases/{kept.case.number}/").content.decode()
    assert "承诺和兑现" in page
    assert "待兑现" in page
    promising.keep_one(kept, town.act("负责人"), evidence="记录已公布，联系13712345678")
    page = client.get(f"/cases/{kept.case.number}/").content.decode()
    assert "已兑现" in page
    assert "13712345678" not in page
