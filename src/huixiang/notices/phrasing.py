"""How a recorded notice reads outside: in one line for a phone, in full with a link for a mail or a group."""

from django.conf import settings

from .models import Notice

NAME = "【回响】"
REPEAT = "（可能重复，如已收到请忽略）"


def in_one_line(notice: Notice) -> str:
    """The text for a phone; a possible repeat says so first."""
    return f"{NAME}{_repeat(notice)}{notice.body}"


def subject_of(notice: Notice) -> str:
    """The subject line of a mail."""
    return f"{NAME}{notice.subject}"


def in_full(notice: Notice) -> str:
    """Subject, text and where to read on."""
    link = f"{settings.ORIGIN}{notice.url}" if settings.ORIGIN and notice.url else ""
    lines = [_repeat(notice), subject_of(notice), notice.body, link]
    return "\n".join(line for line in lines if line)


def _repeat(notice: Notice) -> str:
    return REPEAT if notice.may_be_repeat else ""
