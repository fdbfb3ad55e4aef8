"""The quality desk: a third person reads, publishes or gives back; never a reply of their own tree."""

import pytest
from tests.cast import MORNING, fresh

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.actions import replying
from huixiang.cases.models import Reply
from huixiang.rules.lifecycle import State
from huixiang.units.models import Membership

CHECKS = ["answers", "facts", "next", "tone"]
NEIGHBOUR = "已与您的邻居王女士（电话13712345678）核实，水泵今天换好，水压恢复正常。"


@pytest.fixture
def waiting(town):
    return town.reviewed(town.handling())


def decide(browser, reply, do, **form):
    given = {"seen": fresh(reply.case).event_count, "checks": CHECKS, **form}
    return browser.post(f"/desk/quality/{reply.pk}/", {"do": do, **given})


def state_of(reply):
    return Reply.objects.get(pk=reply.pk).state


def inspector_in_the_unit(town):
    user = User.objects.create_staff("住建质检员", "a long test password", "住建质检员")
    Membership.objects.create(user=user, role=Role.QUALITY_INSPECTOR, region=town.regions["岳麓区"])
    Membership.objects.create(user=user, role=Role.THIRD_PARTY, unit=town.units["区政府"])
    town.people["住建质检员"] = user


def test_reply_stands_beside_its_message(town, desk, waiting):
    browser = desk("质检员")
    assert waiting.case.number in browser.get("/desk/quality/").content.decode()
    page = browser.get(f"/desk/quality/{waiting.pk}/").content.decode()
    assert waiting.body in page and waiting.case.body in page and "单位说的结果" in page


@pytest.mark.parametrize("who", ["审核员", "承办人", "审核人", "交办员", "督办员", "分析员", "陌生人"])
def test_only_inspectors_open_the_quality_desk(town, desk, waiting, who):
    browser = desk(who)
    assert browser.get("/desk/quality/").status_code == 403
    assert browser.get(f"/desk/quality/{waiting.pk}/").status_code == 403
    assert decide(browser, waiting, "publish").status_code == 403
    assert state_of(waiting) == "quality"


def test_inspector_of_the_units_own_tree_does_not_get_the_reply(town, desk, waiting):
    inspector_in_the_unit(town)
    browser = desk("住建质检员")
    assert waiting.case.number not in browser.get("/desk/quality/").content.decode()
    assert browser.get(f"/desk/quality/{waiting.pk}/").status_code == 404
    assert decide(browser, waiting, "publish").status_code == 404
    assert state_of(waiting) == "quality"


def test_publishing_goes_on_to_the_next_reply(town, desk, waiting):
    later = town.reviewed(town.handling(), at=MORNING)
    answer = decide(desk("质检员"), waiting, "publish")
    assert answer.headers["Location"] == f"/desk/quality/{later.pk}/"
    assert (state_of(waiting), fresh(waiting.case).state) == ("published", State.AWAITING_RATING)


def test_reply_is_not_published_with_a_point_unchecked(town, desk, waiting):
    answer = decide(desk("质检员"), waiting, "publish", checks=["answers"])
    assert answer.status_code == 422 and "还有3项没有勾选" in answer.content.decode()
    assert state_of(waiting) == "quality"


def test_personal_data_is_marked_and_needs_its_own_tick(town, desk):
    reply, browser = town.reviewed(town.handling(), body=NEIGHBOUR), desk("质检员")
    page = browser.get(f"/desk/quality/{reply.pk}/").content.decode()
    assert '<span class="found">13712345678</span>' in page and "accept_personal_data" in page
    refused = decide(browser, reply, "publish")
    assert refused.status_code == 422 and "疑似个人信息" in refused.content.decode()
    decide(browser, reply, "publish", accept_personal_data="on")
    assert state_of(reply) == "published"


def test_clean_reply_offers_no_tick_for_personal_data(town, desk, waiting):
    assert "accept_personal_data" not in desk("质检员").get(f"/desk/quality/{waiting.pk}/").content.decode()


def test_return_needs_a_note_and_tells_the_unit(town, desk, waiting):
    browser = desk("质检员")
    assert "请写明要改什么" in decide(browser, waiting, "return").content.decode()
    decide(browser, waiting, "return", note="请写明水泵哪天换好")
    assert (state_of(waiting), Reply.objects.get().returned_note) == ("draft", "请写明水泵哪天换好")


def test_returned_and_improved_reply_shows_what_changed(town, desk, waiting):
    browser = desk("质检员")
    decide(browser, waiting, "return", note="请写明日期")
    draft = Reply.objects.get()
    act = town.act("审核人")
    body = draft.body.replace("今后每月检查一次", "11月30日前全部复查")
    replying.save(draft, act, body=body, details=replying.Details(claimed_resolution="resolved"), seen_version=1)
    replying.send_to_review(draft, act)
    replying.pass_review(draft, town.act("负责人"))
    page = browser.get(f"/desk/quality/{draft.pk}/").content.decode()
    assert "<ins>" in page and "<del>" in page


def test_page_behind_the_ledger_is_told_and_its_note_kept(town, desk, waiting):
    answer = decide(desk("质检员"), waiting, "return", seen=1, note="写了很久的退回意见")
    words = answer.content.decode()
    assert answer.status_code == 409 and "写了很久的退回意见" in words and "单位审核通过" in words
    assert state_of(waiting) == "quality"


def test_published_reply_is_not_inspected_again(town, desk, waiting):
    browser = desk("质检员")
    decide(browser, waiting, "publish")
    assert "不用再质检" in browser.get(f"/desk/quality/{waiting.pk}/", follow=True).content.decode()


def test_list_reads_the_same_for_five_and_thirty(town, desk, statements):
    def more(rows):
        for _ in range(rows):
            town.reviewed(town.handling())
        return statements(browser, "/desk/quality/")

    browser = desk("质检员")
    assert more(5) == more(25)
