"""The queue of the review desk: what waits, who takes it, and the citizens' later words."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.actions import supplementing
from huixiang.cases.choices import SupplementState, Urgency
from huixiang.cases.models import Case, Supplement
from huixiang.cases.querysets import CaseQuerySet
from huixiang.cases.refusals import Refused
from huixiang.moderation.actions import reviewing
from huixiang.nlp.danger import Danger, noticed
from huixiang.rules.lifecycle import State, Step
from huixiang.triage.choices import Question
from huixiang.triage.models import Suggestion

from ..advice import NONE, Advice, advice_on, advice_on_many
from ..doors import DeskRequest, Trouble, act_of, attempt, check, me, page, staff_required
from ..forms_b import SupplementForm
from ..wording import clock

PER_PAGE = 50
AT_ONCE = 10
SUPPLEMENTS_SHOWN = 20
# What the queue can be narrowed to.
ONLY = {"pressing": "可能着急的", "unsure": "系统拿不准的"}


@dataclass(frozen=True)
class Row:
    """A line of the queue: the message, its clock, the danger its words tell of and what triage suggests."""

    case: Case
    clock: str
    danger: Danger | None
    advice: Advice = NONE


@staff_required
@require_safe
def queue(request: DeskRequest) -> HttpResponse:
    """The messages that wait for review in the own regions, oldest due first, with mine on top."""
    return _queue_page(request)


@staff_required
@require_POST
def take_many(request: DeskRequest) -> HttpResponse:
    """Takes the chosen messages, at most ten, each by itself: what colleagues were faster at is named."""
    _moderators_only(request)
    numbers = list(dict.fromkeys(request.POST.getlist("case")))
    if request.POST.get("do") == "oldest":
        numbers = list(_waiting(request)[:AT_ONCE].values_list("number", flat=True))
    if not numbers:
        messages.warning(request, "请先勾选要领取的留言。")
    elif len(numbers) > AT_ONCE:
        messages.warning(request, f"一次最多领取{AT_ONCE}件，您选了{len(numbers)}件。领太多，别人就没法帮忙了。")
    else:
        _tell_taken(request, {number: _take(request, number) for number in numbers})
    return redirect("desk:review")


@staff_required
@require_POST
def take(request: DeskRequest, number: str) -> HttpResponse:
    """Takes one message and opens it; who comes second is told so and stays in the queue."""
    _moderators_only(request)
    words = _take(request, number)
    if words:
        messages.error(request, f"{number}没有领到：{words}")
        return redirect("desk:review")
    return redirect("desk:review_case", number)


def _queue_page(
    request: DeskRequest, *, bound: dict[int, SupplementForm] | None = None, trouble: Trouble | None = None
) -> HttpResponse:
    _moderators_only(request)
    start = start_of(request)
    only = request.GET.get("only", "")
    rows = list(_waiting(request, only)[start : start + PER_PAGE + 1])
    mine = list(in_my_regions(request).filter(state=State.MODERATING, reviewer=me(request)).soonest().for_lists())
    advice = advice_on_many([*rows, *mine[:PER_PAGE]])
    added = list(_pending(request)[: SUPPLEMENTS_SHOWN + 1])
    context = {
        "counts": _counts(request),
        "mine": [row_of(request, c, advice[c.pk]) for c in mine[:PER_PAGE]],
        "rows": [row_of(request, c, advice[c.pk]) for c in rows[:PER_PAGE]],
        "only": only if only in ONLY else "",
        "filters": list(ONLY.items()),
        "supplements": [
            (s, (bound or {}).get(s.pk) or SupplementForm(initial={"body": s.body}, auto_id=f"id_{s.pk}_%s"))
            for s in added[:SUPPLEMENTS_SHOWN]
        ],
        "has_more_supplements": len(added) > SUPPLEMENTS_SHOWN,
        "next_url": _page_url(start + PER_PAGE, only) if len(rows) > PER_PAGE else "",
        "prev_url": _page_url(max(0, start - PER_PAGE), only) if start else "",
        "at_once": AT_ONCE,
        "trouble": trouble,
    }
    return page(request, "workbench/review/queue.html", context, status=trouble.status if trouble else 200)


def _counts(request: DeskRequest) -> dict[str, int]:
    new, taken = Q(state=State.SUBMITTED), Q(state=State.MODERATING)
    found = in_my_regions(request).filter(new | taken).aggregate(
        waiting=Count("pk", new),
        overdue=Count("pk", new & Q(due_at__lt=request.at)),
        mine=Count("pk", taken & Q(reviewer=me(request))),
        others=Count("pk", taken & ~Q(reviewer=me(request))),
    )  # fmt: skip
    return {**found, "supplements": _pending(request).count()}


def in_my_regions(request: DeskRequest) -> CaseQuerySet:
    """The cases this person may review."""
    return access.visible(request.actor).in_regions(request.actor.regions(Role.MODERATOR))


def _waiting(request: DeskRequest, only: str = "") -> CaseQuerySet:
    """What waits: what may be a danger to life first, then what presses, then the rest; within each the soonest."""
    waiting = in_my_regions(request).filter(state=State.SUBMITTED)
    if only == "unsure":
        waiting = waiting.filter(Exists(Suggestion.objects.unsure().filter(case=OuterRef("pk"))))
    elif only == "pressing":
        waiting = waiting.filter(_said(Urgency.CRITICAL, Urgency.URGENT))
    critical, urgent = _said(Urgency.CRITICAL), _said(Urgency.URGENT)
    rank = models.Case(models.When(critical, then=0), models.When(urgent, then=1), default=2)
    return waiting.order_by(rank, F("due_at").asc(nulls_last=True), "pk").for_lists()


def _said(*levels: Urgency) -> Exists:
    said = Suggestion.objects.filter(case=OuterRef("pk"), question=Question.URGENCY, value__in=levels)
    return Exists(said)


def _page_url(start: int, only: str) -> str:
    return f"?from={start}" + (f"&only={only}" if only in ONLY else "")


def _pending(request: DeskRequest) -> QuerySet[Supplement]:
    found = Supplement.objects.filter(state=SupplementState.PENDING, case__in=in_my_regions(request))
    bare = found.select_related("case__region").defer(
        "sealed_body", "case__sealed_title", "case__sealed_body", "case__sealed_contact"
    )
    return bare.order_by("at")


def row_of(request: DeskRequest, case: Case, advice: Advice | None = None) -> Row:
    """What a line of the queue says about a message, from its masked text."""
    known = advice if advice is not None else advice_on(case)
    return Row(case, clock(case.due_at, request.at), noticed(case.title, case.body), known)


def _take(request: DeskRequest, number: str) -> str:
    """Why the message was not taken; empty if it was."""
    case = access.case_for(request.actor, number)
    if not request.actor.covers(case.region_id, Role.MODERATOR):
        raise PermissionDenied
    try:
        reviewing.take(case, act_of(request, case, Step.TAKE_REVIEW))
    except Refused as error:
        return error.message
    return ""


def _tell_taken(request: DeskRequest, outcome: dict[str, str]) -> None:
    taken = [number for number, words in outcome.items() if not words]
    if taken:
        messages.success(request, f"领取了{len(taken)}件，已排在最上面。")
    for number, words in outcome.items():
        if words:
            messages.warning(request, f"{number}没有领到：{words}")


# -- supplements -----------------------------------------------------------------------------------------------------


@staff_required
@require_POST
def supplement(request: DeskRequest, pk: int) -> HttpResponse:
    """Shows a citizen's later words in their masked form, or keeps them from the public."""
    _moderators_only(request)
    added = _pending(request).filter(pk=pk).first()
    if added is None:
        messages.warning(request, "这条补充已经有人审核过了。")
        return redirect("desk:review")
    shows = request.POST.get("do") == "show"
    form = SupplementForm(request.POST, auto_id=f"id_{pk}_%s")
    if shows and not form.is_valid():
        return _queue_page(request, bound={pk: form}, trouble=Trouble(""))
    trouble = attempt(request, added.case, lambda: _decide_supplement(request, added, form, shows=shows))
    if trouble:
        return _queue_page(request, bound={pk: form}, trouble=trouble)
    messages.success(request, "补充内容已公开。" if shows else "补充内容不公开，承办单位仍能看到。")
    return redirect("desk:review")


def _decide_supplement(request: DeskRequest, added: Supplement, form: SupplementForm, *, shows: bool) -> None:
    step = Step.APPROVE_SUPPLEMENT if shows else Step.HIDE_SUPPLEMENT
    case = access.case_for(request.actor, added.case.number)
    check(request, case, step)
    act = act_of(request, case, step)
    if shows:
        supplementing.show(added, act, body=form.cleaned_data["body"])
    else:
        supplementing.hide(added, act)


def _moderators_only(request: DeskRequest) -> None:
    if not request.actor.has(Role.MODERATOR):
        raise PermissionDenied


def start_of(request: DeskRequest) -> int:
    """At which row the list begins (`?from=`); anything odd is the beginning."""
    words = request.GET.get("from", "")
    return min(int(words), 100_000) if words.isascii() and words.isdecimal() and len(words) < 7 else 0
