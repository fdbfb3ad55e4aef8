"""Publishing: a third person lets a reviewed reply out past the gate, and the case moves as its kind demands."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from huixiang.nlp import redaction
from huixiang.rules.calendar import CHINA, at_clock
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step
from huixiang.rules.spans import DAY_ENDS
from huixiang.units.publish_first import most_unapproved

from .. import gate
from ..choices import AssignmentRole, AssignmentState, Lane, ReplyKind, ReplyState, Resolution, Visibility
from ..deadlines import due
from ..ledger import Act, advance, read_for_change
from ..models import Assignment, Case, Commitment, Reply
from ..refusals import Refused
from . import promising
from .replying import check_complete


class PersonalDataFound(Refused):
    """The text holds what looks like personal data; a person must mask it or say that it may be public."""

    def __init__(self, spans: list[str]) -> None:
        self.spans = spans
        super().__init__(
            "回复里有疑似个人信息：" + "、".join(spans) + "。请退回隐去；确为可公开的办公信息，请勾选确认后发布。",
            field="accept_personal_data",
        )


@transaction.atomic
def publish(reply: Reply, act: Act, *, accept_personal_data: bool = False, is_history: bool = False) -> Case:
    """Publishes a reviewed reply; the inspector is neither its author nor its reviewer (four eyes and two more).

    `is_history` tells a story again that happened before there was a gate: its findings are kept, nothing is held.
    """
    case = read_for_change(reply.case_id)
    reply = Reply.objects.select_for_update(of=("self",)).select_related("unit").get(pk=reply.pk)
    if reply.state != ReplyState.QUALITY:
        raise Refused(f"这份回复现在是“{ReplyState(reply.state).label}”，不能发布。")
    if act.by is None or act.by.pk in {reply.author_id, reply.reviewer_id}:
        raise Refused("拟稿人和审核人不能自己发布，请由质检员发布。")
    check_complete(reply, case, act)
    spans = [f.span for f in redaction.find(reply.body)]
    if spans and not accept_personal_data:
        raise PersonalDataFound(spans)
    reply.inspector = act.by
    also = {"personal_data_accepted": len(spans)} if spans else {}
    return _out(reply, case, act, also, is_history=is_history)


def _out(reply: Reply, case: Case, act: Act, also: dict[str, Any], *, is_history: bool = False) -> Case:
    """Past the gate the reply is out: its promises run, and its kind decides how the case moves."""
    reply.case = case
    also = {**also, **gate.let_out(reply, at=act.at, is_history=is_history)}
    reply.state = ReplyState.PUBLISHED
    reply.published_at = reply.updated_at = act.at
    reply.save(update_fields=["state", "reviewer", "inspector", "published_at", "updated_at", "approve_by_at"])
    said = Act(act.by, act.at, act.role, reply.unit)
    data = {"reply": reply.pk, "kind": reply.kind, **_dates(reply), **also}
    if promised := promising.open_up(reply, act):
        data["commitments"] = {str(c.pk): c.due_on.isoformat() for c in promised}
    step, changes = _EFFECTS[ReplyKind(reply.kind)](case, reply, act.at)
    advance(case, step, said, data=data, is_public=True, **changes)
    if step in {Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE, Step.HAND_OVER}:
        lead = Assignment.objects.filter(case=case, role=AssignmentRole.LEAD, state__in=AssignmentState.live())
        lead.update(state=AssignmentState.DONE, ended_at=act.at)
    return case


@transaction.atomic
def publish_first(reply: Reply, act: Act) -> Case:
    """先发后审: in the urgent lane an INITIAL or PROGRESS goes out at once, and is approved by another person after.

    How many replies of a unit may wait for their approval its region sets; the clock of the approval runs at once.
    """
    case = read_for_change(reply.case_id)
    reply = Reply.objects.select_for_update(of=("self",)).select_related("unit").get(pk=reply.pk)
    if not case.is_urgent or reply.kind not in {ReplyKind.INITIAL, ReplyKind.PROGRESS}:
        raise Refused("只有绿色通道的初步回应和进展通报可以先发后审。")
    if reply.state != ReplyState.DRAFT:
        raise Refused(f"这份回复现在是“{ReplyState(reply.state).label}”，不能先发。")
    _check_delegation(reply, act.at)
    check_complete(reply, case, act)
    spans = [f.span for f in redaction.find(reply.body)]
    if spans:
        raise PersonalDataFound(spans)
    reply.approve_by_at = due(case, ClockKind.POST_APPROVAL, act.at)
    return _out(reply, case, act, {"post_approval": True})


@transaction.atomic
def approve_after(reply: Reply, act: Act) -> Reply:
    """Another person of the unit approves a reply that went out first."""
    case = read_for_change(reply.case_id)
    if act.by is None or act.by.pk == reply.author_id:
        raise Refused("拟稿人不能补审自己写的回复，请由另一位同事补审。")
    changed = Reply.objects.published().filter(pk=reply.pk, reviewer=None).update(reviewer=act.by)
    if changed != 1:
        raise Refused("这份回复已经补审过了。")
    advance(case, Step.APPROVE_AFTER, act, data={"reply": reply.pk})
    reply.refresh_from_db()
    return reply


@transaction.atomic
def publish_simple(reply: Reply, act: Act) -> Case:
    """简易流程: in the simple lane the unit's reviewer, another person than the author, publishes at once."""
    case = read_for_change(reply.case_id)
    reply = Reply.objects.select_for_update(of=("self",)).select_related("unit").get(pk=reply.pk)
    if case.lane != Lane.SIMPLE:
        raise Refused("只有简易通道的留言可以一次审核后直接发布。")
    if reply.state != ReplyState.UNIT_REVIEW:
        raise Refused(f"这份回复现在是“{ReplyState(reply.state).label}”，不能发布。")
    if act.by is None or act.by.pk == reply.author_id:
        raise Refused("拟稿人不能审核自己写的回复，请由本单位另一位同事审核。")
    check_complete(reply, case, act)
    spans = [f.span for f in redaction.find(reply.body)]
    if spans:
        raise PersonalDataFound(spans)
    reply.reviewer = act.by
    return _out(reply, case, act, {})


def keep_promise(case: Case, act: Act, *, evidence: str) -> Case:
    """Records that all promises of the answered case were kept; only then is the citizen asked for a rating."""
    return promising.keep_all(case, act, evidence=evidence)


def _check_delegation(reply: Reply, at: datetime) -> None:
    most = most_unapproved(reply.unit.region_id, at.astimezone(CHINA).date())
    waiting = Reply.objects.unapproved().filter(unit=reply.unit).count()
    if waiting >= most:
        why = f"本单位已有{waiting}份先发的回复没有补审，请先补审再发" if waiting else "本地区现在不许先发后审，请送审"
        raise Refused(f"{why}（本地区最多{most}份，见“办理时限标准”）。")


def _dates(reply: Reply) -> dict[str, str]:
    """The dates that a reply binds its unit to, for the clocks that read the ledger."""
    dates = {name: getattr(reply, name) for name in ("next_report_on", "promise_due_on", "extended_to")}
    return {name: day.isoformat() for name, day in dates.items() if day}


def _only_said(case: Case, reply: Reply, at: datetime) -> tuple[Step, dict[str, Any]]:
    return Step.PUBLISH_REPLY, {}


def _first_word(case: Case, reply: Reply, at: datetime) -> tuple[Step, dict[str, Any]]:
    changes: dict[str, Any] = {"first_reply_at": case.first_reply_at or at, **_now_public(case, at)}
    if case.state == State.HANDLING:
        changes["due_at"] = case.answer_due_at
    return Step.PUBLISH_REPLY, changes


def _final(case: Case, reply: Reply, at: datetime) -> tuple[Step, dict[str, Any]]:
    changes: dict[str, Any] = {
        "first_reply_at": case.first_reply_at or at,
        "answered_at": at,
        "answer_due_at": None,
        **_now_public(case, at),
    }
    promised_at = promising.due_at(Commitment.objects.open().filter(case=case))
    if promised_at:
        return Step.CONCLUDE_WITH_PROMISE, {**changes, "due_at": promised_at}
    return Step.CONCLUDE, {**changes, "due_at": None}


def _extension(case: Case, reply: Reply, at: datetime) -> tuple[Step, dict[str, Any]]:
    if reply.extended_to is None:
        raise Refused("请填写延长到哪一天。", field="extended_to")
    until = at_clock(reply.extended_to, DAY_ENDS)
    return Step.EXTEND, {"answer_due_at": until, "due_at": until if case.first_reply_at else case.due_at}


def _handed_over(case: Case, reply: Reply, at: datetime) -> tuple[Step, dict[str, Any]]:
    return Step.HAND_OVER, {
        "resolution": Resolution.FORWARDED,
        "due_at": None,
        "answer_due_at": None,
        **_now_public(case, at),
    }


def _now_public(case: Case, at: datetime) -> dict[str, Any]:
    # "Only the reply public": the case appears once there is a reply to show.
    if case.visibility == Visibility.REPLY_ONLY and case.public_at is None:
        return {"public_at": at}
    return {}


_EFFECTS: dict[ReplyKind, Callable[[Case, Reply, datetime], tuple[Step, dict[str, Any]]]] = {
    ReplyKind.ACK: _only_said,
    ReplyKind.INITIAL: _first_word,
    ReplyKind.PROGRESS: _first_word,
    ReplyKind.FINAL: _final,
    ReplyKind.CORRECTION: _only_said,
    ReplyKind.EXTENSION: _extension,
    ReplyKind.TRANSFER: _handed_over,
}
