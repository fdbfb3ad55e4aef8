"""Overriding the gate: one person asks, with a reason, to publish a held text as it stands; another decides."""

from django.db import IntegrityError, transaction

from huixiang.rules.lifecycle import Step

from .. import gate
from ..choices import ReplyState
from ..gate_choices import FindingCode, OverrideState
from ..ledger import Act, advance, read_for_change
from ..models import GateOverride, Reply
from ..refusals import Refused

MIN_REASON = 10
MAX_REASON = 500


@transaction.atomic
def ask(reply: Reply, act: Act, *, reason: str) -> GateOverride:
    """Asks that the present text be published although the gate holds it; one open request per reply."""
    case = read_for_change(reply.case_id)
    reply = _locked(reply)
    reason = reason.strip()[:MAX_REASON]
    if len(reason) < MIN_REASON:
        raise Refused(f"请写明为什么照原样发布，至少{MIN_REASON}个字。", field="override_reason")
    if act.by is None:
        raise Refused("请登录后再申请放行。")
    grave = gate.look(reply, at=act.at).grave
    if not grave:
        raise Refused("这份回复没有必须改的问题，不需要放行。")
    codes = list(dict.fromkeys(str(f.code) for f in grave))
    try:
        with transaction.atomic():
            override = GateOverride.objects.create(
                reply=reply, unit=reply.unit, version=reply.version, codes=codes, reason=reason, asked_by=act.by,
                asked_at=act.at, needs_superior=gate.needs_superior(grave),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("这份回复已经有一个放行申请，请等待批准。") from error
    advance(case, Step.ASK_OVERRIDE, act, data={**_said(override), "reason": reason})
    return override


@transaction.atomic
def decide(override: GateOverride, act: Act, *, is_granted: bool, note: str = "") -> GateOverride:
    """Grants or refuses a request; never by whoever asked for it or wrote the text."""
    case = read_for_change(override.reply.case_id)
    reply = _locked(override.reply)
    override = GateOverride.objects.select_for_update(of=("self",)).select_related("reply").get(pk=override.pk)
    if override.state != OverrideState.ASKED:
        raise Refused(f"这个放行申请现在是“{OverrideState(override.state).label}”，不用再处理。")
    if act.by is None or act.by.pk in {override.asked_by_id, reply.author_id}:
        raise Refused("申请人和拟稿人不能自己批准，请由另一位有权限的同事决定。")
    if override.version != reply.version:
        raise Refused("正文在申请以后改过，请重新申请。")
    note = note.strip()[:MAX_REASON]
    if not is_granted and not note:
        raise Refused("不予放行请写明意见。", field="override_note")
    override.state = OverrideState.APPROVED if is_granted else OverrideState.REFUSED
    override.decided_by, override.decided_at, override.note = act.by, act.at, note
    override.save(update_fields=["state", "decided_by", "decided_at", "note"])
    step = Step.GRANT_OVERRIDE if is_granted else Step.REFUSE_OVERRIDE
    advance(case, step, act, data={**_said(override), "note": note})
    return override


def _said(override: GateOverride) -> dict[str, object]:
    faults = "、".join(FindingCode(code).label for code in override.codes)
    return {"reply": override.reply_id, "override": override.pk, "codes": override.codes, "faults": faults}


def _locked(reply: Reply) -> Reply:
    now = Reply.objects.select_for_update(of=("self",)).select_related("unit", "case").get(pk=reply.pk)
    if now.state not in ReplyState.open():
        raise Refused(f"这份回复现在是“{ReplyState(now.state).label}”，不能再放行。")
    return now
