"""Supervision orders: issuing one or many, the list, one order with its receipt and answer, and its paper."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.cases import access as cases
from huixiang.cases.ledger import Act, Stale
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.rules.ladder import Means
from huixiang.rules.lifecycle import IllegalTransition, Step, may
from huixiang.supervision import access
from huixiang.supervision.actions import ordering
from huixiang.supervision.actions.signing import office_of
from huixiang.supervision.models import StepState, SupervisionOrder, SupervisionStep

from ..documents.docx_file import order_docx
from ..documents.pdf_file import order_pdf
from ..documents.sheet import sheet_of
from ..doors import DeskRequest, Trouble, act_of, attempt, check, page, staff_required
from ..forms_c import AnswerForm, BulkOrderForm, OrderFilterForm, OrderForm
from ..timing import late_words, timed
from ..wording import history
from .bulk import BULK_MOST, Outcome
from .queueing import start_of
from .supervising import desk_page, region_of

PER_PAGE = 50
FILES = {
    "docx": (order_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (order_pdf, "application/pdf"),
}


@staff_required
@require_safe
def orders(request: DeskRequest) -> HttpResponse:
    """The orders that the person may see, the newest first."""
    _only_with_orders(request)
    form, start = OrderFilterForm(request.GET, auto_id="f_%s"), start_of(request)
    found = (
        _filtered(access.orders(request.actor), form, request.at)
        if form.is_valid()
        else SupervisionOrder.objects.none()
    )
    rows = list(
        found.select_related("case", "unit", "region").order_by("-issued_at", "-pk")[start : start + PER_PAGE + 1]
    )
    given = request.GET.copy()
    given.pop("from", None)
    head = f"?{given.urlencode()}&" if given else "?"
    context = {
        "form": form,
        "may_sign": bool(request.actor.regions(*access.OVERSIGHT)),
        "rows": rows[:PER_PAGE],
        "is_filtered": any(given.values()),
        "next_url": f"{head}from={start + PER_PAGE}" if len(rows) > PER_PAGE else "",
        "prev_url": f"{head}from={max(0, start - PER_PAGE)}" if start else "",
    }
    return page(request, "workbench/supervise/orders.html", context, status=200 if form.is_valid() else 422)


@staff_required
@require_safe
def order(request: DeskRequest, pk: int) -> HttpResponse:
    """One order: its words, receipt and answer, with the clocks and history of its case."""
    return _order_page(request, access.order_for(request.actor, pk))


@staff_required
@require_safe
def paper(request: DeskRequest, pk: int, kind: str) -> HttpResponse:
    """The order as a file to print, seal and send."""
    found = access.order_for(request.actor, pk)
    make, content_type = FILES[kind]
    response = HttpResponse(make(sheet_of(found)), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{found.number}.{kind}") or "attachment"
    return response


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: DeskRequest, number: str) -> HttpResponse:
    """The form of a new order, and its issue; what stands in its way is told with everything typed still there."""
    case = cases.case_for(request.actor, number)
    region = region_of(request.actor, case.region_id)
    asked, is_skip = _asked(case)
    is_sent = request.method == "POST"
    form = OrderForm(
        request.POST if is_sent else None,
        is_skip=is_skip,
        reason=asked.reason if asked else late_words(case, request.at),
    )
    trouble: Trouble | None = None
    if is_sent:
        made: list[SupervisionOrder] = []
        trouble = attempt(request, case, lambda: check(request, case, Step.SUPERVISE))
        if trouble is None and not form.is_valid():
            trouble = Trouble("还有内容没填好，请看标红的地方。")
        if trouble is None:
            act, given = act_of(request, case, Step.SUPERVISE), form.cleaned_data
            words = {"reason": form.full_reason, "demands": given["demands"], "copy_to": given["copy_to"]}
            trouble = attempt(request, case, lambda: made.append(ordering.issue(case, act, region=region, **words)))
        if trouble is None:
            messages.success(request, f"已签发{made[0].number}，请承办单位签收并答复。")
            return redirect("desk:order", made[0].pk)
        trouble.tell(form)
        case = cases.case_for(request.actor, number)
    return _issue_page(request, case, form, trouble, office_of(region))


@staff_required
@require_POST
def bulk(request: DeskRequest) -> HttpResponse:
    """Issues an order on each of many cases, each in a transaction of its own, and reports each."""
    if not request.actor.regions(*access.OVERSIGHT):
        raise PermissionDenied
    form, numbers = BulkOrderForm(request.POST, auto_id="bulk_%s"), list(dict.fromkeys(request.POST.getlist("case")))
    if not numbers or len(numbers) > BULK_MOST:
        words = f"一次最多{BULK_MOST}件，请少选一些。" if numbers else "请先勾选要督办的留言。"
        return desk_page(request, bulk_form=form, trouble=Trouble(words))
    if not form.is_valid():
        return desk_page(request, bulk_form=form, trouble=Trouble("还有内容没填好，请看标红的地方。"))
    outcomes = [_one(request, number, form) for number in numbers]
    failed = [o for o in outcomes if o.why_not]
    context = {
        "what": "签发督办函",
        "outcomes": failed + [o for o in outcomes if not o.why_not],
        "done": len(outcomes) - len(failed),
        "failed": len(failed),
        "back": reverse("desk:supervision"),
    }
    return page(request, "workbench/search/report.html", context)


@staff_required
@require_POST
def receive(request: DeskRequest, pk: int) -> HttpResponse:
    """The unit signs for an order."""
    found = access.order_to_answer(request.actor, pk)
    trouble = attempt(request, found.case, lambda: ordering.receive(found, _as_unit(request, found)))
    if trouble:
        return _order_page(request, access.order_for(request.actor, pk), trouble=trouble)
    messages.success(request, f"已签收{found.number}。")
    return redirect("desk:order", pk)


@staff_required
@require_POST
def answer(request: DeskRequest, pk: int) -> HttpResponse:
    """The unit answers an order; a refusal keeps the text."""
    found, form = access.order_to_answer(request.actor, pk), AnswerForm(request.POST, auto_id="answer_%s")
    trouble: Trouble | None = Trouble("还有内容没填好，请看标红的地方。")
    if form.is_valid():
        act, text = _as_unit(request, found), form.cleaned_data["text"]
        trouble = attempt(request, found.case, lambda: ordering.answer(found, act, text=text))
    if trouble is None:
        messages.success(request, f"已答复{found.number}。")
        return redirect("desk:order", pk)
    trouble.tell(form)
    return _order_page(request, access.order_for(request.actor, pk), form=form, trouble=trouble)


@dataclass(frozen=True)
class _Side:
    """What the person may do with an order: sign for it, answer it."""

    may_receive: bool
    may_answer: bool


def _order_page(
    request: DeskRequest, found: SupervisionOrder, *, form: AnswerForm | None = None, trouble: Trouble | None = None
) -> HttpResponse:
    is_theirs = access.orders_to_own_units(request.actor).filter(pk=found.pk).exists()
    side = _Side(is_theirs and found.received_at is None, is_theirs and found.answered_at is None)
    context = {
        "order": found,
        "sheet": sheet_of(found),
        "side": side,
        "form": form or AnswerForm(auto_id="answer_%s"),
        "trouble": trouble,
        **timed(request.actor, found.case, request.at).context(),
        "history": history(found.case.events.select_related("actor", "unit").order_by("seq"), replies=()),
        "others": access.orders(request.actor).filter(case=found.case).exclude(pk=found.pk).order_by("issued_at"),
    }
    return page(request, "workbench/supervise/order.html", context, status=trouble.status if trouble else 200)


def _issue_page(
    request: DeskRequest, case: Case, form: OrderForm, trouble: Trouble | None, office: str
) -> HttpResponse:
    seen = timed(request.actor, case, request.at)
    context = {"case": case, "form": form, "trouble": trouble, "office": office, **seen.context()}
    return page(request, "workbench/supervise/issue.html", context, status=trouble.status if trouble else 200)


def _one(request: DeskRequest, number: str, form: BulkOrderForm) -> Outcome:
    try:
        case = cases.case_for(request.actor, number)
    except cases.NotVisible:
        return Outcome(number, "", "没有这件留言，或您看不到它")
    if not may(case.state, Step.SUPERVISE) or Step.SUPERVISE not in cases.steps_for(request.actor, case):
        return Outcome(number, case.title, "这件留言不归您督办，或已不能督办")
    if case.lead_unit_id is None:
        return Outcome(number, case.title, "还没有承办单位，不能发督办函")
    asked, is_skip = _asked(case)
    if is_skip and not form.cleaned_data["why_skip"]:
        return Outcome(number, case.title, "还没到书面督办这一级，又没有写越级的理由")
    reason = form.reason_for(asked.reason if asked else "", late_words(case, request.at), is_skip=is_skip)
    try:
        ordering.issue(
            case,
            act_of(request, case, Step.SUPERVISE),
            region=region_of(request.actor, case.region_id),
            reason=reason,
            demands=form.cleaned_data["demands"],
            copy_to=form.cleaned_data["copy_to"],
        )
    except Refused as error:
        return Outcome(number, case.title, error.message)
    except (Stale, IllegalTransition):
        return Outcome(number, case.title, "刚刚有同事动过这件留言，请看过再操作")
    return Outcome(number, case.title)


def _asked(case: Case) -> tuple[SupervisionStep | None, bool]:
    """The open request for a written order, and whether an order would jump a rung: none was ever asked for."""
    reached = list(
        SupervisionStep.objects.filter(case=case, means__in=[Means.WRITTEN, Means.INSPECTION]).exclude(
            state=StepState.VOID
        )
    )
    asked = [s for s in reached if s.means == Means.WRITTEN and s.state == StepState.ASKED]
    return asked[0] if asked else None, not reached


def _filtered(found: QuerySet[SupervisionOrder], form: OrderFilterForm, at: datetime) -> QuerySet[SupervisionOrder]:
    state, unit = form.cleaned_data["state"], form.cleaned_data["unit"].strip()
    narrow: dict[str, dict[str, Any]] = {
        "unsigned": {"received_at": None},
        "open": {"answered_at": None},
        "late": {"answered_at": None, "due_at__lt": at},
        "answered": {"answered_at__isnull": False},
    }
    found = found.filter(**narrow.get(state, {}))
    return found.filter(unit__name__icontains=unit) if unit else found


def _as_unit(request: DeskRequest, found: SupervisionOrder) -> Act:
    held = [g.role for g in request.actor.grants if g.unit_path and found.unit.path.startswith(g.unit_path)]
    role = next((r for r in access.ANSWERING if r in held), None)
    return Act(request.actor.user, request.at, role.label if role else "工作人员", found.unit)


def _only_with_orders(request: DeskRequest) -> None:
    if not request.actor.has(*access.LOOKING_ON, *access.ANSWERING):
        raise PermissionDenied
