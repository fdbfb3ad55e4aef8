"""Proving a phone: a code goes out, the phone waits sealed in the session, the code comes back once."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from huixiang.accounts.actions import confirming
from huixiang.accounts.encryption import seal, unseal
from huixiang.notices.actions.texting import text_code

from .views.pages import Asked, address

_KEY = "verifying"


@dataclass(frozen=True)
class Pending:
    """A phone that waits for its code, and what it is for."""

    purpose: str
    phone: str
    subject: str = ""
    note: str = ""
    demo_code: str = ""

    @property
    def masked(self) -> str:
        """The phone as a page may show it: 138****5678."""
        return f"{self.phone[:3]}****{self.phone[-4:]}"


def start(request: Asked, purpose: str, phone: str, *, subject: str = "", note: str = "") -> Pending:
    """Sends a code; raises TooMany or GatewayDown, and then nothing waits."""
    code = text_code(phone, purpose, address=address(request), at=request.at)
    waiting = Pending(purpose, phone, subject, note, code if settings.DEMO else "")
    # The session lies in the database in plain text: what is personal goes in sealed.
    request.session[_KEY] = seal(json.dumps(asdict(waiting)).encode()).decode()
    return waiting


def pending(request: Asked, purpose: str, subject: str = "") -> Pending | None:
    """The phone that waits for a code of this purpose (and subject) in this session."""
    sealed = request.session.get(_KEY)
    if not sealed:
        return None
    held: dict[str, Any] = json.loads(unseal(sealed.encode()))
    waiting = Pending(**held)
    return waiting if (waiting.purpose, waiting.subject) == (purpose, subject) else None


def finish(request: Asked, waiting: Pending, code: str) -> None:
    """Uses the code up; raises confirming.WrongCode, and then the phone goes on waiting."""
    confirming.check(waiting.phone, waiting.purpose, code, at=request.at)
    request.session.pop(_KEY, None)
