"""Service standards: which limit holds for which clock of which case; every figure is data and names its source.

The most telling row wins: one for the case's lane before one for any lane, then the nearest region, then the column,
then the kind. A case keeps the rows that were in force on the day it came in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .calendar import CHINA, WorkingCalendar
from .clocks import FIGURES_OF, ClockKind, Standard
from .spans import BadSpan, Span, read_span

_KEYS = frozenset(
    {
        "clock", "region", "span", "source", "effective_from", "effective_to", "lane", "kind", "column", "yellow_share",
        "yellow_days",
    }
)  # fmt: skip


class BadStandard(ValueError):
    """A row of a standard is refused; says which key and why."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}")
        self.key, self.why = key, why


@dataclass(frozen=True)
class Row:
    """One figure of a standard; an empty lane, kind or column means any."""

    clock: ClockKind
    region: str
    span: Span
    source: str
    effective_from: date
    effective_to: date | None = None
    lane: str = ""
    kind: str = ""
    column: str = ""
    yellow_share: float | None = None
    yellow_days: int | None = None

    def fits(self, clock: ClockKind, *, region: str, lane: str, kind: str, column: str, on: date) -> bool:
        """Whether this row speaks of such a case that began on `on`."""
        return (
            self.clock == clock
            and region.startswith(self.region)
            and self.lane in {"", lane}
            and self.kind in {"", kind}
            and self.column in {"", column}
            and self.effective_from <= on
            and (self.effective_to is None or on < self.effective_to)
        )

    def rank(self) -> tuple[bool, int, bool, bool]:
        """How telling the row is; of those that fit, the greatest wins."""
        return bool(self.lane), len(self.region), bool(self.column), bool(self.kind)

    def standard(self) -> Standard:
        """The row as clocks use it."""
        return Standard(self.clock, self.span, self.source, self.yellow_share, self.yellow_days)

    def overlaps(self, other: "Row") -> bool:
        """Whether both would hold for the same cases on some day."""
        mine = (self.clock, self.region, self.lane, self.kind, self.column)
        theirs = (other.clock, other.region, other.lane, other.kind, other.column)
        ends_before = self.effective_to is not None and self.effective_to <= other.effective_from
        starts_after = other.effective_to is not None and other.effective_to <= self.effective_from
        return mine == theirs and not ends_before and not starts_after


def read_row(table: Mapping[str, Any]) -> Row:
    """The row of a table as data files hold it; raises BadStandard with the key that is wrong."""
    for key in table:
        if key not in _KEYS:
            # A misspelt "effective_to" must not become a figure for ever.
            raise BadStandard(str(key), f"is none of {', '.join(sorted(_KEYS))}")
    try:
        clock = ClockKind(table.get("clock", ""))
    except ValueError as error:
        raise BadStandard("clock", f"{table.get('clock')!r} is no clock") from error
    if clock in FIGURES_OF:
        raise BadStandard("clock", f"{clock} follows the figures of {FIGURES_OF[clock]}")
    try:
        span = read_span(_table(table.get("span")))
    except BadSpan as error:
        raise BadStandard("span", str(error)) from error
    if not str(table.get("source", "")).strip():
        raise BadStandard("source", "every figure must name its source")
    share, days = table.get("yellow_share"), table.get("yellow_days")
    if share is not None and not (isinstance(share, int | float) and 0 < share < 1):
        raise BadStandard("yellow_share", f"{share!r} is not between 0 and 1")
    if days is not None and not (isinstance(days, int) and not isinstance(days, bool) and 0 < days <= 60):
        raise BadStandard("yellow_days", f"{days!r} is no whole number from 1 to 60")
    starts, ends = _day(table, "effective_from"), _day(table, "effective_to")
    if starts is None:
        raise BadStandard("effective_from", "is missing")
    if ends is not None and ends <= starts:
        raise BadStandard("effective_to", "is not later than effective_from")
    texts = {name: str(table.get(name) or "") for name in ("lane", "kind", "column")}
    return Row(
        clock, str(table.get("region", "")), span, str(table["source"]), starts, ends, yellow_share=share,
        yellow_days=days, **texts,
    )  # fmt: skip


def check_rows(rows: Iterable[Row], *, regions: Iterable[str]) -> None:
    """Raises BadStandard where a row names an unknown region or overlaps another one."""
    known, seen = set(regions), list[Row]()
    for row in rows:
        if row.region not in known:
            raise BadStandard("region", f"{row.region!r} does not exist")
        for other in seen:
            if row.overlaps(other):
                raise BadStandard("effective_from", f"overlaps another row of {row.clock} from {other.effective_from}")
        seen.append(row)


def resolve(
    rows: Iterable[Row], clock: ClockKind, *, region: str, lane: str, kind: str, column: str, on: date
) -> Standard | None:
    """The standard for one clock of a case that began on `on`; None where the clock does not run for such cases."""
    fitting = [row for row in rows if row.fits(clock, region=region, lane=lane, kind=kind, column=column, on=on)]
    return max(fitting, key=Row.rank).standard() if fitting else None


def winner(rows: Iterable[Row], like: Row, *, region: str, on: date) -> Row | None:
    """The row that holds in `region` on a day for the cases that `like` speaks of; None where none does."""
    scope = {"lane": like.lane, "kind": like.kind, "column": like.column}
    return max((row for row in rows if row.fits(like.clock, region=region, on=on, **scope)), key=Row.rank, default=None)


@dataclass(frozen=True)
class Deadlines:
    """Due times for one case: its region, kind, column and the day it began, on one calendar."""

    calendar: WorkingCalendar
    rows: tuple[Row, ...]
    region: str
    kind: str
    column: str
    began_on: date
    # What was found in these rows before: shared by the cases of one sweep, which mostly ask the same.
    found: dict[tuple[object, ...], Standard | None] = field(default_factory=dict, compare=False, repr=False)

    def standard(self, clock: ClockKind, lane: str) -> Standard | None:
        """The standard of a clock in a lane; None where no such clock runs."""
        clock = FIGURES_OF.get(clock, clock)
        place = (clock, self.region, lane, self.kind, self.column, self.began_on)
        if place not in self.found:
            self.found[place] = resolve(
                self.rows, clock, region=self.region, lane=lane, kind=self.kind, column=self.column, on=self.began_on
            )
        return self.found[place]

    def due(self, clock: ClockKind, start: datetime, lane: str) -> datetime:
        """When a clock started at `start` is due; raises LookupError where the standard has no such figure."""
        return self._needed(clock, lane).span.after(start, self.calendar_for(start))

    def after_pause(
        self, clock: ClockKind, due: datetime, paused_at: datetime, resumed_at: datetime, lane: str
    ) -> datetime:
        """When a clock that was due at `due` is due after a pause; raises LookupError like `due`."""
        calendar = self.calendar_for(paused_at).provisional(
            *(m.year + n for m in (due, resumed_at) for n in (-1, 0, 1))
        )
        return self._needed(clock, lane).span.moved(due, paused_at, resumed_at, calendar)

    def _needed(self, clock: ClockKind, lane: str) -> Standard:
        standard = self.standard(clock, lane)
        if standard is None:
            raise LookupError(f"no standard for {clock} in {self.region}")
        return standard

    def calendar_for(self, start: datetime) -> WorkingCalendar:
        """The calendar, with plain weeks for the year after `start` while its holidays are not announced.

        A due time must exist even then; `is_provisional` marks it, and the year's table, once entered, corrects it.
        """
        year = start.astimezone(CHINA).year
        return self.calendar.provisional(*range(year - 1, year + 3))

    def is_provisional(self, due: datetime) -> bool:
        """Whether `due` rests on plain weeks because its year's holidays are not in the calendar yet."""
        return not self.calendar.knows(due.astimezone(CHINA).date())


def _table(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise BadSpan(f"{value!r} is no table of unit and value")


def _day(table: Mapping[str, Any], key: str) -> date | None:
    value = table.get(key)
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise BadStandard(key, f"{value!r} is no date such as 2026-01-31") from error
