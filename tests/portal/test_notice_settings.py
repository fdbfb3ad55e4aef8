"""A citizen's settings of notices: their own phone, a mailbox that a code confirmed, and nobody else's."""

import email
import email.policy
import re

import pytest
from django.test import Client
from tests.notices.conftest import gateway, mail

from huixiang.jobs import delivering
from huixiang.notices.actions import preferring
from huixiang.notices.models import Channel, Choice, Notice

__all__ = ["gateway", "mail"]
PAGE, MAILBOX = "/mine/settings/", "/mine/settings/mailbox/"


@pytest.fixture
def xiaoman(town):
    browser = Client()
    browser.force_login(town.people["小满"])
    return browser


def code(mail):
    text = email.message_from_bytes(mail.got[-1], policy=email.policy.default).get_content()
    return re.search(r"\d{6}", text)[0]


def test_texts_are_turned_off_and_no_text_is_queued_any_more(town, xiaoman, gateway):
    assert 'name="sms"' in xiaoman.get(PAGE).content.decode()
    xiaoman.post(PAGE, {})
    assert preferring.chosen(town.people["小满"], Channel.SMS) == Choice.OFF
    case = town.approved()
    delivering.deliver(at=case.approved_at)
    told = Notice.objects.filter(case_id=case.pk, user=town.people["小满"])
    assert set(told.values_list("channel", flat=True)) == {Channel.IN_APP}


def test_mailbox_gets_notices_once_its_code_came_back(town, xiaoman, mail):
    xiaoman.post(MAILBOX, {"address": "xiaoman@example.org"})
    case = town.approved()
    delivering.deliver(at=case.approved_at)
    assert not Notice.objects.filter(channel=Channel.EMAIL).exists()
    xiaoman.post(MAILBOX, {"address": "xiaoman@example.org", "code": code(mail)})
    later = town.approved()
    delivering.deliver(at=later.approved_at)
    assert Notice.objects.filter(channel=Channel.EMAIL, case_id=later.pk).count() == 1


def test_visitor_is_sent_to_sign_in_and_comes_back(town):
    answer = Client().get(PAGE)
    assert answer.url == f"/sign-in/?next={PAGE}"


def test_phone_is_not_changed_by_the_mailbox_form(town, xiaoman, mail):
    answer = xiaoman.post(MAILBOX, {"address": "13700000000"})
    assert answer.status_code == 422 and mail.got == []
    town.people["小满"].refresh_from_db()
    assert town.people["小满"].phone == "13812345678"
