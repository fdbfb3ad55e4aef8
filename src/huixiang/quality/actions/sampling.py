"""Sampling (抽查): which published replies the quality desk looks at again; anybody can redo the draw.

Every denial, safety case and repeated case is sampled when it is published. When a month is over, its share is drawn:
of each unit and column at least one in ten, those first in the order of a digest of month and reply id.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet
from django.utils.timezone import localtime

from huixiang.cases.choices import Lane
from huixiang.cases.models import Reply
from huixiang.nlp.replies.reading import Reading
from huixiang.rules.calendar import at_clock

from ..judging import Failure, opinions
from ..models import JUDGED_KINDS, Sample, SampleDraw, SampleReason

# docs/quality.md#sampling: at least one in ten of each unit and column.
ONE_IN = 10
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
    if Reading.of(reply.case.title, reply.case.body, reply.body, None, None).has("denial"):
        return SampleReason.DENIAL
    return SampleReason.REPEAT if reply.round > 1 else None


def period_of(at: datetime) -> str:
    """The month of a moment in China: 2026-11."""
    return f"{localtime(at):%Y-%m}"


def order(period: str, reply_id: int) -> str:
    """The place of a reply in the draw of a month: a digest that nobody can choose and everybody can compute."""
    return sha256(f"{period}:{reply_id}".encode()).hexdigest()


def share(period: str, strata: Iterable[tuple[int, int, str]]) -> set[int]:
    """The reply ids drawn from rows of (reply id, unit id, column): the first tenth of each stratum, rounded up."""
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for reply_id, unit_id, column in strata:
        groups[unit_id, column].append(reply_id)
    drawn: set[int] = set()
    for ids in groups.values():
        drawn.update(sorted(ids, key=lambda pk: order(period, pk))[: ceil(len(ids) / ONE_IN)])
    return drawn


def draw_due(*, at: datetime) -> int:
    """Draw the oldest month that is over and was not drawn yet; gives the number of replies sampled in it."""
    for period in _months_over(at - SETTLED):
        if not SampleDraw.objects.filter(period=period).exists():
            return draw(period, at=at)
    return 0


def draw(period: str, *, at: datetime) -> int:
    """Draw one month; gives how many of its replies are sampled. Drawn twice, it stays as it was."""
    replies = list(population(period))
    drawn = share(period, ((r.pk, r.unit_id, r.case.column_id) for r in replies))
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
    first = datetime.strptime(period, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    after = (first + timedelta(days=32)).replace(day=1)
    midnight = datetime.min.time()
    found = Reply.objects.published().filter(kind__in=JUDGED_KINDS, case__is_historical=False)
    inside = found.filter(published_at__gte=at_clock(first, midnight), published_at__lt=at_clock(after, midnight))
    bare = inside.select_related("case").defer("case__sealed_title", "case__sealed_body", "case__sealed_contact")
    return bare.order_by("pk")


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
