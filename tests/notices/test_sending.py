"""Sending: quiet hours, gateways that are down, odd notices, and two senders at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from tests.cast import MORNING, build_town

from huixiang.jobs import delivering
from huixiang.notices.actions import telling
from huixiang.notices.actions.telling import About
from huixiang.notices.channels import sms
from huixiang.notices.models import Channel, Notice

HOUR = timedelta(hours=1)
NIGHT = MORNING.replace(hour=22)
WORD = telling.Word("已交办", "您的留言已交办。")
PHONES = [f"1380000000{n}" for n in range(4)]


def tell_phones(at=MORNING, phones=PHONES, **about):
    for n, phone in enumerate(phones):
        telling.tell(WORD, key=f"event:{n}", at=at, phone=phone, about=About(**about))


def sent_to(gateway):
    return [body["to"] for _, _, body in gateway.got]


@pytest.mark.parametrize(("hour", "minute"), [(22, 0), (23, 59), (0, 0), (6, 59)])
def test_citizens_are_not_texted_at_night_and_are_in_the_morning(gateway, db, hour, minute):
    at = MORNING.replace(hour=hour, minute=minute)
    tell_phones(at)
    assert telling.send_due(at=at) == 0
    opens = Notice.objects.first().next_try_at
    assert telling.send_due(at=opens - timedelta(seconds=1)) == 0
    assert telling.send_due(at=opens) == len(PHONES)
    assert (opens.astimezone(MORNING.tzinfo).hour, Notice.objects.first().tries) == (7, 1)


@pytest.mark.parametrize(("hour", "minute"), [(7, 0), (21, 59)])
def test_citizens_are_texted_by_day(gateway, db, hour, minute):
    at = MORNING.replace(hour=hour, minute=minute)
    tell_phones(at)
    assert telling.send_due(at=at) == len(PHONES)


def test_retry_does_not_slip_into_the_night(gateway, db):
    at = NIGHT - timedelta(seconds=10)
    tell_phones(at, PHONES[:1])
    gateway.status = 503
    telling.send_due(at=at)
    gateway.status = 200
    assert telling.send_due(at=NIGHT + HOUR) == 0
    assert telling.send_due(at=MORNING + timedelta(days=1)) == 1


def test_urgent_case_wakes_the_citizen(gateway, town):
    town.approved(urgency="critical", at=NIGHT)
    town.approved(urgency="normal", at=NIGHT)
    delivering.deliver(at=NIGHT)
    assert telling.send_due(at=NIGHT) == 1


def test_staff_are_texted_at_night(gateway, town):
    head = town.people["负责人"]
    head.phone = "13711111111"
    telling.tell_people([head], WORD, key="event:1", at=NIGHT, about=About(is_loud=True))
    assert telling.send_due(at=NIGHT) == 1


def test_gateway_that_is_down_is_asked_once_a_turn(gateway, db):
    tell_phones()
    gateway.status = 503
    telling.send_due(at=MORNING)
    assert len(gateway.got) == 1
    assert Notice.objects.filter(tries=0).count() == len(PHONES) - 1, "the others keep their tries"


def test_one_odd_notice_does_not_hold_up_the_others(gateway, db, monkeypatch):
    tell_phones()
    real = sms.in_one_line

    def odd(notice):
        if notice.sealed_phone == PHONES[0]:
            raise RuntimeError("a bug")
        return real(notice)

    monkeypatch.setattr(sms, "in_one_line", odd)
    assert telling.send_due(at=MORNING) == len(PHONES) - 1
    assert sent_to(gateway) == PHONES[1:]
    assert "a bug" in Notice.objects.get(sent_at=None).last_error


def test_dead_notices_can_all_be_sent_again_after_an_outage(gateway, db):
    tell_phones()
    gateway.status, at = 500, MORNING
    while Notice.objects.filter(given_up_at=None).exists():
        telling.send_due(at=at)
        at += timedelta(hours=24)
    assert telling.resend_all(at=at) == len(PHONES)
    gateway.status = 200
    assert telling.send_due(at=at) == len(PHONES)
    assert telling.resend_all(at=at) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_notice_once(transactional_db, gateway):
    phones = [f"138{n:08}" for n in range(60)]
    tell_phones(phones=phones)
    barrier = threading.Barrier(4)

    def send(_):
        try:
            barrier.wait()
            return telling.send_due(at=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        sent = sum(threads.map(send, range(4)))
    assert sent == len(phones)
    assert sorted(sent_to(gateway)) == sorted(phones)
    assert not Notice.objects.filter(channel=Channel.SMS).exclude(tries=1).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_tell_each_person_once(transactional_db):
    town = build_town()
    for _ in range(5):
        town.assigned()
    barrier = threading.Barrier(4)

    def deliver(_):
        try:
            barrier.wait()
            return delivering.deliver(at=MORNING)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(deliver, range(4))) == 20
    told = Notice.objects.filter(user=town.people["承办人"], subject__startswith="新的交办件")
    assert told.count() == 5
