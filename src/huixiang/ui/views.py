"""Views of the design system: remembering how pages should look, and the style guide for developers."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huixiang.ui import context, styleguide

_COOKIE_OF_KEY = {"text": context.LARGE_COOKIE, "contrast": context.CONTRAST_COOKIE}
_GUIDES = {"portal": "ui/styleguide.html", "desk": "ui/styleguide_desk.html"}
_YEAR_IN_SECONDS = 365 * 24 * 3600


@require_safe
@never_cache
def set_display(request: HttpRequest) -> HttpResponse:
    """Turn 大字版 (text=1|0) or 高对比 (contrast=1|0) on or off and go back to `next`, a page of our own."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target)
    for key, cookie in _COOKIE_OF_KEY.items():
        if request.GET.get(key) == "1":
            response.set_cookie(cookie, "1", max_age=_YEAR_IN_SECONDS, samesite="Lax", httponly=True)
        elif request.GET.get(key) == "0":
            response.delete_cookie(cookie, samesite="Lax")
    return response


@require_safe
def show_guide(request: HttpRequest, door: str) -> HttpResponse:
    """Show every component of a door with sample data; only while DEBUG is on."""
    if not settings.DEBUG or door not in _GUIDES:
        raise Http404
    return render(request, _GUIDES[door], styleguide.context())
