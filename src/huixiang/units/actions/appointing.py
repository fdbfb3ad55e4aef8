"""Appointing: who holds which role, where and until when; nobody appoints themself, three admins exclude each other."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from huixiang.accounts.models import User
from huixiang.accounts.roles import ADMIN_ROLES, REGION_ROLES, UNIT_ROLES, Role

from ..models import Membership, Region, Unit


class NotAppointed(Exception):
    """The appointment breaks a rule; `message` says which, `field` where on the form."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@transaction.atomic
def appoint(
    user: User,
    role: Role,
    *,
    by: User,
    at: datetime,
    unit: Unit | None = None,
    region: Region | None = None,
    ends_at: datetime | None = None,
) -> Membership:
    """Gives `user` a role over the unit or region it needs; a role that had ended begins again in its own row."""
    _check_person(user, by)
    _check_scope(role, unit, region)
    if ends_at is not None and ends_at <= at:
        raise NotAppointed("截止日期要晚于今天。", field="ends_on")
    if role in ADMIN_ROLES:
        _check_three_admins(user, role)
    known = Membership.objects.filter(user=user, role=role, unit=unit, region=region).first()
    if known is None:
        return _created(user, role, unit, region, ends_at)
    if known.ends_at is None or known.ends_at > at:
        raise NotAppointed("这位同事已经有这个角色。要改截止日期，请先结束再重新任命。", field="role")
    known.ends_at = ends_at
    known.save(update_fields=["ends_at"])
    return known


def end(membership: Membership, *, by: User, at: datetime, on: datetime | None = None) -> Membership:
    """Ends a role at `on`, or at once; the row stays as a record."""
    if membership.user_id == by.pk:
        raise NotAppointed("不能改自己的角色，请由另一位安全管理员操作。")
    if on is not None and on <= at:
        raise NotAppointed("结束日期要晚于今天；要马上结束，请留空。", field="ends_on")
    # A role that began in this very moment still ends after it began, as the database demands.
    ends_at = max(on or at, membership.starts_at + timedelta(microseconds=1))
    live = Q(ends_at=None) | Q(ends_at__gt=at)
    if Membership.objects.filter(live, pk=membership.pk).update(ends_at=ends_at) != 1:
        raise NotAppointed("这个角色已经结束了。")
    membership.ends_at = ends_at
    return membership


def _created(user: User, role: Role, unit: Unit | None, region: Region | None, ends_at: datetime | None) -> Membership:
    try:
        with transaction.atomic():
            return Membership.objects.create(user=user, role=role, unit=unit, region=region, ends_at=ends_at)
    except IntegrityError as error:
        # Two security administrators at once: the other one was faster.
        raise NotAppointed("刚刚已有人给这位同事任命了角色，请刷新后再看。", field="role") from error


def _check_person(user: User, by: User) -> None:
    if user.pk == by.pk:
        raise NotAppointed("不能给自己任命角色，请由另一位安全管理员操作。", field="username")
    if not user.is_staff_member or not user.is_active:
        raise NotAppointed("只能给在用的工作人员账号任命角色。", field="username")


def _check_scope(role: Role, unit: Unit | None, region: Region | None) -> None:
    if role in UNIT_ROLES and (unit is None or region is not None):
        raise NotAppointed(f"“{role.label}”要选择所在单位，不选地区。", field="unit")
    if role in REGION_ROLES and (region is None or unit is not None):
        raise NotAppointed(f"“{role.label}”要选择负责的地区，不选单位。", field="region")
    if role in ADMIN_ROLES and (unit is not None or region is not None):
        raise NotAppointed(f"“{role.label}”管全平台，不选单位和地区。", field="role")


def _check_three_admins(user: User, role: Role) -> None:
    # An earlier admin role counts as well: nobody may later check what they did in the other one.
    other = Membership.objects.filter(user=user, role__in=ADMIN_ROLES).exclude(role=role).first()
    if other is not None:
        raise NotAppointed(
            f"三员互斥：这位同事担任或担任过“{Role(other.role).label}”，不能再任“{role.label}”。", field="role"
        )
