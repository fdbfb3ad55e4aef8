"""Signing in: generic words, a limit on tries, onward only to pages of this site."""

import pytest
from django.urls import reverse
from tests.cast import PASSWORD

from huixiang.accounts.actions import opening

SIGN_IN = "/desk/sign-in/"


def test_right_pair_leads_to_the_page_asked_for(client, town):
    client.get("/desk/pool/")
    answer = client.post(SIGN_IN, {"username": "承办人", "password": PASSWORD, "next": "/desk/pool/"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/pool/")


@pytest.mark.parametrize("name", ["承办人", "没有这个人"])
def test_wrong_pair_gets_the_same_words_whether_the_name_exists_or_not(client, town, name):
    answer = client.post(SIGN_IN, {"username": name, "password": "wrong"})
    assert answer.status_code == 422
    assert "登录名或密码不对" in answer.content.decode()


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_onward_address_of_another_site_is_ignored(client, town, onward):
    answer = client.post(SIGN_IN, {"username": "承办人", "password": PASSWORD, "next": onward})
    assert answer["Location"] == reverse("desk:inbox")


def test_too_many_tries_have_to_wait_even_with_the_right_password(client, town):
    for _ in range(5):
        client.post(SIGN_IN, {"username": "承办人", "password": "wrong"})
    answer = client.post(SIGN_IN, {"username": "承办人", "password": PASSWORD})
    assert answer.status_code == 429
    assert "分钟后再试" in answer.content.decode()


def test_citizen_cannot_enter_the_desk(client, town):
    client.force_login(town.people["小满"])
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(SIGN_IN)


def test_stranger_is_sent_to_sign_in_and_the_desk_is_never_cached(client, town):
    answer = client.get("/desk/pool/?page=2")
    assert answer["Location"] == f"{SIGN_IN}?next=%2Fdesk%2Fpool%2F%3Fpage%3D2"
    assert "no-store" in answer["Cache-Control"]


def test_expired_session_tells_a_script_instead_of_leading_it_away(client, town):
    assert client.post("/desk/password/", headers={"HX-Request": "true"}).status_code == 401


def test_new_password_needs_the_old_one_and_a_fit_new_one(client, town):
    client.force_login(town.people["承办人"])
    answer = client.post("/desk/password/", {"old": "wrong", "new": "123", "again": "124"})
    told = answer.content.decode()
    assert answer.status_code == 422
    assert "现在的密码不对" in told
    assert "两次写的新密码不一样" in told


def test_changed_password_works_and_this_session_goes_on(client, town):
    client.force_login(town.people["承办人"])
    new = "another long password"
    assert client.post("/desk/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert client.get("/desk/").status_code == 200
    town.people["承办人"].refresh_from_db()
    assert town.people["承办人"].check_password(new)


def test_password_that_another_person_knows_opens_nothing_but_its_own_change(client, town):
    given = opening.renew_password(town.people["承办人"], by=town.people["安全管理员"])
    client.post("/desk/sign-in/", {"username": town.people["承办人"].username, "password": given})
    for address in ("/desk/", "/desk/search/"):
        assert client.get(address).url == "/desk/password/"
    assert client.get("/desk/", headers={"HX-Request": "true"})["HX-Redirect"] == "/desk/password/"
    assert "密码是别人给的" in client.get("/desk/password/").content.decode()
    same = client.post("/desk/password/", {"old": given, "new": given, "again": given})
    assert same.status_code == 422 and "和现在的一样" in same.content.decode()
    own = "only mine to know"
    assert client.post("/desk/password/", {"old": given, "new": own, "again": own}).url == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_sign_out_needs_a_post_and_ends_the_session(client, town):
    client.force_login(town.people["承办人"])
    assert client.get("/desk/sign-out/").status_code == 405
    client.post("/desk/sign-out/")
    assert client.get("/desk/").status_code == 302
