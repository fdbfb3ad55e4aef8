"""Settling: the due times that lists sort by follow the clocks, which alone say what is true.

They are written when a clock starts. A calendar that changes afterwards, a pause counted in working days or a case that
turns urgent moves the clock; the next sweep moves the columns with it.
"""

from collections.abc import Sequence
from datetime import datetime

from huixiang.cases.choices import AssignmentRole, AssignmentState
from huixiang.cases.deadlines import deadlines_for
from huixiang.cases.ledger import touch_public
from huixiang.cases.models import Assignment, Case, Reply
from huixiang.rules.clocks import Clock, ClockKind
from huixiang.rules.lifecycle import State

_OF_THE_CASE = (ClockKind.FIRST_WORD, ClockKind.ANSWER)
# Whose end `due_at` shows, by state; in other states it is a promised date or empty.
_OWED: dict[str, tuple[ClockKind, ...]] = {
    State.SUBMITTED: (ClockKind.REVIEW,),
    State.MODERATING: (ClockKind.REVIEW,),
    State.TO_ASSIGN: (ClockKind.ASSIGN, *_OF_THE_CASE),
    State.OBJECTED: (ClockKind.ASSIGN, *_OF_THE_CASE),
    State.ASSIGNED: (ClockKind.SIGN, *_OF_THE_CASE),
    State.REOPENED: (ClockKind.SIGN, *_OF_THE_CASE),
    State.HANDLING: _OF_THE_CASE,
    State.PAUSED: (ClockKind.PAUSE,),
}


def settle(looks: Sequence[tuple[Case, Sequence[Clock]]]) -> list[Case]:
    """Sets the due times of cases in memory and those of their tasks in the database; gives the cases that moved.

    The caller saves the cases; empty columns stay empty.
    """
    moved = []
    for case, clocks in looks:
        due = {c.kind: c.due_at for c in clocks if c.is_running}
        before = case.due_at, case.answer_due_at
        owed = [due[kind] for kind in _OWED.get(case.state, ()) if kind in due]
        # Pauses from before a day had to be named get the day that the standard gives.
        if owed and (case.due_at is not None or case.state == State.PAUSED):
            case.due_at = min(owed)
        if case.answer_due_at is not None:
            case.answer_due_at = due.get(ClockKind.ANSWER, case.answer_due_at)
        if (case.due_at, case.answer_due_at) != before:
            moved.append(case)
            _settle_tasks(case, due.get(ClockKind.SIGN), clocks)
            if case.public_at is not None:
                touch_public(case.pk)
    _settle_approvals(looks)
    return moved


def _settle_approvals(looks: Sequence[tuple[Case, Sequence[Clock]]]) -> None:
    """Replies that wait for approval are due when their clocks say so."""
    due = {int(c.key): c.due_at for _, clocks in looks for c in clocks if _waits_for_approval(c)}
    if not due:
        return
    for pk, known in Reply.objects.unapproved().filter(pk__in=due).values_list("pk", "approve_by_at"):
        if known != due[pk]:
            Reply.objects.filter(pk=pk).update(approve_by_at=due[pk])


def _waits_for_approval(clock: Clock) -> bool:
    return clock.kind == ClockKind.POST_APPROVAL and clock.is_running


def _settle_tasks(case: Case, sign_due_at: datetime | None, clocks: Sequence[Clock]) -> None:
    live = Assignment.objects.filter(case=case, state__in=AssignmentState.live())
    lead = live.filter(role=AssignmentRole.LEAD)
    if case.answer_due_at is not None:
        lead.update(due_at=case.answer_due_at)
    if sign_due_at is not None:
        lead.filter(state=AssignmentState.OFFERED).update(sign_due_at=sign_due_at)
    deadlines = deadlines_for(case)
    due = {clock.key: clock.due_at for clock in clocks if clock.kind == ClockKind.SUPPORT and clock.is_running}
    for task in live.filter(role=AssignmentRole.SUPPORTING):
        # No clock runs for signing a supporting task, nor for one that was given before there was a clock for it.
        task.sign_due_at = deadlines.due(ClockKind.SIGN, task.assigned_at, case.lane)
        task.due_at = due.get(str(task.pk)) or deadlines.due(ClockKind.SUPPORT, task.assigned_at, case.lane)
        task.save(update_fields=["sign_due_at", "due_at"])
