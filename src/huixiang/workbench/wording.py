"""How the desk words what stands in the ledger and on the clocks."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from huixiang.cases.actions.submitting import CITIZEN
from huixiang.cases.choices import (
    CLOCK_LABELS,
    STEP_LABELS,
    Lane,
    MessageKind,
    PauseReason,
    ReplyKind,
    Resolution,
    Urgency,
    Visibility,
)
from huixiang.cases.models import CaseEvent
from huixiang.cases.reasons import reason_of
from huixiang.rules.calendar import WorkingCalendar, at_clock
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import Step
from huixiang.rules.spans import DAY_ENDS
from huixiang.rules.standards import Row
from huixiang.supervision.models import Finding, RungLabel
from huixiang.ui import moments, vocabulary
from huixiang.ui.templatetags.ui import icon
from huixiang.units.standards import in_force

# When a clock turns yellow and black: a judgement of this desk, the limits themselves come from rules.standards.
SOON = timedelta(hours=4)
LONG_PAST = timedelta(days=3)
TENTATIVE = SafeString(' <span class="badge-mark tone-grey" title="次年的放假安排公布后可能调整">暂定</span>')
# Steps that only tell something about a reply: those who may not see the reply see no words of it either.
ABOUT_A_REPLY = frozenset(
    {Step.SEND_TO_REVIEW, Step.RETURN_REPLY, Step.PASS_REVIEW, Step.DRAFT_REPLY, Step.DISCARD_REPLY}
)


def light_of(due: datetime | None, at: datetime) -> str:
    """The light of a clock: green, yellow (soon), red (past), black (long past); empty where nothing is owed."""
    if due is None:
        return ""
    if due >= at:
        return "yellow" if due - at <= SOON else "green"
    return "black" if at - due > LONG_PAST else "red"


def clock(due: datetime | None, at: datetime) -> SafeString:
    """A clock for a list row: light, icon and words, with the exact limit in the title."""
    code = light_of(due, at)
    if not code or due is None:
        return SafeString("")
    mark = vocabulary.LIGHTS[code]
    # All of it is our own words, and lists show a hundred clocks: nothing to escape.
    return SafeString(
        f'<span class="light light-{code}" title="{moments.spoken_before(due, at)}">{icon(mark.icon)}'
        f'<span class="visually-hidden">{mark.label}：</span>{moments.left(due, at)}</span>'
    )


def scope_words(row: Row, columns: Mapping[str, str]) -> str:
    """Which messages a figure of a standard speaks of: 绿色通道 · 求助; `columns` names columns by code."""
    parts = [
        f"{Lane(row.lane).label}通道" if row.lane else "",
        columns[row.column] if row.column else "",
        MessageKind(row.kind).label if row.kind else "",
    ]
    return " · ".join(filter(None, parts)) or "所有留言"


def marker(at: datetime) -> Callable[[datetime | None], SafeString]:
    """Marks due times that are counted into a year after `at` whose days off are not in the calendar yet; else nothing.

    The calendar is read once, and only where a due time lies in a later year.
    """
    kept: list[WorkingCalendar] = []
    # Reckoned once: lists ask for every row, and nearly every row is due this year.
    next_year = localtime(at).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    next_year = next_year.replace(year=next_year.year + 1)

    def mark(due: datetime | None) -> SafeString:
        if due is None or due < next_year:
            return SafeString("")
        if not kept:
            kept.append(in_force().calendar)
        return SafeString("") if kept[0].knows(localtime(due).date()) else TENTATIVE

    return mark


@dataclass(frozen=True)
class Entry:
    """One line of a case's history."""

    time: datetime
    title: str
    text: str
    actor: str
    icon: str
    tone: str
    is_public: bool


def history(events: Iterable[CaseEvent], *, replies: Collection[int]) -> list[Entry]:
    """The events in words, newest first; `replies` are the replies whose inner steps the reader may know.

    Warnings that follow one another are one line: nobody has to scroll past a dozen of them.
    """
    lines: list[Entry] = []
    for are_warnings, run in groupby(events, key=lambda event: event.step == Step.WARN):
        found = [_entry(event, replies) for event in run]
        lines += [_folded(found)] if are_warnings and len(found) > 1 else found
    return lines[::-1]


def _folded(warnings: Sequence[Entry]) -> Entry:
    """Several warnings as one line with the moment of the last; those before it have theirs, the newest first."""
    last = warnings[-1]
    runs = [(time, list(run)) for time, run in groupby(reversed(warnings), key=lambda one: one.time)]
    said = [("" if time == last.time else f"{moments.spoken(time, last.time)} ", run) for time, run in runs]
    text = "\n".join(head + "、".join(one.text for one in run if one.text) for head, run in said)
    return replace(last, title=f"{last.title}（{len(warnings)}次）", text=text)


def said(event: CaseEvent) -> str:
    """What an event's data says, in words."""
    data: Mapping[str, Any] = event.data
    words = _WORDS.get(Step(event.step))
    return words(data) if words else ""


def _entry(event: CaseEvent, replies: Collection[int]) -> Entry:
    step = Step(event.step)
    is_hidden = step in ABOUT_A_REPLY and event.data.get("reply") not in replies
    icon_name, tone = _LOOKS.get(step, ("circle-fill", ""))
    return Entry(
        event.at, _title(event), "" if is_hidden else said(event), _who(event), icon_name, tone, event.is_public
    )


def _title(event: CaseEvent) -> str:
    if event.step == Step.NOTE and event.data.get("lane"):
        return "调整办理通道"
    if event.step == Step.NOTE and event.data.get("signed"):
        return "协办任务已签收"
    return STEP_LABELS[Step(event.step)]


def _who(event: CaseEvent) -> str:
    # Who left the message is nobody's business in a history, least of all in a report's.
    name = event.actor.display_name if event.actor and event.actor_role != CITIZEN else ""
    unit = event.unit.short_name if event.unit else ""
    return " ".join(part for part in (unit, event.actor_role, name) if part)


def _kind(data: Mapping[str, Any]) -> str:
    code = data.get("kind", "")
    return ReplyKind(code).label if code in ReplyKind.values else ""


def _labelled(**names: str) -> Callable[[Mapping[str, Any]], str]:
    def words(data: Mapping[str, Any]) -> str:
        return "\n".join(f"{label}：{data[key]}" for key, label in names.items() if data.get(key))

    return words


def _assigned(data: Mapping[str, Any]) -> str:
    lines = [f"主办：{data.get('unit_name', '')}"]
    if data.get("supporting"):
        lines.append("协办：" + "、".join(data["supporting"]))
    if data.get("task"):
        lines.append(f"要求：{data['task']}")
    return "\n".join(lines)


def _paused(data: Mapping[str, Any]) -> str:
    code = data.get("reason", "")
    label = PauseReason(code).label if code in PauseReason.values else code
    day = date.fromisoformat(data["expected_on"]) if data.get("expected_on") else None
    until = f"预计{moments.spoken(day, at_clock(day, DAY_ENDS))}有结果" if day else ""
    named = _labelled(institution="机构", receiving_body="接收机关", receipt_number="回执编号")(data)
    return "\n".join(part for part in (f"{label}。{data.get('explanation', '')}", named, until) if part)


def _lane(data: Mapping[str, Any]) -> str:
    code = data.get("lane", "")
    label = Lane(code).label if code in Lane.values else code
    return f"改为{label}通道。{data.get('reason', '')}"


def _warned(data: Mapping[str, Any]) -> str:
    clock_code, rung = data.get("clock", ""), data.get("rung", "")
    if clock_code not in set(ClockKind) or rung not in RungLabel.values:
        return ""
    return f"{CLOCK_LABELS[ClockKind(clock_code)]}{RungLabel(rung).label}"


def _note(data: Mapping[str, Any]) -> str:
    if data.get("lane"):
        label = Lane(data["lane"]).label if data["lane"] in Lane.values else data["lane"]
        return f"改为{label}通道。{data.get('reason', '')}"
    return str(data.get("text", ""))


def _opened(data: Mapping[str, Any]) -> str:
    def word(code: str) -> str:
        return Visibility(code).label if code in Visibility.values else code

    return f"{word(data.get('from', ''))} → {word(data.get('to', ''))}"


def _declined(data: Mapping[str, Any]) -> str:
    reason = reason_of(str(data.get("code", "")))
    return "\n".join(part for part in (reason.label if reason else "", str(data.get("note", ""))) if part)


def _approved(data: Mapping[str, Any]) -> str:
    code = data.get("urgency", "")
    return f"紧急程度：{Urgency(code).label}" if code in {Urgency.URGENT, Urgency.CRITICAL} else ""


def _rated(data: Mapping[str, Any]) -> str:
    code = data.get("outcome") or data.get("resolution") or ""
    return Resolution(code).label if code in Resolution.values else ""


def _supervised(data: Mapping[str, Any]) -> str:
    """What a supervisor did: a call, a written order, an inspection, a talk or a circular."""
    lines = [str(data[key]) for key in ("number", "answer", "found") if data.get(key)]
    if data.get("listed"):
        lines.append(f"紧急列入查办：{data['listed']}")
    if data.get("spoken_with"):
        lines.insert(0, f"与{data['spoken_with']}通话")
    if "is_true_to_reply" in data:
        lines.insert(0, "现场核查：和回复一致" if data["is_true_to_reply"] else "现场核查：和回复不一致")
    measure = data.get("measure") or data.get("kind_of_admonition")
    if measure in Finding.Measure.values:
        lines.append(f"措施：{Finding.Measure(measure).label}")
    return "\n".join(lines)


_WORDS: dict[Step, Callable[[Mapping[str, Any]], str]] = {
    Step.ASSIGN: _assigned,
    Step.CLAIM: _labelled(unit_name="认领单位"),
    Step.ADD_SUPPORT: _labelled(unit_name="协办", task="任务"),
    Step.TRANSFER: _labelled(unit_name="转给", reason="理由"),
    Step.SEND_BACK: _labelled(reason="理由"),
    Step.OBJECT: _labelled(legal_basis="依据"),
    Step.UPHOLD_OBJECTION: _labelled(decision="裁定理由"),
    Step.OVERRULE_OBJECTION: _labelled(decision="裁定理由"),
    Step.PAUSE: _paused,
    Step.NOTE: _note,
    Step.FINISH_TASK: _labelled(result="结果"),
    Step.DRAFT_REPLY: _kind,
    Step.RETURN_REPLY: _labelled(note="要改的地方"),
    Step.PUBLISH_REPLY: _kind,
    Step.CONCLUDE: _kind,
    Step.CONCLUDE_WITH_PROMISE: _kind,
    Step.EXTEND: _kind,
    Step.HAND_OVER: _kind,
    Step.KEEP_PROMISE: _labelled(evidence="凭据"),
    Step.REOPEN: _labelled(reason="理由", round="第几轮"),
    Step.MERGE: _labelled(into="并入"),
    Step.CHANGE_VISIBILITY: _opened,
    Step.APPROVE: _approved,
    Step.ASK_SUPPLEMENT: _labelled(question="请补充"),
    Step.REJECT: _declined,
    Step.DIVERT: _declined,
    Step.WITHDRAW: _labelled(reason="理由"),
    Step.RATE: _rated,
    Step.CHANGE_LANE: _lane,
    Step.WARN: _warned,
    Step.SUPERVISE: _supervised,
    Step.ANSWER_SUPERVISION: _labelled(number="督办函"),
    Step.LOG_CONTROL: _labelled(what="控制措施"),
    Step.ASK_OVERRIDE: _labelled(faults="涉及", reason="理由"),
    Step.GRANT_OVERRIDE: _labelled(faults="涉及", note="意见"),
    Step.REFUSE_OVERRIDE: _labelled(faults="涉及", note="意见"),
    Step.KEEP_ONE: _labelled(what="承诺", evidence="凭据"),
    Step.FINALIZE: _labelled(document="复核意见书", decided_on="作出日期", explanation="告知留言人"),
}
_LOOKS: dict[Step, tuple[str, str]] = {
    Step.SUBMIT: ("chat-left-text", ""),
    Step.TAKE_REVIEW: ("shield-check", "grey"),
    Step.RELEASE_REVIEW: ("arrow-counterclockwise", "grey"),
    Step.SUPPLEMENT: ("chat-square-dots", ""),
    Step.SUPPLY: ("chat-square-dots", ""),
    Step.ASK_SUPPLEMENT: ("question-circle", "amber"),
    Step.REDACT: ("eye-slash", "grey"),
    Step.CHANGE_VISIBILITY: ("eye", "grey"),
    Step.ADD_SUPPORT: ("plus-lg", "blue"),
    Step.FINISH_TASK: ("clipboard-check", "green"),
    Step.UPHOLD_OBJECTION: ("clipboard-check", "amber"),
    Step.OVERRULE_OBJECTION: ("clipboard-check", "blue"),
    Step.DISCARD_REPLY: ("x-lg", "grey"),
    Step.CLOSE_UNRATED: ("check-circle", "grey"),
    Step.WITHDRAW: ("arrow-counterclockwise", "grey"),
    Step.APPROVE: ("shield-check", "green"),
    Step.ASSIGN: ("send", "blue"),
    Step.CLAIM: ("hand-index-thumb", "blue"),
    Step.TRANSFER: ("arrow-left-right", "violet"),
    Step.ACCEPT: ("person-check", "blue"),
    Step.OBJECT: ("arrow-return-left", "amber"),
    Step.SEND_BACK: ("arrow-return-left", "amber"),
    Step.PAUSE: ("pause-circle", "grey"),
    Step.RESUME: ("clock", ""),
    Step.NOTE: ("pencil", "grey"),
    Step.DRAFT_REPLY: ("pencil-square", "grey"),
    Step.SEND_TO_REVIEW: ("people", "grey"),
    Step.RETURN_REPLY: ("arrow-return-left", "amber"),
    Step.PASS_REVIEW: ("check-lg", "grey"),
    Step.PUBLISH_REPLY: ("megaphone", "green"),
    Step.CONCLUDE: ("check-circle-fill", "green"),
    Step.CONCLUDE_WITH_PROMISE: ("flag", "amber"),
    Step.KEEP_PROMISE: ("flag-fill", "green"),
    Step.EXTEND: ("calendar3", "amber"),
    Step.HAND_OVER: ("arrow-left-right", "violet"),
    Step.REOPEN: ("arrow-repeat", "red"),
    Step.RATE: ("star", "amber"),
    Step.REJECT: ("x-circle", "red"),
    Step.MERGE: ("union", "violet"),
    Step.FINALIZE: ("lock", "grey"),
    Step.CHANGE_LANE: ("signpost-split", "amber"),
    Step.APPROVE_AFTER: ("check-lg", "green"),
    Step.WARN: ("bell", "amber"),
    Step.SUPERVISE: ("megaphone", "red"),
    Step.ANSWER_SUPERVISION: ("reply", "blue"),
    Step.LOG_CONTROL: ("shield-check", "green"),
    Step.INSTRUCT: ("pencil-square", "violet"),
    Step.ASK_OVERRIDE: ("question-circle", "amber"),
    Step.GRANT_OVERRIDE: ("check-lg", "amber"),
    Step.REFUSE_OVERRIDE: ("x-lg", "grey"),
    Step.KEEP_ONE: ("flag-fill", "green"),
}
