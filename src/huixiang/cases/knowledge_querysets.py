"""Every read of the knowledge base: chainable, named for what it returns."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from huixiang.units.models import Region

from .knowledge_choices import KnowledgeState

if TYPE_CHECKING:
    from .knowledge_models import KnowledgeEntry  # noqa: F401 - named in annotations only


class KnowledgeQuerySet(models.QuerySet["KnowledgeEntry"]):
    def for_region(self, code: str) -> "KnowledgeQuerySet":
        """Entries that apply in this region: kept for it or for one above it."""
        return self.filter(region_id__in=[code[:n] for n in range(1, len(code) + 1)])

    def current(self, on: date) -> "KnowledgeQuerySet":
        """Approved entries whose last day is not over."""
        return self.filter(state=KnowledgeState.APPROVED, valid_until__gte=on)

    def in_force(self, on: date, region: Region | str) -> "KnowledgeQuerySet":
        """What may be answered with on this day in this region."""
        return self.current(on).for_region(region if isinstance(region, str) else region.code)

    def awaiting(self) -> "KnowledgeQuerySet":
        """Entries that another person has yet to approve."""
        return self.filter(state=KnowledgeState.DRAFT)

    def past(self, on: date) -> "KnowledgeQuerySet":
        """Entries that were retired, and approved ones whose last day is over."""
        return self.filter(Q(state=KnowledgeState.RETIRED) | Q(state=KnowledgeState.APPROVED, valid_until__lt=on))

    def saying(self, words: str) -> "KnowledgeQuerySet":
        """Entries in which each of these words, parted by spaces, stands somewhere."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(question__icontains=word) | Q(answer__icontains=word) | Q(basis__icontains=word)
            )  # fmt: skip
        return found
