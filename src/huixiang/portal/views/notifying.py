"""A citizen's settings of notices: texts to the phone, mails to an address that a code has confirmed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huixiang.accounts.actions.confirming import WrongCode
from huixiang.accounts.models import User
from huixiang.accounts.throttle import TooMany
from huixiang.notices.actions import addressing, preferring
from huixiang.notices.channels import GatewayDown, Undeliverable, is_configured
from huixiang.notices.models import Channel

from ..forms.notices import MailboxForm, MailCodeForm, WaysForm
from .pages import Asked, address, citizen, show

Mine = Callable[[Asked, User], HttpResponse]


def _citizens_only(request: Asked, page: Mine) -> HttpResponse:
    user = citizen(request)
    if user is None:
        return redirect(f"{reverse('portal:sign_in')}?next={reverse('portal:notice_settings')}")
    return page(request, user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: Asked) -> HttpResponse:
    """Shows how the citizen is told; a POST keeps which channels are to be used."""
    return _citizens_only(request, _keep if request.method == "POST" else _page)


@never_cache
@require_POST
def mailbox(request: Asked) -> HttpResponse:
    """Sends a code to a mailbox, notes it once the code has come back, or takes it away."""
    if request.POST.get("do") == "forget":
        return _citizens_only(request, _forget)
    return _citizens_only(request, _confirm if "code" in request.POST else _send_code)


def _keep(request: Asked, user: User) -> HttpResponse:
    form = WaysForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, user, status=422, ways=form)
    for channel, choice in form.chosen().items():
        preferring.choose(user, channel, choice)
    messages.success(request, "已保存。")
    return redirect("portal:notice_settings")


def _forget(request: Asked, user: User) -> HttpResponse:
    addressing.forget(user, Channel.EMAIL)
    messages.success(request, "邮箱已删除，不再往那里发通知。")
    return redirect("portal:notice_settings")


def _send_code(request: Asked, user: User) -> HttpResponse:
    form, status = MailboxForm(request.POST), 422
    if form.is_valid():
        given = form.cleaned_data["address"]
        try:
            code = addressing.send_code(Channel.EMAIL, given, source=address(request), at=request.at)
        except TooMany as error:
            form.add_error("address", error.message)
            status = 429
        except Undeliverable:
            form.add_error("address", "这个邮箱收不了信，请检查后再填。")
        except GatewayDown:
            form.add_error("address", "邮件暂时发不出去，请稍后再试。")
            status = 503
        else:
            return _page(request, user, code_form=MailCodeForm(initial={"address": given}), sent=given, demo_code=code)
    return _page(request, user, status=status, mailbox=form)


def _confirm(request: Asked, user: User) -> HttpResponse:
    form = MailCodeForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            clean = addressing.clean_address(Channel.EMAIL, given["address"])
            addressing.confirm(user, Channel.EMAIL, clean, given["code"], at=request.at)
        except (WrongCode, addressing.BadAddress) as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, "邮箱已确认，以后有进展也会发邮件。")
            return redirect("portal:notice_settings")
    return _page(request, user, status=422, code_form=form, sent=request.POST.get("address", ""))


def _page(request: Asked, user: User, *, status: int = 200, **typed: Any) -> HttpResponse:
    context = {
        "ways": WaysForm(user=user),
        "mailbox": MailboxForm(),
        "email": user.email,
        "phone": f"{user.phone[:3]}****{user.phone[-4:]}",
        "may_mail": addressing.may_set(Channel.EMAIL),
        "can_text": is_configured(Channel.SMS),
    }
    return show(request, "notice_settings", {**context, **typed}, status=status)
