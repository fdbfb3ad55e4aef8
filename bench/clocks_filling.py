"""Fills a database with open cases that the watch has no reason to look at yet, and with due ones that it has.

The due ones have a real, chained ledger. The others are copies of one: their ledgers are as long as real ones, but
their hashes repeat, so that this database is for measuring and nothing else.
"""

import random
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.management import call_command
from django.db import connection

from bench import histories
from bench.copying import copy, set_sequences
from bench.yardsticks import CREATE_ROW_TABLE
from huixiang.cases.choices import AssignmentRole, AssignmentState, MessageKind, Visibility
from huixiang.cases.deadlines import due
from huixiang.cases.ledger import digest
from huixiang.cases.models import Assignment, Case, CaseEvent
from huixiang.jobs.seeding_reference import load_reference
from huixiang.jobs.seeding_town import build_town
from huixiang.rules.calendar import CHINA
from huixiang.rules.clocks import ClockKind
from huixiang.rules.lifecycle import State, Step
from huixiang.units.models import Unit

Row = TypeVar("Row", CaseEvent, Assignment)
# A Wednesday afternoon in an ordinary week, so that every run finds the same clocks at the same rungs.
AT = datetime(2026, 11, 18, 15, 0, tzinfo=CHINA)
TEMPLATE = 1
CHUNK = 5_000
BODY = "小区六楼以上早晚高峰没有水，物业说水泵坏了要等，已经一个多星期，家里有老人和孩子，请尽快处理。" * 4


def begin() -> None:
    """Migrates the empty database, fills in the town and the case that all others are copies of."""
    call_command("migrate", verbosity=0)
    load_reference()
    build_town(random.Random(1))  # noqa: S311 - repeatable on purpose
    with connection.cursor() as cursor:
        cursor.execute(CREATE_ROW_TABLE)
    _write([_case(TEMPLATE, _units()[0], AT - timedelta(hours=4))])
    Case.objects.update(look_again_at=AT + timedelta(days=30))


def fill_to(count: int) -> None:
    """Adds cases until there are at least `count`; the watch wants to see them one by one from tomorrow on."""
    have = Case.objects.count()
    if have >= count:
        return
    last = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    places = range(last + 1, last + 1 + count - have)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(*_copies(Case, "id", {
            "number": "'HXF' || g", "query_code_hash": "lpad(g::text, 64, '0')", "lead_unit_id": "u.id",
            "first_contact_unit_id": "u.id", "region_id": "u.region_id",
            "look_again_at": "%(at)s + interval '1 day' + g * interval '1 second'",
        }, places))  # fmt: skip
        cursor.execute(*_copies(CaseEvent, "case_id", {"id": f"nextval('{_sequence(CaseEvent)}')"}, places))
        own = {"id": f"nextval('{_sequence(Assignment)}')", "unit_id": "u.id"}
        cursor.execute(*_copies(Assignment, "case_id", own, places))
        cursor.execute("SET session_replication_role = DEFAULT")
    set_sequences(Case)


def add_due(count: int) -> None:
    """Adds cases whose first public word turns yellow at AT at the latest: one rung each, with a whole ledger."""
    units, first = _units(), Case.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        # Assigned and accepted from 10:10 to 11:50: of the five golden hours more than three are over, and not five.
        cases = [
            _case(first + n, units[n % len(units)], AT - timedelta(hours=4, minutes=50) + timedelta(seconds=n % 6000))
            for n in numbers
        ]
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            _write(cases)
            cursor.execute("SET session_replication_role = DEFAULT")


def settle() -> None:
    """What autovacuum and the checkpointer would do in a quiet hour."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def _units() -> list[Unit]:
    return list(Unit.objects.exclude(kind__in=["law", "testing", "cyberspace"]).order_by("pk"))


def _case(pk: int, unit: Unit, accepted_at: datetime) -> Case:
    # The golden hours begin with the assignment.
    start = accepted_at - timedelta(minutes=5)
    case = Case(
        pk=pk, number=f"HXD{pk}", column_id="voice", kind=MessageKind.COMPLAINT, region_id=unit.region_id,
        visibility=Visibility.PUBLIC, title="小区二次供水水压太低", body=BODY,
        sealed_title="小区二次供水水压太低", sealed_body=BODY, query_code_hash=f"{pk:064x}", state=State.HANDLING,
        submitted_at=start, approved_at=start, public_at=start, assigned_at=start, accepted_at=accepted_at,
        lead_unit=unit, first_contact_unit=unit, look_again_at=accepted_at,
    )  # fmt: skip
    case.answer_due_at = due(case, ClockKind.ANSWER, accepted_at)
    case.due_at = due(case, ClockKind.FIRST_WORD, start)
    return case


def _write(cases: list[Case]) -> None:
    # The chain needs the whole case, and a copied case needs the end of its chain: events first.
    events = [event for case in cases for event in _chain(case)]
    tasks = [_task(case) for case in cases]
    copy(cases)
    copy(_numbered(events))
    copy(_numbered(tasks))
    set_sequences(Case, CaseEvent, Assignment)


def _numbered(rows: list[Row]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {rows[0]._meta.db_table}")  # noqa: S608 - a model's table
        last = cursor.fetchone()[0]
    for n, row in enumerate(rows, start=last + 1):
        row.pk = n
    return rows


def _chain(case: Case) -> list[CaseEvent]:
    story, events = histories.walk(State.HANDLING), []
    data = {Step.SUBMIT: {"kind": case.kind, "column": "voice"}, Step.APPROVE: {"lane": "standard"}}
    for seq, (step, before, after) in enumerate(story, start=1):
        at = case.accepted_at if step == Step.ACCEPT else case.submitted_at
        event = CaseEvent(
            case_id=case.pk, seq=seq, step=step, from_state=before, to_state=after, actor_role="系统", at=at,
            is_public=True, data=data.get(step, {}), prev_hash=case.ledger_head,
        )  # fmt: skip
        event.hash = case.ledger_head = digest(event, case.number)
        case.event_count = seq
        events.append(event)
    return events


def _task(case: Case) -> Assignment:
    return Assignment(
        case=case, unit_id=case.lead_unit_id, role=AssignmentRole.LEAD, state=AssignmentState.ACCEPTED,
        assigned_at=case.submitted_at, accepted_at=case.accepted_at, due_at=case.answer_due_at,
    )  # fmt: skip


def _sequence(kind: type[CaseEvent] | type[Assignment]) -> str:
    return f"{kind._meta.db_table}_id_seq"


def _copies(
    kind: type[Case] | type[CaseEvent] | type[Assignment], key: str, changed: dict[str, str], places: range
) -> tuple[str, dict[str, Any]]:
    """The statement that copies the template's rows for cases with these keys, each of a unit in turn."""
    columns = [f.column for f in kind._meta.concrete_fields]
    values = [{key: "g", **changed}.get(c, f"t.{c}") for c in columns]
    statement = f"""INSERT INTO {kind._meta.db_table} ({", ".join(columns)})
        SELECT {", ".join(values)}
        FROM generate_series(%(first)s::int, %(last)s::int) g
        JOIN (SELECT id, region_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many
              FROM units_unit) u ON u.place = g %% u.many
        CROSS JOIN {kind._meta.db_table} t WHERE t.{key} = %(template)s"""  # noqa: S608 - names of models
    return statement, {"first": places[0], "last": places[-1], "template": TEMPLATE, "at": AT}
