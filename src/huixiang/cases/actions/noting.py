"""Noting: what staff tell each other about a case; never shown to the public or the citizen."""

from django.db import transaction

from huixiang.rules.lifecycle import Step

from ..ledger import Act, advance, read_for_change
from ..models import Case, CaseEvent
from ..refusals import Refused


@transaction.atomic
def note(case: Case, text: str, act: Act) -> CaseEvent:
    """Adds an internal note to the ledger."""
    if not text.strip():
        raise Refused("备注是空的。", field="text")
    return advance(read_for_change(case.pk), Step.NOTE, act, data={"text": text.strip()[:1000]})
