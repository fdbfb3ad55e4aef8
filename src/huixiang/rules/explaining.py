"""Explaining a clock step by step: which figure it follows, which days do not count, and when which light comes on."""

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

from .calendar import CHINA, ONE_DAY, WorkingCalendar, spoken_day
from .clocks import Clock, ClockKind, Standard, black_at, moment, yellow_at
from .ladder import FOR_THE_CITIZEN
from .spans import CLOSES, OFFICE_HOURS, OPENS, CalendarDays, OpenHours, WorkingDays, WorkingHours
from .standards import Deadlines, Row

# A share such as 0.467 of 15 days is meant as seven days.
WHOLE_DAY = 0.02
# Where somebody named the date, no figure of a standard had a part in it.
_NAMED = {
    ClockKind.COMMITMENT: "公开承诺，按承诺的日期，应于{}前兑现",
    ClockKind.INSTRUCTION: "批示交办，按批示定的日期，应于{}前完成",
    ClockKind.PAUSE: "暂停计时，按预计的日期，应于{}前恢复",
}


def origin(clock: Clock, deadlines: Deadlines) -> Row | None:
    """The row of the standard that a clock of the case follows; None where a table since then has lost it."""
    place = {"region": deadlines.region, "kind": deadlines.kind, "column": deadlines.column, "on": deadlines.began_on}
    fitting = [row for row in deadlines.rows if row.fits(clock.standard.clock, lane=row.lane, **place)]  # type: ignore[arg-type]
    same = [row for row in fitting if row.standard() == clock.standard]
    return max(same, key=Row.rank, default=None)


def explain(clock: Clock, calendar: WorkingCalendar) -> list[str]:
    """The steps of a clock's computation in words, the start first; `calendar` must know or allow for its years."""
    named = "" if clock.is_counted else _NAMED.get(clock.kind, "")
    head = moment(clock.started_at) + named.format(moment(clock.due_at)) if named else clock.reasons[0]
    return [head, *_uncounted(clock, calendar), *clock.reasons[1:], *_lights(clock, calendar)]


def _uncounted(clock: Clock, calendar: WorkingCalendar) -> list[str]:
    """The days and hours between start and due time that did not count, and the weekend days that did."""
    if not clock.is_counted:
        return []
    first, last = clock.started_at.astimezone(CHINA).date(), clock.due_at.astimezone(CHINA).date()
    span = clock.standard.span
    if isinstance(span, CalendarDays):
        return _moved(first + ONE_DAY * span.days, last, calendar)
    if isinstance(span, OpenHours):
        return [f"夜里{_clock(CLOSES)}至次日{_clock(OPENS)}不计"] if last > first else []
    if not isinstance(span, WorkingDays | WorkingHours):
        return []
    days = list(_days(first if isinstance(span, WorkingHours) else first + ONE_DAY, last))
    weekends = [d for d in days if d.weekday() >= 5 and not calendar.is_working_day(d)]
    holidays = [d for d in days if d.weekday() < 5 and not calendar.is_working_day(d)]
    worked = [d for d in days if d.weekday() >= 5 and calendar.is_working_day(d)]
    named = [(weekends, "周末"), (holidays, "放假")]
    off = "，".join(f"{spoken_days(found)}（{why}）" for found, why in named if found)
    said = (
        ["起算当天不计，从第二天数起"]
        if isinstance(span, WorkingDays)
        else ["只计工作时间（" + "、".join(f"{_clock(a)}至{_clock(b)}" for a, b in OFFICE_HOURS) + "）"]
    )
    said += [f"不计：{off}"] if off else []
    return [*said, f"照算：{spoken_days(worked)}（调休上班）"] if worked else said


def _moved(end: date, due: date, calendar: WorkingCalendar) -> list[str]:
    """That a last day off moved on to the next working day."""
    if calendar.is_working_day(end) or due <= end:
        return ["起算当天不计，周末和放假也算在内"]
    return [f"起算当天不计，周末和放假也算在内；最后一天{spoken_day(end)}不上班，顺延到{spoken_day(due)}"]


def _lights(clock: Clock, calendar: WorkingCalendar) -> list[str]:
    """When the clock turns yellow and when it turns black, and by which figure."""
    if clock.kind in FOR_THE_CITIZEN:
        return []
    standard = clock.standard
    return [
        f"{moment(yellow_at(clock, calendar))}起亮黄灯（{warning_words(standard)}），过了期限亮红灯，"
        f"{moment(black_at(clock, calendar))}后亮黑灯（再过{standard.black_after.words()}）"
    ]


def warning_words(standard: Standard) -> str:
    """When a standard turns yellow: 到期前1个工作日, 满7天, 用到60%."""
    if standard.yellow_days is not None:
        return f"到期前{standard.yellow_days}个工作日"
    share = 0.8 if standard.yellow_share is None else standard.yellow_share
    if isinstance(standard.span, CalendarDays):
        days = share * standard.span.days
        if abs(days - round(days)) < WHOLE_DAY:
            return f"满{round(days)}天"
    return f"用到{share:.0%}"


def spoken_days(days: Iterable[date]) -> str:
    """Days in order, neighbours as a range: 10月1日至7日、11日."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    said, month = [], 0
    for run in runs:
        start, end = run[0], run[-1]
        words = f"{start.month}月{start.day}日" if start.month != month else f"{start.day}日"
        month = start.month
        if len(run) > 2:
            words += f"至{end.month}月{end.day}日" if end.month != month else f"至{end.day}日"
        elif len(run) > 1:
            words += f"、{end.month}月{end.day}日" if end.month != month else f"、{end.day}日"
        month = end.month
        said.append(words)
    return "、".join(said)


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY
