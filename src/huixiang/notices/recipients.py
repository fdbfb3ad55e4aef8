"""Who is told: the people who hold a role at a moment, and whoever stands in for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.units.models import Delegation, Membership


def of_unit(unit_id: int, roles: Iterable[Role], *, at: datetime) -> list[User]:
    """Those who hold one of the roles in the unit itself, and their deputies."""
    return Directory([unit_id], [], since=at).of_unit(unit_id, roles, at=at)


def of_region(region_code: str, roles: Iterable[Role], *, at: datetime) -> list[User]:
    """Those who hold one of the roles over the nearest region that has anybody, and their deputies."""
    return Directory([], [region_code], since=at).of_region(region_code, roles, at=at)


def deputies_of(user_ids: Iterable[int], *, at: datetime) -> list[User]:
    """Those who stand in for any of the people now."""
    return Directory([], [], since=at).deputies_of(user_ids, at=at)


class Directory:
    """Who holds which role in the given units and over the given regions from `since` on, read once for many."""

    def __init__(self, unit_ids: Collection[int], region_codes: Collection[str], *, since: datetime) -> None:
        self._unit_ids, self._region_codes, self._since = set(unit_ids), set(region_codes), since

    def of_unit(self, unit_id: int, roles: Iterable[Role], *, at: datetime) -> list[User]:
        """Those who hold one of the roles in the unit itself at a moment, and their deputies."""
        if unit_id not in self._unit_ids:
            return of_unit(unit_id, roles, at=at)
        return self._people(_holding(self._in_units[unit_id], roles, at), at)

    def of_region(self, region_code: str, roles: Iterable[Role], *, at: datetime) -> list[User]:
        """Those who hold one of the roles over the nearest region that has anybody, and their deputies."""
        if region_code not in self._region_codes:
            return of_region(region_code, roles, at=at)
        wanted = list(roles)
        for code in _above(region_code):
            if held := _holding(self._over_regions[code], wanted, at):
                return self._people(held, at)
        return []

    def deputies_of(self, user_ids: Iterable[int], *, at: datetime) -> list[User]:
        """Those who stand in for any of the people at a moment."""
        absent = set(user_ids)
        rows = [r for r in self._delegations if r.from_user_id in absent and r.starts_at <= at < r.ends_at]
        return list({row.to_user_id: row.to_user for row in rows}.values())

    def _people(self, held: Iterable[Membership], at: datetime) -> list[User]:
        found = {row.user_id: row.user for row in held}
        found.update({deputy.pk: deputy for deputy in self.deputies_of(found, at=at)})
        return list(found.values())

    @cached_property
    def _in_units(self) -> dict[int, list[Membership]]:
        found: dict[int, list[Membership]] = defaultdict(list)
        for row in _memberships().filter(unit_id__in=self._unit_ids):
            if row.unit_id is not None:
                found[row.unit_id].append(row)
        return found

    @cached_property
    def _over_regions(self) -> dict[str, list[Membership]]:
        found: dict[str, list[Membership]] = defaultdict(list)
        for row in _memberships().filter(region_id__in={c for code in self._region_codes for c in _above(code)}):
            found[str(row.region_id)].append(row)
        return found

    @cached_property
    def _delegations(self) -> list[Delegation]:
        rows = Delegation.objects.filter(ends_at__gt=self._since, from_user__is_active=True, to_user__is_active=True)
        return list(rows.select_related("to_user").order_by("-starts_at"))


def _memberships() -> QuerySet[Membership]:
    return Membership.objects.filter(user__is_active=True).select_related("user").order_by("pk")


def _holding(rows: Iterable[Membership], roles: Iterable[Role], at: datetime) -> list[Membership]:
    wanted = set(roles)
    return [row for row in rows if row.role in wanted and (row.ends_at is None or row.ends_at > at)]


def _above(region_code: str) -> list[str]:
    """The codes of the region and of those above it, the nearest first; a code begins with those above."""
    return [region_code[:n] for n in range(len(region_code), 1, -1)]
