"""Every read of cases and replies, named for what it returns; who may see what is decided in `access`."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from huixiang.rules.lifecycle import ENDED, State

from . import search
from .choices import ReplyKind, ReplyState, Visibility

if TYPE_CHECKING:
    from .models import Case, Reply  # noqa: F401


class Prefecture(models.Func):
    """The prefecture of a region's code: its first four digits, written into the SQL so that an index can hold it."""

    template = "LEFT(%(expressions)s, 4)"
    output_field = models.CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite knows no LEFT."""
        return self.as_sql(compiler, connection, template="SUBSTR(%(expressions)s, 1, 4)", **context)


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

    def alike(self, topic: str, prefecture: str) -> "CaseQuerySet":
        """Cases shown in full on one topic in one prefecture, the latest first."""
        whole = self.public().filter(visibility=Visibility.PUBLIC, topic_id=topic)
        return whole.alias(prefecture=Prefecture("region_id")).filter(prefecture=prefecture).newest()

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

    def matching(self, query: str) -> "CaseQuerySet":
        """Cases whose indexed text holds all words of `query`, or all pairs of its characters."""
        hit = search.where(query)
        return self.none() if hit is None else self.filter(pk__in=hit.all)

    def best_matches(self, query: str, first: int, last: int) -> list[int]:
        """Keys of the matching cases `first` to `last`: those with all words of `query`, then those that hold only the
        pairs of its characters, each newest first; three queries at most.

        The rest is asked for only where the better part does not fill the page.
        """
        hit = search.where(query)
        if hit is None:
            return []
        if hit.with_words is None or hit.without_words is None:
            return self.filter(pk__in=hit.all).newest().row_keys(first, last)
        better = self.filter(pk__in=hit.with_words).newest()
        found = better.row_keys(first, last)
        if len(found) == last - first:
            return found
        passed = first + len(found) if found or not first else better.count()
        rest = self.filter(pk__in=hit.without_words).newest()
        return found + rest.row_keys(max(first - passed, 0), last - passed)

    def row_keys(self, first: int, last: int) -> list[int]:
        """Keys of the rows `first` to `last`, in order."""
        return list(self.values_list("pk", flat=True)[first:last])

    def for_lists(self) -> "CaseQuerySet":
        """With what a list row shows, and without the sealed texts."""
        return self.select_related("region", "column", "topic", "lead_unit").defer(
            "sealed_title", "sealed_body", "sealed_contact"
        )

    def listed(self, keys: list[int]) -> list["Case"]:
        """The cases under `keys` for a list, in that order."""
        rows = {case.pk: case for case in self.for_lists().filter(pk__in=keys)}
        return [rows[key] for key in keys if key in rows]


class ReplyQuerySet(models.QuerySet["Reply"]):
    def published(self) -> "ReplyQuerySet":
        """Replies that are out, in the order they came out."""
        return self.filter(state=ReplyState.PUBLISHED).order_by("published_at", "pk")

    def unapproved(self) -> "ReplyQuerySet":
        """Replies that went out first and wait for the approval of somebody else than their author."""
        return self.filter(state=ReplyState.PUBLISHED, reviewer__isnull=True, author__isnull=False)

    def open(self) -> "ReplyQuerySet":
        """Replies still being written or checked."""
        return self.filter(state__in=ReplyState.open())

    def substantive(self) -> "ReplyQuerySet":
        """Replies that count as a reply."""
        return self.filter(kind__in=ReplyKind.substantive())
