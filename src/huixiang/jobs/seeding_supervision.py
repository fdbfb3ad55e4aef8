"""The supervision of the demo town: calls, orders, an inspection, an instruction, talks, a duty roster."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery

from huixiang.accounts.roles import Role
from huixiang.cases.ledger import Act
from huixiang.cases.models import Case, CaseEvent
from huixiang.rules.calendar import CHINA, ONE_DAY, at_clock
from huixiang.rules.spans import DAY_ENDS, OFFICE_HOURS
from huixiang.supervision import watching
from huixiang.supervision.actions import admonishing, calling, inspecting, instructing, ordering, rostering
from huixiang.supervision.models import Finding, MeansLabel, StepState, SupervisionStep
from huixiang.units.models import Region
from huixiang.units.standards import in_force

from .seeding_town import Town

HOUR = timedelta(hours=1)
LEAST_APART = timedelta(minutes=2)


@transaction.atomic
def supervise(town: Town, cases: Mapping[str, Case], now: datetime) -> int:
    """Lets the town's supervisor and leader act on the cases that are there, in order; gives the number of acts.

    Before each act the watch runs as it would have run then, so that an act answers what the ladder asked for.
    """
    script = json.loads((settings.SEEDS_DIR / "supervision.json").read_text(encoding="utf-8"))
    _wake_after_the_last_event()
    scene = _Scene(town, cases, now, Region.objects.get(pk=script["region"]))
    for row in script["duty"]:
        scene.put_on_duty(row)
    played = [row for row in script["acts"] if row.get("case") is None or row["case"] in cases]
    turns = [turn for row in played for turn in scene.turns(row)]
    for turn in sorted(turns, key=lambda turn: turn.wanted_at):
        while watching.sweep(at=turn.wanted_at):
            pass
        turn.play()
    return len(turns)


def _wake_after_the_last_event() -> None:
    """The stories were told without a watch: none of its warnings may stand before what came later in a story."""
    last = Subquery(CaseEvent.objects.filter(case=OuterRef("pk")).order_by("-seq").values("at")[:1])
    Case.objects.filter(look_again_at__lt=last).update(look_again_at=last)


@dataclass
class _Turn:
    """One act of the script and the moment at which it is wanted."""

    wanted_at: datetime
    play: Callable[[], object]


@dataclass
class _Scene:
    """Who acts on what; an act never stands before the last thing that happened to its case, nor after `now`."""

    town: Town
    cases: Mapping[str, Case]
    now: datetime
    region: Region

    def __post_init__(self) -> None:
        self.kept: dict[int, Any] = {}
        years = range(self.now.year - 1, self.now.year + 2)
        self.calendar = in_force().calendar.provisional(*years)

    def put_on_duty(self, row: Mapping[str, Any]) -> None:
        """A week on duty, from midnight to midnight."""
        today = self.now.astimezone(CHINA).date()
        starts = at_clock(today + ONE_DAY * row["starts_in_days"], time(0))
        person, act = (
            self.town.people.staff[row["person"]],
            self._by("supervisor", Role.SUPERVISOR, self.now - 30 * HOUR),
        )
        rostering.put_on_duty(self.region, person, act, starts_at=starts, ends_at=starts + ONE_DAY * row["days"])

    def turns(self, row: dict[str, Any]) -> list[_Turn]:
        """The act of a row, and what the unit does about it later."""
        acts: dict[str, Callable[[dict[str, Any]], object]] = {
            "call": self.call, "order": self.order, "talk": self.talk, "instruct": self.instruct,
            "list": self.list_gravest, "finding": self.find,
        }  # fmt: skip
        found = [self._turn(row["hours_ago"], partial(acts[row["do"]], row))]
        if "received_hours_ago" in row:
            found.append(self._turn(row["received_hours_ago"], partial(self.receive, row)))
        if "answered_hours_ago" in row:
            found.append(self._turn(row["answered_hours_ago"], partial(self.answer, row)))
        for number, task in enumerate(row.get("tasks", [])):
            if "fed_back_hours_ago" in task:
                said = partial(self.feed_back, row, number, task)
                found.append(self._turn(task["fed_back_hours_ago"], said))
        return found

    def _turn(self, hours_ago: float, play: Callable[[], object]) -> _Turn:
        return _Turn(self._office_hours(hours_ago), play)

    def call(self, row: dict[str, Any]) -> None:
        """A phone call, where the ladder asks for one."""
        case = self.cases[row["case"]]
        step = SupervisionStep.objects.filter(case=case, means=MeansLabel.PHONE, state=StepState.ASKED).first()
        if step is not None:
            act = self._supervisor(row["hours_ago"], case)
            calling.record_call(step, act, spoken_with=row["spoken_with"], answer=row["answer"])

    def order(self, row: dict[str, Any]) -> None:
        """A written order."""
        case = self.cases[row["case"]]
        self.kept[id(row)] = ordering.issue(
            case, self._supervisor(row["hours_ago"], case), region=self.region, reason=row["reason"],
            demands=row["demands"], copy_to=row["copy_to"],
        )  # fmt: skip

    def receive(self, row: dict[str, Any]) -> None:
        """The unit signs for its order."""
        order = self.kept[id(row)]
        ordering.receive(order, self._by_unit(order.unit, Role.HANDLER, row["received_hours_ago"], order.case))

    def answer(self, row: dict[str, Any]) -> None:
        """The head of the unit answers its order."""
        order = self.kept[id(row)]
        act = self._by_unit(order.unit, Role.UNIT_HEAD, row["answered_hours_ago"], order.case)
        ordering.answer(order, act, text=row["answer"])

    def talk(self, row: dict[str, Any]) -> None:
        """A talk with a unit, or a circular about it."""
        case = self.cases[row["case"]] if row.get("case") else None
        admonishing.admonish(
            self.town.units[row["unit"]], self._supervisor(row["hours_ago"], case), kind=row["kind"],
            reason=row["reason"], text=row["text"], case=case,
        )  # fmt: skip

    def instruct(self, row: dict[str, Any]) -> None:
        """A leader's instruction with its tasks."""
        case = self.cases[row["case"]]
        tasks = [
            instructing.Task(self.town.units[t["unit"]], t["words"], self._end_of_day(t["due_in_hours"]))
            for t in row["tasks"]
        ]
        act = self._by("leader", Role.LEADER, self._moment(row["hours_ago"], case))
        self.kept[id(row)] = instructing.instruct(case, act, text=row["text"], tasks=tasks)

    def feed_back(self, row: dict[str, Any], number: int, task: dict[str, Any]) -> None:
        """A unit reports on its task."""
        given = self.kept[id(row)].tasks.select_related("unit", "instruction__case").order_by("pk")[number]
        act = self._by_unit(given.unit, Role.UNIT_HEAD, task["fed_back_hours_ago"], given.instruction.case)
        instructing.report_back(given, act, feedback=task["feedback"])

    def list_gravest(self, row: dict[str, Any]) -> None:
        """The week's list of the gravest cases."""
        self.kept[0] = inspecting.make_list(self.region, self._supervisor(row["hours_ago"], None))

    def find(self, row: dict[str, Any]) -> None:
        """What was seen on site of a case that came onto the list."""
        finding = Finding.objects.filter(inspection=self.kept[0], case=self.cases[row["case"]], at=None).first()
        if finding is not None:
            inspecting.record_finding(
                finding, self._supervisor(row["hours_ago"], finding.case), found=row["found"],
                is_true_to_reply=row["is_true_to_reply"], measure=row["measure"],
            )  # fmt: skip

    def _supervisor(self, hours_ago: float, case: Case | None) -> Act:
        return self._by("supervisor", Role.SUPERVISOR, self._moment(hours_ago, case))

    def _by(self, username: str, role: Role, at: datetime) -> Act:
        return Act(self.town.people.staff[username], at, role.label)

    def _by_unit(self, unit: Any, role: Role, hours_ago: float, case: Case) -> Act:
        return Act(self.town.people.of(unit, role), self._moment(hours_ago, case), role.label, unit)

    def _moment(self, hours_ago: float, case: Case | None) -> datetime:
        """The wanted moment, or a little after the last thing that happened to the case; never after `now`."""
        wanted = self._office_hours(hours_ago)
        last = case.events.order_by("-seq").values_list("at", flat=True).first() if case is not None else None
        return min(max(wanted, last + LEAST_APART), self.now) if last is not None else wanted

    def _office_hours(self, hours_ago: float) -> datetime:
        """The moment that lies so many office hours before `now`."""
        here, left = self.now.astimezone(CHINA), hours_ago * HOUR
        while True:
            if self.calendar.is_working_day(here.date()):
                for opens, closes in reversed(OFFICE_HOURS):
                    opening, end = at_clock(here.date(), opens), min(here, at_clock(here.date(), closes))
                    if end - opening >= left:
                        return end - left
                    left -= max(end - opening, timedelta())
            here = at_clock(here.date() - ONE_DAY, time.max)

    def _end_of_day(self, hours_ahead: float) -> datetime:
        return at_clock(self.calendar.add_working_days((self.now + hours_ahead * HOUR).date(), 0), DAY_ENDS)
