"""The inbox of notices (通知): what somebody was told, unread first, one click from what it is about."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases.access import NotVisible
from huixiang.notices.actions import reading

from ..doors import DeskRequest, me, page, staff_required

PER_PAGE = 30


@staff_required
@require_safe
def notices(request: DeskRequest) -> HttpResponse:
    """The person's own notices: those not opened yet, or all of them."""
    shows_all = request.GET.get("show") == "all"
    found = reading.inbox(me(request))
    rows = found if shows_all else found.filter(read_at=None)
    context = {"page": Paginator(rows.order_by("-created_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))}
    return page(request, "workbench/notices/inbox.html", {**context, "shows_all": shows_all})


@staff_required
@require_safe
def follow(request: DeskRequest, pk: int) -> HttpResponse:
    """Marks one notice as read and goes on to what it is about."""
    notice = reading.open_one(me(request), pk, at=request.at)
    if notice is None:
        raise NotVisible
    return redirect(notice.url or "desk:notices")


@staff_required
@require_POST
def read_all(request: DeskRequest) -> HttpResponse:
    """Marks all of the person's notices as read."""
    if count := reading.read_all(me(request), at=request.at):
        messages.success(request, f"{count}条通知已标为已读。")
    return redirect("desk:notices")
