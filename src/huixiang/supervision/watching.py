"""The watch: wakes cases by index, reads their clocks off the ledger, records each rung once, sets the next alarm.

`Case.look_again_at` only says when to wake. A sweep locks the cases it takes (another loop skips them), recomputes what
is true, and writes alerts, ledger events and the acts they ask for in the same transaction. An outage delays a
warning; it can neither lose nor double one.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction

from huixiang.cases import ledger
from huixiang.cases.choices import CLOCK_LABELS
from huixiang.cases.deadlines import deadlines_for
from huixiang.cases.ledger import Act, Entry, Stale
from huixiang.cases.models import Assignment, Case, CaseEvent
from huixiang.followup.actions import rating
from huixiang.moderation.actions import reviewing
from huixiang.rules.calendar import WorkingCalendar
from huixiang.rules.clocks import Clock, ClockKind, Happening, clocks_of
from huixiang.rules.ladder import FOR_THE_CITIZEN, LEVEL, OF_TASKS, Climb, Means, Rung, climbs, stand
from huixiang.rules.lifecycle import IllegalTransition, State, Step
from huixiang.units.standards import Rules, in_force

from . import asking, settling
from .models import Alert, InstructionTask, RungLabel, StepState, SupervisionStep
from .risking import watch_risks

logger = logging.getLogger(__name__)
BATCH = 500
# docs/sources.md#supervision: dissatisfied twice asks for a written order.
DISSATISFIED_TIMES = 2


class Noted(NamedTuple):
    """An alert that was recorded before."""

    pk: int
    is_over: bool
    unit_id: int | None


# Alerts by clock, key, rung and due time.
Known = dict[tuple[str, str, str, datetime], Noted]


class Asked(NamedTuple):
    """An act that is asked for; without an alert no clock asked for it."""

    pk: int
    unit_id: int | None
    means: str
    clock: str | None
    key: str | None


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


def coming_yellow(cases: Iterable[Case], at: datetime, until: datetime) -> list[tuple[Case, Climb]]:
    """The clocks of the cases that will begin to warn after `at` and by `until` unless something happens before."""
    found, rules, known = [], in_force(), {case.pk: case for case in cases}
    events = _events(list(known))
    for pk, case in known.items():
        clocks, calendar = _clocks(case, events[pk], rules, until)
        found += [(case, c) for c in climbs(clocks, calendar, until) if c.rung == Rung.YELLOW and c.moment > at]
    return sorted(found, key=lambda pair: (pair[1].moment, pair[0].pk))


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
    standing = stand(clocks, calendar, at)
    return Look(case, clocks, standing.reached, standing.next_at, unhappy)


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
    known, asked = _known(looks), _asked(looks)
    entries: list[tuple[Case, list[Entry]]] = []
    alerts: list[tuple[Look, Climb, Alert]] = []
    unit_of = _units_of_tasks(looks)
    for look in looks:
        look.case.look_again_at = look.next_at or _daily(look.case, at)
        fresh = [c for c in look.reached if (c.kind, c.key, c.rung, c.due_at) not in known[look.case.pk]]
        alerts += [(look, climb, _alert(look.case, climb, at, unit_of)) for climb in fresh]
        entries.append(
            (look.case, [_entry(look.case, climb, at, _gravest_beside(climb, fresh), unit_of) for climb in fresh])
        )
    Alert.objects.bulk_create([alert for _, _, alert in alerts], batch_size=BATCH)
    ledger.append_many(entries)
    _ask(looks, alerts, {pk: {step.means for step in steps} for pk, steps in asked.items()}, at)
    _void(looks, asked)
    _settle(looks, known, at)
    _follow(looks, known, asked)
    watch_risks([look.case for look in looks], at)


def _daily(case: Case, at: datetime) -> datetime | None:
    """A paused case is never forgotten, even when its pause is long over its day."""
    return at + timedelta(days=1) if case.state == State.PAUSED else None


def _known(looks: Iterable[Look]) -> dict[int, Known]:
    """The alerts that were recorded before, with what is needed to say whether they still stand."""
    found: dict[int, Known] = defaultdict(dict)
    rows = Alert.objects.filter(case_id__in=[look.case.pk for look in looks]).order_by()
    fields = ("case_id", "pk", "unit_id", "over_at", "clock", "key", "rung", "due_at")
    for case_id, pk, unit_id, over_at, clock, key, rung, due_at in rows.values_list(*fields):
        found[case_id][clock, key, rung, due_at] = Noted(pk, over_at is not None, unit_id)
    return found


def _asked(looks: Iterable[Look]) -> dict[int, list[Asked]]:
    """The acts that are asked for, with the clock that asked (empty where no clock did)."""
    found: dict[int, list[Asked]] = defaultdict(list)
    rows = SupervisionStep.objects.filter(case_id__in=[look.case.pk for look in looks], state=StepState.ASKED)
    for row in rows.order_by().values_list("case_id", "pk", "unit_id", "means", "alert__clock", "alert__key"):
        found[row[0]].append(Asked(*row[1:]))
    return found


def _units_of_tasks(looks: Iterable[Look]) -> dict[tuple[str, str], int]:
    """Whose the tasks are whose clocks have reached a rung, by clock and key."""
    keys = defaultdict[str, list[int]](list)
    for climb in (c for look in looks for c in look.reached if c.kind in OF_TASKS):
        keys[climb.kind].append(int(climb.key))
    rows = {ClockKind.INSTRUCTION: InstructionTask.objects.all(), ClockKind.SUPPORT: Assignment.objects.all()}
    return {
        (kind, str(pk)): unit for kind, pks in keys.items()
        for pk, unit in rows[ClockKind(kind)].filter(pk__in=pks).order_by().values_list("pk", "unit_id")
    }  # fmt: skip


def _alert(case: Case, climb: Climb, at: datetime, unit_of: Mapping[tuple[str, str], int]) -> Alert:
    lead = None if climb.asks is None else answerable(case)
    return Alert(
        case=case,
        unit_id=unit_of.get((climb.kind, climb.key), lead),
        clock=climb.kind,
        key=climb.key,
        rung=climb.rung,
        due_at=climb.due_at,
        moment=climb.moment,
        recorded_at=at,
    )


def _gravest_beside(climb: Climb, fresh: Sequence[Climb]) -> Rung:
    """The gravest rung that the same clock reached unseen, as after an outage: nobody needs to hear of those below."""
    same = [c.rung for c in fresh if (c.kind, c.key, c.due_at) == (climb.kind, climb.key, climb.due_at)]
    return max(same, key=list(Rung).index)


def _entry(case: Case, climb: Climb, at: datetime, gravest: Rung, unit_of: Mapping[tuple[str, str], int]) -> Entry:
    data = {
        "clock": str(climb.kind),
        "rung": str(climb.rung),
        "due_at": climb.due_at.isoformat(),
        "unit": unit_of.get((climb.kind, climb.key), answerable(case)),
    }
    if climb.kind in OF_TASKS:
        data["task"] = climb.key
    if gravest != climb.rung:
        data["overtaken_by"] = str(gravest)
    return Entry(Step.WARN, Act(None, at), data)


def _ask(
    looks: list[Look], alerts: list[tuple[Look, Climb, Alert]], asked: Mapping[int, set[str]], at: datetime
) -> None:
    """Creates the acts that the new rungs ask for; a case has one open act per means.

    While a letter is to be answered or an inspection to come, nothing milder is asked for; a call about the letter is.
    """
    steps, open_means = [], defaultdict[int, set[str]](set, asked)
    levels = asking.levels_in_force({look.case.pk for look, climb, _ in alerts if climb.asks is not None})
    for look, climb, alert in alerts:
        if climb.asks is None or (climb.kind != ClockKind.SUPERVISION and LEVEL[climb.asks] < levels[look.case.pk]):
            continue
        if climb.asks not in open_means[look.case.pk]:
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
    unit_id = answerable(case)
    return SupervisionStep(case=case, unit_id=unit_id, alert=alert, means=means, reason=reason, asked_at=at)


def _void(looks: list[Look], asked: Mapping[int, list[Asked]]) -> None:
    """Acts whose clock has stopped are asked for no longer; those just asked for are of running clocks."""
    over = []
    for look in looks:
        running = {(c.kind, c.key) for c in look.clocks if c.is_running}
        over += [s.pk for s in asked.get(look.case.pk, ()) if s.clock is not None and (s.clock, s.key) not in running]
    if over:
        SupervisionStep.objects.filter(pk__in=over, state=StepState.ASKED).update(state=StepState.VOID)


def _settle(looks: list[Look], known: Mapping[int, Known], at: datetime) -> None:
    """An alert is over while its clock does not run towards its due time, and stands again if it does so again."""
    over, again = [], []
    for look in looks:
        running = {(c.kind, c.key, c.due_at) for c in look.clocks if c.is_running}
        for (clock, key, _, due_at), noted in known.get(look.case.pk, {}).items():
            stands = (clock, key, due_at) in running
            over += [noted.pk] if not stands and not noted.is_over else []
            again += [noted.pk] if stands and noted.is_over else []
    if over:
        Alert.objects.filter(pk__in=over).update(over_at=at)
    if again:
        Alert.objects.filter(pk__in=again).update(over_at=None)
        _ask_again(again, at)


def _follow(looks: Sequence[Look], known: Mapping[int, Known], asked: Mapping[int, Sequence[Asked]]) -> None:
    """What stands on a case that was passed on follows it to the unit that answers for it now.

    The ledger keeps whose it was when it was recorded.
    """
    alerts, steps = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for look in looks:
        unit_id = answerable(look.case)
        if unit_id is None:
            continue
        standing = {(c.kind, c.key, c.rung, c.due_at) for c in look.reached if c.asks is not None}
        rows = known.get(look.case.pk, {})
        alerts[unit_id] += [n.pk for place, n in rows.items() if place in standing and n.unit_id != unit_id]
        steps[unit_id] += [step.pk for step in asked.get(look.case.pk, ()) if step.unit_id != unit_id]
    for unit_id, pks in alerts.items():
        if pks:
            Alert.objects.filter(pk__in=pks).update(unit=unit_id)
    for unit_id, pks in steps.items():
        if pks:
            SupervisionStep.objects.filter(pk__in=pks, state=StepState.ASKED).update(unit=unit_id)


def answerable(case: Case) -> int | None:
    """The unit that a late clock is held against: the lead, else by 首问负责 the one that had the case first."""
    return case.lead_unit_id or case.first_contact_unit_id


def _ask_again(alerts: Sequence[int], at: datetime) -> None:
    """A rung that stands again after a pause, with the due time it had, asks again for the act that it asked for."""
    void = SupervisionStep.objects.filter(alert__in=alerts, state=StepState.VOID).order_by("pk")
    for step in void:
        same = SupervisionStep.objects.filter(case_id=step.case_id, means=step.means, state=StepState.ASKED)
        if not same.exists() and not asking.was_overtaken(step):
            SupervisionStep.objects.filter(pk=step.pk).update(state=StepState.ASKED, asked_at=at)
