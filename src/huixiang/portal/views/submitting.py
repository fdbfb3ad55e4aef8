"""Writing a message: the form, what is like it, and the draft that keeps itself."""

import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from huixiang.accounts import throttle
from huixiang.accounts.shapes import Shape
from huixiang.cases import files as case_files
from huixiang.cases.actions.submitting import new_form_token, submit
from huixiang.cases.models import Attachment, Column, Draft
from huixiang.cases.refusals import Refused
from huixiang.nlp.cleaning import neutralise
from huixiang.nlp.danger import HELP, numbers_to_call
from huixiang.notices.channels import GatewayDown, can_send_sms

from .. import drafting, places, verifying
from ..cards import cards
from ..forms.submit import BY_PHONE, SubmitForm
from ..similar import like_text
from .pages import Asked, act, address, citizen, show
from .receipts import give_receipt, receipt_of

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
# What a draft keeps of each field, well above what the form takes.
LONGEST = 4000
DRAFTS = "drafts"
MOST_DRAFTS = 5
DRAFT_FIELDS = [
    "column", "kind", "region", "township", "office_holder", "business_name", "amount_yuan", "title", "body",
    "visibility", "contact_name", "way", "phone",
]  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def write(request: Asked) -> HttpResponse:
    """Shows the form, fresh or from a draft; takes it in, and keeps everything where something is missing."""
    if request.method == "POST":
        if "show_townships" in request.POST:
            return _page(request, _fresh_form(request, _typed(request.POST)), _draft_here(request)[1])
        return _take(request)
    draft = drafting.draft_of(request.GET.get("draft", ""), citizen(request))
    if draft is not None and draft.case is None and _began_here(request, draft):
        return _page(request, _fresh_form(request, drafting.form_of(draft)), draft.token, draft=draft)
    known = {k: request.GET[k][:60] for k in ("column", "kind", "region", "title") if k in request.GET}
    return _page(request, _fresh_form(request, known), new_form_token())


@never_cache
@require_POST
def similar(request: Asked) -> HttpResponse:
    """Gives the public cases that are like what is being written."""
    try:
        throttle.count(throttle.LIVE_SEARCH_PER_ADDRESS, address(request), at=request.at)
    except throttle.TooMany as error:
        return HttpResponse(error.message, status=429)
    title, body = (neutralise(request.POST.get(name, ""))[:2000] for name in ("title", "body"))
    found = like_text(title, body, request.POST.get("region", ""))
    return show(request, "parts/similar", {"similar": cards(found)})


@never_cache
@require_POST
def autosave(request: Asked) -> HttpResponse:
    """Keeps what a signed-in citizen has typed so far."""
    user = citizen(request)
    if user is None:
        return JsonResponse({"error": "请先登录"}, status=403)
    token = request.POST.get("form_token", "")
    draft, is_theirs = drafting.found(token, user)
    if not TOKEN.fullmatch(token) or is_theirs:
        return JsonResponse({"error": "表单已失效"}, status=409)
    if draft is not None and draft.case_id:
        return JsonResponse({"error": "这份留言已经提交"}, status=409)
    drafting.keep(token, _typed(request.POST), author=user, at=request.at)
    return JsonResponse({"saved_at": request.at.isoformat()})


def _take(request: Asked) -> HttpResponse:
    draft, token = _draft_here(request)
    if receipt_of(request, token):
        return redirect("portal:submitted")
    if draft is not None and draft.case is not None:
        give_receipt(request, draft.case, token)
        return redirect("portal:submitted")
    if draft is not None:
        drafting.drop_files(draft, request.POST.getlist("drop_file"))
    form = _form(request, request.POST, request.FILES)
    form.is_valid()
    try:
        throttle.check(throttle.SUBMIT_PER_ADDRESS, address(request), at=request.at)
        taken = _take_files(request, form, draft)
        if form.is_valid():
            return _go_on(request, form, token, draft, taken)
    except throttle.TooMany as error:
        form.add_error(None, error.message)
        return _page(request, form, token, draft=draft, status=429)
    if taken:
        draft = drafting.keep(token, _typed(request.POST), author=citizen(request), at=request.at, files=taken)
        _remember(request, token)
    return _page(request, form, token, draft=draft, status=422)


# One transaction for the counted try, the message and the receipt: what a sender waits for is written to disk once.
@transaction.atomic
def _go_on(request: Asked, form: SubmitForm, token: str, draft: Draft | None, taken: list[Attachment]) -> HttpResponse:
    """Submits at once, or keeps the message until the phone is proven."""
    user = citizen(request)
    throttle.note(throttle.SUBMIT_PER_ADDRESS, address(request), at=request.at)
    if form.confirms_by == BY_PHONE:
        draft = drafting.keep(token, _typed(request.POST), author=user, at=request.at, files=taken)
        _remember(request, token)
        return _send_code(request, form, token, draft)
    kept = list(draft.attachments.all()) if draft else []
    try:
        submitted = submit(form.message(), act(request), form_token=token, files=[*kept, *taken])
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _page(request, form, token, draft=draft, status=422)
    if draft is not None:
        drafting.done(draft, submitted.case)
    give_receipt(request, submitted.case, token, numbers_to_call(form.cleaned_data["title"], form.cleaned_data["body"]))
    request.session.save()
    return redirect("portal:submitted")


def _send_code(request: Asked, form: SubmitForm, token: str, draft: Draft) -> HttpResponse:
    try:
        verifying.start(request, "submit", form.cleaned_data["phone"], subject=token)
    except (throttle.TooMany, GatewayDown) as error:
        words = GatewayDown.message if isinstance(error, GatewayDown) else error.message
        form.add_error("phone", words)
        status = 503 if isinstance(error, GatewayDown) else 429
        return _page(request, form, token, draft=draft, status=status)
    return redirect("portal:confirm", token=token)


def _take_files(request: Asked, form: SubmitForm, draft: Draft | None) -> list[Attachment]:
    """Stores the uploads that are fit; each of the others becomes an error beside the field."""
    uploads: list[UploadedFile[bytes]] = request.FILES.getlist("files")
    room = settings.UPLOAD_MAX_FILES - (draft.attachments.count() if draft else 0)
    if len(uploads) > room:
        form.add_error("files", f"最多{settings.UPLOAD_MAX_FILES}个文件，请去掉{len(uploads) - room}个再提交")
        return []
    taken = []
    for upload in uploads:
        try:
            taken.append(case_files.take(upload, at=request.at))
        except Refused as error:
            form.add_error("files", error.message)
    return taken


def _draft_here(request: Asked) -> tuple[Draft | None, str]:
    """The draft of the form that was sent and its token; a missing, odd or foreign token is replaced."""
    token = request.POST.get("form_token", "")
    draft, is_theirs = drafting.found(token, citizen(request)) if TOKEN.fullmatch(token) else (None, True)
    return (draft, new_form_token() if is_theirs else token)


def _remember(request: Asked, token: str) -> None:
    """Lets this session come back to a draft that has no author."""
    known = [t for t in request.session.get(DRAFTS, []) if t != token]
    request.session[DRAFTS] = [*known, token][-MOST_DRAFTS:]


def _began_here(request: Asked, draft: Draft) -> bool:
    """Whether a draft belongs to the signed-in citizen (`draft_of` saw to that) or was begun in this session."""
    return draft.author_id is not None or draft.token in request.session.get(DRAFTS, [])


def _typed(post: QueryDict) -> dict[str, str]:
    return {name: post.get(name, "")[:LONGEST] for name in DRAFT_FIELDS if name in post}


def _form(request: Asked, data: Any = None, files: Any = None, initial: dict[str, str] | None = None) -> SubmitForm:
    columns = _COLUMNS()
    first = {"column": columns[0].code} if columns else {}
    return SubmitForm(
        data, files, initial={**first, **(initial or {})}, columns=columns, signed_in=citizen(request) is not None,
        can_text=can_send_sms(),
    )  # fmt: skip


_COLUMNS: Shape[Column] = Shape(lambda: Column.objects.filter(is_active=True))


def _fresh_form(request: Asked, initial: dict[str, str]) -> SubmitForm:
    return _form(request, initial=initial)


def _page(
    request: Asked, form: SubmitForm, token: str, *, draft: Draft | None = None, status: int = 200
) -> HttpResponse:
    region, township = (str(form[name].value() or "") for name in ("region", "township"))
    picker = places.picker(region, township) if len(region) <= 6 else places.picker_at(region)
    kept = list(draft.attachments.all()) if draft else []
    context = {
        "form": form,
        "token": token,
        "picker": picker,
        "kept_files": kept,
        "files_left": settings.UPLOAD_MAX_FILES - len(kept),
        "max_megabytes": settings.UPLOAD_MAX_BYTES // 1024 // 1024,
        "is_citizen": citizen(request) is not None,
        "dangers": HELP,
        "found_dangers": numbers_to_call(str(form["title"].value() or ""), str(form["body"].value() or "")),
    }
    return show(request, "submit", context, status=status)


def back_to(token: str) -> str:
    """The address of the form as this draft holds it."""
    return f"{reverse('portal:submit')}?{urlencode({'draft': token})}"


def rebuild(request: Asked, draft: Draft) -> SubmitForm:
    """The form of a draft, checked anew: what it names may have changed since."""
    form = SubmitForm(
        drafting.form_of(draft), columns=list(Column.objects.filter(is_active=True)), signed_in=False, can_text=True
    )
    form.is_valid()
    return form
