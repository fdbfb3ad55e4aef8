"""Escalating: what a unit does not read goes to its deputy, then to the superior unit's head."""

from datetime import datetime

from django.db import connection, transaction

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.models import Case, CaseEvent
from huixiang.notices import recipients
from huixiang.notices.actions.awaiting import climb, finish, read_by, was_read
from huixiang.notices.actions.telling import About, tell_people
from huixiang.notices.models import Escalation
from huixiang.units.models import Unit

from .audiences import is_urgent, subject_of
from .saying import desk_url, say, seeing, why_untrue

Level = Escalation.Level


def escalate(*, at: datetime, limit: int = 100) -> int:
    """Takes every watch that is due one rung on, or ends it; gives the number of notices newly recorded."""
    due = Escalation.objects.filter(next_at__lte=at).order_by("next_at").values_list("pk", flat=True)
    return sum(_take(pk, at) for pk in list(due[:limit]))


@transaction.atomic
def _take(pk: int, at: datetime) -> int:
    rows = Escalation.objects.filter(pk=pk, next_at__lte=at)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    row = rows.select_related("unit").first()
    if row is None:
        return 0
    event = CaseEvent.objects.select_related("case").get(pk=row.event_id)
    if over := why_untrue(event):
        finish(row, over)
    elif was_read(row):
        finish(row, "已有人查看")
    else:
        return _climb(row, event, at)
    return 0


def _climb(row: Escalation, event: CaseEvent, at: datetime) -> int:
    """The next rung that somebody stands on: the deputy waits for an answer in turn, the superior ends the watch."""
    if row.level == Level.TOLD:
        deputies = seeing(event.case, _deputies(row.unit_id, at), at=at)
        if deputies:
            climb(row, Level.DEPUTY, read_by(at, is_urgent=is_urgent(event.case)))
            return _tell(row, event, "deputy", deputies, at)
    superiors = seeing(event.case, _superiors(row.unit, event.case, at), at=at)
    climb(row, Level.SUPERIOR, None, "已报上级" if superiors else "没有可以通知的上级")
    return _tell(row, event, "superior", superiors, at)


def _tell(row: Escalation, event: CaseEvent, audience: str, people: list[User], at: datetime) -> int:
    case, facts = event.case, {"unit_name": row.unit.name, "subject": subject_of(event)}
    about = About(
        case.pk, event.pk, row.unit_id, is_urgent=is_urgent(case), is_loud=True,
        outside=say("escalation", audience, case, facts, desk_url(case), outside=True),
    )  # fmt: skip
    word = say("escalation", audience, case, facts, desk_url(case))
    return tell_people(people, word, key=f"escalation:{row.pk}:{audience}", at=at, about=about)


def _deputies(unit_id: int, at: datetime) -> list[User]:
    """Whoever stands in for the unit's heads, else the heads themselves."""
    heads = recipients.of_unit(unit_id, [Role.UNIT_HEAD], at=at)
    return recipients.deputies_of([head.pk for head in heads], at=at) or heads


def _superiors(unit: Unit, case: Case, at: datetime) -> list[User]:
    """Heads of the nearest unit above that has any, else the supervisors of the region."""
    above = Unit.objects.filter(pk__in=[int(pk) for pk in unit.path.strip("/").split("/") if pk]).exclude(pk=unit.pk)
    for superior in above.order_by("-path"):
        if heads := recipients.of_unit(superior.pk, [Role.UNIT_HEAD], at=at):
            return heads
    return recipients.of_region(case.region_id, [Role.SUPERVISOR], at=at)
