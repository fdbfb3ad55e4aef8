"""Supplementing: the citizen's later words (补充、追问), and what becomes of them."""

from django.db import transaction

from huixiang.nlp import redaction
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step

from ..choices import SupplementState
from ..deadlines import due
from ..ledger import Act, advance, read_for_change
from ..models import Case, Supplement
from ..refusals import Refused


@transaction.atomic
def supplement(case: Case, body: str, act: Act) -> Supplement:
    """Adds the citizen's words; a case that waits for them goes back to review."""
    case = read_for_change(case.pk)
    added = Supplement.objects.create(case=case, body=redaction.mask(body), sealed_body=body, at=act.at)
    data = {"supplement": added.pk}
    if case.state == State.NEED_SUPPLEMENT:
        due_at = due(case, ClockKind.REVIEW, act.at)
        advance(case, Step.SUPPLY, act, data=data, is_public=True, due_at=due_at)
    else:
        advance(case, Step.SUPPLEMENT, act, data=data)
    return added


@transaction.atomic
def show(added: Supplement, act: Act, *, body: str) -> None:
    """Publishes a supplement in its masked form `body`."""
    _decide(added, act, SupplementState.SHOWN, Step.APPROVE_SUPPLEMENT, body=body)


@transaction.atomic
def hide(added: Supplement, act: Act) -> None:
    """Keeps a supplement from the public; the unit still reads its masked form."""
    _decide(added, act, SupplementState.HIDDEN, Step.HIDE_SUPPLEMENT, body=added.body)


def _decide(added: Supplement, act: Act, state: SupplementState, step: Step, *, body: str) -> None:
    case = read_for_change(added.case_id)
    changed = Supplement.objects.filter(pk=added.pk, state=SupplementState.PENDING).update(state=state, body=body)
    if changed != 1:
        raise Refused("这条补充已经有人审核过了。")
    advance(case, step, act, data={"supplement": added.pk}, is_public=state == SupplementState.SHOWN)
