"""A simulated year: outages, doubled loops, a clock set back, a calendar edited in the middle – and no warning lost.

Small on SQLite, larger on PostgreSQL, as large as HUIXIANG_SIMULATED_CASES says. The expectation is computed without
the watch: for every stretch between two events of a case, from the clocks alone and the times at which a loop ran.
"""

import copy
import os
import random
from bisect import bisect_left
from collections import defaultdict, deque
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models.base import ModelState
from tests.cast import fresh

from huixiang.cases import ledger
from huixiang.cases.models import Case, CaseEvent
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import Happening, clocks_of
from huixiang.rules.ladder import FOR_THE_CITIZEN, Rung, black_at, yellow_at
from huixiang.rules.lifecycle import Step, target_of
from huixiang.supervision import watching
from huixiang.supervision.models import Alert
from huixiang.units.actions import keeping_calendar
from huixiang.units.standards import in_force

START = datetime(2025, 1, 6, 0, 0, tzinfo=CHINA)
HOUR = timedelta(hours=1)
LOOP = 3 * HOUR
# The whole year of 10,000 cases takes about ten minutes: HUIXIANG_SIMULATED_CASES=10000.
CASES = int(os.environ.get("HUIXIANG_SIMULATED_CASES", "300" if connection.vendor == "postgresql" else "150"))
KINDS = ["consult", "help", "complaint", "suggest"]


def story(rng, at):
    """What happens to one message, with times; some end early by withdrawal or merging."""
    said = [(Step.SUBMIT, at, {})]

    def then(step, hours, **data):
        said.append((step, said[-1][1] + HOUR * rng.uniform(0.1, hours), data))

    then(Step.TAKE_REVIEW, 4)
    then(Step.APPROVE, 3, lane=rng.choice(["standard", "standard", "urgent"]))
    if rng.random() < 0.1:
        then(rng.choice([Step.WITHDRAW, Step.MERGE]), 30)
        return said
    then(Step.ASSIGN, 40)
    then(Step.ACCEPT, 60)
    way = rng.random()
    if way < 0.15:  # noqa: PLR2004
        then(Step.TRANSFER, 120)
        then(Step.ACCEPT, 60)
    elif way < 0.3:  # noqa: PLR2004
        then(Step.SEND_BACK, 120)
        then(Step.ASSIGN, 40)
        then(Step.ACCEPT, 60)
    if rng.random() < 0.6:
        kind = rng.choice(["initial", "ack", "progress"])
        then(Step.DRAFT_REPLY, 20, reply=1, kind=kind)
        if rng.random() < 0.3:
            then(Step.DISCARD_REPLY, 60, reply=1)
        else:
            then(Step.PUBLISH_REPLY, 30, reply=1, kind=kind)
    if rng.random() < 0.2:
        then(Step.PAUSE, 40)
        if rng.random() < 0.7:  # noqa: PLR2004
            named = (said[-1][1] + timedelta(days=rng.randrange(1, 9))).date()
            said[-1][2]["expected_on"] = named.isoformat()
        then(Step.RESUME, 200)
    if rng.random() < 0.1:
        then(Step.WITHDRAW, 100)
        return said
    if rng.random() < 0.8:
        then(Step.DRAFT_REPLY, 300, reply=2, kind="final")
        then(Step.CONCLUDE, 600, reply=2, kind="final")
        then(Step.RATE, 60, outcome="resolved")
    return said


class Year:
    """The cases of a year, their stories applied hour by hour, and the loop that watches them."""

    def __init__(self, town, count, rng):
        self.rng, self.town = rng, town
        self.stories = {}
        self.queue = []
        base = fresh(town.submit(at=START))
        Case.objects.filter(pk=base.pk).update(look_again_at=None)
        cases = []
        for n in range(count):
            case = copy.copy(base)
            case._state = ModelState()
            case.pk, case.number, case.origin_key = None, f"HX-Y{n}", f"year:{n}"
            case.kind, case.submitted_at = rng.choice(KINDS), START + HOUR * rng.uniform(0, 24 * 300)
            case.event_count, case.ledger_head, case.look_again_at = 0, "", None
            cases.append(case)
        self.cases = {case.pk: case for case in Case.objects.bulk_create(cases, batch_size=500)}
        for pk, case in self.cases.items():
            self.stories[pk] = story(rng, case.submitted_at)
            self.queue += [(at, pk, step, data) for step, at, data in self.stories[pk]]
        self.queue = deque(sorted(self.queue, key=lambda e: (e[0], e[1])))

    def live(self, until):
        """Applies everything that happened up to `until`, in waves of one event a case, as the lifecycle demands."""
        due = defaultdict(list)
        while self.queue and self.queue[0][0] <= until:
            at, pk, step, data = self.queue.popleft()
            due[pk].append((at, step, data))
        while due:
            self._wave({pk: happened.pop(0) for pk, happened in due.items()})
            due = {pk: happened for pk, happened in due.items() if happened}

    def _wave(self, happened):
        cases, events = list(Case.objects.filter(pk__in=happened).defer(*self.SEALED)), []
        for case in cases:
            at, step, data = happened[case.pk]
            act = self.town.act("审核员", at)
            target = target_of(case.state, step)
            event = ledger._event(case, step, act, target=target, data=data, is_public=False, first=step == Step.SUBMIT)
            case.event_count, case.ledger_head, case.look_again_at, case.state = event.seq, event.hash, at, target
            self._fill(case, step, at)
            events.append(event)
        CaseEvent.objects.bulk_create(events, batch_size=500)
        Case.objects.bulk_update(cases, self.FIELDS, batch_size=100)

    SEALED = ["sealed_title", "sealed_body", "sealed_contact", "body"]
    FIELDS = [
        "state", "event_count", "ledger_head", "look_again_at", "lead_unit", "reviewer", "paused_at", "pause_reason",
        "closed_at", "resolution", "merged_into",
    ]  # fmt: skip

    def _fill(self, case, step, at):
        """What the constraints ask for in each state."""
        if step == Step.TAKE_REVIEW:
            case.reviewer = self.town.people["审核员"]
        if step == Step.ASSIGN:
            case.lead_unit = self.town.units["住建局"]
        if step == Step.TRANSFER:
            case.lead_unit = self.town.units["供水公司"]
        if step == Step.SEND_BACK:
            case.lead_unit = None
        case.paused_at, case.pause_reason = (at, "expertise") if step == Step.PAUSE else (None, "")
        if step == Step.RATE:
            case.closed_at, case.resolution = at, "resolved"
        if step == Step.MERGE:
            case.merged_into_id = next(iter(self.cases))


def expected(stories, cases, runs, calendars):
    """(case, clock, key, rung, due) -> when the first loop that could see it ran."""
    found = {}
    starts, known = [at for at, _ in calendars], [r.calendar.provisional(2024, 2027) for _, r in calendars]
    for pk, said in stories.items():
        if pk == next(iter(cases)):
            continue
        cuts = sorted({at for _, at, _ in said} | set(starts[1:]))
        for n, begin in enumerate(cuts):
            end = cuts[n + 1] if n + 1 < len(cuts) else None
            edit = max(i for i, s in enumerate(starts) if s <= begin or i == 0)
            rules, calendar = calendars[edit][1], known[edit]
            happened = [Happening(s, at, d) for s, at, d in said if at <= begin]
            deadlines = watching.deadlines_for(cases[pk], rules)
            for clock in clocks_of(happened, deadlines.standard, calendar):
                if not clock.is_running or clock.kind in FOR_THE_CITIZEN:
                    continue
                moments = {
                    Rung.YELLOW: yellow_at(clock, calendar),
                    Rung.RED: clock.due_at,
                    Rung.BLACK: black_at(clock, calendar),
                }
                for rung, moment in moments.items():
                    place = bisect_left(runs, max(moment, begin))
                    if place < len(runs) and (end is None or runs[place] < end):
                        found.setdefault((pk, clock.kind, clock.key, rung, clock.due_at), runs[place])
    return found


OUT = {Step.PUBLISH_REPLY, Step.CONCLUDE}


def golden_hours_end(start, *, is_urgent):
    """Five hours later: of the clock in the urgent lane, else of the hours from 7 to 22. Told by the minute."""
    here, left = start, timedelta(hours=5)
    if is_urgent:
        return start + left
    while True:
        here = max(here, here.replace(hour=7, minute=0, second=0, microsecond=0))
        closes = here.replace(hour=22, minute=0, second=0, microsecond=0)
        if here < closes and here + left <= closes:
            return here + left
        left -= max(closes - here, timedelta())
        here = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def first_words_late(stories, runs):
    """case -> when a loop first saw that no word was out within the golden hours; from the stories alone.

    They run from the assignment, of an urgent case from its submission; that it is urgent is known once it is approved.
    Cases that were paused before their first word are left out: what a pause adds is told in tests/rules.
    """
    late, left_out = {}, set()
    for pk, said in stories.items():
        lane = next((d["lane"] for _, _, d in said if "lane" in d), "standard")
        approved = next((at for step, at, _ in said if step == Step.APPROVE), None)
        begins = Step.SUBMIT if lane == "urgent" else Step.ASSIGN
        start = next((at for step, at, _ in said if step == begins), None)
        over = {Step.WITHDRAW, Step.MERGE}
        stop = next((at for s, at, d in said if s in over or (s in OUT and d["kind"] != "ack")), None)
        if any(s == Step.PAUSE and (stop is None or at < stop) for s, at, _ in said):
            left_out.add(pk)
        elif start is not None and approved is not None:
            place = bisect_left(runs, max(approved, golden_hours_end(start, is_urgent=lane == "urgent")))
            if place < len(runs) and (stop is None or runs[place] < stop):
                late[pk] = runs[place]
    return late, left_out


def answers_late(stories, cases, runs, rest, made_up):
    """case -> when a loop first saw that the answer was over its limit; from the stories alone.

    The limit runs from the first acceptance, whoever has the case later. Urgent and paused cases are left out.
    """
    days = {"consult": 3, "help": 5, "complaint": 7, "suggest": 10}
    late, left_out = {}, set()
    for pk, said in stories.items():
        if any(s == Step.PAUSE or d.get("lane") == "urgent" for s, _, d in said):
            left_out.add(pk)
            continue
        start = next((at for step, at, _ in said if step == Step.ACCEPT), None)
        if start is None:
            continue
        due, left = start.replace(hour=17, minute=0, second=0, microsecond=0), days[cases[pk].kind]
        while left:
            due += timedelta(days=1)
            day = due.date().isoformat()
            left -= day in made_up or (due.weekday() < 5 and day not in rest)  # noqa: PLR2004
        stop = next((at for s, at, _ in said if s in {Step.WITHDRAW, Step.CONCLUDE}), None)
        place = bisect_left(runs, due)
        if place < len(runs) and (stop is None or runs[place] < stop):
            late[pk] = runs[place]
    return late, left_out


def pauses_over_their_day(stories, runs):
    """case -> when a loop first saw a pause over the day that was named; from the stories alone."""
    late = {}
    for pk, said in stories.items():
        for n, (step, at, data) in enumerate(said):
            if step == Step.PAUSE and "expected_on" in data:
                due = datetime.combine(date.fromisoformat(data["expected_on"]), time(17), CHINA)
                place = bisect_left(runs, max(due, at))
                if place < len(runs) and (n + 1 == len(said) or runs[place] < said[n + 1][1]):
                    late[pk] = runs[place]
    return late


@pytest.mark.django_db
def test_no_warning_is_lost_doubled_or_late_in_a_year(town):
    rng = random.Random(7)  # noqa: S311
    year = Year(town, CASES, rng)
    first = in_force()
    calendars, runs, at = [(START, first)], [], START
    end, edited = START + timedelta(days=360), False
    while at < end:
        at += LOOP * rng.randint(6, 20) if rng.random() < 0.02 else LOOP
        year.live(at)
        if not edited and at > START + timedelta(days=150):
            edited = True
            table = keeping_calendar.tables()[2025]
            rest = [*table["rest"], "2025-06-11", "2025-06-12", "2025-08-20"]
            keeping_calendar.save_year(2025, rest=rest, workdays=table["workdays"], source="试验", by=None)
            ledger.wake_all(at=at)
            calendars.append((at, in_force()))
        runs.append(at)
        while watching.sweep(at=at):
            pass
        if rng.random() < 0.05:
            # A second loop at the same moment, and one whose clock was set back.
            watching.sweep(at=at)
            watching.sweep(at=at - HOUR)
    want = expected(year.stories, year.cases, runs, calendars)
    rows = Alert.objects.values_list("case_id", "clock", "key", "rung", "due_at", "recorded_at")
    skip = next(iter(year.cases))
    got = defaultdict(list)
    for *what, recorded_at in rows:
        if what[0] in year.cases and what[0] != skip:
            got[tuple(what)].append(recorded_at)
    assert {k for k, v in got.items() if len(v) > 1} == set()
    assert set(got) == set(want)
    assert {k for k, v in got.items() if v[0] != want[k]} == set()
    assert len(want) > 200
    late, left_out = first_words_late(year.stories, runs)
    red = Alert.objects.filter(clock="first_word", rung=Rung.RED).exclude(case_id__in=left_out | {skip})
    assert dict(red.values_list("case_id", "recorded_at")) == {pk: at for pk, at in late.items() if pk != skip}
    assert len(late) > 20
    late, left_out = answers_late(year.stories, year.cases, runs, set(rest), set(table["workdays"]))
    red = Alert.objects.filter(clock="answer", rung=Rung.RED).exclude(case_id__in=left_out | {skip})
    assert dict(red.values_list("case_id", "recorded_at")) == {pk: at for pk, at in late.items() if pk != skip}
    assert len(late) > 10
    late = pauses_over_their_day(year.stories, runs)
    named = [pk for pk, said in year.stories.items() if any("expected_on" in d for _, _, d in said)]
    red = Alert.objects.filter(clock="pause", rung=Rung.RED, case_id__in=named).exclude(case_id=skip)
    assert dict(red.values_list("case_id", "recorded_at")) == {pk: at for pk, at in late.items() if pk != skip}
    ended = [pk for pk, said in year.stories.items() if said[-1][0] in {Step.WITHDRAW, Step.MERGE}]
    for alert in Alert.objects.filter(case_id__in=ended):
        assert alert.recorded_at <= year.stories[alert.case_id][-1][1]
