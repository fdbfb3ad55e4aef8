"""Sealed fields: unreadable in the database, whole again in Python, never silently wrong."""

import pytest
from cryptography.fernet import InvalidToken
from django.db import connection

from huixiang.accounts import encryption
from huixiang.accounts.actions.signing_in import citizen_of
from huixiang.accounts.models import User


def raw_phone():
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user")
        return cursor.fetchone()[0]


def test_phone_is_unreadable_in_the_database(db):
    citizen_of("13812345678")
    assert "13812345678" not in raw_phone()
    assert User.objects.get().phone == "13812345678"


def test_sealed_field_cannot_be_searched(db):
    with pytest.raises(TypeError, match="cannot be searched"):
        User.objects.filter(phone="13812345678").exists()


def test_changed_byte_is_refused(db):
    citizen_of("13812345678")
    token = raw_phone()
    changed = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET phone = %s", [changed])
    with pytest.raises(InvalidToken):
        User.objects.get()


def test_hash_differs_by_purpose():
    assert encryption.keyed_hash("phone", "1") != encryption.keyed_hash("query", "1")
