"""People: staff accounts and the roles they hold; only the security administrator changes them, and never their own."""

import logging
from datetime import date, datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huixiang.accounts.actions import opening
from huixiang.accounts.actions.opening import NotOpened
from huixiang.accounts.models import Kind, User
from huixiang.accounts.roles import ADMIN_ROLES, REGION_ROLES, UNIT_ROLES, Role
from huixiang.cases import access
from huixiang.rules.calendar import CHINA
from huixiang.units.actions import appointing
from huixiang.units.actions.appointing import NotAppointed
from huixiang.units.models import Level, Membership, Region, Unit

from ..doors import DeskRequest, me, page, staff_required
from ..forms_b import AppointForm, EndForm, OpenAccountForm, PeopleForm, region_named, unit_named
from .queueing import start_of

logger = logging.getLogger(__name__)
PER_PAGE = 50


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: DeskRequest) -> HttpResponse:
    """The staff accounts with their roles; a new account is opened here and its password shown once."""
    _only_security(request)
    form = OpenAccountForm(request.POST) if request.method == "POST" else OpenAccountForm()
    if form.is_bound and form.is_valid():
        try:
            user, password = opening.open_staff(form.cleaned_data["new_username"], form.cleaned_data["display_name"])
        except NotOpened as error:
            form.add_error(error.field or None, error.message)
        else:
            _record(request, "opened the account", user)
            return _person_page(request, user, password=password)
    return _list_page(request, form)


@staff_required
@require_safe
def person(request: DeskRequest, pk: int) -> HttpResponse:
    """One account: its roles past and present, and what can be done with it."""
    _only_security(request)
    return _person_page(request, _staff(pk))


@staff_required
@require_POST
def appoint(request: DeskRequest, pk: int) -> HttpResponse:
    """Gives the person a role."""
    _only_security(request)
    user, form = _staff(pk), AppointForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        unit, region = _named(form)
        if not form.errors:
            try:
                appointing.appoint(
                    user, Role(data["role"]), by=me(request), at=request.at, unit=unit, region=region,
                    ends_at=_end_of(data["ends_on"]),
                )  # fmt: skip
            except NotAppointed as error:
                _tell(form, error)
            else:
                _record(request, f"appointed as {data['role']}", user)
                messages.success(request, f"已任命{user.display_name}为{Role(data['role']).label}。")
                return redirect("desk:person", pk)
    return _person_page(request, user, appoint_form=form)


@staff_required
@require_POST
def end_role(request: DeskRequest, pk: int, membership: int) -> HttpResponse:
    """Ends one role of the person, now or on a day."""
    _only_security(request)
    user = _staff(pk)
    row = Membership.objects.filter(user=user, pk=membership).first()
    if row is None:
        raise access.NotVisible
    form = EndForm(request.POST, auto_id=f"e_{row.pk}_%s")
    if form.is_valid():
        try:
            appointing.end(row, by=me(request), at=request.at, on=_end_of(form.cleaned_data["ends_on"]))
        except NotAppointed as error:
            _tell(form, error)
        else:
            _record(request, f"ended the role {row.role}", user)
            messages.success(request, f"{user.display_name}的“{Role(row.role).label}”已{_when_ended(form)}结束。")
            return redirect("desk:person", pk)
    return _person_page(request, user, end_forms={row.pk: form})


@staff_required
@require_POST
def account(request: DeskRequest, pk: int) -> HttpResponse:
    """Gives the person a new password (shown once), closes the account, or opens it again."""
    _only_security(request)
    user, do, by = _staff(pk), request.POST.get("do", ""), me(request)
    password = ""
    try:
        if do == "renew":
            password = opening.renew_password(user, by=by)
        elif do == "close":
            opening.close(user, by=by)
        elif do == "reopen":
            opening.reopen(user, by=by)
        else:
            raise PermissionDenied
    except NotOpened as error:
        messages.error(request, error.message)
        return redirect("desk:person", pk)
    _record(request, f"did {do} with the account", user)
    if password:
        return _person_page(request, user, password=password)
    messages.success(request, "账号已停用，正在用的会话也断开了。" if do == "close" else "账号已恢复。")
    return redirect("desk:person", pk)


def _list_page(request: DeskRequest, form: OpenAccountForm) -> HttpResponse:
    filters = PeopleForm(request.GET, auto_id="f_%s")
    start = start_of(request)
    rows = list(_people(request, filters)[start : start + PER_PAGE + 1]) if filters.is_valid() else []
    given = request.GET.copy()
    given.pop("from", None)
    head = f"?{given.urlencode()}&" if given else "?"
    context = {
        "form": form,
        "filters": filters,
        "rows": rows[:PER_PAGE],
        "next_url": f"{head}from={start + PER_PAGE}" if len(rows) > PER_PAGE else "",
        "prev_url": f"{head}from={max(0, start - PER_PAGE)}" if start else "",
    }
    return page(request, "workbench/oversee/people.html", context, status=422 if form.errors else 200)


def _people(request: DeskRequest, filters: PeopleForm) -> QuerySet[User]:
    data = filters.cleaned_data
    in_force = Membership.objects.filter(Q(ends_at=None) | Q(ends_at__gt=request.at))
    found = User.objects.filter(kind=Kind.STAFF).prefetch_related(
        Prefetch("memberships", in_force.select_related("unit", "region").order_by("pk"), to_attr="in_force")
    )
    if data["q"]:
        in_unit = in_force.filter(unit__name__icontains=data["q"]).values("user_id")
        found = found.filter(
            Q(display_name__icontains=data["q"]) | Q(username__icontains=data["q"]) | Q(pk__in=in_unit)
        )
    if data["role"]:
        found = found.filter(pk__in=in_force.filter(role=data["role"]).values("user_id"))
    if data["standing"]:
        found = found.filter(is_active=data["standing"] == "active")
    return found.defer("phone").order_by("display_name", "pk")


def _person_page(
    request: DeskRequest,
    user: User,
    *,
    password: str = "",
    appoint_form: AppointForm | None = None,
    end_forms: dict[int, EndForm] | None = None,
) -> HttpResponse:
    rows = Membership.objects.filter(user=user).select_related("unit", "region").order_by("pk")
    forms_of = end_forms or {}
    context = {
        "person": user,
        "password": password,
        "is_self": user.pk == me(request).pk,
        "roles": [
            (m, forms_of.get(m.pk) or EndForm(auto_id=f"e_{m.pk}_%s"), m.ends_at is None or m.ends_at > request.at)
            for m in rows
        ],
        "form": appoint_form or AppointForm(),
        "unit_roles": "、".join(r.label for r in Role if r in UNIT_ROLES),
        "region_roles": "、".join(r.label for r in Role if r in REGION_ROLES),
        "admin_roles": "、".join(r.label for r in Role if r in ADMIN_ROLES),
        "unit_options": list(Unit.objects.active().order_by("name").values_list("name", flat=True)),
        "region_options": [
            r.readable for r in Region.objects.filter(level__in=[Level.PROVINCE, Level.PREFECTURE, Level.COUNTY])
        ],
    }
    is_wrong = any(f.errors for f in [context["form"], *forms_of.values()] if isinstance(f, forms.Form))
    return page(request, "workbench/oversee/person.html", context, status=422 if is_wrong else 200)


def _named(form: AppointForm) -> tuple[Unit | None, Region | None]:
    """The unit and the region that the form names; an unknown name is an error of its field."""
    unit_words, region_words = form.cleaned_data["unit"].strip(), form.cleaned_data["region"].strip()
    unit = unit_named(unit_words) if unit_words else None
    region = region_named(region_words) if region_words else None
    if unit_words and unit is None:
        form.add_error("unit", f"没有找到“{unit_words}”，请从列表里选全称。")
    if region_words and region is None:
        form.add_error("region", f"没有找到“{region_words}”，请从列表里选，例如：长沙市岳麓区。")
    return unit, region


def _tell(form: forms.Form, error: NotAppointed) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)


def _end_of(day: date | None) -> datetime | None:
    """The end of the last day on which a role is held."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA) if day else None


def _when_ended(form: EndForm) -> str:
    day = form.cleaned_data["ends_on"]
    return f"定于{day.month}月{day.day}日" if day else ""


def _staff(pk: int) -> User:
    user = User.objects.filter(pk=pk, kind=Kind.STAFF).first()
    if user is None:
        raise access.NotVisible
    return user


def _record(request: DeskRequest, what: str, user: User) -> None:
    logger.info("security administrator %s %s of user %s", me(request).pk, what, user.pk)


def _only_security(request: DeskRequest) -> None:
    if not request.actor.has(Role.SECURITY_ADMIN):
        raise PermissionDenied
