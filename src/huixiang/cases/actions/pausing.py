"""Pausing a clock, for a reason of the closed list only, and resuming it."""

from django.db import transaction

from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import Step

from ..choices import PauseReason
from ..deadlines import deadlines_for
from ..ledger import Act, advance, read_for_change
from ..models import Case
from ..refusals import Refused


@transaction.atomic
def pause(case: Case, act: Act, *, reason: str, explanation: str) -> Case:
    """Stops the answer clock; internal approval, meetings or system work are no reasons."""
    if reason not in PauseReason.values:
        raise Refused("只有补充材料、法定鉴定检测、听证、已移送四种情形可以暂停计时。", field="reason")
    if not explanation.strip():
        raise Refused("请写明在等什么、由谁办、预计哪天有结果。", field="explanation")
    case = read_for_change(case.pk)
    data = {"reason": reason, "explanation": explanation}
    advance(case, Step.PAUSE, act, data=data, is_public=True, pause_reason=reason, paused_at=act.at, due_at=None)
    return case


@transaction.atomic
def resume(case: Case, act: Act) -> Case:
    """Starts the clock again; what the pause took of the limit's own time is added to what was left."""
    case = read_for_change(case.pk)
    answer_due = case.answer_due_at
    if answer_due is not None and case.paused_at is not None:
        answer_due = deadlines_for(case).after_pause(ClockKind.ANSWER, answer_due, case.paused_at, act.at, case.lane)
    advance(
        case, Step.RESUME, act, is_public=True, pause_reason="", paused_at=None, due_at=answer_due,
        answer_due_at=answer_due,
    )  # fmt: skip
    return case
