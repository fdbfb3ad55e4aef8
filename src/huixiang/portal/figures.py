"""Live figures of the public pages, each from an index and each with the number of cases it rests on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F

from huixiang.cases.ledger import public_counts
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.units.models import Unit

# An average over the newest answers stays as quick with a million cases as with a thousand.
NEWEST = 500
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class HomeFigures:
    """What the whole platform did so far."""

    public: int
    answered: int
    average_days: float | None
    average_of: int
    units: int


@dataclass(frozen=True)
class YearFigures:
    """What became of the public messages of a unit or a region."""

    received: int
    answered: int
    median_days: float | None


def home_figures() -> HomeFigures:
    """The figures of the home page, in three queries whose cost does not grow with the number of cases."""
    shown, answered = public_counts()
    took = ExpressionWrapper(F("answered_at") - F("submitted_at"), DurationField())
    newest = Case.objects.public().newly_answered().annotate(took=took)[:NEWEST]
    found = newest.aggregate(mean=Avg("took"), of=Count("pk"))
    return HomeFigures(
        public=shown,
        answered=answered,
        average_days=round(found["mean"] / timedelta(days=1), 1) if found["mean"] is not None else None,
        average_of=found["of"],
        units=Unit.objects.active().count(),
    )


def year_figures(cases: CaseQuerySet, at: datetime) -> YearFigures:
    """Received in all, answered in the past year, and the median days of the newest of those answers."""
    answered = cases.newly_answered().filter(answered_at__gt=at - YEAR)
    days = _days(answered[:NEWEST])
    return YearFigures(
        received=cases.count(),
        answered=len(days) if len(days) < NEWEST else answered.count(),
        median_days=round(median(days), 1) if days else None,
    )


def _days(cases: CaseQuerySet) -> list[float]:
    times = cases.values_list("submitted_at", "answered_at")
    return [(answered - submitted) / timedelta(days=1) for submitted, answered in times if answered]
