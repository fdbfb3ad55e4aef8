"""What the group robots have in common: a text to an allowed address, and an errcode that says how it went."""

import json

from django.conf import settings

from ..models import Notice
from ..phrasing import in_full
from . import http
from .outcomes import NoAnswer, TryLater, Undeliverable


def is_allowed(url: str) -> bool:
    """Whether the address lies under one of the allowed origins: staff cannot make us call anywhere else."""
    return any(url.startswith(f"{origin}/") for origin in settings.HOOK_ORIGINS)


def say(notice: Notice, url: str, temporary: frozenset[int]) -> None:
    """Posts the notice as a text; an errcode of `temporary` is worth another try, any other but 0 is final."""
    if not is_allowed(url):
        raise Undeliverable("机器人的地址不在允许的范围内（HUIXIANG_HOOK_ORIGINS）")
    answer = http.post(url, {"msgtype": "text", "text": {"content": in_full(notice)}})
    try:
        said = json.loads(answer)
        code, words = int(said["errcode"]), str(said.get("errmsg", ""))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NoAnswer(f"看不懂机器人的回音：{answer[:80].decode(errors='replace')}") from error
    if code in temporary:
        raise TryLater(f"对方说现在不收（errcode {code} {words}）")
    if code != 0:
        raise Undeliverable(f"对方不收（errcode {code} {words}）")
