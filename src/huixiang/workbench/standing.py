"""What stands where on the supervision desk: cases by the gravest rung their clocks are on, and the act each needs.

Everything is read from standing alerts and asked steps, so a page costs by what is late and not by what is open.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, Exists, IntegerField, Max, Min, OuterRef, Q, QuerySet, Value, When

from huixiang.cases.choices import CLOCK_LABELS
from huixiang.cases.models import Case
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind
from huixiang.rules.ladder import Means, Rung
from huixiang.supervision import access, watching
from huixiang.supervision.models import (
    Alert,
    Finding,
    MeansLabel,
    RungLabel,
    StepState,
    SupervisionOrder,
    SupervisionStep,
)
from huixiang.units.access import Actor

LEVELS = {Rung.YELLOW: 1, Rung.RED: 2, Rung.BLACK: 3}
BY_LEVEL = {level: rung for rung, level in LEVELS.items()}
ACTS = {Means.PHONE: "电话催办", Means.WRITTEN: "发督办函", Means.INSPECTION: "列入查办"}
PLATFORM = "platform"
CHUNK = 500
COMING_MOST = 300
_LEVEL = Choose(*(When(rung=rung, then=Value(level)) for rung, level in LEVELS.items()), output_field=IntegerField())


@dataclass(frozen=True)
class Wanted:
    """Which of the standing cases are asked for; empty is all, `what` a rung or `today`, `unit` an id or PLATFORM."""

    unit: str = ""
    clock: str = ""
    what: str = ""
    act: str = ""
    region: str = ""


@dataclass
class Row:
    """One case on the desk."""

    case: Case
    rung: Rung
    due_at: datetime
    moment: datetime
    clocks: list[str] = field(default_factory=list)
    unit: str = ""
    step: SupervisionStep | None = None
    called: SupervisionStep | None = None
    order: SupervisionOrder | None = None
    is_listed: bool = False
    left_words: str = ""
    may_act: bool = False
    call_form: Any = None
    # What stood in the way of the call that was just typed.
    call_trouble: Any = None

    @property
    def next_act(self) -> str:
        """What the case needs next, in words."""
        if self.is_listed:
            return "现场核查"
        return ACTS[Means(self.step.means)] if self.step else ""

    @property
    def rung_words(self) -> str:
        """The rung in words."""
        return str(RungLabel(self.rung).label)


def start_of_day(at: datetime) -> datetime:
    """Midnight in China before `at`."""
    return _day(at.astimezone(CHINA).date())


def alerts_for(actor: Actor, wanted: Wanted, at: datetime) -> QuerySet[Alert]:
    """The standing alerts of the cases asked for."""
    found = access.standing(actor)
    if wanted.unit:
        found = found.filter(unit=None) if wanted.unit == PLATFORM else found.filter(unit_id=int(wanted.unit))
    if wanted.clock:
        found = found.filter(clock=wanted.clock)
    if wanted.region:
        found = found.filter(case__region__code__startswith=wanted.region)
    if wanted.act:
        found = found.filter(case__in=access.next_acts(actor).filter(means=wanted.act).values("case_id"))
    if wanted.what == "today":
        found = found.filter(rung=Rung.YELLOW, moment__gte=start_of_day(at))
    if rung := _rung(wanted.what):
        found = found.filter(~Exists(_graver(rung)))
    if wanted.what in {Rung.RED, Rung.BLACK}:
        found = found.filter(rung=wanted.what)
    return found


@dataclass(frozen=True)
class Coming:
    """A clock that will turn yellow later today unless something happens before."""

    case: Case
    clock: str
    moment: datetime
    due_at: datetime
    unit: str


def coming_today(actor: Actor, wanted: Wanted, at: datetime) -> list[Coming]:
    """What will turn yellow today after `at`, the soonest first; the first COMING_MOST cases are looked at."""
    until = start_of_day(at) + timedelta(days=1)
    cases = access.overseen(actor).filter(look_again_at__gt=at, look_again_at__lt=until)
    if wanted.unit:
        cases = cases.none() if wanted.unit == PLATFORM else cases.filter(lead_unit_id=int(wanted.unit))
    if wanted.region:
        cases = cases.in_region(wanted.region)
    chosen = cases.order_by("look_again_at", "pk").for_lists()[:COMING_MOST]
    return [
        Coming(case, CLOCK_LABELS[c.kind], c.moment, c.due_at, case.lead_unit.name if c.asks and case.lead_unit else "")
        for case, c in watching.coming_yellow(chosen, at, until - timedelta(microseconds=1))
        if wanted.clock in {"", c.kind}
    ]


def gravest_first(alerts: QuerySet[Alert]) -> QuerySet[Any, Any]:
    """One line per case: its id, the level of its gravest rung and its earliest due time."""
    lines = alerts.order_by().values("case_id").annotate(level=Max(_LEVEL), due=Min("due_at"))
    return lines.order_by("-level", "due", "case_id")


def rows_for(actor: Actor, lines: Sequence[dict[str, Any]]) -> list[Row]:
    """The rows of the lines, in their order; the number of statements does not depend on their number."""
    ids = [line["case_id"] for line in lines]
    cases = {c.pk: c for c in Case.objects.filter(pk__in=ids).for_lists()}
    alerts = _by_case(Alert.objects.filter(case_id__in=ids, over_at=None).select_related("unit").order_by("due_at"))
    steps = _by_case(SupervisionStep.objects.filter(case_id__in=ids).exclude(state=StepState.VOID))
    orders = _by_case(SupervisionOrder.objects.filter(case_id__in=ids, answered_at=None).order_by("issued_at"))
    listed = set(Finding.objects.filter(case_id__in=ids, at=None).values_list("case_id", flat=True))
    rows = []
    for pk in ids:
        if alerts[pk]:
            row = _row(cases[pk], alerts[pk], steps[pk])
            row.order = orders[pk][-1] if orders[pk] else None
            row.is_listed = pk in listed
            row.may_act = access.supervises(actor, row.case.region_id)
            rows.append(row)
    return rows


def all_rows(actor: Actor, alerts: QuerySet[Alert], most: int) -> Iterator[Row]:
    """Up to `most` rows, read a few hundred at a time."""
    lines = list(gravest_first(alerts)[:most])
    for start in range(0, len(lines), CHUNK):
        yield from rows_for(actor, lines[start : start + CHUNK])


def by_unit(alerts: QuerySet[Alert], at: datetime) -> list[dict[str, Any]]:
    """How many cases of each unit stand on which rung, and how many turned yellow today; the gravest unit first."""

    def cases(*also: Any, **which: Any) -> Count:
        return Count("case", distinct=True, filter=Q(*also, **which))

    found = (
        alerts.order_by()
        .values("unit_id", "unit__name")
        .annotate(
            every=Count("case", distinct=True),
            late=cases(rung=Rung.RED),
            black=cases(rung=Rung.BLACK),
            today=cases(~Exists(_graver(Rung.YELLOW)), rung=Rung.YELLOW, moment__gte=start_of_day(at)),
        )
        .order_by("-black", "-late", "-every", "unit__name")
    )
    return [
        {
            "key": row["unit_id"] or PLATFORM,
            "name": row["unit__name"] or "平台（审核、交办）",
            "today": row["today"],
            "yellow": row["every"] - row["late"],
            "red": row["late"] - row["black"],
            "black": row["black"],
        }
        for row in found
    ]


def acts_wanted(actor: Actor, region: str = "") -> dict[str, int]:
    """How many cases need which act next."""
    found = access.next_acts(actor)
    if region:
        found = found.filter(case__region__code__startswith=region)
    counted = dict(found.order_by().values_list("means").annotate(n=Count("pk")))
    return {means: counted.get(means, 0) for means in ACTS}


def clock_words(clock: str) -> str:
    """A clock in words: 正式答复."""
    return CLOCK_LABELS[ClockKind(clock)]


def _row(case: Case, alerts: Sequence[Alert], steps: Sequence[SupervisionStep]) -> Row:
    worst = max(alerts, key=lambda a: (LEVELS[Rung(a.rung)], -a.due_at.timestamp()))
    asked = {s.means: s for s in steps if s.state == StepState.ASKED}
    called = [s for s in steps if s.state == StepState.DONE and s.means == MeansLabel.PHONE]
    return Row(
        case,
        Rung(worst.rung),
        worst.due_at,
        worst.moment,
        clocks=list(dict.fromkeys(clock_words(a.clock) for a in [worst, *alerts])),
        unit=worst.unit.name if worst.unit else "",
        step=next((asked[m] for m in (Means.INSPECTION, Means.WRITTEN, Means.PHONE) if m in asked), None),
        called=max(called, key=lambda s: s.done_at or s.asked_at, default=None),
    )


def _by_case(rows: QuerySet[Any, Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _graver(rung: Rung) -> QuerySet[Alert]:
    """Standing alerts of the same case on a graver rung."""
    graver = [other for other in LEVELS if LEVELS[other] > LEVELS[rung]]
    return Alert.objects.filter(case=OuterRef("case"), over_at=None, rung__in=graver)


def _rung(what: str) -> Rung | None:
    if what == "today":
        return Rung.YELLOW
    return Rung(what) if what else None


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
