"""The queues of the desk: what waits for a person, by the roles they hold, each with its next act.

All queues of a person are read with one statement, so a page costs the same for one role as for five.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from psycopg import ClientCursor

from huixiang.accounts.roles import Role
from huixiang.cases import access, gate_access
from huixiang.cases.choices import AssignmentRole, AssignmentState, ReplyState
from huixiang.cases.gate_choices import OverrideState
from huixiang.cases.models import Assignment, Case, GateOverride, Reply
from huixiang.cases.querysets import CaseQuerySet
from huixiang.rules.lifecycle import State
from huixiang.supervision import access as supervision
from huixiang.supervision.models import InstructionTask
from huixiang.units.access import Actor

# Beyond this a queue is only "99+": counting further would cost more than it tells.
CAP = 100
KEPT = timedelta(minutes=1)
PLACEHOLDER = datetime(1949, 10, 1, tzinfo=UTC)
DOING = (Role.HANDLER, Role.UNIT_HEAD, Role.CONSUMER_COUNCIL)
WATCHING = (Role.SUPERVISOR, Role.LEADER, Role.CONVENOR)
Rows = QuerySet[Any, Any]
# Rows that different indexes find stand in different parts: each is then read in its order, up to CAP.
Find = Callable[[Actor, datetime], Rows | tuple[Rows, ...]]


@dataclass(frozen=True)
class Queue:
    """One kind of waiting work: what it is called, who has it, where it is found and what to do with it."""

    code: str
    title: str
    icon: str
    roles: tuple[Role, ...]
    find: Find
    act: str
    # The part of the case page to go to, and the search that lists the whole queue.
    place: str = ""
    search: str = ""


@dataclass(frozen=True)
class Entry:
    """One waiting thing: a case, the row it waits for (case, task or reply), and by when."""

    queue: str
    case_id: int
    row_id: int
    due_at: datetime | None


def queues_of(actor: Actor) -> list[Queue]:
    """The queues that belong to the roles of `actor`, the most pressing kind first."""
    return [q for q in QUEUES if actor.has(*q.roles)]


def waiting(actor: Actor, at: datetime) -> dict[str, list[Entry]]:
    """Everything that waits for `actor`, by queue, soonest first; of each part of a queue CAP entries at most."""
    found: dict[str, list[Entry]] = {q.code: [] for q in queues_of(actor)}
    if not found:
        return found
    sql, params = _statement(_Who(actor), int(at.timestamp() // KEPT.total_seconds()))
    if not sql:
        return found
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment if p == _placeholder() else p for p in params])
        for code, case_id, row_id, due in cursor.fetchall():
            found[code].append(Entry(code, case_id, row_id, _moment(due)))
    latest = datetime.max.replace(tzinfo=UTC)
    for entries in found.values():
        entries.sort(key=lambda e: (e.due_at or latest, e.case_id))
    return found


class _Who:
    """An actor as a key: two are the same if the person and their grants are."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.key = (actor.user.pk if actor.user else None, actor.grants, connection.alias)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Who) and self.key == other.key


@lru_cache(maxsize=2000)
def _statement(who: _Who, minute: int) -> tuple[str, list[Any]]:
    """The statement that reads all queues of a person, kept for a minute: building it costs ten times its execution.

    It holds PLACEHOLDER where the moment belongs, and is empty if nothing can wait. A unit that is moved in the tree
    shows within that minute.
    """
    parts: list[str] = []
    params: list[Any] = []
    for queue in queues_of(who.actor):
        found = queue.find(who.actor, PLACEHOLDER)
        for rows in found if isinstance(found, tuple) else (found,):
            try:
                sql, values = _labelled(queue.code, rows).query.get_compiler(connection=connection).as_sql()
            except EmptyResultSet:
                continue
            # Django's own union would allow no part its limit on SQLite.
            parts.append(_PART[connection.vendor].format(sql))
            params += values
    whole = " UNION ALL ".join(parts)
    return _inlined(whole, params) if whole and connection.vendor == "postgresql" else (whole, params)


# From PostgreSQL moments come as seconds: a hundred of them are read many times faster than as timestamps.
_PART = {
    "sqlite": "SELECT * FROM ({}) AS part",
    "postgresql": "SELECT code, case_id, row_id, EXTRACT(EPOCH FROM due)::float8"
    " FROM ({}) AS part (code, case_id, row_id, due)",
}


def _inlined(sql: str, params: list[Any]) -> tuple[str, list[Any]]:
    """The statement with everything but the moment written into it.

    PostgreSQL then plans it once for this person instead of every time: planning takes longer than running.
    """
    connection.ensure_connection()
    marked = ["\ue000" if p == _placeholder() else p for p in params]
    written = ClientCursor(connection.connection).mogrify(sql, marked).replace("%", "%%")
    return written.replace("'\ue000'", "%s"), [p for p in params if p == _placeholder()]


def _placeholder() -> Any:
    return connection.ops.adapt_datetimefield_value(PLACEHOLDER)


def _moment(value: Any) -> datetime | None:
    # Read without the ORM: SQLite gives moments back without a zone, in UTC, and those of expressions as text.
    if isinstance(value, float):
        return datetime.fromtimestamp(value, UTC)
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _labelled(code: str, rows: Rows) -> Rows:
    return rows.values_list(Value(code, output_field=CharField()), *_KEYS[rows.model])


_KEYS: dict[type[models.Model], tuple[Any, ...]] = {
    Case: ("pk", F("pk"), "due_at"),
    Reply: (
        "case_id",
        "pk",
        models.Case(models.When(state=ReplyState.PUBLISHED, then=F("approve_by_at")), default=F("case__due_at")),
    ),
    InstructionTask: ("instruction__case_id", "pk", "due_at"),
    GateOverride: ("reply__case_id", "pk", "reply__case__due_at"),
    Assignment: (
        "case_id",
        "pk",
        models.Case(models.When(state=AssignmentState.OFFERED, then=F("sign_due_at")), default=F("due_at")),
    ),
}


def _first(rows: Rows, *order: Any) -> Rows:
    return rows.order_by(*order)[:CAP]


def _soonest(cases: CaseQuerySet) -> Rows:
    return cases.soonest()[:CAP]


def _in_my_regions(actor: Actor, *roles: Role) -> CaseQuerySet:
    return access.visible(actor).in_regions(actor.regions(*roles))


def _led_by_me(actor: Actor, *roles: Role) -> CaseQuerySet:
    return access.visible(actor).filter(lead_unit_id__in=actor.own_unit_ids(*roles))


def _to_moderate(actor: Actor, at: datetime) -> tuple[Rows, Rows]:
    cases = _in_my_regions(actor, Role.MODERATOR)
    free, mine = cases.filter(state=State.SUBMITTED), cases.filter(state=State.MODERATING, reviewer=actor.user)
    return _soonest(free), _soonest(mine)


def _in_state(*states: State) -> Find:
    return lambda actor, at: _soonest(_in_my_regions(actor, Role.COORDINATOR).filter(state__in=states))


def _led(*states: State) -> Find:
    return lambda actor, at: _soonest(_led_by_me(actor, *DOING).filter(state__in=states))


def _handling(actor: Actor, at: datetime) -> Rows:
    # A case whose reply is with a reviewer, or came back and waits in a queue of its own, asks nothing more here.
    theirs = Q(state__in=[ReplyState.UNIT_REVIEW, ReplyState.QUALITY])
    back = Q(state=ReplyState.DRAFT) & ~Q(returned_note="")
    elsewhere = Reply.objects.filter(theirs | back, case=OuterRef("pk"), unit=OuterRef("lead_unit"))
    return _soonest(_led_by_me(actor, *DOING).filter(~Exists(elsewhere), state=State.HANDLING))


def _legal(actor: Actor, at: datetime) -> Rows:
    states = [State.ASSIGNED, State.REOPENED, State.HANDLING]
    return _soonest(_led_by_me(actor, Role.LAWYER).filter(column="legal", state__in=states))


def _supporting(actor: Actor, at: datetime) -> Rows:
    tasks = Assignment.objects.filter(
        case__in=access.visible(actor),
        unit_id__in=actor.own_unit_ids(*DOING, Role.THIRD_PARTY),
        role=AssignmentRole.SUPPORTING,
        state__in=[AssignmentState.OFFERED, AssignmentState.ACCEPTED],
    )
    return _first(tasks, "due_at", "pk")


def _instructed(actor: Actor, at: datetime) -> Rows:
    return _first(supervision.own_tasks(actor).filter(done_at=None), "due_at", "pk")


def _returned(actor: Actor, at: datetime) -> Rows:
    units = actor.own_unit_ids(*DOING, Role.LAWYER)
    drafts = Reply.objects.filter(case__in=access.visible(actor), unit_id__in=units, state=ReplyState.DRAFT)
    return _first(drafts.exclude(returned_note=""), "updated_at")


def _to_check(actor: Actor, at: datetime) -> Rows:
    units = actor.own_unit_ids(Role.UNIT_REVIEWER, Role.UNIT_HEAD)
    texts = Reply.objects.filter(case__in=access.visible(actor), unit_id__in=units, state=ReplyState.UNIT_REVIEW)
    return _first(texts.exclude(author=actor.user), "updated_at")


def _to_approve(actor: Actor, at: datetime) -> Rows:
    units = actor.own_unit_ids(Role.UNIT_REVIEWER, Role.UNIT_HEAD)
    texts = Reply.objects.unapproved().filter(case__in=access.visible(actor), unit_id__in=units)
    return _first(texts.exclude(author=actor.user), "approve_by_at", "pk")


def _to_inspect(actor: Actor, at: datetime) -> Rows:
    cases = _in_my_regions(actor, Role.QUALITY_INSPECTOR)
    texts = Reply.objects.filter(case__in=cases, state=ReplyState.QUALITY).exclude(unit_id__in=actor.kin_unit_ids)
    return _first(texts.exclude(author=actor.user).exclude(reviewer=actor.user), "updated_at")


def _overrides(actor: Actor, at: datetime) -> Rows:
    asked = gate_access.overrides_for(actor).filter(state=OverrideState.ASKED, reply__state__in=ReplyState.open())
    if not actor.has(Role.UNIT_HEAD, *gate_access.ABOVE_UNITS):
        asked = asked.exclude(needs_superior=True)
    return _first(asked.exclude(asked_by=actor.user).exclude(reply__author=actor.user), "asked_at", "pk")


def _overdue(actor: Actor, at: datetime) -> Rows:
    return _soonest(_in_my_regions(actor, *WATCHING).overdue(at))


def _pool(actor: Actor, at: datetime) -> Rows:
    return _soonest(access.pool(actor))


POOL = "pool"
INSTRUCTED = "instructed"
REPLIES = "#replies"
QUEUES: tuple[Queue, ...] = (
    Queue(
        "moderate", "待审核的留言", "shield-check", (Role.MODERATOR,), _to_moderate,
        act="去审核", search="state=submitted",
    ),
    Queue(
        "assign", "待交办", "send", (Role.COORDINATOR,), _in_state(State.TO_ASSIGN),
        act="交办", search="state=to_assign",
    ),
    Queue(
        "objections", "异议待裁定", "arrow-return-left", (Role.COORDINATOR,), _in_state(State.OBJECTED),
        act="裁定", search="state=objected",
    ),
    Queue(
        "sign", "待签收", "inbox", DOING, _led(State.ASSIGNED, State.REOPENED),
        act="签收", search="state=assigned&state=reopened",
    ),
    Queue(
        "returned", "退回我修改的回复", "pencil-square", (*DOING, Role.LAWYER), _returned,
        act="修改", place=REPLIES, search="reply=draft",
    ),
    Queue(
        "check", "待我审核的回复", "people", (Role.UNIT_REVIEWER, Role.UNIT_HEAD), _to_check,
        act="审核", place=REPLIES, search="reply=unit_review",
    ),
    Queue(
        "approve", "待补审的回复", "clipboard", (Role.UNIT_REVIEWER, Role.UNIT_HEAD), _to_approve,
        act="补审", place=REPLIES, search="reply=unapproved",
    ),
    Queue(
        "inspect", "待质检的回复", "clipboard-check", (Role.QUALITY_INSPECTOR,), _to_inspect,
        act="质检", search="reply=quality",
    ),
    Queue(
        "overrides", "回复放行", "signpost-split", gate_access.DECIDING, _overrides,
        act="批复", place=REPLIES,
    ),
    Queue(
        "legal", "法律栏目待答", "briefcase", (Role.LAWYER,), _legal,
        act="解答", place=REPLIES, search="column=legal",
    ),
    Queue(
        "handling", "办理中", "hourglass-split", DOING, _handling,
        act="办理", place=REPLIES, search="state=handling",
    ),
    Queue(
        "tasks", "协办任务", "people", (*DOING, Role.THIRD_PARTY), _supporting,
        act="去协办", search="task=supporting",
    ),
    Queue(INSTRUCTED, "批示任务", "flag", supervision.ANSWERING, _instructed, act="去落实"),
    Queue(
        "promises", "待兑现的承诺", "flag", (Role.UNIT_HEAD,), _led(State.TRACKING),
        act="报告兑现", search="state=tracking",
    ),
    Queue(
        "paused", "暂停计时", "pause-circle", (Role.COORDINATOR,), _in_state(State.PAUSED),
        act="查看", search="state=paused",
    ),
    Queue(
        "overdue", "已超时", "exclamation-triangle", WATCHING, _overdue,
        act="查看", search="due=overdue",
    ),
    Queue(POOL, "可认领的留言", "hand-index-thumb", access.WORKING, _pool, act="认领"),
)  # fmt: skip
