"""Hooking up a unit's group robots."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from huixiang.accounts import throttle
from huixiang.accounts.throttle import Limit
from huixiang.units.models import Unit

from ..channels import SENDERS
from ..channels.robots import is_allowed
from ..models import HOOK_CHANNELS, Channel, Hook, Notice

TRIES_PER_UNIT = Limit("hook-try", 10, timedelta(hours=1))


class BadHook(ValueError):
    """The robot cannot be used; `message` says why, `field` where on the form."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def hook_up(unit: Unit, kind: Channel, *, url: str, secret: str = "") -> Hook:
    """Sets the unit's robot of a kind, in place of an earlier one; raises BadHook."""
    if kind not in HOOK_CHANNELS:
        raise BadHook("请选择企业微信或钉钉。", field="kind")
    url, secret = url.strip(), secret.strip()
    if not is_allowed(url):
        raise BadHook("请粘贴群机器人的完整地址；只能用系统允许的企业微信、钉钉地址。", field="url")
    hook, _ = Hook.objects.update_or_create(
        unit=unit, kind=kind, defaults={"sealed_url": url, "sealed_secret": secret, "is_active": True}
    )
    return hook


def unhook(hook: Hook) -> None:
    """Turns a robot off; what waits for it is given up at its next try."""
    Hook.objects.filter(pk=hook.pk).update(is_active=False)


def try_out(hook: Hook, *, at: datetime) -> None:
    """Says a word in the group, so that whoever sets it up sees it arrive.

    Raises TooMany, GatewayDown or Undeliverable; nothing is recorded and nothing is tried again.
    """
    throttle.count(TRIES_PER_UNIT, str(hook.unit_id), at=at)
    channel = Channel(hook.kind)
    body = f"{hook.unit.name}的群机器人已接通，交办、催办等通知会发到这里。"
    SENDERS[channel].send(
        Notice(key="try-out", channel=channel, hook=hook, subject="测试消息", body=body, created_at=at)
    )


def hint(hook: Hook) -> str:
    """The address as a page may show it: its host and its last characters; who has all of it can write to the group."""
    return f"{urlsplit(hook.sealed_url).netloc} …{hook.sealed_url[-4:]}"
