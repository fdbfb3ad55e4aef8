"""The working calendar: days off and make-up workdays by month; a year is entered with its source, its effect first."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from huixiang.accounts.roles import Role
from huixiang.cases import ledger
from huixiang.cases.choices import CLOCK_LABELS
from huixiang.rules.calendar import CHINA, ONE_DAY
from huixiang.supervision import foreseeing
from huixiang.units.actions import keeping_calendar
from huixiang.units.models import CalendarYear
from huixiang.units.sources import cited
from huixiang.units.standards import missing_year

from ..doors import DeskRequest, me, page, staff_required
from ..forms_e import YearForm

READERS = (Role.SYSTEM_ADMIN, Role.COORDINATOR, Role.SUPERVISOR)
FIRST, LAST = 2004, 2099
SEEN = "calendar.preview"


@dataclass(frozen=True)
class Day:
    """One square of a month: `mark` is 休, 班 or empty."""

    number: int
    mark: str
    is_off: bool
    is_today: bool


@staff_required
@require_safe
def show(request: DeskRequest) -> HttpResponse:
    """One year on a month grid, with where it comes from; a year without a table says so."""
    if not request.actor.has(*READERS):
        raise PermissionDenied
    today = request.at.astimezone(CHINA).date()
    year = _year(request.GET.get("year", str(today.year)))
    table = CalendarYear.objects.filter(year=year).first()
    known = list(CalendarYear.objects.values_list("year", flat=True))
    context = {
        "year": year,
        "table": table,
        "source": cited(table.source) if table else "",
        "months": _months(year, _dates(table.rest), _dates(table.workdays), today) if table else [],
        "years": sorted({*known, today.year, today.year + 1}, reverse=True),
        "known": known,
        "may_edit": request.actor.has(Role.SYSTEM_ADMIN),
        "wanted": missing_year(request.at),
    }
    return page(request, "workbench/calendar/year.html", context)


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DeskRequest, year: int) -> HttpResponse:
    """Enters or corrects a year: checked, shown with the due times it would move, and only then saved."""
    if not request.actor.has(Role.SYSTEM_ADMIN):
        raise PermissionDenied
    year = _year(str(year))
    if request.method != "POST":
        return _edit_page(request, year, YearForm(year=year, initial=_initial(year)))
    form = YearForm(request.POST, year=year)
    days = _checked(form, year)
    if days is None:
        return _edit_page(request, year, form, status=422)
    said = [d.isoformat() for d in days[0]], [d.isoformat() for d in days[1]], form.cleaned_data["source"]
    if request.POST.get("do") != "save":
        return _edit_page(request, year, form, days=days, token=signing.dumps(said, salt=SEEN))
    if not _was_seen(request, said):
        token = signing.dumps(said, salt=SEEN)
        return _edit_page(request, year, form, days=days, token=token, is_changed=True)
    with transaction.atomic():
        keeping_calendar.save_year(year, rest=said[0], workdays=said[1], source=said[2], by=me(request))
        woken = ledger.wake_all(at=request.at)
    messages.success(request, f"{year}年放假安排已保存。{woken}件在办留言的期限正在按新日历重新计算。")
    return redirect(f"{reverse('desk:calendar')}?year={year}")


def _year(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and FIRST <= int(text) <= LAST):
        raise Http404
    return int(text)


def _dates(texts: list[str]) -> set[date]:
    return {date.fromisoformat(text) for text in texts}


def _initial(year: int) -> dict[str, Any]:
    table = CalendarYear.objects.filter(year=year).first()
    if table is None:
        return {}
    source = cited(table.source)
    return {"rest": _lines(table.rest), "workdays": _lines(table.workdays), "source": source}


def _lines(texts: list[str]) -> str:
    """Days as a person would type them, those in a row as one line."""
    lines, days = [], sorted(map(date.fromisoformat, texts))
    while days:
        run = [days.pop(0)]
        while days and days[0] - run[-1] <= _gap(run[-1]):
            run.append(days.pop(0))
        first, last = run[0], run[-1]
        head = f"{first.month}月{first.day}日"
        lines.append(head if first == last else f"{head}至{last.month}月{last.day}日")
    return "\n".join(lines)


def _gap(day: date) -> Any:
    """From a day to the next weekday: a run of days off goes on over a weekend."""
    return ONE_DAY * (3 if day.weekday() == 4 else 1)


def _months(year: int, rest: set[date], workdays: set[date], today: date) -> list[tuple[int, list[list[Day | None]]]]:
    """Per month its weeks from Monday on; None for days of the months beside it."""
    weeks = Calendar(firstweekday=0)
    return [
        (
            month,
            [
                [_square(day, rest, workdays, today) if day.month == month else None for day in week]
                for week in weeks.monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def _square(day: date, rest: set[date], workdays: set[date], today: date) -> Day:
    mark = "休" if day in rest else "班" if day in workdays else ""
    is_off = mark == "休" or (day.weekday() >= 5 and mark != "班")
    return Day(day.day, mark, is_off, day == today)


def _checked(form: YearForm, year: int) -> tuple[list[date], list[date]] | None:
    """The days of a form that could be saved; else the form has the reason."""
    if not form.is_valid():
        return None
    rest, workdays, source = (form.cleaned_data[name] for name in ("rest", "workdays", "source"))
    for name, days in (("rest", rest), ("workdays", workdays)):
        given: dict[str, list[str]] = {"rest": [], "workdays": [], name: [d.isoformat() for d in days]}
        try:
            keeping_calendar.check_year(year, rest=given["rest"], workdays=given["workdays"], source=source)
        except keeping_calendar.BadCalendar as error:
            form.add_error(name, error.message)
    if not rest:
        form.add_error("rest", "请填写放假的日子；一年里总有放假的工作日。")
    return None if form.errors else (rest, workdays)


def _was_seen(request: DeskRequest, said: tuple[list[str], list[str], str]) -> bool:
    try:
        return bool(signing.loads(request.POST.get("seen_effect", ""), salt=SEEN, max_age=24 * 3600) == list(said))
    except signing.BadSignature:
        return False


def _edit_page(
    request: DeskRequest,
    year: int,
    form: YearForm,
    *,
    days: tuple[list[date], list[date]] | None = None,
    token: str = "",
    is_changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "year": year, "token": token, "is_changed": is_changed}
    context["is_new"] = not CalendarYear.objects.filter(year=year).exists()
    if days is not None:
        effect = foreseeing.foresee(keeping_calendar.with_year(year, *days), at=request.at)
        context["effect"] = effect
        context["examples"] = [(move, CLOCK_LABELS[move.clock]) for move in effect.examples]
        context["months"] = _months(year, set(days[0]), set(days[1]), request.at.astimezone(CHINA).date())
        context["counts"] = len(days[0]), len(days[1])
    return page(request, "workbench/calendar/edit.html", context, status=status)
