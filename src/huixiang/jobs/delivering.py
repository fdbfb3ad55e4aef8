"""Delivering events: each new event goes to its handlers until all have succeeded or a person gives it up."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction

from huixiang.cases.models import EventDelivery
from huixiang.rules.lifecycle import Step

from .handlers import handlers_of

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


def deliver(*, at: datetime, limit: int = 200) -> int:
    """Carries out what is due, each event in a transaction of its own; gives the number of events finished."""
    due = EventDelivery.objects.filter(given_up_at=None, next_try_at__lte=at).order_by("next_try_at", "pk")
    return sum(_deliver_one(pk, at) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _deliver_one(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        rows = EventDelivery.objects.filter(pk=pk, given_up_at=None)
        if connection.features.has_select_for_update_skip_locked:
            # Another worker that has the row keeps it; we go on to the next.
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        delivery = rows.select_related("event__case__author").first()
        if delivery is None or delivery.next_try_at > at:
            return False
        return _run(delivery, at)


def _run(delivery: EventDelivery, at: datetime) -> bool:
    event = delivery.event
    for handler in handlers_of(Step(event.step)):
        name = handler.__name__
        if name in delivery.done:
            continue
        try:
            with transaction.atomic():
                handler(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, it stays visible on the delivery and is retried
            logger.exception("handler %s failed on event %s", name, event.pk)
            _postpone(delivery, f"{name}: {error!r}", at)
            return False
        delivery.done = [*delivery.done, name]
    delivery.delete()
    return True


def _postpone(delivery: EventDelivery, error: str, at: datetime) -> None:
    wait = min(FIRST_WAIT * 2**delivery.tries, LONGEST_WAIT)
    delivery.tries, delivery.next_try_at, delivery.last_error = delivery.tries + 1, at + wait, error[:2000]
    delivery.save(update_fields=["done", "tries", "next_try_at", "last_error"])
