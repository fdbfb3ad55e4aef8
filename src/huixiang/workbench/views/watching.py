"""Watching over a case from its own page: bringing a danger under control, calling the unit."""

from typing import Any

from huixiang.cases.ledger import Act
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.rules.ladder import Means
from huixiang.rules.lifecycle import Step
from huixiang.supervision.actions import calling, controlling
from huixiang.supervision.models import StepState, SupervisionStep
from huixiang.units.access import Actor

from ..verbs import CleanText, StepForm, Verb


class ControlForm(StepForm):
    """What was done at once against the danger."""

    what = CleanText("采取了什么控制措施", 500, help_text="例如：17时拉好警戒线，安排专人值守。会向社会公开。")


class CallForm(StepForm):
    """With whom somebody spoke, and what they answered."""

    spoken_with = CleanText("和谁通了话", 60, rows=1)
    answer = CleanText("对方怎么答复", 500, rows=2)


def _open_call(case: Case) -> SupervisionStep | None:
    return SupervisionStep.objects.filter(case=case, means=Means.PHONE, state=StepState.ASKED).first()


def _call(case: Case, given: dict[str, Any], act: Act) -> object:
    step = _open_call(case)
    if step is None:
        raise Refused("这次催办已经有人办过，或已不再需要。")
    return calling.record_call(step, act, **given)


def _is_urgent(actor: Actor, case: Case) -> bool:
    return case.is_urgent


def _has_call(actor: Actor, case: Case) -> bool:
    return _open_call(case) is not None


VERBS = (
    Verb(
        "control", Step.LOG_CONTROL, "登记控制措施", "shield-check",
        lambda case, given, act: controlling.log_control(case, act, what=given["what"]),
        "已登记控制措施，隐患控制不再计时。", ControlForm, "登记", "先控制危险，再查原因。登记后“隐患控制”停止计时。",
        offers=_is_urgent,
    ),
    Verb(
        "call", Step.SUPERVISE, "电话催办", "telephone", _call, "已记下电话催办。", CallForm, "记下这次通话",
        "只有记下和谁通了话、对方怎么答复，才算催办过。", offers=_has_call,
    ),
)  # fmt: skip
