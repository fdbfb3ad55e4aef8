"""The case page: everything about one case on one screen, and every act that this person may take."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases import access
from huixiang.cases.choices import AssignmentState, SupplementState
from huixiang.cases.deadlines import deadlines_for
from huixiang.cases.models import Attachment, Case, CaseEvent
from huixiang.nlp.cleaning import neutralise
from huixiang.notices.actions.reading import read_about
from huixiang.rules.lifecycle import Step
from huixiang.ui.forms import PlainWords
from huixiang.ui.serving import file_response

from ..around import around
from ..doors import DeskRequest, Trouble, act_of, attempt, check, me, page, staff_required
from ..gating import promises_of
from ..replies import DraftForm, ReplyForm, boxes_for
from ..timing import timed
from ..verbs import StepForm, Verb
from ..wording import Entry, history, light_of
from .assigning import VERBS as ASSIGNING
from .assigning import open_objection
from .handling import VERBS as HANDLING
from .watching import VERBS as WATCHING

VERBS: tuple[Verb, ...] = (*ASSIGNING, *WATCHING, *HANDLING)
BY_NAME = {verb.name: verb for verb in VERBS}


class PurposeForm(PlainWords, forms.Form):
    """Why someone looks at the unmasked text."""

    purpose = forms.CharField(
        label="查看原文的用途", min_length=4, max_length=200, help_text="会连同您的姓名和时间一起记录，供审计。"
    )

    def clean_purpose(self) -> str:
        return neutralise(str(self.cleaned_data["purpose"]))


@dataclass(frozen=True)
class Panel:
    """One act with its form, open if it is likely to be the next one or something is wrong with what was typed."""

    verb: Verb
    form: StepForm
    is_open: bool

    @property
    def url_name(self) -> str:
        """The name of the address that the form is sent to."""
        return f"desk:case_{self.verb.name}"


@dataclass(frozen=True)
class Typed:
    """What came with a request that did not go through: shown again, with what stood in its way."""

    verb: str = ""
    form: Any = None
    trouble: Trouble | None = None
    original: access.Original | None = None


NOTHING = Typed()


@staff_required
@require_safe
def show(request: DeskRequest, number: str) -> HttpResponse:
    """The page of a case; what told the person to come here counts as read."""
    case = access.case_for(request.actor, number)
    read_about(me(request), request.path, at=request.at)
    return case_page(request, case)


@staff_required
@require_POST
def take_step(request: DeskRequest, number: str, name: str) -> HttpResponse:
    """Takes one step of the table; what cannot be done is told on the page, with everything typed still there."""
    verb = BY_NAME[name]
    try:
        case = access.case_for(request.actor, number)
        typed = _try(request, case, verb)
        if typed is None:
            messages.success(request, verb.done)
            return redirect("desk:case", number)
        return case_page(request, access.case_for(request.actor, number), typed)
    except access.NotVisible:
        if verb.step != Step.CLAIM:
            raise
        messages.warning(request, _who_was_faster(number))
        return redirect("desk:pool")


@staff_required
@require_POST
def original(request: DeskRequest, number: str) -> HttpResponse:
    """Shows the unmasked text and contact once, after the look and its purpose are logged."""
    case = access.case_for(request.actor, number)
    form = PurposeForm(request.POST, auto_id="original_%s")
    if not form.is_valid():
        return case_page(request, case, Typed("original", form, Trouble("请先写明查看原文的用途。", "purpose")))
    text = access.read_original(request.actor, case, purpose=form.cleaned_data["purpose"], at=request.at)
    return case_page(request, case, Typed(original=text))


@staff_required
@require_safe
def file(request: DeskRequest, key: str) -> HttpResponse:
    """An attachment for a member of staff; looks at unreleased files are logged."""
    return file_response(access.file_for(request.actor, key, at=request.at))


def case_page(request: DeskRequest, case: Case, typed: Typed = NOTHING) -> HttpResponse:
    """The page, with what was typed and what stood in its way if there is any."""
    steps = access.steps_for(request.actor, case)
    is_inside = access.sees_inside(request.actor, case)
    events = list(case.events.select_related("actor", "unit").order_by("seq"))
    bound = typed.form if isinstance(typed.form, ReplyForm) else None
    boxes = boxes_for(request.actor, case, steps=steps, events=events, at=request.at, bound=bound)
    panels, visible = _panels(request, case, steps, typed), {b.reply.pk for b in boxes}
    context = {
        "case": case,
        "light": light_of(case.due_at, request.at),
        "history": history(events, replies=visible) if is_inside else _outside(events),
        "boxes": boxes,
        "draft_form": _draft_form(request, case, steps, typed),
        "main_panels": [p for p in panels if p.verb.is_main],
        "more_panels": [p for p in panels if not p.verb.is_main],
        "trouble": typed.trouble,
        "changes": history(typed.trouble.changes, replies=visible) if typed.trouble else [],
        "typed_note": typed.form.get("note", "") if isinstance(typed.form, QueryDict) else "",
        "typed": typed.form if isinstance(typed.form, QueryDict) else {},
        "promises": promises_of(request.actor, case, request.at) if is_inside else [],
        "original": typed.original,
        "purpose_form": _purpose_form(request, case, typed),
        "objection": open_objection(case) if is_inside else None,
        **(_around(case) if is_inside else _around_outside(case)),
        "supervision": around(request.actor, case) if is_inside else None,
        **(timed(request.actor, case, request.at).context() if is_inside else {}),
    }
    return page(request, "workbench/case/case.html", context, status=typed.trouble.status if typed.trouble else 200)


def _try(request: DeskRequest, case: Case, verb: Verb) -> Typed | None:
    """None if it was done; else the form as typed, with what stood in its way."""
    form = verb.form(request.POST, actor=request.actor, case=case, prefix_id=verb.name)
    trouble = attempt(request, case, lambda: check(request, case, verb.step))
    if trouble is None:
        if not verb.offers(request.actor, case):
            raise PermissionDenied
        if not form.is_valid():
            return Typed(verb.name, form, Trouble("还有内容没填好，请看标红的地方。"))
        act = act_of(request, case, verb.step)
        trouble = attempt(request, case, lambda: verb.call(case, form.cleaned_data, act))
    if trouble is None:
        return None
    trouble.tell(form)
    return Typed(verb.name, form, trouble)


def _panels(request: DeskRequest, case: Case, steps: set[Step], typed: Typed) -> list[Panel]:
    panels = []
    for verb in VERBS:
        if verb.step not in steps or not verb.offers(request.actor, case):
            continue
        is_typed = typed.verb == verb.name and isinstance(typed.form, StepForm)
        form = typed.form if is_typed else verb.form(actor=request.actor, case=case, prefix_id=verb.name)
        panels.append(Panel(verb, form, is_typed or verb.is_main))
    return panels


def _draft_form(request: DeskRequest, case: Case, steps: set[Step], typed: Typed) -> DraftForm | None:
    """The form that starts a reply, where the person may write one and their unit has none open."""
    if isinstance(typed.form, DraftForm):
        return typed.form
    unit = access.unit_on(request.actor, case) if Step.DRAFT_REPLY in steps else None
    if unit is None or case.replies.open().filter(unit=unit).exists():
        return None
    return DraftForm(at=request.at, actor=request.actor, case=case, prefix_id="draft")


def _purpose_form(request: DeskRequest, case: Case, typed: Typed) -> PurposeForm | None:
    if isinstance(typed.form, PurposeForm):
        return typed.form
    return PurposeForm(auto_id="original_%s") if access.may_read_original(request.actor, case) else None


def _around(case: Case) -> dict[str, Any]:
    """What belongs to the case besides its text: tasks, later words, files, merged cases, limits."""
    tasks = case.assignments.select_related("unit", "handler").order_by("ended_at", "role", "assigned_at")
    attached = list(Attachment.objects.filter(case=case, reply=None))
    return {
        "tasks": [t for t in tasks if t.state in AssignmentState.live() or t.state == AssignmentState.DONE],
        "past_tasks": [t for t in tasks if t.state == AssignmentState.ENDED],
        "supplements": list(case.supplements.all()),
        "message_files": [f for f in attached if f.supplement_id is None],
        "supplement_files": [f for f in attached if f.supplement_id is not None],
        "merged_cases": list(case.merged_cases.only("number", "title")[:20]),
        "is_provisional": case.answer_due_at is not None and deadlines_for(case).is_provisional(case.answer_due_at),
        "case_url": reverse("desk:case", args=[case.number]),
    }


def _outside(events: list[CaseEvent]) -> list[Entry]:
    """What everybody may know of the history: that it went on, not what was written inside."""
    return [replace(line, text="", actor="") for line in history((e for e in events if e.is_public), replies=())]


def _around_outside(case: Case) -> dict[str, Any]:
    """The same for who may know no more than the public: reviewed later words and released files."""
    return {
        "supplements": list(case.supplements.filter(state=SupplementState.SHOWN)),
        "message_files": list(Attachment.objects.filter(case=case, reply=None, is_public=True)),
        "case_url": reverse("desk:case", args=[case.number]),
    }


def _who_was_faster(number: str) -> str:
    # Only what everybody may read is told: a case that is not public keeps its unit to itself.
    try:
        unit = access.public_case(number).lead_unit
    except access.NotVisible:
        unit = None
    if unit is None:
        return "这件留言已不在认领池里，可能刚被其他单位认领。"
    return f"这件留言刚刚已由{unit.name}认领，谢谢您也愿意办。"
