"""Replying: draft, save, send to review, review, return – everything before publication."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step
from huixiang.units.models import Unit

from .. import gate
from ..choices import ReplyKind, ReplyState, Resolution
from ..deadlines import deadlines_for, due
from ..gate_choices import CheckMoment, CommitmentState
from ..gate_guards import Lessons
from ..ledger import Act, advance, read_for_change
from ..models import Case, CaseEvent, Commitment, Reply, ReplyVersion
from ..refusals import Refused
from . import learning, promising
from .promising import Promised

BLANK = re.compile(r"【[^】]*】")
MIN_CHARACTERS = 20
# docs/sources.md#zhoushan-rules: an extension is asked for the day before the limit.
EXTENSION_NOTICE_DAYS = 1
SAME_SITTING = timedelta(minutes=10)


class ChangedMeanwhile(Refused):
    """Somebody else saved a newer text of the reply."""


@dataclass(frozen=True)
class Details:
    """What a reply says besides its text; which of it is needed depends on the kind."""

    claimed_resolution: str = ""
    next_report_on: date | None = None
    promise: str = ""
    promise_due_on: date | None = None
    extended_to: date | None = None
    public_reason: str = ""
    transfer_to: str = ""
    receipt_number: str = ""


@transaction.atomic
def draft(case: Case, unit: Unit, kind: str, act: Act, *, body: str = "", corrects: Reply | None = None) -> Reply:
    """A new draft of `unit`; a unit has one open reply at a time per case."""
    case = read_for_change(case.pk)
    if kind in {ReplyKind.FINAL, ReplyKind.EXTENSION, ReplyKind.TRANSFER} and case.state != State.HANDLING:
        raise Refused(f"“{ReplyKind(kind).label}”只能在办理中发出。", field="kind")
    if kind == ReplyKind.EXTENSION and (why := why_no_extension(case, act.at)):
        raise Refused(why, field="kind")
    try:
        with transaction.atomic():
            reply = Reply.objects.create(
                case=case, unit=unit, kind=kind, round=case.round, body=body, author=act.by, corrects=corrects,
                created_at=act.at, updated_at=act.at,
            )  # fmt: skip
            ReplyVersion.objects.create(reply=reply, number=1, body=body, by=act.by, at=act.at)
    except IntegrityError as error:
        raise Refused("本单位在这件留言上已有一份未发布的回复，请先改它或作废它。") from error
    advance(case, Step.DRAFT_REPLY, act, data={"reply": reply.pk, "kind": kind})
    return reply


@transaction.atomic
def save(
    reply: Reply, act: Act, *, body: str, details: Details, seen_version: int,
    lessons: Lessons | None = None, promised: Sequence[Promised] | None = None, keeps_old: bool = False,
) -> Reply:  # fmt: skip
    """Saves text and details of a draft, with the four lessons and the promises to be tracked where they are given.

    Raises ChangedMeanwhile if `seen_version` is not the newest.

    Saves of one writer within ten minutes share a version; a change by someone else, or after a return, is a new one,
    and so is one that `keeps_old`.
    """
    reply = Reply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
    if reply.state != ReplyState.DRAFT:
        raise Refused("这份回复已送审，不能再改。需要修改请先退回。")
    if reply.version != seen_version:
        raise ChangedMeanwhile("同事刚保存过这份回复。您的文字还在下面，请对照后再保存。")
    latest = reply.versions.order_by("-number").first()
    is_changed = body != reply.body or any(getattr(reply, f.name) != getattr(details, f.name) for f in fields(details))
    if body != reply.body:
        if latest is not None and not keeps_old and _is_same_sitting(reply, latest, act):
            latest.body = body
            latest.save(update_fields=["body"])
        else:
            reply.version += 1
            ReplyVersion.objects.create(reply=reply, number=reply.version, body=body, by=act.by, at=act.at)
        # What was let pass was this text as it stood.
        gate.lapse_overrides(reply)
    reply.body, reply.updated_at = body, act.at
    # Whoever wrote last is the author, so that nobody reviews their own words; saving what stood there is no writing.
    if is_changed:
        reply.author = act.by
    for f in fields(details):
        setattr(reply, f.name, getattr(details, f.name))
    reply.save(update_fields=["body", "version", "updated_at", "author", *(f.name for f in fields(details))])
    if lessons is not None:
        learning.write_down(reply, lessons, act)
    if promised is not None:
        promising.confirm(reply, promised, act)
    return reply


@transaction.atomic
def send_to_review(reply: Reply, act: Act) -> Reply:
    """Hands a complete draft to another person of the unit."""
    case = read_for_change(reply.case_id)
    reply = _locked(reply, ReplyState.DRAFT)
    reply.case = case
    check_complete(reply, case, act)
    gate.record(reply, CheckMoment.REVIEW, at=act.at)
    _move(reply, ReplyState.UNIT_REVIEW, act, returned_note="")
    advance(case, Step.SEND_TO_REVIEW, act, data={"reply": reply.pk, "version": reply.version})
    return reply


@transaction.atomic
def pass_review(reply: Reply, act: Act) -> Reply:
    """The unit's reviewer, another person than the author, lets the reply go on to the quality desk."""
    case = read_for_change(reply.case_id)
    reply = _locked(reply, ReplyState.UNIT_REVIEW)
    if act.by is None or act.by.pk == reply.author_id:
        raise Refused("拟稿人不能审核自己写的回复，请由本单位另一位同事审核。")
    check_complete(reply, case, act)
    _move(reply, ReplyState.QUALITY, act, reviewer=act.by)
    advance(case, Step.PASS_REVIEW, act, data={"reply": reply.pk, "version": reply.version})
    return reply


@transaction.atomic
def return_reply(reply: Reply, act: Act, *, note: str) -> Reply:
    """Gives a reply back to its author with what has to change."""
    case = read_for_change(reply.case_id)
    if not note.strip():
        raise Refused("请写明要改什么。", field="note")
    reply = _locked(reply, ReplyState.UNIT_REVIEW, ReplyState.QUALITY)
    _move(reply, ReplyState.DRAFT, act, returned_note=note.strip()[:500], reviewer=None, inspector=None)
    data = {"reply": reply.pk, "version": reply.version, "note": note.strip()[:500]}
    advance(case, Step.RETURN_REPLY, act, data=data)
    return reply


@transaction.atomic
def discard(reply: Reply, act: Act) -> Reply:
    """Throws an unpublished reply away; its versions stay."""
    case = read_for_change(reply.case_id)
    reply = _locked(reply, *[ReplyState(s) for s in ReplyState.open()])
    _move(reply, ReplyState.DISCARDED, act)
    gate.lapse_overrides(reply)
    Commitment.objects.filter(reply=reply, state__in=CommitmentState.unpublished()).delete()
    advance(case, Step.DISCARD_REPLY, act, data={"reply": reply.pk})
    return reply


def check_complete(reply: Reply, case: Case, act: Act) -> None:
    """Raises Refused with the field where the reply is not yet fit to be read by another person."""
    blank = BLANK.search(reply.body)
    if blank:
        raise Refused(f"模板里还有没填的地方：{blank.group()}。请填好或删去后再送审。", field="body")
    if len(reply.body.strip()) < MIN_CHARACTERS:
        raise Refused(f"回复至少写{MIN_CHARACTERS}个字，把办理情况说清楚。", field="body")
    check = _CHECKS.get(ReplyKind(reply.kind))
    if check:
        check(reply, case, act)


def _needs_next_word(reply: Reply, case: Case, act: Act) -> None:
    # G7: a first or interim word must say when the next one comes.
    if reply.next_report_on is None:
        raise Refused("初步回应和进展通报要写明下次答复的日期。", field="next_report_on")
    if reply.next_report_on < act.at.astimezone(CHINA).date():
        raise Refused("下次答复的日期不能早于今天。", field="next_report_on")


def _needs_outcome(reply: Reply, case: Case, act: Act) -> None:
    if reply.claimed_resolution in {"", Resolution.UNCONFIRMED}:
        raise Refused("请选择办理结果。", field="claimed_resolution")
    if reply.claimed_resolution == Resolution.REFUSED and not reply.public_reason.strip():
        raise Refused("不予支持要写明依据（文件名称和条款）。", field="public_reason")
    if bool(reply.promise.strip()) != (reply.promise_due_on is not None):
        raise Refused("承诺事项和承诺日期要一起填写。", field="promise_due_on")
    if reply.promise_due_on and reply.promise_due_on < act.at.astimezone(CHINA).date():
        raise Refused("承诺日期不能早于今天。", field="promise_due_on")


def why_no_extension(case: Case, at: datetime) -> str:
    """Why no extension can be asked for at `at`; empty while one can."""
    if case.answer_due_at is None:
        return "这件留言现在没有答复期限，不用延期。"
    if Reply.objects.published().filter(case=case, kind=ReplyKind.EXTENSION).exists():
        return "这件留言已经延期过一次，不能再延。"
    due_day = case.answer_due_at.astimezone(CHINA).date()
    calendar = deadlines_for(case).calendar_for(case.answer_due_at)
    last_ask = calendar.add_working_days(due_day, -EXTENSION_NOTICE_DAYS)
    if at.astimezone(CHINA).date() <= last_ask:
        return ""
    return f"延期须在答复期限届满{EXTENSION_NOTICE_DAYS}个工作日前提出，最晚是{last_ask.month}月{last_ask.day}日。"


def _needs_extension(reply: Reply, case: Case, act: Act) -> None:
    if not reply.public_reason.strip():
        raise Refused("延期要向留言人说明理由。", field="public_reason")
    if reply.extended_to is None or case.answer_due_at is None:
        raise Refused("请填写延长到哪一天。", field="extended_to")
    if why := why_no_extension(case, act.at):
        raise Refused(why, field="extended_to")
    due_day = case.answer_due_at.astimezone(CHINA).date()
    latest = due(case, ClockKind.EXTENSION, case.answer_due_at).date()
    if not due_day < reply.extended_to <= latest:
        raise Refused(f"延期只能一次，最晚延到{latest.month}月{latest.day}日。", field="extended_to")


def _needs_receipt(reply: Reply, case: Case, act: Act) -> None:
    if not reply.transfer_to.strip():
        raise Refused("请写明移送给哪个机关。", field="transfer_to")
    if not reply.receipt_number.strip():
        raise Refused("请填写接收机关的回执编号。没有回执不算移送。", field="receipt_number")


def _needs_corrected_reply(reply: Reply, case: Case, act: Act) -> None:
    if reply.corrects_id is None:
        raise Refused("请选择要更正的是哪一条回复。", field="corrects")


_CHECKS: dict[ReplyKind, Callable[[Reply, Case, Act], None]] = {
    ReplyKind.INITIAL: _needs_next_word,
    ReplyKind.PROGRESS: _needs_next_word,
    ReplyKind.FINAL: _needs_outcome,
    ReplyKind.EXTENSION: _needs_extension,
    ReplyKind.TRANSFER: _needs_receipt,
    ReplyKind.CORRECTION: _needs_corrected_reply,
}


def _is_same_sitting(reply: Reply, latest: ReplyVersion, act: Act) -> bool:
    if latest.by != act.by or act.at - latest.at >= SAME_SITTING:
        return False
    # What was sent back stays as the reviewer read it, so that the change can be compared.
    returned = CaseEvent.objects.filter(case_id=reply.case_id, step=Step.RETURN_REPLY, data__reply=reply.pk)
    return not returned.filter(data__version=latest.number).exists()


def _locked(reply: Reply, *states: ReplyState) -> Reply:
    now = Reply.objects.select_for_update(of=("self",)).select_related("unit").get(pk=reply.pk)
    if now.state not in states:
        raise Refused(f"这份回复现在是“{ReplyState(now.state).label}”，不能这样操作。")
    return now


def _move(reply: Reply, state: ReplyState, act: Act, **changes: object) -> None:
    for name, value in {**changes, "state": state, "updated_at": act.at}.items():
        setattr(reply, name, value)
    reply.save(update_fields=["state", "updated_at", *changes])
