"""Who is told: the people who hold a role now, and whoever stands in for them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.units.models import Delegation, Membership


def of_unit(unit_id: int, roles: Iterable[Role], *, at: datetime) -> list[User]:
    """Those who hold one of the roles in the unit itself, and their deputies."""
    return _people(Q(unit_id=unit_id, role__in=list(roles)), at)


def of_region(region_code: str, roles: Iterable[Role], *, at: datetime) -> list[User]:
    """Those who hold one of the roles over the nearest region that has anybody, and their deputies."""
    held = Membership.objects.filter(_live(at), role__in=list(roles), user__is_active=True, region__isnull=False)
    around = [code for code in held.values_list("region_id", flat=True).distinct() if region_code.startswith(code)]
    return _people(Q(region_id=max(around, key=len), role__in=list(roles)), at) if around else []


def deputies_of(user_ids: Iterable[int], *, at: datetime) -> list[User]:
    """Those who stand in for any of the people now."""
    rows = Delegation.objects.running(at).filter(from_user__in=list(user_ids), to_user__is_active=True)
    return list({row.to_user_id: row.to_user for row in rows.select_related("to_user")}.values())


def _people(held: Q, at: datetime) -> list[User]:
    rows = Membership.objects.filter(held, _live(at), user__is_active=True).select_related("user").order_by("pk")
    found = {row.user_id: row.user for row in rows}
    found.update({deputy.pk: deputy for deputy in deputies_of(found, at=at)})
    return list(found.values())


def _live(at: datetime) -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=at)
