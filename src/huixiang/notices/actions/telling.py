"""Telling people: a notice is recorded once per event and recipient, then sent, and sent again until it is out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from huixiang.accounts.models import User

from ..channels import GatewayDown, send_sms
from ..models import Channel, Notice

MAX_TRIES = 8
FIRST_WAIT = timedelta(seconds=30)


@dataclass(frozen=True)
class Word:
    """What is said: a subject, a sentence or two, and where to read on."""

    subject: str
    body: str
    url: str = ""


def tell(word: Word, *, key: str, at: datetime, user: User | None = None, phone: str = "") -> int:
    """Records the notice in-app for `user` and by SMS for `phone`; what stands under `key` already is left alone.

    Gives the number of notices newly recorded.
    """
    rows = []
    if user is not None:
        rows.append(_notice(word, f"{key}:app:{user.pk}", Channel.IN_APP, at, user=user, sent_at=at))
    if phone:
        rows.append(_notice(word, f"{key}:sms", Channel.SMS, at, user=user, sealed_phone=phone, next_try_at=at))
    before = Notice.objects.filter(key__in=[r.key for r in rows]).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows) - before


def send_due(*, at: datetime, limit: int = 100) -> int:
    """Sends the SMS that are due; a failure is noted on the notice and tried again later. Gives the number sent."""
    due = Notice.objects.filter(sent_at=None, next_try_at__lte=at, tries__lt=MAX_TRIES).order_by("next_try_at")[:limit]
    return sum(_send(notice, at) for notice in due)


def _send(notice: Notice, at: datetime) -> bool:
    # Counting the try first makes the claim: two senders at once cannot both have it.
    wait = FIRST_WAIT * 2**notice.tries
    mine = Notice.objects.filter(pk=notice.pk, tries=notice.tries, sent_at=None)
    if mine.update(tries=F("tries") + 1, next_try_at=at + wait) != 1:
        return False
    try:
        send_sms(notice.sealed_phone, f"【回响】{notice.body}", key=notice.key)
    except GatewayDown as error:
        Notice.objects.filter(pk=notice.pk).update(last_error=str(error)[:300])
        return False
    Notice.objects.filter(pk=notice.pk).update(sent_at=at, last_error="")
    return True


def dead() -> "list[Notice]":
    """Notices that were given up after the last try: shown to the system administrator."""
    return list(Notice.objects.filter(sent_at=None, tries__gte=MAX_TRIES).order_by("-created_at")[:200])


def resend(notice: Notice, *, at: datetime) -> None:
    """Gives a dead notice a new set of tries."""
    Notice.objects.filter(Q(pk=notice.pk), sent_at=None).update(tries=0, next_try_at=at, last_error="")


def _notice(word: Word, key: str, channel: str, at: datetime, **rest: object) -> Notice:
    return Notice(
        key=key, channel=channel, subject=word.subject, body=word.body, url=word.url, created_at=at, **rest
    )  # fmt: skip
