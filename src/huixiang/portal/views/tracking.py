"""Finding an own message again by its number and query code."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huixiang.accounts import throttle
from huixiang.cases import access

from ..forms.small import TrackForm
from .pages import Asked, address, remember_opened, show


@never_cache
@require_http_methods(["GET", "POST"])
def track(request: Asked) -> HttpResponse:
    """Opens a case in this session; a wrong number and a wrong code are answered with the same words."""
    if request.method != "POST":
        return show(request, "track", {"form": TrackForm(initial={"number": request.GET.get("number", "")[:20]})})
    form, status = TrackForm(request.POST), 422
    try:
        throttle.count(throttle.LOOK_UP_PER_ADDRESS, address(request), at=request.at)
        if form.is_valid():
            case = access.case_by_code(form.cleaned_data["number"], form.cleaned_data["code"])
            remember_opened(request, case.number)
            return redirect("portal:following", number=case.number)
    except throttle.TooMany as error:
        form.add_error(None, error.message)
        status = 429
    except access.NotVisible:
        form.add_error("code", "编号和查询码对不上。请照着回执核对，字母不分大小写。")
    return show(request, "track", {"form": form}, status=status)
