"""What every page of the portal shares: the typed request, who is asking and from where, and how a page is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from huixiang.accounts.actions.signing_in import citizen_of
from huixiang.accounts.models import User
from huixiang.cases.actions.submitting import CITIZEN
from huixiang.cases.ledger import Act
from huixiang.units.access import Actor

from ..frame import framed

BACKEND = "huixiang.accounts.backends.AccountBackend"
MOST_OPENED = 20
OPENED = "opened_cases"


class Asked(HttpRequest):
    """A request as the middleware leaves it: with its moment, its actor and what htmx said."""

    at: datetime
    actor: Actor
    htmx: HtmxDetails


def show(request: Asked, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """Renders a template of the portal with the moment of the request as `now` and the signed-in `person`."""
    known = {"now": request.at, "person": person(request)}
    return render(request, f"portal/{template}.html", {**known, **(context or {})}, status=status)


def show_framed(request: Asked, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Shows a page of much-read kind like `show`, for strangers in a frame that is not rendered again."""
    if person(request) is not None:
        return show(request, template, context)
    return HttpResponse(framed(request, f"portal/{template}.html", {"now": request.at, **context}))


def person(request: Asked) -> User | None:
    """Whoever is signed in; a visitor without a session is known to be nobody without asking the database."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.actor.user


def citizen(request: Asked) -> User | None:
    """The signed-in citizen; staff act for the public as anybody else, without their account."""
    user = person(request)
    return None if user is None or user.is_staff_member else user


def act(request: Asked) -> Act:
    """The citizen's act at the moment of the request."""
    return Act(by=citizen(request), at=request.at, role=CITIZEN)


def address(request: HttpRequest) -> str:
    """Where the request came from, for counting; the last hop is believed only behind our own proxy."""
    if settings.TRUST_PROXY:
        last_hop = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-1].strip()
        if last_hop:
            return last_hop
    return str(request.META.get("REMOTE_ADDR", ""))


def opened(request: HttpRequest) -> frozenset[str]:
    """Numbers of the cases that were opened by their query code in this session."""
    return frozenset(request.session.get(OPENED, []))


def remember_opened(request: HttpRequest, number: str) -> None:
    """Lets this session see the case under `number` from now on; the oldest of many is forgotten."""
    known = [n for n in request.session.get(OPENED, []) if n != number]
    request.session[OPENED] = [*known, number][-MOST_OPENED:]


def sign_in_citizen(request: Asked, phone: str) -> User:
    """Signs in the citizen of a proven phone, whose account is made on first use."""
    user = citizen_of(phone)
    login(request, user, backend=BACKEND)
    return user
