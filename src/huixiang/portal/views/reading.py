"""The public page of one case."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from huixiang.cases import access
from huixiang.cases.choices import SupplementState, Visibility
from huixiang.cases.models import Attachment, Case, CaseEvent, Supplement
from huixiang.followup.models import Rating
from huixiang.rules.lifecycle import Step

from .. import replies, timeline
from ..cards import place_name, public_title
from ..kept import kept_while_unchanged
from ..similar import like_case
from .pages import Asked, show


@require_safe
def case(request: Asked, number: str) -> HttpResponse:
    """Shows where a case stands, what was asked and what was answered; eight queries at most."""
    found = access.public_case(number)
    events = list(CaseEvent.objects.filter(case=found, is_public=True).select_related("unit").order_by("seq"))
    steps = {e.step for e in events}
    answers = replies.published_of(found)
    files = _public_files(found, [r.pk for r in answers])
    near = like_case(found)
    context = {
        "case": found,
        "is_whole": found.visibility == Visibility.PUBLIC,
        "title": public_title(found),
        "place": place_name(found.region),
        "events": timeline.entries(events),
        "stations": timeline.stations(found),
        "replies": replies.shown(answers, files),
        "files": replies.linked(f for f in files if f.reply_id is None),
        "supplements": _supplements(found) if Step.APPROVE_SUPPLEMENT in steps else [],
        "ratings": list(Rating.objects.filter(case=found)) if Step.RATE in steps else [],
        "similar": near,
        "canonical": request.build_absolute_uri(reverse("portal:case", args=[found.number])),
    }
    return kept_while_unchanged(request, [found, *near], show(request, "case", context))


def _public_files(found: Case, reply_ids: list[int]) -> list[Attachment]:
    """Files that reviewers released, and those of published replies."""
    wanted = Q(reply_id__in=reply_ids)
    if found.visibility == Visibility.PUBLIC:
        wanted |= Q(reply=None, is_public=True)
    return list(Attachment.objects.filter(wanted, case=found))


def _supplements(found: Case) -> list[Any]:
    if found.visibility != Visibility.PUBLIC:
        return []
    return list(Supplement.objects.filter(case=found, state=SupplementState.SHOWN))
