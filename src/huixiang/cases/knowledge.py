"""Finding the standard answer that fits a case, and telling whether a reply is one."""

from datetime import date

from django.db.models import Q

from huixiang.nlp.replies.likeness import COPIED, near
from huixiang.nlp.similarity import similar

from .choices import Lane
from .models import Case, KnowledgeEntry

MOST_SHOWN = 5
# A region and topic with more standard questions than that compares its newest ones.
COMPARED = 500
AT_LEAST = 0.05
"""Likeness below which a question shares with a message hardly more than a word of courtesy."""


def like(case: Case, *, on: date) -> list[KnowledgeEntry]:
    """The entries in force for this case's region and topic, the likest question first, at most five."""
    found = KnowledgeEntry.objects.in_force(on, case.region_id).select_related("region", "unit")
    if case.topic is not None:
        near_topics = {case.topic_id, case.topic.parent_id} - {None}
        found = found.filter(Q(topic=None) | Q(topic_id__in=near_topics))
    known = {entry.pk: entry for entry in found[:COMPARED]}
    ranked = similar(
        f"{case.title}\n{case.body}", ((pk, entry.question) for pk, entry in known.items()), at_least=AT_LEAST,
        limit=MOST_SHOWN,
    )  # fmt: skip
    return [known[one.id] for one in ranked]


def answers_by_the_book(case: Case, body: str, *, on: date) -> bool:
    """Whether a reply of the simple lane is nearly word for word an answer that is in force for the case's region."""
    if case.lane != Lane.SIMPLE:
        return False
    entries = KnowledgeEntry.objects.in_force(on, case.region_id).only("answer", "basis")
    return any(max(near(body, e.answer), near(body, e.as_reply)) >= COPIED for e in entries.iterator())
