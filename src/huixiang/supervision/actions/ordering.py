"""Ordering (书面督办): numbered written orders with a receipt and an answer clock."""

from django.db import transaction
from django.db.models import Max

from huixiang.cases.deadlines import due
from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind
from huixiang.rules.ladder import Means
from huixiang.rules.lifecycle import Step
from huixiang.units.models import Region

from ..asking import void_below
from ..models import StepState, SupervisionOrder, SupervisionStep
from .signing import office_of


@transaction.atomic
def issue(case: Case, act: Act, *, region: Region, reason: str, demands: str, copy_to: str = "") -> SupervisionOrder:
    """Issues the next numbered order of the region's year to the lead unit; a level may be skipped upward.

    Answers the ladder's request for a written order if one is open.
    """
    if act.by is None:
        raise Refused("督办函要由督办员签发。")
    if not reason.strip():
        raise Refused("请写明督办事由。", field="reason")
    if not demands.strip():
        raise Refused("请写明要求承办单位做什么。", field="demands")
    case = read_for_change(case.pk)
    if case.lead_unit is None:
        raise Refused("这件留言还没有承办单位，不能发督办函。")
    order = SupervisionOrder(
        region=region, case=case, unit=case.lead_unit, reason=reason.strip()[:200], demands=demands.strip(),
        copy_to=copy_to.strip()[:100], office=office_of(region), issued_by=act.by, issued_at=act.at,
        step=_answered_step(case, act, reason), due_at=due(case, ClockKind.SUPERVISION, act.at),
        **_next_number(region, act),
    )  # fmt: skip
    order.save(force_insert=True)
    void_below(case, Means.WRITTEN)
    data = {"means": Means.WRITTEN, "order": order.pk, "number": order.number, "unit": order.unit_id}
    advance(case, Step.SUPERVISE, act, data=data)
    return order


@transaction.atomic
def receive(order: SupervisionOrder, act: Act) -> SupervisionOrder:
    """The unit signs the receipt; the answer clock has been running since the issue."""
    signed = SupervisionOrder.objects.filter(pk=order.pk, received_at=None)
    if signed.update(received_by=act.by, received_at=act.at) != 1:
        raise Refused("这份督办函已经签收过了。")
    order.refresh_from_db()
    return order


@transaction.atomic
def answer(order: SupervisionOrder, act: Act, *, text: str) -> SupervisionOrder:
    """The unit answers the order; its clock stops."""
    if not text.strip():
        raise Refused("请写明办理情况。", field="text")
    case = read_for_change(order.case_id)
    changed = SupervisionOrder.objects.filter(pk=order.pk, answered_at=None).update(
        answer=text.strip(), answered_by=act.by, answered_at=act.at
    )
    if changed != 1:
        raise Refused("这份督办函已经答复过了。")
    SupervisionOrder.objects.filter(pk=order.pk, received_at=None).update(received_by=act.by, received_at=act.at)
    advance(case, Step.ANSWER_SUPERVISION, act, data={"order": order.pk, "number": order.number})
    order.refresh_from_db()
    return order


def _next_number(region: Region, act: Act) -> dict[str, int]:
    # The region's row is the lock of its numbers.
    Region.objects.select_for_update(of=("self",)).get(pk=region.pk)
    year = act.at.astimezone(CHINA).year
    last = SupervisionOrder.objects.filter(region=region, year=year).aggregate(last=Max("serial"))["last"] or 0
    return {"year": year, "serial": last + 1}


def _answered_step(case: Case, act: Act, reason: str) -> SupervisionStep:
    asked = SupervisionStep.objects.filter(case=case, means=Means.WRITTEN, state=StepState.ASKED).first()
    step = asked or SupervisionStep(
        case=case, unit=case.lead_unit, means=Means.WRITTEN, reason=reason.strip()[:200], asked_at=act.at
    )
    step.state, step.done_by, step.done_at = StepState.DONE, act.by, act.at
    step.save()
    return step
