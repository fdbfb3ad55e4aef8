"""E-mail over SMTP: what the server says decides whether it is out, comes later, or never."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any

from django.conf import settings

from huixiang.accounts.encryption import keyed_hash

from ..models import Notice
from ..phrasing import in_full, subject_of
from .outcomes import GatewayDown, NoAnswer, TryLater, Undeliverable, plainly

TIMEOUT_SECONDS = 5.0
SENDER = "回响"


def is_configured() -> bool:
    """Whether a mail server is set."""
    return settings.SMTP is not None


def send(notice: Notice) -> None:
    """Mails the notice to the address that its reader has now."""
    if notice.user is None or not notice.user.email:
        raise Undeliverable("没有留邮箱")
    send_text(notice.user.email, subject_of(notice), in_full(notice), key=notice.key)


def send_text(address: str, subject: str, text: str, *, key: str) -> None:
    """Mails one text; raises GatewayDown, NoAnswer or Undeliverable. `key` is the same for a repeat."""
    mail: dict[str, Any] | None = settings.SMTP
    if mail is None:
        raise GatewayDown("没有设置邮件服务器（HUIXIANG_SMTP_URL）")
    message = _message(address, subject, text, key)
    try:
        server = smtplib.SMTP(mail["host"], mail["port"], timeout=TIMEOUT_SECONDS)
    except (OSError, smtplib.SMTPException) as error:
        raise GatewayDown(f"连接不上邮件服务器：{plainly(error)}") from error
    try:
        _open(server, mail)
        _hand_over(server, message, address)
    finally:
        server.close()


def _message(address: str, subject: str, text: str, key: str) -> EmailMessage:
    if not address.isascii() or address.count("@") != 1 or any(c.isspace() for c in address):
        raise Undeliverable("邮箱地址写得不对")
    message = EmailMessage()
    message["From"], message["To"] = formataddr((SENDER, settings.MAIL_FROM)), address
    message["Subject"] = subject
    # The same for a repeat, so that mail programs can show the two as one.
    host = settings.MAIL_FROM.rpartition("@")[2]
    message["Message-ID"] = f"<{keyed_hash('mail', key)[:32]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _open(server: smtplib.SMTP, mail: Mapping[str, Any]) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if mail["tls"]:
            # Raises where the server offers no TLS: the password is never sent in the clear instead.
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if mail["user"]:
            server.login(mail["user"], mail["password"])
    except (OSError, smtplib.SMTPException) as error:
        raise GatewayDown(f"邮件服务器不让登录：{plainly(error)}") from error


def _hand_over(server: smtplib.SMTP, message: EmailMessage, address: str) -> None:
    try:
        _expect(server.mail(settings.MAIL_FROM))
        _expect(server.rcpt(address))
    except (OSError, smtplib.SMTPException) as error:
        raise GatewayDown(f"邮件服务器中途断开：{plainly(error)}") from error
    try:
        _expect(server.data(message.as_bytes()))
    except smtplib.SMTPDataError as error:
        _expect((error.smtp_code, error.smtp_error))
    except (OSError, smtplib.SMTPException) as error:
        raise NoAnswer(f"邮件服务器收下了内容，没有再回音：{plainly(error)}") from error


def _expect(answer: tuple[int, bytes | str]) -> None:
    code, said = answer
    words = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    if 400 <= code < 500:
        raise TryLater(f"邮件服务器现在不收（{words}）")
    if code >= 500 or code < 200:
        raise Undeliverable(f"邮件服务器不收（{words}）")
