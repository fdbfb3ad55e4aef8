"""Rostering: who of the leading group is on duty for a region, and for how long."""

from datetime import datetime

from django.db import transaction

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.ledger import Act
from huixiang.cases.refusals import Refused
from huixiang.units.access import actor_of
from huixiang.units.models import Region

from ..models import DutyRoster


@transaction.atomic
def put_on_duty(region: Region, person: User, act: Act, *, starts_at: datetime, ends_at: datetime) -> DutyRoster:
    """Puts a leader or convenor of the region on duty; two may be on duty at once."""
    if not actor_of(person, at=act.at).covers(region.code, Role.CONVENOR, Role.LEADER):
        raise Refused("值班人员须是这个地区的领导或联席召集人。", field="person")
    if ends_at <= starts_at:
        raise Refused("结束时间要晚于开始时间。", field="ends_on")
    if ends_at <= act.at:
        raise Refused("这段时间已经过去了。", field="ends_on")
    same = DutyRoster.objects.filter(region=region, user=person, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if same.exists():
        raise Refused(f"{person.display_name}在这段时间里已经排了班。", field="starts_on")
    return DutyRoster.objects.create(region=region, user=person, starts_at=starts_at, ends_at=ends_at, made_by=act.by)


@transaction.atomic
def take_off_duty(row: DutyRoster, act: Act) -> None:
    """Ends a duty now; one that has not begun is taken off the roster."""
    if row.ends_at <= act.at:
        raise Refused("这个班已经结束了。")
    if row.starts_at >= act.at:
        row.delete()
    else:
        DutyRoster.objects.filter(pk=row.pk).update(ends_at=act.at)
