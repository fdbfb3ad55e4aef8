"""Codes, accounts and limits."""

from datetime import timedelta

import pytest
from tests.cast import MORNING, PASSWORD

from huixiang.accounts import throttle
from huixiang.accounts.actions import confirming, signing_in
from huixiang.accounts.models import SmsCode, User
from huixiang.notices.actions import texting

PHONE = "13812345678"


@pytest.mark.parametrize("typed", ["138 1234 5678", "+86 138-1234-5678", "１３８１２３４５６７８", "008613812345678"])
def test_phone_is_understood_as_people_type_it(typed):
    assert confirming.clean_phone(typed) == PHONE


@pytest.mark.parametrize("typed", ["", "1381234567", "12812345678", "0731-88888888", "138123456789"])
def test_other_numbers_are_refused(typed):
    with pytest.raises(confirming.BadPhone):
        confirming.clean_phone(typed)


def test_code_works_once(db):
    code = confirming.issue(PHONE, "sign-in", at=MORNING)
    confirming.check(PHONE, "sign-in", code, at=MORNING)
    with pytest.raises(confirming.WrongCode):
        confirming.check(PHONE, "sign-in", code, at=MORNING)


def test_code_is_stored_only_as_a_hash(db):
    code = confirming.issue(PHONE, "sign-in", at=MORNING)
    stored = str(SmsCode.objects.values().get())
    assert code not in stored and PHONE not in stored


def test_code_of_another_purpose_or_an_old_one_does_not_work(db):
    old = confirming.issue(PHONE, "sign-in", at=MORNING)
    new = confirming.issue(PHONE, "sign-in", at=MORNING + timedelta(minutes=1))
    for purpose, code, at in [
        ("submit", new, MORNING),
        ("sign-in", old if old != new else "x", MORNING),
        ("sign-in", new, MORNING + timedelta(minutes=12)),
    ]:
        with pytest.raises(confirming.WrongCode):
            confirming.check(PHONE, purpose, code, at=at)


def test_code_cannot_be_guessed_by_trying_on(db):
    code = confirming.issue(PHONE, "sign-in", at=MORNING)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(confirming.MAX_TRIES):
        with pytest.raises(confirming.WrongCode):
            confirming.check(PHONE, "sign-in", wrong, at=MORNING)
    with pytest.raises(confirming.WrongCode, match="次数太多"):
        confirming.check(PHONE, "sign-in", code, at=MORNING)


def test_texts_to_one_phone_are_limited(db, settings):
    settings.DEMO = True
    for n in range(throttle.SMS_PER_PHONE.tries):
        texting.text_code(PHONE, "sign-in", address=f"10.0.0.{n}", at=MORNING)
    with pytest.raises(throttle.TooMany) as refused:
        texting.text_code(PHONE, "sign-in", address="10.0.0.99", at=MORNING)
    assert "约60分钟后" in refused.value.message
    texting.text_code(PHONE, "sign-in", address="10.0.0.99", at=MORNING + timedelta(hours=2))


def test_same_phone_is_the_same_citizen(db):
    assert signing_in.citizen_of(PHONE) == signing_in.citizen_of(PHONE)
    assert User.objects.count() == 1


def test_password_guessing_locks_the_name_for_a_while(rf, db):
    User.objects.create_staff("housing", PASSWORD, "住建局")
    guess = lambda word, at: signing_in.staff_of(rf.post("/"), "housing", word, address="10.0.0.1", at=at)  # noqa: E731
    for _ in range(throttle.SIGN_IN_PER_NAME.tries):
        with pytest.raises(signing_in.BadCredentials):
            guess("wrong", MORNING)
    with pytest.raises(throttle.TooMany):
        guess(PASSWORD, MORNING)
    assert guess(PASSWORD, MORNING + timedelta(minutes=20)).username == "housing"


def test_citizen_account_has_no_password_way_in(rf, db):
    citizen = signing_in.citizen_of(PHONE)
    with pytest.raises(signing_in.BadCredentials):
        signing_in.staff_of(rf.post("/"), citizen.username, "", address="10.0.0.1", at=MORNING)
