"""Addressing: a phone or an e-mail address is used for notices once the code that was sent to it has come back."""

import re
import unicodedata
from datetime import datetime, timedelta

from django.conf import settings

from huixiang.accounts import throttle
from huixiang.accounts.actions import confirming
from huixiang.accounts.models import User
from huixiang.accounts.throttle import Limit

from ..channels import email, is_configured
from ..models import Channel
from .texting import text_code

PURPOSE = "notice"
MAIL_PER_MAILBOX = Limit("mail-box", 5, timedelta(hours=1))
MAIL_PER_SENDER = Limit("mail-sender", 20, timedelta(hours=1))
# What `channels.email` can write to: one address, plain ASCII, no blanks, a domain with a dot.
_MAILBOX = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,24}")


class BadAddress(ValueError):
    """The text is no address of that channel; `message` says what one looks like."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def may_set(channel: Channel) -> bool:
    """Whether an address can be confirmed at all: the channel works, or this is a demo that shows its codes."""
    return is_configured(channel) or settings.DEMO


def clean_address(channel: Channel, text: str) -> str:
    """The address as it is stored; raises BadAddress."""
    if channel == Channel.SMS:
        try:
            return confirming.clean_phone(text)
        except confirming.BadPhone as error:
            raise BadAddress(error.message) from error
    address = unicodedata.normalize("NFKC", text).strip()
    if not _MAILBOX.fullmatch(address):
        raise BadAddress("电子邮箱的写法不对，例如 zhang@example.org。")
    return address


def send_code(channel: Channel, address: str, *, source: str, at: datetime) -> str:
    """Sends a fresh code to a clean address; raises TooMany, GatewayDown, or Undeliverable from a mail server.

    `source` is the network address of whoever asks. Gives the code back in a demo, else an empty string.
    """
    if channel == Channel.SMS:
        return text_code(address, PURPOSE, address=source, at=at)
    throttle.count(MAIL_PER_SENDER, source, at=at)
    throttle.count(MAIL_PER_MAILBOX, confirming.phone_hash(address), at=at)
    code = confirming.issue(address, PURPOSE, at=at)
    if is_configured(channel):
        minutes = int(confirming.CODE_LIFE.total_seconds() // 60)
        text = f"验证码{code}，用于接收回响的通知，{minutes}分钟内有效。如果不是您本人操作，请不用理会。"
        email.send_text(address, "【回响】电子邮箱验证码", text, key=f"code:{address}:{at.timestamp()}")
    return code if settings.DEMO else ""


def confirm(user: User, channel: Channel, address: str, code: str, *, at: datetime) -> None:
    """Uses the code up and notes the address; raises WrongCode, and then the old address stays."""
    confirming.check(address, PURPOSE, code, at=at)
    _note(user, channel, address)


def forget(user: User, channel: Channel) -> None:
    """Takes the address away; what was not sent to it yet is given up at its next try."""
    _note(user, channel, "")


def _note(user: User, channel: Channel, address: str) -> None:
    if channel == Channel.EMAIL:
        user.email = address
        user.save(update_fields=["email"])
    elif channel == Channel.SMS and user.is_staff_member:
        user.phone = address
        user.save(update_fields=["phone"])
    else:
        # A citizen's phone is what they sign in with; it is changed by nothing but another sign-in.
        raise BadAddress("登录用的手机号不能在这里更换。")
