"""Claiming (认领): a unit takes a case from its region's pool; the first one wins."""

from django.db import IntegrityError, transaction

from huixiang.rules.lifecycle import IllegalTransition, Step
from huixiang.units.models import Unit

from ..choices import AssignmentRole, AssignmentState, MessageKind
from ..ledger import Act, Stale, advance, read_for_change
from ..models import Assignment, Case
from ..refusals import Refused
from .accepting import accepted


class AlreadyClaimed(Refused):
    """Another unit was faster."""


@transaction.atomic
def claim(case: Case, unit: Unit, act: Act) -> Case:
    """Makes `unit` the lead at once, with the clocks of acceptance; raises AlreadyClaimed for all but the first."""
    case = read_for_change(case.pk)
    if case.kind == MessageKind.REPORT:
        raise Refused("举报件不进认领池，由交办员指定承办单位。")
    try:
        advance(
            case,
            Step.CLAIM,
            act,
            data={"unit": unit.pk, "unit_name": unit.name},
            is_public=True,
            lead_unit=unit,
            first_contact_unit=case.first_contact_unit or unit,
            assigned_at=act.at,
            **accepted(case, act),
        )
        with transaction.atomic():
            Assignment.objects.create(
                case=case,
                unit=unit,
                role=AssignmentRole.LEAD,
                state=AssignmentState.ACCEPTED,
                assigned_by=act.by,
                assigned_at=act.at,
                accepted_at=act.at,
                handler=act.by,
                due_at=case.answer_due_at,
            )
    except (IllegalTransition, Stale, IntegrityError) as error:
        raise AlreadyClaimed("这件留言刚刚已被其他单位认领。") from error
    return case
