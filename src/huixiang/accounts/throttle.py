"""Rate limits that hold across processes: tries are rows, counted in a sliding window."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, QuerySet

from .models import Attempt
from .shapes import Addition, Shape


@dataclass(frozen=True)
class Limit:
    """At most `tries` in `window` for one key."""

    name: str
    tries: int
    window: timedelta


SMS_PER_PHONE = Limit("sms-phone", 5, timedelta(hours=1))
SMS_PER_ADDRESS = Limit("sms-address", 20, timedelta(hours=1))
SIGN_IN_PER_NAME = Limit("sign-in-name", 5, timedelta(minutes=15))
SIGN_IN_PER_ADDRESS = Limit("sign-in-address", 30, timedelta(minutes=15))
SUBMIT_PER_ADDRESS = Limit("submit", 20, timedelta(hours=1))
LOOK_UP_PER_ADDRESS = Limit("look-up", 20, timedelta(minutes=15))
SUPPORT_PER_ADDRESS = Limit("support", 60, timedelta(hours=1))
LIVE_SEARCH_PER_ADDRESS = Limit("live-search", 600, timedelta(minutes=10))


class TooMany(Exception):
    """The limit is reached; `retry_after` says how long to wait."""

    def __init__(self, limit: Limit, retry_after: timedelta) -> None:
        super().__init__(f"more than {limit.tries} of {limit.name}")
        minutes = max(1, round(retry_after.total_seconds() / 60))
        self.retry_after = retry_after
        self.message = f"操作太频繁了，请约{minutes}分钟后再试。"


def count(limit: Limit, who: str, *, at: datetime) -> None:
    """Counts one try by `who`; raises TooMany where it is one too many (then nothing is counted).

    Tries that come at once are counted one after the other, so that none of them slips through unseen.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{limit.name}:{who}"])
        check(limit, who, at=at)
        note(limit, who, at=at)


def note(limit: Limit, who: str, *, at: datetime) -> None:
    """Counts one try by `who` without a look at the limit: for whoever has just called `check`."""
    _ADD(Attempt(key=f"{limit.name}:{who}"[:100], at=at))


_ADD = Addition(Attempt)


def check(limit: Limit, who: str, *, at: datetime) -> None:
    """Raises TooMany if `who` has no try left; counts nothing."""
    key, since = f"{limit.name}:{who}"[:100], at - limit.window
    allowed = limit.tries * settings.RATE_SCALE
    counted = _RECENT.first(key, since)
    if counted is not None and counted["tries"] >= allowed:
        recent = Attempt.objects.filter(key=key, at__gt=since)
        oldest = recent.order_by("at").values_list("at", flat=True).first() or at
        raise TooMany(limit, oldest + limit.window - at)


def _recent(key: str, since: datetime) -> QuerySet[Any, Any]:
    return Attempt.objects.filter(key=key, at__gt=since).order_by().values("key").annotate(tries=Count("pk"))


_RECENT: Shape[dict[str, Any]] = Shape(_recent, str, datetime)


def take_back(limit: Limit, who: str, *, at: datetime) -> None:
    """Uncounts the try of `who` at `at`, which turned out to be a rightful one."""
    last = Attempt.objects.filter(key=f"{limit.name}:{who}"[:100], at=at).order_by("-pk").values("pk")[:1]
    Attempt.objects.filter(pk__in=last).delete()


def forget(limit: Limit, who: str) -> None:
    """Clears the tries of `who`, after a success."""
    Attempt.objects.filter(key=f"{limit.name}:{who}"[:100]).delete()


def sweep(*, at: datetime) -> int:
    """Deletes tries older than a day, which no window needs; gives their number."""
    return Attempt.objects.filter(at__lt=at - timedelta(days=1)).delete()[0]
