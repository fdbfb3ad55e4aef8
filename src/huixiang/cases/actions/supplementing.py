"""Supplementing: the citizen's later words (补充、追问), and what becomes of them."""

from collections.abc import Sequence

from django.db import transaction

from huixiang.nlp import redaction
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step

from ..choices import SupplementState
from ..deadlines import due
from ..ledger import Act, advance, read_for_change
from ..models import Attachment, Case, Supplement
from ..refusals import Refused


@transaction.atomic
def supplement(case: Case, body: str, act: Act, *, files: Sequence[Attachment] = ()) -> Supplement:
    """Adds the citizen's words and files; a case that waits for them goes back to review.

    The files are `files.take`n but not saved; they stay unseen by the public until a reviewer releases them.
    """
    case = read_for_change(case.pk)
    added = Supplement.objects.create(case=case, body=redaction.mask(body), sealed_body=body, at=act.at)
    for file in files:
        file.case, file.supplement = case, added
        file.save()
    data = {"supplement": added.pk, "files": len(files)}
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
