"""The ways out of the house: an SMS gateway over HTTP, or the log where the demo or a test has none."""

import json
import logging
import urllib.error
import urllib.request

from django.conf import settings

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 5


class GatewayDown(Exception):
    """The gateway did not take the message; it is worth trying again later."""

    message = "短信暂时发不出去，请稍后再试。您填写的内容没有丢。"


def can_send_sms() -> bool:
    """Whether phones can be reached at all: a gateway is set, or this is a demo that shows its messages."""
    return bool(settings.SMS_URL or settings.DEMO)


def send_sms(phone: str, text: str, *, key: str) -> None:
    """Hands one text to the gateway as JSON {to, text, key}; raises GatewayDown. `key` lets it drop repeats."""
    if not settings.SMS_URL:
        if not settings.DEMO:
            raise GatewayDown("HUIXIANG_SMS_URL is not set")
        logger.info("demo SMS to %s: %s", phone, text)
        return
    body = json.dumps({"to": phone, "text": text, "key": key}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_TOKEN}"}
    # The scheme was checked when the settings were read.
    request = urllib.request.Request(settings.SMS_URL, body, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            if answer.status >= 300:
                raise GatewayDown(f"the gateway answered {answer.status}")
    except (urllib.error.URLError, OSError) as error:
        raise GatewayDown(str(error)) from error
