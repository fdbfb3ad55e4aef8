"""Delivering, where it needs a person: what keeps failing is tried again at once, or given up in the ledger's sight."""

from django.db import transaction
from django.db.models import F

from huixiang.rules.lifecycle import Step

from ..choices import STEP_LABELS
from ..ledger import Act, advance, read_for_change
from ..models import EventDelivery
from ..refusals import Refused

GONE = "这一条刚刚已经处理完了，不用再操作。"


def failing(limit: int = 200) -> list[EventDelivery]:
    """Deliveries that have failed at least once, given-up ones last: visible until they succeed."""
    rows = EventDelivery.objects.filter(tries__gt=0).select_related("event__case")
    bare = rows.defer("event__case__sealed_title", "event__case__sealed_body", "event__case__sealed_contact")
    return list(bare.order_by(F("given_up_at").asc(nulls_first=True), "next_try_at")[:limit])


def failing_count(most: int) -> int:
    """How many deliveries have failed and still wait, up to `most`."""
    return EventDelivery.objects.filter(tries__gt=0, given_up_at=None).values("pk")[:most].count()


@transaction.atomic
def give_up(delivery: EventDelivery, act: Act, *, reason: str) -> None:
    """A person decides, with a reason in the ledger, that the rest of an event's consequences will not happen."""
    if not reason.strip():
        raise Refused("请写明为什么放弃，以后查起来才说得清。", field="reason")
    event = delivery.event
    case = read_for_change(event.case_id)
    if EventDelivery.objects.filter(pk=delivery.pk, given_up_at=None).update(given_up_at=act.at) != 1:
        raise Refused(GONE)
    words = f"放弃投递“{STEP_LABELS[Step(event.step)]}”（第{event.seq}条）的后续处理：{reason.strip()[:300]}"
    advance(case, Step.NOTE, act, data={"text": words, "given_up": event.pk})


def retry(delivery: EventDelivery, act: Act) -> None:
    """A person asks for another try now."""
    if EventDelivery.objects.filter(pk=delivery.pk).update(given_up_at=None, next_try_at=act.at) != 1:
        raise Refused(GONE)
