"""Sessions in the database, as Django keeps them, read by a kept statement because nearly every page asks.

Django wants a module of this shape: `settings.SESSION_ENGINE` names it, `SessionStore` is what it takes from it.
"""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.utils import timezone

from .shapes import Shape


class SessionStore(DatabaseSessions):
    """Django's store; only the look-up differs."""

    def _get_session_from_db(self) -> Session | None:
        session = _RUNNING.first(self.session_key or "", timezone.now())
        if session is None:
            # As Django does: a key that is not ours is never taken up.
            self._session_key = None
        return session


_RUNNING: Shape[Session] = Shape(
    lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at).order_by(), str, datetime
)
