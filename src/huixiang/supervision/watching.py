"""The watch: wakes cases by index, reads their clocks off the ledger, records each rung once, sets the next alarm.

`Case.look_again_at` only says when to wake. A sweep locks the cases it takes (another loop skips them), recomputes what
is true, and writes alerts, ledger events and the acts they ask for in the same transaction. An outage delays a
warning; it can neither lose nor double one.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from huixiang.cases import ledger
from huixiang.cases.choices import CLOCK_LABELS
from huixiang.cases.deadlines import deadlines_for
from huixiang.cases.ledger import Act, Entry, Stale
from huixiang.cases.models import Case, CaseEvent
from huixiang.followup.actions import rating
from huixiang.moderation.actions import reviewing
from huixiang.rules.calendar import WorkingCalendar
from huixiang.rules.clocks import Clock, ClockKind, Happening, clocks_of
from huixiang.rules.ladder import FOR_THE_CITIZEN, Climb, Means, climbs, next_look
from huixiang.rules.lifecycle import IllegalTransition, Step
from huixiang.units.standards import Rules, in_force

from . import settling
from .models import Alert, RungLabel, StepState, SupervisionStep
from .risking import watch_risks

logger = logging.getLogger(__name__)
BATCH = 500
# docs/sources.md#supervision: dissatisfied twice asks for a written order.
DISSATISFIED_TIMES = 2
Known = set[tuple[str, str, str, datetime]]


@dataclass(frozen=True)
class Look:
    """What one case's ledger says at the moment of the sweep."""

    case: Case
    clocks: list[Clock]
    reached: list[Climb]
    next_at: datetime | None
    dissatisfied: int


def sweep(*, at: datetime, limit: int = BATCH) -> int:
    """Looks at up to `limit` cases whose alarm has come; gives the number looked at."""
    if not Case.objects.filter(look_again_at__lte=at).exists():
        return 0
    with transaction.atomic():
        looks = _looks(at, limit)
        _record([look for look in looks if not _is_over(look)], at)
    for look in looks:
        if _is_over(look):
            _move_on(look, at)
    return len(looks)


def look_at(case: Case, at: datetime) -> Look:
    """The clocks of one case as they stand: for pages that explain them."""
    return _look(case, _events([case.pk])[case.pk], in_force(), at)


def clocks_of_cases(cases: Iterable[Case]) -> dict[int, list[Clock]]:
    """The clocks of many cases, by the key of the case, with the same few statements for one as for hundreds."""
    by_key = {case.pk: case for case in cases}
    rules, events = in_force(), _events(list(by_key))
    return {pk: _clocks(case, events[pk], rules)[0] for pk, case in by_key.items()}


def clocks_under(
    case_ids: list[int], now: Rules, then: Rules, at: datetime
) -> Iterator[tuple[Case, list[Clock], list[Clock]]]:
    """Each case with its clocks under two sets of rules: what a change would move."""
    events = _events(case_ids)
    for case in Case.objects.filter(pk__in=case_ids).defer("sealed_title", "sealed_body", "sealed_contact", "body"):
        happened = events[case.pk]
        yield case, _clocks(case, happened, now, at)[0], _clocks(case, happened, then, at)[0]


def _looks(at: datetime, limit: int) -> list[Look]:
    due = Case.objects.filter(look_again_at__lte=at).order_by("look_again_at")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    cases = list(due.defer("sealed_title", "sealed_body", "sealed_contact", "body")[:limit])
    if not cases:
        return []
    rules, events = in_force(), _events([case.pk for case in cases])
    return [_look(case, events[case.pk], rules, at) for case in cases]


def _events(case_ids: list[int]) -> dict[int, list[Happening]]:
    found: dict[int, list[Happening]] = defaultdict(list)
    rows = CaseEvent.objects.filter(case_id__in=case_ids).order_by("case_id", "seq")
    for case_id, step, at, data in rows.values_list("case_id", "step", "at", "data"):
        found[case_id].append(Happening(Step(step), at, data))
    return found


def _look(case: Case, happenings: list[Happening], rules: Rules, at: datetime) -> Look:
    clocks, calendar = _clocks(case, happenings, rules, at)
    unhappy = sum(h.step == Step.RATE and h.data.get("outcome") == "unresolved" for h in happenings)
    return Look(case, clocks, climbs(clocks, calendar, at), next_look(clocks, calendar, at), unhappy)


def _clocks(
    case: Case, happenings: list[Happening], rules: Rules, *moments: datetime
) -> tuple[list[Clock], WorkingCalendar]:
    """The clocks of a case, and the calendar on which they and the moments can be reckoned."""
    years = [moment.year for moment in (*moments, *(h.at for h in happenings))]
    calendar = rules.calendar.provisional(*range(min(years) - 1, max(years) + 3))
    return clocks_of(happenings, deadlines_for(case, rules).standard, calendar), calendar


def _is_over(look: Look) -> bool:
    """Whether the citizen's time is up, so that the case moves on by itself."""
    return any(climb.kind in FOR_THE_CITIZEN for climb in look.reached)


def _move_on(look: Look, at: datetime) -> None:
    kinds = {climb.kind for climb in look.reached}
    try:
        if ClockKind.RATING in kinds:
            rating.close_unrated(look.case, Act(None, at))
        else:
            reviewing.lapse(look.case, Act(None, at))
    except (Stale, IllegalTransition):
        # The citizen acted in between: the case has moved on by itself.
        logger.info("case %s changed while it was looked at", look.case.number)


def _record(looks: list[Look], at: datetime) -> None:
    settling.settle([(look.case, look.clocks) for look in looks])
    known, open_means = _known(looks), _open_means(looks)
    entries: list[tuple[Case, list[Entry]]] = []
    alerts: list[tuple[Look, Climb, Alert]] = []
    for look in looks:
        look.case.look_again_at = look.next_at
        fresh = [c for c in look.reached if (c.kind, c.key, c.rung, c.due_at) not in known[look.case.pk]]
        alerts += [(look, climb, _alert(look.case, climb, at)) for climb in fresh]
        entries.append((look.case, [_entry(look.case, climb, at) for climb in fresh]))
    Alert.objects.bulk_create([alert for _, _, alert in alerts], batch_size=BATCH)
    ledger.append_many(entries)
    _ask(looks, alerts, open_means, at)
    _void(looks, at)
    _settle(looks, at)
    watch_risks([look.case for look in looks], at)


def _known(looks: Iterable[Look]) -> dict[int, Known]:
    found: dict[int, Known] = defaultdict(set)
    rows = Alert.objects.filter(case_id__in=[look.case.pk for look in looks])
    for case_id, clock, key, rung, due_at in rows.values_list("case_id", "clock", "key", "rung", "due_at"):
        found[case_id].add((clock, key, rung, due_at))
    return found


def _open_means(looks: Iterable[Look]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = SupervisionStep.objects.filter(case_id__in=[look.case.pk for look in looks], state=StepState.ASKED)
    for case_id, means in rows.values_list("case_id", "means"):
        found[case_id].add(means)
    return found


def _alert(case: Case, climb: Climb, at: datetime) -> Alert:
    return Alert(
        case=case,
        unit_id=None if climb.asks is None else case.lead_unit_id,
        clock=climb.kind,
        key=climb.key,
        rung=climb.rung,
        due_at=climb.due_at,
        moment=climb.moment,
        recorded_at=at,
    )


def _entry(case: Case, climb: Climb, at: datetime) -> Entry:
    data = {
        "clock": str(climb.kind),
        "rung": str(climb.rung),
        "due_at": climb.due_at.isoformat(),
        "unit": case.lead_unit_id,
    }
    return Entry(Step.WARN, Act(None, at), data)


def _ask(
    looks: list[Look], alerts: list[tuple[Look, Climb, Alert]], open_means: dict[int, set[str]], at: datetime
) -> None:
    """Creates the acts that the new rungs ask for; a case has one open act per means."""
    steps = []
    for look, climb, alert in alerts:
        if climb.asks is not None and climb.asks not in open_means[look.case.pk]:
            open_means[look.case.pk].add(climb.asks)
            why = f"{CLOCK_LABELS[climb.kind]}{RungLabel(climb.rung).label}"
            steps.append(_step(look.case, climb.asks, why, at, alert=alert))
    for look in looks:
        if look.dissatisfied >= DISSATISFIED_TIMES and Means.WRITTEN not in open_means[look.case.pk]:
            why = f"第{look.dissatisfied}次评价为未解决"
            if not SupervisionStep.objects.filter(case=look.case, reason=why).exists():
                steps.append(_step(look.case, Means.WRITTEN, why, at))
    SupervisionStep.objects.bulk_create(steps, batch_size=BATCH)


def _step(case: Case, means: Means, reason: str, at: datetime, *, alert: Alert | None = None) -> SupervisionStep:
    return SupervisionStep(case=case, unit_id=case.lead_unit_id, alert=alert, means=means, reason=reason, asked_at=at)


def _void(looks: list[Look], at: datetime) -> None:
    """Acts whose clock has stopped are asked for no longer."""
    running = {look.case.pk: {(c.kind, c.key) for c in look.clocks if c.is_running} for look in looks}
    rows = SupervisionStep.objects.filter(case_id__in=running, state=StepState.ASKED, alert__isnull=False)
    over = [
        s.pk for s in rows.select_related("alert") if s.alert and (s.alert.clock, s.alert.key) not in running[s.case_id]
    ]
    SupervisionStep.objects.filter(pk__in=over, state=StepState.ASKED).update(state=StepState.VOID)


def _settle(looks: list[Look], at: datetime) -> None:
    """An alert is over while its clock does not run towards its due time, and stands again if it does so again."""
    running = {look.case.pk: {(c.kind, c.key, c.due_at) for c in look.clocks if c.is_running} for look in looks}
    rows = Alert.objects.filter(case_id__in=running).only("case_id", "clock", "key", "due_at", "over_at")
    stands = {a.pk: (a.clock, a.key, a.due_at) in running[a.case_id] for a in rows}
    over = [a.pk for a in rows if a.over_at is None and not stands[a.pk]]
    again = [a.pk for a in rows if a.over_at is not None and stands[a.pk]]
    if over:
        Alert.objects.filter(pk__in=over).update(over_at=at)
    if again:
        Alert.objects.filter(pk__in=again).update(over_at=None)
