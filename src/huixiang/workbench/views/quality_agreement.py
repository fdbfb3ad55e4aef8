"""How far reviewers agree with the judgement: Cohen's kappa for each reef, over all and month by month."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from huixiang.accounts.roles import Role
from huixiang.quality import access
from huixiang.quality.agreeing import FEWEST_MARKS, FEWEST_REPLIES, agreements, by_month

from ..doors import DeskRequest, page, staff_required

MONTHS_SHOWN = 12


@staff_required
@require_safe
def agreement(request: DeskRequest) -> HttpResponse:
    """Kappa with its number for each reef; the months after one another, the latest first."""
    if not request.actor.has(*access.SEES_AGREEMENT):
        raise PermissionDenied
    reviews = access.reviews(request.actor)
    months = list(by_month(reviews).items())[:MONTHS_SHOWN]
    context = {
        "total": reviews.count(),
        "rows": agreements(reviews),
        "months": [(f"{name[:4]}年{int(name[5:])}月", rows) for name, rows in months],
        "fewest": FEWEST_REPLIES,
        "fewest_marks": FEWEST_MARKS,
        "has_samples": request.actor.has(Role.QUALITY_INSPECTOR),
    }
    return page(request, "workbench/samples/agreement.html", context)
