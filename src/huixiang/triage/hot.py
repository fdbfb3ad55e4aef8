"""Matters that several living cases share: joined through their telling words, named, and ordered by heat."""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from huixiang.cases.choices import MessageKind
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.nlp import matters
from huixiang.nlp.hotspots import name_of
from huixiang.nlp.linkage import joined

from .judging import GONE
from .likeness import SCALE
from .models import MatterKey

LOOKED_BACK = timedelta(days=90)
MOST_CASES = 2_000
SHOWN = 30
HALF_LIFE = timedelta(days=30)
# A word that more cases share says nothing about one matter.
TOO_COMMON = 60


@dataclass(frozen=True)
class Matter:
    """Cases about one matter, the newest first; `heat` is Σ (1 + ln(1 + 我也遇到)) · ½^(age / HALF_LIFE)."""

    name: str
    cases: list[Case]
    heat: float

    @property
    def voices(self) -> int:
        """How many people spoke up: those who wrote and those who met the same."""
        return len(self.cases) + sum(case.supporters_count for case in self.cases)

    @property
    def lead(self) -> Case:
        """The oldest case, into which the others may be merged."""
        return self.cases[-1]


def hot_matters(among: CaseQuerySet, *, at: datetime) -> list[Matter]:
    """The matters of the last three months that at least two cases of `among` share, the hottest first."""
    rows = among.exclude(kind=MessageKind.REPORT).exclude(state__in=GONE).filter(submitted_at__gte=at - LOOKED_BACK)
    cases = list(rows.order_by("-submitted_at").for_lists()[:MOST_CASES])
    places = {case.pk: n for n, case in enumerate(cases)}
    clusters = joined(len(cases), _pairs(cases, places), matters.LIKELY_SAME)
    found = [_matter([cases[n] for n in cluster], at) for cluster in clusters if len(cluster) > 1]
    return sorted(found, key=lambda matter: (-matter.heat, matter.lead.pk))[:SHOWN]


def _pairs(cases: list[Case], places: dict[int, int]) -> list[tuple[int, int, float]]:
    keys: dict[int, dict[int, float]] = defaultdict(dict)
    holders: dict[int, list[int]] = defaultdict(list)
    for key, pk, weight in MatterKey.objects.filter(case_id__in=list(places)).values_list("key", "case_id", "weight"):
        keys[places[pk]][key] = weight / SCALE
        holders[key].append(places[pk])
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for key, some in holders.items():
        if len(some) <= TOO_COMMON:
            for n, one in enumerate(some):
                for other in some[n + 1 :]:
                    shared[min(one, other), max(one, other)] += keys[one][key] * keys[other][key]
    found = []
    for (one, other), p in shared.items():
        if p >= matters.MAYBE_SAME:
            apart = matters.is_elsewhere(cases[one].title, cases[other].title)
            found.append((one, other, min(1.0, p) * (matters.ELSEWHERE if apart else 1.0)))
    return found


def _matter(cases: list[Case], at: datetime) -> Matter:
    heat = sum(
        (1 + math.log1p(case.supporters_count)) * 0.5 ** (max(timedelta(0), at - case.submitted_at) / HALF_LIFE)
        for case in cases
    )
    return Matter(name_of(cases[-1].title), cases, round(heat, 2))
