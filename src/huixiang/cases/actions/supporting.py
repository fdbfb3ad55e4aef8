"""Supporting (我也遇到): joining a case instead of repeating it."""

from django.db import IntegrityError, transaction
from django.db.models import F

from huixiang.accounts.models import User
from huixiang.rules.lifecycle import ALIVE
from huixiang.rules.risks import becomes_hot

from ..ledger import Act, touch_public
from ..models import Case, Supporter
from ..refusals import Refused


def support(case: Case, user: User, act: Act, *, note: str = "") -> bool:
    """Counts `user` once among the supporters of a public case; False if they were counted before."""
    if case.public_at is None:
        raise Refused("这件留言没有公开，不能加入。")
    if case.author_id == user.pk:
        raise Refused("这是您自己的留言。")
    try:
        with transaction.atomic():
            Supporter.objects.create(case=case, user=user, sealed_note=note, at=act.at)
            Case.objects.filter(pk=case.pk).update(supporters_count=F("supporters_count") + 1)
            touch_public(case.pk)
            _wake_if_hot(case, act)
    except IntegrityError:
        return False
    return True


def _wake_if_hot(case: Case, act: Act) -> None:
    """Joining leaves no event, so the watch would not look at a case that becomes hot."""
    now = Case.objects.filter(pk=case.pk)
    if becomes_hot(now.values_list("supporters_count", flat=True).get()):
        now.filter(state__in=ALIVE).update(look_again_at=act.at)
