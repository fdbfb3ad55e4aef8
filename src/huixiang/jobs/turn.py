"""One turn of telling: what many events need is read once, and what is to be told of them is written at once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from huixiang.accounts.models import User
from huixiang.cases.models import Case, CaseEvent
from huixiang.notices.actions.awaiting import Await, await_reading
from huixiang.notices.actions.telling import Telling, tell_many
from huixiang.notices.recipients import Directory
from huixiang.rules.clocks import Clock
from huixiang.rules.lifecycle import Step
from huixiang.supervision import watching

from .saying import seeing, why_untrue


class Turn:
    """What the events of one transaction share; nothing is told before `write`."""

    def __init__(self, events: Sequence[CaseEvent]) -> None:
        self._events = events
        self._tellings: list[Telling] = []
        self._waits: list[Await] = []

    def tell(self, telling: Telling) -> None:
        """Notes something that is to be told."""
        self._tellings.append(telling)

    def wait_for(self, wait: Await) -> None:
        """Notes that somebody has to read what is told."""
        self._waits.append(wait)

    def write(self) -> None:
        """Records everything that was noted, and forgets it."""
        tell_many(self._tellings)
        await_reading(self._waits)
        self._tellings, self._waits = [], []

    def why_untrue(self, event: CaseEvent) -> str:
        """Why nobody is to be told of the event any more; empty while it is worth telling."""
        return why_untrue(event, self._clocks_of)

    def seeing(self, case: Case, people: Sequence[User], *, at: datetime) -> list[User]:
        """Those of the people who may open the case."""
        return seeing(case, people, at=at) if case.is_report or case.pk in self._accusing else list(people)

    @cached_property
    def directory(self) -> Directory:
        """Who holds which role in the units and regions of the events."""
        units = {e.data.get("unit") for e in self._events} | {e.case.lead_unit_id for e in self._events}
        units |= {unit for e in self._events for unit in e.data.get("units", [])}
        regions = {e.case.region_id for e in self._events}
        since = min(e.at for e in self._events)
        return Directory([unit for unit in units if isinstance(unit, int)], regions, since=since)

    def _clocks_of(self, case: Case) -> list[Clock]:
        return self._clocks[case.pk]

    @cached_property
    def _clocks(self) -> dict[int, list[Clock]]:
        return watching.clocks_of_cases([e.case for e in self._events if e.step == Step.WARN])

    @cached_property
    def _accusing(self) -> set[int]:
        found = Case.objects.filter(pk__in={e.case_id for e in self._events}, accused_units__isnull=False)
        return set(found.order_by().values_list("pk", flat=True))
