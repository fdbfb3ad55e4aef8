"""The public page of one case."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from huixiang.accounts.shapes import Shape
from huixiang.cases import access
from huixiang.cases.choices import ReplyState, SupplementState, Visibility
from huixiang.cases.models import Attachment, Case, CaseEvent, Supplement
from huixiang.followup.models import Rating
from huixiang.rules.lifecycle import Step
from huixiang.ui import addresses
from huixiang.units.standards import is_tentative

from .. import replies, timeline
from ..cards import place_name, public_title
from ..kept import kept_while_unchanged
from ..promises import promises_of
from ..similar import like_case
from .pages import Asked, show_framed


@require_safe
def case(request: Asked, number: str) -> HttpResponse:
    """Shows where a case stands, what was asked and what was answered; eight queries at most."""
    try:
        found = access.public_case(number)
    except access.NotVisible:
        return redirect("portal:case", access.joined_into(number).number)
    events = _EVENTS(found.pk)
    steps = {e.step for e in events}
    # A reply never goes out without its event, so that a case nobody has answered yet need not be asked for any.
    is_answered = Step.IMPORT in steps or any("reply" in e.data for e in events)
    answers = replies.published_of(found) if is_answered else []
    files = _public_files(found)
    near = like_case(found)
    context = {
        "case": found,
        "is_whole": found.visibility == Visibility.PUBLIC,
        "title": public_title(found),
        "place": place_name(found.region),
        "events": timeline.entries(events),
        "stations": timeline.stations(found),
        "replies": replies.shown(answers, files),
        "is_tentative": not answers and not found.is_urgent and is_tentative(found.answer_due_at, request.at),
        "promises": promises_of(found, events),
        "files": replies.linked(f for f in files if f.reply_id is None),
        "supplements": _supplements(found) if Step.APPROVE_SUPPLEMENT in steps else [],
        "ratings": list(Rating.objects.filter(case=found)) if Step.RATE in steps else [],
        "similar": near,
        "canonical": request.build_absolute_uri(addresses.to("portal:case", found.number)),
    }
    return kept_while_unchanged(request, [found, *near], show_framed(request, "case", context))


_EVENTS: Shape[CaseEvent] = Shape(
    lambda pk: CaseEvent.objects.filter(case_id=pk, is_public=True).select_related("unit").order_by("seq")
    .only("step", "to_state", "actor_role", "unit__name", "at", "data"),
    int,
)  # fmt: skip
_FILES: Shape[Attachment] = Shape(
    lambda pk: Attachment.objects.filter(
        Q(reply__state=ReplyState.PUBLISHED) | Q(reply=None, is_public=True), case_id=pk
    ),
    int,
)


def _public_files(found: Case) -> list[Attachment]:
    """Files that reviewers released, and those of published replies."""
    if not found.has_files:  # type: ignore[attr-defined]  # annotated by access
        return []
    return [f for f in _FILES(found.pk) if f.reply_id or found.visibility == Visibility.PUBLIC]


def _supplements(found: Case) -> list[Any]:
    if found.visibility != Visibility.PUBLIC:
        return []
    return list(Supplement.objects.filter(case=found, state=SupplementState.SHOWN))
