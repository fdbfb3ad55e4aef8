"""Public cases that are like another text: for whoever reads a case, and for whoever is about to write one."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from huixiang.accounts.shapes import Shape
from huixiang.cases.choices import Visibility
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.nlp.similarity import similar
from huixiang.triage.likeness import same_matter

MOST = 4
COMPARED = 16
# A hint for whoever is writing may be looser than one about merging: half a match is shown, judged on real messages.
ALIKE = 0.1
ENOUGH_TEXT = 6
MOST_READ = 600


def like_text(title: str, body: str, region: str = "") -> list[Case]:
    """Public cases on the same matter as what is being written, those of the same prefecture first."""
    if len(f"{title}{body}".strip()) < ENOUGH_TEXT:
        return []
    found = [one.case for one in same_matter(title, body[:MOST_READ], _whole(), most=2 * MOST, at_least=ALIKE)]
    return sorted(found, key=lambda case: not (region and case.region_id.startswith(region[:4])))[:MOST]


class Near(NamedTuple):
    """What a case page shows of another case; sixteen of these are made much quicker than sixteen models."""

    pk: int
    number: str
    title: str
    state: str
    event_count: int
    supporters_count: int
    public_at: datetime


def like_case(case: Case) -> list[Near]:
    """Public cases on the same topic in the same prefecture, the likest titles first; one query."""
    if case.topic_id is None or case.visibility != Visibility.PUBLIC:
        return []
    rows = [Near(*row) for row in _NEAR(case.topic_id, case.region_id[:4], case.pk)]
    likeness = {r.id: r.score for r in similar(case.title, [(c.pk, c.title) for c in rows])}
    return sorted(rows, key=lambda c: -likeness.get(c.pk, 0.0))[:MOST]


def _near(topic: str, prefecture: str, but: int) -> QuerySet[Case, tuple[Any, ...]]:
    return Case.objects.alike(topic, prefecture).exclude(pk=but).values_list(*Near._fields)[:COMPARED]


_NEAR: Shape[tuple[Any, ...]] = Shape(_near, str, str, int)


def _whole() -> CaseQuerySet:
    return Case.objects.public().filter(visibility=Visibility.PUBLIC)
