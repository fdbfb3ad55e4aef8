"""How long each stage may take: the default service standard, each figure with its source (docs/sources.md)."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from .calendar import CHINA, WorkingCalendar, add_open_hours, at_clock


@dataclass(frozen=True)
class ServiceStandard:
    """The limits of one region; `…_days` count working days, timedeltas count wall-clock time."""

    # docs/sources.md#review: acceptance of online messages within two hours (Beijing draft standard).
    review: timedelta = timedelta(hours=2)
    # docs/sources.md#assign: "当天提交当天转办"; urgent ones within a quarter of an hour (Tianjin rules).
    assign_urgent: timedelta = timedelta(minutes=15)
    # docs/sources.md#sign-for
    sign_for_days: int = 1
    sign_for_urgent: timedelta = timedelta(minutes=30)
    # docs/sources.md#golden-hours: counted between 7:00 and 22:00 in the standard lane, round the clock when urgent.
    golden_hours: timedelta = timedelta(hours=5)
    golden_opens: time = time(7)
    golden_closes: time = time(22)
    # docs/sources.md#answer: by kind of message.
    answer_days: dict[str, int] = field(
        default_factory=lambda: {"consult": 3, "help": 5, "complaint": 7, "report": 7, "suggest": 10, "thanks": 10}
    )
    # docs/sources.md#objection
    objection_days: int = 1
    # docs/sources.md#extension: asked at least one working day before the due time, once, by at most ten working days.
    extension_notice_days: int = 1
    extension_days: int = 10
    # docs/sources.md#supplement
    supplement_days: int = 5
    # docs/sources.md#silence: silence of this length closes a case as unrated.
    rating_days: int = 5
    # docs/sources.md#reopen
    reopen: timedelta = timedelta(days=30)
    # docs/sources.md#supervision: a day's obligations end at this time of day.
    day_ends: time = time(17)


DEFAULT = ServiceStandard()


@dataclass(frozen=True)
class Deadlines:
    """Computes due moments from a standard and a calendar; every result is an aware China-time datetime."""

    calendar: WorkingCalendar
    standard: ServiceStandard = DEFAULT

    def working_days(self, start: datetime, days: int) -> datetime:
        """The end of the `days`-th working day after `start`."""
        day = self._calendar_for(start).add_working_days(start.astimezone(CHINA).date(), days)
        return at_clock(day, self.standard.day_ends)

    def review(self, submitted_at: datetime) -> datetime:
        """When the review must be done."""
        return submitted_at.astimezone(CHINA) + self.standard.review

    def assign(self, approved_at: datetime, *, urgent: bool) -> datetime:
        """When the case must be in a unit's hands: the same day, or within minutes when urgent."""
        if urgent:
            return approved_at.astimezone(CHINA) + self.standard.assign_urgent
        return at_clock(approved_at.astimezone(CHINA).date(), time(23, 59))

    def sign_for(self, assigned_at: datetime, *, urgent: bool) -> datetime:
        """When the unit must have accepted or objected."""
        if urgent:
            return assigned_at.astimezone(CHINA) + self.standard.sign_for_urgent
        return self.working_days(assigned_at, self.standard.sign_for_days)

    def first_word(self, assigned_at: datetime, *, urgent: bool) -> datetime:
        """When the first substantive word is due (golden hours)."""
        if urgent:
            return assigned_at.astimezone(CHINA) + self.standard.golden_hours
        s = self.standard
        return add_open_hours(assigned_at, s.golden_hours, s.golden_opens, s.golden_closes)

    def answer(self, accepted_at: datetime, kind: str) -> datetime:
        """When the final answer is due; `kind` is the kind of the message."""
        return self.working_days(accepted_at, self.standard.answer_days[kind])

    def _calendar_for(self, start: datetime) -> WorkingCalendar:
        # A due time must exist even before the next year's holidays are announced; the page marks it as provisional.
        year = start.astimezone(CHINA).year
        return self.calendar.provisional(year, year + 1)

    def is_provisional(self, due: datetime) -> bool:
        """Whether `due` rests on plain weeks because its year's holidays are not in the calendar yet."""
        return not self.calendar.knows(due.astimezone(CHINA).date())
