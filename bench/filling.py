"""Fills an empty PostgreSQL with a town and many cases, each with its chained events, replies and search entry."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone

from bench import histories, wording
from bench.copying import copy, set_sequences
from bench.yardsticks import CREATE_ROW_TABLE
from huixiang.accounts.actions.confirming import phone_hash
from huixiang.accounts.models import Kind, User
from huixiang.accounts.roles import Role
from huixiang.cases import ledger, search
from huixiang.cases.actions.submitting import ALPHABET
from huixiang.cases.choices import (
    AssignmentRole,
    AssignmentState,
    Lane,
    MessageKind,
    PauseReason,
    ReplyKind,
    ReplyState,
    Resolution,
    Urgency,
    Visibility,
)
from huixiang.cases.ledger import digest
from huixiang.cases.models import Assignment, Case, CaseEvent, Reply, ReplyVersion
from huixiang.jobs.seeding_reference import load_reference
from huixiang.jobs.seeding_town import build_town
from huixiang.nlp import segment
from huixiang.rules.lifecycle import ENDED, PUBLISHABLE, State, Step
from huixiang.units.models import Level, Membership, Region, Unit

CHUNK = 4_000
YEARS = 3
HOT_CASES = 200
BUSY_UNIT = "430104-housing"
STAFF = {"moderator": Role.MODERATOR, "coordinator": Role.COORDINATOR, "handler": Role.HANDLER}
CITIZEN_PHONE = "13700000000"
_OPEN_STATES = (State.HANDLING, State.HANDLING, State.HANDLING, State.ASSIGNED, State.REOPENED)
_INTERNAL = frozenset({Step.TAKE_REVIEW, Step.DRAFT_REPLY, Step.SEND_TO_REVIEW, Step.PASS_REVIEW, Step.OBJECT})
_BY_UNIT = frozenset({Step.ACCEPT, Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE})
_SAID = {
    Step.CONCLUDE: ReplyKind.FINAL, Step.CONCLUDE_WITH_PROMISE: ReplyKind.FINAL, Step.HAND_OVER: ReplyKind.TRANSFER,
}  # fmt: skip


@dataclass
class World:
    """What cases refer to, read once."""

    now: datetime
    chance: random.Random
    units: list[Unit]
    busy: Unit
    below: dict[str, list[Region]]
    people: dict[Role, User]
    citizens: list[User]
    next_ids: dict[str, int] = field(default_factory=lambda: {"event": 0, "reply": 0, "task": 0})

    def next_id(self, kind: str) -> int:
        self.next_ids[kind] += 1
        return self.next_ids[kind]


@dataclass
class Chunk:
    """Rows of a few thousand cases on their way into the database."""

    cases: list[Case] = field(default_factory=list)
    events: list[CaseEvent] = field(default_factory=list)
    tasks: list[Assignment] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    texts: dict[int, list[str]] = field(default_factory=dict)


def fill(count: int) -> None:
    """Migrates the database and fills it; the same count gives the same cases, up to the present moment."""
    if connection.vendor != "postgresql":
        raise ValueError("only PostgreSQL can be filled: the figures are for the production database")
    call_command("migrate", verbosity=0)
    load_reference()
    build_town(random.Random(1))  # noqa: S311 - repeatable on purpose
    world = _world(count)
    with connection.cursor() as cursor:
        # Foreign keys are right by construction; checking six million of them takes longer than the rest.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DROP INDEX cases_search_words, cases_search_bigrams")
        for chunk in _chunks(world, count):
            _write(chunk)
        for statement in search.CREATE["postgresql"][1:]:
            cursor.execute(statement)
        cursor.execute(CREATE_ROW_TABLE)
        cursor.execute("SET session_replication_role = DEFAULT")
        set_sequences(Case, CaseEvent, Assignment, Reply, ReplyVersion)
        cursor.execute("VACUUM (FREEZE, ANALYZE)")


def _world(count: int) -> World:
    chance = random.Random(count)  # noqa: S311 - repeatable on purpose
    below: dict[str, list[Region]] = {}
    for region in Region.objects.filter(level=Level.TOWNSHIP):
        below.setdefault(region.parent_id or "", []).append(region)
    units = list(Unit.objects.exclude(kind__in=["law", "testing", "cyberspace"]).select_related("region"))
    busy = next(u for u in units if u.key == BUSY_UNIT)
    people = {role: _staff(name, role, busy) for name, role in STAFF.items()}
    for role in (Role.UNIT_REVIEWER, Role.QUALITY_INSPECTOR):
        people[role] = User.objects.filter(memberships__role=role)[0]
    numbers = range(max(20, count // 25))
    citizens = User.objects.bulk_create([_citizen(n) for n in numbers], batch_size=1000)
    return World(timezone.now(), chance, units, busy, below, people, citizens)


def _staff(name: str, role: Role, unit: Unit) -> User:
    user = User.objects.create(username=f"bench-{name}", display_name=name, kind=Kind.STAFF, password="!")  # noqa: S106 - none fits
    of_unit = role == Role.HANDLER
    region = "430104" if role == Role.COORDINATOR else "43"
    Membership.objects.create(
        user=user, role=role, unit=unit if of_unit else None, region_id=None if of_unit else region
    )
    return user


def _citizen(number: int) -> User:
    phone = str(int(CITIZEN_PHONE) + number)
    name = f"网友{number:06d}"
    return User(username=f"b-{number}", display_name=name, kind=Kind.CITIZEN, phone=phone, phone_hash=phone_hash(phone))


def _chunks(world: World, count: int) -> Iterator[Chunk]:
    hot = min(HOT_CASES, count // 10)
    chunk = Chunk()
    for pk in range(1, count + 1):
        from_end = count - pk
        is_hot = from_end < hot * 10 and from_end % 10 == 5
        _add_case(chunk, world, pk, count, is_hot)
        if len(chunk.cases) == CHUNK or pk == count:
            yield chunk
            chunk = Chunk()


def _add_case(chunk: Chunk, world: World, pk: int, count: int, is_hot: bool) -> None:
    chance = world.chance
    age = timedelta(days=365 * YEARS) * (count - pk + 1) / count
    start = world.now - age
    state = chance.choice(_OPEN_STATES) if is_hot else histories.state_at(age, chance)
    unit = world.busy if is_hot else chance.choice(world.units)
    while not is_hot and unit is world.busy and state not in ENDED:
        unit = chance.choice(world.units)
    steps = histories.walk(state)
    times = dict(zip((s for s, _, _ in steps), histories.moments(len(steps), start, world.now, chance), strict=True))
    case = _case(world, pk, state, unit, times)
    data: dict[Step, dict[str, Any]] = {Step.SUBMIT: {"kind": case.kind, "column": case.column_id}}
    data[Step.ASSIGN] = {"unit": unit.pk, "unit_name": unit.name, "supporting": [], "task": ""}
    reply = _reply(world, case, times, unit)
    if reply is not None:
        chunk.replies.append(reply)
        about = {"reply": reply.pk, "kind": reply.kind}
        data |= dict.fromkeys((Step.DRAFT_REPLY, *_SAID), about)
        data |= dict.fromkeys((Step.SEND_TO_REVIEW, Step.PASS_REVIEW), {"reply": reply.pk, "version": 1})
    if case.lead_unit_id:
        chunk.tasks.append(_task(world, case, unit))
    chunk.events += _events(world, case, [(*step, times[step[0]], data.get(step[0], {})) for step in steps])
    chunk.cases.append(case)
    published = reply is not None and reply.state == ReplyState.PUBLISHED
    chunk.texts[pk] = [case.title, case.body, *([reply.body] if reply and published else [])]


def _case(world: World, pk: int, state: State, unit: Unit, times: dict[Step, datetime]) -> Case:
    chance = world.chance
    region = chance.choice(world.below.get(unit.region_id) or [unit.region])
    topic, title, body = wording.message(chance, region.full_name.split("/")[-1] + chance.choice(("", "北路", "新村")))
    kind = chance.choices(MessageKind.values[:6], weights=[25, 30, 25, 3, 12, 5])[0]
    visibility = chance.choices(Visibility.values, weights=[86, 8, 6])[0]
    start = times[Step.SUBMIT]
    answered = next((times[s] for s in (Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE) if s in times), None)
    case = Case(
        pk=pk,
        number=f"HX{start:%y%m%d}{_letters(pk)}",
        column_id=chance.choices(["voice", "leader", "consumer", "legal"], weights=[70, 15, 10, 5])[0],
        kind=kind,
        region=region,
        topic_id=topic,
        visibility=Visibility.PRIVATE if kind == MessageKind.REPORT else visibility,
        urgency=chance.choices(Urgency.values, weights=[94, 5, 1])[0],
        lane=Lane.STANDARD,
        title=title,
        body=body,
        sealed_title=title,
        sealed_body=body,
        sealed_contact=json.dumps({"name": "", "phone": CITIZEN_PHONE}),
        author=chance.choice(world.citizens) if chance.random() < 0.4 else None,
        query_code_hash=f"{pk:064x}",
        state=state,
        submitted_at=start,
        approved_at=times.get(Step.APPROVE),
        assigned_at=times.get(Step.ASSIGN),
        accepted_at=times.get(Step.ACCEPT),
        first_reply_at=answered,
        answered_at=answered,
        supporters_count=max(0, int(chance.gauss(-2, 6))),
    )
    if state not in ENDED:
        case.due_at = start + timedelta(days=chance.uniform(1, 14))
        case.answer_due_at = case.due_at
    if Step.ASSIGN in times:
        case.lead_unit = case.first_contact_unit = unit
    _end(case, state, times, world)
    return case


def _end(case: Case, state: State, times: dict[Step, datetime], world: World) -> None:
    if state in PUBLISHABLE and case.visibility != Visibility.PRIVATE:
        case.public_at = case.approved_at
    if state in ENDED:
        case.closed_at = max(times.values())
    if state == State.CLOSED:
        case.resolution = world.chance.choices(Resolution.values, weights=[40, 15, 5, 20, 5, 1, 14])[0]
    if state in {State.REJECTED, State.DIVERTED}:
        case.reason_code = "other"
    if state == State.MODERATING:
        case.reviewer = world.people[Role.MODERATOR]
    if state == State.PAUSED:
        case.pause_reason, case.paused_at, case.due_at = PauseReason.CITIZEN, times[Step.PAUSE], None


def _letters(number: int) -> str:
    """Six letters of the case numbers' alphabet, different for every number."""
    number = number * 7_919_717 % len(ALPHABET) ** 6
    found = ""
    for _ in range(6):
        number, rest = divmod(number, len(ALPHABET))
        found += ALPHABET[rest]
    return found


def _reply(world: World, case: Case, times: dict[Step, datetime], unit: Unit) -> Reply | None:
    said = next((s for s in _SAID if s in times), None)
    if said is None and (case.state != State.HANDLING or world.chance.random() > 0.3):
        return None
    drafted = times.get(Step.DRAFT_REPLY, times[Step.ACCEPT])
    reply = Reply(
        pk=world.next_id("reply"),
        case_id=case.pk,
        unit=unit,
        kind=_SAID[said] if said else ReplyKind.FINAL,
        state=ReplyState.PUBLISHED if said else world.chance.choice(ReplyState.open()),
        body=wording.answer(world.chance, case.region.full_name.split("/")[-1]),
        claimed_resolution=Resolution.RESOLVED,
        author=world.people[Role.HANDLER],
        reviewer=world.people[Role.UNIT_REVIEWER],
        inspector=world.people[Role.QUALITY_INSPECTOR] if said else None,
        created_at=drafted,
        updated_at=times[said] if said else drafted,
        published_at=times[said] if said else None,
    )
    if said == Step.CONCLUDE_WITH_PROMISE:
        reply.promise, reply.promise_due_on = "下月底前完成整改并在本页报告", (times[said] + timedelta(days=40)).date()
    return reply


def _task(world: World, case: Case, unit: Unit) -> Assignment:
    state = AssignmentState.DONE
    if case.state in {State.ASSIGNED, State.REOPENED}:
        state = AssignmentState.OFFERED
    elif case.state in {State.HANDLING, State.PAUSED}:
        state = AssignmentState.ACCEPTED
    elif case.state == State.OBJECTED:
        state = AssignmentState.OBJECTED
    return Assignment(
        pk=world.next_id("task"),
        case_id=case.pk,
        unit=unit,
        role=AssignmentRole.LEAD,
        state=state,
        assigned_by=world.people[Role.COORDINATOR],
        assigned_at=case.assigned_at or case.submitted_at,
        sign_due_at=case.due_at,
        due_at=case.answer_due_at,
        accepted_at=case.accepted_at,
        handler=world.people[Role.HANDLER] if case.accepted_at else None,
        ended_at=None if state in AssignmentState.live() else case.answered_at or case.closed_at,
    )


def _events(
    world: World, case: Case, story: list[tuple[Step, str, str, datetime, dict[str, Any]]]
) -> Iterator[CaseEvent]:
    """The chain of events of a case; the case is brought to its end in memory."""
    for seq, (step, before, after, at, data) in enumerate(story, start=1):
        event = CaseEvent(
            pk=world.next_id("event"),
            case_id=case.pk,
            seq=seq,
            step=step,
            from_state=before,
            to_state=after,
            actor_role="系统",
            unit_id=case.lead_unit_id if step in _BY_UNIT else None,
            at=at,
            is_public=step not in _INTERNAL,
            data=data,
            prev_hash=case.ledger_head,
        )
        event.hash = case.ledger_head = digest(event, case.number)
        case.event_count = seq
        yield event


def _write(chunk: Chunk) -> None:
    rows: list[list[Any]] = [chunk.cases, chunk.tasks, chunk.replies, chunk.events]
    rows.append([_version(reply) for reply in chunk.replies])
    for kind in rows:
        copy(kind)
    ledger.show_many(chunk.cases)
    with connection.cursor() as cursor, cursor.copy("COPY cases_search (case_id, words, bigrams) FROM STDIN") as out:
        for case_id, texts in chunk.texts.items():
            told = "\n".join(texts)
            out.write_row([case_id, _vector(segment.words(told)), _vector(segment.bigrams(told))])


def _vector(tokens: list[str]) -> str:
    return " ".join(f"'{t}'" for t in set(tokens))


def _version(reply: Reply) -> models.Model:
    return ReplyVersion(pk=reply.pk, reply_id=reply.pk, number=1, body=reply.body, by=reply.author, at=reply.created_at)
