"""The measuring process of `bench clocks`: fills the database of DATABASE_URL step by step and times the watch.

`python -m bench.clocks_stage DUE SIZE...` prints its figures as JSON; what it is doing goes to stderr.
"""

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

BATCH = 500
IDLE_TURNS = 200
ROW = "x" * 1024


class NotRecorded(Exception):
    """The watch did not record what was due, so that its time would mean nothing."""


def main(due: int, sizes: list[int]) -> None:
    """Measures at each size, the smallest first; the bare baseline beside it each time."""
    import django

    django.setup()
    from bench import clocks_filling

    clocks_filling.begin()
    found = []
    for size in sizes:
        say(f"{size:,} open cases: filling")
        clocks_filling.fill_to(size - due)
        found.append(measure(size, due))
    print(json.dumps(found))


def measure(size: int, due: int) -> dict[str, Any]:
    """One size: `due` cases until nothing is due, their events until everybody's notice is written, idle sweeps."""
    from bench import clocks_filling as filling
    from huixiang.jobs import delivering
    from huixiang.supervision import watching

    say(f"{size:,} open cases: {due:,} become due")
    filling.add_due(due)
    filling.settle()
    before = counts()
    insert = timed(lambda: bare_inserts(due))
    record = timed(lambda: until_done(lambda: watching.sweep(at=filling.AT)))
    recorded = {name: now - before[name] for name, now in counts().items()}
    if recorded != {"alerts": due, "events": due, "deliveries": due, "acts": due}:
        raise NotRecorded(f"{due} were due, but {recorded} were recorded")
    say(f"{size:,} open cases: telling the units")
    told = events_told()
    tell = timed(lambda: until_done(lambda: delivering.deliver(at=filling.AT)))
    if (waiting := counts()["deliveries"]) or events_told() - told != due:
        raise NotRecorded(f"{waiting} events wait for delivery, {events_told() - told} were told")
    filling.settle()
    idle = [timed(lambda: watching.sweep(at=filling.AT)) for _ in range(IDLE_TURNS)]
    select = [timed(bare_select) for _ in range(IDLE_TURNS)]
    return {
        "open": open_cases(), "due": due, "idle_ms": 1000 * median(idle), "idle_p95_ms": 1000 * sorted(idle)[-10],
        "select_ms": 1000 * median(select), "record_s": record, "insert_s": insert, "tell_s": tell,
    }  # fmt: skip


def timed(act: Callable[[], object]) -> float:
    """How many seconds `act` takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def until_done(turn: Callable[[], int]) -> None:
    """Takes turns until one finds nothing more to do."""
    while turn():
        pass


def bare_select() -> None:
    """The same question that an idle sweep asks, without the product around it."""
    from django.db import connection

    from bench.clocks_filling import AT

    with connection.cursor() as cursor:
        question = "SELECT id FROM cases_case WHERE look_again_at <= %s ORDER BY look_again_at LIMIT %s"
        cursor.execute(question, [AT, BATCH])
        cursor.fetchall()


def bare_inserts(count: int) -> None:
    """One plain INSERT of 1 KB after another, committed every 500 as the watch does."""
    from django.db import connection, transaction

    for start in range(0, count, BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            for _ in range(min(BATCH, count - start)):
                cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [ROW])


def counts() -> dict[str, int]:
    """Rows that the watch writes."""
    from huixiang.cases.models import CaseEvent, EventDelivery
    from huixiang.rules.lifecycle import Step
    from huixiang.supervision.models import Alert, SupervisionStep

    return {
        "alerts": Alert.objects.count(),
        "events": CaseEvent.objects.filter(step=Step.WARN).count(),
        "deliveries": EventDelivery.objects.count(),
        "acts": SupervisionStep.objects.count(),
    }


def events_told() -> int:
    """How many events somebody has a notice of."""
    from huixiang.notices.models import Notice

    return Notice.objects.order_by().values("event_id").distinct().count()


def open_cases() -> int:
    """How many cases have an alarm set."""
    from huixiang.cases.models import Case

    return Case.objects.filter(look_again_at__isnull=False).count()


def say(line: str) -> None:
    """Tells the person at the keyboard."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), [int(size) for size in sys.argv[2:]])
