"""Delivering events: each new event goes to its handlers until all have succeeded or a person gives it up.

Events of which people only have to be told go in batches, a transaction each. Where one fails, the batch is rolled back
and each of its events carried out alone; the one that failed is tried again later, alone.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import QuerySet

from huixiang.cases.models import CaseEvent, EventDelivery
from huixiang.rules.lifecycle import Step

from .audiences import Teller, tellers_of
from .handlers import Handler, handlers_of
from .turn import Turn

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# A batch holds its locks, and on SQLite everybody else's writes, for about a second.
BATCH = 500
# What telling does not need is not decrypted.
_SEALED = tuple(f"event__case__{name}" for name in ("sealed_title", "sealed_body", "sealed_contact", "body"))


def deliver(*, at: datetime, limit: int = BATCH) -> int:
    """Carries out what is due; gives the number of events finished."""
    due = EventDelivery.objects.filter(given_up_at=None, next_try_at__lte=at).order_by("next_try_at", "pk")
    rows = list(due.values_list("pk", "event__step", "done", "tries")[:limit])
    together = [pk for pk, step, done, tries in rows if not tries and _is_told_only(step, done)]
    finished = 0
    for start in range(0, len(together), BATCH):
        finished += _deliver_batch(together[start : start + BATCH], at)
    batched = set(together)
    return finished + sum(_deliver_one(pk, at) for pk, *_ in rows if pk not in batched)


def _is_told_only(step: str, done: Sequence[str]) -> bool:
    return all(handler.__name__ in done for handler in handlers_of(Step(step)))


def _deliver_batch(pks: Sequence[int], at: datetime) -> int:
    try:
        with transaction.atomic():
            deliveries = list(_locked(pks, at).defer(*_SEALED))
            turn = Turn([delivery.event for delivery in deliveries])
            for delivery in deliveries:
                for teller in tellers_of(Step(delivery.event.step)):
                    if teller.__name__ not in delivery.done:
                        teller(delivery.event, turn)
            turn.write()
            EventDelivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries]).delete()
    except Exception:  # noqa: BLE001 - whatever it is, its event fails again alone, and is noted there
        logger.exception("a batch of %s events failed; each of them is carried out alone", len(pks))
        return sum(_deliver_one(pk, at) for pk in pks)
    return len(deliveries)


def _deliver_one(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        delivery = _locked([pk], at).first()
        return delivery is not None and _run(delivery, at)


def _locked(pks: Sequence[int], at: datetime) -> QuerySet[EventDelivery]:
    """Those of the deliveries that are still due; a row that another worker has stays with that worker."""
    rows = EventDelivery.objects.filter(pk__in=pks, given_up_at=None, next_try_at__lte=at).order_by("next_try_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows.select_related("event__case__author", "event__case__lead_unit")


def _run(delivery: EventDelivery, at: datetime) -> bool:
    event = delivery.event
    for name, act in _acts(event):
        if name in delivery.done:
            continue
        try:
            with transaction.atomic():
                act(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, it stays visible on the delivery and is retried
            logger.exception("%s failed on event %s", name, event.pk)
            _postpone(delivery, f"{name}: {error!r}", at)
            return False
        delivery.done = [*delivery.done, name]
    delivery.delete()
    return True


def _acts(event: CaseEvent) -> list[tuple[str, Handler]]:
    """Everything that follows from an event, by name: what is to be done, then who is to be told."""
    step = Step(event.step)
    return [(h.__name__, h) for h in handlers_of(step)] + [(t.__name__, partial(_tell, t)) for t in tellers_of(step)]


def _tell(teller: Teller, event: CaseEvent) -> None:
    """Tells of one event by itself."""
    turn = Turn([event])
    teller(event, turn)
    turn.write()


def _postpone(delivery: EventDelivery, error: str, at: datetime) -> None:
    wait = min(FIRST_WAIT * 2**delivery.tries, LONGEST_WAIT)
    delivery.tries, delivery.next_try_at, delivery.last_error = delivery.tries + 1, at + wait, error[:2000]
    delivery.save(update_fields=["done", "tries", "next_try_at", "last_error"])
