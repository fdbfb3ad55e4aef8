"""Group robots of units over real HTTP: errcodes, signatures, allowed addresses, late answers."""

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.cast import MORNING

from huixiang.notices.actions import hooking, telling
from huixiang.notices.actions.sending import LEASE
from huixiang.notices.channels import http
from huixiang.notices.models import Channel, Hook, Notice

WORD = telling.Word("新的交办件，请签收", "“水压太低”（HX1）")


@pytest.fixture
def hook(town, gateway):
    return hooking.hook_up(town.units["住建局"], Channel.WECOM, url=f"{gateway.origin}/robot?key=abc")


def told(hook):
    telling.tell_unit_groups(hook.unit_id, WORD, key="event:1", at=MORNING)
    return Notice.objects.get(hook=hook)


def test_unit_group_reads_the_notice_once(hook, gateway):
    for _ in range(2):
        told(hook)
    assert telling.send_due(at=MORNING) == 1
    assert gateway.got == [
        (
            "/robot?key=abc",
            None,
            {"msgtype": "text", "text": {"content": "【回响】新的交办件，请签收\n“水压太低”（HX1）"}},
        )
    ]


def test_dingtalk_address_is_signed_with_the_secret(town, gateway):
    hook = hooking.hook_up(
        town.units["住建局"], Channel.DINGTALK, url=f"{gateway.origin}/robot?access_token=t", secret="SEC1"
    )
    told(hook)
    assert telling.send_due(at=MORNING) == 1
    asked = parse_qs(urlsplit(gateway.got[0][0]).query)
    line = f"{asked['timestamp'][0]}\nSEC1".encode()
    assert asked["sign"] == [base64.b64encode(hmac.new(b"SEC1", line, hashlib.sha256).digest()).decode()]
    assert asked["access_token"] == ["t"]


@pytest.mark.parametrize(("code", "is_dead"), [(93000, True), (310000, True), (45009, False), (-1, False)])
def test_errcode_in_a_200_is_no_success(hook, gateway, code, is_dead):
    notice = told(hook)
    gateway.said = {"errcode": code, "errmsg": "no"}
    assert telling.send_due(at=MORNING) == 0
    notice.refresh_from_db()
    assert bool(notice.given_up_at) is is_dead and f"errcode {code}" in notice.last_error
    gateway.said = {"errcode": 0}
    assert telling.send_due(at=MORNING + LEASE) == (0 if is_dead else 1)


def test_late_answer_leads_to_one_marked_repeat_and_no_more(hook, gateway, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    gateway.stall = 1.0
    told(hook)
    for at in (MORNING, MORNING + LEASE, MORNING + timedelta(days=1), MORNING + timedelta(days=2)):
        telling.send_due(at=at)
    first, second = (body["text"]["content"] for _, _, body in gateway.got)
    assert "可能重复" not in first and second.startswith("（可能重复，如已收到请忽略）")
    assert len(telling.dead()) == 1


def test_answer_that_is_not_understood_is_no_success(hook, gateway):
    told(hook)
    gateway.said = ["?"]
    assert telling.send_due(at=MORNING) == 0
    assert Notice.objects.get().sent_at is None


@pytest.mark.parametrize("url", ["https://evil.example/robot", "http://127.0.0.1:1/x", "", "javascript:1"])
def test_robot_elsewhere_is_refused(town, gateway, url):
    with pytest.raises(hooking.BadHook) as refusal:
        hooking.hook_up(town.units["住建局"], Channel.WECOM, url=url)
    assert refusal.value.field == "url"


def test_origin_that_is_no_longer_allowed_is_not_called(hook, gateway, settings):
    told(hook)
    settings.HOOK_ORIGINS = ["https://qyapi.weixin.qq.com"]
    assert telling.send_due(at=MORNING) == 0
    assert gateway.got == [] and len(telling.dead()) == 1


def test_origin_is_not_a_mere_prefix(town, settings):
    settings.HOOK_ORIGINS = ["https://qyapi.weixin.qq.com"]
    for url in ("https://qyapi.weixin.qq.com.evil.example/x", "https://qyapi.weixin.qq.com@evil.example/x"):
        with pytest.raises(hooking.BadHook):
            hooking.hook_up(town.units["住建局"], Channel.WECOM, url=url)


def test_robot_that_was_turned_off_says_nothing(hook, gateway):
    told(hook)
    hooking.unhook(hook)
    assert telling.tell_unit_groups(hook.unit_id, WORD, key="event:2", at=MORNING) == 0
    telling.send_due(at=MORNING)
    assert gateway.got == []


def test_address_and_secret_are_sealed(hook):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_url FROM notices_hook")
        assert "robot" not in cursor.fetchone()[0]
    assert Hook.objects.get().sealed_url.endswith("/robot?key=abc")
