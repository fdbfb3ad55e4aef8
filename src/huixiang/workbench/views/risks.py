"""Risks (风险): what may become grave, reported to the leading group's duty person within the hour; who is on duty."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import access as cases
from huixiang.cases.ledger import Act
from huixiang.cases.models import Case
from huixiang.cases.refusals import Refused
from huixiang.notices.actions.reading import read_about
from huixiang.rules.calendar import CHINA
from huixiang.supervision import access
from huixiang.supervision.actions import controlling, rostering
from huixiang.supervision.models import Risk
from huixiang.supervision.risking import LeadingGroup, leading_group
from huixiang.units.models import Region

from ..doors import DeskRequest, Trouble, attempt, me, page, staff_required
from ..forms_d import CloseRiskForm, DutyForm, RaiseRiskForm, ReportRiskForm

PER_PAGE = 30
LOOKS = {"crowd": "people", "life": "exclamation-octagon-fill", "minors": "person", "heat": "megaphone"}
_UNFILLED = "还有内容没填好，请看标红的地方。"


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def risks(request: DeskRequest) -> HttpResponse:
    """The risks of the own regions, those not yet reported first; a new one is registered by hand."""
    only(request, *access.LOOKING_ON)
    if request.method == "POST":
        return _raise(request)
    read_about(me(request), request.path, at=request.at)
    return _page(request)


@staff_required
@require_POST
def report(request: DeskRequest, pk: int) -> HttpResponse:
    """Records that the duty person was told; a member of the leading group says so themselves with one press."""
    risk = access.risk_for(request.actor, pk)
    people = leading_group(request.at).members(risk.case.region_id)
    form = ReportRiskForm(request.POST, people=people, pk=pk)
    trouble: Trouble | None = Trouble(_UNFILLED)
    if form.is_valid():
        is_own = form.person == request.actor.user
        if not (is_own or access.supervises(request.actor, risk.case.region_id)):
            raise PermissionDenied
        act, note = _act(request, risk.case), form.cleaned_data["note"]
        call = lambda: controlling.report_risk(risk, act, to=form.person, note=note)  # noqa: E731 - one call, as data
        trouble = attempt(request, risk.case, call)
    if trouble is None:
        messages.success(request, f"已记录：{form.person.display_name}已知道这项风险。")
        return redirect("desk:risks")
    trouble.tell(form)
    return _page(request, report_form=(pk, form), trouble=trouble)


@staff_required
@require_POST
def close(request: DeskRequest, pk: int) -> HttpResponse:
    """Ends the watch over a risk, with the reason."""
    risk = access.risk_for(request.actor, pk)
    form = CloseRiskForm(request.POST, auto_id=f"close_{pk}_%s")
    trouble: Trouble | None = Trouble(_UNFILLED)
    if form.is_valid():
        act, note = _act(request, risk.case), form.cleaned_data["note"]
        trouble = attempt(request, risk.case, lambda: controlling.close_risk(risk, act, note=note))
    if trouble is None:
        messages.success(request, "风险已解除。")
        return redirect("desk:risks")
    trouble.tell(form)
    return _page(request, close_form=(pk, form), trouble=trouble)


def _raise(request: DeskRequest) -> HttpResponse:
    only(request, *access.OVERSIGHT)
    form = RaiseRiskForm(request.POST, auto_id="raise_%s")
    trouble: Trouble | None = Trouble(_UNFILLED)
    if form.is_valid():
        case = case_named(request, form.cleaned_data["number"])
        if case is None:
            trouble = Trouble("在您的地区没有找到这个编号，请核对后再填。", "number")
        else:
            kind, why, act = form.cleaned_data["kind"], form.cleaned_data["why"], _act(request, case)
            trouble = attempt(request, case, lambda: controlling.raise_risk(case, act, kind=kind, why=why))
    if trouble is None:
        messages.success(request, "已登记风险，并通知了值班人员。")
        return redirect("desk:risks")
    trouble.tell(form)
    return _page(request, raise_form=form, trouble=trouble)


def _page(
    request: DeskRequest,
    *,
    raise_form: RaiseRiskForm | None = None,
    report_form: tuple[int, ReportRiskForm] | None = None,
    close_form: tuple[int, CloseRiskForm] | None = None,
    trouble: Trouble | None = None,
) -> HttpResponse:
    only(request, *access.LOOKING_ON)
    shows_closed = request.GET.get("show") == "closed"
    mine = access.risks(request.actor)
    found = mine.filter(closed_at__isnull=not shows_closed).select_related("case__region", "case__lead_unit")
    order = F("closed_at").desc() if shows_closed else F("reported_at").asc(nulls_first=True)
    rows = found.select_related("reported_to", "raised_by").order_by(order, "raised_at", "pk")
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    group = leading_group(request.at)
    context = {
        "page": shown,
        "rows": [_row(request, risk, group, report_form, close_form) for risk in shown],
        "shows_closed": shows_closed,
        "waiting": mine.filter(closed_at=None, reported_at=None).count(),
        "may_raise": request.actor.has(*access.OVERSIGHT),
        "raise_form": raise_form or RaiseRiskForm(auto_id="raise_%s", initial={"number": request.GET.get("case", "")}),
        "trouble": trouble,
        "on_duty": _on_duty(request, group),
    }
    return page(request, "workbench/risks/risks.html", context, status=trouble.status if trouble else 200)


def _row(
    request: DeskRequest,
    risk: Risk,
    group: LeadingGroup,
    report_form: tuple[int, ReportRiskForm] | None,
    close_form: tuple[int, CloseRiskForm] | None,
) -> dict[str, Any]:
    people = group.members(risk.case.region_id)
    supervises = access.supervises(request.actor, risk.case.region_id)
    waits = risk.reported_at is None and risk.closed_at is None and not risk.case.is_report
    typed_report = report_form[1] if report_form and report_form[0] == risk.pk else None
    typed_close = close_form[1] if close_form and close_form[0] == risk.pk else None
    return {
        "risk": risk,
        "icon": LOOKS[risk.kind],
        "waits": waits,
        "is_mine": waits and me(request) in people,
        "report_form": typed_report or ReportRiskForm(None, people=people, pk=risk.pk),
        "may_report": waits and supervises,
        "report_open": typed_report is not None,
        "close_form": typed_close or CloseRiskForm(auto_id=f"close_{risk.pk}_%s"),
        "close_open": typed_close is not None,
    }


def _on_duty(request: DeskRequest, group: LeadingGroup) -> list[tuple[str, str]]:
    """For each of the own regions, who is on duty now."""
    regions = Region.objects.filter(code__in=request.actor.regions(*access.LOOKING_ON))
    return [(r.readable, "、".join(p.display_name for p in group.on_duty(r.code))) for r in regions]


# -- who is on duty --------------------------------------------------------------------------------------------------


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: DeskRequest) -> HttpResponse:
    """The roster of the leading group; those who supervise a region arrange it."""
    only(request, *access.LOOKING_ON)
    regions = list(Region.objects.filter(code__in=request.actor.regions(*access.OVERSIGHT)))
    people = _leading_people(request, regions)
    form = DutyForm(request.POST if request.method == "POST" else None, regions=regions, people=people)
    trouble = None
    if request.method == "POST":
        only(request, *access.OVERSIGHT)
        trouble = _put_on_duty(request, form)
        if trouble is None:
            messages.success(request, "已排班。")
            return redirect("desk:duty")
        trouble.tell(form)
    rows = access.rosters(request.actor).filter(ends_at__gt=request.at).select_related("region", "user")
    codes = request.actor.regions(*access.OVERSIGHT)
    context = {
        "rows": [(row, any(row.region_id.startswith(code) for code in codes)) for row in rows.order_by("starts_at")],
        "form": form if regions else None,
        "has_people": bool(people),
        "trouble": trouble,
        "on_duty": _on_duty(request, leading_group(request.at)),
    }
    return page(request, "workbench/risks/duty.html", context, status=trouble.status if trouble else 200)


@staff_required
@require_POST
def end_duty(request: DeskRequest, pk: int) -> HttpResponse:
    """Ends a duty now, or takes it off the roster."""
    row = access.roster_for(request.actor, pk)
    try:
        rostering.take_off_duty(row, Act(me(request), request.at))
    except Refused as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"{row.user.display_name}的班已结束。")
    return redirect("desk:duty")


def _put_on_duty(request: DeskRequest, form: DutyForm) -> Trouble | None:
    if not form.is_valid():
        return Trouble(_UNFILLED)
    given = form.cleaned_data
    region, person = form.regions[given["region"]], form.people[given["person"]]
    starts, ends = _midnight(given["starts_on"]), _midnight(given["ends_on"] + timedelta(days=1))
    try:
        rostering.put_on_duty(region, person, Act(me(request), request.at), starts_at=starts, ends_at=ends)
    except Refused as error:
        return Trouble(error.message, error.field)
    return None


def _leading_people(request: DeskRequest, regions: list[Region]) -> list[User]:
    group = leading_group(request.at)
    leads = [*group.convenors, *group.leaders]
    found = [p for code, p in leads if any(r.code.startswith(code) or code.startswith(r.code) for r in regions)]
    return list({person.pk: person for person in found}.values())


# -- shared by the leaders' pages -------------------------------------------------------------------------------------


def only(request: DeskRequest, *roles: Role) -> None:
    """Raises PermissionDenied for whoever holds none of the roles."""
    if not request.actor.has(*roles):
        raise PermissionDenied


def case_named(request: DeskRequest, number: str) -> Case | None:
    """The case under this number that the person supervises; None where there is none for them."""
    try:
        case = cases.case_for(request.actor, number)
    except cases.NotVisible:
        return None
    return case if access.supervises(request.actor, case.region_id) else None


def acting(request: DeskRequest, region_code: str, *roles: Role) -> Act:
    """The person as the first of `roles` that they hold over the region."""
    role = next((r for r in roles if request.actor.covers(region_code, r)), None)
    return Act(me(request), request.at, role.label if role else (request.actor.role_names or ["工作人员"])[0])


def _act(request: DeskRequest, case: Case) -> Act:
    return acting(request, case.region_id, *access.OVERSIGHT, Role.CONVENOR, Role.LEADER)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
