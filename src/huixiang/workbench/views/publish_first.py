"""Publishing first (先发后审): how many replies may wait for their approval, and from which document."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from huixiang.accounts.roles import Role
from huixiang.rules.calendar import CHINA
from huixiang.units.actions import limiting
from huixiang.units.models import PublishFirstLimit, Region
from huixiang.units.publish_first import limit_for
from huixiang.units.sources import cited

from ..doors import DeskRequest, me, page, staff_required
from ..forms_e import PublishFirstForm


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: DeskRequest, code: str) -> HttpResponse:
    """A region's limit, with what holds now and what held before; a new one holds from a day to come on."""
    if not request.actor.has(Role.SYSTEM_ADMIN):
        raise PermissionDenied
    region = get_object_or_404(Region, code=code)
    today = request.at.astimezone(CHINA).date()
    form = PublishFirstForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            limiting.set_limit(region, today=today, by=me(request), **form.cleaned_data)
        except limiting.BadLimit as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "已保存。")
            return redirect(f"{reverse('desk:standards')}?region={region.code}#publish-first")
    own = PublishFirstLimit.objects.filter(region_code=region.code).order_by("-effective_from")
    context = {
        "form": form,
        "region": region,
        "holds": limit_for(region.code, today),
        "own": [(row, cited(row.source)) for row in own],
    }
    return page(request, "workbench/standards/publish_first.html", context, status=422 if form.errors else 200)
