"""Signing in with a phone and a code, and out again."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huixiang.accounts import throttle
from huixiang.accounts.actions.confirming import WrongCode
from huixiang.notices.channels import GatewayDown, can_send_sms

from .. import verifying
from ..forms.small import CodeForm, PhoneForm
from .pages import Asked, citizen, show, sign_in_citizen


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: Asked) -> HttpResponse:
    """Asks for the phone, then for the code that was sent to it."""
    if citizen(request) is not None:
        return redirect("portal:mine")
    waiting = verifying.pending(request, "sign-in")
    if request.method == "POST" and "phone" in request.POST:
        return _send(request, PhoneForm(request.POST))
    if request.method == "POST" and waiting is not None:
        return _check(request, waiting)
    if waiting is not None and "again" not in request.GET:
        return _page(request, CodeForm(), waiting)
    return _page(request, PhoneForm())


@require_POST
def sign_out(request: Asked) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("portal:home")


def _send(request: Asked, form: PhoneForm) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        waiting = verifying.start(request, "sign-in", form.cleaned_data["phone"])
    except throttle.TooMany as error:
        form.add_error("phone", error.message)
        return _page(request, form, status=429)
    except GatewayDown:
        form.add_error("phone", GatewayDown.message)
        return _page(request, form, status=503)
    return _page(request, CodeForm(), waiting)


def _check(request: Asked, waiting: verifying.Pending) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            verifying.finish(request, waiting, form.cleaned_data["code"])
        except WrongCode as error:
            form.add_error("code", error.message)
        else:
            sign_in_citizen(request, waiting.phone)
            messages.success(request, "已登录。您用这个手机号写的留言都在这里。")
            return _go_on(request)
    return _page(request, form, waiting, status=422)


def _go_on(request: Asked) -> HttpResponse:
    target = request.GET.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return redirect(target)
    return redirect("portal:mine")


def _page(
    request: Asked, form: PhoneForm | CodeForm, waiting: verifying.Pending | None = None, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "waiting": waiting, "can_text": can_send_sms()}
    return show(request, "sign_in", context, status=status)
