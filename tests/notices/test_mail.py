"""Mails, handed to a real mail server on loopback that accepts, refuses, greylists, hangs or goes away."""

import email
import email.policy
from datetime import timedelta

import pytest
from tests.cast import MORNING

from huixiang.notices.actions import telling
from huixiang.notices.actions.sending import LEASE
from huixiang.notices.channels import GatewayDown
from huixiang.notices.channels import email as channel
from huixiang.notices.models import Notice

MINUTE = timedelta(minutes=1)
WORD = telling.Word("新的交办件，请签收", "“水压太低”（HX1）", "/desk/cases/HX1/")


@pytest.fixture
def notice(town, mail, monkeypatch):
    monkeypatch.setattr(channel, "TIMEOUT_SECONDS", 0.3)
    worker = town.people["承办人"]
    worker.email = "worker@example.org"
    worker.save(update_fields=["email"])
    telling.tell_people([worker], WORD, key="event:1", at=MORNING)
    return Notice.objects.get(channel="email")


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_mail_says_all_and_where_to_read_on(notice, mail):
    assert telling.send_due(at=MORNING) == 1
    [said] = map(parsed, mail.got)
    assert (said["To"], said["Subject"]) == ("worker@example.org", "【回响】新的交办件，请签收")
    assert said.get_content().strip().endswith("“水压太低”（HX1）\nhttps://huixiang.example/desk/cases/HX1/")


def test_refused_recipient_is_given_up_at_once_and_listed(notice, mail):
    mail.rcpt = "550 no such user"
    assert telling.send_due(at=MORNING) == 0
    [dead] = telling.dead()
    assert dead.pk == notice.pk and dead.tries == 1 and "550" in dead.last_error
    assert telling.send_due(at=MORNING + timedelta(days=1)) == 0


def test_greylisted_mail_goes_out_at_the_next_try_and_is_no_repeat(notice, mail):
    mail.rcpt = "451 try again"
    assert telling.send_due(at=MORNING) == 0
    mail.rcpt = "250 ok"
    assert telling.send_due(at=MORNING + MINUTE) == 1
    assert "可能重复" not in parsed(mail.got[0]).get_content()


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "RCPT"])
def test_server_that_hangs_before_the_text_has_surely_not_sent_it(notice, mail, verb):
    mail.stall_at = verb
    assert telling.send_due(at=MORNING) == 0
    mail.stall_at = ""
    assert telling.send_due(at=MORNING + MINUTE) == 1
    assert "可能重复" not in parsed(mail.got[0]).get_content()


@pytest.mark.parametrize("how", ["hangs", "drops"])
def test_mail_that_may_have_gone_out_is_sent_once_more_and_says_so(notice, mail, how):
    mail.stall_at, mail.drops_after_text = ("TEXT", False) if how == "hangs" else ("", True)
    telling.send_due(at=MORNING)
    telling.send_due(at=MORNING + LEASE)
    for day in range(1, 4):
        telling.send_due(at=MORNING + timedelta(days=day))
    first, second = map(parsed, mail.got)
    assert "可能重复，如已收到请忽略" not in first.get_content()
    assert "可能重复，如已收到请忽略" in second.get_content()
    assert first["Message-ID"] == second["Message-ID"]
    assert [n.pk for n in telling.dead()] == [notice.pk], "then a person decides"


def test_password_is_never_sent_to_a_server_without_tls(notice, mail, settings):
    settings.SMTP = {**settings.SMTP, "user": "u", "password": "p", "tls": True}
    with pytest.raises(GatewayDown):
        channel.send(notice)
    assert "AUTH" not in mail.verbs


def test_signs_in_where_the_setting_names_a_user(notice, mail, settings):
    settings.SMTP = {**settings.SMTP, "user": "u", "password": "p"}
    assert telling.send_due(at=MORNING) == 1
    assert "AUTH" in mail.verbs


@pytest.mark.parametrize("address", ["两只老虎@example.org", "nobody", "a@b c"])
def test_what_is_no_address_is_given_up(notice, mail, town, address):
    worker = town.people["承办人"]
    worker.email = address
    worker.save(update_fields=["email"])
    telling.send_due(at=MORNING)
    assert telling.dead() and not mail.got


def test_without_a_mail_server_no_mail_is_recorded(town, settings):
    settings.SMTP = None
    worker = town.people["承办人"]
    worker.email = "worker@example.org"
    telling.tell_people([worker], WORD, key="event:1", at=MORNING)
    assert list(Notice.objects.values_list("channel", flat=True)) == ["in_app"]


def test_address_of_a_person_is_sealed(notice):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM accounts_user WHERE email <> ''")
        assert "worker" not in cursor.fetchone()[0]
