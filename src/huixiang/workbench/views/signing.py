"""The signing office (落款单位): under which name the orders of a region go out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from huixiang.cases.refusals import Refused
from huixiang.supervision import access
from huixiang.supervision.actions import signing
from huixiang.supervision.models import SigningOffice
from huixiang.units.models import Region

from ..doors import DeskRequest, page, staff_required
from ..forms_c import OfficeForm
from .risks import acting, only


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def offices(request: DeskRequest) -> HttpResponse:
    """The names of the offices of the regions that the person supervises; each is set by itself."""
    only(request, *access.OVERSIGHT)
    regions = list(Region.objects.filter(code__in=request.actor.regions(*access.OVERSIGHT)))
    known = {row.region_id: row for row in SigningOffice.objects.filter(region__in=regions).select_related("set_by")}
    forms = {region.code: OfficeForm(region=region, name=signing.office_of(region)) for region in regions}
    if request.method == "POST":
        region = next((r for r in regions if r.code == request.POST.get("region")), None)
        if region is not None:
            form = forms[region.code] = OfficeForm(request.POST, region=region)
            if form.is_valid() and _named(request, region, form):
                return redirect("desk:offices")
    context = {"rows": [(region, forms[region.code], known.get(region.code)) for region in regions]}
    is_wrong = request.method == "POST"
    return page(request, "workbench/supervise/offices.html", context, status=422 if is_wrong else 200)


def _named(request: DeskRequest, region: Region, form: OfficeForm) -> bool:
    try:
        signing.name_office(region, form.cleaned_data["name"], acting(request, region.code, *access.OVERSIGHT))
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, f"{region.name}以后的督办函用新的落款。")
    return True
