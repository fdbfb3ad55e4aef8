"""企业微信 group robots."""

from ..models import Notice
from .outcomes import Undeliverable
from .robots import say

# Busy, and more than 20 messages a minute (developer.work.weixin.qq.com/document/path/90313).
TEMPORARY = frozenset({-1, 45009})


def is_configured() -> bool:
    """Always: each unit sets its own robots."""
    return True


def send(notice: Notice) -> None:
    """Posts the notice into the unit's group."""
    if notice.hook is None or not notice.hook.is_active:
        raise Undeliverable("the robot was turned off")
    say(notice, notice.hook.sealed_url, TEMPORARY)
