"""The ledger: every change of a case is one event, chained by hashes, written in the change's own transaction.

`advance` is the only way a case changes. It writes the case only if nobody appended since it was read, so of two
writers at once one wins and the other gets `Stale`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum

from huixiang.accounts.models import User
from huixiang.accounts.shapes import Addition
from huixiang.rules.lifecycle import ALIVE, Step, target_of
from huixiang.units.models import Unit

from .models import Case, CaseEvent, EventDelivery, LedgerSeal, PublicStamp

STAMP_SLOTS = 16
# Columns that the watch may set besides the ledger's head.
_TIMES = ("look_again_at", "due_at", "answer_due_at")
SYSTEM = "系统"


class Stale(Exception):
    """Somebody changed the case since it was read."""

    message = "这件留言刚刚有了新的变化，请看过最新情况后再操作。您填写的内容还在。"


@dataclass(frozen=True)
class Act:
    """Who does something, when, and in what capacity: what every action needs and every event records."""

    by: User | None
    at: datetime
    role: str = SYSTEM
    unit: Unit | None = None


def digest(event: CaseEvent, case_number: str) -> str:
    """The SHA-256 over everything an event says and the hash before it."""
    said = [
        case_number, event.seq, event.step, event.from_state, event.to_state, event.actor_id, event.actor_role,
        event.unit_id, event.at.astimezone(UTC).isoformat(timespec="microseconds"), event.is_public, event.data,
        event.prev_hash,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def advance(
    case: Case, step: Step, act: Act, *, data: Mapping[str, Any] | None = None, is_public: bool = False, **changes: Any
) -> CaseEvent:
    """Takes `step` on `case`: checks the lifecycle, writes `changes` and one event; raises IllegalTransition or Stale.

    `case` is brought up to date in memory as well. Public events show on the public timeline.
    """
    before, target = case.state, target_of(case.state, step)
    event = _event(case, step, act, target=target, data=data, is_public=is_public)
    fresh = {**changes, **_marks(event)}
    was = counted(case)
    if Case.objects.filter(pk=case.pk, event_count=case.event_count).update(**fresh) != 1:
        raise Stale
    for name, value in fresh.items():
        setattr(case, name, value)
    _ADD_EVENT(event, EventDelivery(event=event, next_try_at=event.at))
    now = counted(case)
    if is_public or target != before or now != was:
        touch_public(case.pk, shown=now[0] - was[0], answered=now[1] - was[1])
    return event


@dataclass(frozen=True)
class Entry:
    """One event to append to a case without changing its state."""

    step: Step
    act: Act
    data: Mapping[str, Any]


def append_many(rows: Sequence[tuple[Case, Sequence[Entry]]]) -> None:
    """Appends internal events to many cases at once; saves their next alarm (`look_again_at`) and their due times.

    Only for cases that this transaction has locked: the lock stands in for the comparison that `advance` makes.
    """
    events: list[CaseEvent] = []
    for case, entries in rows:
        for entry in entries:
            target = target_of(case.state, entry.step)
            event = _event(case, entry.step, entry.act, target=target, data=entry.data, is_public=False)
            case.event_count, case.ledger_head = event.seq, event.hash
            events.append(event)
    CaseEvent.objects.bulk_create(events, batch_size=500)
    EventDelivery.objects.bulk_create(
        [EventDelivery(event=event, next_try_at=event.at) for event in events], batch_size=500
    )
    _save_many([case for case, _ in rows])


def _save_many(cases: Sequence[Case]) -> None:
    if connection.vendor != "postgresql":
        Case.objects.bulk_update(cases, ["event_count", "ledger_head", *_TIMES], batch_size=100)
        return
    # One short statement whatever the number of cases: Django's CASE for every field costs ten times as much.
    sql = f"""UPDATE cases_case AS c SET event_count = v.count, ledger_head = v.head,
        {", ".join(f"{name} = v.{name}" for name in _TIMES)}
        FROM unnest(%s::bigint[], %s::int[], %s::text[]{", %s::timestamptz[]" * len(_TIMES)})
        AS v (id, count, head, {", ".join(_TIMES)}) WHERE c.id = v.id"""  # noqa: S608 - fixed names
    columns: list[list[Any]] = [[c.pk for c in cases], [c.event_count for c in cases], [c.ledger_head for c in cases]]
    columns += [[getattr(c, name) for c in cases] for name in _TIMES]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns])


def open_with(case: Case, step: Step, act: Act, *, data: Mapping[str, Any] | None = None) -> bool:
    """Saves a new case together with its first event; False, and nothing saved, if one of its origin is there."""
    event = _event(case, step, act, target=case.state, data=data, is_public=True, first=True)
    for name, value in _marks(event).items():
        setattr(case, name, value)
    return _ADD_CASE(case, event, EventDelivery(event=event, next_try_at=event.at))


def touch_public(case_id: int, *, shown: int = 0, answered: int = 0) -> None:
    """Says that what the public sees has changed, and by how much its counts did; kept pages are made anew."""
    changes: dict[str, Any] = {"value": F("value") + 1}
    if shown or answered:
        changes |= {"shown": F("shown") + shown, "answered": F("answered") + answered}
    PublicStamp.objects.filter(slot=case_id % STAMP_SLOTS).update(**changes)


def show_many(cases: Sequence[Case]) -> None:
    """Counts new cases among what the public sees, many at once."""
    totals = {slot: [0, 0] for slot in range(STAMP_SLOTS)}
    for case in cases:
        for place, number in enumerate(counted(case)):
            totals[case.pk % STAMP_SLOTS][place] += number
    for slot, (shown, answered) in totals.items():
        if shown:
            touch_public(slot, shown=shown, answered=answered)


def counted(case: Case) -> tuple[int, int]:
    """What a case adds to the public counts: 1 if it is shown, and 1 more if it is also answered."""
    is_shown = case.public_at is not None
    return int(is_shown), int(is_shown and case.answered_at is not None)


def public_counts() -> tuple[int, int]:
    """How many cases the public sees, and how many of those are answered, as the events have counted them."""
    found = PublicStamp.objects.aggregate(shown=Sum("shown"), answered=Sum("answered"))
    return found["shown"] or 0, found["answered"] or 0


def recount_public() -> tuple[int, int]:
    """The same, counted case by case."""
    shown = Case.objects.public()
    return shown.count(), shown.filter(answered_at__isnull=False).count()


def wake_all(*, at: datetime) -> int:
    """Lets the watch look at every living case again: after a change of the calendar. Gives their number."""
    return Case.objects.filter(state__in=ALIVE).update(look_again_at=at)


def read_for_change(case_id: int) -> Case:
    """The case as it is now, locked until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).select_related("region", "lead_unit", "column").get(pk=case_id)


def changes_since(case: Case, seq: int) -> list[CaseEvent]:
    """What happened after `seq`: shown to whoever acted on an old page."""
    return list(case.events.filter(seq__gt=seq).select_related("unit").order_by("seq"))


def _marks(event: CaseEvent) -> dict[str, Any]:
    """What every event writes on its case; clocks may have changed, so the watch loop looks again at once."""
    return {
        "state": event.to_state,
        "event_count": event.seq,
        "ledger_head": event.hash,
        "look_again_at": event.at,
    }


def _event(
    case: Case,
    step: Step,
    act: Act,
    *,
    target: str,
    data: Mapping[str, Any] | None,
    is_public: bool,
    first: bool = False,
) -> CaseEvent:
    event = CaseEvent(
        case_id=case.pk,
        seq=case.event_count + 1,
        step=step,
        from_state="" if first else case.state,
        to_state=target,
        actor=act.by,
        actor_role=act.role,
        unit=act.unit,
        at=act.at,
        is_public=is_public,
        data=dict(data or {}),
        prev_hash=case.ledger_head,
    )
    event.hash = digest(event, case.number)
    return event


_ADD_CASE = Addition(Case, CaseEvent, EventDelivery, once="origin_key")
_ADD_EVENT = Addition(CaseEvent, EventDelivery)


@dataclass(frozen=True)
class Break:
    """The first place where the ledger is not what was written."""

    where: str
    why: str


def verify() -> tuple[int, Break | None]:
    """Recomputes every chain and every seal; gives the number of events read and the first break, if any."""
    read = 0
    for read, found in _walk_chains():  # noqa: B007 - the last count is the answer
        if found:
            return read, found
    return read, _check_seals()


def _walk_chains() -> Iterator[tuple[int, Break | None]]:
    heads = Case.objects.order_by("pk").values_list("pk", "number", "event_count", "ledger_head").iterator(2000)
    events = CaseEvent.objects.order_by("case_id", "seq").iterator(2000)
    event = next(events, None)
    read = 0
    for case_id, number, count, head in heads:
        seq, prev = 0, ""
        while event is not None and event.case_id == case_id:
            read, seq = read + 1, seq + 1
            if event.seq != seq:
                yield read, Break(f"{number} #{seq}", "事件缺失")
            if event.prev_hash != prev or digest(event, number) != event.hash:
                yield read, Break(f"{number} #{seq}", "内容或链接与哈希不符")
            prev = event.hash
            event = next(events, None)
        if seq != count or prev != head:
            yield read, Break(f"{number} #{seq + 1}", "账本末尾与留言记录不符")
        yield read, None


def seal(*, at: datetime) -> LedgerSeal | None:
    """Seals the events written since the last seal, up to 20,000 of them; None if there are none."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # Waits for writers under way: afterwards no event with a smaller id can still appear.
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE cases_caseevent, cases_ledgerseal IN SHARE ROW EXCLUSIVE MODE")
        last = LedgerSeal.objects.order_by("-last_event_id").first()
        fresh = CaseEvent.objects.filter(id__gt=last.last_event_id if last else 0).order_by("id")
        rows = list(fresh.values_list("id", "hash")[:20_000])
        if not rows:
            return None
        prev = last.hash if last else ""
        return LedgerSeal.objects.create(
            last_event_id=rows[-1][0],
            events_count=len(rows),
            prev_hash=prev,
            hash=_seal_hash(prev, [h for _, h in rows]),
            at=at,
        )


def _seal_hash(prev: str, hashes: list[str]) -> str:
    return hashlib.sha256("\n".join([prev, *hashes]).encode()).hexdigest()


def _check_seals() -> Break | None:
    after, prev = 0, ""
    for row in LedgerSeal.objects.order_by("last_event_id").iterator():
        hashes = CaseEvent.objects.filter(id__gt=after, id__lte=row.last_event_id).order_by("id")
        known = list(hashes.values_list("hash", flat=True))
        if row.prev_hash != prev or len(known) != row.events_count or _seal_hash(prev, known) != row.hash:
            return Break(f"seal {row.pk}", "封存的事件被改动或删除")
        after, prev = row.last_event_id, row.hash
    return None
