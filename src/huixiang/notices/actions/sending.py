"""Sending what is recorded: once; again after a sure failure; once more, and saying so, after an unsure one.

A sender claims a notice before it sends. If it is killed before it could record the outcome, the notice is due again
when the lease is over: it then goes out once more, marked as a possible repeat, and never a third time.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from datetime import time as clock

from django.db.models import Count, F, QuerySet

from huixiang.accounts.models import Kind
from huixiang.rules.calendar import CHINA, ONE_DAY, at_clock

from ..channels import SENDERS, GatewayDown, NoAnswer, TryLater, Undeliverable
from ..models import Channel, Notice

logger = logging.getLogger(__name__)
MAX_TRIES = 8
FIRST_WAIT = timedelta(seconds=30)
# Longer than one turn and the slowest sending together: a live sender is never taken for a dead one.
LEASE = timedelta(minutes=5)
TURN_SECONDS = 20.0
MOST_LISTED = 200
# Ours (docs/notices.md): citizens are texted between these hours unless the case is urgent.
OPENS, CLOSES = clock(7), clock(22)
UNSURE_TWICE = "两次发送都不知道是否送达，不再自动重发"

# Why a notice is no longer true and must not be sent; empty while it is.
WhyNot = Callable[[Notice], str]


def send_due(*, at: datetime, limit: int = 100, why_not: WhyNot = lambda notice: "") -> int:
    """Sends what is due, for a limited time; a failure is noted on the notice and tried again later.

    Gives the number sent. A gateway that is down is left alone until the next turn.
    """
    until, sent, down = time.monotonic() + TURN_SECONDS, 0, set[tuple[str, int | None]]()
    for notice in _due(at, limit):
        gateway = (notice.channel, notice.hook_id)
        if gateway in down:
            continue
        if time.monotonic() > until:
            break
        outcome = _send(notice, at, why_not)
        sent += outcome is True
        if outcome is None:
            down.add(gateway)
    return sent


def dead() -> list[Notice]:
    """The newest notices that were given up: shown to the system administrator."""
    return list(Notice.objects.filter(given_up_at__isnull=False).select_related("user", "hook__unit")[:MOST_LISTED])


def dead_count() -> int:
    """How many notices were given up."""
    return Notice.objects.filter(given_up_at__isnull=False).count()


def stuck() -> list[tuple[str, int, str]]:
    """Channels on which notices failed and wait for another try: with their number and the latest error."""
    waiting = Notice.objects.filter(sent_at=None, given_up_at=None, dropped_at=None, tries__gt=0).exclude(last_error="")
    counts = waiting.order_by().values_list("channel").annotate(number=Count("pk")).order_by("channel")
    latest = waiting.order_by("-next_try_at").values_list("last_error", flat=True)
    return [(channel, number, latest.filter(channel=channel).first() or "") for channel, number in counts]


def trouble_count(most: int) -> int:
    """How many notices failed and still wait or were given up, up to `most`; two short reads of partial indexes."""
    waiting = Notice.objects.filter(sent_at=None, given_up_at=None, dropped_at=None, tries__gt=0).exclude(last_error="")
    dead = Notice.objects.filter(given_up_at__isnull=False)
    return min(most, sum(rows.order_by().values("pk")[:most].count() for rows in (waiting, dead)))


def resend(notice: Notice, *, at: datetime) -> None:
    """Gives a dead notice a new set of tries."""
    _again(Notice.objects.filter(pk=notice.pk), at)


def resend_all(*, at: datetime) -> int:
    """Gives every dead notice a new set of tries: after an outage. Gives their number."""
    return _again(Notice.objects.all(), at)


def _again(notices: QuerySet[Notice], at: datetime) -> int:
    # What may have gone out already still says that it may be a repeat.
    return notices.filter(given_up_at__isnull=False, sent_at=None).update(
        tries=0, next_try_at=at, last_error="", given_up_at=None, claimed_at=None
    )


def _due(at: datetime, limit: int) -> Iterator[Notice]:
    waiting = Notice.objects.filter(sent_at=None, given_up_at=None, dropped_at=None, next_try_at__lte=at)
    yield from waiting.select_related("user", "hook").order_by("next_try_at", "pk")[:limit]


def _send(notice: Notice, at: datetime, why_not: WhyNot) -> bool | None:
    """Sends one notice: True if it is out, False if not, None if its gateway is down."""
    if opens := _opens_later(notice, at):
        _mine(notice).update(next_try_at=opens)
        return False
    if not _claim(notice, at):
        return False
    try:
        if reason := why_not(notice):
            _record(notice, dropped_at=at, last_error=reason[:300])
            return False
        SENDERS[Channel(notice.channel)].send(notice)
    except Undeliverable as error:
        _record(notice, last_error=str(error)[:300], given_up_at=at)
    except NoAnswer as error:
        _unsure(notice, at, str(error))
        return None
    except TryLater as error:
        _later(notice, at, str(error))
    except GatewayDown as error:
        _later(notice, at, str(error))
        return None
    except Exception as error:  # noqa: BLE001 - one odd notice must not hold up the others; it stays visible
        logger.exception("sending notice %s failed", notice.pk)
        _unsure(notice, at, repr(error))
    else:
        _record(notice, sent_at=at, last_error="")
        return True
    return False


def _claim(notice: Notice, at: datetime) -> bool:
    """Takes the notice; counting the try is the claim, so that of two senders at once one has it."""
    was_lost = notice.claimed_at is not None
    if was_lost and notice.may_be_repeat:
        _mine(notice).update(given_up_at=at, last_error=UNSURE_TWICE, claimed_at=None)
        return False
    notice.may_be_repeat = notice.may_be_repeat or was_lost
    fresh = {"next_try_at": at + LEASE, "claimed_at": at, "may_be_repeat": notice.may_be_repeat}
    if _mine(notice).update(tries=F("tries") + 1, **fresh) != 1:
        return False
    notice.tries += 1
    return True


def _mine(notice: Notice) -> QuerySet[Notice]:
    return Notice.objects.filter(pk=notice.pk, tries=notice.tries, sent_at=None, given_up_at=None, dropped_at=None)


def _later(notice: Notice, at: datetime, error: str) -> None:
    if notice.tries >= MAX_TRIES:
        _record(notice, last_error=error[:300], given_up_at=at)
        return
    _record(notice, last_error=error[:300], next_try_at=at + FIRST_WAIT * 2 ** (notice.tries - 1))


def _unsure(notice: Notice, at: datetime, error: str) -> None:
    """Nobody knows whether it is out: one more try after the lease, marked as a possible repeat."""
    if notice.may_be_repeat:
        _record(notice, last_error=f"{UNSURE_TWICE}：{error}"[:300], given_up_at=at)
        return
    _record(notice, last_error=error[:300], next_try_at=at + LEASE, may_be_repeat=True)


def _record(notice: Notice, **outcome: object) -> None:
    _mine(notice).update(claimed_at=None, **outcome)


def _opens_later(notice: Notice, at: datetime) -> datetime | None:
    """When a citizen may be texted again, if that is not now."""
    is_staff = notice.user is not None and notice.user.kind == Kind.STAFF
    if notice.channel != Channel.SMS or notice.is_urgent or is_staff:
        return None
    here = at.astimezone(CHINA)
    if OPENS <= here.time() < CLOSES:
        return None
    day = here.date() if here.time() < OPENS else here.date() + ONE_DAY
    return at_clock(day, OPENS)
