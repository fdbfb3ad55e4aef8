"""Hooking up a unit's group robots."""

from huixiang.units.models import Unit

from ..channels.robots import is_allowed
from ..models import HOOK_CHANNELS, Channel, Hook


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
