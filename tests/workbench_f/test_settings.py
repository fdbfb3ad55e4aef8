"""The settings of notices: addresses that a code confirms, channels, group robots, standing in."""

import email
import email.policy
import re
from datetime import timedelta

import pytest
from tests.cast import MORNING

from huixiang.accounts.roles import Role
from huixiang.notices.actions import hooking, preferring
from huixiang.notices.models import Channel, Choice, Hook
from huixiang.units.access import actor_of
from huixiang.units.models import Delegation

PAGE = "/desk/notices/settings/"
DAY = timedelta(days=1)


def code_in(text):
    return re.search(r"\d{6}", text)[0]


def mail_text(mail):
    return email.message_from_bytes(mail.got[0], policy=email.policy.default).get_content()


def test_mailbox_counts_only_once_its_code_came_back(town, desk, mail):
    browser = desk("承办人")
    page = browser.post(f"{PAGE}email/", {"address": "cheng@example.org"}).content.decode()
    assert "cheng@example.org" in page
    town.people["承办人"].refresh_from_db()
    assert town.people["承办人"].email == ""
    code = code_in(mail_text(mail))
    wrong = browser.post(
        f"{PAGE}email/", {"address": "cheng@example.org", "code": "000000" if code != "000000" else "1"}
    )
    assert wrong.status_code == 422 and "验证码不对" in wrong.content.decode()
    other = browser.post(f"{PAGE}email/", {"address": "someone.else@example.org", "code": code})
    assert other.status_code == 422, "a code proves the mailbox that it was sent to and no other"
    assert browser.post(f"{PAGE}email/", {"address": "cheng@example.org", "code": code}).status_code == 302
    town.people["承办人"].refresh_from_db()
    assert town.people["承办人"].email == "cheng@example.org"


def test_staff_phone_is_confirmed_by_text_and_can_be_taken_away(town, desk, gateway):
    browser = desk("负责人")
    browser.post(f"{PAGE}sms/", {"address": "137 0000 0000"})
    assert gateway.got[0][2]["to"] == "13700000000"
    browser.post(f"{PAGE}sms/", {"address": "13700000000", "code": code_in(gateway.texts()[0])})
    town.people["负责人"].refresh_from_db()
    assert town.people["负责人"].phone == "13700000000"
    browser.post(f"{PAGE}sms/", {"do": "forget"})
    town.people["负责人"].refresh_from_db()
    assert town.people["负责人"].phone == ""


@pytest.mark.parametrize("address", ["没有邮箱", "a@b", "a b@example.org", "a@example.org, b@example.org"])
def test_what_is_no_mailbox_is_refused_with_an_example(town, desk, mail, address):
    answer = desk("承办人").post(f"{PAGE}email/", {"address": address})
    assert answer.status_code == 422 and "例如" in answer.content.decode() and mail.got == []


def test_mail_server_that_is_down_keeps_what_was_typed(town, desk, mail):
    mail.rcpt = "451 later"
    answer = desk("承办人").post(f"{PAGE}email/", {"address": "cheng@example.org"})
    assert answer.status_code == 503 and "cheng@example.org" in answer.content.decode()


def test_sixth_code_for_one_mailbox_within_the_hour_is_refused(town, desk, mail):
    answers = [desk("承办人").post(f"{PAGE}email/", {"address": "cheng@example.org"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_channels_are_kept_as_chosen(town, desk):
    desk("承办人").post(PAGE, {"sms": "off", "email": "digest"})
    assert preferring.chosen(town.people["承办人"], Channel.SMS) == Choice.OFF
    assert preferring.chosen(town.people["承办人"], Channel.EMAIL) == Choice.DIGEST
    assert desk("承办人").post(PAGE, {"sms": "digest", "email": "each"}).status_code == 422


# -- group robots ----------------------------------------------------------------------------------------------------


def hook_form(town, gateway, **other):
    return {"unit": town.units["住建局"].pk, "kind": "wecom", "url": f"{gateway.origin}/robot?key=1", **other}


def test_head_sets_the_units_robot_and_sees_a_word_arrive(town, desk, gateway):
    desk("负责人").post("/desk/notices/hooks/", hook_form(town, gateway))
    hook = Hook.objects.get(unit=town.units["住建局"])
    assert hook.sealed_url not in desk("负责人").get(PAGE).content.decode(), (
        "who has the address can write to the group"
    )
    desk("负责人").post(f"/desk/notices/hooks/{hook.pk}/try/")
    assert "群机器人已接通" in gateway.got[0][2]["text"]["content"]
    desk("负责人").post(f"/desk/notices/hooks/{hook.pk}/off/")
    hook.refresh_from_db()
    assert not hook.is_active


def test_robot_that_refuses_is_told_in_its_own_words(town, desk, gateway):
    hook = hooking.hook_up(town.units["住建局"], Channel.WECOM, url=f"{gateway.origin}/robot?key=1")
    gateway.said = {"errcode": 93000, "errmsg": "invalid webhook url"}
    page = desk("负责人").post(f"/desk/notices/hooks/{hook.pk}/try/", follow=True).content.decode()
    assert "invalid webhook url" in page


def test_address_elsewhere_is_refused_and_another_units_robot_is_out_of_reach(town, desk, gateway):
    answer = desk("负责人").post(
        "/desk/notices/hooks/", hook_form(town, gateway, url="https://elsewhere.example/robot")
    )
    assert answer.status_code == 422 and not Hook.objects.exists()
    answer = desk("负责人").post("/desk/notices/hooks/", hook_form(town, gateway, unit=town.units["供水公司"].pk))
    assert answer.status_code == 422 and not Hook.objects.exists()
    other = hooking.hook_up(town.units["供水公司"], Channel.WECOM, url=f"{gateway.origin}/robot?key=1")
    for who in ("负责人", "承办人", "系统管理员"):
        assert desk(who).post(f"/desk/notices/hooks/{other.pk}/off/").status_code == 404


# -- standing in -----------------------------------------------------------------------------------------------------


def days(first, last):
    return {
        "starts_on": (MORNING + DAY * first).date().isoformat(),
        "ends_on": (MORNING + DAY * last).date().isoformat(),
    }


def test_colleague_stands_in_from_now_until_the_end_of_the_last_day(town, desk):
    form = {"to_user": town.people["审核人"].pk, "reason": "外出学习", **days(0, 2)}
    assert desk("负责人").post("/desk/notices/deputies/", form).status_code == 302
    row = Delegation.objects.get()
    assert row.starts_at == MORNING
    for at, expected in ((MORNING, True), (row.ends_at - timedelta(seconds=1), True), (row.ends_at, False)):
        assert (Role.UNIT_HEAD in {g.role for g in actor_of(town.people["审核人"], at=at).grants}) is expected
    desk("审核人").post(f"/desk/notices/deputies/{row.pk}/end/")
    assert Role.UNIT_HEAD not in {g.role for g in actor_of(town.people["审核人"], at=MORNING + DAY).grants}


def test_too_long_an_absence_is_refused_on_the_form(town, desk):
    form = {"to_user": town.people["审核人"].pk, "reason": "外出学习", **days(0, 120)}
    answer = desk("负责人").post("/desk/notices/deputies/", form)
    assert answer.status_code == 422 and "最长90天" in answer.content.decode() and not Delegation.objects.exists()


def test_people_of_other_units_are_neither_offered_nor_taken(town, desk):
    assert "雨花承办人" not in desk("负责人").get(PAGE).content.decode()
    form = {"to_user": town.people["雨花承办人"].pk, "reason": "外出学习", **days(0, 2)}
    assert desk("负责人").post("/desk/notices/deputies/", form).status_code == 422


def test_security_administrator_arranges_it_for_somebody_who_fell_ill(town, desk):
    form = {"from_user": town.people["负责人"].pk, "to_user": town.people["审核人"].pk, "reason": "住院", **days(0, 5)}
    desk("安全管理员").post("/desk/notices/deputies/", form)
    assert Delegation.objects.get().from_user == town.people["负责人"]
    assert "审核人 代理 负责人" in desk("安全管理员").get(PAGE).content.decode()


def test_stranger_cannot_end_what_is_not_theirs(town, desk):
    form = {"to_user": town.people["审核人"].pk, "reason": "外出学习", **days(0, 2)}
    desk("负责人").post("/desk/notices/deputies/", form)
    row = Delegation.objects.get()
    assert desk("督办员").post(f"/desk/notices/deputies/{row.pk}/end/").status_code == 404
