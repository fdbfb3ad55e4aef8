"""Signs people in and chooses what a run will ask for: addresses, cookies, words to search for."""

import json
import random
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bench import wording
from bench.filling import CITIZEN_PHONE, STAFF
from huixiang.accounts.actions.confirming import phone_hash
from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases.actions.replying import draft
from huixiang.cases.choices import AssignmentRole, AssignmentState, ReplyKind, Visibility
from huixiang.cases.ledger import Act
from huixiang.cases.models import Assignment, Case
from huixiang.rules.lifecycle import State
from huixiang.units.models import Level, Membership, Region

CASES = 200
QUERIES = 100


def prepare() -> str:
    """What the driver needs, as JSON."""
    chance = random.Random(7)  # noqa: S311 - repeatable on purpose
    numbers = list(Case.objects.public().filter(visibility=Visibility.PUBLIC).values_list("number", flat=True))
    chosen = chance.sample(numbers, min(CASES, len(numbers)))
    places = [r.name for r in Region.objects.filter(level=Level.TOWNSHIP)]
    citizen = User.objects.get(phone_hash=phone_hash(CITIZEN_PHONE))
    found: dict[str, Any] = {
        "home": address("portal:home"),
        "list": address("portal:cases"),
        "submit": address("portal:submit"),
        "inbox": address("desk:inbox"),
        "cases": [a for n in chosen if (a := address("portal:case", n))],
        "queries": wording.queries(chance, places, QUERIES),
        "citizen": signed_in(citizen),
        "staff": {name: signed_in(User.objects.get(username=f"bench-{name}")) for name in STAFF},
        "gate": draft_of_a_final_reply(),
        "count": Case.objects.count(),
    }
    return json.dumps(found, ensure_ascii=False)


def draft_of_a_final_reply() -> str:
    """The address where the gate looks at a draft while the handler writes it; the draft is made for this run."""
    handler = User.objects.get(username="bench-handler")
    units = Membership.objects.filter(user=handler).values("unit")
    tasks = Assignment.objects.filter(unit__in=units, state=AssignmentState.ACCEPTED, role=AssignmentRole.LEAD)
    task = tasks.filter(case__state=State.HANDLING, case__replies=None).select_related("case", "unit").first()
    if task is None:
        return ""
    reply = draft(task.case, task.unit, ReplyKind.FINAL, Act(handler, timezone.now(), Role.HANDLER, task.unit))
    return address("desk:reply_gate", str(reply.pk))


def address(name: str, *args: str) -> str:
    """The address of a page; empty where the product has none of that name."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def signed_in(user: User) -> str:
    """The cookie of a new session of `user`."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
