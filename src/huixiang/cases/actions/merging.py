"""Merging: a message on the same matter joins the earlier case; a person decides, never a machine."""

from django.db import transaction

from huixiang.rules.lifecycle import ALIVE, Step

from ..choices import MessageKind
from ..ledger import Act, advance, read_for_change, touch_public
from ..models import Case
from ..refusals import Refused
from .withdrawing import end_work, ended


@transaction.atomic
def merge(case: Case, into: Case, act: Act) -> Case:
    """Ends `case` as part of `into`; its author goes on following the parent's answer."""
    case, into = read_for_change(case.pk), read_for_change(into.pk)
    if MessageKind.REPORT in {case.kind, into.kind}:
        raise Refused("举报件不能并入其他留言。")
    if case.pk == into.pk or into.merged_into_id is not None:
        raise Refused("请选择另一件没有被并入的留言。", field="into")
    advance(case, Step.MERGE, act, data={"into": into.number}, is_public=True, merged_into=into, **ended())
    end_work(case, act)
    touch_public(into.pk)
    # The parent has no event of its own; the watch shall see that it grew.
    Case.objects.filter(pk=into.pk, state__in=ALIVE).update(look_again_at=act.at)
    return case
