"""Doing one thing to many cases of the full list: each by itself, with a report of what succeeded and what did not."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.actions import assigning
from huixiang.cases.choices import STAFF_STATE_LABELS
from huixiang.cases.ledger import Stale
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.moderation.actions import reviewing
from huixiang.rules.lifecycle import IllegalTransition, State, Step, may

from ..doors import DeskRequest, act_of, page, staff_required
from ..forms_b import BulkAssignForm
from .searching import clean_query, list_page

# One page of ticks; more in one go is a sign of a slip.
BULK_MOST = 50


@dataclass(frozen=True)
class Outcome:
    """What became of one case of a bulk action; `why_not` is empty where it succeeded."""

    number: str
    title: str
    why_not: str = ""


@staff_required
@require_POST
def bulk(request: DeskRequest) -> HttpResponse:
    """Does one thing to many cases, each in a transaction of its own, and reports each."""
    do = request.POST.get("do", "")
    if do not in _BULK:
        raise PermissionDenied
    role, run = _BULK[do]
    if not request.actor.has(role):
        raise PermissionDenied
    numbers = list(dict.fromkeys(request.POST.getlist("case")))
    if not numbers or len(numbers) > BULK_MOST:
        words = f"一次最多{BULK_MOST}件，请少选一些。" if numbers else "请先勾选留言。"
        return list_page(request, bulk_form=BulkAssignForm(request.POST), words=words)
    return run(request, numbers)


def _bulk_assign(request: DeskRequest, numbers: list[str]) -> HttpResponse:
    form = BulkAssignForm(request.POST)
    if not form.is_valid():
        return list_page(request, bulk_form=form)
    unit, task = form.cleaned_data["unit"], form.cleaned_data["task"]

    def assign(case: Case) -> None:
        assigning.assign(case, unit, act_of(request, case, Step.ASSIGN), task=task)

    outcomes = [_one(request, number, Step.ASSIGN, assign) for number in numbers]
    return _report(request, f"交给{unit.name}", outcomes)


def _bulk_take(request: DeskRequest, numbers: list[str]) -> HttpResponse:
    def take(case: Case) -> None:
        reviewing.take(case, act_of(request, case, Step.TAKE_REVIEW))

    return _report(request, "领取审核", [_one(request, number, Step.TAKE_REVIEW, take) for number in numbers])


_BULK: dict[str, tuple[Role, Callable[[DeskRequest, list[str]], HttpResponse]]] = {
    "assign": (Role.COORDINATOR, _bulk_assign),
    "take": (Role.MODERATOR, _bulk_take),
}


def _one(request: DeskRequest, number: str, step: Step, call: Callable[[Case], None]) -> Outcome:
    """One case of a bulk action: what it needs is checked for this case alone, and its failure stops no other."""
    try:
        case = access.case_for(request.actor, number)
    except access.NotVisible:
        return Outcome(number, "", "没有这件留言，或您看不到它")
    if not may(case.state, step):
        return Outcome(number, case.title, f"现在是“{STAFF_STATE_LABELS[State(case.state)]}”，不能这样操作")
    if step not in access.steps_for(request.actor, case):
        return Outcome(number, case.title, "这件留言不归您操作")
    try:
        call(case)
    except Refused as error:
        return Outcome(number, case.title, error.message)
    except (Stale, IllegalTransition):
        return Outcome(number, case.title, "刚刚有同事动过这件留言，请看过再操作")
    return Outcome(number, case.title)


def _report(request: DeskRequest, title: str, outcomes: list[Outcome]) -> HttpResponse:
    failed = [o for o in outcomes if o.why_not]
    context = {
        "what": title,
        "outcomes": failed + [o for o in outcomes if not o.why_not],
        "done": len(outcomes) - len(failed),
        "failed": len(failed),
        "back": f"{reverse('desk:search')}?{clean_query(request.POST.get('query', ''))}",
    }
    return page(request, "workbench/search/report.html", context)
