"""The knowledge base: standard answers that a unit writes, has approved by another person, and answers with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.cases import access, knowledge_access
from huixiang.cases.actions import keeping_knowledge
from huixiang.cases.gate_querysets import today
from huixiang.cases.knowledge_choices import KnowledgeState
from huixiang.cases.knowledge_querysets import KnowledgeQuerySet
from huixiang.cases.ledger import Act
from huixiang.cases.models import KnowledgeEntry
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import Step

from ..doors import DeskRequest, act_of, attempt, me, page, staff_required
from ..forms_k import KnowledgeForm
from .case import Typed, case_page
from .queueing import start_of
from .replying import own_draft

PER_PAGE = 30
SOON_DAYS = 30
VIEWS = {"current": "在用", "awaiting": "待审核", "past": "已停用或到期"}


@dataclass(frozen=True)
class Line:
    """One entry as the list shows it, with its light in words and what this person may do with it."""

    entry: KnowledgeEntry
    tone: str
    light: str
    may_change: bool
    may_approve: bool
    may_retire: bool


@staff_required
@require_safe
def entries(request: DeskRequest) -> HttpResponse:
    """The entries that concern the own units under one of three headings, searched by words."""
    _keepers_only(request)
    words, on = request.GET.get("q", "").strip()[:100], today(request.at)
    every = knowledge_access.knowledge_for(request.actor).saying(words)
    sorts: dict[str, KnowledgeQuerySet] = {
        "current": every.current(on), "awaiting": every.awaiting(), "past": every.past(on)
    }  # fmt: skip
    chosen = request.GET.get("view", "")
    chosen = chosen if chosen in VIEWS else "current"
    start = start_of(request)
    rows = list(sorts[chosen][start : start + PER_PAGE + 1])
    context = {
        "views": [(_to(name, words), label, sorts[name].count(), name == chosen) for name, label in VIEWS.items()],
        "chosen": chosen,
        "words": words,
        "lines": [_line(request, entry, on) for entry in rows[:PER_PAGE]],
        "may_write": bool(knowledge_access.writing_units(request.actor)),
        "next_url": _to(chosen, words, start + PER_PAGE) if len(rows) > PER_PAGE else "",
        "prev_url": _to(chosen, words, max(0, start - PER_PAGE)) if start else "",
    }
    return page(request, "workbench/knowledge/list.html", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: DeskRequest) -> HttpResponse:
    """A new entry of an own unit."""
    _keepers_only(request)
    units = knowledge_access.writing_units(request.actor)
    if not units:
        raise PermissionDenied
    form = KnowledgeForm(request.POST if request.method == "POST" else None, units=units)
    if form.is_valid() and _done(form, lambda: keeping_knowledge.write(form.words, form.keeping_unit, _act(request))):
        messages.success(request, "已保存，请另一位审核人或负责人审核后使用。")
        return redirect(_to("awaiting"))
    return _form_page(request, form)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: DeskRequest, pk: int) -> HttpResponse:
    """New words for an entry, which then has to be approved again."""
    entry = _entry(request, pk, knowledge_access.may_change)
    form = KnowledgeForm(request.POST if request.method == "POST" else None, units=[entry.unit], entry=entry)
    if form.is_valid() and _done(form, lambda: _change(request, entry, form)):
        messages.success(request, "已保存，请另一位审核人或负责人重新审核后使用。")
        return redirect(_to("awaiting"))
    return _form_page(request, form, entry)


@staff_required
@require_POST
def approve(request: DeskRequest, pk: int) -> HttpResponse:
    """Lets an entry be answered with."""
    entry = _entry(request, pk, knowledge_access.may_retire)
    return _move(request, entry, keeping_knowledge.approve, "审核通过，可以用来答复了。", "current")


@staff_required
@require_POST
def retire(request: DeskRequest, pk: int) -> HttpResponse:
    """Takes an entry out of use."""
    entry = _entry(request, pk, knowledge_access.may_retire)
    return _move(request, entry, keeping_knowledge.retire, "已停用。", "past")


@staff_required
@require_POST
def fill(request: DeskRequest, pk: int) -> HttpResponse:
    """Puts a standard answer into a draft of the simple lane."""
    case, reply = own_draft(request, pk)
    act = act_of(request, case, Step.DRAFT_REPLY)
    chosen, replaces = _number(request.POST.get("entry", "")), request.POST.get("replace") == "1"
    seen = _number(request.POST.get("seen_version", ""))

    def put() -> None:
        entry = KnowledgeEntry.objects.in_force(today(request.at), case.region_id).filter(pk=chosen).first()
        if entry is None:
            raise Refused(keeping_knowledge.NOT_IN_FORCE)
        keeping_knowledge.fill(reply, entry, act, seen_version=seen, replaces=replaces)

    trouble = attempt(request, case, put)
    if trouble is not None:
        return case_page(request, access.case_for(request.actor, case.number), Typed("knowledge", None, trouble))
    messages.success(request, "标准答复已放进草稿，请核对是否合用，补全后送审。")
    return redirect(reverse("desk:case", args=[case.number]) + "#replies")


# -- who and what ---------------------------------------------------------------------------------------------------


def _keepers_only(request: DeskRequest) -> None:
    if not request.actor.has(*knowledge_access.KEEPING):
        raise PermissionDenied


def _entry(request: DeskRequest, pk: int, allows: Callable[..., bool]) -> KnowledgeEntry:
    """The entry for whoever may do this with it; raises NotVisible or PermissionDenied."""
    _keepers_only(request)
    entry = knowledge_access.entry_for(request.actor, pk)
    if not allows(request.actor, entry):
        raise PermissionDenied
    return entry


def _act(request: DeskRequest) -> Act:
    return Act(me(request), request.at, request.actor.role_names[0])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _to(view: str, words: str = "", start: int = 0) -> str:
    asked = {"view": view, **({"q": words} if words else {}), **({"from": str(start)} if start else {})}
    return f"{reverse('desk:knowledge')}?{urlencode(asked)}"


# -- doing and showing ----------------------------------------------------------------------------------------------


def _change(request: DeskRequest, entry: KnowledgeEntry, form: KnowledgeForm) -> KnowledgeEntry:
    seen = form.cleaned_data["seen_version"] or 0
    return keeping_knowledge.change(entry, form.words, _act(request), seen_version=seen)


def _done(form: KnowledgeForm, call: Callable[[], object]) -> bool:
    """Whether `call` went through; else the form has the reason beside its field."""
    try:
        call()
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


def _move(
    request: DeskRequest, entry: KnowledgeEntry, verb: Callable[..., KnowledgeEntry], words: str, view: str
) -> HttpResponse:
    try:
        verb(entry, _act(request), seen_version=_number(request.POST.get("seen_version", "")))
    except Refused as error:
        messages.error(request, error.message)
        return redirect(_to("awaiting" if entry.state == KnowledgeState.DRAFT else "current"))
    messages.success(request, words)
    return redirect(_to(view))


def _form_page(request: DeskRequest, form: KnowledgeForm, entry: KnowledgeEntry | None = None) -> HttpResponse:
    context = {"form": form, "entry": entry, "back_url": reverse("desk:knowledge")}
    return page(request, "workbench/knowledge/form.html", context, status=422 if form.errors else 200)


def _line(request: DeskRequest, entry: KnowledgeEntry, on: date) -> Line:
    actor = request.actor
    tone, light = _light(entry, on)
    is_open = entry.state == KnowledgeState.DRAFT
    return Line(
        entry, tone, light, knowledge_access.may_change(actor, entry),
        is_open and knowledge_access.may_approve(actor, entry),
        entry.state != KnowledgeState.RETIRED and knowledge_access.may_retire(actor, entry),
    )  # fmt: skip


def _light(entry: KnowledgeEntry, on: date) -> tuple[str, str]:
    """The tone and the words of an entry's last day; none for one that waits and whose day is far off."""
    if entry.state == KnowledgeState.RETIRED:
        return "grey", "已停用"
    left = (entry.valid_until - on).days
    if left < 0:
        return "red", "已到期"
    if left == 0:
        return "amber", "今天到期"
    if left <= SOON_DAYS:
        return "amber", f"还有{left}天到期"
    return ("green", "有效") if entry.state == KnowledgeState.APPROVED else ("", "")
