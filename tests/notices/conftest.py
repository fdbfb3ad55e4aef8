"""The servers that notices are sent to, each on loopback."""

import pytest
from tests.notices.servers import Gateway, MailServer


@pytest.fixture
def gateway(settings):
    gateway = Gateway()
    settings.SMS_URL, settings.SMS_TOKEN = f"{gateway.origin}/send", "token-1"
    settings.HOOK_ORIGINS = [gateway.origin]
    gateway.said = {"errcode": 0, "errmsg": "ok"}
    yield gateway
    gateway.close()


@pytest.fixture
def mail(settings):
    mail = MailServer()
    settings.SMTP = {"host": "127.0.0.1", "port": mail.port, "user": "", "password": "", "tls": False}
    settings.MAIL_FROM, settings.ORIGIN = "no-reply@huixiang.example", "https://huixiang.example"
    yield mail
    mail.close()
