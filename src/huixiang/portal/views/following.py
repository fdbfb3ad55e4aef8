"""The tracking page: an author follows an own message and goes on with it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases import access
from huixiang.cases import files as case_files
from huixiang.cases.actions import supplementing, withdrawing
from huixiang.cases.actions.redacting import change_visibility
from huixiang.cases.ledger import Act, Stale
from huixiang.cases.models import Attachment, Case, CaseEvent
from huixiang.cases.reasons import reason_of
from huixiang.cases.refusals import Refused
from huixiang.followup.actions.rating import rate
from huixiang.followup.actions.reopening import may_reopen, reopen
from huixiang.followup.models import Rating
from huixiang.notices.models import Notice
from huixiang.rules.lifecycle import BEFORE_REVIEW, PUBLISHABLE, IllegalTransition, Step, may
from huixiang.units.standards import is_tentative

from .. import replies, timeline
from ..forms.own import RatingForm, ReopenForm, SupplementForm, VisibilityForm, WithdrawForm
from ..next_steps import next_step
from ..promises import promises_of
from .pages import Asked, act, citizen, opened, show


@never_cache
@require_safe
def following(request: Asked, number: str) -> HttpResponse:
    """Shows everything its author may know of a case."""
    case = access.own_case(request.actor, number, opened=opened(request))
    _mark_read(request, case)
    return _page(request, case)


@require_POST
def supplement(request: Asked, number: str) -> HttpResponse:
    """Adds the author's later words."""

    def do(case: Case, form: Form, by: Act) -> None:
        uploads: list[UploadedFile[bytes]] = request.FILES.getlist("files")
        if len(uploads) > settings.UPLOAD_MAX_FILES:
            raise Refused(f"一次最多传{settings.UPLOAD_MAX_FILES}个文件，请分几次补充。", field="files")
        taken = [case_files.take(upload, at=request.at) for upload in uploads]
        supplementing.supplement(case, form.cleaned_data["body"], by, files=taken)

    return _act(request, number, name="supplement", form_class=SupplementForm, do=do, success="补充已收到。")


@require_POST
def withdraw(request: Asked, number: str) -> HttpResponse:
    """Takes the message back."""

    def do(case: Case, form: Form, by: Act) -> None:
        withdrawing.withdraw(case, by, reason=form.cleaned_data["reason"])

    return _act(
        request, number, name="withdraw", form_class=WithdrawForm, do=do, success="留言已撤回，不再公开，也不再办理。"
    )


@require_POST
def visibility(request: Asked, number: str) -> HttpResponse:
    """Changes who may see the message."""

    def do(case: Case, form: Form, by: Act) -> None:
        change_visibility(case, form.cleaned_data["visibility"], by)

    return _act(
        request,
        number,
        name="visibility",
        form_class=VisibilityForm,
        do=do,
        success="公开范围已改好，马上生效。",
        takes_case=True,
    )


@require_POST
def give_rating(request: Asked, number: str) -> HttpResponse:
    """Records the author's rating and closes the case."""

    def do(case: Case, form: Form, by: Act) -> None:
        data = form.cleaned_data
        scores = form.scores if isinstance(form, RatingForm) else {}
        rate(case, by, outcome=data["outcome"], scores=scores, reason=data["reason"], comment=data["comment"])

    return _act(request, number, name="rating", form_class=RatingForm, do=do, success="谢谢您的评价，这件留言已办结。")


@require_POST
def ask_again(request: Asked, number: str) -> HttpResponse:
    """Asks for the case to be taken up again."""

    def do(case: Case, form: Form, by: Act) -> None:
        reopen(case, by, reason=form.cleaned_data["reason"])

    return _act(request, number, name="reopen", form_class=ReopenForm, do=do, success="已退回承办单位重新办理。")


def _act(
    request: Asked,
    number: str,
    *,
    name: str,
    form_class: type[Any],
    do: Callable[[Case, Form, Act], None],
    success: str,
    takes_case: bool = False,
) -> HttpResponse:
    """Checks one form, does one thing, and shows the page again with the author's words where it could not be done."""
    case = access.own_case(request.actor, number, opened=opened(request))
    form = form_class(request.POST, case=case) if takes_case else form_class(request.POST)
    status = 422
    if form.is_valid():
        try:
            do(case, form, act(request))
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        except (Stale, IllegalTransition):
            status = 409
            case.refresh_from_db()
            form.add_error(None, "这件留言的进度刚刚有变化，现在不能这样做了。请看过最新情况再操作，您写的内容还在。")
        else:
            messages.success(request, success)
            return redirect("portal:following", number=number)
    return _page(request, case, {name: form}, status=status)


def _page(request: Asked, case: Case, forms: dict[str, Form] | None = None, *, status: int = 200) -> HttpResponse:
    own = Act(case.author, request.at)
    public = list(CaseEvent.objects.filter(case=case, is_public=True).select_related("unit").order_by("seq"))
    answers = replies.published_of(case)
    files = list(Attachment.objects.filter(case=case))
    asked = [e for e in public if e.step == Step.ASK_SUPPLEMENT]
    next_ = next_step(case)
    context = {
        "case": case,
        "original": access.read_own_original(case),
        "next": next_,
        "is_tentative": next_.is_counted and is_tentative(next_.by, request.at),
        "events": timeline.entries(public),
        "stations": timeline.stations(case),
        "replies": replies.shown(answers, files),
        "promises": promises_of(case, public),
        "files": replies.linked(f for f in files if f.reply_id is None),
        "supplements": case.supplements.all(),
        "ratings": Rating.objects.filter(case=case),
        "reason": reason_of(case.reason_code) if case.reason_code else None,
        "decline_note": next((e.data.get("note", "") for e in reversed(public) if e.step in _DECLINED), ""),
        "question": asked[-1].data.get("question", "") if asked else "",
        "resubmit_url": f"{reverse('portal:submit')}?column={case.column_id}&region={case.region_id}",
        **_forms(case, own, forms or {}),
    }
    return show(request, "following", context, status=status)


def _forms(case: Case, own: Act, bound: dict[str, Form]) -> dict[str, Any]:
    """The forms that make sense now; one with errors stays, so that nothing typed is lost."""
    offered: dict[str, Any] = {
        "supplement": SupplementForm() if may(case.state, _supply(case)) else None,
        "withdraw": WithdrawForm() if may(case.state, Step.WITHDRAW) else None,
        # A report stays private: there is nothing to choose.
        "visibility": VisibilityForm(case=case) if not case.is_report and case.state in SHOWABLE else None,
        "rating": RatingForm() if may(case.state, Step.RATE) else None,
        "reopen": ReopenForm(auto_id="id_reopen_%s") if may_reopen(case, own.at) else None,
    }
    return {f"{name}_form": bound.get(name) or form for name, form in offered.items()}


def _supply(case: Case) -> Step:
    return Step.SUPPLY if may(case.state, Step.SUPPLY) else Step.SUPPLEMENT


def _mark_read(request: Asked, case: Case) -> None:
    user = citizen(request)
    if user is not None:
        about = Notice.objects.filter(user=user, read_at=None, url=reverse("portal:following", args=[case.number]))
        about.update(read_at=request.at)


_DECLINED = {Step.REJECT, Step.DIVERT}
# Where choosing who may see it still changes something, now or after the review.
SHOWABLE = PUBLISHABLE | BEFORE_REVIEW
