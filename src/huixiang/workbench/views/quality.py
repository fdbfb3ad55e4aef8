"""The quality desk: reviewed replies beside the messages they answer, before the public reads them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.actions import publishing, replying
from huixiang.cases.choices import ReplyState, Resolution, SupplementState
from huixiang.cases.models import Attachment, Case, Reply, ReplyVersion
from huixiang.cases.refusals import Refused
from huixiang.nlp import redaction
from huixiang.quality import access as samples
from huixiang.rules.lifecycle import Step

from ..differences import difference
from ..doors import DeskRequest, Trouble, act_of, attempt, check, me, page, staff_required
from ..forms_b import InspectForm
from ..gating import panel, waiver
from ..masking import pieces
from ..wording import clock
from .queueing import start_of
from .reviewing import number_and_title

PER_PAGE = 50
# States in which the text of a reply is there for an inspector to read.
SHOWN = frozenset({ReplyState.QUALITY, ReplyState.PUBLISHED})
_DONE = {"publish": "已发布。", "return": "已退回承办单位修改。"}


@staff_required
@require_safe
def queue(request: DeskRequest) -> HttpResponse:
    """The replies that wait for publication in the own regions, never those of the own tree, longest waiting first."""
    _inspectors_only(request)
    start = start_of(request)
    rows = list(_waiting(request)[start : start + PER_PAGE + 1])
    context = {
        "rows": [(reply, clock(reply.case.due_at, request.at)) for reply in rows[:PER_PAGE]],
        "next_url": f"?from={start + PER_PAGE}" if len(rows) > PER_PAGE else "",
        "prev_url": f"?from={max(0, start - PER_PAGE)}" if start else "",
        "samples_waiting": samples.waiting(request.actor).count(),
    }
    return page(request, "workbench/quality/queue.html", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def inspect(request: DeskRequest, pk: int) -> HttpResponse:
    """One reply beside its message, to be published or given back."""
    _inspectors_only(request)
    reply = _reply_for(request, pk)
    if request.method == "POST":
        return _act(request, reply)
    if reply.state != ReplyState.QUALITY:
        messages.info(request, f"这份回复现在是“{ReplyState(reply.state).label}”，不用再质检。")
        return redirect("desk:quality")
    return _desk(request, reply, InspectForm())


def _act(request: DeskRequest, reply: Reply) -> HttpResponse:
    do = request.POST.get("do", "")
    form = InspectForm(request.POST)
    form.is_valid()
    if do == "publish":
        form.check_all()
    trouble = None if form.errors else attempt(request, reply.case, lambda: _decide(request, reply, form, do))
    if trouble is None and not form.errors:
        messages.success(request, f"{number_and_title(reply.case)}的{reply.get_kind_display()}{_DONE[do]}")
        return _next(request)
    if trouble:
        trouble.tell(form)
    return _desk(request, _reply_for(request, reply.pk), form, trouble=trouble)


def _decide(request: DeskRequest, reply: Reply, form: InspectForm, do: str) -> None:
    if do not in _DONE:
        raise Refused("请选择发布或退回。")
    step = Step.PUBLISH_REPLY if do == "publish" else Step.RETURN_REPLY
    check(request, access.case_for(request.actor, reply.case.number), step)
    act = act_of(request, reply.case, Step.PUBLISH_REPLY)
    if do == "publish":
        publishing.publish(reply, act, accept_personal_data=form.cleaned_data["accept_personal_data"])
    else:
        replying.return_reply(reply, act, note=form.cleaned_data["note"])


def _next(request: DeskRequest) -> HttpResponse:
    """On to the reply that waits longest, else back to the list."""
    pk = _waiting(request).values_list("pk", flat=True).first()
    return redirect("desk:quality_reply", pk) if pk else redirect("desk:quality")


def _desk(request: DeskRequest, reply: Reply, form: InspectForm, *, trouble: Trouble | None = None) -> HttpResponse:
    case = access.case_for(request.actor, reply.case.number)
    if reply.state not in SHOWN:
        reply = _without_words(reply)
    found = redaction.find(reply.body)
    versions = list(reply.versions.select_related("by").order_by("number")) if reply.state in SHOWN else []
    older = _compared(request, versions)
    gate = panel(reply, at=request.at) if reply.state == ReplyState.QUALITY else None
    context = {
        "case": case,
        "reply": reply,
        "gate": gate,
        "waiver": waiver(request.actor, reply, gate.grave) if gate else None,
        "form": form,
        "trouble": None if trouble and trouble.field in form.fields else trouble,
        "is_waiting": reply.state == ReplyState.QUALITY,
        "clock": clock(case.due_at, request.at),
        "pieces": pieces(reply.body, found),
        "found": found,
        "outcome": Resolution(reply.claimed_resolution).label if reply.claimed_resolution else "",
        "older": older,
        "versions": versions[:-1],
        "difference": difference(older.body, reply.body) if older else "",
        "supplements": case.supplements.exclude(state=SupplementState.PENDING).defer("sealed_body"),
        "earlier": _earlier(case),
        "files": [(f, reverse("desk:file", args=[f.key])) for f in _files(reply)],
    }
    is_wrong = form.is_bound and bool(form.errors)
    status = trouble.status if trouble else 422 if is_wrong else 200
    return page(request, "workbench/quality/reply.html", context, status=status)


def _without_words(reply: Reply) -> Reply:
    """A reply that went back to its unit, as an inspector may know it: that it exists, not what it says now."""
    kept = ("pk", "case", "unit", "kind", "state", "version", "updated_at")
    return Reply(**{name: getattr(reply, name) for name in kept})


def _files(reply: Reply) -> list[Attachment]:
    return list(Attachment.objects.filter(reply=reply)) if reply.state in SHOWN else []


def _compared(request: DeskRequest, versions: list[ReplyVersion]) -> ReplyVersion | None:
    """The earlier text that the present one is compared with: the one asked for, else the one before it."""
    asked = request.GET.get("against", "")
    earlier = versions[:-1]
    chosen = next((v for v in earlier if str(v.number) == asked), None)
    return chosen or (earlier[-1] if earlier else None)


def _earlier(case: Case) -> list[Reply]:
    """What the public has read so far, so that two answers do not contradict each other."""
    return list(Reply.objects.published().filter(case=case).select_related("unit"))


def _reply_for(request: DeskRequest, pk: int) -> Reply:
    """The reply, if this person inspects it and sees its case; raises NotVisible for everything else."""
    found = Reply.objects.select_related("case__region", "unit", "author", "reviewer", "corrects").defer(
        "case__sealed_title", "case__sealed_body", "case__sealed_contact"
    )
    reply = found.filter(pk=pk, case__in=access.visible(request.actor)).first()
    if reply is None or not access.inspects(request.actor, reply):
        raise access.NotVisible
    return reply


def _waiting(request: DeskRequest) -> QuerySet[Reply]:
    actor = request.actor
    cases = access.visible(actor).in_regions(actor.regions(Role.QUALITY_INSPECTOR))
    found = Reply.objects.filter(state=ReplyState.QUALITY, case__in=cases).exclude(unit_id__in=actor.kin_unit_ids)
    # Who wrote or reviewed a reply is no third person for it.
    strange = found.exclude(author=me(request)).exclude(reviewer=me(request))
    bare = strange.select_related("case__region", "unit").defer(
        "case__sealed_title", "case__sealed_body", "case__sealed_contact"
    )
    return bare.order_by("updated_at", "pk")


def _inspectors_only(request: DeskRequest) -> None:
    if not request.actor.has(Role.QUALITY_INSPECTOR):
        raise PermissionDenied
