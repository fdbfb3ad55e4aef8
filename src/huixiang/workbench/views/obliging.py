"""What a unit owes, on one page: tasks, orders, promises, leaders' tasks, and what supervision is about to do."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case as Choose
from django.db.models import Exists, F, OuterRef, QuerySet, When
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from huixiang.cases import access as cases
from huixiang.cases import gate_access
from huixiang.cases.choices import AssignmentRole, AssignmentState, ReplyKind
from huixiang.cases.models import Assignment, Case, Reply
from huixiang.rules.calendar import at_clock
from huixiang.rules.ladder import LEVEL, Means
from huixiang.rules.lifecycle import State
from huixiang.rules.spans import DAY_ENDS
from huixiang.supervision import access
from huixiang.supervision.models import StepState, SupervisionStep
from huixiang.units.access import Actor
from huixiang.units.models import Unit

from ..doors import DeskRequest, page, staff_required
from ..timing import means_words

MOST = 50
WORK = (State.ASSIGNED, State.REOPENED, State.HANDLING, State.PAUSED, State.OBJECTED)
SAID_NEXT = (ReplyKind.INITIAL, ReplyKind.PROGRESS)


@staff_required
@require_safe
def obligations(request: DeskRequest) -> HttpResponse:
    """Everything the person's units owe, soonest first; at most MOST lines of each kind."""
    actor = request.actor
    if not actor.has(*access.ANSWERING):
        raise PermissionDenied
    orders = access.orders_to_own_units(actor).filter(answered_at=None)
    steps = access.steps_of_own_units(actor).filter(state=StepState.ASKED)
    owed = access.tasks(actor).filter(unit_id__in=actor.tree_unit_ids, done_at=None)
    told = list(owed.select_related("instruction__case", "unit").order_by("due_at", "pk")[:MOST])
    asked = list(steps.select_related("case", "unit").order_by("-asked_at", "-pk")[: MOST * len(LEVEL)])
    context = {
        "orders": list(orders.select_related("case", "unit").order_by("due_at", "pk")[:MOST]),
        "tasks": [_task(t) for t in _tasks(actor)[:MOST]],
        "promises": _promises(actor, request.at),
        "unapproved": list(_unapproved(actor)[:MOST]),
        "steps": _by_case(asked)[:MOST],
        "told": told,
        # A task alone opens no case.
        "seen": set(cases.visible(actor).filter(instructions__tasks__in=told).values_list("pk", flat=True)),
        "most": MOST,
    }
    return page(request, "workbench/supervise/obligations.html", context)


def _by_case(asked: Sequence[SupervisionStep]) -> list[dict[str, Any]]:
    """One line per case: the acts that supervision is about to take, the gravest first, and why it takes that one."""
    found: dict[int, list[SupervisionStep]] = {}
    for step in asked:
        found.setdefault(step.case_id, []).append(step)
    lines = []
    for steps in found.values():
        steps.sort(key=lambda step: -LEVEL[Means(step.means)])
        worst = steps[0]
        acts = [means_words(step.means) for step in steps]
        lines.append({"case": worst.case, "unit": worst.unit, "acts": acts, "why": worst.reason, "at": worst.asked_at})
    return lines


def _tasks(actor: Actor) -> QuerySet[Assignment]:
    """Open tasks of the own units; what counts is when it must be signed for, then when it must be done."""
    lead = When(role=AssignmentRole.LEAD, then=F("case__due_at"))
    offered = When(state=AssignmentState.OFFERED, then=F("sign_due_at"))
    found = Assignment.objects.filter(
        unit_id__in=actor.tree_unit_ids,
        state__in=[AssignmentState.OFFERED, AssignmentState.ACCEPTED],
        case__state__in=WORK,
        case__in=cases.visible(actor),
    )
    due = Choose(lead, offered, default=F("due_at"))
    return found.annotate(owed_at=due).select_related("case", "unit").order_by(F("owed_at").asc(nulls_last=True), "pk")


def _unapproved(actor: Actor) -> QuerySet[Reply]:
    """Replies that went out first; whoever wrote one sees it too, and asks somebody else."""
    found = Reply.objects.unapproved().filter(unit_id__in=actor.tree_unit_ids, case__in=cases.visible(actor))
    return found.select_related("case", "unit", "author").order_by(F("approve_by_at").asc(nulls_last=True), "pk")


def _task(task: Assignment) -> dict[str, Any]:
    return {"task": task, "case": task.case, "unit": task.unit, "due_at": getattr(task, "owed_at", None)}


def _promises(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """What was promised to a citizen and is not yet kept: a result, or the day of the next word."""
    later = Reply.objects.published().filter(case=OuterRef("case"), published_at__gt=OuterRef("published_at"))
    own = Reply.objects.published().filter(unit_id__in=actor.tree_unit_ids, case__in=cases.visible(actor))
    own = own.select_related("case", "unit")
    open_ones = gate_access.commitments_of_units(actor).open().order_by("due_on", "pk")[:MOST]
    words = own.filter(~Exists(later), kind__in=SAID_NEXT, next_report_on__isnull=False, case__state=State.HANDLING)
    lines = [_promise(c.case, c.unit, c.what, c.due_on) for c in open_ones]
    soonest = words.order_by("next_report_on")[:MOST]
    lines += [_promise(r.case, r.unit, "再次答复留言人", r.next_report_on) for r in soonest]
    return sorted((line for line in lines if line), key=lambda line: line["due_at"])[:MOST]


def _promise(case: Case, unit: Unit, words: str, day: date | None) -> dict[str, Any]:
    return {"case": case, "unit": unit, "words": words, "due_at": at_clock(day, DAY_ENDS)} if day else {}
