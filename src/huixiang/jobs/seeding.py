"""The demo town: reference data, units, people, and messages walked through the real actions with their real times."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from huixiang.accounts.models import User
from huixiang.cases.ledger import touch_public
from huixiang.cases.models import Case, CaseEvent, EventDelivery, Supporter
from huixiang.notices.models import Notice
from huixiang.rules.lifecycle import Step
from huixiang.supervision import watching

from .audiences import tellers_of
from .handlers import handlers_of, index_text
from .seeding_knowledge import keep_knowledge
from .seeding_people import sign_ins
from .seeding_reference import load_reference
from .seeding_supervision import supervise
from .seeding_town import Town, build_town
from .seeding_walk import BadSeed, walk
from .turn import Turn

__all__ = ["BadSeed", "NotEmpty", "load_reference", "seed", "sign_ins"]

SEED = 4300
BATCH = 500
# Notices older than this have been read.
_OLD_NEWS = timedelta(days=3)


class NotEmpty(Exception):
    """Somebody lives here already; a demo town is only built on empty ground."""


def seed(*, now: datetime, say: Callable[[str], object] = lambda line: None) -> dict[str, int]:
    """Builds the demo town in an empty database as it stands at `now`; gives counts by state.

    Raises NotEmpty, or BadSeed with the key of the row that breaks a rule.
    """
    if User.objects.exists() or Case.objects.exists():
        raise NotEmpty
    load_reference()
    rng = Random(SEED)  # noqa: S311 - repeatable, not secret
    town = build_town(rng)
    say(f"units: {len(town.units)}, staff: {len(town.people.staff)}")
    _tell_the_planner()
    say(f"standard answers: {keep_knowledge(town, now)}")
    cases: dict[str, Case] = {}
    wanted: dict[str, int] = {}
    for row in rows():
        cases[row["key"]] = walk(town, row, now, cases)
        wanted[row["key"]] = row["supporters"]
    say(f"messages: {len(cases)}")
    _supporters(town, cases, wanted, now, rng)
    say(f"acts of supervision: {supervise(town, cases, now)}")
    # The watch as it stands at `now`: what it records wakes a case once more, until nothing is left to say.
    while watching.sweep(at=now):
        pass
    _deliver(now)
    say("searchable, notices written")
    counts: dict[str, int] = {}
    for case in cases.values():
        counts[case.state] = counts.get(case.state, 0) + 1
    return counts


def _tell_the_planner() -> None:
    """Tells PostgreSQL what the tables hold: it still plans for the empty ones that it saw a moment ago."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def rows() -> Iterator[dict[str, Any]]:
    """The demo messages, in the order of their files."""
    for path in sorted(settings.SEEDS_DIR.glob("messages_*.jsonl")):
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())


@transaction.atomic
def _supporters(town: Town, cases: dict[str, Case], wanted: dict[str, int], now: datetime, rng: Random) -> None:
    """Citizens who met the same trouble, all at once: what `supporting.support` would write one by one."""
    joined: list[Supporter] = []
    for key, case in cases.items():
        if case.public_at is None:
            continue
        others = [c for c in town.people.citizens if c.pk != case.author_id]
        until = case.closed_at or now
        for user in rng.sample(others, min(wanted[key], len(others))):
            joined.append(Supporter(case=case, user=user, at=case.public_at + (until - case.public_at) * rng.random()))
        Case.objects.filter(pk=case.pk).update(supporters_count=min(wanted[key], len(others)))
        touch_public(case.pk)
    Supporter.objects.bulk_create(joined, batch_size=BATCH)


@transaction.atomic
def _deliver(now: datetime) -> None:
    """Lets everything follow that follows from the events; what would have been texted then counts as sent then.

    The same handlers as in `delivering`, but in one transaction and with each case indexed once, not at every event.
    """
    rows = CaseEvent.objects.order_by("pk").select_related("case__author", "case__lead_unit").iterator(BATCH)
    while chunk := list(islice(rows, BATCH)):
        turn = Turn(chunk)
        for event in chunk:
            for handler in handlers_of(Step(event.step)):
                if handler is not index_text:
                    handler(event)
            for teller in tellers_of(Step(event.step)):
                teller(event, turn)
        turn.write()
    for last in CaseEvent.objects.filter(case__event_count=F("seq")).select_related("case").iterator(BATCH):
        index_text(last)
    EventDelivery.objects.all().delete()
    Notice.objects.filter(sent_at=None).update(sent_at=F("created_at"))
    Notice.objects.filter(created_at__lt=now - _OLD_NEWS).update(read_at=F("created_at"))
