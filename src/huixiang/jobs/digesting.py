"""Digesting: one mail a day, at half past eight, to those who chose it instead of a mail per event."""

from datetime import datetime, time

from django.db.models import Q, QuerySet

from huixiang.accounts.models import User
from huixiang.cases.access import visible
from huixiang.cases.choices import Visibility
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.notices.channels import SENDERS
from huixiang.notices.models import Channel, Choice, Notice, Preference
from huixiang.notices.wording import NOT_PUBLIC, template
from huixiang.rules.calendar import CHINA, ONE_DAY, at_clock
from huixiang.rules.spans import WorkingDays
from huixiang.supervision.access import LOOKING_ON
from huixiang.ui.moments import spoken
from huixiang.units.access import actor_of
from huixiang.units.standards import in_force

# Ours (docs/notices.md#digests): before the working day begins.
GOES_OUT = time(8, 30)
LINES = 10
# docs/sources.md#supervision: five working days over the limit are grave.
_GRAVE = WorkingDays(5)


def digest(*, at: datetime) -> int:
    """Records today's digest for everybody who wants one and has none yet; gives their number.

    After an outage it comes late the same day; a day that has passed is left out.
    """
    here = at.astimezone(CHINA)
    if here.time() < GOES_OUT or not SENDERS[Channel.EMAIL].is_configured():
        return 0
    wanting = Preference.objects.filter(channel=Channel.EMAIL, choice=Choice.DIGEST, user__is_active=True)
    rows = [
        _notice(row.user, f"digest:{here:%Y-%m-%d}:{row.user_id}", at)
        for row in _without(wanting.select_related("user"), f"digest:{here:%Y-%m-%d}:")
        if row.user.email
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _without(rows: QuerySet[Preference], prefix: str) -> list[Preference]:
    done = set(Notice.objects.filter(key__startswith=prefix).values_list("key", flat=True))
    return [row for row in rows if f"{prefix}{row.user_id}" not in done]


def _notice(user: User, key: str, at: datetime) -> Notice:
    ends, black = at_clock(at.astimezone(CHINA).date() + ONE_DAY, time(0)), _black_before(at)
    cases = _own(user, at)
    parts = {
        "今天到期": cases.filter(due_at__gte=at, due_at__lt=ends),
        "超时": cases.filter(due_at__lt=at, due_at__gte=black),
        "严重超时": cases.filter(due_at__lt=black),
    }
    counts = [part.count() for part in parts.values()]
    lines = "\n\n".join(_part(name, part, at) for name, part in parts.items() if part)
    facts = dict(zip(("due_count", "red_count", "black_count"), map(str, counts), strict=True))
    word = template("digest", "staff").fill({**facts, "list": lines or "今天没有到期、超时的留言。"}, "/desk/")
    return Notice(
        key=key, channel=Channel.EMAIL, user=user, subject=word.subject, body=word.body, url=word.url, created_at=at,
        next_try_at=at,
    )  # fmt: skip


def _own(user: User, at: datetime) -> CaseQuerySet:
    """Cases of the person's own units, and of the regions that they look after."""
    actor = actor_of(user, at=at)
    inside = Q(lead_unit_id__in=actor.tree_unit_ids)
    for code in actor.regions(*LOOKING_ON):
        inside |= Q(region__code__startswith=code)
    return visible(actor).alive().filter(inside).order_by("due_at", "pk")


def _black_before(at: datetime) -> datetime:
    """What was due before this is gravely late."""
    today = at.astimezone(CHINA).date()
    calendar = in_force().calendar.provisional(today.year - 1, today.year)
    return at_clock(calendar.add_working_days(today, -_GRAVE.days), at.astimezone(CHINA).time())


def _part(name: str, cases: CaseQuerySet, at: datetime) -> str:
    shown = list(cases[:LINES])
    lines = [f"· {_title(case)}（{case.number}）{spoken(case.due_at, at)}" for case in shown if case.due_at]
    more = cases.count() - len(shown)
    return "\n".join([f"{name}：", *lines, *([f"还有{more}件，请登录查看。"] if more else [])])


def _title(case: Case) -> str:
    return case.title if case.visibility == Visibility.PUBLIC else NOT_PUBLIC
