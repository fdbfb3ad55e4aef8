"""The promises that the person's units made to the public: what is due, what is broken, what was kept."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases import access, gate_access
from huixiang.cases.actions import promising
from huixiang.cases.gate_querysets import CommitmentQuerySet, today
from huixiang.cases.models import Case, Commitment
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.calendar import at_clock
from huixiang.rules.lifecycle import Step
from huixiang.rules.spans import DAY_ENDS
from huixiang.supervision.access import ANSWERING

from ..doors import DeskRequest, act_of, attempt, check, page, staff_required
from .case import Typed, case_page
from .queueing import start_of

PER_PAGE = 30
VIEWS = {"open": "待兑现", "overdue": "已过期", "kept": "已兑现"}


@staff_required
@require_safe
def commitments(request: DeskRequest) -> HttpResponse:
    """The promises of the own units under one of three headings, each with its day and its case."""
    if not request.actor.has(*ANSWERING):
        raise PermissionDenied
    every = gate_access.commitments_of_units(request.actor)
    sorts: dict[str, CommitmentQuerySet] = {
        "open": every.open().filter(due_on__gte=today(request.at)),
        "overdue": every.overdue(request.at),
        "kept": every.kept(),
    }
    chosen = request.GET.get("view", "")
    chosen = chosen if chosen in VIEWS else "overdue" if sorts["overdue"].exists() else "open"
    start = start_of(request)
    rows = list(sorts[chosen][start : start + PER_PAGE + 1])
    context = {
        "views": [(name, words, sorts[name].count(), name == chosen) for name, words in VIEWS.items()],
        "chosen": chosen,
        "rows": [(c, at_clock(c.due_on, DAY_ENDS), _was_late(c)) for c in rows[:PER_PAGE]],
        "next_url": f"?view={chosen}&from={start + PER_PAGE}" if len(rows) > PER_PAGE else "",
        "prev_url": f"?view={chosen}&from={max(0, start - PER_PAGE)}" if start else "",
    }
    return page(request, "workbench/gate/commitments.html", context)


@staff_required
@require_POST
def keep(request: DeskRequest, pk: int) -> HttpResponse:
    """Records with evidence that one promise was kept."""
    found = gate_access.commitments_of_units(request.actor).filter(pk=pk).first()
    if found is None:
        raise access.NotVisible
    if not gate_access.may_keep(request.actor, found):
        raise PermissionDenied
    case = access.case_for(request.actor, found.case.number)
    evidence = neutralise(request.POST.get("evidence", ""))
    trouble = attempt(request, case, lambda: _keep(request, case, found, evidence))
    if trouble is not None:
        return case_page(request, access.case_for(request.actor, case.number), Typed("promise", request.POST, trouble))
    messages.success(request, "已记录兑现情况，会公开在留言页上。")
    return redirect(reverse("desk:case", args=[case.number]) + "#promises")


def _keep(request: DeskRequest, case: Case, commitment: Commitment, evidence: str) -> None:
    check(request, case, Step.KEEP_ONE)
    promising.keep_one(commitment, act_of(request, case, Step.KEEP_ONE), evidence=evidence)


def _was_late(commitment: Commitment) -> bool:
    return commitment.kept_at is not None and today(commitment.kept_at) > commitment.due_on
