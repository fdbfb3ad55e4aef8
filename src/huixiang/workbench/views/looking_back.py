"""Looking back (回头看): choosing a unit and a period, the progress, the figures, the worst replies, the report."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases.ledger import Act
from huixiang.cases.refusals import Refused
from huixiang.quality import access
from huixiang.quality.actions import looking_back
from huixiang.quality.figures import Figures
from huixiang.quality.models import LookBack, LookBackState
from huixiang.quality.worst import worst
from huixiang.units.models import Unit

from ..documents.look_back_docx import look_back_docx
from ..documents.look_back_pdf import look_back_pdf
from ..documents.look_back_sheet import sheet_of
from ..doors import DeskRequest, Trouble, page, staff_required, wants_fragment
from ..forms_g import LookBackForm

PER_PAGE = 20
UNITS_OFFERED = 2000
LAST_QUARTER = timedelta(days=90)
FILES = {
    "docx": (look_back_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (look_back_pdf, "application/pdf"),
}


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def look_backs(request: DeskRequest) -> HttpResponse:
    """The look-backs over the units the person may look at, and the form for a new one."""
    _only_those_who_may(request)
    units, today = access.units(request.actor), localtime(request.at).date()
    is_sent = request.method == "POST"
    initial = {"unit": _own_unit(request), "from_on": today - LAST_QUARTER, "until_on": today}
    form = LookBackForm(request.POST if is_sent else None, units=units, initial=initial)
    trouble = None
    if is_sent:
        made, trouble = _ask(request, form)
        if made is not None:
            return redirect("desk:look_back", made.pk)
    found = access.look_backs(request.actor).select_related("unit", "asked_by").order_by("-asked_at", "-pk")
    context = {
        "form": form,
        "trouble": trouble,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "unit_options": list(units.order_by("path").values_list("name", flat=True)[:UNITS_OFFERED]),
        "has_samples": request.actor.has(Role.QUALITY_INSPECTOR),
        "has_agreement": request.actor.has(*access.SEES_AGREEMENT),
    }
    return page(request, "workbench/looking_back/list.html", context, status=422 if trouble else 200)


def _ask(request: DeskRequest, form: LookBackForm) -> tuple[LookBack | None, Trouble | None]:
    if not form.is_valid():
        return None, Trouble("还有内容没填好，请看标红的地方。")
    unit, (from_on, until_on) = form.cleaned_data["unit"], form.period
    act = Act(request.actor.user, request.at, (request.actor.role_names or ["工作人员"])[0])
    try:
        found = access.replies(request.actor, unit)
        return looking_back.ask(found, unit, act, from_on=from_on, until_on=until_on), None
    except Refused as error:
        if not error.field:
            return None, Trouble(error.message)
        form.add_error(error.field, error.message)
        return None, Trouble("还有内容没填好，请看标红的地方。")


@staff_required
@require_safe
def look_back(request: DeskRequest, pk: int) -> HttpResponse:
    """One look-back: how far it is, why it stopped, or what it found."""
    _only_those_who_may(request)
    found = access.look_back_for(request.actor, pk)
    context: dict[str, Any] = {"look_back": found, "is_open": found.state in looking_back.OPEN}
    if context["is_open"]:
        context |= {"total": found.looked.count(), "done": found.looked.exclude(opinion=None, error="").count()}
    if found.state == LookBackState.DONE and found.summary is not None:
        context |= {"figures": Figures.of(found.summary), "worst": worst(request.actor, found)}
    if wants_fragment(request) and not context["is_open"]:
        # The page polls for its progress; there is nothing left to wait for.
        return HttpResponse(headers={"HX-Refresh": "true"})
    template = "workbench/looking_back/show.html"
    return page(request, f"{template}#progress" if wants_fragment(request) else template, context)


@staff_required
@require_POST
def again(request: DeskRequest, pk: int) -> HttpResponse:
    """Lets a look-back that stopped go on."""
    _only_those_who_may(request)
    found = access.look_back_for(request.actor, pk)
    if looking_back.retry(found):
        messages.success(request, "已重新排队，从停下的地方接着判断。")
    return redirect("desk:look_back", pk)


@staff_required
@require_safe
def report(request: DeskRequest, pk: int, kind: str) -> HttpResponse:
    """The report of a finished look-back as a file."""
    _only_those_who_may(request)
    found = access.look_back_for(request.actor, pk)
    if found.state != LookBackState.DONE or found.summary is None:
        messages.warning(request, "还没有判断完，暂时没有报告。")
        return redirect("desk:look_back", pk)
    sheet = sheet_of(found, Figures.of(found.summary), worst(request.actor, found, only_public=True))
    make, content_type = FILES[kind]
    response = HttpResponse(make(sheet), content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{sheet.file_name}.{kind}") or "attachment"
    return response


def _own_unit(request: DeskRequest) -> str:
    """The unit of somebody who heads one; the form is then ready to send."""
    unit = Unit.objects.filter(pk__in=request.actor.own_unit_ids(Role.UNIT_HEAD)).order_by("path").first()
    return unit.name if unit else ""


def _only_those_who_may(request: DeskRequest) -> None:
    if not request.actor.has(*access.LOOKING_BACK):
        raise PermissionDenied
