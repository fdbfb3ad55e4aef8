"""Foreseeing: which due times of open cases a changed calendar would move, before it is saved."""

from dataclasses import dataclass
from datetime import datetime

from huixiang.cases.models import Case
from huixiang.rules.calendar import WorkingCalendar
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import ALIVE
from huixiang.units.standards import Rules, in_force

from .watching import BATCH, clocks_under

# Looking at more would keep the page waiting; the words say that the figure is of the first so many.
MOST = 5_000
EXAMPLES = 8


@dataclass(frozen=True)
class Move:
    """One due time that would move."""

    number: str
    clock: ClockKind
    before: datetime
    after: datetime


@dataclass(frozen=True)
class Effect:
    """What a changed calendar would do: of `looked_at` open cases `moved` have due times that move."""

    looked_at: int
    moved: int
    examples: list[Move]
    is_capped: bool


def foresee(calendar: WorkingCalendar, *, at: datetime, most: int = MOST) -> Effect:
    """Compares the running clocks of open cases under today's calendar with those under `calendar`."""
    now = in_force()
    then = Rules(calendar, now.rows)
    ids = list(Case.objects.filter(state__in=ALIVE).order_by("-pk").values_list("pk", flat=True)[: most + 1])
    moved, examples = 0, list[Move]()
    for start in range(0, min(len(ids), most), BATCH):
        chosen = ids[start : min(start + BATCH, most)]
        for case, before, after in clocks_under(chosen, now, then, at):
            moves = [
                Move(case.number, old.kind, old.due_at, new.due_at)
                for old, new in zip(before, after, strict=True)
                if old.is_running and old.due_at != new.due_at
            ]
            moved += bool(moves)
            examples += moves[: max(0, EXAMPLES - len(examples))]
    return Effect(min(len(ids), most), moved, examples, len(ids) > most)
