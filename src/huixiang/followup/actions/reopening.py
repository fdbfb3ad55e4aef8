"""Reopening: a case that was answered badly goes back to its unit, for a new round."""

from datetime import datetime

from django.db import transaction

from huixiang.cases.choices import AssignmentRole
from huixiang.cases.deadlines import due
from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Assignment, Case
from huixiang.cases.refusals import Refused
from huixiang.nlp import redaction
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import Step, may


class TooLate(Refused):
    """The time for reopening has passed."""


def may_reopen(case: Case, at: datetime) -> bool:
    """Whether the citizen can still reopen the case: from the answer until 30 days after closing."""
    if not may(case.state, Step.REOPEN):
        return False
    return case.closed_at is None or at <= due(case, ClockKind.REOPENING, case.closed_at)


@transaction.atomic
def reopen(case: Case, act: Act, *, reason: str) -> Case:
    """Starts a new round with the same lead unit, which must sign for it anew."""
    case = read_for_change(case.pk)
    if not reason.strip():
        raise Refused("请写明为什么要重新办理，还有哪里没有办好。", field="reason")
    if case.closed_at and not may_reopen(case, act.at) and may(case.state, Step.REOPEN):
        days = (due(case, ClockKind.REOPENING, case.closed_at) - case.closed_at).days
        raise TooLate(f"办结已超过{days}天，不能再要求重新办理。问题还在的，请重新留言。")
    sign_due_at = due(case, ClockKind.SIGN, act.at)
    advance(
        case,
        Step.REOPEN,
        act,
        # Words that no reviewer has read: all who see the case read them, so personal data is masked.
        data={"reason": redaction.mask(reason.strip())[:500], "round": case.round + 1},
        is_public=True,
        round=case.round + 1,
        resolution="",
        closed_at=None,
        answered_at=None,
        first_reply_at=None,
        due_at=min(sign_due_at, due(case, ClockKind.FIRST_WORD, act.at)),
    )
    if case.lead_unit is not None:
        Assignment.objects.create(
            case=case, unit=case.lead_unit, role=AssignmentRole.LEAD, assigned_by=act.by, assigned_at=act.at,
            sign_due_at=sign_due_at, due_at=due(case, ClockKind.ANSWER, act.at),
        )  # fmt: skip
    return case
