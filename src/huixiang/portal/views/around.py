"""Who answers, and where: pages of units and regions, and the fragments of the place picker."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from huixiang.cases.models import Case
from huixiang.nlp.cleaning import neutralise
from huixiang.units.models import Level, Region, Unit

from .. import places
from ..cards import cards
from ..figures import year_figures
from ..kept import kept, public_version
from .pages import Asked, show, show_framed

UNITS_PER_PAGE = 60
NEWEST = 6
MOST_UNITS = 24


@require_safe
@kept(public_version)
def units(request: Asked) -> HttpResponse:
    """Lists the units, by name and by region."""
    query = neutralise(request.GET.get("q", ""))[:40]
    picker = places.picker(request.GET.get("region", ""))
    found = Unit.objects.active().select_related("region").order_by("region_id", "path")
    if query:
        found = found.filter(Q(name__contains=query) | Q(short_name__contains=query))
    if picker.chosen:
        found = found.filter(region__code__startswith=picker.chosen)
    page = Paginator(found, UNITS_PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "units", {"page": page, "q": query, "picker": picker})


@require_safe
@kept(public_version)
def unit(request: Asked, unit_id: int) -> HttpResponse:
    """Shows what a unit is for, how it answers, and its newest answers."""
    found = get_object_or_404(Unit.objects.select_related("region", "parent"), pk=unit_id)
    cases = Case.objects.public().filter(lead_unit=found)
    context = {
        "unit": found,
        "figures": year_figures(cases, request.at),
        "remits": found.remits.select_related("topic", "region").order_by("topic_id"),
        "below": found.children.filter(is_active=True),
        "answers": cards(cases.for_lists().newly_answered()[:NEWEST]),
        "newest": cards(cases.for_lists().filter(answered_at=None).newest()[:NEWEST]),
    }
    return show_framed(request, "unit", context)


@require_safe
@kept(public_version)
def regions(request: Asked) -> HttpResponse:
    """Lists every prefecture with its counties."""
    query = request.GET.get("q", "")
    return show(request, "regions", {"picker": places.picker(), "q": query[:40], "hits": places.find(query)})


@require_safe
@kept(public_version)
def region(request: Asked, code: str) -> HttpResponse:
    """Shows how things are answered in one place and everything below it."""
    found = Region.objects.select_related("parent__parent__parent").filter(pk=code).first()
    if found is None:
        raise Http404
    cases = Case.objects.public().in_region(code)
    context = {
        "region": found,
        "path": places.path_of(found),
        "children": found.children.all(),
        "figures": year_figures(cases, request.at),
        "units": Unit.objects.active().filter(region=found)[:MOST_UNITS],
        "answers": cards(cases.for_lists().newly_answered()[:NEWEST]),
        "newest": cards(cases.for_lists().filter(answered_at=None).newest()[:NEWEST]),
    }
    return show_framed(request, "region", context)


@require_safe
def find_places(request: Asked) -> HttpResponse:
    """Gives the places whose names hold what was typed, for the place picker."""
    query = request.GET.get("place_q", "").strip()
    context = {"query": query, "hits": places.find(query), "required": request.GET.get("required", "")[:1]}
    return show(request, "parts/place_hits", context)


@require_safe
def place_picker(request: Asked) -> HttpResponse:
    """Gives the place picker standing on the place that was found."""
    is_required = request.GET.get("required") == "1"
    context = {
        "picker": places.picker_at(request.GET.get("code", "")[:12]),
        "is_required": is_required,
        # The button that was pressed goes away with the old picker; the focus goes to what it chose.
        "is_chosen": True,
        "label": "" if is_required else "地区",
        "name_all": "" if is_required else "全省各地",
    }
    return show(request, "parts/place_picker", context)


@require_safe
def townships(request: Asked) -> HttpResponse:
    """Gives the townships of a county, as a select."""
    code = request.GET.get("region", "")[:12]
    found = Region.objects.filter(parent_id=code, level=Level.TOWNSHIP) if len(code) == 6 else []
    picker = places.Picker([], [], list(found), code, "")
    return show(request, "parts/townships", {"picker": picker, "is_required": request.GET.get("required") == "1"})
