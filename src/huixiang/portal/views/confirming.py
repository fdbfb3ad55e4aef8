"""Proving the phone of a message that waits; then it is submitted and its author is signed in."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huixiang.accounts import throttle
from huixiang.accounts.actions.confirming import WrongCode
from huixiang.cases.actions.submitting import CITIZEN, submit
from huixiang.cases.ledger import Act
from huixiang.cases.models import Draft
from huixiang.cases.refusals import Refused
from huixiang.nlp.danger import numbers_to_call
from huixiang.notices.channels import GatewayDown

from .. import drafting, verifying
from ..forms.small import CodeForm
from ..forms.submit import SubmitForm
from .pages import Asked, show, sign_in_citizen
from .receipts import give_receipt
from .submitting import DRAFTS, back_to, rebuild


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: Asked, token: str) -> HttpResponse:
    """Asks for the code of the draft that this session began, and submits it."""
    if token not in request.session.get(DRAFTS, []):
        raise Http404
    draft = Draft.objects.select_related("case").filter(token=token).first()
    if draft is None:
        raise Http404
    if draft.case is not None:
        give_receipt(request, draft.case, token)
        return redirect("portal:submitted")
    form = rebuild(request, draft)
    waiting = verifying.pending(request, "submit", token)
    if waiting is None or not form.is_valid():
        return redirect(back_to(token))
    if "resend" in request.POST:
        return _send_again(request, token, waiting)
    asked = CodeForm(request.POST or None)
    if request.method == "POST" and asked.is_valid():
        try:
            verifying.finish(request, waiting, asked.cleaned_data["code"])
        except WrongCode as error:
            asked.add_error("code", error.message)
        else:
            return _submit(request, draft, form, waiting.phone)
    return _page(request, token, waiting, asked)


def _submit(request: Asked, draft: Draft, form: SubmitForm, phone: str) -> HttpResponse:
    user = sign_in_citizen(request, phone)
    try:
        done = submit(
            form.message(), Act(user, request.at, CITIZEN), form_token=draft.token, files=list(draft.attachments.all())
        )
    except Refused:
        # The form says why when it is checked again.
        return redirect(back_to(draft.token))
    drafting.done(draft, done.case)
    found = numbers_to_call(form.cleaned_data["title"], form.cleaned_data["body"])
    give_receipt(request, done.case, draft.token, found)
    return redirect("portal:submitted")


def _send_again(request: Asked, token: str, waiting: verifying.Pending) -> HttpResponse:
    asked, status = CodeForm(), 200
    try:
        waiting = verifying.start(request, "submit", waiting.phone, subject=token)
    except throttle.TooMany as error:
        asked, status = _refused(error.message), 429
    except GatewayDown as error:
        asked, status = _refused(error.message), 503
    return _page(request, token, waiting, asked, status=status, is_again=status == 200)


def _refused(words: str) -> CodeForm:
    form = CodeForm({"code": "-"})
    form.is_valid()
    form.add_error("code", words)
    return form


def _page(
    request: Asked, token: str, waiting: verifying.Pending, form: CodeForm, *, status: int = 200, is_again: bool = False
) -> HttpResponse:
    context = {"form": form, "waiting": waiting, "back_url": back_to(token), "is_again": is_again}
    return show(request, "confirm", context, status=422 if form.errors and status == 200 else status)
