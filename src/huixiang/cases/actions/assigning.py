"""Assigning: a coordinator puts a case into a unit's hands, adds supporting units, moves it on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import Step
from huixiang.units.models import Topic, Unit

from ..choices import AssignmentRole, AssignmentState, Lane
from ..deadlines import due, first_word_due
from ..ledger import Act, advance, read_for_change
from ..models import Assignment, Case
from ..refusals import Refused


class AlreadyAssigned(Refused):
    """Another unit has the lead, or this unit already has a task."""


@transaction.atomic
def assign(
    case: Case, unit: Unit, act: Act, *, task: str = "", supporting: Sequence[Unit] = (), topic: Topic | None = None
) -> Case:
    """Gives the lead to `unit` and a task of its own to each supporting unit; starts the sign-for clock."""
    case = read_for_change(case.pk)
    check_not_accused(case, [unit, *supporting])
    helping = [_give(case, helper, AssignmentRole.SUPPORTING, act, task=task) for helper in supporting]
    advance(
        case,
        Step.ASSIGN,
        act,
        data={
            "unit": unit.pk,
            "unit_name": unit.name,
            "supporting": [u.name for u in supporting],
            "task": task,
            "assignments": [given.pk for given in helping],
            **_still_owed(case),
        },
        is_public=True,
        lead_unit=unit,
        first_contact_unit=case.first_contact_unit or unit,
        topic=topic or case.topic,
        assigned_at=act.at,
        due_at=soonest(case, ClockKind.SIGN, act.at),
    )
    _give(case, unit, AssignmentRole.LEAD, act, task=task)
    return case


@transaction.atomic
def add_support(case: Case, unit: Unit, act: Act, *, task: str) -> Assignment:
    """Gives a supporting unit its own task and clock."""
    case = read_for_change(case.pk)
    check_not_accused(case, [unit])
    if not task.strip():
        raise Refused("请写明要协办单位做什么。", field="task")
    given = _give(case, unit, AssignmentRole.SUPPORTING, act, task=task)
    data = {"unit": unit.pk, "unit_name": unit.name, "task": task, "assignments": [given.pk]}
    advance(case, Step.ADD_SUPPORT, act, data=data, is_public=True)
    return given


@transaction.atomic
def transfer(case: Case, unit: Unit, act: Act, *, reason: str) -> Case:
    """Moves the lead sideways to `unit`, with the limit of the answer as it stands and a new one for signing.

    The first-contact unit stays answerable until that unit has signed.
    """
    case = read_for_change(case.pk)
    check_not_accused(case, [unit])
    if not reason.strip():
        raise Refused("请写明转办的理由。", field="reason")
    if case.lead_unit_id == unit.pk:
        raise Refused("这件留言已经由该单位主办。", field="unit")
    end_lead(case, act)
    data = {"unit": unit.pk, "unit_name": unit.name, "from_unit": case.lead_unit_id, "reason": reason}
    data |= _still_owed(case)
    advance(
        case,
        Step.TRANSFER,
        act,
        data=data,
        is_public=True,
        lead_unit=unit,
        assigned_at=act.at,
        due_at=soonest(case, ClockKind.SIGN, act.at),
    )
    _give(case, unit, AssignmentRole.LEAD, act)
    return case


@transaction.atomic
def send_back(case: Case, act: Act, *, reason: str) -> Case:
    """Gives the case back up to the coordinator, with a reason; the first-contact unit stays answerable."""
    case = read_for_change(case.pk)
    if not reason.strip():
        raise Refused("请写明退回的理由。", field="reason")
    end_lead(case, act)
    data = {"reason": reason, "from_unit": case.lead_unit_id}
    advance(
        case,
        Step.SEND_BACK,
        act,
        data=data,
        is_public=True,
        lead_unit=None,
        due_at=soonest(case, ClockKind.ASSIGN, act.at),
    )
    return case


@transaction.atomic
def finish_task(task: Assignment, act: Act, *, result: str) -> Assignment:
    """A supporting unit reports what it did; its clock stops."""
    case = read_for_change(task.case_id)
    if not result.strip():
        raise Refused("请写明协办结果。", field="result")
    done = Assignment.objects.filter(
        pk=task.pk, role=AssignmentRole.SUPPORTING, state__in=[AssignmentState.OFFERED, AssignmentState.ACCEPTED]
    ).update(state=AssignmentState.DONE, ended_at=act.at, result=result, handler=act.by)
    if done != 1:
        raise Refused("这项协办任务已经结束。")
    advance(case, Step.FINISH_TASK, act, data={"assignment": task.pk, "result": result})
    task.refresh_from_db()
    return task


@transaction.atomic
def set_lane(case: Case, lane: Lane, act: Act, *, reason: str) -> Case:
    """Moves the case to another lane (绿色通道), which sets which limits apply from now on."""
    case = read_for_change(case.pk)
    advance(case, Step.CHANGE_LANE, act, data={"lane": lane, "reason": reason}, is_public=True, lane=lane)
    return case


def end_lead(case: Case, act: Act) -> None:
    """Ends the live lead task, if there is one."""
    lead = Assignment.objects.filter(case=case, role=AssignmentRole.LEAD, state__in=AssignmentState.live())
    lead.update(state=AssignmentState.ENDED, ended_at=act.at)


def _give(case: Case, unit: Unit, role: AssignmentRole, act: Act, *, task: str = "") -> Assignment:
    try:
        with transaction.atomic():
            return Assignment.objects.create(
                case=case,
                unit=unit,
                role=role,
                task=task,
                assigned_by=act.by,
                assigned_at=act.at,
                sign_due_at=due(case, ClockKind.SIGN, act.at),
                due_at=_answer_due(case, role, act.at),
            )
    except IntegrityError as error:
        raise AlreadyAssigned(f"{unit.name}在这件留言上已有任务。") from error


def _answer_due(case: Case, role: AssignmentRole, at: datetime) -> datetime:
    """The lead takes over the limit of the case, once that has begun; a supporting unit's runs from its own task."""
    return (role == AssignmentRole.LEAD and case.answer_due_at) or due(case, ClockKind.ANSWER, at)


def _still_owed(case: Case) -> dict[str, str]:
    """For the unit that takes a case over: when the answer is due that was owed before."""
    return {"answer_due_at": case.answer_due_at.isoformat()} if case.answer_due_at else {}


def soonest(case: Case, clock: ClockKind, at: datetime) -> datetime:
    """The nearest of a clock that starts at `at`, of the first word and of the answer, as far as they are owed."""
    word = None if clock == ClockKind.ASSIGN else first_word_due(case, at)
    return min(filter(None, (due(case, clock, at), word, case.answer_due_at)))


def check_not_accused(case: Case, units: Sequence[Unit]) -> None:
    """Raises Refused if one of the units, or one above it, is accused in the case."""
    accused = list(case.accused_units.all())
    for unit in units:
        if any(unit.path.startswith(a.path) for a in accused):
            raise Refused(f"{unit.name}是被反映的单位，不能交给它办理。", field="unit")
