"""What the pages of the desk share: who may enter, which case, in what capacity, and how trouble is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from huixiang.accounts.models import User
from huixiang.accounts.roles import REGION_ROLES, Role
from huixiang.cases import access
from huixiang.cases.choices import STAFF_STATE_LABELS
from huixiang.cases.ledger import Act, Stale, changes_since
from huixiang.cases.models import Case, CaseEvent
from huixiang.cases.refusals import Refused
from huixiang.rules.lifecycle import IllegalTransition, State, Step, may
from huixiang.supervision.access import OVERSIGHT
from huixiang.units.access import Actor

from .context import desk

P = ParamSpec("P")
# Words added beside what others did meanwhile hurt nobody.
ALWAYS_WELCOME = frozenset({Step.NOTE})
REVIEWERS = (Role.UNIT_REVIEWER, Role.UNIT_HEAD)
# In which capacity a step is taken, the fitting one first; access decides whether it may be taken at all.
CAPACITIES: dict[Step, tuple[Role, ...]] = {
    Step.PASS_REVIEW: REVIEWERS,
    Step.RETURN_REPLY: (*REVIEWERS, Role.QUALITY_INSPECTOR),
    Step.TRANSFER: (Role.COORDINATOR, Role.UNIT_HEAD),
    Step.SEND_BACK: (Role.UNIT_HEAD,),
    Step.OBJECT: (Role.UNIT_HEAD,),
    Step.KEEP_PROMISE: (Role.UNIT_HEAD,),
    Step.FINISH_TASK: (*access.WORKING, Role.THIRD_PARTY),
    Step.REOPEN: (Role.QUALITY_INSPECTOR, Role.SUPERVISOR),
    Step.PUBLISH_REPLY: (Role.QUALITY_INSPECTOR,),
    Step.MERGE: (Role.MODERATOR, Role.COORDINATOR),
    Step.REDACT: (Role.MODERATOR, Role.COORDINATOR),
    Step.ACCEPT: access.WORKING,
    Step.CLAIM: access.WORKING,
    Step.DRAFT_REPLY: access.WORKING,
    Step.SEND_TO_REVIEW: access.WORKING,
    Step.DISCARD_REPLY: access.WORKING,
    Step.TAKE_REVIEW: (Role.MODERATOR,),
    Step.RELEASE_REVIEW: (Role.MODERATOR,),
    Step.APPROVE: (Role.MODERATOR,),
    Step.ASK_SUPPLEMENT: (Role.MODERATOR,),
    Step.REJECT: (Role.MODERATOR,),
    Step.DIVERT: (Role.MODERATOR,),
    Step.APPROVE_SUPPLEMENT: (Role.MODERATOR,),
    Step.HIDE_SUPPLEMENT: (Role.MODERATOR,),
    Step.CHANGE_VISIBILITY: (Role.MODERATOR,),
    Step.ASSIGN: (Role.COORDINATOR,),
    Step.ADD_SUPPORT: (Role.COORDINATOR,),
    Step.UPHOLD_OBJECTION: (Role.COORDINATOR,),
    Step.OVERRULE_OBJECTION: (Role.COORDINATOR,),
    Step.PAUSE: (Role.COORDINATOR,),
    Step.RESUME: (Role.COORDINATOR,),
    Step.FINALIZE: (Role.COORDINATOR,),
    Step.SUPERVISE: OVERSIGHT,
    Step.CHANGE_LANE: (Role.COORDINATOR, Role.SUPERVISOR),
    Step.LOG_CONTROL: (*access.WORKING, Role.UNIT_REVIEWER, *OVERSIGHT),
    Step.APPROVE_AFTER: REVIEWERS,
    Step.KEEP_ONE: (Role.UNIT_HEAD,),
    Step.ASK_OVERRIDE: (*access.WORKING, *REVIEWERS, Role.QUALITY_INSPECTOR),
    Step.GRANT_OVERRIDE: (Role.UNIT_HEAD, Role.QUALITY_INSPECTOR, *OVERSIGHT),
    Step.REFUSE_OVERRIDE: (Role.UNIT_HEAD, Role.QUALITY_INSPECTOR, *OVERSIGHT),
}


class DeskRequest(HttpRequest):
    """A request as the middlewares leave it: with its actor, its moment and what htmx says about it."""

    actor: Actor
    at: datetime
    htmx: HtmxDetails


DeskView = Callable[Concatenate[DeskRequest, P], HttpResponse]


def staff_required(view: DeskView[P]) -> DeskView[P]:
    """Lets members of staff in and sends everyone else to the sign-in page; nothing of the desk is cached."""

    @wraps(view)
    def guarded(request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        closed = _closed(request)
        response = view(request, *args, **kwargs) if closed is None else closed
        add_never_cache_headers(response)
        return response

    return guarded


def _closed(request: DeskRequest) -> HttpResponse | None:
    """What someone gets to whom the desk is not open: not signed in, or with a password that another person knows."""
    user = request.actor.user
    if user is None or not user.is_staff_member:
        return _to_sign_in(request)
    match = request.resolver_match
    if user.has_given_password and (match is None or match.url_name != "password"):
        address = reverse("desk:password")
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    return None


def page(
    request: DeskRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of the desk with its frame: the navigation with counts, the person, the search box."""
    return render(request, template, {**desk(request.actor, request), **(context or {})}, status=status)


def fragment(
    request: DeskRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A part of a page without the frame; `template` may name a partial (page.html#part)."""
    return render(request, template, {"now": request.at, **(context or {})}, status=status)


def wants_fragment(request: DeskRequest) -> bool:
    """Whether htmx asked for a part; boosted links and plain requests want the whole page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def desk_case(request: DeskRequest, number: str, step: Step) -> Case:
    """The case, if this person sees it and may take `step` now.

    Raises NotVisible, PermissionDenied, and for a page that is behind the ledger Stale or IllegalTransition.
    """
    case = access.case_for(request.actor, number)
    check(request, case, step)
    return case


def check(request: DeskRequest, case: Case, step: Step) -> None:
    """Raises Stale if the page was older than the case, IllegalTransition or PermissionDenied if `step` is barred."""
    if step not in ALWAYS_WELCOME and seen_of(request) != case.event_count:
        raise Stale
    if not may(case.state, step):
        raise IllegalTransition(case.state, step)
    if step not in access.steps_for(request.actor, case):
        raise PermissionDenied


def seen_of(request: DeskRequest) -> int:
    """The ledger entry up to which the sender's page was current (hidden field `seen`); -1 if it does not say."""
    seen = request.POST.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdecimal() else -1


def act_of(request: DeskRequest, case: Case, step: Step | None = None) -> Act:
    """Who takes `step` on this case, when, and as what: a role over its region, or a role in a unit on it."""
    actor = request.actor
    for role in CAPACITIES.get(step, tuple(Role)) if step else tuple(Role):
        if role in REGION_ROLES:
            if actor.covers(case.region_id, role):
                return Act(actor.user, request.at, role.label)
        elif actor.has(role) and (unit := access.unit_on(actor, case, role)):
            return Act(actor.user, request.at, role.label, unit)
    return Act(actor.user, request.at, (actor.role_names or ["工作人员"])[0])


@dataclass(frozen=True)
class Trouble:
    """Why something was not done: the words, the field they belong to, the status, and what changed meanwhile."""

    message: str
    field: str = ""
    status: int = 422
    changes: tuple[CaseEvent, ...] = ()

    def tell(self, form: forms.Form) -> None:
        """Puts the words beside their field; words without a field stay for the top of the page."""
        if self.field in form.fields:
            form.add_error(self.field, self.message)

    @property
    def is_stale(self) -> bool:
        """Whether the page was older than the case."""
        return self.status == 409


def attempt(request: DeskRequest, case: Case, call: Callable[[], object]) -> Trouble | None:
    """Does `call` and gives None, or what stood in its way: a refusal (422), or a case that moved on (409)."""
    try:
        call()
    except Refused as error:
        return Trouble(error.message, error.field)
    except Stale as error:
        return Trouble(error.message, status=409, changes=_changes(request, case))
    except IllegalTransition as error:
        state = STAFF_STATE_LABELS[State(error.state)]
        words = f"这件留言现在是“{state}”，不能再这样操作。请看过最新情况后再决定，您填写的内容还在。"
        return Trouble(words, status=409, changes=_changes(request, case))
    return None


def address_of(request: HttpRequest) -> str:
    """The network address of the sender; behind a trusted proxy the one the proxy saw."""
    if settings.TRUST_PROXY and (forwarded := request.headers.get("X-Forwarded-For")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def me(request: DeskRequest) -> User:
    """The signed-in member of staff; only behind `staff_required`."""
    if request.actor.user is None:
        raise PermissionDenied
    return request.actor.user


def _changes(request: DeskRequest, case: Case) -> tuple[CaseEvent, ...]:
    seen = seen_of(request)
    return tuple(changes_since(case, seen)) if seen >= 0 else ()


def _to_sign_in(request: DeskRequest) -> HttpResponse:
    if request.method != "GET":
        # The page still holds what was typed; the script says so and lets them sign in elsewhere.
        return HttpResponse("登录已过期，请重新登录。", status=401) if _is_script(request) else redirect("desk:sign_in")
    came_from = request.htmx.current_url_abs_path if request.htmx else request.get_full_path()
    address = f"{reverse('desk:sign_in')}?{urlencode({'next': came_from or '/desk/'})}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _is_script(request: DeskRequest) -> bool:
    return bool(request.htmx) or request.headers.get("X-Requested-With") == "autosave"
