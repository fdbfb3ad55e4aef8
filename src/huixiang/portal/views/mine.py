"""A citizen's own messages, drafts and notices."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases import access
from huixiang.cases.models import Case
from huixiang.notices.models import Channel, Notice

from .. import drafting
from .pages import Asked, citizen, opened, show

NEWEST_NOTICES = 30
NEWEST_CASES = 100


@never_cache
@require_safe
def mine(request: Asked) -> HttpResponse:
    """Shows what a citizen left, began and was told; without a sign-in, what was opened by query code."""
    user = citizen(request)
    if user is None:
        by_code = Case.objects.filter(number__in=opened(request)).for_lists() if opened(request) else []
        return show(request, "mine_stranger", {"cases": by_code})
    notices = list(Notice.objects.filter(user=user, channel=Channel.IN_APP)[:NEWEST_NOTICES])
    context = {
        "cases": access.own_cases(request.actor).for_lists()[:NEWEST_CASES],
        "drafts": [(draft, drafting.form_of(draft)) for draft in drafting.of(user)],
        "notices": notices,
        "unread": sum(1 for n in notices if n.read_at is None),
        "phone": f"{user.phone[:3]}****{user.phone[-4:]}",
    }
    return show(request, "mine", context)


@require_POST
def read_notices(request: Asked) -> HttpResponse:
    """Marks every notice as read."""
    user = citizen(request)
    if user is not None:
        Notice.objects.filter(user=user, channel=Channel.IN_APP, read_at=None).update(read_at=request.at)
    return redirect(f"{reverse('portal:mine')}#notices")


@require_POST
def discard_draft(request: Asked, token: str) -> HttpResponse:
    """Throws one of the citizen's own drafts away."""
    user = citizen(request)
    if user is not None and drafting.discard(token, user):
        messages.success(request, "草稿已删除。")
    return redirect("portal:mine")
