"""Replaying: what the clocks would have said about pairs of messages and replies that are long past."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from huixiang.rules.calendar import CHINA, WorkingCalendar
from huixiang.rules.clocks import Clock, Light, Standard, light_of
from huixiang.rules.ladder import Means, climbs
from huixiang.rules.spans import Span, WorkingDays, WorkingHours

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The marks of the survey: wall-clock, and the same mark in working time.
MARKS: list[tuple[str, timedelta, Span]] = [
    ("5 h", 5 * HOUR, WorkingHours(5 * HOUR)),
    ("24 h", 24 * HOUR, WorkingDays(1)),
    ("48 h", 48 * HOUR, WorkingDays(2)),
    ("5 d", 5 * DAY, WorkingDays(5)),
    ("15 d", 15 * DAY, WorkingDays(15)),
    ("30 d", 30 * DAY, WorkingDays(30)),
]


class BadPair(ValueError):
    """A line of the file is no pair with times; says which line and why."""


@dataclass(frozen=True)
class Pair:
    """When a message came and when its reply came."""

    asked_at: datetime
    answered_at: datetime


@dataclass
class Replay:
    """How many pairs kept each mark, and what each standard's clock showed when the reply came."""

    pairs: int = 0
    wall: Counter[str] = field(default_factory=Counter)
    working: Counter[str] = field(default_factory=Counter)
    lights: dict[str, Counter[Light]] = field(default_factory=dict)
    rungs: dict[str, Counter[Means]] = field(default_factory=dict)


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of a JSON Lines file (plain or .gz): fields `time` and `reply_time` in China time; raises BadPair."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                asked, answered = (datetime.fromisoformat(row[name]) for name in ("time", "reply_time"))
            except (ValueError, KeyError, TypeError) as error:
                raise BadPair(f"line {number}: {error!r}") from error
            yield Pair(asked.replace(tzinfo=CHINA), answered.replace(tzinfo=CHINA))


def replay(pairs: Iterable[Pair], standards: dict[str, Standard], calendar: WorkingCalendar) -> Replay:
    """Runs each standard's clock over each pair, as if it had been in force then."""
    out = Replay(lights={n: Counter() for n in standards}, rungs={n: Counter() for n in standards})
    for pair in pairs:
        out.pairs += 1
        _mark(out, pair, calendar)
        for name, standard in standards.items():
            _run(out, name, standard, pair, calendar)
    return out


def _mark(out: Replay, pair: Pair, calendar: WorkingCalendar) -> None:
    for name, wall, working in MARKS:
        out.wall[name] += pair.answered_at - pair.asked_at <= wall
        out.working[name] += pair.answered_at <= working.after(pair.asked_at, calendar)


def _run(out: Replay, name: str, standard: Standard, pair: Pair, calendar: WorkingCalendar) -> None:
    due = standard.span.after(pair.asked_at, calendar)
    clock = Clock(standard.clock, "", pair.asked_at, due, standard)
    out.lights[name][light_of(clock, calendar, pair.answered_at)] += 1
    for climb in climbs([clock], calendar, pair.answered_at):
        if climb.asks:
            out.rungs[name][climb.asks] += 1
