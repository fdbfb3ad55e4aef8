"""The clocks of a case for its page: each with its light and how it was computed; and its supervision."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huixiang.cases.choices import CLOCK_LABELS
from huixiang.cases.deadlines import deadlines_for
from huixiang.cases.models import Assignment, Case, Column
from huixiang.rules.clocks import Clock, ClockKind, is_provisional, light_of
from huixiang.rules.explaining import explain, origin
from huixiang.rules.ladder import Means
from huixiang.supervision import access, watching
from huixiang.supervision.models import MeansLabel, RungLabel, StepState, SupervisionOrder, SupervisionStep
from huixiang.ui import moments
from huixiang.units.access import Actor
from huixiang.units.models import Region
from huixiang.units.standards import in_force

from .wording import scope_words


@dataclass(frozen=True)
class ClockLine:
    """One clock in words."""

    label: str
    light: str
    due_at: datetime
    words: str
    reasons: Sequence[str]
    is_running: bool
    is_paused: bool
    is_provisional: bool = False


@dataclass(frozen=True)
class Timed:
    """What runs on a case, what has run, and what supervision asked for and did."""

    running: list[ClockLine]
    stopped: list[ClockLine]
    steps: list[SupervisionStep]
    orders: list[SupervisionOrder]
    may_supervise: bool

    def context(self) -> dict[str, Any]:
        """What the templates need."""
        return {
            "running_clocks": self.running,
            "stopped_clocks": self.stopped,
            "supervision_steps": self.steps,
            "supervision_orders": self.orders,
            "may_supervise": self.may_supervise,
        }


def timed(actor: Actor, case: Case, at: datetime) -> Timed:
    """The clocks and the supervision of a case, as far as the person may know of it."""
    lines = clock_lines(case, at)
    watches = actor.covers(case.region_id, *access.LOOKING_ON)
    steps = (access.steps(actor) if watches else access.steps_of_own_units(actor)).filter(case=case)
    shown = steps.exclude(state=StepState.VOID).exclude(means=Means.WRITTEN, state=StepState.DONE)
    return Timed(
        [line for line in lines if line.is_running],
        [line for line in lines if not line.is_running],
        list(shown.select_related("unit", "done_by").order_by("asked_at", "pk")),
        list(access.orders(actor).filter(case=case).select_related("unit").order_by("issued_at", "pk")),
        access.supervises(actor, case.region_id),
    )


def clock_lines(case: Case, at: datetime) -> list[ClockLine]:
    """Every clock of a case in words: those that run first, the soonest due first, then what has stopped."""
    clocks = watching.look_at(case, at).clocks
    years = {m.year + n for c in clocks for m in (c.started_at, c.due_at) for n in (-1, 0, 1)} | {at.year}
    known = in_force().calendar
    calendar = known.provisional(*range(min(years), max(years) + 2))
    basis, helpers = _bases(case, clocks), _helpers(clocks)
    lines = [
        ClockLine(
            _label(clock, helpers), light_of(clock, calendar, at), clock.due_at, _words(clock, at),
            [*explain(clock, calendar), *basis(clock)],
            clock.stopped_at is None, clock.stopped_at is None and clock.paused_at is not None,
            clock.stopped_at is None and is_provisional(clock, known),
        )
        for clock in clocks
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (not line.is_running, line.due_at))


def _helpers(clocks: Sequence[Clock]) -> dict[str, str]:
    """By the key of a supporting task's clock, whose task it is: several units may support one case."""
    keys = [int(clock.key) for clock in clocks if clock.kind == ClockKind.SUPPORT]
    tasks = Assignment.objects.filter(pk__in=keys).values_list("pk", "unit__short_name") if keys else ()
    return {str(pk): name for pk, name in tasks}


def _label(clock: Clock, helpers: Mapping[str, str]) -> str:
    label = CLOCK_LABELS[clock.kind]
    return f"{label}（{helpers[clock.key]}）" if clock.kind == ClockKind.SUPPORT and clock.key in helpers else label


def _bases(case: Case, clocks: Sequence[Clock]) -> Callable[[Clock], list[str]]:
    """What tells of a clock which region's figure it follows, for which messages, since when; two statements."""
    deadlines = deadlines_for(case)
    rows = {clock: origin(clock, deadlines) for clock in clocks if clock.is_counted or clock.kind == ClockKind.ANSWER}
    names = dict(
        Region.objects.filter(code__in={row.region for row in rows.values() if row}).values_list("code", "name")
    )
    columns = dict(Column.objects.values_list("code", "name"))

    def words(clock: Clock) -> list[str]:
        row = rows.get(clock)
        if row is None:
            return []
        since = f"{row.effective_from.year}年{row.effective_from.month}月{row.effective_from.day}日"
        scope = scope_words(row, columns)
        return [f"用的是{names.get(row.region, row.region)}的标准：{scope}，{row.span.words()}，{since}起施行"]

    return words


def late_words(case: Case, at: datetime) -> str:
    """What is latest on a case, in the words of an order's reason: 正式答复超时; empty where nothing is late."""
    alerts = case.alerts.filter(over_at=None).order_by("due_at")
    worst = [a for rung in ("black", "red", "yellow") for a in alerts if a.rung == rung]
    return f"{CLOCK_LABELS[ClockKind(worst[0].clock)]}{RungLabel(worst[0].rung).label}" if worst else ""


def means_words(means: str) -> str:
    """A means of supervision in words."""
    return str(MeansLabel(means).label)


def _words(clock: Clock, at: datetime) -> str:
    if clock.paused_at is not None:
        return f"{moments.spoken(clock.paused_at, at)}起暂停"
    if clock.stopped_at is None:
        return moments.left(clock.due_at, at)
    late = clock.stopped_at - clock.due_at
    done = f"{moments.spoken(clock.stopped_at, at)}结束"
    return done if late.total_seconds() <= 0 else f"{done}，{moments.left(clock.due_at, clock.stopped_at)}"
