"""Disproving (虚报): a unit claimed that a matter was settled or a promise kept, and somebody found that it was not.

Two things on record disprove a claim: an inspector who was on site (`Finding.is_true_to_reply`), and the citizen, the
only one who can say that a matter is resolved. A citizen who merely was not content disproves nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from huixiang.cases.choices import Resolution
from huixiang.cases.models import Case, CaseEvent, Commitment, Reply
from huixiang.followup.models import Rating
from huixiang.rules.lifecycle import ENDED, State, Step

from .models import Finding

SEEN = "虚报：上次现场核查，和回复不一致"
DONE = "虚报：单位答复已解决，留言人确认没有解决"
KEPT = "虚报：单位称承诺已兑现，留言人确认没有解决"
# docs/sources.md#ours: as long as a closed case can be opened again, it can be looked into.
CLOSED_FOR_AT_MOST = timedelta(days=30)


def disproved(region_code: str, at: datetime) -> dict[int, str]:
    """The cases of a region, by their keys, in which a claim was disproved and not looked into since, with the words.

    The number of statements does not depend on the number of cases.
    """
    here = Case.objects.in_region(region_code)
    found = {pk: SEEN for pk, is_true in _last_seen(region_code).items() if not is_true}
    lately = Q(state=State.CLOSED, resolution=Resolution.UNRESOLVED, closed_at__gte=at - CLOSED_FOR_AT_MOST)
    suspects = here.filter(lately | (~Q(state__in=ENDED) & Q(round__gte=2))).order_by()
    denied = CaseEvent.objects.filter(case__in=suspects, step=Step.RATE, data__outcome=Resolution.UNRESOLVED)
    rounds = {
        (case, moment): number for case, number, moment in
        Rating.objects.filter(case__in=suspects).values_list("case_id", "round", "at")
    }  # fmt: skip
    claims = _claims(denied.values("case_id"))
    looked = dict(_looks(denied.values("case_id")))
    for case, moment in denied.order_by("at").values_list("case_id", "at"):
        words = claims.get((case, rounds.get((case, moment), 0)))
        if words and looked.get(case, moment) <= moment:
            found.setdefault(case, words)
    return found


def _last_seen(region_code: str) -> dict[int, bool]:
    """What the last inspection of each living case found."""
    rows = Finding.objects.filter(case__region__code__startswith=region_code, at__isnull=False)
    rows = rows.exclude(case__state__in=ENDED).order_by("at", "pk")
    return {case: bool(is_true) for case, is_true in rows.values_list("case_id", "is_true_to_reply")}


def _claims(cases: QuerySet[Any, Any]) -> dict[tuple[int, int], str]:
    """By case and round, what the unit claimed."""
    said = Reply.objects.published().filter(case__in=cases, claimed_resolution=Resolution.RESOLVED)
    kept = Commitment.objects.kept().filter(case__in=cases).annotate(round=F("reply__round"))
    found = dict.fromkeys(said.values_list("case_id", "round"), DONE)
    return found | dict.fromkeys(kept.values_list("case_id", "round"), KEPT)


def _looks(cases: QuerySet[Any, Any]) -> list[tuple[int, datetime]]:
    """When each case was last looked into on site."""
    rows = Finding.objects.filter(case__in=cases, at__isnull=False).order_by("at")
    return [(case, at) for case, at in rows.values_list("case_id", "at") if at]
