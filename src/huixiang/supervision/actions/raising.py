"""Raising (提级办理): the superior unit takes the case over, and the unit that had it supports."""

from django.db import transaction

from huixiang.cases.actions import assigning
from huixiang.cases.choices import STAFF_STATE_LABELS, AssignmentState
from huixiang.cases.ledger import Act
from huixiang.cases.models import Assignment, Case
from huixiang.cases.refusals import Refused
from huixiang.followup.actions import reopening
from huixiang.rules.lifecycle import State, Step, may
from huixiang.units.models import Unit

REASON = "提级办理，由上级单位直接负责"
SUPPORT = "配合上级单位办理，提供已有的调查和办理材料"
GOVERNMENT = "government"


def superior_for(case: Case) -> Unit:
    """The unit to which a case would be raised: the nearest active one above its unit, else the region's government.

    Raises Refused where there is none, or where the case is in a state from which it cannot be taken over.
    """
    if not may(case.state, Step.TRANSFER) and not may(case.state, Step.REOPEN):
        words = STAFF_STATE_LABELS[State(case.state)]
        raise Refused(f"这件留言现在是“{words}”，不能提级办理。", field="measure")
    unit = case.lead_unit
    above = [int(step) for step in unit.path.split("/") if step and int(step) != unit.pk] if unit else []
    found = Unit.objects.active().filter(pk__in=above).order_by("-path").first() or _government(case, unit)
    if found is None:
        raise Refused("没有可以提级的上级单位，请先由系统管理员设置上下级关系。", field="measure")
    return found


@transaction.atomic
def raise_to(case: Case, superior: Unit, act: Act) -> Case:
    """Moves the lead up; a case that was answered or closed is reopened first, by the rules of reopening."""
    below = case.lead_unit
    if not may(case.state, Step.TRANSFER):
        case = reopening.reopen(case, act, reason="现场核查发现没有办好，提级办理。")
    case = assigning.transfer(case, superior, act, reason=REASON)
    busy = Assignment.objects.filter(case=case, unit=below, state__in=AssignmentState.live())
    if below is not None and not busy.exists():
        assigning.add_support(case, below, act, task=SUPPORT)
    return case


def _government(case: Case, unit: Unit | None) -> Unit | None:
    """The nearest government of the case's region or of one above it, other than the unit itself."""
    codes = [case.region_id[:n] for n in range(len(case.region_id), 1, -1)]
    rows = Unit.objects.active().filter(kind=GOVERNMENT, region_id__in=codes)
    return max((row for row in rows if row != unit), key=lambda row: len(row.region_id), default=None)
