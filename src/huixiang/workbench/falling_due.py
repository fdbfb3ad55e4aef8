"""What falls due when, for those who watch over a region: clocks of cases, promises, orders and tasks, by kind.

Promises, orders and tasks that wait are few, so a month of them is one statement per kind; cases are counted a day at a
time and only so far.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from huixiang.cases.choices import CLOCK_LABELS, AssignmentRole, AssignmentState, Lane, ReplyKind
from huixiang.cases.models import Assignment, Case, CaseEvent, Commitment, Reply
from huixiang.cases.querysets import CaseQuerySet
from huixiang.rules.calendar import CHINA, at_clock
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step
from huixiang.rules.spans import DAY_ENDS
from huixiang.supervision import access, watching
from huixiang.supervision.models import InstructionTask, SupervisionOrder
from huixiang.units.access import Actor

# Beyond this a day of the calendar is only "999+".
DAY_CAP = 1000
# Urgent cases whose danger is not yet under control are read one by one; more than these were never open at once.
CONTROLS_MOST = 300
CASE, CONTROL, PROMISE, APPROVAL = "case", "control", "promise", "approval"
ORDER, TASK, SUPPORT = "order", "task", "support"
# Short for the cells of a month, long for the list of a day.
KINDS = {
    CASE: ("留言", "留言的下一步"), CONTROL: ("控险", CLOCK_LABELS[ClockKind.SAFETY_CONTROL]),
    PROMISE: ("承诺", "答应留言人的事"), APPROVAL: ("补审", "先发的回复补审"), ORDER: ("督办", "督办函答复"),
    TASK: ("批示", "领导批示任务"), SUPPORT: ("协办", "协办任务"),
}  # fmt: skip
_SAID_NEXT = (ReplyKind.INITIAL, ReplyKind.PROGRESS)
_NOT_OWN = (State.TRACKING, State.PAUSED)


@dataclass(frozen=True)
class Line:
    """One thing that is due on a day."""

    due_at: datetime
    case: Case
    words: str
    unit: str
    # A date that somebody named stands whatever the calendar says.
    is_counted: bool = False
    order: int | None = None


# The first and the last of some days side by side.
Window = tuple[date, date]


def by_day(actor: Actor, days: Sequence[date]) -> dict[date, Counter[str]]:
    """How many of each kind are due on each of the days, which lie side by side."""
    window = (days[0], days[-1])
    found: dict[date, Counter[str]] = {day: Counter() for day in days}
    for day in days:
        found[day][CASE] = _on(_cases(actor), "due_at", (day, day)).values("pk")[:DAY_CAP].count()
    for kind, rows, name in _rows(actor):
        counted = _on(rows, name, window).order_by().annotate(day=TruncDate(name, tzinfo=CHINA)).values("day")
        for row in counted.annotate(n=Count("pk", distinct=True)):
            found[row["day"]][kind] += row["n"]
    for day in _promised_days(actor, window):
        found[day][PROMISE] += 1
    for line in _controls(actor, window):
        found[line.due_at.astimezone(CHINA).date()][CONTROL] += 1
    return found


def on(actor: Actor, day: date, most: int) -> list[tuple[str, list[Line]]]:
    """What is due on a day, by kind, the soonest first; at most `most` of each."""
    window = (day, day)
    found: dict[str, list[Line]] = defaultdict(list)
    rows = _on(_cases(actor), "due_at", window).order_by("due_at", "pk").for_lists()[:most]
    found[CASE] = [Line(c.due_at, c, "", _name(c.lead_unit), is_counted=True) for c in rows if c.due_at]
    found[CONTROL] = _controls(actor, window)[:most]
    found[PROMISE] = _promises(actor, window, most)
    for kind, things, name in _rows(actor):
        found[kind] = [_line(kind, row) for row in _on(things, name, window).order_by("owed_at", "pk")[:most]]
    return [(KINDS[kind][1], found[kind]) for kind in KINDS if found[kind]]


def _cases(actor: Actor) -> CaseQuerySet:
    """Cases whose own clock runs; what was promised to their authors is counted by itself."""
    return access.overseen(actor).alive().exclude(state__in=_NOT_OWN)


def _rows(actor: Actor) -> list[tuple[str, QuerySet[Any], str]]:
    """The kinds whose rows have their due time beside them, with its name."""
    cases = access.overseen(actor)
    replies = Reply.objects.unapproved().filter(case__in=cases)
    orders = SupervisionOrder.objects.filter(case__in=cases, answered_at=None)
    tasks = InstructionTask.objects.filter(instruction__in=access.instructions(actor), done_at=None)
    support = Assignment.objects.filter(case__in=cases.alive(), role=AssignmentRole.SUPPORTING)
    support = support.filter(state__in=AssignmentState.live()).exclude(case__state=State.PAUSED)
    signing = Q(state=AssignmentState.OFFERED)
    found: list[tuple[str, QuerySet[Any], Any]] = [
        (APPROVAL, replies.select_related("case", "unit"), F("approve_by_at")),
        (ORDER, orders.select_related("case", "unit"), F("due_at")),
        (TASK, tasks.select_related("instruction__case", "unit"), F("due_at")),
        (SUPPORT, support.filter(signing).select_related("case", "unit"), Coalesce("sign_due_at", "due_at")),
        (SUPPORT, support.exclude(signing).select_related("case", "unit"), F("due_at")),
    ]
    return [(kind, rows.annotate(owed_at=moment), "owed_at") for kind, rows, moment in found]


def _promised_days(actor: Actor, window: Window) -> list[date]:
    days = list(_commitments(actor, window).values_list("due_on", flat=True))
    return days + [day for day in _next_words(actor, window).values_list("next_report_on", flat=True) if day]


def _promises(actor: Actor, window: Window, most: int) -> list[Line]:
    kept = _commitments(actor, window).select_related("case", "unit").order_by("pk")[:most]
    said = _next_words(actor, window).select_related("case", "unit").order_by("pk")[:most]
    due = at_clock(window[0], DAY_ENDS)
    lines = [Line(due, row.case, row.what, row.unit.name) for row in kept]
    return [*lines, *(Line(due, row.case, "再次答复留言人", row.unit.name) for row in said)][:most]


def _commitments(actor: Actor, window: Window) -> QuerySet[Commitment]:
    return Commitment.objects.open().filter(case__in=access.overseen(actor), due_on__range=window).order_by()


def _next_words(actor: Actor, window: Window) -> QuerySet[Reply]:
    """Replies whose author said when the next word would come, and that no later one has followed."""
    later = Reply.objects.published().filter(case=OuterRef("case"), published_at__gt=OuterRef("published_at"))
    own = Reply.objects.published().filter(case__in=access.overseen(actor), case__state=State.HANDLING)
    return own.filter(~Exists(later), kind__in=_SAID_NEXT, next_report_on__range=window).order_by()


def _controls(actor: Actor, window: Window) -> list[Line]:
    """Dangers that are not under control yet, read off their clocks."""
    logged = CaseEvent.objects.filter(case=OuterRef("pk"), step=Step.LOG_CONTROL)
    cases = access.overseen(actor).alive().filter(~Exists(logged), lane=Lane.URGENT)
    chosen = list(cases.order_by("-pk").for_lists()[:CONTROLS_MOST])
    clocks = watching.clocks_of_cases(chosen)
    lines = [
        Line(clock.due_at, case, CLOCK_LABELS[clock.kind], _name(case.lead_unit), is_counted=True)
        for case in chosen
        for clock in clocks[case.pk]
        if clock.kind == ClockKind.SAFETY_CONTROL and clock.is_running
    ]
    start, end = _bounds(window)
    return sorted((line for line in lines if start <= line.due_at < end), key=lambda line: (line.due_at, line.case.pk))


def _line(kind: str, row: Any) -> Line:
    case = row.instruction.case if kind == TASK else row.case
    field = {TASK: "task", ORDER: "number"}.get(kind)
    said = str(getattr(row, field)) if field else ""
    return Line(row.owed_at, case, said, _name(row.unit), kind == SUPPORT, row.pk if kind == ORDER else None)


def _name(unit: Any) -> str:
    return str(unit.name) if unit else ""


def _on(rows: Any, name: str, window: Window) -> Any:
    start, end = _bounds(window)
    return rows.filter(**{f"{name}__gte": start, f"{name}__lt": end})


def _bounds(window: Window) -> tuple[datetime, datetime]:
    return datetime.combine(window[0], time(), CHINA), datetime.combine(window[1] + timedelta(days=1), time(), CHINA)


def words_of(counts: Counter[str]) -> Iterable[tuple[str, str]]:
    """The kinds that a day has, in short words, with their numbers: 留言 12, 承诺 3."""
    return [
        (KINDS[kind][0], f"{DAY_CAP - 1}+" if kind == CASE and counts[kind] == DAY_CAP else str(counts[kind]))
        for kind in KINDS
        if counts[kind]
    ]
