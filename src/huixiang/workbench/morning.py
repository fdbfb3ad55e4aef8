"""What a leader reads in ten minutes: what is late, what is at risk, what was promised, what got better or worse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from huixiang.cases.models import Case, Commitment
from huixiang.cases.querysets import CaseQuerySet
from huixiang.rules.calendar import CHINA
from huixiang.rules.ladder import Rung
from huixiang.supervision import access
from huixiang.supervision.models import Alert, InstructionTask, Risk
from huixiang.units.access import Actor

from . import standing

WEEK = timedelta(days=7)
FEW, SOME = 5, 10


@dataclass(frozen=True)
class Change:
    """One figure of the last seven days beside the seven days before."""

    label: str
    now: int
    before: int
    # Whether more of it is good news (True), bad news (False), or only more work (None).
    more_is_good: bool | None = None

    @property
    def words(self) -> str:
        """The difference in words: 多3件."""
        if self.now == self.before:
            return "持平"
        return f"{'多' if self.now > self.before else '少'}{abs(self.now - self.before)}件"

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or empty where more is neither."""
        if self.more_is_good is None or self.now == self.before:
            return ""
        return "better" if (self.now > self.before) == self.more_is_good else "worse"


@dataclass(frozen=True)
class UnitChange:
    """How many cases of a unit turned red in the last seven days and in those before."""

    unit_id: int
    name: str
    now: int
    before: int


@dataclass(frozen=True)
class Morning:
    """The page; lists are cut to what can be read, `…_count` says how many there are."""

    late: list[dict[str, Any]]
    red: int
    black: int
    risks: list[Risk]
    risk_count: int
    promises: list[Commitment]
    promise_count: int
    broken_count: int
    joined: list[Case]
    changes: list[Change]
    improved: list[UnitChange]
    worsened: list[UnitChange]
    tasks: list[InstructionTask]
    task_count: int
    reported: list[InstructionTask]


def morning_of(actor: Actor, at: datetime) -> Morning:
    """The morning page of a person; the number of statements does not depend on the number of cases."""
    cases = access.overseen(actor)
    late = [row for row in standing.by_unit(access.standing(actor), at) if row["red"] or row["black"]]
    risks = access.risks(actor).filter(closed_at=None)
    promises = _promises(cases, at)
    tasks = InstructionTask.objects.filter(instruction__leader=actor.user).select_related("unit", "instruction__case")
    open_tasks = tasks.filter(done_at=None)
    improved, worsened = _units(cases, at)
    return Morning(
        late=late,
        red=sum(row["red"] for row in late),
        black=sum(row["black"] for row in late),
        risks=list(risks.select_related("case__region", "reported_to").order_by("raised_at")[:FEW]),
        risk_count=risks.count(),
        promises=list(promises.select_related("case", "unit").order_by("due_on", "pk")[:SOME]),
        promise_count=promises.count(),
        broken_count=promises.filter(due_on__lt=at.astimezone(CHINA).date()).count(),
        joined=list(cases.alive().filter(supporters_count__gt=0).order_by("-supporters_count", "pk").for_lists()[:FEW]),
        changes=_changes(cases, at),
        improved=improved,
        worsened=worsened,
        tasks=list(open_tasks.order_by("due_at")[:SOME]),
        task_count=open_tasks.count(),
        reported=list(tasks.filter(done_at__gte=at - WEEK).order_by("-done_at")[:SOME]),
    )


def sunday_of(at: datetime) -> date:
    """The last day of the week of `at`, in China time."""
    here = at.astimezone(CHINA).date()
    return here + timedelta(days=6 - here.weekday())


def _promises(cases: CaseQuerySet, at: datetime) -> QuerySet[Commitment]:
    """Promises not yet kept that fall due by the end of this week, with those already broken."""
    return Commitment.objects.open().filter(case__in=cases, due_on__lte=sunday_of(at))


def _changes(cases: CaseQuerySet, at: datetime) -> list[Change]:
    def happened(name: str, since: int, until: int, **more: Any) -> Count:
        window = {f"{name}__gt": at - WEEK * since, f"{name}__lte": at - WEEK * until}
        return Count("pk", filter=Q(**window, **more), distinct=True)

    def both(name: str, **more: Any) -> tuple[Count, Count]:
        return happened(name, 1, 0, **more), happened(name, 2, 1, **more)

    # Alerts are joined in a statement of their own, so that no count is multiplied.
    found = _pairs(
        cases, got=both("submitted_at"), answered=both("answered_at"), closed=both("closed_at"),
        unhappy=both("closed_at", resolution="unresolved"),
    )  # fmt: skip
    rungs = {"red": Rung.RED, "black": Rung.BLACK}
    turned = _pairs(cases, **{name: both("alerts__moment", alerts__rung=rung) for name, rung in rungs.items()})
    return [
        Change("收到留言", *found["got"]),
        Change("正式答复", *found["answered"], more_is_good=True),
        Change("办结", *found["closed"], more_is_good=True),
        Change("留言人说没解决", *found["unhappy"], more_is_good=False),
        Change("新变红（超时）", *turned["red"], more_is_good=False),
        Change("新变黑（严重超时）", *turned["black"], more_is_good=False),
    ]


def _pairs(cases: CaseQuerySet, **counts: tuple[Count, Count]) -> dict[str, tuple[int, int]]:
    asked = {f"{name}_{n}": count for name, pair in counts.items() for n, count in enumerate(pair)}
    found = cases.order_by().aggregate(**asked)
    return {name: (found[f"{name}_0"], found[f"{name}_1"]) for name in counts}


def _units(cases: CaseQuerySet, at: datetime) -> tuple[list[UnitChange], list[UnitChange]]:
    """Units with fewer cases turned red than in the week before, and units with more; the greatest change first."""
    recent = Alert.objects.filter(case__in=cases, rung=Rung.RED, unit__isnull=False, moment__lte=at)
    rows = (
        recent.filter(moment__gt=at - WEEK * 2).order_by().values("unit_id", "unit__name")
        .annotate(
            now=Count("case", filter=Q(moment__gt=at - WEEK), distinct=True),
            before=Count("case", filter=Q(moment__lte=at - WEEK), distinct=True),
        )
    )  # fmt: skip
    found = [UnitChange(r["unit_id"], r["unit__name"], r["now"], r["before"]) for r in rows]
    return _greatest([u for u in found if u.now < u.before]), _greatest([u for u in found if u.now > u.before])


def _greatest(units: Sequence[UnitChange]) -> list[UnitChange]:
    return sorted(units, key=lambda u: (-abs(u.now - u.before), u.name))[:FEW]
