"""One message under review: its original, what is masked in it, and the decision."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.actions import merging
from huixiang.cases.choices import AttachmentKind, MessageKind, Urgency, Visibility
from huixiang.cases.models import Attachment, Case
from huixiang.cases.reasons import reasons
from huixiang.cases.refusals import Refused
from huixiang.moderation.actions import reviewing
from huixiang.nlp import redaction
from huixiang.nlp.danger import noticed
from huixiang.nlp.redaction import Finding
from huixiang.rules.lifecycle import State, Step
from huixiang.triage.actions import deciding
from huixiang.triage.actions.deciding import Choice
from huixiang.triage.choices import Question
from huixiang.triage.judging import GONE
from huixiang.triage.likeness import Same, same_matter
from huixiang.units.models import Level, Region, Topic, Unit

from ..advice import Advice, advice_on, topic_words
from ..doors import DeskRequest, Trouble, act_of, attempt, check, me, page, staff_required
from ..forms_b import ReviewForm, topic_groups
from ..masking import Found, found_in, pieces
from ..wording import clock
from .queueing import in_my_regions, row_of

LOOKED_AT = "审核"


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: DeskRequest, number: str) -> HttpResponse:
    """One message under review: its original (the look is logged), the public version, the decision."""
    case = access.case_for(request.actor, number)
    if not request.actor.covers(case.region_id, Role.MODERATOR):
        raise PermissionDenied
    if request.method == "POST":
        return _act(request, case)
    if not _is_mine(request, case):
        return _cover(request, case)
    return _desk(request, case, None)


def _act(request: DeskRequest, case: Case) -> HttpResponse:
    do = "merge" if "into" in request.POST else request.POST.get("do", "")
    form = _form(case, advice_on(case), request.POST)
    form.is_valid()
    if do in {"mask", "preview"} and _is_mine(request, case):
        return _desk(request, case, form, masks=do == "mask", previews=True)
    trouble = attempt(request, case, lambda: _decide(request, case, form, do))
    if trouble is None and not form.errors:
        messages.success(request, f"{number_and_title(case)}：{_DONE[do]}")
        return _next(request)
    case = access.case_for(request.actor, case.number)
    if trouble:
        trouble.tell(form)
    if not _is_mine(request, case):
        return _cover(request, case, form=form, trouble=trouble)
    return _desk(request, case, form, trouble=trouble)


def _decide(request: DeskRequest, case: Case, form: ReviewForm, do: str) -> None:
    if do not in _DECISIONS:
        raise Refused("请选择一种处理方式。")
    step, decide = _DECISIONS[do]
    check(request, case, step)
    if not form.errors:
        decide(request, case, form)


def _approve(request: DeskRequest, case: Case, form: ReviewForm) -> None:
    accused = form.accused_units() if case.is_report else []
    data = form.cleaned_data
    left = _left_over(request, case, data["title"], data["body"])
    if left and not data["accept_remaining"]:
        words = "、".join(dict.fromkeys(f.span for f in left))
        form.add_error("body", f"公开版里还有疑似个人信息：{words}。请隐去；确实可以公开的，勾选下面的确认。")
    if form.errors:
        return
    topic = Topic.objects.filter(pk=data["topic"]).select_related("parent").first()
    region = Region.objects.filter(pk=data["region"] or case.region_id).get()
    act, urgency = act_of(request, case, Step.APPROVE), Urgency(data["urgency"] or Urgency.NORMAL)
    with transaction.atomic():
        reviewing.approve(
            case,
            act,
            title=data["title"],
            body=data["body"],
            urgency=urgency,
            topic=topic,
            region=region,
            accused=accused,
            released_files=[int(pk) for pk in request.POST.getlist("file") if pk.isascii() and pk.isdecimal()],
        )
        settled = {
            Question.TOPIC: Choice(topic.pk if topic else "", topic_words(topic) or "不确定"),
            Question.URGENCY: Choice(urgency, urgency.label),
            Question.REGION: Choice(region.pk, region.readable),
        }
        deciding.decide(case, settled, act, reason=data["triage_reason"])


def _ask(request: DeskRequest, case: Case, form: ReviewForm) -> None:
    reviewing.ask_supplement(case, act_of(request, case, Step.ASK_SUPPLEMENT), question=form.cleaned_data["question"])


def _decline(outcome: str, step: Step) -> Callable[[DeskRequest, Case, ReviewForm], None]:
    def decline(request: DeskRequest, case: Case, form: ReviewForm) -> None:
        code = form.cleaned_data[outcome]
        if code not in reasons(outcome):
            raise Refused("请选择理由，留言人会看到理由和另一条出路。", field=outcome)
        reviewing.decline(case, act_of(request, case, step), code=code, note=form.cleaned_data[f"{outcome}_note"])

    return decline


def _merge(request: DeskRequest, case: Case, form: ReviewForm) -> None:
    into, act = access.case_for(request.actor, request.POST["into"]), act_of(request, case, Step.MERGE)
    with transaction.atomic():
        merging.merge(case, into, act)
        deciding.decide(case, {Question.SAME: Choice(into.number, into.title)}, act)


def _release(request: DeskRequest, case: Case, form: ReviewForm) -> None:
    reviewing.release(case, act_of(request, case, Step.RELEASE_REVIEW))


_DECISIONS: dict[str, tuple[Step, Callable[[DeskRequest, Case, ReviewForm], None]]] = {
    "approve": (Step.APPROVE, _approve),
    "ask": (Step.ASK_SUPPLEMENT, _ask),
    "reject": (Step.REJECT, _decline("reject", Step.REJECT)),
    "divert": (Step.DIVERT, _decline("divert", Step.DIVERT)),
    "merge": (Step.MERGE, _merge),
    "release": (Step.RELEASE_REVIEW, _release),
}
_DONE = {
    "approve": "审核通过，已送交办。",
    "ask": "已请留言人补充。",
    "reject": "不予登载，已把理由和出路告诉留言人。",
    "divert": "已告诉留言人该走哪个渠道。",
    "merge": "已并入同类留言。",
    "release": "已放回队列。",
}


def _next(request: DeskRequest) -> HttpResponse:
    """On to the next message that is mine already, else back to the queue."""
    mine = in_my_regions(request).filter(state=State.MODERATING, reviewer=me(request)).soonest()
    number = mine.values_list("number", flat=True).first()
    return redirect("desk:review_case", number) if number else redirect("desk:review")


def _cover(
    request: DeskRequest, case: Case, *, form: ReviewForm | None = None, trouble: Trouble | None = None
) -> HttpResponse:
    """The masked message for who has not taken it: what is known without a look at the original, and what was typed."""
    context = {
        "case": case,
        "row": row_of(request, case),
        "form": form,
        "typed_notes": [form[n].value() for n in ("reject_note", "divert_note") if form[n].value()] if form else [],
        "trouble": trouble,
        "can_take": case.state == State.SUBMITTED,
    }
    return page(request, "workbench/review/cover.html", context, status=trouble.status if trouble else 200)


def _desk(
    request: DeskRequest,
    case: Case,
    form: ReviewForm | None,
    *,
    masks: bool = False,
    previews: bool = False,
    trouble: Trouble | None = None,
) -> HttpResponse:
    original, found = _original(request, case)
    advice = advice_on(case)
    if form is None:
        form = _form(case, advice)
    elif masks:
        form = _masked_again(request, case, original, found)
    is_wrong = trouble is not None or (form.is_bound and bool(form.errors))
    context = {
        "case": case,
        "form": form,
        "trouble": None if trouble and trouble.field in form.fields else trouble,
        "clock": clock(case.due_at, request.at),
        "advice": advice,
        "danger": noticed(original.title, original.body),
        "title_pieces": pieces(original.title, [f.finding for f in found if f.place == "title"]),
        "body_pieces": pieces(original.body, [f.finding for f in found if f.place == "body"]),
        "found": found,
        "previews": previews,
        "files": _files(request, case),
        "similar": _similar(request, case),
        "reject_reasons": list(reasons("reject").values()),
        "divert_reasons": list(reasons("divert").values()),
        "accused_options": _possibly_accused(case),
        "is_public": case.visibility == Visibility.PUBLIC,
        "mine_left": in_my_regions(request).filter(state=State.MODERATING, reviewer=me(request)).count(),
    }
    return page(request, "workbench/review/case.html", context, status=_status(trouble, is_wrong=is_wrong))


def _masked_again(request: DeskRequest, case: Case, original: access.Original, found: list[Found]) -> ReviewForm:
    """The form as it was typed, its public version made anew from the original without the declared false alarms."""
    data = request.POST.copy()
    for place, text in (("title", original.title), ("body", original.body)):
        data[place] = redaction.mask(text, [f.finding for f in found if f.place == place and not f.is_restored])
    return _form(case, advice_on(case), data)


def _status(trouble: Trouble | None, *, is_wrong: bool) -> int:
    if trouble:
        return trouble.status
    return 422 if is_wrong else 200


def number_and_title(case: Case) -> str:
    """How a case is named in a message: its number and the beginning of its masked title."""
    return f"{case.number}“{case.title[:16]}{'…' if len(case.title) > 16 else ''}”"


def _original(request: DeskRequest, case: Case) -> tuple[access.Original, list[Found]]:
    """The original with its personal data; read, and its look logged, once per request."""
    known: tuple[access.Original, list[Found]] | None = getattr(request, "_original", None)
    if known is None:
        original = access.read_original(request.actor, case, purpose=LOOKED_AT, at=request.at)
        restored = set(request.POST.getlist("restore"))
        found = found_in("title", original.title, restored) + found_in("body", original.body, restored)
        known = request._original = original, found  # type: ignore[attr-defined]
    return known


def _left_over(request: DeskRequest, case: Case, *texts: str) -> list[Finding]:
    """Personal data that still stands in the public version and was not declared a false alarm."""
    _, found = _original(request, case)
    allowed = {f.finding.span for f in found if f.is_restored}
    return [f for text in texts for f in redaction.find(text) if f.span not in allowed]


def _form(case: Case, advice: Advice, data: Mapping[str, Any] | None = None) -> ReviewForm:
    """The form with what triage suggests to choose from; a report starts with nothing chosen."""
    initial = {
        "title": case.title,
        "body": case.body,
        "topic": case.topic_id or advice.chosen(Question.TOPIC),
        "region": advice.decided(Question.REGION) or case.region_id,
        "urgency": advice.chosen(Question.URGENCY) or case.urgency,
    }
    choices = {"topics": _topic_choices(advice), "regions": _region_choices(case, advice)}
    return ReviewForm(data, initial=initial, **choices)


def _region_choices(case: Case, advice: Advice) -> list[tuple[str, str]]:
    """The place of the form, those that the text may mean, the townships of its county and the counties around."""
    around = Q(parent=case.region_id[:4], level=Level.COUNTY) | Q(parent=case.region_id[:6], level=Level.TOWNSHIP)
    near = Region.objects.filter(around)
    hinted = [(o["value"], o["label"]) for o in advice.region.options] if advice.region else []
    return list(dict([(case.region_id, case.region.readable), *hinted, *((r.pk, r.readable) for r in near)]).items())


def _topic_choices(advice: Advice) -> list[tuple[str, Any]]:
    options = advice.topic.options if advice.topic else []
    hinted = [(o["value"], f"{o['label']}（{o['p']:.0%}）") for o in options]
    known = {o["value"] for o in options}
    rows = Topic.objects.exclude(pk__in=known).values_list("code", "name", "parent_id")
    head: list[tuple[str, Any]] = [("", "不确定，由交办员来定")]
    return [*head, *([("建议", hinted)] if hinted else []), *topic_groups(rows)]


def _files(request: DeskRequest, case: Case) -> list[dict[str, Any]]:
    released = set(request.POST.getlist("file"))
    return [
        {
            "file": file,
            "url": reverse("desk:file", args=[file.key]),
            "is_image": file.kind == AttachmentKind.IMAGE,
            "is_released": file.is_public or str(file.pk) in released,
        }
        for file in Attachment.objects.filter(case=case, reply=None)
    ]


def _similar(request: DeskRequest, case: Case) -> list[Same]:
    """Earlier messages that this person may see and into which this one could be merged, the likest first."""
    if case.is_report:
        return []
    among = access.visible(request.actor).exclude(kind=MessageKind.REPORT).exclude(state__in=GONE)
    return same_matter(case.title, case.body, among, but=case.pk)


def _possibly_accused(case: Case) -> list[str]:
    """Names of the units of the case's place and of the divisions above it; only a report asks for them."""
    if not case.is_report:
        return []
    above = [case.region_id[:n] for n in (2, 4, 6, 9) if n <= len(case.region_id)]
    near = Unit.objects.active().filter(Q(region__in=above) | Q(region__code__startswith=case.region_id))
    return list(near.order_by("-region_id", "name").values_list("name", flat=True)[:500])


def _is_mine(request: DeskRequest, case: Case) -> bool:
    return case.state == State.MODERATING and case.reviewer_id == me(request).pk
