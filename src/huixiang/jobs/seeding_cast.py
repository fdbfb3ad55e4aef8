"""Who does what on a seeded message: its author, its units, and the staff whose step each step is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.actions.submitting import CITIZEN
from huixiang.cases.ledger import Act
from huixiang.units.models import Region, Unit

from .seeding_people import LAWYERS_UNIT
from .seeding_town import Town


@dataclass
class Cast:
    """The people and units of one row, and when one of them last did something."""

    town: Town
    row: Mapping[str, Any]
    region: Region
    author: User | None
    last_at: datetime

    def lead_unit(self) -> Unit:
        """Who answers: the lawyers in the legal column, else the unit that the row names, nearest to the place."""
        if self.row["column"] == "legal":
            return self.town.units[LAWYERS_UNIT]
        return self.town.unit(self.row["unit"], self.region)

    def helpers(self) -> list[Unit]:
        """The supporting units, each once, without the lead."""
        if self.row["column"] == "legal":
            return []
        found = {u.pk: u for u in (self.town.unit(name, self.region) for name in self.row.get("support_units", []))}
        found.pop(self.lead_unit().pk, None)
        return list(found.values())

    def detour(self, lead: Unit, rng: Random) -> Unit | None:
        """The government of the place, to which a few messages go first by mistake."""
        if self.row["column"] == "legal" or self.row["urgency"] != "normal" or rng.random() > 0.12:  # noqa: PLR2004
            return None
        wrong = self.town.unit("人民政府", self.region)
        return wrong if wrong.pk != lead.pk else None

    def citizen(self, at: datetime) -> Act:
        """The author, known or not."""
        return self._act(self.author, at, CITIZEN)

    def moderator(self, at: datetime) -> Act:
        """The moderator who has this message."""
        name = ["moderator", "moderator2", "moderator3"][int(self.row["key"][-3:]) % 3]
        return self._act(self.town.people.staff[name], at, Role.MODERATOR.label)

    def coordinator(self, at: datetime) -> Act:
        """The coordinator of the prefecture."""
        code = self.region.code[:4]
        name = "coordinator" if code == "4301" else f"coordinator-{code}"
        return self._act(self.town.people.staff[name], at, Role.COORDINATOR.label)

    def inspector(self, at: datetime) -> Act:
        """One of the two inspectors."""
        name = ["inspector", "inspector2"][int(self.row["key"][-3:]) % 2]
        return self._act(self.town.people.staff[name], at, Role.QUALITY_INSPECTOR.label)

    def by_unit(self, unit: Unit, at: datetime, *roles: Role) -> Act:
        """A person of the unit who holds one of the roles."""
        user = self.town.people.of(unit, *roles)
        held = next(role for role in roles if (role, user) in self.town.people.teams[unit.pk])
        return self._act(user, at, held.label, unit)

    def _act(self, user: User | None, at: datetime, role: str, unit: Unit | None = None) -> Act:
        self.last_at = max(self.last_at, at)
        return Act(user, at, role, unit)


def author_of(town: Town, row: Mapping[str, Any], rng: Random) -> User | None:
    """Who left the message; None if nobody may know."""
    if row["anonymous"]:
        return None
    # The first citizen is the demo's own sign-in and has the messages marked for it.
    citizens = town.people.citizens
    return citizens[0] if row.get("is_mine") else rng.choice(citizens[1:])
