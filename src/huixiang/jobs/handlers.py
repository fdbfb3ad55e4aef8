"""What follows from an event: one table from steps to handlers, each idempotent and safe to run again."""

from collections.abc import Callable

from huixiang.accounts.roles import Role
from huixiang.cases import search
from huixiang.cases.choices import ReplyState, SupplementState
from huixiang.cases.models import Case, CaseEvent
from huixiang.cases.reasons import reason_of
from huixiang.notices.actions.telling import Word, tell
from huixiang.rules.lifecycle import Step
from huixiang.units.models import Membership

Handler = Callable[[CaseEvent], None]


def index_text(event: CaseEvent) -> None:
    """Puts the masked texts of the case and its published replies into the search index."""
    case = event.case
    texts = [case.title, case.body]
    texts += case.supplements.filter(state=SupplementState.SHOWN).values_list("body", flat=True)
    texts += case.replies.filter(state=ReplyState.PUBLISHED).values_list("body", flat=True)
    search.index(case.pk, texts)


def tell_citizen(event: CaseEvent) -> None:
    """Tells the author in the app, and by SMS where they left a phone."""
    case = event.case
    subject, body = _FOR_CITIZEN[Step(event.step)](event)
    word = Word(subject, f"您的留言“{case.title}”（{case.number}）{body}", f"/mine/{case.number}/")
    tell(word, key=f"event:{event.pk}", at=event.at, user=case.author, phone=_phone(case))


def tell_unit(event: CaseEvent) -> None:
    """Tells the people who work on cases in the unit that now has the task."""
    case = event.case
    unit_id: int | None = event.data.get("unit") or case.lead_unit_id
    if unit_id is None:
        return
    roles = [Role.HANDLER, Role.UNIT_HEAD, Role.LAWYER, Role.CONSUMER_COUNCIL]
    word = Word(_FOR_UNIT[Step(event.step)], f"“{case.title}”（{case.number}）", f"/desk/cases/{case.number}/")
    for member in Membership.objects.filter(unit_id=unit_id, role__in=roles).select_related("user"):
        tell(word, key=f"event:{event.pk}", at=event.at, user=member.user)


def _phone(case: Case) -> str:
    return case.author.phone if case.author else ""


def _declined(event: CaseEvent) -> tuple[str, str]:
    reason = reason_of(event.data["code"])
    why = f"{reason.explanation}{reason.other_door}" if reason else "逾期未补充材料。需要时可以重新留言。"
    return "留言未登载", f"没有登载。{why}"


_FOR_CITIZEN: dict[Step, Callable[[CaseEvent], tuple[str, str]]] = {
    Step.APPROVE: lambda e: ("审核通过", "已通过审核，正在交给负责的单位。"),
    Step.ASK_SUPPLEMENT: lambda e: ("请补充材料", f"需要您补充：{e.data['question']}。请在5个工作日内补充。"),
    Step.REJECT: _declined,
    Step.DIVERT: _declined,
    Step.LAPSE: _declined,
    Step.MERGE: lambda e: ("已并入同类留言", f"与{e.data['into']}是同一件事，已并在一起办理。"),
    Step.ASSIGN: lambda e: ("已交办", f"已交给{e.data['unit_name']}办理。"),
    Step.TRANSFER: lambda e: ("已转办", f"已转给{e.data['unit_name']}办理。"),
    Step.CLAIM: lambda e: ("已受理", f"{e.data['unit_name']}已认领受理。"),
    Step.ACCEPT: lambda e: ("已受理", "承办单位已签收受理。"),
    Step.PUBLISH_REPLY: lambda e: ("有新回复", "有了新的回复。"),
    Step.EXTEND: lambda e: ("延期说明", "办理时间有变，单位说明了理由。"),
    Step.CONCLUDE: lambda e: ("已答复，请您评价", "已有正式答复，请您看看办得怎么样，并作评价。"),
    Step.CONCLUDE_WITH_PROMISE: lambda e: ("已答复，承诺跟踪中", "已有正式答复，其中的承诺我们会一直跟踪。"),
    Step.KEEP_PROMISE: lambda e: ("承诺已兑现，请您评价", "单位说承诺已经兑现，请您评价。"),
    Step.HAND_OVER: lambda e: ("已移送", "已移送有权机关办理。"),
    Step.CLOSE_UNRATED: lambda e: ("已办结", "因到期未评价，已按未评价办结。30天内仍可要求重新办理。"),
    Step.REOPEN: lambda e: ("重新办理", "已重新办理。"),
}
_FOR_UNIT: dict[Step, str] = {
    Step.ASSIGN: "新的交办件，请签收",
    Step.ADD_SUPPORT: "新的协办任务，请签收",
    Step.TRANSFER: "转来一件留言，请签收",
    Step.OVERRULE_OBJECTION: "异议未获支持，请受理",
    Step.REOPEN: "留言重新办理，请签收",
    Step.SUPPLEMENT: "留言人有新的补充",
    Step.RETURN_REPLY: "回复被退回修改",
}
_CHANGES_TEXT = {
    Step.SUBMIT, Step.IMPORT, Step.APPROVE, Step.REDACT, Step.APPROVE_SUPPLEMENT, Step.PUBLISH_REPLY, Step.CONCLUDE,
    Step.CONCLUDE_WITH_PROMISE, Step.HAND_OVER, Step.EXTEND,
}  # fmt: skip


def handlers_of(step: Step) -> list[Handler]:
    """The handlers of a step, in the order in which they run."""
    found: list[Handler] = []
    if step in _CHANGES_TEXT:
        found.append(index_text)
    if step in _FOR_CITIZEN:
        found.append(tell_citizen)
    if step in _FOR_UNIT:
        found.append(tell_unit)
    return found
