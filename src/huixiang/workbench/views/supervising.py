"""The supervision desk (督办台): what is late, by unit and rung, with the one next act each case needs."""

import calendar
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST, require_safe

from huixiang.cases import access as cases
from huixiang.rules.calendar import CHINA
from huixiang.rules.ladder import Means
from huixiang.rules.lifecycle import Step
from huixiang.supervision import access
from huixiang.supervision.actions import calling, inspecting
from huixiang.ui import moments
from huixiang.units.access import Actor
from huixiang.units.models import Level, Region
from huixiang.units.standards import in_force

from .. import falling_due, standing
from ..documents.xlsx_file import table_xlsx
from ..doors import DeskRequest, Trouble, act_of, attempt, page, staff_required
from ..forms_c import BulkOrderForm, CallForm, DeskFilterForm
from .queueing import start_of

PER_PAGE = 50
EXPORT_MOST = 20_000
DAY_MOST = 100
UNITS_SHOWN = 100
YEARS = range(2000, 2100)
REGION_LEVELS = [Level.PROVINCE, Level.PREFECTURE, Level.COUNTY]
COLUMNS = [
    ("亮灯", 10), ("单位", 28), ("编号", 18), ("标题", 40), ("地区", 18), ("计时项目", 18), ("期限", 18), ("超时", 12),
    ("下一步", 12), ("待答复的督办函", 22),
]  # fmt: skip


def only_watchers(request: DeskRequest) -> None:
    """Raises PermissionDenied for everybody who does not watch over a region."""
    if not request.actor.regions(*access.LOOKING_ON):
        raise PermissionDenied


@staff_required
@require_safe
def desk(request: DeskRequest) -> HttpResponse:
    """The desk."""
    only_watchers(request)
    return desk_page(request)


@staff_required
@require_POST
def call(request: DeskRequest, pk: int) -> HttpResponse:
    """Records a call that was asked for; what is missing is told beside the field, with the words kept."""
    step = access.step_for(request.actor, pk)
    form = CallForm(request.POST, auto_id=f"call{pk}_%s")
    trouble: Trouble | None = Trouble("还有内容没填好，请看标红的地方。")
    if form.is_valid():
        act = act_of(request, step.case, Step.SUPERVISE)
        trouble = attempt(request, step.case, lambda: calling.record_call(step, act, **form.cleaned_data))
    if trouble is None:
        messages.success(request, f"已记下对{step.unit.short_name if step.unit else '单位'}的电话催办。")
        return redirect(f"{reverse('desk:supervision')}?{_given(request).urlencode()}")
    trouble.tell(form)
    return desk_page(request, call_form=(pk, form), trouble=trouble)


@staff_required
@require_POST
def inspect(request: DeskRequest) -> HttpResponse:
    """Puts the gravest cases of a region on this week's inspection list, among them the one that was asked for."""
    case = cases.case_for(request.actor, request.POST.get("case", ""))
    region = region_of(request.actor, case.region_id)
    made = inspecting.make_list(region, act_of(request, case, Step.SUPERVISE))
    if made.findings.filter(case=case).exists():
        messages.success(
            request, f"{case.number}已列入{region.name}{moments.spoken(made.week_on, request.at)}起的查办清单。"
        )
    else:
        messages.warning(request, f"{case.number}现在不需要查办，没有列入。")
    return redirect(f"{reverse('desk:supervision')}?{_given(request).urlencode()}")


@staff_required
@require_safe
def export(request: DeskRequest) -> HttpResponse:
    """The cases of the desk as XLSX, at most EXPORT_MOST of them."""
    only_watchers(request)
    form = _form(request)
    rows = standing.all_rows(request.actor, standing.alerts_for(request.actor, form.wanted, request.at), EXPORT_MOST)
    made = table_xlsx("督办台", COLUMNS, _lines(request, rows))
    response = HttpResponse(made, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response["Content-Disposition"] = f'attachment; filename="huixiang-{localtime(request.at):%Y%m%d-%H%M}.xlsx"'
    return response


@staff_required
@require_safe
def due_calendar(request: DeskRequest) -> HttpResponse:
    """A month of due times, a number per kind and day, and what is due on one day."""
    only_watchers(request)
    today = request.at.astimezone(CHINA).date()
    day = _date(request.GET.get("day", ""))
    month = _date(f"{request.GET.get('month', '')}-01") or (day or today).replace(day=1)
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    counts = falling_due.by_day(request.actor, [day for week in weeks for day in week])
    days = in_force().calendar.provisional(month.year - 1, month.year, month.year + 1)
    context = {
        "month": month,
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": (month + timedelta(days=32)).replace(day=1),
        "weeks": [[_cell(d, month, today, counts, days.is_working_day(d)) for d in week] for week in weeks],
        "weekdays": "一二三四五六日",
        "day": day,
        "sections": falling_due.on(request.actor, day, DAY_MOST) if day else [],
        "most": DAY_MOST,
    }
    return page(request, "workbench/supervise/calendar.html", context)


def desk_page(
    request: DeskRequest,
    *,
    call_form: tuple[int, CallForm] | None = None,
    bulk_form: BulkOrderForm | None = None,
    trouble: Trouble | None = None,
) -> HttpResponse:
    """The page of the desk, with what was typed and what stood in its way if there is any."""
    only_watchers(request)
    form, start = _form(request), start_of(request)
    wanted = form.wanted
    of_region = standing.Wanted(clock=wanted.clock, region=wanted.region)
    units = standing.by_unit(standing.alerts_for(request.actor, of_region, request.at), request.at)[:UNITS_SHOWN]
    form.offer((str(u["key"]), u["name"]) for u in units)
    alerts = standing.alerts_for(request.actor, wanted, request.at)
    lines = list(standing.gravest_first(alerts)[start : start + PER_PAGE + 1])
    rows = standing.rows_for(request.actor, lines[:PER_PAGE])
    given = _given(request)
    lost = _lost(_with_calls(rows, request.at, call_form, trouble), call_form)
    context = {
        "form": form,
        "rows": rows,
        "units": units,
        "totals": {name: sum(u[name] for u in units) for name in ("today", "yellow", "red", "black")},
        "acts": [(m, w, n) for (m, w), n in zip(standing.ACTS.items(), _acts(request, wanted), strict=True)],
        "coming": standing.coming_today(request.actor, wanted, request.at) if wanted.what in {"", "today"} else [],
        "coming_most": standing.COMING_MOST,
        "wants_today": wanted.what == "today",
        "query": given.urlencode(),
        "is_filtered": any(given.values()),
        "can_act": bool(request.actor.regions(*access.OVERSIGHT)),
        "bulk_form": bulk_form or BulkOrderForm(auto_id="bulk_%s"),
        "chosen": set(request.POST.getlist("case")),
        # What stood in the way of a call is told where its form is open, as long as that is still on the page.
        "trouble": None if call_form is not None and lost is None else trouble,
        "lost_call": lost,
        **_steps(given, start, has_more=len(lines) > PER_PAGE),
    }
    is_wrong = trouble is not None or (bulk_form is not None and not bulk_form.is_valid()) or bool(form.errors)
    status = trouble.status if trouble else 422 if is_wrong else 200
    return page(request, "workbench/supervise/desk.html", context, status=status)


def region_of(actor: Actor, region_code: str) -> Region:
    """The nearest region, over which the person supervises, that holds this one: its office signs."""
    codes = [code for code in actor.regions(*access.OVERSIGHT) if region_code.startswith(code)]
    if not codes:
        raise PermissionDenied
    return Region.objects.get(code=max(codes, key=len))


def _given(request: DeskRequest) -> QueryDict:
    """The filters of the request, of a form's hidden field where there is one; nothing but the filters."""
    given = QueryDict(request.POST.get("query", "")[:500]) if request.method == "POST" else request.GET
    clean = QueryDict(mutable=True)
    for name in DeskFilterForm.base_fields:
        if value := given.get(name, ""):
            clean[name] = value
    return clean


def _form(request: DeskRequest) -> DeskFilterForm:
    inside = Q(pk__in=[])
    for code in request.actor.regions(*access.LOOKING_ON):
        inside |= Q(code__startswith=code)
    regions = Region.objects.filter(inside, level__in=REGION_LEVELS).order_by("code")
    return DeskFilterForm(_given(request), regions=[(r.code, r.readable) for r in regions])


def _acts(request: DeskRequest, wanted: standing.Wanted) -> list[int]:
    return list(standing.acts_wanted(request.actor, wanted.region).values())


def _with_calls(
    rows: list[standing.Row], at: datetime, typed: tuple[int, CallForm] | None, trouble: Trouble | None
) -> list[standing.Row]:
    for row in rows:
        row.left_words = moments.left(row.due_at, at)
        if row.step and row.may_act and row.step.means == Means.PHONE:
            is_typed = typed is not None and typed[0] == row.step.pk
            row.call_form = typed[1] if typed and is_typed else CallForm(auto_id=f"call{row.step.pk}_%s")
            row.call_trouble = trouble if is_typed else None
    return rows


def _lost(rows: list[standing.Row], typed: tuple[int, CallForm] | None) -> CallForm | None:
    """What was typed about a call whose row is not on the page any more."""
    if typed is None or any(row.call_form is typed[1] for row in rows):
        return None
    return typed[1]


def _steps(given: QueryDict, start: int, *, has_more: bool) -> dict[str, str]:
    # A page shown after a form has the form's address, so its links name the desk.
    desk_url = reverse("desk:supervision")
    head = f"{desk_url}?{given.urlencode()}&" if given else f"{desk_url}?"
    return {
        "next_url": f"{head}from={start + PER_PAGE}" if has_more else "",
        "prev_url": f"{head}from={max(0, start - PER_PAGE)}" if start else "",
    }


def _lines(request: DeskRequest, rows: Iterator[standing.Row]) -> Iterator[list[object]]:
    for row in rows:
        late = request.at > row.due_at
        yield [
            row.rung_words, row.unit, row.case.number, row.case.title, row.case.region.readable, "、".join(row.clocks),
            row.due_at, moments.left(row.due_at, request.at) if late else "",
            row.next_act, row.order.number if row.order else "",
        ]  # fmt: skip


def _cell(day: date, month: date, today: date, counts: dict[date, Counter[str]], is_working: bool) -> dict[str, Any]:
    return {
        "day": day,
        "is_other": day.month != month.month,
        "is_today": day == today,
        "is_rest": not is_working,
        "is_past": day < today,
        "counts": counts[day],
        "words": falling_due.words_of(counts[day]),
        "url": f"?month={month:%Y-%m}&day={day:%Y-%m-%d}",
    }


def _date(words: str) -> date | None:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    return day if day.year in YEARS else None
