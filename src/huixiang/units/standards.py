"""The standards and the calendar in force, read once per version and process."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from huixiang.accounts.shapes import Shape
from huixiang.rules.calendar import CHINA, WorkingCalendar
from huixiang.rules.clocks import ClockKind, Standard
from huixiang.rules.spans import read_span
from huixiang.rules.standards import Row

from .models import CalendarYear, RuleVersion, ServiceStandard
from .sources import cited

# From 2 November on: the State Council usually publishes the next year's holidays in these weeks.
WARN_BEFORE = timedelta(days=60)
MOST_FOUND = 20_000


@dataclass(frozen=True)
class Rules:
    """Everything that due times are computed from."""

    calendar: WorkingCalendar
    rows: tuple[Row, ...]
    _by_region: dict[str, tuple[Row, ...]] = field(default_factory=dict, compare=False, repr=False)
    # What was found for one kind of case before (see `rules.standards.Deadlines`); at most MOST_FOUND of them.
    _found: dict[tuple[object, ...], Standard | None] = field(default_factory=dict, compare=False, repr=False)

    def rows_for(self, region: str) -> tuple[Row, ...]:
        """The rows that can speak of a region: so that a case does not pay for the rows of all other counties."""
        found = self._by_region.get(region)
        if found is None:
            found = self._by_region[region] = tuple(row for row in self.rows if region.startswith(row.region))
        return found

    @property
    def found(self) -> dict[tuple[object, ...], Standard | None]:
        """Where standards once found are kept; emptied when it has grown large."""
        if len(self._found) > MOST_FOUND:
            self._found.clear()
        return self._found


def in_force() -> Rules:
    """The rules as they stand now: one small query, and a reading of the tables only after a change."""
    (version,) = _VERSION()
    return _read(version.value)


_VERSION: Shape[RuleVersion] = Shape(lambda: RuleVersion.objects.filter(pk=1))


def missing_year(at: datetime) -> int | None:
    """The year whose calendar is wanted now and is not there: this one, or the next from WARN_BEFORE its start on."""
    today = at.astimezone(CHINA).date()
    for day in (today, today + WARN_BEFORE):
        if not CalendarYear.objects.filter(year=day.year).exists():
            return day.year
    return None


def is_tentative(due: datetime | None, at: datetime) -> bool:
    """Whether a counted due time lies in a year after `at` whose days off are not in the calendar yet."""
    # The calendar is not read where nothing can be unknown: nearly always.
    if due is None or due.astimezone(CHINA).year <= at.astimezone(CHINA).year:
        return False
    return not in_force().calendar.knows(due.astimezone(CHINA).date())


def row_of(standard: ServiceStandard) -> Row:
    """The row of a stored figure."""
    return Row(
        clock=ClockKind(standard.clock),
        region=standard.region_code,
        span=read_span(standard.span),
        source=cited(standard.source),
        effective_from=standard.effective_from,
        effective_to=standard.effective_to,
        lane=standard.lane,
        kind=standard.kind,
        column=standard.column_code,
        yellow_share=standard.yellow_share,
        yellow_days=standard.yellow_days,
    )


@lru_cache(maxsize=2)
def _read(version: int) -> Rules:
    years = {str(y.year): {"rest": y.rest, "workdays": y.workdays} for y in CalendarYear.objects.all()}
    rows = tuple(row_of(standard) for standard in ServiceStandard.objects.all())
    return Rules(WorkingCalendar.from_tables(years), rows)
