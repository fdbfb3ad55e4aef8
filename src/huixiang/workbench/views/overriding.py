"""Overrides of the gate: asking where a reply is held, deciding, and the list of what was asked and decided."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases import access, gate_access
from huixiang.cases.actions import overriding
from huixiang.cases.choices import ReplyState
from huixiang.cases.gate_choices import FindingCode, OverrideState
from huixiang.cases.models import Case, GateOverride, Reply
from huixiang.nlp.cleaning import neutralise
from huixiang.rules.lifecycle import Step

from ..doors import DeskRequest, Trouble, act_of, attempt, check, page, staff_required
from ..gating import tally
from .case import Typed, case_page
from .replying import reply_of

MOST = 50
# Figures of the list: requests of the last quarter.
COUNTED = timedelta(days=90)


@staff_required
@require_POST
def ask(request: DeskRequest, pk: int) -> HttpResponse:
    """Asks that a held reply be published as it stands."""
    case, reply = reply_of(request, pk)
    if not gate_access.may_ask_override(request.actor, reply):
        raise PermissionDenied
    reason = neutralise(request.POST.get("override_reason", ""))
    trouble = attempt(request, case, lambda: _ask(request, case, reply, reason))
    return _back(request, case, reply, trouble, "已申请放行，等另一位有权限的同事批准。")


@staff_required
@require_POST
def decide(request: DeskRequest, pk: int) -> HttpResponse:
    """Grants or refuses a request."""
    override = GateOverride.objects.select_related("reply").filter(pk=pk).first()
    if override is None:
        raise access.NotVisible
    case, reply = reply_of(request, override.reply_id)
    override.reply = reply
    if not gate_access.may_decide_override(request.actor, override):
        raise PermissionDenied
    is_granted = request.POST.get("do") == "grant"
    trouble = attempt(request, case, lambda: _decide(request, case, override, is_granted=is_granted))
    return _back(request, case, reply, trouble, "已批准放行。" if is_granted else "已写明意见，不予放行。")


@staff_required
@require_safe
def overrides(request: DeskRequest) -> HttpResponse:
    """What waits for a decision and what was decided of late, with its numbers by unit."""
    if not request.actor.has(*gate_access.DECIDING):
        raise PermissionDenied
    seen = gate_access.overrides_for(request.actor)
    asked = seen.filter(state=OverrideState.ASKED, reply__state__in=ReplyState.open()).order_by("asked_at", "pk")
    late = seen.filter(asked_at__gte=request.at - COUNTED)
    decided = late.filter(state__in=[OverrideState.APPROVED, OverrideState.REFUSED]).order_by("-decided_at", "-pk")
    context = {
        "asked": [(o, _faults(o), gate_access.may_decide_override(request.actor, o)) for o in asked[:MOST]],
        "decided": [(o, _faults(o)) for o in decided[:MOST]],
        "counts": tally(late),
        "days": COUNTED.days,
    }
    return page(request, "workbench/gate/overrides.html", context)


def _ask(request: DeskRequest, case: Case, reply: Reply, reason: str) -> None:
    check(request, case, Step.ASK_OVERRIDE)
    overriding.ask(reply, act_of(request, case, Step.ASK_OVERRIDE), reason=reason)


def _decide(request: DeskRequest, case: Case, override: GateOverride, *, is_granted: bool) -> None:
    step = Step.GRANT_OVERRIDE if is_granted else Step.REFUSE_OVERRIDE
    check(request, case, step)
    note = neutralise(request.POST.get("override_note", ""))
    overriding.decide(override, act_of(request, case, step), is_granted=is_granted, note=note)


def _back(request: DeskRequest, case: Case, reply: Reply, trouble: Trouble | None, done: str) -> HttpResponse:
    """To the desk the person came from: the inspector's, or the page of the case."""
    if trouble is not None:
        return case_page(request, access.case_for(request.actor, case.number), Typed("override", request.POST, trouble))
    messages.success(request, done)
    if reply.state == ReplyState.QUALITY and access.inspects(request.actor, reply):
        return redirect("desk:quality_reply", reply.pk)
    return redirect(reverse("desk:case", args=[case.number]) + "#replies")


def _faults(override: GateOverride) -> list[str]:
    return [FindingCode(code).label for code in override.codes]
