"""The dated promises of a case as the public reads them: by when, by whom, and what came of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from huixiang.cases.gate_choices import CommitmentState
from huixiang.cases.models import Case, CaseEvent, Commitment
from huixiang.nlp import redaction


@dataclass(frozen=True)
class Shown:
    """One promise; whether it is overdue is left to the reader, for the page is kept from day to day."""

    what: str
    unit: str
    due_on: date
    is_kept: bool
    kept_at: datetime | None
    evidence: str


def promises_of(case: Case, events: Iterable[CaseEvent]) -> list[Shown]:
    """The public promises of a case; no query where its ledger, already read, speaks of none."""
    if not any(event.data.get("commitments") for event in events):
        return []
    rows = Commitment.objects.public().filter(case=case).select_related("unit")
    return [
        Shown(c.what, c.unit.name, c.due_on, c.state == CommitmentState.KEPT, c.kept_at, redaction.mask(c.evidence))
        for c in rows
    ]
