"""Every read of promises: chainable, named for what it returns."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models

from huixiang.rules.calendar import CHINA

from .gate_choices import CommitmentState

if TYPE_CHECKING:
    from .gate_models import Commitment  # noqa: F401 - named in annotations only


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def public(self) -> "CommitmentQuerySet":
        """Promises of replies that are out, the soonest due first."""
        return self.exclude(state=CommitmentState.CONFIRMED)

    def open(self) -> "CommitmentQuerySet":
        """Promises that are public and not yet kept."""
        return self.filter(state=CommitmentState.OPEN)

    def overdue(self, at: datetime) -> "CommitmentQuerySet":
        """Open promises whose day is over."""
        return self.open().filter(due_on__lt=today(at))


def today(at: datetime) -> date:
    """The calendar day of a moment, by the clock that citizens read."""
    return at.astimezone(CHINA).date()
