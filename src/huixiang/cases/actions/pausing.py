"""Pausing a clock, for a reason of the closed list only and until a day that is named, and resuming it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from huixiang.rules.calendar import CHINA, WorkingCalendar, at_clock
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import Step
from huixiang.rules.spans import DAY_ENDS

from ..choices import PauseReason
from ..deadlines import deadlines_for
from ..ledger import Act, advance, read_for_change
from ..models import Case
from ..reasons import reasons
from ..refusals import Refused

# No rule bounds a test or a hearing; a day further off than this is a slip of the pen.
FURTHEST_DAYS = 366
_WORDS = {"institution": "鉴定、检测机构的名称", "receiving_body": "接收机关的名称", "receipt_number": "接收回执编号"}


@dataclass(frozen=True)
class Waited:
    """Whom or what a pause waits for; `data/reasons.json` says which of it a reason requires."""

    institution: str = ""
    receiving_body: str = ""
    receipt_number: str = ""


@transaction.atomic
def pause(
    case: Case, act: Act, *, reason: str, explanation: str, expected_on: date | None, waited: Waited | None = None
) -> Case:
    """Stops the limits of the case until `expected_on`, when its coordinator and unit are warned.

    Internal approval, meetings or system work are no reasons. Raises Refused beside the field that is wrong.
    """
    waited = waited or Waited()
    if reason not in PauseReason.values:
        raise Refused("只有补充材料、法定鉴定检测、听证、已移送四种情形可以暂停计时。", field="reason")
    for name, words in _WORDS.items():
        if name in reasons("pause")[reason].requires and not getattr(waited, name).strip():
            raise Refused(f"{PauseReason(reason).label}：请写明{words}。", field=name)
    if not explanation.strip():
        raise Refused("请写明在等什么、由谁办。", field="explanation")
    case = read_for_change(case.pk)
    until = _checked(case, reason, expected_on, act.at)
    data = {"reason": reason, "explanation": explanation, "expected_on": until.isoformat()}
    data |= {name: said for name, said in asdict(waited).items() if said}
    advance(
        case, Step.PAUSE, act, data=data, is_public=True, pause_reason=reason, paused_at=act.at,
        due_at=at_clock(until, DAY_ENDS),
    )  # fmt: skip
    return case


@transaction.atomic
def resume(case: Case, act: Act) -> Case:
    """Starts the clock again; what the pause took of the limit's own time is added to what was left."""
    case = read_for_change(case.pk)
    answer_due = case.answer_due_at
    if answer_due is not None and case.paused_at is not None:
        answer_due = deadlines_for(case).after_pause(ClockKind.ANSWER, answer_due, case.paused_at, act.at, case.lane)
    advance(
        case, Step.RESUME, act, is_public=True, pause_reason="", paused_at=None, due_at=answer_due,
        answer_due_at=answer_due,
    )  # fmt: skip
    return case


def _checked(case: Case, reason: str, expected_on: date | None, at: datetime) -> date:
    today = at.astimezone(CHINA).date()
    if expected_on is None:
        raise Refused("请填写预计哪天有结果。到那天系统会提醒您和承办单位。", field="expected_on")
    if expected_on <= today:
        raise Refused("预计有结果的日子要在今天以后。", field="expected_on")
    if (expected_on - today).days > FURTHEST_DAYS:
        raise Refused("预计有结果的日子不能在一年以后，请核对年份。", field="expected_on")
    most = reasons("pause")[reason].working_days
    if most is not None:
        calendar = deadlines_for(case).calendar_for(at)
        left = most - _working_days_taken(case, reason, calendar)
        if left <= 0:
            words = f"这一次办理中，{PauseReason(reason).label}的{most}个工作日已经用完"
            raise Refused(f"{words}，请按现有情况办理。", field="reason")
        last = calendar.add_working_days(today, left)
        if expected_on > last:
            words = f"{PauseReason(reason).label}最长{most}个工作日，最晚到{last.month}月{last.day}日。"
            raise Refused(f"{words}到时还没有收到，请按现有情况办理。", field="expected_on")
    return expected_on


def _working_days_taken(case: Case, reason: str, calendar: WorkingCalendar) -> int:
    """Working days that earlier pauses of this round took for the same reason: resuming in between gains none."""
    taken, began = 0, None
    events = case.events.filter(step__in=[Step.PAUSE, Step.RESUME, Step.REOPEN]).order_by("seq")
    for step, at, data in events.values_list("step", "at", "data"):
        day = at.astimezone(CHINA).date()
        if step == Step.REOPEN:
            taken = 0
        elif step == Step.PAUSE:
            began = day if data.get("reason") == reason else None
        elif began is not None:
            taken += calendar.working_days_between(began, day)
    return taken
