"""Inspecting (定期查办): the weekly lists, what was found on site, and talks and circulars (约谈、通报)."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from huixiang.cases import access as cases
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import IllegalTransition, Step
from huixiang.supervision import access
from huixiang.supervision.actions import admonishing, inspecting
from huixiang.supervision.models import Finding, Inspection
from huixiang.units.models import Region, Unit

from ..documents.xlsx_file import table_xlsx
from ..doors import DeskRequest, Trouble, attempt, check, page, staff_required
from ..forms_d import AdmonishForm, FindingForm, ListCaseForm, MakeListForm
from .risks import acting, case_named, only
from .supervising import region_of

PER_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNFILLED = "还有内容没填好，请看标红的地方。"
_COLUMNS = [
    ("编号", 18), ("标题", 40), ("地区", 18), ("单位", 28), ("列入原因", 24), ("现场情况", 50), ("和回复对照", 16),
    ("措施", 10), ("核查人", 12), ("核查时间", 18),
]  # fmt: skip


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def inspections(request: DeskRequest) -> HttpResponse:
    """The weekly lists of the own regions; making this week's list again takes up what has come since."""
    only(request, *access.LOOKING_ON)
    regions = list(Region.objects.filter(code__in=request.actor.regions(*access.OVERSIGHT)))
    form = MakeListForm(request.POST if request.method == "POST" else None, regions=regions)
    if request.method == "POST":
        only(request, *access.OVERSIGHT)
        if form.is_valid():
            region = form.regions[form.cleaned_data["region"]]
            made = inspecting.make_list(region, acting(request, region.code, *access.OVERSIGHT))
            messages.success(request, f"{region.readable}本周的查办清单已更新。")
            return redirect("desk:inspection", made.pk)
    mine = access.findings(request.actor)
    lists = access.inspections(request.actor).select_related("region", "made_by").annotate(
        every=Count("findings", Q(findings__in=mine), distinct=True),
        done=Count("findings", Q(findings__in=mine, findings__at__isnull=False), distinct=True),
    )  # fmt: skip
    shown = Paginator(lists.order_by("-week_on", "region_id"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": [(one, week_words(one.week_on)) for one in shown],
        "form": form if regions else None,
    }
    return page(request, "workbench/inspect/inspections.html", context, status=422 if form.errors else 200)


@staff_required
@require_safe
def inspection(request: DeskRequest, pk: int) -> HttpResponse:
    """One weekly list, ready to be printed and taken along."""
    found = access.inspection_for(request.actor, pk)
    rows = list(_findings(request, found))
    context = {
        "inspection": found,
        "week": week_words(found.week_on),
        "rows": rows,
        "done": sum(row.at is not None for row in rows),
        "may_record": access.supervises(request.actor, found.region_id),
    }
    return page(request, "workbench/inspect/inspection.html", context)


@staff_required
@require_safe
def export(request: DeskRequest, pk: int) -> HttpResponse:
    """One weekly list as XLSX."""
    found = access.inspection_for(request.actor, pk)
    made = table_xlsx("查办清单", _COLUMNS, (_line(row) for row in _findings(request, found)))
    name = f"{found.region.readable}查办清单{found.week_on:%Y%m%d}.xlsx"
    response = HttpResponse(made, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def list_case(request: DeskRequest, number: str) -> HttpResponse:
    """In an emergency one case is listed by hand, with the reason, before its clocks have come so far."""
    case = cases.case_for(request.actor, number)
    region = region_of(request.actor, case.region_id)
    form = ListCaseForm(request.POST if request.method == "POST" else None, auto_id="list_%s")
    trouble = None
    if request.method == "POST":
        made: list[Finding] = []
        trouble = attempt(request, case, lambda: check(request, case, Step.SUPERVISE))
        if trouble is None and not form.is_valid():
            trouble = Trouble(_UNFILLED)
        if trouble is None:
            act = acting(request, case.region_id, *access.OVERSIGHT)
            words = form.cleaned_data["reason"]
            trouble = attempt(request, case, lambda: made.append(inspecting.list_case(case, region, act, reason=words)))
        if trouble is None:
            messages.success(request, f"{case.number}已列入本周查办清单。")
            return redirect("desk:inspection", made[0].inspection_id)
        trouble.tell(form)
        case = cases.case_for(request.actor, number)
    context = {"case": case, "region": region, "form": form, "trouble": trouble}
    status = trouble.status if trouble else 200
    return page(request, "workbench/inspect/list_case.html", context, status=status)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def finding(request: DeskRequest, pk: int) -> HttpResponse:
    """What was found on site for one case of a list, recorded once."""
    row = access.finding_for(request.actor, pk)
    form = FindingForm(request.POST if request.method == "POST" else None, auto_id="finding_%s")
    trouble = None
    if request.method == "POST":
        trouble = _record(request, row, form)
        if trouble is None:
            messages.success(request, _recorded(access.finding_for(request.actor, pk)))
            return redirect("desk:inspection", row.inspection_id)
        trouble.tell(form)
        row = access.finding_for(request.actor, pk)
    replies = row.case.replies.published().select_related("unit")
    context = {
        "row": row,
        "case": row.case,
        "form": form,
        "trouble": trouble,
        "week": week_words(row.inspection.week_on),
        "replies": list(replies)[-2:],
    }
    return page(request, "workbench/inspect/finding.html", context, status=trouble.status if trouble else 200)


def _recorded(row: Finding) -> str:
    """What is told of a finding that was recorded."""
    lead = row.case.lead_unit
    if row.measure == Finding.Measure.RAISE and lead is not None:
        return f"现场核查已记录，这件留言改由{lead.name}主办，原单位协办。"
    return "现场核查已记录，留言页面上能看到结果。"


def _record(request: DeskRequest, row: Finding, form: FindingForm) -> Trouble | None:
    if not form.is_valid():
        return Trouble(_UNFILLED)
    given, act = form.cleaned_data, acting(request, row.case.region_id, *access.OVERSIGHT)
    return attempt(
        request,
        row.case,
        lambda: inspecting.record_finding(
            row, act, found=given["found"], is_true_to_reply=given["truth"] == "yes", measure=given["measure"]
        ),
    )


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def admonitions(request: DeskRequest) -> HttpResponse:
    """Talks with units and circulars about them; a unit sees its own."""
    only(request, *access.LOOKING_ON, *access.ANSWERING)
    form = AdmonishForm(request.POST if request.method == "POST" else None, auto_id="admonish_%s")
    trouble = None
    if request.method == "POST":
        only(request, *access.OVERSIGHT)
        trouble = _admonish(request, form)
        if trouble is None:
            messages.success(request, "已记录。")
            return redirect("desk:admonitions")
        trouble.tell(form)
    found = access.admonitions(request.actor).select_related("unit", "case", "by").order_by("-at", "-pk")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    may_record = request.actor.has(*access.OVERSIGHT)
    context = {
        "page": shown,
        "form": form if may_record else None,
        "trouble": trouble,
        "unit_options": _units(request) if may_record else [],
    }
    return page(request, "workbench/inspect/admonitions.html", context, status=trouble.status if trouble else 200)


def _admonish(request: DeskRequest, form: AdmonishForm) -> Trouble | None:
    if not form.is_valid():
        return Trouble(_UNFILLED)
    given = form.cleaned_data
    unit: Unit = given["unit"]
    if not access.supervises(request.actor, unit.region_id):
        return Trouble("这个单位不在您负责的地区。", "unit")
    case = case_named(request, given["number"]) if given["number"] else None
    if given["number"] and case is None:
        return Trouble("在您的地区没有找到这个编号，请核对后再填。", "number")
    act = acting(request, unit.region_id, *access.OVERSIGHT)
    words = {name: given[name] for name in ("kind", "reason", "text")}
    try:
        admonishing.admonish(unit, act, case=case, **words)
    except Refused as error:
        return Trouble(error.message, error.field)
    except IllegalTransition:
        return Trouble("这件留言已撤回或并入其他留言，不能再记在它名下。", "number")
    return None


def week_words(monday: date) -> str:
    """A week in words: 11月16日至22日."""
    sunday = monday + timedelta(days=6)
    month = "" if sunday.month == monday.month else f"{sunday.month}月"
    return f"{monday.year}年{monday.month}月{monday.day}日至{month}{sunday.day}日"


def _findings(request: DeskRequest, found: Inspection) -> QuerySet[Finding]:
    mine = access.findings(request.actor).filter(inspection=found)
    return mine.select_related("case__region", "unit", "by").order_by("unit__name", "pk")


def _line(row: Finding) -> list[Any]:
    truth = {True: "一致", False: "不一致", None: ""}[row.is_true_to_reply]
    return [
        row.case.number, row.case.title, row.case.region.readable, row.unit.name if row.unit else "", row.why,
        row.found, truth, row.get_measure_display() if row.measure else "", row.by.display_name if row.by else "",
        row.at or "",
    ]  # fmt: skip


def _units(request: DeskRequest) -> list[str]:
    inside = Q(pk__in=[])
    for code in request.actor.regions(*access.OVERSIGHT):
        inside |= Q(region__code__startswith=code)
    return list(Unit.objects.active().filter(inside).order_by("path").values_list("name", flat=True)[:2000])
