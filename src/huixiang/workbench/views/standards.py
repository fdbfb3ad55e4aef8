"""Service standards: which limit holds where, from which document; new figures, seen in effect before they count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases.choices import CLOCK_LABELS
from huixiang.cases.deadlines import last_day_begun, scopes
from huixiang.cases.models import Column
from huixiang.rules.calendar import CHINA, ONE_DAY, WorkingCalendar
from huixiang.rules.clocks import Clock, ClockKind, Standard, yellow_at
from huixiang.rules.explaining import warning_words
from huixiang.rules.ladder import FOR_THE_CITIZEN
from huixiang.rules.samples import samples
from huixiang.rules.standards import BadStandard, Row, read_row, winner
from huixiang.units.actions import setting_standards
from huixiang.units.models import CalendarYear, Level, Region, ServiceStandard
from huixiang.units.publish_first import limit_for
from huixiang.units.sources import cited
from huixiang.units.standards import in_force, row_of

from ..doors import DeskRequest, me, page, staff_required
from ..forms_e import DAY_UNITS, EndStandardForm, StandardForm
from ..wording import scope_words

READERS = (Role.COORDINATOR, Role.SUPERVISOR)
LEVELS = [Level.PROVINCE, Level.PREFECTURE, Level.COUNTY]
SEEN = "standards.preview"
# Limits for the citizen, and such that no clock runs for.
WARNS_NOBODY = FOR_THE_CITIZEN | {ClockKind.OBJECTION, ClockKind.EXTENSION, ClockKind.REOPENING}


@dataclass(frozen=True)
class Line:
    """One figure as the list shows it."""

    figure: ServiceStandard
    scope: str
    limit: str
    warning: str
    source: str
    origin: str
    is_own: bool
    is_pending: bool
    is_covered: bool
    above: str
    # The last day on which it holds; the day stored is the first on which it does not.
    last_day: date | None


class Names(NamedTuple):
    """What the regions and the columns of a page are called, by code."""

    regions: dict[str, str]
    columns: dict[str, str]


@dataclass(frozen=True)
class Compared:
    """One sample message under the old and the new figure."""

    label: str
    at: datetime
    old: datetime | None
    new: datetime | None
    new_yellow: datetime | None
    is_provisional: bool

    @property
    def moves(self) -> bool:
        """Whether the new figure makes a difference here."""
        return self.old != self.new


@staff_required
@require_safe
def standards(request: DeskRequest) -> HttpResponse:
    """Every figure that holds in a region: its own ones, and those it takes over from above."""
    regions = _regions(request)
    region = _chosen(regions, request.GET.get("region", ""))
    today = _today(request)
    codes = [region.code[:n] for n in (2, 4, 6) if n <= len(region.code)]
    found = list(ServiceStandard.objects.filter(region_code__in=codes))
    names = Names({r.code: r.name for r in Region.objects.filter(code__in=codes)}, dict(_columns()))
    live = [f for f in found if f.effective_to is None or f.effective_to > today]
    delegated = limit_for(region.code, today)
    context = {
        "region": region,
        "regions": regions,
        "groups": [(CLOCK_LABELS[kind], _lines(live, kind, region, names, today)) for kind in ClockKind],
        "past": [
            _line(f, found, region, names, today) for f in found if f not in live and f.region_code == region.code
        ],
        "delegated": delegated,
        "delegated_source": cited(delegated.source) if delegated else "",
        "may_edit": request.actor.has(Role.SYSTEM_ADMIN),
        "today": today,
    }
    return page(request, "workbench/standards/list.html", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: DeskRequest) -> HttpResponse:
    """A new figure: filled in, seen in effect on sample messages, and only then saved."""
    _admin_only(request)
    offered = {"regions": [(r.code, r.readable) for r in _regions(request)], "columns": _columns()}
    if request.method != "POST":
        return _change_page(request, StandardForm(initial=_initial(request), **offered))
    form = StandardForm(request.POST, **offered)
    row = _row(form, request) if form.is_valid() else None
    if row is None:
        return _change_page(request, form, status=422)
    token = signing.dumps(form.table(), salt=SEEN)
    if request.POST.get("do") != "save":
        return _change_page(request, form, row=row, token=token)
    if not _was_seen(request, form.table()):
        return _change_page(request, form, row=row, token=token, is_changed=True)
    begins_after = last_day_begun(request.at)
    try:
        setting_standards.set_figure(row, scopes=scopes(), begins_after=begins_after, by=me(request))
    except BadStandard as error:
        _tell(form, error)
        return _change_page(request, form, status=422)
    messages.success(request, f"已保存，{_said(row.effective_from)}起收到的留言按新标准计时。")
    return redirect(f"{reverse('desk:standards')}?region={row.region}")


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: DeskRequest, pk: int) -> HttpResponse:
    """A region's own figure ends, and the one above it holds again; seen in effect before it is saved."""
    _admin_only(request)
    figure = _figure(pk)
    form = EndStandardForm(request.POST or None)
    day = form.cleaned_data["on"] if request.method == "POST" and form.is_valid() else None
    if day is not None and request.POST.get("do") == "save":
        try:
            setting_standards.end_figure(figure, on=day, begins_after=last_day_begun(request.at))
        except setting_standards.NotSet as error:
            form.add_error("on", error.message)
        else:
            messages.success(request, f"已保存，{_said(day)}起沿用上级标准。")
            return redirect(f"{reverse('desk:standards')}?region={figure.region_code}")
    others = [row for row in in_force().rows if row != row_of(figure)]
    on = day or _today(request)
    above = winner(others, row_of(figure), region=figure.region_code, on=on)
    context = {
        "form": form,
        "line": _line(
            figure, [figure], Region.objects.get(pk=figure.region_code), Names({}, dict(_columns())), _today(request)
        ),
        "clock": CLOCK_LABELS[ClockKind(figure.clock)],
        "region": Region.objects.get(pk=figure.region_code),
        "above": above,
        "rows": _compare(row_of(figure), above, on) if above and not form.errors else [],
        "can_save": day is not None and not form.errors,
    }
    return page(request, "workbench/standards/end.html", context, status=422 if form.errors else 200)


@staff_required
@require_POST
def withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Takes back a figure that does not hold yet."""
    _admin_only(request)
    figure = _figure(pk)
    try:
        setting_standards.withdraw(figure, today=_today(request))
    except setting_standards.NotSet as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "已撤销，原来的标准继续有效。")
    return redirect(f"{reverse('desk:standards')}?region={figure.region_code}")


# -- who and what ---------------------------------------------------------------------------------------------------


def _admin_only(request: DeskRequest) -> None:
    if not request.actor.has(Role.SYSTEM_ADMIN):
        raise PermissionDenied


def _regions(request: DeskRequest) -> list[Region]:
    """The regions whose standards this person may read, down to counties; raises PermissionDenied if none."""
    inside = Q()
    if not request.actor.has(Role.SYSTEM_ADMIN):
        codes = request.actor.regions(*READERS)
        if not codes:
            raise PermissionDenied
        for code in codes:
            inside |= Q(code__startswith=code) | Q(code=code[:6])
    return list(Region.objects.filter(inside, level__in=LEVELS).order_by("code"))


def _chosen(regions: list[Region], code: str) -> Region:
    if not code:
        return regions[0]
    found = next((r for r in regions if r.code == code), None)
    if found is None:
        raise Http404
    return found


def _figure(pk: int) -> ServiceStandard:
    found = ServiceStandard.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _columns() -> list[tuple[str, str]]:
    return list(Column.objects.values_list("code", "name"))


def _today(request: DeskRequest) -> date:
    return request.at.astimezone(CHINA).date()


# -- the list -------------------------------------------------------------------------------------------------------


def _lines(live: list[ServiceStandard], kind: ClockKind, region: Region, names: Names, today: date) -> list[Line]:
    mine = [f for f in live if f.clock == kind]
    # The province first, own ones after what they stand in for; what is to come after what holds.
    mine.sort(key=lambda f: (f.lane, f.column_code, f.kind, len(f.region_code), f.effective_from))
    return [_line(f, live, region, names, today) for f in mine]


def _line(figure: ServiceStandard, live: list[ServiceStandard], region: Region, names: Names, today: date) -> Line:
    row, is_own = row_of(figure), figure.region_code == region.code
    rows = [row_of(f) for f in live if f.clock == figure.clock]
    holds = winner(rows, row, region=region.code, on=max(today, row.effective_from))
    above = winner([r for r in rows if len(r.region) < len(row.region)], row, region=region.code, on=today)
    return Line(
        figure,
        scope_words(row, names.columns),
        row.span.words(),
        _warning_words(row),
        row.source,
        "本地区另定" if is_own and len(region.code) > 2 else names.regions.get(figure.region_code, ""),
        is_own,
        row.effective_from > today,
        holds is not None and holds != row,
        above.span.words() if is_own and above else "",
        row.effective_to - ONE_DAY if row.effective_to else None,
    )


def _warning_words(row: Row) -> str:
    if row.clock in WARNS_NOBODY:
        return "—"
    return warning_words(row.standard())


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# -- changing -------------------------------------------------------------------------------------------------------


def _initial(request: DeskRequest) -> dict[str, Any]:
    """What the form begins with: the figure to be changed, for the region asked for."""
    like = ServiceStandard.objects.filter(pk=_number(request.GET.get("like", ""))).first()
    if like is None:
        return {"region": request.GET.get("region", ""), "clock": request.GET.get("clock", "")}
    value = float(like.span["value"])
    share = like.yellow_share
    return {
        "region": request.GET.get("region") or like.region_code,
        "clock": like.clock,
        "lane": like.lane,
        "kind": like.kind,
        "column": like.column_code,
        "value": int(value) if like.span["unit"] in DAY_UNITS or value == int(value) else value,
        "unit": like.span["unit"],
        "warning": "days" if like.yellow_days else "share" if share else "",
        "warning_value": like.yellow_days or (round(100 * share) if share else None),
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _row(form: StandardForm, request: DeskRequest) -> Row | None:
    """The figure of a valid form, if it could be set; else the form has the reason beside its field."""
    try:
        row = read_row(form.table())
        scopes().check(row)
        begins_after = last_day_begun(request.at)
        setting_standards.check_begins(row.effective_from, begins_after)
        setting_standards.after(in_force().rows, row)
    except BadStandard as error:
        _tell(form, error)
        return None
    return row


def _tell(form: StandardForm, error: BadStandard) -> None:
    field = {"span": "value", "yellow_share": "warning_value", "yellow_days": "warning_value"}.get(error.key, error.key)
    words = error.message if isinstance(error, setting_standards.NotSet) else f"这一项不对：{error.why}"
    form.add_error(field if field in form.fields else None, words)


def _was_seen(request: DeskRequest, table: dict[str, Any]) -> bool:
    try:
        return bool(signing.loads(request.POST.get("seen_effect", ""), salt=SEEN, max_age=24 * 3600) == table)
    except signing.BadSignature:
        return False


def _change_page(
    request: DeskRequest,
    form: StandardForm,
    *,
    row: Row | None = None,
    token: str = "",
    is_changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    old = winner(in_force().rows, row, region=row.region, on=row.effective_from) if row else None
    region = Region.objects.filter(code=str(form["region"].value() or "")).first()
    context = {
        "form": form,
        "row": row,
        "old": old,
        "old_region": Region.objects.get(pk=old.region) if old else None,
        "scope": scope_words(row, dict(_columns())) if row else "",
        "clock": CLOCK_LABELS[row.clock] if row else "",
        "region": region,
        "rows": _compare(old, row, row.effective_from) if row else [],
        "token": token,
        "is_changed": is_changed,
    }
    return page(request, "workbench/standards/change.html", context, status=status)


def _compare(old: Row | None, new: Row, on: date) -> list[Compared]:
    """Sample messages of the year whose calendar is known and nearest, due by the old figure and by the new one."""
    calendar = in_force().calendar
    known = list(CalendarYear.objects.filter(year__lte=on.year).order_by("-year").values_list("year", flat=True)[:1])
    year = known[0] if known else on.year
    return [_compared(sample.label, sample.at, old, new, calendar) for sample in samples(calendar, year)]


def _compared(label: str, at: datetime, old: Row | None, new: Row, calendar: WorkingCalendar) -> Compared:
    plain = calendar.provisional(at.year - 1, at.year, at.year + 1, at.year + 2)
    due = [row.standard().span.after(at, plain) if row else None for row in (old, new)]
    ends = due[1]
    yellow = yellow_at(_clock(new.standard(), at, ends), plain) if ends else None
    is_provisional = any(not calendar.knows(d.astimezone(CHINA).date()) for d in _times(due))
    return Compared(label, at, due[0], ends, yellow, is_provisional)


def _times(due: Iterable[datetime | None]) -> list[datetime]:
    return [moment for moment in due if moment is not None]


def _clock(standard: Standard, at: datetime, ends: datetime) -> Clock:
    return Clock(standard.clock, "", at, ends, standard)
