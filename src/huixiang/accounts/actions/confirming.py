"""Codes that prove a phone: issued once, checked once."""

import re
import secrets
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction

from ..encryption import keyed_hash
from ..models import SmsCode

CODE_LIFE = timedelta(minutes=10)
MAX_TRIES = 5
MOBILE = re.compile(r"1[3-9]\d{9}")


class BadPhone(Exception):
    """The text is no Chinese mobile number."""

    message = "手机号应为11位数字，例如 13812345678。"


class WrongCode(Exception):
    """The code is wrong, used, expired, or was tried too often."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def clean_phone(text: str) -> str:
    """The 11 digits of a mobile number as people type it (spaces, dashes, +86, full width); raises BadPhone."""
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+?86|0086)", "", digits)
    if not MOBILE.fullmatch(digits):
        raise BadPhone
    return digits


def phone_hash(phone: str) -> str:
    """The keyed hash under which a phone is found."""
    return keyed_hash("phone", phone)


def issue(phone: str, purpose: str, *, at: datetime) -> str:
    """A fresh six-digit code for `phone`; earlier ones of the same purpose stop working."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    hashed = phone_hash(phone)
    with transaction.atomic():
        SmsCode.objects.filter(phone_hash=hashed, purpose=purpose, used_at=None).update(used_at=at)
        SmsCode.objects.create(
            phone_hash=hashed,
            purpose=purpose,
            code_hash=keyed_hash("sms-code", f"{hashed}{code}"),
            created_at=at,
            expires_at=at + CODE_LIFE,
        )
    return code


def check(phone: str, purpose: str, code: str, *, at: datetime) -> None:
    """Uses up the code; raises WrongCode, and counts the try, where it does not fit."""
    hashed = phone_hash(phone)
    typed = keyed_hash("sms-code", hashed + unicodedata.normalize("NFKC", code).strip())
    row = SmsCode.objects.filter(phone_hash=hashed, purpose=purpose, used_at=None).order_by("-created_at").first()
    if row is None or row.expires_at <= at:
        raise WrongCode("验证码已过期，请重新获取。")
    if row.tries >= MAX_TRIES:
        raise WrongCode("输错次数太多，请重新获取验证码。")
    # Compare-and-set on `tries`: two guesses at once cannot share one try, and one code cannot be used twice.
    mine = SmsCode.objects.filter(pk=row.pk, used_at=None, tries=row.tries)
    if not secrets.compare_digest(row.code_hash, typed):
        mine.update(tries=row.tries + 1)
        raise WrongCode("验证码不对，请核对收到的验证码后再输。")
    if mine.update(used_at=at) != 1:
        raise WrongCode("验证码已用过，请重新获取。")
