"""How a sending can go wrong: try again later, nobody knows, or never; and the reason in words for the desk."""

import smtplib
import socket
import ssl


class GatewayDown(Exception):
    """The gateway did not take the message; it is worth trying again later."""

    message = "短信暂时发不出去，请稍后再试。您填写的内容没有丢。"


class TryLater(GatewayDown):
    """The gateway is up but does not take this one message for now; others may go on."""


class NoAnswer(GatewayDown):
    """The message was handed over and no answer came in time: it may have gone out."""


class Undeliverable(Exception):
    """The gateway refused this message for good: sending it again would change nothing."""


# The first that fits is said; whoever runs the system finds the technical word after it.
_PLAIN: tuple[tuple[type[Exception], str], ...] = (
    (ConnectionRefusedError, "对方没有开放服务，连接被拒绝"),
    (ConnectionResetError, "对方中途断开了连接"),
    (TimeoutError, "等得太久，没有回音"),
    (socket.gaierror, "找不到这个地址，请核对域名和网络"),
    (ssl.SSLCertVerificationError, "对方的证书没有通过核验"),
    (ssl.SSLError, "没能建立加密连接"),
    (smtplib.SMTPAuthenticationError, "用户名或密码没有通过"),
    (smtplib.SMTPServerDisconnected, "对方中途断开了连接"),
    (smtplib.SMTPNotSupportedError, "对方不支持加密或登录"),
)


def plainly(error: object) -> str:
    """What went wrong on the way to a gateway, in Chinese, with the technical word in brackets."""
    words = next((said for kind, said in _PLAIN if isinstance(error, kind)), "没有连上")
    return f"{words}（{error}）" if str(error) else words
