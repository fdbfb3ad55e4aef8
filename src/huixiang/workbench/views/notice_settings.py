"""Settings of notices (通知设置): channels and addresses, the own unit's group robots, who stands in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from huixiang.accounts.actions.confirming import WrongCode
from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.accounts.throttle import TooMany
from huixiang.cases.access import NotVisible
from huixiang.notices.actions import addressing, hooking, preferring
from huixiang.notices.channels import GatewayDown, Undeliverable, is_configured
from huixiang.notices.models import Channel, Hook
from huixiang.units import deputies
from huixiang.units.actions import delegating
from huixiang.units.models import Unit

from ..doors import DeskRequest, address_of, me, page, staff_required
from ..forms_f import AddressForm, CodeForm, DelegationForm, DeputyForForm, HookForm, PreferenceForm

ADDRESSED = (Channel.SMS, Channel.EMAIL)
DOWN = {
    Channel.SMS: "短信暂时发不出去，请稍后再试。",
    Channel.EMAIL: "邮件暂时发不出去，请稍后再试。",
}


@dataclass(frozen=True)
class Typed:
    """What came with a request that did not go through, and the code of a demo."""

    prefer: PreferenceForm | None = None
    address: Mapping[Channel, AddressForm | CodeForm] = field(default_factory=dict)
    hook: HookForm | None = None
    deputy: DelegationForm | None = None
    demo_code: str = ""


@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: DeskRequest) -> HttpResponse:
    """Everything about how the person is told; a POST keeps how the channels are to be used."""
    if request.method != "POST":
        return _page(request, Typed())
    form = _preferences(me(request), request.POST)
    if not form.is_valid():
        return _page(request, Typed(prefer=form), status=422)
    for channel, choice in form.chosen().items():
        preferring.choose(me(request), channel, choice)
    messages.success(request, "已保存。")
    return redirect("desk:notice_settings")


@staff_required
@require_POST
def address(request: DeskRequest, channel: str) -> HttpResponse:
    """Sends a code to a phone or a mailbox, notes it once the code has come back, or takes it away."""
    if channel not in ADDRESSED:
        raise NotVisible
    way = Channel(channel)
    if request.POST.get("do") == "forget":
        addressing.forget(me(request), way)
        messages.success(request, f"{AddressForm(channel=way).fields['address'].label}已删除，不再往那里发通知。")
        return redirect("desk:notice_settings")
    return _confirm(request, way) if "code" in request.POST else _send_code(request, way)


def _send_code(request: DeskRequest, channel: Channel) -> HttpResponse:
    form, status = AddressForm(request.POST, channel=channel), 422
    if form.is_valid():
        given = form.cleaned_data["address"]
        try:
            code = addressing.send_code(channel, given, source=address_of(request), at=request.at)
        except TooMany as error:
            form.add_error("address", error.message)
            status = 429
        except Undeliverable:
            form.add_error("address", "对方的邮件服务器不收这个地址，请检查后再填。")
        except GatewayDown:
            form.add_error("address", DOWN[channel])
            status = 503
        else:
            return _page(request, Typed(address={channel: CodeForm(channel=channel, address=given)}, demo_code=code))
    return _page(request, Typed(address={channel: form}), status=status)


def _confirm(request: DeskRequest, channel: Channel) -> HttpResponse:
    form = CodeForm(request.POST, channel=channel)
    if form.is_valid():
        given = form.cleaned_data
        try:
            clean = addressing.clean_address(channel, given["address"])
            addressing.confirm(me(request), channel, clean, given["code"], at=request.at)
        except (WrongCode, addressing.BadAddress) as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, "已确认，以后往这里发通知。")
            return redirect("desk:notice_settings")
    return _page(request, Typed(address={channel: form}), status=422)


# -- group robots ---------------------------------------------------------------------------------------------------


@staff_required
@require_POST
def hook_up(request: DeskRequest) -> HttpResponse:
    """Sets a group robot of a unit whose head the person is."""
    form = HookForm(request.POST, units=_headed(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            hook = hooking.hook_up(
                form.units[given["unit"]], Channel(given["kind"]), url=given["url"], secret=given["secret"]
            )
        except hooking.BadHook as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(
                request, f"{hook.unit.short_name}的{hook.get_kind_display()}已设置。请点“测试”看能不能收到。"
            )
            return redirect("desk:notice_settings")
    return _page(request, Typed(hook=form), status=422)


@staff_required
@require_POST
def try_out(request: DeskRequest, pk: int) -> HttpResponse:
    """Says a word in the group and tells what came of it."""
    hook = _own_hook(request, pk)
    try:
        hooking.try_out(hook, at=request.at)
    except TooMany as error:
        messages.warning(request, error.message)
    except Undeliverable as error:
        messages.error(request, f"机器人不收：{error}。请检查地址和密钥。")
    except GatewayDown as error:
        messages.error(request, f"暂时发不出去：{error}。")
    else:
        messages.success(request, "测试消息已发出，请到群里看看。")
    return redirect("desk:notice_settings")


@staff_required
@require_POST
def unhook(request: DeskRequest, pk: int) -> HttpResponse:
    """Turns a group robot off."""
    hook = _own_hook(request, pk)
    hooking.unhook(hook)
    messages.success(request, f"{hook.unit.short_name}的{hook.get_kind_display()}已停用。")
    return redirect("desk:notice_settings")


def _headed(request: DeskRequest) -> list[Unit]:
    """The units whose head the person is, or stands in for."""
    return list(Unit.objects.filter(pk__in=request.actor.own_unit_ids(Role.UNIT_HEAD)).order_by("path"))


def _own_hook(request: DeskRequest, pk: int) -> Hook:
    found = Hook.objects.select_related("unit").filter(pk=pk, unit__in=_headed(request), is_active=True).first()
    if found is None:
        raise NotVisible
    return found


# -- standing in ------------------------------------------------------------------------------------------------------


@staff_required
@require_POST
def delegate(request: DeskRequest) -> HttpResponse:
    """Asks somebody to stand in for the person, or, by a security administrator, for somebody else."""
    form = _deputy_form(request, request.POST)
    if form.is_valid():
        absent = form.absent if isinstance(form, DeputyForForm) else me(request)
        starts_at, ends_at = form.span(request.at)
        try:
            delegating.delegate(
                absent, form.person, by=me(request), at=request.at, starts_at=starts_at, ends_at=ends_at,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except delegating.NotDelegated as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, f"已请{form.person.display_name}代理{absent.display_name}。")
            return redirect("desk:notice_settings")
    return _page(request, Typed(deputy=form), status=422)


@staff_required
@require_POST
def end_delegation(request: DeskRequest, pk: int) -> HttpResponse:
    """Ends a delegation at once."""
    row = deputies.delegations(request.actor, at=request.at).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    try:
        delegating.end(row, by=me(request), at=request.at)
    except delegating.NotDelegated as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "代理已结束。")
    return redirect("desk:notice_settings")


def _deputy_form(request: DeskRequest, data: Mapping[str, Any] | None = None) -> DelegationForm:
    kind = DeputyForForm if request.actor.has(Role.SECURITY_ADMIN) else DelegationForm
    return kind(data, people=deputies.colleagues(request.actor, at=request.at))


# -- the page ---------------------------------------------------------------------------------------------------------


def _preferences(user: User, data: Mapping[str, Any] | None = None) -> PreferenceForm:
    offered = preferring.choices_for(user)
    return PreferenceForm(data, offered=offered, chosen={c: preferring.chosen(user, c) for c in offered})


def _page(request: DeskRequest, typed: Typed, *, status: int = 200) -> HttpResponse:
    user, headed = me(request), _headed(request)
    hooks = Hook.objects.filter(unit__in=headed, is_active=True).select_related("unit")
    is_security = request.actor.has(Role.SECURITY_ADMIN)
    may_delegate = is_security or deputies.may_be_absent(request.actor)
    context = {
        "prefer": typed.prefer or _preferences(user),
        "addresses": [
            {
                "channel": channel,
                "now": user.email if channel == Channel.EMAIL else user.phone,
                "form": typed.address.get(channel) or AddressForm(channel=channel),
                "asks_code": isinstance(typed.address.get(channel), CodeForm),
                "may_set": addressing.may_set(channel),
                "works": is_configured(channel),
            }
            for channel in ADDRESSED
        ],
        "demo_code": typed.demo_code,
        "hooks": [(hook, hooking.hint(hook)) for hook in hooks],
        "hook_form": (typed.hook or HookForm(units=headed)) if headed else None,
        "is_hook_open": typed.hook is not None,
        "deputies": list(deputies.delegations(request.actor, at=request.at)),
        "deputy_form": (typed.deputy or _deputy_form(request)) if may_delegate else None,
        "is_security": is_security,
        "user": user,
    }
    return page(request, "workbench/notices/settings.html", context, status=status)
