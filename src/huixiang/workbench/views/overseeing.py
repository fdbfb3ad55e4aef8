"""Oversight: who looked at originals, what could not be delivered, whether the ledger holds, what is overdue."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.actions import delivering
from huixiang.cases.choices import STEP_LABELS
from huixiang.cases.ledger import Act, digest
from huixiang.cases.models import Case, EventDelivery, LedgerSeal, OriginalLook
from huixiang.cases.refusals import Refused
from huixiang.notices.actions import hooking, telling
from huixiang.notices.models import Channel, Notice
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import Step

from ..doors import DeskRequest, me, page, staff_required
from ..forms_b import LooksForm, NumberForm, ReasonForm
from .queueing import start_of

PER_PAGE = 100
SEALS_SHOWN = 20
# What a look is called; a file's name may tell of the case and is not shown to the auditor.
WHAT = {"original": "原文和联系方式", "file": "附件", "instruction": "领导批示原文"}
WATCHERS = (Role.SUPERVISOR, Role.LEADER, Role.CONVENOR)


# -- looks at originals ---------------------------------------------------------------------------------------------


@staff_required
@require_safe
def looks(request: DeskRequest) -> HttpResponse:
    """Who looked at which original, when and why; for the audit administrator, without any content."""
    _only(request, Role.AUDIT_ADMIN)
    form = LooksForm(request.GET, auto_id="f_%s")
    start = start_of(request)
    rows = list(_looks(form)[start : start + PER_PAGE + 1]) if form.is_valid() else []
    given = request.GET.copy()
    given.pop("from", None)
    head = f"?{given.urlencode()}&" if given else "?"
    context = {
        "form": form,
        "rows": [_look(look) for look in rows[:PER_PAGE]],
        "is_filtered": any(given.values()),
        "next_url": f"{head}from={start + PER_PAGE}" if len(rows) > PER_PAGE else "",
        "prev_url": f"{head}from={max(0, start - PER_PAGE)}" if start else "",
    }
    return page(request, "workbench/oversee/looks.html", context, status=200 if form.is_valid() else 422)


def _looks(form: LooksForm) -> QuerySet[OriginalLook]:
    data = form.cleaned_data
    found = OriginalLook.objects.select_related("user", "case").only(
        "at", "what", "purpose", "user__display_name", "user__username", "case__number"
    )
    if data["who"]:
        found = found.filter(Q(user__display_name__icontains=data["who"]) | Q(user__username=data["who"]))
    if data["number"]:
        found = found.filter(case__number=data["number"].strip().upper())
    if data["what"]:
        found = found.filter(what=data["what"])
    if data["since"]:
        found = found.filter(at__gte=_day(data["since"]))
    if data["until"]:
        found = found.filter(at__lt=_day(data["until"] + timedelta(days=1)))
    return found.order_by("-at", "-pk")


def _look(look: OriginalLook) -> dict[str, Any]:
    return {
        "at": look.at,
        "name": look.user.display_name,
        "username": look.user.username,
        "number": look.case.number,
        "what": WHAT.get(look.what, look.what),
        "why": look.purpose if look.what != "file" else "打开附件",
    }


# -- deliveries ---------------------------------------------------------------------------------------------------


@staff_required
@require_safe
def deliveries(request: DeskRequest) -> HttpResponse:
    """What could not be carried out: events whose consequences failed, and messages that never went out."""
    _only(request, Role.SYSTEM_ADMIN)
    return _deliveries_page(request)


@staff_required
@require_POST
def delivery(request: DeskRequest, pk: int) -> HttpResponse:
    """Tries a failed delivery again now, or gives it up with a reason that stands in the ledger."""
    _only(request, Role.SYSTEM_ADMIN)
    row = EventDelivery.objects.select_related("event").filter(pk=pk).first()
    if row is None:
        messages.info(request, delivering.GONE)
        return redirect("desk:deliveries")
    act = Act(me(request), request.at, Role.SYSTEM_ADMIN.label)
    form = ReasonForm(request.POST, auto_id=f"r_{pk}_%s")
    gives_up = request.POST.get("do") == "give_up"
    if gives_up and not form.is_valid():
        return _deliveries_page(request, bound={pk: form})
    try:
        if gives_up:
            delivering.give_up(row, act, reason=form.cleaned_data["reason"])
        else:
            delivering.retry(row, act)
    except Refused as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "已放弃，理由记入了账本。" if gives_up else "马上会再试一次，稍后刷新看结果。")
    return redirect("desk:deliveries")


@staff_required
@require_POST
def resend(request: DeskRequest, pk: int) -> HttpResponse:
    """Gives a message that never went out a new set of tries."""
    _only(request, Role.SYSTEM_ADMIN)
    notice = Notice.objects.filter(pk=pk).first()
    if notice is None:
        raise access.NotVisible
    telling.resend(notice, at=request.at)
    messages.success(request, "已重新排队发送。")
    return redirect("desk:deliveries")


@staff_required
@require_POST
def resend_all(request: DeskRequest) -> HttpResponse:
    """Gives every message that never went out a new set of tries."""
    _only(request, Role.SYSTEM_ADMIN)
    count = telling.resend_all(at=request.at)
    messages.success(request, f"{count}条通知已重新排队发送。" if count else "没有要重发的通知。")
    return redirect("desk:deliveries")


def _deliveries_page(request: DeskRequest, *, bound: dict[int, ReasonForm] | None = None) -> HttpResponse:
    rows = [
        {
            "row": row,
            "number": row.event.case.number,
            "step": STEP_LABELS[Step(row.event.step)],
            "form": (bound or {}).get(row.pk) or ReasonForm(auto_id=f"r_{row.pk}_%s"),
            "is_open": row.pk in (bound or {}),
        }
        for row in delivering.failing()
    ]
    context = {
        "rows": rows,
        "dead": [{"notice": n, "name": _recipient(n), "where": _way_to(n)} for n in telling.dead()],
        "dead_count": telling.dead_count(),
        "stuck": [(Channel(channel).label, count, error) for channel, count, error in telling.stuck()],
    }
    return page(request, "workbench/oversee/deliveries.html", context, status=422 if bound else 200)


def _recipient(notice: Notice) -> str:
    if notice.hook is not None:
        return f"{notice.hook.unit.short_name}的群"
    return notice.user.display_name if notice.user is not None else "没有账号的留言人"


def _way_to(notice: Notice) -> str:
    """Where it was to go, as far as an administrator needs it to find out what is wrong."""
    if notice.hook is not None:
        return hooking.hint(notice.hook) if notice.hook.is_active else "机器人已停用"
    if notice.channel == Channel.EMAIL:
        name, _, host = notice.user.email.partition("@") if notice.user is not None else ("", "", "")
        return f"{name[:2]}***@{host}" if host else "没有留邮箱"
    return f"{notice.sealed_phone[:3]}****{notice.sealed_phone[-4:]}" if len(notice.sealed_phone) == 11 else ""


# -- the ledger ------------------------------------------------------------------------------------------------------


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: DeskRequest) -> HttpResponse:
    """The last seals, and the proof of one case's chain on request."""
    _only(request, Role.AUDIT_ADMIN)
    form = NumberForm(request.POST) if request.method == "POST" else NumberForm()
    result: dict[str, Any] | None = None
    if form.is_bound and form.is_valid():
        case = (
            Case.objects.only("number", "event_count", "ledger_head").filter(number=form.cleaned_data["number"]).first()
        )
        if case is None:
            form.add_error("number", "没有这个编号，请核对后再填。")
        else:
            result = {"number": case.number, "events": case.event_count, "broken": _broken_link(case)}
    seals = list(LedgerSeal.objects.order_by("-last_event_id")[:SEALS_SHOWN])
    context = {"form": form, "result": result, "seals": seals}
    return page(request, "workbench/oversee/ledger.html", context, status=422 if form.errors else 200)


def _broken_link(case: Case) -> str:
    """Where the chain of one case is not what was written; empty where it holds."""
    seq, prev = 0, ""
    for event in case.events.order_by("seq").iterator(chunk_size=500):
        seq += 1
        if event.seq != seq:
            return f"第{seq}条缺失"
        if event.prev_hash != prev or digest(event, case.number) != event.hash:
            return f"第{seq}条的内容或链接与校验值不符"
        prev = event.hash
    return "" if (seq, prev) == (case.event_count, case.ledger_head) else f"第{seq}条之后与留言记录不符"


# -- what is overdue ---------------------------------------------------------------------------------------------------


@staff_required
@require_safe
def overdue(request: DeskRequest) -> HttpResponse:
    """What is overdue and due today, unit by unit, the worst first; for those who watch over a region."""
    _only(request, *WATCHERS)
    cases = access.visible(request.actor).in_regions(request.actor.regions(*WATCHERS)).alive()
    tonight = _day(request.at.astimezone(CHINA).date() + timedelta(days=1))
    rows = (
        cases.filter(due_at__lt=tonight)
        .order_by()
        .values("lead_unit_id", "lead_unit__name")
        .annotate(
            overdue=Count("pk", Q(due_at__lt=request.at)),
            today=Count("pk", Q(due_at__gte=request.at)),
            urgent=Count("pk", Q(lane="urgent")),
        )
        .order_by("-overdue", "-today", "lead_unit__name")
    )
    found = list(rows)
    context = {
        "rows": found,
        "overdue": sum(r["overdue"] for r in found),
        "today": sum(r["today"] for r in found),
        "urgent": sum(r["urgent"] for r in found),
        "search": reverse("desk:search"),
    }
    return page(request, "workbench/oversee/overdue.html", context)


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _only(request: DeskRequest, *roles: Role) -> None:
    if not request.actor.has(*roles):
        raise PermissionDenied
