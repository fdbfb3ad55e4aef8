"""The figures of a look-back: how many replies, how many to be sent back, by reef and severity, over time, by unit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.timezone import localtime

from huixiang.nlp.reefs import REEFS

from .models import LookBack

# Up to this many days the trend goes by weeks, beyond by months: five to twenty points either way.
WEEKS_UP_TO = timedelta(days=92)
UNITS_SHOWN = 30


@dataclass(frozen=True)
class Share:
    """How many of so many replies should have been sent back."""

    label: str
    replies: int
    sent_back: int

    @property
    def percent(self) -> int:
        """The share in whole percent; 0 of nothing is 0."""
        return round(100 * self.sent_back / self.replies) if self.replies else 0


@dataclass(frozen=True)
class ReefCount:
    """On how many replies a reef stands, as a warning and as a reason to send back."""

    code: str
    warned: int
    sent_back: int

    @property
    def name(self) -> str:
        """What people call the reef."""
        return REEFS[self.code].name

    @property
    def together(self) -> int:
        """Both severities."""
        return self.warned + self.sent_back


@dataclass(frozen=True)
class Figures:
    """All figures of one look-back."""

    replies: int
    failed: int
    sent_back: int
    warned: int
    clean: int
    reefs: list[ReefCount] = field(default_factory=list)
    trend: list[Share] = field(default_factory=list)
    units: list[Share] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """The figures as plain values, for `LookBack.summary`."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Figures":
        """The figures as they were stored."""
        rows = {
            "reefs": [ReefCount(**row) for row in stored["reefs"]],
            "trend": [Share(**row) for row in stored["trend"]],
            "units": [Share(**row) for row in stored["units"]],
        }
        return cls(**{**stored, **rows})


@dataclass(frozen=True)
class _Seen:
    day: date
    unit: str
    send_back: bool
    reefs: tuple[tuple[str, int], ...]


def count(look_back: LookBack) -> Figures:
    """Count the judged replies of a look-back."""
    rows = [_seen(*row) for row in look_back.looked.filter(opinion__isnull=False).values_list(
        "reply__published_at", "reply__unit__name", "opinion__send_back", "opinion__findings"
    ).iterator(2000)]  # fmt: skip
    sent_back = sum(row.send_back for row in rows)
    warned = sum(bool(row.reefs) and not row.send_back for row in rows)
    tally = Counter(reef for row in rows for reef in row.reefs)
    return Figures(
        replies=len(rows),
        failed=look_back.looked.exclude(error="").count(),
        sent_back=sent_back,
        warned=warned,
        clean=len(rows) - sent_back - warned,
        reefs=[ReefCount(code, tally[code, 1], tally[code, 2]) for code in REEFS],
        trend=_trend(look_back, rows),
        units=_units(rows),
    )


def _seen(published_at: Any, unit: str, send_back: bool, findings: Iterable[dict[str, Any]]) -> _Seen:
    reefs = tuple((finding["code"], finding["severity"]) for finding in findings)
    return _Seen(localtime(published_at).date(), unit, send_back, reefs)


def _trend(look_back: LookBack, rows: Sequence[_Seen]) -> list[Share]:
    is_weekly = look_back.until_on - look_back.from_on <= WEEKS_UP_TO
    starts = _starts(look_back.from_on, look_back.until_on, is_weekly=is_weekly)
    every, bad = Counter[date](), Counter[date]()
    for row in rows:
        start = _start(row.day, is_weekly=is_weekly)
        every[start] += 1
        bad[start] += row.send_back
    while starts and not every[starts[0]]:
        # Months before the first reply tell nothing; empty ones in between do.
        starts.pop(0)
    return [Share(_label(start, is_weekly=is_weekly), every[start], bad[start]) for start in starts]


def _start(day: date, *, is_weekly: bool) -> date:
    return day - timedelta(days=day.weekday()) if is_weekly else day.replace(day=1)


def _starts(first: date, last: date, *, is_weekly: bool) -> list[date]:
    found, start = [], _start(first, is_weekly=is_weekly)
    while start <= last:
        found.append(start)
        start = start + timedelta(days=7) if is_weekly else (start + timedelta(days=32)).replace(day=1)
    return found


def _label(start: date, *, is_weekly: bool) -> str:
    if not is_weekly:
        return f"{start.year}年{start.month}月"
    end = start + timedelta(days=6)
    return f"{start.month}月{start.day}日至{'' if end.month == start.month else f'{end.month}月'}{end.day}日"


def _units(rows: Sequence[_Seen]) -> list[Share]:
    every = Counter(row.unit for row in rows)
    bad = Counter(row.unit for row in rows if row.send_back)
    shares = [Share(unit, number, bad[unit]) for unit, number in every.items()]
    return sorted(shares, key=lambda share: (-share.sent_back, -share.replies, share.label))[:UNITS_SHOWN]
