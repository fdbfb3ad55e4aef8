"""Signing in: who the account is; the door keeps the session."""

from datetime import datetime

from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from .. import throttle
from ..models import Kind, User
from .confirming import phone_hash


class BadCredentials(Exception):
    """Name and password do not belong together, or the account is closed."""

    message = "登录名或密码不对。忘记密码请联系本单位系统管理员。"


def citizen_of(phone: str) -> User:
    """The citizen account of a confirmed phone, made on first use."""
    hashed = phone_hash(phone)
    known = User.objects.filter(phone_hash=hashed).first()
    if known:
        return known
    try:
        with transaction.atomic():
            return User.objects.create(
                username=f"c-{hashed[:24]}",
                display_name=f"网友{hashed[:6]}",
                kind=Kind.CITIZEN,
                phone=phone,
                phone_hash=hashed,
            )
    except IntegrityError:
        # Two first sign-ins at once: the other one made it.
        return User.objects.get(phone_hash=hashed)


def staff_of(request: HttpRequest, username: str, password: str, *, address: str, at: datetime) -> User:
    """The staff account of a name and password; raises BadCredentials, or throttle.TooMany after repeated failures."""
    # Counted before the password is looked at: of a hundred guesses sent at once, none is looked at beyond the limit.
    throttle.count(throttle.SIGN_IN_PER_NAME, username, at=at)
    throttle.count(throttle.SIGN_IN_PER_ADDRESS, address, at=at)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User) or not user.is_staff_member:
        raise BadCredentials
    throttle.forget(throttle.SIGN_IN_PER_NAME, username)
    throttle.take_back(throttle.SIGN_IN_PER_ADDRESS, address, at=at)
    return user
