"""Accounts and roles: the security administrator changes them, never their own, and three admins stay apart."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from huixiang.accounts.actions import opening
from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.units.access import actor_of
from huixiang.units.actions import appointing
from huixiang.units.models import Membership

PASSWORD = re.compile(r'class="code-slip-code">([a-z2-9-]{19})<')


def roles_of(user, at=None):
    return {g.role for g in actor_of(user, at=at or timezone.now()).grants}


def appoint(browser, user, role, **form):
    return browser.post(f"/desk/people/{user.pk}/appoint/", {"role": role, **form})


def test_new_account_shows_its_password_once_and_it_signs_in(town, desk):
    browser = desk("安全管理员")
    answer = browser.post("/desk/people/", {"new_username": "lihua", "display_name": "李华"})
    password = PASSWORD.search(answer.content.decode()).group(1)
    assert "no-store" in answer.headers["Cache-Control"]
    user = User.objects.get(username="lihua")
    assert user.check_password(password) and roles_of(user) == set()
    assert password not in browser.get(f"/desk/people/{user.pk}/").content.decode()
    assert Client().login(username="lihua", password=password)


@pytest.mark.parametrize(
    ("username", "name", "words"),
    [("承办人", "重名", "已经有人用了"), ("a b", "李华", "2到32个"), ("lihua", "", "请填写姓名")],
)
def test_account_is_refused_with_what_was_typed(town, desk, username, name, words):
    answer = desk("安全管理员").post("/desk/people/", {"new_username": username, "display_name": name})
    assert answer.status_code == 422
    assert words in answer.content.decode() and f'value="{username}"' in answer.content.decode()


def test_role_is_given_for_a_unit_until_a_day_and_ended(town, desk):
    browser, user = desk("安全管理员"), town.people["陌生人"]
    day = (timezone.localtime() + timedelta(days=30)).date()
    appoint(browser, user, "handler", unit="岳麓区住房和城乡建设局", ends_on=day.isoformat())
    assert roles_of(user) == {Role.HANDLER}
    assert roles_of(user, timezone.now() + timedelta(days=32)) == set()
    row = Membership.objects.get(user=user)
    browser.post(f"/desk/people/{user.pk}/roles/{row.pk}/end/", {"ends_on": ""})
    assert roles_of(user) == set()


def test_ended_role_begins_again_in_its_own_row(town, desk):
    browser, user = desk("安全管理员"), town.people["承办人"]
    row = Membership.objects.get(user=user)
    browser.post(f"/desk/people/{user.pk}/roles/{row.pk}/end/", {})
    appoint(browser, user, "handler", unit="岳麓区住房和城乡建设局")
    assert roles_of(user) == {Role.HANDLER} and Membership.objects.filter(user=user).count() == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"role": "handler"}, "要选择所在单位"),
        ({"role": "moderator"}, "要选择负责的地区"),
        ({"role": "moderator", "unit": "岳麓区住房和城乡建设局"}, "要选择负责的地区"),
        ({"role": "audit_admin", "region": "长沙市"}, "管全平台"),
        ({"role": "handler", "unit": "查无此局"}, "没有找到“查无此局”"),
        ({"role": "moderator", "region": "火星区"}, "没有找到“火星区”"),
        ({"role": "audit_admin", "ends_on": "2020-01-01"}, "截止日期要晚于今天"),
        ({"role": ""}, "请选择“角色”"),
    ],
)
def test_appointment_against_a_rule_is_refused_beside_the_field(town, desk, form, words):
    user = town.people["陌生人"]
    answer = desk("安全管理员").post(f"/desk/people/{user.pk}/appoint/", form)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert roles_of(user) == set()


def test_security_admin_gives_nothing_to_themself(town, desk):
    browser, me = desk("安全管理员"), town.people["安全管理员"]
    answer = appoint(browser, me, "moderator", region="湖南省")
    assert answer.status_code == 422 and roles_of(me) == {Role.SECURITY_ADMIN}
    row = Membership.objects.get(user=me)
    assert browser.post(f"/desk/people/{me.pk}/roles/{row.pk}/end/", {}).status_code == 422
    for do in ("renew", "close"):
        browser.post(f"/desk/people/{me.pk}/account/", {"do": do})
    me.refresh_from_db()
    assert me.is_active and me.check_password("a long test password") and roles_of(me) == {Role.SECURITY_ADMIN}


@pytest.mark.parametrize("second", ["security_admin", "audit_admin"])
def test_three_admins_exclude_each_other_even_afterwards(town, desk, second):
    browser, user = desk("安全管理员"), town.people["系统管理员"]
    assert "三员互斥" in appoint(browser, user, second).content.decode()
    row = Membership.objects.get(user=user)
    browser.post(f"/desk/people/{user.pk}/roles/{row.pk}/end/", {})
    assert "三员互斥" in appoint(browser, user, second).content.decode()
    assert roles_of(user) == set()


def test_region_is_found_as_people_say_it(town, desk):
    browser, user = desk("安全管理员"), town.people["陌生人"]
    for words in ("长沙市岳麓区", "株洲市"):
        appoint(browser, user, "moderator", region=words)
    assert actor_of(user, at=timezone.now()).regions(Role.MODERATOR) == ["430104", "4302"]


def test_closed_account_is_out_at_once_and_can_be_reopened(town, desk):
    colleague, browser = desk("承办人"), desk("安全管理员")
    user = town.people["承办人"]
    assert colleague.get("/desk/search/").status_code == 200
    browser.post(f"/desk/people/{user.pk}/account/", {"do": "close"})
    assert colleague.get("/desk/search/").status_code == 302
    browser.post(f"/desk/people/{user.pk}/account/", {"do": "reopen"})
    user.refresh_from_db()
    assert user.is_active


def test_new_password_ends_the_old_sessions(town, desk):
    colleague, user = desk("承办人"), town.people["承办人"]
    answer = desk("安全管理员").post(f"/desk/people/{user.pk}/account/", {"do": "renew"})
    user.refresh_from_db()
    assert user.check_password(PASSWORD.search(answer.content.decode()).group(1))
    assert colleague.get("/desk/search/").status_code == 302


def test_citizens_have_no_place_among_staff(town, desk):
    browser, citizen = desk("安全管理员"), town.people["小满"]
    assert browser.get(f"/desk/people/{citizen.pk}/").status_code == 404
    assert citizen.display_name not in browser.get("/desk/people/").content.decode()
    with pytest.raises(opening.NotOpened):
        opening.close(citizen, by=town.people["安全管理员"])
    with pytest.raises(appointing.NotAppointed):
        appointing.appoint(citizen, Role.AUDIT_ADMIN, by=town.people["安全管理员"], at=timezone.now())


@pytest.mark.parametrize("who", ["系统管理员", "审计管理员", "负责人", "陌生人"])
@pytest.mark.parametrize("place", ["", "appoint/", "account/"])
def test_everybody_else_is_refused(town, desk, who, place):
    user = town.people["承办人"]
    url = f"/desk/people/{user.pk}/{place}"
    browser = desk(who)
    assert (browser.post(url, {"do": "close", "role": "handler"}) if place else browser.get(url)).status_code == 403
    user.refresh_from_db()
    assert user.is_active


def test_colleagues_are_found_by_name_unit_and_role(town, desk):
    browser = desk("安全管理员")

    def names(**filters):
        return {u.display_name for u in browser.get("/desk/people/", filters).context["rows"]}

    assert names(q="供水承办") == {"供水承办人"}
    assert names(q="岳麓清泉") == {"供水承办人", "检测机构"}
    assert names(role="lawyer") == {"律师"}
    assert names(standing="closed") == set()


def test_list_reads_the_same_for_more_people(town, desk, statements):
    browser = desk("安全管理员")
    before = statements(browser, "/desk/people/")
    for n in range(20):
        user = User.objects.create_staff(f"同事{n}", "a long test password", f"同事{n}")
        Membership.objects.create(user=user, role=Role.HANDLER, unit=town.units["住建局"])
    assert statements(browser, "/desk/people/") == before
