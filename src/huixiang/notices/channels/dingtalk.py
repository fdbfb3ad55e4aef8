"""钉钉 group robots, signed with the robot's secret where it has one."""

import base64
import hashlib
import hmac
import time
from urllib.parse import urlencode

from ..models import Notice
from .outcomes import Undeliverable
from .robots import say

# Busy, and more than 20 messages a minute (open.dingtalk.com/document/orgapp/custom-robot-access).
TEMPORARY = frozenset({-1, 130101})


def is_configured() -> bool:
    """Always: each unit sets its own robots."""
    return True


def send(notice: Notice) -> None:
    """Posts the notice into the unit's group."""
    hook = notice.hook
    if hook is None or not hook.is_active:
        raise Undeliverable("the robot was turned off")
    url = (
        signed(hook.sealed_url, hook.sealed_secret, round(time.time() * 1000))
        if hook.sealed_secret
        else hook.sealed_url
    )
    say(notice, url, TEMPORARY)


def signed(url: str, secret: str, milliseconds: int) -> str:
    """The address with DingTalk's timestamp and signature (base64 of HMAC-SHA256, keyed by the secret)."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    mark = "&" if "?" in url else "?"
    return url + mark + urlencode({"timestamp": milliseconds, "sign": base64.b64encode(digest).decode()})
