"""The inbox: what must I do next, and by when; and the pool of cases that wait to be claimed."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from ..doors import DeskRequest, page, staff_required


@staff_required
@require_safe
def inbox(request: DeskRequest) -> HttpResponse:
    """Everything that waits for this person, by queue, soonest first."""
    return page(request, "workbench/inbox/inbox.html")


@staff_required
@require_safe
def pool(request: DeskRequest) -> HttpResponse:
    """The cases that this person's units may claim."""
    return page(request, "workbench/inbox/pool.html")
