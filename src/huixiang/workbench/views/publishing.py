"""Publishing by fewer hands where the lane allows it: after one review (简易通道), or approved afterwards (补审)."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from huixiang.cases import access
from huixiang.cases.actions import publishing
from huixiang.cases.ledger import Act
from huixiang.cases.models import Case, Reply
from huixiang.rules.lifecycle import Step

from ..doors import DeskRequest, act_of, attempt, check, staff_required
from ..replies import may_review
from .case import Typed, case_page
from .replying import reply_of


@staff_required
@require_POST
def simple(request: DeskRequest, pk: int) -> HttpResponse:
    """Publishes a reply in the simple lane after one review by another person of the unit."""
    return _publish(request, pk, Step.PASS_REVIEW, publishing.publish_simple, "审核通过，已经发布。")


@staff_required
@require_POST
def after(request: DeskRequest, pk: int) -> HttpResponse:
    """Approves a reply that went out first."""
    return _publish(request, pk, Step.APPROVE_AFTER, publishing.approve_after, "已补审。")


def _publish(
    request: DeskRequest, pk: int, step: Step, call: Callable[[Reply, Act], Case | Reply], done: str
) -> HttpResponse:
    case, reply = reply_of(request, pk)
    if not may_review(request.actor, reply):
        raise PermissionDenied
    trouble = attempt(request, case, lambda: check(request, case, step))
    if trouble is None:
        trouble = attempt(request, case, lambda: call(reply, act_of(request, case, step)))
    if trouble is None:
        messages.success(request, done)
        return redirect(reverse("desk:case", args=[case.number]) + "#replies")
    return case_page(request, access.case_for(request.actor, case.number), Typed(step, request.POST, trouble))
