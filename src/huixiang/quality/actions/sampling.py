"""Sampling (抽查): which published replies the quality desk looks at again; anybody can redo the draw.

Every denial, safety case and repeated case is sampled when it is published. When a month is over, its share is drawn:
of each unit and column at least one in ten of the year so far, those first by a digest of month and reply id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from math import ceil

from django.db import IntegrityError, transaction
from django.db.models import Count, Min, QuerySet
from django.utils.timezone import localtime

from huixiang.cases.choices import Lane
from huixiang.cases.models import Reply
from huixiang.nlp.reefs import REEFS
from huixiang.nlp.replies.reading import Reading
from huixiang.rules.calendar import at_clock

from ..judging import Failure, opinions
from ..models import JUDGED_KINDS, Sample, SampleDraw, SampleReason

Stratum = tuple[int, str]
Row = tuple[int, int, str]
# docs/quality.md#sampling: at least one in ten of each unit and column.
ONE_IN = 10
# From this suspicion on the wording denies something, even without one of the usual phrases (`reefs.rash_denial`).
OPEN_DENIAL = 0.6
# A month is drawn an hour after its end: what was being published at midnight is then there.
SETTLED = timedelta(hours=1)
# A site that starts with older replies draws one year of them, not ten.
MONTHS_BACK = 12
BATCH = 25


def note(reply: Reply, *, at: datetime) -> bool:
    """Sample a reply that was just published if it denies, is about safety or answers a repeated case."""
    why = risk(reply) if _counts(reply) else None
    if why is None or reply.published_at is None:
        return False
    sample = Sample(reply=reply, period=period_of(reply.published_at), why=why, drawn_at=at)
    Sample.objects.bulk_create([sample], ignore_conflicts=True)
    return True


def risk(reply: Reply) -> SampleReason | None:
    """Why a reply is always sampled; None for one that only the share can draw."""
    if reply.case.lane == Lane.URGENT:
        return SampleReason.SAFETY
    reading = Reading.of(reply.case.title, reply.case.body, reply.body, None, None)
    if reading.has("denial") or REEFS["rash_denial"].suspicion(reading) >= OPEN_DENIAL:
        return SampleReason.DENIAL
    return SampleReason.REPEAT if reply.round > 1 else None


def period_of(at: datetime) -> str:
    """The month of a moment in China: 2026-11."""
    return f"{localtime(at):%Y-%m}"


def order(period: str, reply_id: int) -> str:
    """The place of a reply in the draw of a month: a digest that nobody can choose and everybody can compute."""
    return sha256(f"{period}:{reply_id}".encode()).hexdigest()


def share(period: str, strata: Iterable[Row], before: Mapping[Stratum, int] | None = None) -> set[int]:
    """The reply ids drawn from a month's rows of (reply id, unit id, column); `before`: the year's earlier replies.

    Counted from January, each unit and column has at least a tenth drawn at the end of every month, and hardly more:
    a unit with one reply a month is drawn twice a year, not twelve times.
    """
    groups: dict[Stratum, list[int]] = defaultdict(list)
    for reply_id, unit_id, column in strata:
        groups[unit_id, column].append(reply_id)
    drawn: set[int] = set()
    for stratum, ids in groups.items():
        earlier = (before or {}).get(stratum, 0)
        quota = ceil((earlier + len(ids)) / ONE_IN) - ceil(earlier / ONE_IN)
        drawn.update(sorted(ids, key=lambda pk: order(period, pk))[:quota])
    return drawn


def draw_due(*, at: datetime) -> int:
    """Draw each month that is over and was not drawn yet, the oldest first; gives the number of months drawn."""
    months = _months_over(at - SETTLED)
    known = set(SampleDraw.objects.filter(period__in=months).values_list("period", flat=True))
    missing = [period for period in months if period not in known]
    for period in missing:
        draw(period, at=at)
    return len(missing)


def draw(period: str, *, at: datetime) -> int:
    """Draw one month; gives how many of its replies are sampled. Drawn twice, it stays as it was."""
    replies = list(population(period))
    drawn = share(period, ((r.pk, r.unit_id, r.case.column_id) for r in replies), _earlier(period))
    rows = []
    for reply in replies:
        why = risk(reply) or (SampleReason.SHARE if reply.pk in drawn else None)
        if why:
            rows.append(Sample(reply=reply, period=period, why=why, drawn_at=at))
    try:
        with transaction.atomic():
            SampleDraw.objects.create(period=period, population=len(replies), sampled=len(rows), drawn_at=at)
            Sample.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    except IntegrityError:
        return 0
    return len(rows)


def population(period: str) -> QuerySet[Reply]:
    """The answers published in a month on this platform, in the order of their ids."""
    first = _first(period)
    inside = _published(first, (first + timedelta(days=32)).replace(day=1)).select_related("case")
    return inside.defer("case__sealed_title", "case__sealed_body", "case__sealed_contact").order_by("pk")


def _earlier(period: str) -> dict[Stratum, int]:
    """How many answers each unit and column had in the months of the year before this one."""
    first = _first(period)
    found = _published(first.replace(month=1), first).order_by().values_list("unit_id", "case__column_id")
    return {(unit_id, column): number for unit_id, column, number in found.annotate(number=Count("pk"))}


def _published(first: date, after: date) -> QuerySet[Reply]:
    found = Reply.objects.published().filter(kind__in=JUDGED_KINDS, case__is_historical=False)
    return found.filter(published_at__gte=at_clock(first, time()), published_at__lt=at_clock(after, time()))


def _first(period: str) -> date:
    return date.fromisoformat(f"{period}-01")


def judge_waiting(*, at: datetime) -> int:
    """Judge the next sampled replies, so that a reviewer finds something to agree or disagree with; gives how many."""
    bare = Sample.objects.filter(opinion=None, error="").select_related("reply__case").defer(
        "reply__case__sealed_title", "reply__case__sealed_body", "reply__case__sealed_contact"
    )  # fmt: skip
    rows = list(bare.order_by("drawn_at", "pk")[:BATCH])
    if rows:
        _judge(rows, at)
    return len(rows)


def _judge(rows: Sequence[Sample], at: datetime) -> None:
    found = opinions([row.reply for row in rows], at=at)
    for row in rows:
        one = found[row.reply_id]
        change = {"error": one.why} if isinstance(one, Failure) else {"opinion": one}
        Sample.objects.filter(pk=row.pk, opinion=None, error="").update(**change)


def _counts(reply: Reply) -> bool:
    return reply.kind in JUDGED_KINDS and not reply.case.is_historical


def _months_over(at: datetime) -> list[str]:
    """The months that had ended at `at` and in which replies can stand, the oldest first."""
    first = Reply.objects.published().aggregate(first=Min("published_at"))["first"]
    if first is None:
        return []
    month, months = localtime(at).date().replace(day=1), []
    for _ in range(MONTHS_BACK):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(f"{month:%Y-%m}")
    return sorted(period for period in months if period >= period_of(first))
