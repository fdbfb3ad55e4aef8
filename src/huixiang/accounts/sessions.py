"""Sessions in the database, as Django keeps them, read by a kept statement because nearly every page asks.

Django wants a module of this shape: `settings.SESSION_ENGINE` names it, `SessionStore` is what it takes from it.
"""

from copy import deepcopy
from datetime import datetime

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import DatabaseError, IntegrityError
from django.utils import timezone
from django.utils.crypto import get_random_string

from .shapes import Addition, Shape


class SessionStore(DatabaseSessions):
    """Django's store with three differences: the kept look-up, new keys that are simply tried, and no saving twice."""

    _saved: object = None

    def save(self, must_create: bool = False) -> None:
        """Writes the session; not again if nothing changed since this request wrote it within its own transaction."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]  # missing in the stubs
        state = (self.session_key, deepcopy(data))
        if state == self._saved and not must_create:
            return
        row = self.create_model_instance(data)
        try:
            # One statement: no transaction of its own, nor a savepoint within another one.
            if must_create:
                _ADD(row)  # type: ignore[arg-type]  # the stubs know only its base
            else:
                row.save(force_update=True)
        except IntegrityError as error:
            if must_create:
                raise CreateError from error
            raise
        except DatabaseError as error:
            if not must_create:
                raise UpdateError from error
            raise
        self._saved = state

    def _get_new_session_key(self) -> str:
        # Django asks first whether the key is taken. Of 36^32 keys none ever is, and `create` would try again.
        return get_random_string(32, VALID_KEY_CHARS)

    def _get_session_from_db(self) -> Session | None:
        session = _RUNNING.first(self.session_key or "", timezone.now())
        if session is None:
            # As Django does: a key that is not ours is never taken up.
            self._session_key = None
        return session


_ADD = Addition(Session)
_RUNNING: Shape[Session] = Shape(
    lambda key, at: Session.objects.filter(session_key=key, expire_date__gt=at).order_by(), str, datetime
)
