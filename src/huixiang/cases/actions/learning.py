"""Learning: the four lessons (四不放过) that a final reply to a complaint, a danger or a repeated case rests on."""

from django.db import transaction

from ..choices import ReplyState
from ..gate_guards import LESSONS, Lessons, needs_lessons
from ..ledger import Act
from ..models import FourLessons, Reply
from ..refusals import Refused

LONGEST = 500


@transaction.atomic
def write_down(reply: Reply, lessons: Lessons, act: Act) -> FourLessons:
    """Keeps the four lessons of a draft as far as they are written; the gate says what is still missing."""
    reply = Reply.objects.select_for_update(of=("self",)).select_related("case").get(pk=reply.pk)
    if reply.state != ReplyState.DRAFT:
        raise Refused("这份回复已送审，不能再改。需要修改请先退回。")
    if not needs_lessons(reply.case, reply.kind):
        raise Refused("只有投诉、安全和重复件的正式答复要写四不放过。")
    said = {name: str(getattr(lessons, name)).strip()[:LONGEST] for name in LESSONS}
    kept, _ = FourLessons.objects.update_or_create(
        reply=reply, defaults={**said, "not_applicable": list(lessons.not_applicable), "updated_at": act.at}
    )
    return kept
