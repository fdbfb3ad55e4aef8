"""Every read of promises: chainable, named for what it returns."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models

from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import State

from .gate_choices import CommitmentState

if TYPE_CHECKING:
    from .gate_models import Commitment  # noqa: F401 - named in annotations only


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def public(self) -> "CommitmentQuerySet":
        """Promises of replies that are out, the soonest due first."""
        return self.exclude(state__in=CommitmentState.unpublished())

    def open(self) -> "CommitmentQuerySet":
        """Promises that are public, not yet kept, and of a case that is still about something."""
        return self.filter(state=CommitmentState.OPEN).exclude(case__state__in=[State.WITHDRAWN, State.FINALIZED])

    def kept(self) -> "CommitmentQuerySet":
        """Promises that were proven to be kept, the newest first."""
        return self.filter(state=CommitmentState.KEPT).order_by("-kept_at", "-pk")

    def overdue(self, at: datetime) -> "CommitmentQuerySet":
        """Open promises whose day is over."""
        return self.open().filter(due_on__lt=today(at))


def today(at: datetime) -> date:
    """The calendar day of a moment, by the clock that citizens read."""
    return at.astimezone(CHINA).date()
