"""The full list: every case a person may see, filtered, sorted, kept as a search, exported."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import DateTimeField, ExpressionWrapper, F, OrderBy, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases import access
from huixiang.cases.choices import STAFF_STATE_LABELS, AssignmentState, ReplyState
from huixiang.cases.models import Assignment, Case, Column, Reply, SavedFilter
from huixiang.cases.querysets import CaseQuerySet
from huixiang.rules.calendar import CHINA
from huixiang.rules.lifecycle import State
from huixiang.units.models import Level, Region, Topic, Unit

from .. import spreadsheet
from ..doors import DeskRequest, me, page, staff_required
from ..forms_b import SORTS, UNAPPROVED, BulkAssignForm, SaveFilterForm, SearchForm, topic_groups, unit_named
from ..wording import clock, marker
from .queueing import start_of

PER_PAGE = 50
SAVED_MOST = 20
SOON_DAYS = 3
REGION_LEVELS = [Level.PROVINCE, Level.PREFECTURE, Level.COUNTY]
_ORDERS: dict[str, list[str | OrderBy]] = {
    "-submitted": ["-submitted_at", "-pk"],
    "submitted": ["submitted_at", "pk"],
    "-answered": [F("answered_at").desc(nulls_last=True), "-pk"],
    "-supporters": ["-supporters_count", "-pk"],
}
# The due time as a sum: PostgreSQL guesses that a word it has never seen stands in many cases, and would look for it in
# all of them along the index of due times instead of asking the index of words.
_DUE_UNWALKED = ExpressionWrapper(F("due_at") + timedelta(0), output_field=DateTimeField()).asc(nulls_last=True)
_REGION_ROLES = (
    Role.MODERATOR, Role.COORDINATOR, Role.QUALITY_INSPECTOR, Role.SUPERVISOR, Role.LEADER, Role.CONVENOR, Role.ANALYST,
)  # fmt: skip


@staff_required
@require_safe
def search(request: DeskRequest) -> HttpResponse:
    """The cases that fit the filters, fifty at a time; nothing is counted, so a long list costs no more."""
    return list_page(request)


@staff_required
@require_safe
def export(request: DeskRequest) -> HttpResponse:
    """The same list as CSV with masked titles only; opens in a spreadsheet without running anything."""
    form = _form(request)
    if not form.is_valid():
        return list_page(request)
    response = HttpResponse(
        spreadsheet.lines(_found(request, form).for_lists()), content_type="text/csv; charset=utf-8"
    )
    name = f"huixiang-{localtime(request.at):%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# -- kept searches -----------------------------------------------------------------------------------------------


@staff_required
@require_POST
def keep(request: DeskRequest) -> HttpResponse:
    """Keeps the present search under a name; the same name again replaces it."""
    form = SaveFilterForm(request.POST)
    user = me(request)
    if form.is_valid() and _has_room(user.pk, form.cleaned_data["name"]):
        query = clean_query(form.cleaned_data["query"])
        SavedFilter.objects.update_or_create(user=user, name=form.cleaned_data["name"], defaults={"query": query})
        messages.success(request, f"已保存筛选“{form.cleaned_data['name']}”。")
        return redirect(f"{reverse('desk:search')}?{query}")
    if form.is_valid():
        form.add_error("name", f"最多保存{SAVED_MOST}个筛选，请先删掉不用的。")
    return list_page(request, save_form=form)


@staff_required
@require_POST
def forget(request: DeskRequest, pk: int) -> HttpResponse:
    """Forgets an own kept search."""
    gone, _ = SavedFilter.objects.filter(user=me(request), pk=pk).delete()
    if not gone:
        raise access.NotVisible
    messages.success(request, "已删除这个筛选。")
    return redirect(f"{reverse('desk:search')}?{clean_query(request.POST.get('query', ''))}")


def _has_room(user_id: int, name: str) -> bool:
    kept = SavedFilter.objects.filter(user=user_id)
    return kept.filter(name=name).exists() or kept.count() < SAVED_MOST


def clean_query(query: str) -> str:
    """The part of a query string that the filters know, so that nothing else is ever kept or followed."""
    given, clean = QueryDict(query[:500]), QueryDict(mutable=True)
    for name in SearchForm.base_fields:
        for value in given.getlist(name):
            if value:
                clean.appendlist(name, value)
    return clean.urlencode()


# -- the list -----------------------------------------------------------------------------------------------------


def list_page(
    request: DeskRequest,
    *,
    bulk_form: BulkAssignForm | None = None,
    save_form: SaveFilterForm | None = None,
    words: str = "",
) -> HttpResponse:
    """The page of the list, with what was wrong about a form beside it."""
    form = _form(request)
    is_right = form.is_valid()
    start = start_of(request)
    # Keys first: names are then joined to the rows of one page, not to everything that is sorted.
    keys = _found(request, form).row_keys(start, start + PER_PAGE + 1) if is_right else []
    cases = Case.objects.listed(keys)
    query = clean_query(_given(request).urlencode())
    is_wrong = bool(words or not is_right or (bulk_form and bulk_form.errors) or (save_form and save_form.errors))
    mark = marker(request.at)
    context = {
        "form": form,
        "rows": [
            (c, clock(c.due_at, request.at) + mark(c.due_at), STAFF_STATE_LABELS[State(c.state)])
            for c in cases[:PER_PAGE]
        ],
        "chosen": set(request.POST.getlist("case")),
        "query": query,
        "is_filtered": bool(query),
        "saved": list(SavedFilter.objects.filter(user=me(request))),
        "save_form": save_form or SaveFilterForm(auto_id="save_%s"),
        "bulk_form": bulk_form or BulkAssignForm(auto_id="bulk_%s"),
        "words": words,
        "can_assign": request.actor.has(Role.COORDINATOR),
        "can_take": request.actor.has(Role.MODERATOR),
        "unit_options": _unit_options(request),
        "sorts": _sort_links(form, query),
        "more_open": _has_rare(form),
        **_steps(query, start, has_more=len(cases) > PER_PAGE),
    }
    return page(request, "workbench/search/list.html", context, status=422 if is_wrong else 200)


def _given(request: DeskRequest) -> QueryDict:
    return QueryDict(request.POST.get("query", "")[:500]) if request.method == "POST" else request.GET


def _form(request: DeskRequest) -> SearchForm:
    codes = request.actor.regions(*_REGION_ROLES)
    inside = Q(pk__in=[])
    for code in codes:
        inside |= Q(code__startswith=code)
    regions = Region.objects.filter(inside, level__in=REGION_LEVELS).order_by("code")
    return SearchForm(
        _given(request),
        columns=list(Column.objects.values_list("code", "name")),
        regions=[(r.code, r.readable) for r in regions],
        topics=topic_groups(Topic.objects.values_list("code", "name", "parent_id")),
        auto_id="f_%s",
    )


def _found(request: DeskRequest, form: SearchForm) -> CaseQuerySet:
    data = form.cleaned_data
    found = access.visible(request.actor).filter(_plain(data))
    found = found.filter(_when(data, request.at))
    for name, narrow in _NARROWERS.items():
        if data[name]:
            found = narrow(found, request, data[name])
    order = _ORDERS.get(data["sort"])
    if order:
        return found.order_by(*order)
    return found.order_by(_DUE_UNWALKED, "pk") if data["q"] else found.soonest()


def _plain(data: dict[str, Any]) -> Q:
    """The filters that compare one column with one value."""
    names = {"column": "column_id", "kind": "kind", "urgency": "urgency", "lane": "lane", "resolution": "resolution"}
    wanted = Q(**{column: data[name] for name, column in names.items() if data[name]})
    if data["state"]:
        wanted &= Q(state__in=data["state"])
    if data["region"]:
        wanted &= Q(region__code__startswith=data["region"])
    if data["topic"]:
        wanted &= Q(topic_id=data["topic"]) | Q(topic__parent_id=data["topic"])
    return wanted


def _when(data: dict[str, Any], at: datetime) -> Q:
    """The filters on time, in China's days."""
    wanted = Q()
    if data["since"]:
        wanted &= Q(submitted_at__gte=_day(data["since"]))
    if data["until"]:
        wanted &= Q(submitted_at__lt=_day(data["until"] + timedelta(days=1)))
    today = at.astimezone(CHINA).date()
    due = {
        "overdue": Q(due_at__lt=at),
        "today": Q(due_at__gte=at, due_at__lt=_day(today + timedelta(days=1))),
        "soon": Q(due_at__gte=at, due_at__lt=_day(today + timedelta(days=SOON_DAYS))),
        "none": Q(due_at=None),
    }
    return wanted & due[data["due"]] if data["due"] else wanted


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _by_words(found: CaseQuerySet, request: DeskRequest, words: str) -> CaseQuerySet:
    by_number = found.filter(number=words.strip().upper())
    return by_number if by_number.exists() else found.matching(words)


def _by_unit(found: CaseQuerySet, request: DeskRequest, words: str) -> CaseQuerySet:
    exact = unit_named(words.strip())
    if exact:
        return found.filter(lead_unit=exact)
    return found.filter(lead_unit__in=Unit.objects.filter(name__icontains=words.strip()))


def _mine(found: CaseQuerySet, request: DeskRequest, wanted: bool) -> CaseQuerySet:
    user = me(request)
    handled = Assignment.objects.filter(Q(handler=user) | Q(assigned_by=user)).values("case_id")
    written = Reply.objects.filter(Q(author=user) | Q(reviewer=user) | Q(inspector=user)).values("case_id")
    return found.filter(Q(reviewer=user) | Q(pk__in=handled) | Q(pk__in=written))


def _by_reply(found: CaseQuerySet, request: DeskRequest, state: str) -> CaseQuerySet:
    """Cases with a reply in this state, as far as this person may know of it."""
    actor = request.actor
    own = Q(unit_id__in=actor.tree_unit_ids)
    for code in actor.regions(Role.COORDINATOR, Role.SUPERVISOR):
        own |= Q(case__region__code__startswith=code)
    if state == UNAPPROVED:
        return found.filter(pk__in=Reply.objects.unapproved().filter(own).values("case_id"))
    known = Q(state=ReplyState.PUBLISHED) | own
    for code in actor.regions(Role.QUALITY_INSPECTOR):
        known |= Q(case__region__code__startswith=code, state=ReplyState.QUALITY)
    return found.filter(pk__in=Reply.objects.filter(known, state=state).values("case_id"))


def _by_task(found: CaseQuerySet, request: DeskRequest, role: str) -> CaseQuerySet:
    tasks = Assignment.objects.filter(
        unit_id__in=request.actor.tree_unit_ids, role=role, state__in=AssignmentState.live()
    )
    return found.filter(pk__in=tasks.values("case_id"))


_NARROWERS: dict[str, Callable[[CaseQuerySet, DeskRequest, Any], CaseQuerySet]] = {
    "q": _by_words,
    "unit": _by_unit,
    "mine": _mine,
    "reply": _by_reply,
    "task": _by_task,
}


def _steps(query: str, start: int, *, has_more: bool) -> dict[str, str]:
    head = f"?{query}&" if query else "?"
    return {
        "next_url": f"{head}from={start + PER_PAGE}" if has_more else "",
        "prev_url": f"{head}from={max(0, start - PER_PAGE)}" if start else "",
    }


def _sort_links(form: SearchForm, query: str) -> list[dict[str, Any]]:
    """The orders of the list as links that keep every other filter."""
    given = QueryDict(query, mutable=True)
    present = given.get("sort") or "due"
    links = []
    for code, label in SORTS.items():
        given["sort"] = code
        links.append({"label": label, "url": f"?{given.urlencode()}", "is_on": code == present})
    return links


def _has_rare(form: SearchForm) -> bool:
    """Whether one of the folded filters is in use or wrong, so that it is not hidden."""
    rare = ("kind", "topic", "urgency", "lane", "resolution", "reply", "task", "since", "until")
    return any(form[name].value() or form[name].errors for name in rare)


def _unit_options(request: DeskRequest) -> list[str]:
    """Names of the units a coordinator may hand cases to: of the own regions and of the divisions above them."""
    codes = request.actor.regions(Role.COORDINATOR)
    inside = Q(pk__in=[])
    for code in codes:
        inside |= Q(region__code__startswith=code) | Q(region__in=[code[:n] for n in (2, 4, 6) if n < len(code)])
    if not codes:
        return []
    return list(
        Unit.objects.active().filter(inside).order_by("-region_id", "name").values_list("name", flat=True)[:800]
    )
