"""Accepting (签收受理): the unit takes the case on; the answer clock starts, the golden hours have run since before."""

from datetime import datetime
from typing import Any

from django.db import transaction

from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import Step

from ..choices import AssignmentRole, AssignmentState
from ..deadlines import due, first_word_due
from ..ledger import Act, advance, read_for_change
from ..models import Assignment, Case
from ..refusals import Refused


@transaction.atomic
def accept(case: Case, act: Act) -> Case:
    """Signs for the lead task and starts the answer clock."""
    case = read_for_change(case.pk)
    advance(case, Step.ACCEPT, act, is_public=True, **accepted(case, act))
    signed = Assignment.objects.filter(
        case=case, role=AssignmentRole.LEAD, state__in=[AssignmentState.OFFERED, AssignmentState.ACCEPTED]
    ).update(state=AssignmentState.ACCEPTED, accepted_at=act.at, handler=act.by, due_at=case.answer_due_at)
    if signed != 1:
        raise Refused("没有待签收的主办任务。")
    return case


@transaction.atomic
def accept_support(task: Assignment, act: Act) -> Assignment:
    """A supporting unit signs for its own task."""
    case = read_for_change(task.case_id)
    signed = Assignment.objects.filter(
        pk=task.pk, role=AssignmentRole.SUPPORTING, state=AssignmentState.OFFERED
    ).update(state=AssignmentState.ACCEPTED, accepted_at=act.at, handler=act.by)
    if signed != 1:
        raise Refused("这项协办任务已经签收或结束。")
    advance(case, Step.NOTE, act, data={"assignment": task.pk, "signed": True})
    task.refresh_from_db()
    return task


def accepted(case: Case, act: Act) -> dict[str, Any]:
    """The columns that acceptance sets: the first word is owed within the golden hours, then the answer.

    A unit to which the case was passed on takes over the limit of the answer as it stands.
    """
    answer = case.answer_due_at or due(case, ClockKind.ANSWER, act.at)
    return {"accepted_at": act.at, "answer_due_at": answer, "due_at": next_due(case, answer, act.at)}


def next_due(case: Case, answer_due_at: datetime, at: datetime) -> datetime:
    """The nearer of what is still owed: the first substantive word (if none came) and the answer."""
    return min(filter(None, (first_word_due(case, case.assigned_at or at), answer_due_at)))
