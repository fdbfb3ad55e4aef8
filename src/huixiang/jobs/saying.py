"""What a notice about a case says, to whom it may be said, and whether it is still true when it goes out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from huixiang.accounts.models import User
from huixiang.cases.access import visible
from huixiang.cases.choices import Visibility
from huixiang.cases.gate_choices import OverrideState
from huixiang.cases.models import Case, CaseEvent, GateOverride
from huixiang.notices.models import Notice
from huixiang.notices.wording import NOT_PUBLIC, Word, template
from huixiang.rules.clocks import Clock
from huixiang.rules.lifecycle import State, Step
from huixiang.supervision import watching
from huixiang.supervision.models import SupervisionOrder
from huixiang.units.access import actor_of

ClocksOf = Callable[[Case], list[Clock]]
_GONE = {State.WITHDRAWN: "留言已撤回", State.MERGED: "留言已并入其他留言"}


def _clocks_now(case: Case) -> list[Clock]:
    return watching.clocks_of_cases([case])[case.pk]


def say(event: str, audience: str, case: Case, facts: Mapping[str, str], url: str, *, outside: bool = False) -> Word:
    """The words about a case; `outside` the house a case that is not public keeps its title to itself."""
    hides = outside and case.visibility != Visibility.PUBLIC
    known = {"title": NOT_PUBLIC if hides else case.title, "number": case.number, **facts}
    return template(event, audience).fill(known, url)


def desk_url(case: Case) -> str:
    """Where staff read on."""
    return f"/desk/cases/{case.number}/"


def seeing(case: Case, people: Sequence[User], *, at: datetime) -> list[User]:
    """Those of the people who may open the case: an accused unit hears nothing of what is said about it."""
    if not case.is_report and not case.accused_units.exists():
        return list(people)
    return [p for p in people if visible(actor_of(p, at=at)).filter(pk=case.pk).exists()]


def why_not(notice: Notice) -> str:
    """Why a recorded notice must not go out any more; empty while it is true."""
    if notice.event_id is not None:
        return why_untrue(CaseEvent.objects.select_related("case").get(pk=notice.event_id))
    if notice.case_id is not None:
        return _GONE.get(State(Case.objects.values_list("state", flat=True).get(pk=notice.case_id)), "")
    return ""


def why_untrue(event: CaseEvent, clocks_of: ClocksOf = _clocks_now) -> str:
    """Why nobody is to be told of the event any more; empty while it is worth telling."""
    if event.case.state in _GONE and event.step != Step.MERGE:
        return _GONE[State(event.case.state)]
    if event.step == Step.WARN and "overtaken_by" in event.data:
        return "同时到了更严重的一级，只提醒那一级"
    if event.step == Step.WARN and not _still_runs(event, clocks_of):
        return "这项时限已经停止"
    if event.step == Step.SUPERVISE and "order" in event.data and _is_answered(event.data["order"]):
        return "督办函已答复"
    if event.step == Step.ASK_OVERRIDE and _is_decided(event.data["override"]):
        return "放行申请已有结论"
    return ""


def _still_runs(event: CaseEvent, clocks_of: ClocksOf) -> bool:
    due_at, kind = datetime.fromisoformat(event.data["due_at"]), event.data["clock"]
    return any(c.kind == kind and c.due_at == due_at and c.stopped_at is None for c in clocks_of(event.case))


def _is_answered(order: int) -> bool:
    return SupervisionOrder.objects.filter(pk=order, answered_at__isnull=False).exists()


def _is_decided(override: int) -> bool:
    return not GateOverride.objects.filter(pk=override, state=OverrideState.ASKED).exists()
