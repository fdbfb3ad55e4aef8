"""Suggesting: triage reads a new message once and keeps what it suggests; nothing of it is applied."""

from datetime import datetime

from huixiang.cases.models import Case

from ..judging import judged, may_be_joined
from ..models import Suggestion


def suggest(case: Case, *, at: datetime) -> bool:
    """Judges a case that was not judged yet and keeps the suggestions; gives whether it did. Safe to run twice."""
    if Suggestion.objects.filter(case=case).exists():
        return False
    rows = judged(case, may_be_joined())
    for row in rows:
        row.made_at = at
    # Of two workers at once the constraint lets one row per question in.
    Suggestion.objects.bulk_create(rows, ignore_conflicts=True)
    return True
