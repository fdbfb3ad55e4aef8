"""Reviewing: one reviewer takes a message, reads it, masks it and decides what becomes of it."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from huixiang.cases.actions.withdrawing import ended
from huixiang.cases.choices import Lane, Urgency, Visibility
from huixiang.cases.deadlines import due
from huixiang.cases.ledger import Act, advance, read_for_change
from huixiang.cases.models import Attachment, Case
from huixiang.cases.reasons import reasons
from huixiang.cases.refusals import Refused
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import IllegalTransition, Step
from huixiang.units.models import Region, Topic, Unit


class AlreadyTaken(Refused):
    """Another reviewer has the message."""


@transaction.atomic
def take(case: Case, act: Act) -> Case:
    """Claims a message for review; the first reviewer wins, and nobody reviews their own."""
    case = read_for_change(case.pk)
    if act.by is not None and case.author_id == act.by.pk:
        raise Refused("不能审核自己的留言。")
    try:
        advance(case, Step.TAKE_REVIEW, act, reviewer=act.by)
    except IllegalTransition as error:
        raise AlreadyTaken("这件留言已由其他审核员领取。") from error
    return case


@transaction.atomic
def release(case: Case, act: Act) -> Case:
    """Puts a message back into the queue."""
    case = read_for_change(case.pk)
    _check_mine(case, act)
    advance(case, Step.RELEASE_REVIEW, act, reviewer=None)
    return case


@transaction.atomic
def approve(
    case: Case,
    act: Act,
    *,
    title: str,
    body: str,
    urgency: str = Urgency.NORMAL,
    topic: Topic | None = None,
    region: Region | None = None,
    accused: Iterable[Unit] = (),
    released_files: Iterable[int] = (),
) -> Case:
    """Fixes the public version and sends the message on to be assigned or claimed; urgent ones take the green lane.

    `region` puts right where it happened, if the form had it wrong.
    """
    case = read_for_change(case.pk)
    _check_mine(case, act)
    if not title.strip() or not body.strip():
        raise Refused("公开版的标题和正文不能为空。", field="body")
    case.accused_units.set(accused)
    Attachment.objects.filter(case=case, reply=None, pk__in=list(released_files)).update(is_public=True)
    lane = Lane.URGENT if urgency in {Urgency.URGENT, Urgency.CRITICAL} else Lane.STANDARD
    changes: dict[str, Any] = {
        "title": title.strip()[:60],
        "body": body.strip(),
        "urgency": urgency,
        "lane": str(lane),
        "topic": topic or case.topic,
        "approved_at": act.at,
        "public_at": act.at if case.visibility == Visibility.PUBLIC else None,
        "due_at": due(case, ClockKind.ASSIGN, act.at, lane=lane),
    }
    data: dict[str, Any] = {"urgency": urgency, "lane": changes["lane"]}
    if region is not None and region.pk != case.region_id:
        data |= {"region": region.pk, "region_before": case.region_id}
        changes["region"] = case.region = region
        changes["due_at"] = due(case, ClockKind.ASSIGN, act.at, lane=lane)
    advance(case, Step.APPROVE, act, data=data, is_public=True, **changes)
    return case


@transaction.atomic
def ask_supplement(case: Case, act: Act, *, question: str) -> Case:
    """Asks the citizen for what is missing; unanswered for five working days, the message lapses."""
    case = read_for_change(case.pk)
    _check_mine(case, act)
    if not question.strip():
        raise Refused("请写明需要留言人补充什么。", field="question")
    data = {"question": question.strip()[:500]}
    advance(case, Step.ASK_SUPPLEMENT, act, data=data, is_public=True, reviewer=None, due_at=None)
    return case


@transaction.atomic
def decline(case: Case, act: Act, *, code: str, note: str = "") -> Case:
    """Rejects or diverts the message, as its reason code says; the citizen is told why and where else to turn."""
    case = read_for_change(case.pk)
    _check_mine(case, act)
    reason = reasons("reject").get(code) or reasons("divert").get(code)
    if reason is None:
        raise Refused("请选择不予登载的理由。", field="code")
    step = Step.REJECT if reason.outcome == "reject" else Step.DIVERT
    data = {"code": code, "note": note.strip()[:300]}
    advance(case, step, act, data=data, is_public=True, reason_code=code, **ended())
    return case


@transaction.atomic
def lapse(case: Case, act: Act) -> Case:
    """Ends a message whose author did not supply what was asked for; they may hand it in again."""
    case = read_for_change(case.pk)
    advance(case, Step.LAPSE, act, data={"code": "not_supplied"}, is_public=True, reason_code="not_supplied", **ended())
    return case


def _check_mine(case: Case, act: Act) -> None:
    if act.by is None or case.reviewer_id != act.by.pk:
        raise Refused("请先领取这件留言再审核。")
