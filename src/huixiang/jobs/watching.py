"""The watch loop: wakes cases by index, asks the rules what is true now, and acts at most once."""

import logging
from datetime import datetime

from huixiang.cases.deadlines import deadlines
from huixiang.cases.ledger import Act, Stale
from huixiang.cases.models import Case, CaseEvent
from huixiang.followup.actions import rating
from huixiang.moderation.actions import reviewing
from huixiang.rules.lifecycle import IllegalTransition, State, Step

logger = logging.getLogger(__name__)
# What a waiting state waits since, and the limit of the silence.
WAITING = {
    State.AWAITING_RATING: ([Step.CONCLUDE, Step.KEEP_PROMISE], "rating_days"),
    State.NEED_SUPPLEMENT: ([Step.ASK_SUPPLEMENT], "supplement_days"),
}


def watch(*, at: datetime, limit: int = 500) -> int:
    """Looks again at every case whose moment has come; gives the number of cases changed."""
    due = Case.objects.filter(look_again_at__lte=at).order_by("look_again_at")[:limit]
    return sum(_look(case, at) for case in due)


def _look(case: Case, at: datetime) -> bool:
    until = _silent_until(case)
    if until is None or until > at:
        Case.objects.filter(pk=case.pk, event_count=case.event_count).update(look_again_at=until)
        return False
    try:
        if case.state == State.AWAITING_RATING:
            rating.close_unrated(case, Act(None, at))
        else:
            reviewing.lapse(case, Act(None, at))
    except (Stale, IllegalTransition):
        # Somebody acted in between: the case has a new state and, where needed, a new moment.
        logger.info("case %s changed while it was looked at", case.number)
        return False
    return True


def _silent_until(case: Case) -> datetime | None:
    """When the silence is long enough, recomputed from the ledger and today's calendar; None if nobody waits."""
    if case.state not in WAITING:
        return None
    steps, limit = WAITING[State(case.state)]
    since = CaseEvent.objects.filter(case=case, step__in=steps).latest("seq").at
    return deadlines().working_days(since, getattr(deadlines().standard, limit))
