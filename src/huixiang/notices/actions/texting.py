"""Texting a code to a phone, within the limits per phone and per address."""

from datetime import datetime

from django.conf import settings

from huixiang.accounts import throttle
from huixiang.accounts.actions import confirming

from ..channels import send_sms

PURPOSES = {"submit": "提交留言", "sign-in": "登录", "support": "加入留言", "notice": "接收通知"}


def text_code(phone: str, purpose: str, *, address: str, at: datetime) -> str:
    """Sends a fresh code to `phone`; raises TooMany or GatewayDown.

    Gives the code back in a demo, where the page shows it in its banner, else an empty string.
    """
    throttle.count(throttle.SMS_PER_ADDRESS, address, at=at)
    throttle.count(throttle.SMS_PER_PHONE, confirming.phone_hash(phone), at=at)
    code = confirming.issue(phone, purpose, at=at)
    minutes = int(confirming.CODE_LIFE.total_seconds() // 60)
    text = f"【回响】验证码{code}，用于{PURPOSES[purpose]}，{minutes}分钟内有效。请不要告诉他人。"
    send_sms(phone, text, key=f"code:{confirming.phone_hash(phone)}:{at.timestamp()}")
    return code if settings.DEMO else ""
