"""Known cases on the same concrete matter as a message: found by their telling words, scored by how much they share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.nlp import matters

from .models import MatterKey

SCALE = 10_000
PER_KEY = 60
LOOKED_AT = 48
SHOWN = 5
# Some of the likest may be hidden from this person, or turn out to be elsewhere.
FETCHED = 4

_NEWEST = """
    SELECT k.key, m.case_id, m.weight FROM unnest(%s::bigint[]) AS k (key)
    CROSS JOIN LATERAL (
        SELECT case_id, weight FROM triage_matterkey WHERE key = k.key ORDER BY case_id DESC LIMIT %s
    ) AS m
"""


@dataclass(frozen=True)
class Same:
    """A known case and how much it shares with the message: from `matters.LIKELY_SAME` on it is likely the same."""

    case: Case
    likeness: float

    @property
    def percent(self) -> int:
        """The likeness in hundredths."""
        return round(self.likeness * 100)

    @property
    def is_likely(self) -> bool:
        """Whether it is more than a hint."""
        return self.likeness >= matters.LIKELY_SAME


@transaction.atomic
def keep_keys(cases: Iterable[Case]) -> None:
    """Keeps the telling words of the cases' masked texts; of reports none, since nobody may find them by their like."""
    rows: list[MatterKey] = []
    known: list[int] = []
    for case in cases:
        known.append(case.pk)
        found = {} if case.is_report else matters.keys(case.title, case.body)
        rows += [MatterKey(case_id=case.pk, key=key, weight=round(weight * SCALE)) for key, weight in found.items()]
    MatterKey.objects.filter(case_id__in=known).delete()
    MatterKey.objects.bulk_create(rows, batch_size=2000)


def same_matter(
    title: str,
    body: str,
    among: CaseQuerySet,
    *,
    but: int | None = None,
    most: int = SHOWN,
    at_least: float = matters.MAYBE_SAME,
) -> list[Same]:
    """The cases of `among` that are about the same matter as the text, the likest first; two or three queries.

    Below `at_least` nothing is told: whoever is about to write is helped by less than whoever decides about merging.
    """
    mine = matters.keys(title, body)
    scores = _scores(mine, [pk for pk in _candidates(mine) if pk != but])
    likest = sorted((pk for pk, score in scores.items() if score >= at_least), key=lambda pk: -scores[pk])
    if not likest:
        return []
    known = {c.pk: c for c in among.filter(pk__in=likest[: FETCHED * most]).for_lists()}
    found = [
        Same(case, scores[pk] * (matters.ELSEWHERE if matters.is_elsewhere(title, case.title) else 1.0))
        for pk, case in known.items()
    ]
    fitting = [one for one in found if one.likeness >= at_least]
    return sorted(fitting, key=lambda one: (-one.likeness, -one.case.pk))[:most]


def _candidates(mine: Mapping[int, float]) -> list[int]:
    """Ids of the cases that share most, judged by each word's newest cases."""
    shared: dict[int, float] = defaultdict(float)
    for key, case_id, weight in _newest(list(mine)):
        shared[case_id] += mine[key] * weight
    return sorted(shared, key=lambda pk: (-shared[pk], -pk))[:LOOKED_AT]


def _newest(keys: list[int]) -> Iterable[tuple[int, int, int]]:
    if not keys:
        return []
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST, [keys, PER_KEY])
            return list(cursor.fetchall())
    rows = MatterKey.objects.filter(key__in=keys).order_by("-case_id").values_list("key", "case_id", "weight")
    return rows[: PER_KEY * len(keys)]


def _scores(mine: Mapping[int, float], ids: Iterable[int]) -> dict[int, float]:
    scores: dict[int, float] = dict.fromkeys(ids, 0.0)
    if not scores:
        return {}
    rows = MatterKey.objects.filter(case_id__in=list(scores), key__in=list(mine))
    for key, case_id, weight in rows.values_list("key", "case_id", "weight"):
        scores[case_id] += mine[key] * weight / SCALE
    return scores
