"""How triage does, month by month: right where it told, silent how often, and whether the messages are changing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from huixiang.cases.choices import Urgency
from huixiang.rules.calendar import CHINA
from huixiang.units.models import Topic

from .choices import Question
from .models import Decision, Suggestion

MONTHS = 12
ENOUGH = 30
"""Fewer decided messages in a month say nothing about it."""


@dataclass
class Month:
    """One calendar month in China; counts of messages, shares of 1."""

    begins: date
    read: int = 0
    silent: int = 0
    decided: int = 0
    told: int = 0
    right: int = 0
    exact: int = 0
    missed: int = 0
    corrected: int = 0
    pressing: int = 0
    sum_p: float = 0.0
    topics: Counter[str] = field(default_factory=Counter)

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to speak of accuracy."""
        return self.told >= ENOUGH

    @property
    def accuracy(self) -> float | None:
        """Share of told first-level topics that the people kept; None where there is too little."""
        return self.right / self.told if self.is_enough else None

    @property
    def exactness(self) -> float | None:
        """Share of told topics kept down to the second level."""
        return self.exact / self.told if self.is_enough else None

    @property
    def silence(self) -> float | None:
        """Share of messages left to a person."""
        return self.silent / self.read if self.read else None

    @property
    def confidence(self) -> float | None:
        """Mean probability of the first topic."""
        return self.sum_p / self.read if self.read else None

    def share(self, topic: str) -> float:
        """How much of the month's messages the likeliest topic made up, after decisions."""
        total = sum(self.topics.values())
        return self.topics[topic] / total if total else 0.0


@dataclass(frozen=True)
class Drift:
    """One first-level topic: its share of the newest month and of the months before, in hundredths."""

    name: str
    now: float
    before: float

    @property
    def change(self) -> float:
        """By how many points it changed."""
        return self.now - self.before


def months(at: datetime) -> list[Month]:
    """The last twelve months, the newest first; three grouped queries."""
    first = _first_of(at, MONTHS - 1)
    found = {_months_back(at, n): Month(_months_back(at, n)) for n in range(MONTHS)}
    names = first_level()
    _add_read(found, first, names)
    _add_pressing(found, first)
    _add_corrected(found, first)
    return list(found.values())


def drifts(found: list[Month]) -> list[Drift]:
    """Every topic that makes up a share now or did before, the largest change first; empty with too little to tell."""
    now, before = found[0], _merged(found[1:4])
    if sum(now.topics.values()) < ENOUGH or sum(before.topics.values()) < ENOUGH:
        return []
    names = {*now.topics, *before.topics}
    rows = [Drift(name, 100 * now.share(name), 100 * before.share(name)) for name in names]
    return sorted(rows, key=lambda row: (-abs(row.change), row.name))


def _add_read(found: Mapping[date, Month], first: datetime, names: Mapping[str, str]) -> None:
    rows = Suggestion.objects.filter(question=Question.TOPIC, made_at__gte=first)
    grouped = rows.annotate(month=TruncMonth("made_at", tzinfo=CHINA)).values_list("month", "value", "case__topic")
    for moment, value, settled, count, sum_p in grouped.annotate(n=Count("pk"), total=Sum("p")).order_by():
        month = found.get(moment.date())
        if month is None:
            continue
        month.read += count
        month.sum_p += sum_p or 0.0
        month.silent += count if not value else 0
        if (topic := settled or value) in names:
            month.topics[names[topic]] += count
        if settled:
            _count_settled(month, value, settled, count, names)


def _count_settled(month: Month, said: str, settled: str, count: int, names: Mapping[str, str]) -> None:
    month.decided += count
    if said:
        month.told += count
        month.exact += count if said == settled else 0
        month.right += count if names.get(said) == names.get(settled) else 0


def _add_pressing(found: Mapping[date, Month], first: datetime) -> None:
    """What people found pressing at review, and what of it triage had called ordinary."""
    levels = [Urgency.URGENT, Urgency.CRITICAL]
    rows = Suggestion.objects.filter(question=Question.URGENCY, made_at__gte=first, case__approved_at__isnull=False)
    grouped = rows.filter(case__urgency__in=levels).annotate(month=TruncMonth("made_at", tzinfo=CHINA))
    for moment, value, count in grouped.values_list("month", "value").annotate(n=Count("pk")).order_by():
        if month := found.get(moment.date()):
            month.pressing += count
            month.missed += count if value == Urgency.NORMAL else 0


def _add_corrected(found: Mapping[date, Month], first: datetime) -> None:
    rows = Decision.objects.filter(is_agreed=False, at__gte=first).annotate(month=TruncMonth("at", tzinfo=CHINA))
    for moment, count in rows.values_list("month").annotate(n=Count("pk")).order_by():
        if month := found.get(moment.date()):
            month.corrected += count


def _merged(some: list[Month]) -> Month:
    total = Month(some[0].begins)
    for month in some:
        total.topics.update(month.topics)
    return total


def first_level() -> dict[str, str]:
    """Each topic's code and the name of its first level."""
    rows = list(Topic.objects.values_list("code", "name", "parent_id"))
    names = {code: name for code, name, _ in rows}
    return {code: names[parent] if parent else name for code, name, parent in rows}


def _months_back(at: datetime, count: int) -> date:
    here = at.astimezone(CHINA)
    number = here.year * 12 + here.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def _first_of(at: datetime, count: int) -> datetime:
    day = _months_back(at, count)
    return datetime(day.year, day.month, 1, tzinfo=CHINA)
