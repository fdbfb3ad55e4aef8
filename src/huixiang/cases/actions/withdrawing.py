"""Withdrawing: the citizen takes the message back; it leaves the public pages and every queue."""

from typing import Any

from django.db import transaction

from huixiang.nlp import redaction
from huixiang.rules.lifecycle import Step

from ..choices import AssignmentState, ReplyState
from ..ledger import Act, advance, read_for_change
from ..models import Assignment, Case, Reply


@transaction.atomic
def withdraw(case: Case, act: Act, *, reason: str = "") -> Case:
    """Ends the case at its author's wish; open tasks and unpublished replies end with it."""
    case = read_for_change(case.pk)
    advance(
        case, Step.WITHDRAW, act, data={"reason": redaction.mask(reason)}, **ended(), pause_reason="", paused_at=None
    )
    end_work(case, act)
    return case


def ended() -> dict[str, Any]:
    """The columns of a case of which nothing more is expected and that the public no longer sees."""
    return {"public_at": None, "due_at": None, "answer_due_at": None}


def end_work(case: Case, act: Act) -> None:
    """Ends live tasks and discards unpublished replies of a case that goes no further."""
    live = Assignment.objects.filter(case=case, state__in=AssignmentState.live())
    live.update(state=AssignmentState.ENDED, ended_at=act.at)
    Reply.objects.filter(case=case).open().update(state=ReplyState.DISCARDED, updated_at=act.at)
