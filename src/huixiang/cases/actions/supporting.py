"""Supporting (我也遇到): joining a case instead of repeating it."""

from django.db import IntegrityError, transaction
from django.db.models import F

from huixiang.accounts.models import User

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
    except IntegrityError:
        return False
    return True
