"""Every read of cases and replies, named for what it returns; who may see what is decided in `access`."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from huixiang.rules.lifecycle import ENDED, State

from . import search
from .choices import ReplyKind, ReplyState

if TYPE_CHECKING:
    from .models import Case, Reply  # noqa: F401


class CaseQuerySet(models.QuerySet["Case"]):
    def public(self) -> "CaseQuerySet":
        """Cases the public may see, whole or in part."""
        return self.filter(public_at__isnull=False)

    def newest(self) -> "CaseQuerySet":
        """Public cases, the latest first."""
        return self.order_by("-public_at", "-pk")

    def newly_answered(self) -> "CaseQuerySet":
        """Cases with a final answer, the latest answer first."""
        return self.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")

    def in_region(self, code: str) -> "CaseQuerySet":
        """Cases of a region and everything below it."""
        return self.filter(region__code__startswith=code)

    def in_regions(self, codes: Iterable[str]) -> "CaseQuerySet":
        """Cases of any of the regions and everything below them."""
        inside = Q(pk__in=[])
        for code in codes:
            inside |= Q(region__code__startswith=code)
        return self.filter(inside)

    def with_task_for(self, unit_ids: Iterable[int]) -> "CaseQuerySet":
        """Cases on which one of the units has or had a task."""
        from .models import Assignment

        return self.filter(pk__in=Assignment.objects.filter(unit_id__in=list(unit_ids)).values("case_id"))

    def alive(self) -> "CaseQuerySet":
        """Cases of which something is still expected."""
        return self.exclude(state__in=ENDED)

    def pool(self) -> "CaseQuerySet":
        """Approved cases that no unit has yet."""
        return self.filter(state=State.TO_ASSIGN)

    def overdue(self, at: datetime) -> "CaseQuerySet":
        """Cases whose next obligation is past its time."""
        return self.alive().filter(due_at__lt=at)

    def soonest(self) -> "CaseQuerySet":
        """What is due first comes first; what owes nothing comes last."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "pk")

    def matching(self, query: str, *, most: int = search.EVERY) -> "CaseQuerySet":
        """Cases whose indexed text holds all of `query`; hits on whole words rank before chance pairs of characters.

        With `most`, only the newest so many hits are looked at: a word that half of all cases hold is found quickly.
        """
        hit = search.where(query, most=most)
        if hit is None:
            return self.none()
        found = self.filter(pk__in=hit.bigrams)
        if hit.words is None:
            return found.annotate(is_word_hit=models.Value(0))
        return found.annotate(
            is_word_hit=models.Case(
                models.When(pk__in=hit.words, then=1), default=0, output_field=models.IntegerField()
            )
        )

    def for_lists(self) -> "CaseQuerySet":
        """With what a list row shows, and without the sealed texts."""
        return self.select_related("region", "column", "topic", "lead_unit").defer(
            "sealed_title", "sealed_body", "sealed_contact"
        )


class ReplyQuerySet(models.QuerySet["Reply"]):
    def published(self) -> "ReplyQuerySet":
        """Replies that are out, in the order they came out."""
        return self.filter(state=ReplyState.PUBLISHED).order_by("published_at", "pk")

    def open(self) -> "ReplyQuerySet":
        """Replies still being written or checked."""
        return self.filter(state__in=ReplyState.open())

    def substantive(self) -> "ReplyQuerySet":
        """Replies that count as a reply."""
        return self.filter(kind__in=ReplyKind.substantive())
