"""Deputies (代理): which delegations somebody sees, and whom they may ask to stand in."""

from datetime import datetime

from django.db.models import Q, QuerySet

from huixiang.accounts.models import User
from huixiang.accounts.roles import ADMIN_ROLES, Role

from .access import Actor
from .models import Delegation, Membership


def delegations(actor: Actor, *, at: datetime) -> QuerySet[Delegation]:
    """Delegations that run or will run: those of the person, or all of them for a security administrator."""
    rows = Delegation.objects.filter(ends_at__gt=at).select_related("from_user", "to_user").order_by("starts_at", "pk")
    if actor.has(Role.SECURITY_ADMIN):
        return rows
    return rows.filter(Q(from_user=actor.user) | Q(to_user=actor.user))


def colleagues(actor: Actor, *, at: datetime) -> list[tuple[User, str]]:
    """Who may be asked to stand in, each with where they work: people of the own units and regions.

    A security administrator arranges it for others and chooses among everybody who has a role.
    """
    held = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), user__is_active=True)
    held = held.exclude(role__in=ADMIN_ROLES)
    if not actor.has(Role.SECURITY_ADMIN):
        regions = [g.region_code for g in actor.grants if g.region_code]
        held = held.filter(Q(unit_id__in=actor.tree_unit_ids) | Q(region__in=regions)).exclude(user=actor.user)
    found: dict[int, tuple[User, str]] = {}
    rows = held.select_related("user", "unit", "region").defer("user__phone", "user__email")
    for row in rows.order_by("user__display_name", "user_id", "pk"):
        where = row.unit.short_name if row.unit else row.region.readable if row.region else ""
        found.setdefault(row.user_id, (row.user, f"{where}，{row.get_role_display()}"))
    return list(found.values())


def may_be_absent(actor: Actor) -> bool:
    """Whether there is anything in which somebody could stand in for the person; administrators' duties are not."""
    return any(grant.role not in ADMIN_ROLES for grant in actor.grants)
