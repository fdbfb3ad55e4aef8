"""The SMS gateway, spoken to over real HTTP on loopback, with its failures."""

from datetime import timedelta

import pytest
from tests.cast import MORNING

from huixiang.notices import channels
from huixiang.notices.actions import telling
from huixiang.notices.channels import http
from huixiang.notices.models import Notice

WORD = telling.Word("审核通过", "您的留言已通过审核。")


def test_text_reaches_the_gateway_with_token_and_key(gateway):
    channels.send_sms("13812345678", "您好", key="k1")
    assert gateway.got == [("/send", "Bearer token-1", {"to": "13812345678", "text": "您好", "key": "k1"})]


def test_refusing_gateway_is_down(gateway):
    gateway.status = 503
    with pytest.raises(channels.GatewayDown):
        channels.send_sms("13812345678", "您好", key="k1")


def test_stalling_gateway_is_down(gateway, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    gateway.stall = 1.0
    with pytest.raises(channels.GatewayDown):
        channels.send_sms("13812345678", "您好", key="k1")


def test_gateway_that_sends_us_elsewhere_is_down_and_nobody_goes_there(gateway):
    gateway.status = 302
    with pytest.raises(channels.GatewayDown):
        channels.send_sms("13812345678", "您好", key="k1")
    assert [path for path, _, _ in gateway.got] == ["/send"]


def test_without_a_gateway_nothing_pretends_to_be_sent(settings):
    settings.SMS_URL, settings.DEMO = "", False
    assert not channels.can_send_sms()
    with pytest.raises(channels.GatewayDown):
        channels.send_sms("13812345678", "您好", key="k1")


def test_failed_notice_is_tried_again_with_growing_waits_until_it_is_out(gateway, db):
    telling.tell(WORD, key="event:1", at=MORNING, phone="13812345678")
    gateway.status = 500
    assert telling.send_due(at=MORNING) == 0
    assert telling.send_due(at=MORNING + timedelta(seconds=10)) == 0
    assert len(gateway.got) == 1
    gateway.status = 200
    assert telling.send_due(at=MORNING + timedelta(seconds=31)) == 1
    notice = Notice.objects.get()
    assert (notice.tries, notice.last_error, notice.sent_at) == (2, "", MORNING + timedelta(seconds=31))


def test_dead_notice_is_listed_and_can_be_sent_again(gateway, db):
    telling.tell(WORD, key="event:1", at=MORNING, phone="13812345678")
    gateway.status, at = 500, MORNING
    for _ in range(telling.MAX_TRIES + 2):
        telling.send_due(at=at)
        at += timedelta(days=1)
    assert len(gateway.got) == telling.MAX_TRIES
    [dead] = telling.dead()
    gateway.status = 200
    telling.resend(dead, at=at)
    assert telling.send_due(at=at) == 1
    assert telling.dead() == []


def test_same_event_tells_nobody_twice(town):
    for _ in range(2):
        telling.tell(WORD, key="event:7", at=MORNING, user=town.people["小满"], phone="13812345678")
    assert Notice.objects.count() == 2


def test_phone_of_a_notice_is_sealed(db):
    from django.db import connection

    telling.tell(WORD, key="event:1", at=MORNING, phone="13812345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_phone FROM notices_notice")
        assert "13812345678" not in cursor.fetchone()[0]
