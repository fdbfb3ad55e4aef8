"""Calling (电话催办): who called whom, and what was answered; only the record counts as the call."""

from django.db import transaction

from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.refusals import Refused
from huixiang.rules.ladder import Means
from huixiang.rules.lifecycle import Step

from ..models import StepState, SupervisionStep


@transaction.atomic
def record_call(step: SupervisionStep, act: Act, *, spoken_with: str, answer: str) -> SupervisionStep:
    """Records a call that the ladder asked for."""
    if not spoken_with.strip():
        raise Refused("请写明和谁通了话。", field="spoken_with")
    if not answer.strip():
        raise Refused("请写明对方怎么答复。", field="answer")
    case = read_for_change(step.case_id)
    done = SupervisionStep.objects.filter(pk=step.pk, means=Means.PHONE, state=StepState.ASKED).update(
        state=StepState.DONE, done_by=act.by, done_at=act.at, spoken_with=spoken_with.strip()[:60],
        answer=answer.strip()[:500],
    )  # fmt: skip
    if done != 1:
        raise Refused("这次催办已经有人办过，或已不再需要。")
    data = {"means": Means.PHONE, "spoken_with": spoken_with.strip()[:60], "answer": answer.strip()[:500]}
    advance(case, Step.SUPERVISE, act, data=data)
    step.refresh_from_db()
    return step
