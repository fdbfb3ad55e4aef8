"""Asking for second opinions: a job that nobody waits for; what fails is tried again or given up, in view."""

import logging
from datetime import datetime, timedelta
from urllib.error import HTTPError

from django.conf import settings
from django.db.models import F

from huixiang.cases.choices import Visibility
from huixiang.notices.channels import GatewayDown, NoAnswer

from ..models import Sample, SecondOpinion, SecondState
from ..second import endpoint
from ..second.answers import Answer, BadAnswer, read
from ..second.material import material

logger = logging.getLogger(__name__)
TRIES = 6
# A model that answers nonsense three times will not do better at the fourth.
TRIES_AT_NONSENSE = 3
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
QUEUED_AT_ONCE = 50


def work(*, at: datetime) -> int:
    """Ask for one opinion that is due; gives 1 if an answer was taken, 0 if nothing was due or nothing came."""
    if not endpoint.is_configured():
        return 0
    _queue(at)
    due = SecondOpinion.objects.filter(state=SecondState.WAITING, next_try_at__lte=at).order_by("next_try_at", "pk")
    for row in due[:5]:
        # The lease is longer than the wait for an answer, so that no second worker asks the same.
        lease = at + 2 * timedelta(seconds=settings.LLM_TIMEOUT_SECONDS) + FIRST_WAIT
        mine = SecondOpinion.objects.filter(pk=row.pk, state=SecondState.WAITING, next_try_at=row.next_try_at)
        if mine.update(next_try_at=lease, tries=F("tries") + 1):
            return _ask(SecondOpinion.objects.select_related("sample__reply__case").get(pk=row.pk), at)
    return 0


def _queue(at: datetime) -> None:
    """Put the sampled replies that everybody may read, and that still wait for a reviewer, in the queue."""
    fresh = Sample.objects.filter(opinion__isnull=False, review=None, second=None)
    public = fresh.filter(reply__case__public_at__isnull=False, reply__case__visibility=Visibility.PUBLIC)
    ids = public.order_by("drawn_at", "pk").values_list("pk", flat=True)[:QUEUED_AT_ONCE]
    rows = [SecondOpinion(sample_id=pk, model=settings.LLM_MODEL[:80], next_try_at=at) for pk in ids]
    SecondOpinion.objects.bulk_create(rows, ignore_conflicts=True)


def _ask(row: SecondOpinion, at: datetime) -> int:
    asked = material(row.sample.reply)
    try:
        answer = read(endpoint.complete(asked.messages), asked.reply)
    except BadAnswer as error:
        _refuse(row, str(error), at)
    except GatewayDown as error:
        logger.warning("second opinion %s did not come: %s", row.pk, error)
        _later(row, _plainly(error), at)
    else:
        return _keep(row, answer, asked.reply, at)
    return 0


def _keep(row: SecondOpinion, answer: Answer, sent: str, at: datetime) -> int:
    return SecondOpinion.objects.filter(pk=row.pk, state=SecondState.WAITING).update(
        state=SecondState.ANSWERED, model=settings.LLM_MODEL[:80], sent_reply=sent, send_back=answer.send_back,
        findings=answer.findings, answered_at=at, last_error="",
    )  # fmt: skip


def _refuse(row: SecondOpinion, why: str, at: datetime) -> None:
    logger.warning("second opinion %s: the answer is no good: %s", row.pk, why)
    if row.tries >= TRIES_AT_NONSENSE:
        _end(row, SecondState.REFUSED, why)
    else:
        _put_off(row, why, at)


def _plainly(error: GatewayDown) -> str:
    """Why nothing came, in words for the desk; the rest stands in the log."""
    if isinstance(error, NoAnswer):
        return f"等了{settings.LLM_TIMEOUT_SECONDS}秒，没有收到完整的答复，或者答复太长。"
    if isinstance(error.__cause__, HTTPError):
        return f"对方没有接受请求（HTTP {error.__cause__.code}）。"
    return "连接不上对方的服务。"


def _later(row: SecondOpinion, why: str, at: datetime) -> None:
    if row.tries >= TRIES:
        _end(row, SecondState.GIVEN_UP, why)
    else:
        _put_off(row, why, at)


def _put_off(row: SecondOpinion, why: str, at: datetime) -> None:
    wait = min(FIRST_WAIT * 4 ** (row.tries - 1), LONGEST_WAIT)
    waiting = SecondOpinion.objects.filter(pk=row.pk, state=SecondState.WAITING)
    waiting.update(next_try_at=at + wait, last_error=why[:300])


def _end(row: SecondOpinion, state: SecondState, why: str) -> None:
    SecondOpinion.objects.filter(pk=row.pk, state=SecondState.WAITING).update(state=state, last_error=why[:300])
