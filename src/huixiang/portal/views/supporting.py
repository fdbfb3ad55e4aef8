"""Joining a case instead of repeating it (我也遇到)."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huixiang.accounts import throttle
from huixiang.accounts.actions.confirming import WrongCode
from huixiang.accounts.actions.signing_in import citizen_of
from huixiang.accounts.models import User
from huixiang.cases import access
from huixiang.cases.actions.submitting import CITIZEN
from huixiang.cases.actions.supporting import support
from huixiang.cases.choices import Visibility
from huixiang.cases.ledger import Act
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.notices.channels import GatewayDown

from .. import verifying
from ..cards import card
from ..forms.small import CodeForm, SupportForm, SupportNoteForm
from .pages import Asked, address, citizen, show

PURPOSE = "support"


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: Asked, number: str) -> HttpResponse:
    """Counts a person once: signed in at once, else after the code that proves a phone."""
    case = access.public_case(number)
    if case.visibility != Visibility.PUBLIC:
        # What they would join is not shown to them.
        raise access.NotVisible
    user, waiting = citizen(request), verifying.pending(request, PURPOSE, number)
    if request.method != "POST":
        if waiting is not None and "again" not in request.GET:
            return _page(request, case, CodeForm(), waiting)
        return _page(request, case, SupportNoteForm() if user else SupportForm())
    if user is not None:
        return _join_signed_in(request, case, user)
    if "phone" in request.POST:
        return _send(request, case)
    if waiting is not None:
        return _check(request, case, waiting)
    return _page(request, case, SupportForm())


def _join_signed_in(request: Asked, case: Case, user: User) -> HttpResponse:
    form = SupportNoteForm(request.POST)
    if form.is_valid():
        return _count(request, case, user, form.cleaned_data["note"], form)
    return _page(request, case, form, status=422)


def _send(request: Asked, case: Case) -> HttpResponse:
    form, status = SupportForm(request.POST), 422
    if form.is_valid():
        phone, note = form.cleaned_data["phone"], form.cleaned_data["note"]
        try:
            throttle.count(throttle.SUPPORT_PER_ADDRESS, address(request), at=request.at)
            waiting = verifying.start(request, PURPOSE, phone, subject=case.number, note=note)
            return _page(request, case, CodeForm(), waiting)
        except throttle.TooMany as error:
            form.add_error("phone", error.message)
            status = 429
        except GatewayDown:
            form.add_error("phone", GatewayDown.message)
            status = 503
    return _page(request, case, form, status=status)


def _check(request: Asked, case: Case, waiting: verifying.Pending) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            verifying.finish(request, waiting, form.cleaned_data["code"])
        except WrongCode as error:
            form.add_error("code", error.message)
        else:
            return _count(request, case, citizen_of(waiting.phone), waiting.note, form)
    return _page(request, case, form, waiting, status=422)


def _count(request: Asked, case: Case, user: User, note: str, form: CodeForm | SupportNoteForm) -> HttpResponse:
    try:
        is_new = support(case, user, Act(user, request.at, CITIZEN), note=note)
    except Refused as error:
        form.add_error(None, error.message)
        return _page(request, case, form, status=422)
    case.refresh_from_db(fields=["supporters_count"])
    return show(request, "supported", {"case": card(case), "is_new": is_new})


def _page(
    request: Asked,
    case: Case,
    form: CodeForm | SupportNoteForm,
    waiting: verifying.Pending | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"case": card(case), "form": form, "waiting": waiting}
    return show(request, "support", context, status=status)
