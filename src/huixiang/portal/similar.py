"""Public cases that are like another text: for whoever reads a case, and for whoever is about to write one."""

from huixiang.accounts.shapes import Shape
from huixiang.cases import search
from huixiang.cases.choices import Visibility
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.nlp.similarity import similar

MOST = 4
COMPARED = 16
# Below this two texts share chance pairs of characters, judged on the demo messages.
ALIKE = 0.14
ENOUGH_TEXT = 6


def like_text(title: str, body: str, region: str = "") -> list[Case]:
    """Public cases like what is being written, those of the same prefecture first; three queries at most."""
    text = f"{title}\n{body[:300]}".strip()
    if len(text) < ENOUGH_TEXT:
        return []
    ids = search.candidates(text)
    found = {c.pk: c for c in _whole().for_lists().filter(pk__in=ids)}
    ranked = similar(text, [(pk, f"{c.title}\n{c.body[:300]}") for pk, c in found.items()], at_least=ALIKE)
    near = [r for r in ranked if region and found[r.id].region_id.startswith(region[:4])]
    rest = [r for r in ranked if r not in near]
    return [found[r.id] for r in (near + rest)[:MOST]]


def like_case(case: Case) -> list[Case]:
    """Public cases on the same topic in the same prefecture, the likest titles first; one query."""
    if case.topic_id is None or case.visibility != Visibility.PUBLIC:
        return []
    rows = _NEAR(case.topic_id, case.region_id[:4], case.pk)
    likeness = {r.id: r.score for r in similar(case.title, [(c.pk, c.title) for c in rows])}
    return sorted(rows, key=lambda c: -likeness.get(c.pk, 0.0))[:MOST]


def _near(topic: str, prefecture: str, but: int) -> CaseQuerySet:
    columns = ("number", "title", "state", "event_count", "supporters_count", "public_at")
    return Case.objects.alike(topic, prefecture).exclude(pk=but).only(*columns)[:COMPARED]


_NEAR: Shape[Case] = Shape(_near, str, str, int)


def _whole() -> CaseQuerySet:
    return Case.objects.public().filter(visibility=Visibility.PUBLIC)
