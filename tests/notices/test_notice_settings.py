"""Settings of the mail server: read as written, refused by name where they are not understood."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from huixiang.config.settings import Env


def test_mail_server_is_read_with_its_password_decoded(monkeypatch):
    monkeypatch.setenv("HUIXIANG_SMTP_URL", "smtp://robot:p%40ss@mail.example:587?tls=1")
    assert Env().mail_server("HUIXIANG_SMTP_URL") == {
        "host": "mail.example", "port": 587, "user": "robot", "password": "p@ss", "tls": True,
    }  # fmt: skip


@pytest.mark.parametrize("value", ["mail.example", "http://mail.example", "smtp://", "smtp://h:x", "smtp://h?tls=yes"])
def test_mail_server_that_is_not_understood_is_refused_by_name(monkeypatch, value):
    monkeypatch.setenv("HUIXIANG_SMTP_URL", value)
    with pytest.raises(ImproperlyConfigured, match="HUIXIANG_SMTP_URL"):
        Env().mail_server("HUIXIANG_SMTP_URL")
