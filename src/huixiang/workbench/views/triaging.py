"""The triage desk: what the machine left to a person, how well it does, and matters that many messages share."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.models import Case
from huixiang.cases.querysets import CaseQuerySet
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import State, Step, may
from huixiang.triage import figures, keeping
from huixiang.triage.actions import deciding
from huixiang.triage.actions.deciding import Choice
from huixiang.triage.choices import Question
from huixiang.triage.hot import hot_matters
from huixiang.triage.models import Decision, Suggestion
from huixiang.units.models import Region, Topic, Unit

from ..advice import Advice, advice_on_many, topic_words
from ..context import HOT_MATTERS, TRIAGE_FIGURES
from ..doors import DeskRequest, act_of, page, staff_required
from ..forms_b import topic_groups
from .queueing import start_of

SORTING = (Role.MODERATOR, Role.COORDINATOR)
PER_PAGE = 20
ASKED = {Question.TOPIC: "主题", Question.REGION: "地区", Question.UNIT: "承办单位"}
STAGES = {"review": "待审核", "assign": "待交办"}
# Which questions each stage can still settle: a place is put right at review, a unit chosen when assigning.
STATES = {"review": (State.SUBMITTED, State.MODERATING), "assign": (State.TO_ASSIGN,)}
AT_STAGE = {"review": (Question.TOPIC, Question.REGION), "assign": (Question.TOPIC, Question.UNIT)}


@staff_required
@require_safe
def unsure(request: DeskRequest) -> HttpResponse:
    """Messages with a question that the machine could not answer, the soonest due first."""
    _allow(request, SORTING)
    question, stage, start = request.GET.get("question", ""), request.GET.get("stage", ""), start_of(request)
    found = _open_questions(request, question, stage)
    cases = list(found.order_by(F("due_at").asc(nulls_last=True), "pk").for_lists()[start : start + PER_PAGE + 1])
    advice = advice_on_many(cases[:PER_PAGE])
    context = {
        "rows": [_row(case, advice[case.pk]) for case in cases[:PER_PAGE]],
        "question": question if question in ASKED else "",
        "stage": stage if stage in STAGES else "",
        "questions": list(ASKED.items()),
        "stages": list(STAGES.items()),
        "topics": topic_groups(Topic.objects.values_list("code", "name", "parent_id")),
        "next_url": _page_url(request, start + PER_PAGE) if len(cases) > PER_PAGE else "",
        "prev_url": _page_url(request, max(0, start - PER_PAGE)) if start else "",
    }
    return page(request, "workbench/triage/unsure.html", context)


@staff_required
@require_POST
def decide(request: DeskRequest, number: str) -> HttpResponse:
    """Keeps a person's answer to one question; review and assigning start from it."""
    case = access.case_for(request.actor, number)
    if not request.actor.covers(case.region_id, *SORTING):
        raise PermissionDenied
    question = request.POST.get("question", "")
    choice = _choice(question, request.POST.get("value", ""))
    if choice is None or question not in AT_STAGE.get(stage_of(case), ()):
        messages.warning(request, f"{number}没有改：请选择一项；已经交办的留言请到留言页处理。")
    else:
        try:
            reason = request.POST.get("reason", "")
            deciding.decide(case, {Question(question): choice}, act_of(request, case), reason=reason)
            messages.success(request, f"{number}：{ASKED[Question(question)]}定为“{choice.label}”。")
        except Refused as error:
            messages.error(request, error.message)
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours and back.startswith("/desk/") else "desk:triage")


@staff_required
@require_safe
def figures_page(request: DeskRequest) -> HttpResponse:
    """How triage does, month by month."""
    _allow(request, TRIAGE_FIGURES)
    found = figures.months(request.at)
    context = {
        "months": found,
        "drifts": figures.drifts(found),
        "enough": figures.ENOUGH,
        "model": keeping.current_name(),
        "is_outgrown": keeping.is_outgrown(),
        "has_any": any(month.read for month in found),
    }
    return page(request, "workbench/triage/figures.html", context)


@staff_required
@require_safe
def hot(request: DeskRequest) -> HttpResponse:
    """Matters that several living messages share, the hottest first."""
    _allow(request, HOT_MATTERS)
    visible = access.visible(request.actor).in_regions(request.actor.regions(*HOT_MATTERS))
    found = hot_matters(visible, at=request.at)
    mergeable = {c.pk for m in found for c in m.cases if _may_merge(request, c)}
    return page(request, "workbench/triage/hot.html", {"matters": found, "mergeable": mergeable})


def _may_merge(request: DeskRequest, case: Case) -> bool:
    return may(case.state, Step.MERGE) and Step.MERGE in access.steps_for(request.actor, case)


def _allow(request: DeskRequest, roles: tuple[Role, ...]) -> None:
    if not request.actor.has(*roles):
        raise PermissionDenied


def _open_questions(request: DeskRequest, question: str, stage: str) -> CaseQuerySet:
    answered = Decision.objects.filter(case=OuterRef("case"), question=OuterRef("question")).exclude(chosen="")
    open_ = Suggestion.objects.unsure().filter(case=OuterRef("pk")).exclude(Exists(answered))
    fitting = Q(pk__in=[])
    for name in [stage] if stage in STAGES else STAGES:
        asked = [q for q in AT_STAGE[name] if question in {"", q} or question not in ASKED]
        fitting |= Q(Exists(open_.filter(question__in=asked)), state__in=STATES[name])
    return access.visible(request.actor).in_regions(request.actor.regions(*SORTING)).filter(fitting)


def _row(case: Case, advice: Advice) -> dict[str, Any]:
    """A message with the questions that are still open at its stage."""
    stage = stage_of(case)
    made, decided = advice.suggestions, advice.decisions
    answered = {question for question, decision in decided.items() if decision.chosen}
    still_open = [made[q] for q in AT_STAGE.get(stage, ()) if q in made and not made[q].is_sure and q not in answered]
    return {"case": case, "open": still_open, "is_to_review": stage == "review"}


def stage_of(case: Case) -> str:
    """Where a message waits: `review`, `assign`, or empty where nothing can be settled here any more."""
    return next((name for name, states in STATES.items() if case.state in states), "")


def _choice(question: str, value: str) -> Choice | None:
    """What was chosen with its words; None where there is no such thing."""
    if question == Question.TOPIC:
        topic = Topic.objects.filter(pk=value).select_related("parent").first()
        return Choice(topic.pk, topic_words(topic)) if topic else None
    if question == Question.REGION:
        region = Region.objects.filter(pk=value).first()
        return Choice(region.pk, region.readable) if region else None
    if question == Question.UNIT and value.isascii() and value.isdecimal():
        unit = Unit.objects.active().filter(pk=int(value)).first()
        return Choice(str(unit.pk), unit.name) if unit else None
    return None


def _page_url(request: DeskRequest, start: int) -> str:
    query = request.GET.copy()
    query["from"] = str(start)
    return f"?{query.urlencode()}"
