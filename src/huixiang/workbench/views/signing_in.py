"""Signing in and out, and the own password."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, password_validation, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huixiang.accounts.actions.opening import choose_password
from huixiang.accounts.actions.signing_in import BadCredentials, staff_of
from huixiang.accounts.throttle import TooMany
from huixiang.ui.forms import PlainWords

from ..doors import DeskRequest, address_of, fragment, me, page, staff_required


class SignInForm(PlainWords, forms.Form):
    """Name and password of a member of staff."""

    username = forms.CharField(
        label="登录名", max_length=64, widget=forms.TextInput({"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class PasswordForm(PlainWords, forms.Form):
    """The old password and the new one, twice."""

    old = forms.CharField(
        label="现在的密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        max_length=128,
        strip=False,
        help_text="至少10个字符，不能全是数字，也不能是常见密码。",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再写一遍新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: DeskRequest) -> HttpResponse:
    """The sign-in page; every wrong pair gets the same words, and repeated ones have to wait."""
    onward = _onward(request)
    if request.actor.is_staff:
        return redirect(onward)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = staff_of(request, **form.cleaned_data, address=address_of(request), at=request.at)
            except BadCredentials as error:
                form.add_error(None, error.message)
            except TooMany as error:
                form.add_error(None, error.message)
                status = 429
            else:
                login(request, user)
                return redirect(onward)
    context = {"form": form, "next": onward, "is_demo": settings.DEMO}
    return fragment(request, "workbench/sign_in/sign_in.html", context, status=status)


@require_POST
def sign_out(request: DeskRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("desk:sign_in")


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: DeskRequest) -> HttpResponse:
    """Changing the own password; this session goes on, others end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_fit(form, request):
        user = me(request)
        choose_password(user, form.cleaned_data["new"])
        update_session_auth_hash(request, user)
        messages.success(request, "密码已更换。其他设备上的登录都已退出。")
        return redirect("desk:inbox")
    status = 422 if form.errors else 200
    return page(
        request,
        "workbench/sign_in/password.html",
        {"form": form, "is_given": me(request).has_given_password},
        status=status,
    )


def _is_fit(form: PasswordForm, request: DeskRequest) -> bool:
    # A copy: an error takes its field out of what the form holds.
    user, given = me(request), dict(form.cleaned_data)
    if not user.check_password(given["old"]):
        form.add_error("old", "现在的密码不对。")
    if given["new"] == given["old"]:
        form.add_error("new", "新密码和现在的一样，请换一个。")
    if given["new"] != given["again"]:
        form.add_error("again", "两次写的新密码不一样。")
    try:
        password_validation.validate_password(given["new"], user)
    except ValidationError as error:
        form.add_error("new", error)
    return form.is_valid()


def _onward(request: DeskRequest) -> str:
    """Where to go after signing in: a page of this site only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours and wanted.startswith("/") else reverse("desk:inbox")
