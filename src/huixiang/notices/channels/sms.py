"""SMS: an HTTP gateway, or the log in a demo that has none."""

import logging

from django.conf import settings

from ..models import Notice
from ..phrasing import in_one_line
from . import http
from .outcomes import GatewayDown, Undeliverable

logger = logging.getLogger(__name__)


def is_configured() -> bool:
    """Whether phones can be reached at all: a gateway is set, or this is a demo that shows its messages."""
    return bool(settings.SMS_URL or settings.DEMO)


def send(notice: Notice) -> None:
    """Texts the notice to its phone."""
    if not notice.sealed_phone:
        raise Undeliverable("没有手机号")
    send_text(notice.sealed_phone, in_one_line(notice), key=notice.key)


def send_text(phone: str, text: str, *, key: str) -> None:
    """Hands one text to the gateway as JSON {to, text, key}; raises GatewayDown. `key` lets it drop repeats."""
    if not settings.SMS_URL:
        if not settings.DEMO:
            raise GatewayDown("没有设置短信网关（HUIXIANG_SMS_URL）")
        logger.info("demo SMS to %s: %s", phone, text)
        return
    http.post(
        settings.SMS_URL, {"to": phone, "text": text, "key": key}, {"Authorization": f"Bearer {settings.SMS_TOKEN}"}
    )
