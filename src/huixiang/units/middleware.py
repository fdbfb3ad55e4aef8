"""Puts the acting person on the request, once, and ends idle staff sessions."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .access import Actor, actor_of

LAST_SEEN = "last_seen"


class ActorMiddleware:
    """Gives every request a lazy `actor` and its moment `at`; the actor of an idle staff session is a stranger."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        request.at = at  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: self.actor(request, at))  # type: ignore[attr-defined]
        return self.get_response(request)

    def actor(self, request: HttpRequest, at: datetime) -> Actor:
        """Finds out who acts, and puts the actor itself in the place of the lazy one, which is slow to ask."""
        request.actor = actor = self._found(request, at)  # type: ignore[attr-defined]
        return actor

    def _found(self, request: HttpRequest, at: datetime) -> Actor:
        actor = actor_of(request.user, at=at)
        if not actor.is_staff:
            return actor
        seen = request.session.get(LAST_SEEN)
        if seen is not None and at.timestamp() - seen > settings.IDLE_MINUTES * 60:
            logout(request)
            return actor_of(None, at=at)
        # Writing at most once a minute keeps a busy desk from writing its session on every click.
        if seen is None or at - datetime.fromtimestamp(seen, at.tzinfo) > timedelta(minutes=1):
            request.session[LAST_SEEN] = at.timestamp()
        return actor
