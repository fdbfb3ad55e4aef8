"""Objecting (异议): a unit says, with a legal basis, once and in time, that a case is not its own."""

from django.db import IntegrityError, transaction

from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import Step
from huixiang.units.models import Unit

from ..choices import AssignmentRole, AssignmentState
from ..deadlines import due
from ..ledger import Act, advance, read_for_change
from ..models import Assignment, Case, Objection
from ..refusals import Refused
from .assigning import soonest


class TooLate(Refused):
    """The limit for objecting has passed."""


class AlreadyObjected(Refused):
    """The unit has objected to this case before."""


@transaction.atomic
def raise_objection(
    case: Case, act: Act, *, legal_basis: str, reasons: str, suggested_unit: Unit | None = None
) -> Objection:
    """Holds the case until a coordinator decides; refused after the limit, without a basis, or a second time."""
    case = read_for_change(case.pk)
    if not legal_basis.strip():
        raise Refused("请写明职责依据（法规、三定方案或权责清单的条款）。", field="legal_basis")
    if not reasons.strip():
        raise Refused("请写明理由。", field="reasons")
    unit = case.lead_unit
    if unit is None or case.assigned_at is None or act.by is None:
        raise Refused("这件留言现在没有主办单位。")
    limit = due(case, ClockKind.OBJECTION, case.assigned_at)
    if act.at > limit:
        last = f"{limit.month}月{limit.day}日{limit:%H:%M}"
        raise TooLate(f"异议最晚应在{last}前提出，期限已过。请先受理，或与交办员协商转办。")
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                case=case, unit=unit, legal_basis=legal_basis, reasons=reasons, suggested_unit=suggested_unit,
                by=act.by, at=act.at,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyObjected("本单位对这件留言已提过一次异议，不能再提。仍有争议的，请申请会商。") from error
    Assignment.objects.filter(case=case, role=AssignmentRole.LEAD, state=AssignmentState.OFFERED).update(
        state=AssignmentState.OBJECTED
    )
    due_at = soonest(case, ClockKind.ASSIGN, act.at)
    advance(case, Step.OBJECT, act, data={"objection": objection.pk, "legal_basis": legal_basis}, due_at=due_at)
    return objection


@transaction.atomic
def decide(objection: Objection, act: Act, *, is_upheld: bool, decision: str) -> Case:
    """Upheld: back to be assigned anew. Overruled: the unit must accept; it cannot object again."""
    case = read_for_change(objection.case_id)
    if not decision.strip():
        raise Refused("请写明裁定理由。", field="decision")
    decided = Objection.objects.filter(pk=objection.pk, is_upheld=None).update(
        is_upheld=is_upheld, decision=decision, decided_by=act.by, decided_at=act.at
    )
    if decided != 1:
        raise Refused("这项异议已经裁定过了。")
    data = {"objection": objection.pk, "decision": decision}
    lead = Assignment.objects.filter(case=case, role=AssignmentRole.LEAD, state=AssignmentState.OBJECTED)
    if is_upheld:
        lead.update(state=AssignmentState.ENDED, ended_at=act.at)
        due_at = soonest(case, ClockKind.ASSIGN, act.at)
        advance(case, Step.UPHOLD_OBJECTION, act, data=data, lead_unit=None, due_at=due_at)
    else:
        lead.update(state=AssignmentState.OFFERED)
        due_at = soonest(case, ClockKind.SIGN, act.at)
        advance(case, Step.OVERRULE_OBJECTION, act, data=data, due_at=due_at)
    return case
