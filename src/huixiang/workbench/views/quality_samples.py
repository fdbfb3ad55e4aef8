"""Quality samples (抽查复核): the sampled replies that wait, and one of them with its findings to agree with or not."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases.choices import SupplementState
from huixiang.cases.gate_choices import OverrideState
from huixiang.cases.ledger import Act
from huixiang.cases.models import Reply
from huixiang.cases.refusals import Refused
from huixiang.quality import access
from huixiang.quality.actions import reviewing
from huixiang.quality.models import Sample, SampleDraw, SecondOpinion
from huixiang.quality.worst import Told, second_told, told

from ..doors import DeskRequest, Trouble, page, staff_required
from ..forms_g import SampleForm

PER_PAGE = 30
DRAWS_SHOWN = 6


@staff_required
@require_safe
def samples(request: DeskRequest) -> HttpResponse:
    """The sampled replies that the person may review and nobody has reviewed yet."""
    _inspectors_only(request)
    rows = access.waiting(request.actor).select_related("reply__case__region", "reply__unit", "opinion").defer(
        "reply__case__sealed_title", "reply__case__sealed_body", "reply__case__sealed_contact"
    )  # fmt: skip
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "reviewed": access.samples(request.actor).filter(review__reviewer=request.actor.user).count(),
        "broken": access.samples(request.actor).exclude(error="").count(),
        "draws": SampleDraw.objects.all()[:DRAWS_SHOWN],
    }
    return page(request, "workbench/samples/list.html", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def sample(request: DeskRequest, pk: int) -> HttpResponse:
    """One sampled reply beside its message, with what was found in it; reviewed once, then only to be read."""
    _inspectors_only(request)
    found = access.sample_for(request.actor, pk)
    findings = told(found.opinion) if found.opinion else []
    is_sent = request.method == "POST"
    form = SampleForm(request.POST if is_sent else None, findings=findings, body=found.reply.body)
    trouble = None
    if is_sent:
        trouble = _review(request, found, form)
        if trouble is None:
            messages.success(request, f"{found.reply.case.number}的复核意见已记录。")
            return _next(request)
        trouble.tell(form)
        found = access.sample_for(request.actor, pk)
    return _page(request, found, findings, form, trouble)


def _review(request: DeskRequest, found: Sample, form: SampleForm) -> Trouble | None:
    if not form.is_valid():
        return Trouble("还有内容没填好，请看标红的地方。")
    act = Act(request.actor.user, request.at, Role.QUALITY_INSPECTOR.label)
    try:
        reviewing.review(
            found,
            act,
            agreed=form.agreed,
            refuted=form.refuted,
            missed=form.missed,
            note=form.cleaned_data["note"],
        )
    except reviewing.AlreadyReviewed as error:
        return Trouble(error.message, status=409)
    except Refused as error:
        return Trouble(error.message, error.field)
    return None


def _next(request: DeskRequest) -> HttpResponse:
    """On to the one that waits longest, else back to the list."""
    row = access.waiting(request.actor).values_list("pk", flat=True).first()
    return redirect("desk:sample", row) if row else redirect("desk:samples")


def _page(
    request: DeskRequest, found: Sample, findings: list[Told], form: SampleForm, trouble: Trouble | None
) -> HttpResponse:
    case, review = found.reply.case, getattr(found, "review", None)
    earlier = Reply.objects.published().filter(case=case, published_at__lt=found.reply.published_at)
    context: dict[str, Any] = {
        "sample": found,
        "reply": found.reply,
        "case": case,
        "form": form,
        "trouble": trouble,
        "review": review,
        "verdicts": list(review.verdicts.all()) if review else [],
        "rows": [(one, form[f"verdict_{one.code}"], form[f"reason_{one.code}"]) for one in findings],
        "remarks": found.opinion.remarks if found.opinion else [],
        "supplements": case.supplements.filter(state=SupplementState.SHOWN).defer("sealed_body"),
        "earlier": earlier.select_related("unit"),
        "override": found.reply.overrides.filter(state=OverrideState.APPROVED).select_related("decided_by").first(),
        "second": _second(found),
        "second_findings": second_told(found.second) if _second(found) else [],
    }
    status = trouble.status if trouble else 200
    return page(request, "workbench/samples/show.html", context, status=status)


def _second(found: Sample) -> SecondOpinion | None:
    """The second opinion, if there is one or one is still to come."""
    second: SecondOpinion | None = getattr(found, "second", None)
    is_to_come = bool(settings.LLM_URL)
    return second if second is not None and (is_to_come or second.answered_at or second.last_error) else None


def _inspectors_only(request: DeskRequest) -> None:
    if not request.actor.has(Role.QUALITY_INSPECTOR):
        raise PermissionDenied
