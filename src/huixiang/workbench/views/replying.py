"""Writing a reply: drafting, saving, autosaving, comparing, sending to review, reviewing, discarding."""

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases import access
from huixiang.cases.actions import publishing, replying
from huixiang.cases.gate_querysets import today
from huixiang.cases.ledger import Act
from huixiang.cases.models import Attachment, Case, Reply
from huixiang.cases.refusals import Refused
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.lifecycle import Step

from ..composing import BoxesForm, lessons_form
from ..differences import difference
from ..doors import DeskRequest, Trouble, act_of, attempt, check, fragment, page, staff_required
from ..gating import panel, promised, speaks_of_promises
from ..replies import DraftForm, ReplyForm, attach, may_edit, may_review, templates_for
from .case import Typed, case_page


@staff_required
@require_POST
def draft(request: DeskRequest, number: str) -> HttpResponse:
    """Starts a reply of the own unit, from a template if one was chosen."""
    case = access.case_for(request.actor, number)
    form = DraftForm(request.POST, at=request.at, actor=request.actor, case=case, prefix_id="draft")
    trouble = attempt(request, case, lambda: check(request, case, Step.DRAFT_REPLY))
    unit = access.unit_on(request.actor, case)
    if trouble is None and unit is None:
        raise PermissionDenied
    if trouble is None and not form.is_valid():
        trouble = Trouble("请先选择写哪一种回复。")
    if trouble is None and unit is not None:
        given, act = form.cleaned_data, act_of(request, case, Step.DRAFT_REPLY)
        body = given["template"].body if given["template"] else ""
        trouble = attempt(
            request,
            case,
            lambda: replying.draft(case, unit, given["kind"], act, body=body, corrects=given.get("corrects")),
        )
    if trouble is None:
        return _to_replies(case)
    trouble.tell(form)
    return case_page(request, access.case_for(request.actor, number), Typed("draft", form, trouble))


@staff_required
@require_POST
def save(request: DeskRequest, pk: int) -> HttpResponse:
    """Saves a draft with its evidence; `do` may add a template, merge the boxes, or send it on to review."""
    case, reply = own_draft(request, pk)
    form = ReplyForm(request.POST, reply=reply)
    trouble: Trouble | None = Trouble("还有内容没填好，请看标红的地方。")
    if form.is_valid():
        trouble = attempt(request, case, lambda: _save_all(request, case, reply, form))
    if trouble is None:
        messages.success(request, _saved_words(request, reply))
        return _to_replies(case)
    trouble.tell(form)
    return case_page(request, access.case_for(request.actor, case.number), _typed(form, pk, trouble))


@staff_required
@require_POST
def autosave(request: DeskRequest, pk: int) -> JsonResponse:
    """Saves a draft while it is written; 409 if it changed or went on meanwhile, 422 if a detail is not readable."""
    case, reply = own_draft(request, pk)
    form = ReplyForm(request.POST, reply=reply)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    act = act_of(request, case, Step.DRAFT_REPLY)
    try:
        saved = _save(request, reply, form, act)
    except Refused as error:
        return JsonResponse({"message": error.message}, status=409)
    return JsonResponse({"fields": {"seen_version": saved.version}})


@staff_required
@require_POST
def look(request: DeskRequest, pk: int) -> HttpResponse:
    """What the gate finds in the text as it stands in the form, as a part of the page; saves nothing."""
    case, reply = own_draft(request, pk)
    form = ReplyForm(request.POST, reply=reply)
    form.is_valid()
    reply.body = neutralise(request.POST.get("body", ""))[:LONGEST_LOOKED_AT]
    for name, value in asdict(form.details).items():
        setattr(reply, name, value)
    lessons = lessons_form(reply, request.POST)
    typed = lessons.lessons if lessons is not None and lessons.is_valid() else None
    found = panel(reply, at=request.at, lessons=typed, posted=request.POST)
    return fragment(request, "workbench/gate/panel.html", {"gate": found})


@staff_required
@require_POST
def move(request: DeskRequest, pk: int, step: Step) -> HttpResponse:
    """Passes, returns or discards a reply."""
    case, reply = reply_of(request, pk)
    is_mine = may_edit(request.actor, reply) if step == Step.DISCARD_REPLY else may_review(request.actor, reply)
    if not is_mine:
        raise PermissionDenied
    trouble = attempt(request, case, lambda: _move(request, case, reply, step))
    if trouble is None:
        messages.success(request, _DONE[step])
        return _to_replies(case)
    return case_page(request, access.case_for(request.actor, case.number), Typed(step, request.POST, trouble))


@staff_required
@require_POST
def remove_file(request: DeskRequest, pk: int, key: str) -> HttpResponse:
    """Takes a file off a draft."""
    case, reply = own_draft(request, pk)
    get_object_or_404(Attachment, reply=reply, key=key).delete()
    messages.success(request, "附件已移除。")
    return _to_replies(case)


@staff_required
@require_safe
def versions(request: DeskRequest, pk: int) -> HttpResponse:
    """All saved texts of a reply, and what changed between any two."""
    case, reply = reply_of(request, pk)
    known = {v.number: v for v in reply.versions.select_related("by")}
    numbers = sorted(known)
    new = known[_chosen(request, "to", numbers, numbers[-1])]
    old = known[_chosen(request, "from", numbers, numbers[max(0, len(numbers) - 2)])]
    context = {
        "case": case, "reply": reply, "versions": [known[n] for n in reversed(numbers)], "old": old, "new": new,
        "changes": difference(old.body, new.body),
    }  # fmt: skip
    return page(request, "workbench/case/versions.html", context)


WITH_LESSONS = "lessons"
LONGEST_LOOKED_AT = 20_000
_SAVED = {
    "check": "已保存并检查，结果在正文下面。",
    "send": "已送单位审核。",
    "first": "已先行发布，请本单位另一位同事补审。",
}
_DONE = {
    Step.PASS_REVIEW: "审核通过，已送质检。",
    Step.RETURN_REPLY: "已退回修改。",
    Step.DISCARD_REPLY: "草稿已作废。",
}


def reply_of(request: DeskRequest, pk: int) -> tuple[Case, Reply]:
    """A reply that this person sees, with its case; raises NotVisible."""
    found = Reply.objects.select_related("case", "unit").filter(pk=pk).first()
    if found is None:
        raise access.NotVisible
    case = access.case_for(request.actor, found.case.number)
    for reply in access.replies_for(request.actor, case):
        if reply.pk == pk:
            reply.case = case
            return case, reply
    raise access.NotVisible


def own_draft(request: DeskRequest, pk: int) -> tuple[Case, Reply]:
    """A reply that this person writes, with its case; raises NotVisible or PermissionDenied."""
    case, reply = reply_of(request, pk)
    if not may_edit(request.actor, reply) or Step.DRAFT_REPLY not in access.steps_for(request.actor, case):
        raise PermissionDenied
    return case, reply


def _save(request: DeskRequest, reply: Reply, form: ReplyForm, act: Act, *, extra: str = "") -> Reply:
    given, data = form.cleaned_data, request.POST
    body = f"{given['body']}\n\n{extra}".strip() if extra else given["body"]
    lessons = lessons_form(reply, data) if WITH_LESSONS in data else None
    promises = [p for p in promised(data) if not p.is_tracked or p.due_on >= today(act.at)]
    return replying.save(
        reply, act, body=body, details=form.details, seen_version=given["seen_version"],
        lessons=lessons.lessons if lessons is not None and lessons.is_valid() else None,
        promised=promises if speaks_of_promises(data) else None,
    )  # fmt: skip


def _boxed(request: DeskRequest, reply: Reply) -> str:
    """What stands in the boxes, as running text; too long a box stays where it was typed."""
    boxes = BoxesForm(request.POST, reply=reply)
    return boxes.merged() if boxes.is_valid() else ""


def _saved_words(request: DeskRequest, reply: Reply) -> str:
    if _boxed(request, reply):
        return "分框里的文字已并入正文，请看一遍再送审。"
    return _SAVED.get(request.POST.get("do", ""), "草稿已保存。")


def _save_all(request: DeskRequest, case: Case, reply: Reply, form: ReplyForm) -> None:
    """What was typed is saved first, so that it is safe whatever becomes of the files and of sending it on."""
    wish, act = request.POST.get("do", ""), act_of(request, case, Step.DRAFT_REPLY)
    chosen = request.POST.get("template", "")
    template = (
        templates_for(reply.unit_id).filter(pk=chosen).first() if wish == "template" and chosen.isdecimal() else None
    )
    boxed = _boxed(request, reply)
    saved = _save(request, reply, form, act, extra=boxed or (template.body if template else ""))
    saved.case = case
    if uploads := request.FILES.getlist("files"):
        attach(saved, uploads, act)
    if boxed:
        # The writer reads the whole text once more before it goes on.
        return
    if wish == "send":
        check(request, case, Step.SEND_TO_REVIEW)
        replying.send_to_review(saved, act)
    elif wish == "first":
        check(request, case, Step.SEND_TO_REVIEW)
        publishing.publish_first(saved, act)


def _move(request: DeskRequest, case: Case, reply: Reply, step: Step) -> None:
    check(request, case, step)
    act = act_of(request, case, step)
    if step == Step.PASS_REVIEW:
        replying.pass_review(reply, act)
    elif step == Step.RETURN_REPLY:
        replying.return_reply(reply, act, note=request.POST.get("note", ""))
    else:
        replying.discard(reply, act)


def _typed(form: ReplyForm, pk: int, trouble: Trouble) -> Typed:
    """The form as typed, but knowing the newest version: whoever has read the conflict may save over it."""
    form.data = {**{name: form.data[name] for name in form.data}, "seen_version": str(Reply.objects.get(pk=pk).version)}
    return Typed("reply", form, trouble)


def _chosen(request: DeskRequest, name: str, numbers: list[int], default: int) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and int(given) in numbers else default


def _to_replies(case: Case) -> HttpResponse:
    return redirect(reverse("desk:case", args=[case.number]) + "#replies")
