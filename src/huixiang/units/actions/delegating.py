"""Delegating (代理): somebody away names who stands in for them until a date, each acting under their own name."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from huixiang.accounts.models import User
from huixiang.accounts.roles import ADMIN_ROLES, Role

from ..models import Delegation, Membership

# Ours: a longer absence is an appointment, which the security administrator makes.
LONGEST = timedelta(days=90)


class NotDelegated(Exception):
    """The delegation breaks a rule; `message` says which, `field` where on the form."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@transaction.atomic
def delegate(
    from_user: User, to_user: User, *, by: User, at: datetime, starts_at: datetime, ends_at: datetime, reason: str
) -> Delegation:
    """Lets `to_user` stand in for `from_user`; set up by the absent person or by a security administrator."""
    _check_people(from_user, to_user, by, at)
    if ends_at <= max(starts_at, at):
        raise NotDelegated("结束时间要晚于开始时间，也要晚于现在。", field="ends_on")
    if ends_at - starts_at > LONGEST:
        raise NotDelegated(f"代理最长{LONGEST.days}天。时间更长的，请联系安全管理员任命。", field="ends_on")
    if not reason.strip():
        raise NotDelegated("请写明为什么要请人代理，例如“外出学习”。", field="reason")
    # The absent person's row is the lock: one stands in for them at a time, so that "the deputy" is one person.
    User.objects.select_for_update(of=("self",)).get(pk=from_user.pk)
    if Delegation.objects.filter(from_user=from_user, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise NotDelegated("这段时间已经有人代理，请先结束原来的代理。", field="starts_on")
    return Delegation.objects.create(
        from_user=from_user, to_user=to_user, starts_at=starts_at, ends_at=ends_at, reason=reason.strip()[:200],
        created_by=by,
    )  # fmt: skip


def end(delegation: Delegation, *, by: User, at: datetime) -> None:
    """Ends a delegation at once; one that has run stays as a record, one that has not begun is taken back."""
    if by.pk not in {delegation.from_user_id, delegation.to_user_id} and not _is_security_admin(by, at):
        raise NotDelegated("只有本人、代理人或安全管理员可以结束代理。")
    running = Delegation.objects.filter(pk=delegation.pk, starts_at__lt=at, ends_at__gt=at)
    if running.update(ends_at=at) == 1 or Delegation.objects.filter(pk=delegation.pk, starts_at__gte=at).delete()[0]:
        return
    raise NotDelegated("这项代理已经结束了。")


def _check_people(from_user: User, to_user: User, by: User, at: datetime) -> None:
    if from_user.pk == to_user.pk:
        raise NotDelegated("不能请自己代理。", field="to_user")
    if by.pk != from_user.pk and not (_is_security_admin(by, at) and by.pk != to_user.pk):
        raise NotDelegated("请由本人或安全管理员设置代理。", field="to_user")
    for person in (from_user, to_user):
        if not person.is_staff_member or not person.is_active:
            raise NotDelegated("只能请在用的工作人员账号代理。", field="to_user")
    # An administrator would watch over what they themselves did in somebody's place.
    if _roles(to_user, at).filter(role__in=ADMIN_ROLES).exists():
        raise NotDelegated("系统、安全、审计管理员不能代理业务工作。", field="to_user")
    if not _roles(from_user, at).exclude(role__in=ADMIN_ROLES).exists():
        raise NotDelegated("没有可以代理的角色。管理员的职责不能请人代理。", field="from_user")


def _is_security_admin(user: User, at: datetime) -> bool:
    return _roles(user, at).filter(role=Role.SECURITY_ADMIN).exists()


def _roles(user: User, at: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), user=user)
