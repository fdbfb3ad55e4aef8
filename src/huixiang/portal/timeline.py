"""The public timeline of a case: which words of the ledger everybody may read."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from huixiang.cases.choices import STEP_LABELS, PauseReason, ReplyKind, Resolution
from huixiang.cases.models import Case, CaseEvent
from huixiang.nlp import redaction
from huixiang.rules.lifecycle import State, Step
from huixiang.ui.moments import spoken

Entry = dict[str, Any]
S = Step
_LOOK: dict[Step, tuple[str, str]] = {
    S.SUBMIT: ("send", "grey"),
    S.IMPORT: ("inbox", "grey"),
    S.APPROVE: ("shield-check", "green"),
    S.ASK_SUPPLEMENT: ("chat-square-dots", "amber"),
    S.SUPPLY: ("reply", "blue"),
    S.APPROVE_SUPPLEMENT: ("reply", "blue"),
    S.REJECT: ("x-circle", "grey"),
    S.LAPSE: ("x-circle", "grey"),
    S.DIVERT: ("signpost-split", "violet"),
    S.MERGE: ("union", "violet"),
    S.ASSIGN: ("person-check", "blue"),
    S.ADD_SUPPORT: ("people", "blue"),
    S.CLAIM: ("hand-index-thumb", "blue"),
    S.ACCEPT: ("clipboard-check", "teal"),
    S.OBJECT: ("arrow-return-left", "amber"),
    S.SEND_BACK: ("arrow-return-left", "amber"),
    S.TRANSFER: ("arrow-left-right", "blue"),
    S.PAUSE: ("pause-circle", "grey"),
    S.RESUME: ("hourglass-split", "teal"),
    S.EXTEND: ("calendar3", "amber"),
    S.PUBLISH_REPLY: ("megaphone", "teal"),
    S.CONCLUDE: ("check-circle-fill", "green"),
    S.CONCLUDE_WITH_PROMISE: ("flag", "green"),
    S.KEEP_PROMISE: ("flag-fill", "green"),
    S.KEEP_ONE: ("flag-fill", "green"),
    S.HAND_OVER: ("arrow-left-right", "violet"),
    S.RATE: ("star", "green"),
    S.CLOSE_UNRATED: ("check-circle", "grey"),
    S.REOPEN: ("arrow-repeat", "red"),
    S.FINALIZE: ("lock", "grey"),
    S.WITHDRAW: ("arrow-counterclockwise", "grey"),
}
# The review corrects the public version; that it did is of no use to a reader.
_NOT_TOLD = {S.REDACT}


def entries(events: Iterable[CaseEvent]) -> list[Entry]:
    """The events as `{% timeline %}` wants them, in the order given."""
    return [_entry(event) for event in events if event.step not in _NOT_TOLD]


def stations(case: Case) -> dict[str, Any]:
    """When each of the five stations was reached, for the track."""
    times = {
        "提交": case.submitted_at,
        "审核": case.approved_at,
        "交办": case.assigned_at,
        "办理": case.accepted_at,
        "办结": case.closed_at,
    }
    return {name: at for name, at in times.items() if at is not None}


def _entry(event: CaseEvent) -> Entry:
    step = Step(event.step)
    icon, tone = _LOOK.get(step, ("circle-fill", "grey"))
    title = _TITLES[step](event) if step in _TITLES else STEP_LABELS[step]
    said = _WORDS[step](event) if step in _WORDS else ""
    actor = event.unit.name if event.unit else event.actor_role
    return {"time": event.at, "title": title, "text": said, "actor": actor, "icon": icon, "tone": tone}


def _assigned(event: CaseEvent) -> str:
    helpers = "、".join(event.data.get("supporting", []))
    return f"主办：{event.data.get('unit_name', '')}" + (f"；协办：{helpers}" if helpers else "")


def _reply_kind(event: CaseEvent) -> str:
    kind = event.data.get("kind", "")
    return f"发布{ReplyKind(kind).label}" if kind in ReplyKind.values else STEP_LABELS[Step(event.step)]


def _outcome(event: CaseEvent) -> str:
    outcome = event.data.get("outcome", "")
    return f"留言人确认：{Resolution(outcome).label}" if outcome in Resolution.values else ""


def _finalized(event: CaseEvent) -> str:
    said = f"依据{event.data.get('document', '')}。{event.data.get('explanation', '')}"
    return redaction.mask(said)


def _paused(event: CaseEvent) -> str:
    code, expected = event.data.get("reason", ""), event.data.get("expected_on")
    label = f"{PauseReason(code).label}。" if code in PauseReason.values else ""
    until = f"预计{spoken(date.fromisoformat(expected), event.at)}有结果。" if expected else ""
    return redaction.mask(f"{label}{event.data.get('explanation', '')}{until}")


# Only words that units wrote for the public. What citizens gave as a reason, and what offices wrote to each other
# (why a case was sent back or moved), went through no review and stays out.
_WORDS: dict[Step, Callable[[CaseEvent], str]] = {
    S.ASSIGN: _assigned,
    S.ADD_SUPPORT: lambda e: f"协办：{e.data.get('unit_name', '')}",
    S.CLAIM: lambda e: f"主办：{e.data.get('unit_name', '')}",
    S.TRANSFER: lambda e: f"转给：{e.data.get('unit_name', '')}",
    S.PAUSE: _paused,
    S.KEEP_PROMISE: lambda e: redaction.mask(str(e.data.get("evidence", ""))),
    S.KEEP_ONE: lambda e: redaction.mask(str(e.data.get("evidence", ""))),
    S.RATE: _outcome,
    S.FINALIZE: _finalized,
}
_TITLES: dict[Step, Callable[[CaseEvent], str]] = {
    S.PUBLISH_REPLY: _reply_kind,
    S.SUPPLY: lambda e: "留言人补充了材料",
    S.APPROVE: lambda e: "审核通过" if e.to_state == State.TO_ASSIGN else STEP_LABELS[S.APPROVE],
    S.CLOSE_UNRATED: lambda e: "到期未评价，办结（不计入满意）",
}
