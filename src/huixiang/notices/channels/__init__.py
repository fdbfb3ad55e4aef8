"""The ways out of the house: one file per channel, each with `is_configured()` and `send(notice)`."""

from collections.abc import Callable
from dataclasses import dataclass

from ..models import Channel, Notice
from . import dingtalk, email, in_app, sms, wecom
from .outcomes import GatewayDown, NoAnswer, TryLater, Undeliverable
from .sms import is_configured as can_send_sms
from .sms import send_text as send_sms


@dataclass(frozen=True)
class Sender:
    """One channel: whether it can be used, and how a notice goes out; `send` raises GatewayDown or Undeliverable."""

    is_configured: Callable[[], bool]
    send: Callable[[Notice], None]


SENDERS: dict[Channel, Sender] = {
    Channel.IN_APP: Sender(in_app.is_configured, in_app.send),
    Channel.SMS: Sender(sms.is_configured, sms.send),
    Channel.EMAIL: Sender(email.is_configured, email.send),
    Channel.WECOM: Sender(wecom.is_configured, wecom.send),
    Channel.DINGTALK: Sender(dingtalk.is_configured, dingtalk.send),
}


def is_configured(channel: Channel) -> bool:
    """Whether a channel can be used at all."""
    return SENDERS[channel].is_configured()


__all__ = [
    "SENDERS", "GatewayDown", "NoAnswer", "Sender", "TryLater", "Undeliverable", "can_send_sms", "is_configured",
    "send_sms",
]  # fmt: skip
