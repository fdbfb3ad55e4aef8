"""Who someone is for the platform: the roles they hold now, and over which units and regions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from huixiang.accounts.models import User
from huixiang.accounts.roles import ADMIN_ROLES, Role
from huixiang.accounts.shapes import Shape

from .models import Delegation, Membership, Unit


@dataclass(frozen=True)
class Grant:
    """One role in force, over a unit's tree or a region."""

    role: Role
    unit_id: int | None = None
    unit_path: str = ""
    unit_name: str = ""
    region_code: str = ""


class Actor:
    """A person acting, with the grants in force at the moment of the request; a stranger has none."""

    def __init__(self, user: User | None, grants: Iterable[Grant] = ()) -> None:
        self.user = user
        self.grants = tuple(grants)

    def has(self, *roles: Role) -> bool:
        """Whether any of `roles` is held."""
        return any(g.role in roles for g in self.grants)

    def regions(self, *roles: Role) -> list[str]:
        """Codes of the regions over which any of `roles` is held."""
        return sorted({g.region_code for g in self.grants if g.role in roles and g.region_code})

    def covers(self, region_code: str, *roles: Role) -> bool:
        """Whether one of `roles` is held over a region that contains `region_code`."""
        return any(region_code.startswith(code) for code in self.regions(*roles))

    def own_unit_ids(self, *roles: Role) -> list[int]:
        """Units where any of `roles` is held directly, without what lies below."""
        return sorted({g.unit_id for g in self.grants if g.unit_id and (not roles or g.role in roles)})

    @cached_property
    def tree_unit_ids(self) -> list[int]:
        """Units of the own trees: every unit where a role is held, and everything below it."""
        paths = sorted({g.unit_path for g in self.grants if g.unit_path})
        if not paths:
            return []
        inside = Q()
        for path in paths:
            inside |= Q(path__startswith=path)
        return list(Unit.objects.filter(inside).order_by("pk").values_list("pk", flat=True))

    @property
    def chain_unit_ids(self) -> list[int]:
        """Units where a role is held, and every unit above them."""
        return sorted({int(step) for g in self.grants for step in g.unit_path.split("/") if step})

    @property
    def kin_unit_ids(self) -> list[int]:
        """Units above and below those where a role is held: over their texts the person is no independent judge."""
        return sorted({*self.tree_unit_ids, *self.chain_unit_ids})

    def acts_for(self, unit: Unit | None, *roles: Role) -> bool:
        """Whether one of `roles` is held in `unit` or in a unit above it."""
        return unit is not None and any(g.unit_path and unit.path.startswith(g.unit_path) for g in self._of(roles))

    @property
    def is_staff(self) -> bool:
        """Whether this is a signed-in member of staff."""
        return self.user is not None and self.user.is_staff_member

    @property
    def role_names(self) -> list[str]:
        """What the roles are called, each once."""
        return list(dict.fromkeys(g.role.label for g in self.grants))

    def _of(self, roles: tuple[Role, ...]) -> list[Grant]:
        return [g for g in self.grants if not roles or g.role in roles]


STRANGER = Actor(None)


def actor_of(user: User | AnonymousUser | None, *, at: datetime) -> Actor:
    """The actor that `user` is at `at`: active accounts with their unexpired roles; anyone else is a stranger.

    Whoever stands in for somebody (`Delegation`) also has that person's unit and region roles while it runs.
    """
    if not isinstance(user, User) or not user.is_active:
        return STRANGER
    if not user.is_staff_member:
        return Actor(user)
    return Actor(user, [_grant(*row) for row in [*_OWN(user.pk, at), *_TAKEN_OVER(user.pk, at)]])


# Rows, for every page of the desk asks: what a grant needs of a membership and its unit.
_Held = tuple[str, int | None, str | None, str | None, str | None]


def _live(at: datetime) -> QuerySet[Membership, _Held]:
    running = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at)).order_by("pk")
    return running.values_list("role", "unit_id", "unit__path", "unit__short_name", "region_id")


def _taken_over(user: int, at: datetime) -> QuerySet[Membership, _Held]:
    """Roles of those for whom the person stands in; never an administrator's, and nothing they took over themselves."""
    absent = Delegation.objects.running(at).filter(to_user=user).values("from_user")
    return _live(at).filter(user__in=absent).exclude(role__in=ADMIN_ROLES)


_OWN: Shape[_Held] = Shape(lambda user, at: _live(at).filter(user_id=user), int, datetime)
_TAKEN_OVER: Shape[_Held] = Shape(_taken_over, int, datetime)


def _grant(role: str, unit_id: int | None, path: str | None, name: str | None, region_id: str | None) -> Grant:
    return Grant(Role(role), unit_id, path or "", name or "", region_id or "")
