"""Due times of a case, from the standards in force on the day it came in and the calendar of today."""

from datetime import date, datetime

from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind
from huixiang.rules.standards import Deadlines
from huixiang.units.actions.setting_standards import Scopes, regions
from huixiang.units.standards import Rules, in_force

from .choices import Lane, MessageKind
from .models import Case, Column


def deadlines_for(case: Case, rules: Rules | None = None) -> Deadlines:
    """The calculator of due times for one case."""
    rules = rules or in_force()
    began_on = case.submitted_at.astimezone(CHINA).date()
    return Deadlines(
        rules.calendar, rules.rows_for(case.region_id), case.region_id, case.kind, case.column_id, began_on, rules.found
    )


def general(kind: str, on: date, *, region: str = "43", column: str = "") -> Deadlines:
    """The calculator for cases of a kind that begin on `on`, by the province's rules unless a region is named."""
    rules = in_force()
    return Deadlines(rules.calendar, rules.rows_for(region), region, kind, column, on)


def due(case: Case, clock: ClockKind, at: datetime, *, lane: str = "") -> datetime:
    """When `clock`, started at `at`, is due on this case in its present lane (or in `lane`)."""
    return deadlines_for(case).due(clock, at, lane or case.lane)


def first_word_due(case: Case, at: datetime) -> datetime | None:
    """When the first word is due on a case that is being assigned at `at`, or was before; None once one is out.

    The ledger knows better of a case that was passed on; the next sweep puts it right.
    """
    if case.first_reply_at is not None:
        return None
    is_urgent_from_the_start = case.lane == Lane.URGENT and case.round == 1
    return due(case, ClockKind.FIRST_WORD, case.submitted_at if is_urgent_from_the_start else at)


def scopes() -> Scopes:
    """Every code that a figure of a standard may speak of."""
    columns = frozenset(Column.objects.values_list("code", flat=True))
    return Scopes(regions(), frozenset(Lane.values), frozenset(MessageKind.values), columns)


def last_day_begun(at: datetime) -> date | None:
    """The last day whose cases must keep their standards: the day of `at`; None while there are no cases."""
    return at.astimezone(CHINA).date() if Case.objects.exists() else None
