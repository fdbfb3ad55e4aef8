"""Looking back (回头看): asking for it, and the job that judges what was asked, batch by batch."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from huixiang.cases.ledger import Act
from huixiang.cases.models import Reply
from huixiang.cases.refusals import Refused
from huixiang.nlp.parameters import BadParameters
from huixiang.rules.calendar import CHINA, ONE_DAY, at_clock
from huixiang.units.models import Unit

from .. import figures
from ..judging import Failure, opinions
from ..models import LookBack, LookBackState, LookedReply

logger = logging.getLogger(__name__)
# Three minutes of work at a hundred replies a second; what is more is better read by the year.
MOST = 20_000
BATCH = 25
# Open look-backs of one person: more would only wait behind one another.
MOST_OPEN = 5
# A batch takes a second; a worker that has not come back after this is gone.
LEASE = timedelta(minutes=2)
OPEN = (LookBackState.WAITING, LookBackState.RUNNING)


class TooMuch(Refused):
    """More replies than one look-back takes; `count` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(f"这段时间有{count}条回复，一次最多看{MOST}条。请把时间分成几段，或者选下级单位。")
        self.count = count


def ask(replies: QuerySet[Reply], unit: Unit, act: Act, *, from_on: date, until_on: date) -> LookBack:
    """Look back over those of `replies` that were published from one day to another; an open look-back is joined.

    Raises Refused for a period that ends before it starts or lies ahead and for too many at once, and TooMuch.
    """
    if act.by is None:
        raise Refused("请登录后再发起回头看。")
    if until_on < from_on:
        raise Refused("结束日期不能早于开始日期。", field="until_on")
    if from_on > act.at.astimezone(CHINA).date():
        raise Refused("开始日期还没有到。", field="from_on")
    found = replies.filter(
        published_at__gte=at_clock(from_on, time()), published_at__lt=at_clock(until_on + ONE_DAY, time())
    )
    ids = list(found.order_by("published_at", "pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise TooMuch(found.count())
    question = {"unit": unit, "from_on": from_on, "until_on": until_on, "asked_by": act.by}
    _room_for(question)
    try:
        return _opened(ids, asked_at=act.at, **question)
    except IntegrityError:
        return LookBack.objects.get(state__in=OPEN, **question)


def _room_for(question: Mapping[str, Any]) -> None:
    """Raises Refused if the person has as many look-backs open as may be, and this one is not among them."""
    mine = LookBack.objects.filter(asked_by=question["asked_by"], state__in=OPEN)
    if mine.count() >= MOST_OPEN and not mine.filter(**question).exists():
        raise Refused(f"您已有{MOST_OPEN}个回头看在排队，请等判断完再发起新的。")


@transaction.atomic
def _opened(ids: list[int], **question: object) -> LookBack:
    look_back = LookBack.objects.create(**question)
    LookedReply.objects.bulk_create([LookedReply(look_back=look_back, reply_id=pk) for pk in ids], batch_size=1000)
    return look_back


@transaction.atomic
def retry(look_back: LookBack) -> bool:
    """Lets a failed look-back go on where it stopped; False if it had not failed."""
    failed = LookBack.objects.filter(pk=look_back.pk, state=LookBackState.FAILED)
    if not failed.update(state=LookBackState.WAITING, error="", leased_until=None):
        return False
    look_back.looked.exclude(error="").update(error="")
    return True


def work(*, at: datetime) -> int:
    """Judge the next batch of the look-back that waits longest; gives the number of replies done, 0 if none waits."""
    free = Q(leased_until=None) | Q(leased_until__lt=at)
    for pk in LookBack.objects.filter(free, state__in=OPEN).order_by("asked_at", "pk").values_list("pk", flat=True)[:5]:
        taken = LookBack.objects.filter(free, pk=pk, state__in=OPEN)
        if taken.update(state=LookBackState.RUNNING, leased_until=at + LEASE):
            return _batch(LookBack.objects.get(pk=pk), at)
    return 0


def _batch(look_back: LookBack, at: datetime) -> int:
    rows = list(
        look_back.looked.filter(opinion=None, error="").select_related("reply__case")
        .defer("reply__case__sealed_title", "reply__case__sealed_body", "reply__case__sealed_contact")
        .order_by("pk")[:BATCH]
    )  # fmt: skip
    if not rows:
        _finish(look_back, at)
        return 0
    try:
        found = opinions([row.reply for row in rows], at=at)
    except BadParameters:
        logger.exception("look-back %s cannot be judged", look_back.pk)
        _stop(look_back, "判断用的参数文件缺失或损坏，请系统管理员检查安装。")
        return 0
    failures = {pk: one.why for pk, one in found.items() if isinstance(one, Failure)}
    if len(failures) == len(rows) == BATCH:
        _stop(look_back, f"连续{BATCH}条回复都没有判断成功，已经停下，请系统管理员查看日志。")
        return 0
    _save(rows, {pk: one.pk for pk, one in found.items() if not isinstance(one, Failure)}, failures)
    LookBack.objects.filter(pk=look_back.pk, state=LookBackState.RUNNING).update(leased_until=None)
    return len(rows)


@transaction.atomic
def _save(rows: list[LookedReply], judged: dict[int, int], failures: dict[int, str]) -> None:
    for row in rows:
        change = {"opinion_id": judged[row.reply_id]} if row.reply_id in judged else {"error": failures[row.reply_id]}
        LookedReply.objects.filter(pk=row.pk, opinion=None, error="").update(**change)


def _finish(look_back: LookBack, at: datetime) -> None:
    LookBack.objects.filter(pk=look_back.pk, state=LookBackState.RUNNING).update(
        state=LookBackState.DONE, summary=figures.count(look_back).stored(), finished_at=at, leased_until=None
    )


def _stop(look_back: LookBack, why: str) -> None:
    LookBack.objects.filter(pk=look_back.pk, state=LookBackState.RUNNING).update(
        state=LookBackState.FAILED, error=why, leased_until=None
    )
