"""Instructing (批示): a leader's words on a case, sealed, with tasks that have owners, limits and feedback."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huixiang.cases.actions.assigning import check_not_accused
from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import Step
from huixiang.units.models import Unit

from ..models import InstructionTask, LeaderInstruction


@dataclass(frozen=True)
class Task:
    """What one unit is to do, by when."""

    unit: Unit
    words: str
    due_at: datetime


@transaction.atomic
def instruct(case: Case, act: Act, *, text: str, tasks: Sequence[Task]) -> LeaderInstruction:
    """Records an instruction with at least one task; its text never stands in the ledger or on a public page."""
    if act.by is None:
        raise Refused("批示要记在领导本人名下。")
    if not text.strip():
        raise Refused("请写明批示内容。", field="text")
    if not tasks:
        raise Refused("批示至少要落到一个单位、一项任务、一个时限。", field="tasks")
    for task in tasks:
        if not task.words.strip():
            raise Refused("请写明要办什么。", field="tasks")
        if task.due_at <= act.at:
            raise Refused("任务的时限不能早于现在。", field="tasks")
    case = read_for_change(case.pk)
    check_not_accused(case, [task.unit for task in tasks])
    instruction = LeaderInstruction.objects.create(case=case, leader=act.by, sealed_text=text.strip(), at=act.at)
    made = InstructionTask.objects.bulk_create(
        InstructionTask(instruction=instruction, unit=t.unit, task=t.words.strip()[:300], due_at=t.due_at)
        for t in tasks
    )
    data = {
        "instruction": instruction.pk,
        "units": [t.unit.pk for t in tasks],
        "tasks": {str(task.pk): task.due_at.isoformat() for task in made},
    }
    advance(case, Step.INSTRUCT, act, data=data)
    return instruction


@transaction.atomic
def report_back(task: InstructionTask, act: Act, *, feedback: str) -> InstructionTask:
    """The unit reports what it did about its task."""
    if not feedback.strip():
        raise Refused("请写明落实情况。", field="feedback")
    changed = InstructionTask.objects.filter(pk=task.pk, done_at=None).update(
        feedback=feedback.strip()[:1000], done_by=act.by, done_at=act.at
    )
    if changed != 1:
        raise Refused("这项批示任务已经反馈过了。")
    task.refresh_from_db()
    case = read_for_change(task.instruction.case_id)
    advance(case, Step.NOTE, act, data={"instruction_task": task.pk, "text": "批示任务已反馈"})
    return task
