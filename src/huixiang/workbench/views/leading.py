"""Leading: the morning page, instructions (批示) with their tasks, and what units report back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases import access as cases
from huixiang.cases.ledger import Act
from huixiang.cases.models import Case
from huixiang.supervision import access
from huixiang.supervision.actions import instructing
from huixiang.supervision.models import InstructionTask
from huixiang.units.models import Region

from ..doors import DeskRequest, Trouble, attempt, me, page, staff_required
from ..forms_d import FeedbackForm, InstructForm, PurposeForm, task_forms
from ..morning import morning_of, sunday_of
from .risks import acting, only

PER_PAGE = 30
READERS = (Role.LEADER, Role.CONVENOR, Role.SUPERVISOR)
INSTRUCTION_ROLES = (Role.LEADER, *access.OVERSIGHT)
_UNFILLED = "还有内容没填好，请看标红的地方。"


@staff_required
@require_safe
def morning(request: DeskRequest) -> HttpResponse:
    """The morning page of a leader."""
    only(request, *READERS)
    regions = Region.objects.filter(code__in=request.actor.regions(*access.LOOKING_ON))
    context = {
        "regions": "、".join(region.readable for region in regions),
        "morning": morning_of(request.actor, request.at),
        "sunday": sunday_of(request.at),
        "leads": request.actor.has(Role.LEADER),
    }
    return page(request, "workbench/lead/morning.html", context)


# -- instructions ------------------------------------------------------------------------------------------------------


@staff_required
@require_safe
def instructions(request: DeskRequest) -> HttpResponse:
    """The instructions that the person gave or supervises, those with open tasks first; never their words."""
    only(request, *INSTRUCTION_ROLES)
    found = access.instructions(request.actor).defer("sealed_text").select_related("case", "leader")
    counted = found.annotate(
        every=Count("tasks", distinct=True),
        left=Count("tasks", Q(tasks__done_at=None), distinct=True),
        late=Count("tasks", Q(tasks__done_at=None, tasks__due_at__lt=request.at), distinct=True),
    )
    shows_done = request.GET.get("show") == "done"
    rows = counted.filter(left=0) if shows_done else counted.filter(left__gt=0)
    shown = Paginator(rows.order_by("-late", "-at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": shown, "shows_done": shows_done, "is_leader": request.actor.has(Role.LEADER)}
    return page(request, "workbench/lead/instructions.html", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def instruction(request: DeskRequest, pk: int) -> HttpResponse:
    """One instruction with its tasks; its words are shown to its leader, and to oversight once the look is logged."""
    found = access.instruction_for(request.actor, pk)
    is_own = found.leader_id == me(request).pk
    form, text = PurposeForm(auto_id="look_%s"), ""
    if is_own:
        text = access.read_instruction(request.actor, found, purpose="", at=request.at)
    elif request.method == "POST":
        form = PurposeForm(request.POST, auto_id="look_%s")
        if form.is_valid():
            purpose = form.cleaned_data["purpose"]
            text = access.read_instruction(request.actor, found, purpose=purpose, at=request.at)
    tasks = found.tasks.select_related("unit", "done_by").order_by("due_at", "pk")
    context = {
        "instruction": found,
        "case": found.case,
        "tasks": list(tasks),
        "text": text,
        "is_own": is_own,
        "form": form,
        "sees_case": cases.visible(request.actor).filter(pk=found.case_id).exists(),
    }
    return page(request, "workbench/lead/instruction.html", context, status=422 if form.errors else 200)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def instruct(request: DeskRequest, number: str) -> HttpResponse:
    """A leader's instruction on a case of their region."""
    case = cases.case_for(request.actor, number)
    if not request.actor.covers(case.region_id, Role.LEADER):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    form, rows = InstructForm(data, auto_id="instruct_%s"), task_forms(data, case)
    trouble = None
    if request.method == "POST":
        trouble = _instruct(request, case, form, rows)
        if trouble is None:
            messages.success(request, "批示已记下，任务已交给单位。")
            return redirect("desk:case", number)
        trouble.tell(form)
        case = cases.case_for(request.actor, number)
    context = {"case": case, "form": form, "tasks": rows, "trouble": trouble, "lead": case.lead_unit}
    return page(request, "workbench/lead/instruct.html", context, status=trouble.status if trouble else 200)


def _instruct(request: DeskRequest, case: Case, form: InstructForm, rows: list[Any]) -> Trouble | None:
    # Every part is checked, so that all that is wrong is told at once.
    if not all([form.is_valid(), *(row.is_valid() for row in rows)]):
        return Trouble(_UNFILLED)
    tasks = [row.task for row in rows if row.has_changed()]
    act, text = acting(request, case.region_id, Role.LEADER), form.cleaned_data["text"]
    return attempt(request, case, lambda: instructing.instruct(case, act, text=text, tasks=tasks))


# -- tasks of a unit ---------------------------------------------------------------------------------------------------


@staff_required
@require_safe
def tasks(request: DeskRequest) -> HttpResponse:
    """A unit's own tasks from instructions, the soonest first; never the words of an instruction."""
    only(request, *access.ANSWERING)
    return _tasks_page(request)


@staff_required
@require_POST
def report_back(request: DeskRequest, pk: int) -> HttpResponse:
    """What the unit did about its task."""
    task = access.task_to_answer(request.actor, pk)
    form = FeedbackForm(request.POST, pk=pk)
    trouble: Trouble | None = Trouble(_UNFILLED)
    if form.is_valid():
        role = next((r.label for r in access.ANSWERING if request.actor.acts_for(task.unit, r)), "承办人")
        act = Act(me(request), request.at, role, task.unit)
        feedback = form.cleaned_data["feedback"]
        trouble = attempt(request, task.instruction.case, lambda: instructing.report_back(task, act, feedback=feedback))
    if trouble is None:
        messages.success(request, "已反馈落实情况。")
        return redirect("desk:tasks")
    trouble.tell(form)
    return _tasks_page(request, typed=(pk, form), trouble=trouble)


def _tasks_page(
    request: DeskRequest, *, typed: tuple[int, FeedbackForm] | None = None, trouble: Trouble | None = None
) -> HttpResponse:
    shows_done = request.GET.get("show") == "done"
    found = access.own_tasks(request.actor).filter(done_at__isnull=not shows_done)
    order = F("done_at").desc() if shows_done else F("due_at").asc()
    rows = found.select_related("unit", "done_by", "instruction__case", "instruction__leader")
    rows = rows.defer("instruction__sealed_text").order_by(order, "pk")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    seen = _seen(request, shown.object_list)
    context = {
        "page": shown,
        "rows": [(task, _form_of(task, typed), task.instruction.case_id in seen) for task in shown],
        "shows_done": shows_done,
        "trouble": trouble,
    }
    return page(request, "workbench/lead/tasks.html", context, status=trouble.status if trouble else 200)


def _form_of(task: InstructionTask, typed: tuple[int, FeedbackForm] | None) -> FeedbackForm:
    return typed[1] if typed and typed[0] == task.pk else FeedbackForm(pk=task.pk)


def _seen(request: DeskRequest, found: Any) -> set[int]:
    """The cases of these tasks that the person may open: a task alone opens none."""
    ids = [task.instruction.case_id for task in found]
    return set(cases.visible(request.actor).filter(pk__in=ids).values_list("pk", flat=True))
