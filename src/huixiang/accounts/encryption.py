"""Personal data at rest: an encrypted text field, sealed files, and keyed hashes for looking a secret up."""

import hashlib
import hmac
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


def seal(data: bytes) -> bytes:
    """`data` encrypted and authenticated with the newest field key."""
    return _box().encrypt(data)


def unseal(token: bytes) -> bytes:
    """The data of a sealed token; raises `cryptography.fernet.InvalidToken` if no key fits or a byte was changed."""
    return _box().decrypt(token)


def reseal(token: bytes) -> bytes:
    """The same data sealed with the newest key."""
    return _box().rotate(token)


def keyed_hash(purpose: str, value: str) -> str:
    """A hex HMAC-SHA256 of `value`, different for each purpose: finds a secret without storing it."""
    return hmac.new(settings.HASH_KEY, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


class SealedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that stands encrypted in the database and plain in Python; it cannot be searched or compared in queries."""

    def get_prep_value(self, value: Any) -> Any:
        plain = super().get_prep_value(value)
        return seal(plain.encode()).decode() if plain else plain

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return unseal(value.encode()).decode() if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError("a sealed field cannot be searched")
        return super().get_lookup(lookup_name)
