"""Who is told of which event, and what the words may speak of; told again, nobody hears it twice.

A teller says what is to be told to a `Turn`, which writes it down for all events of the turn at once.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from huixiang.accounts.models import User
from huixiang.accounts.roles import Role
from huixiang.cases import gate_access
from huixiang.cases.choices import CLOCK_LABELS, Lane, PauseReason, Urgency
from huixiang.cases.deadlines import due
from huixiang.cases.models import Case, CaseEvent, GateOverride, Reply
from huixiang.cases.reasons import reason_of
from huixiang.notices.actions.awaiting import Await
from huixiang.notices.actions.telling import About, Telling
from huixiang.notices.wording import Word
from huixiang.rules.clocks import ClockKind
from huixiang.rules.ladder import Rung
from huixiang.rules.lifecycle import Step
from huixiang.supervision.access import OVERSIGHT
from huixiang.supervision.models import InstructionTask, RungLabel, SupervisionOrder
from huixiang.ui.moments import spoken, spoken_before
from huixiang.units.access import actor_of
from huixiang.units.models import Unit

from .saying import desk_url, say
from .turn import Turn

Teller = Callable[[CaseEvent, Turn], None]
Fact = Callable[[CaseEvent], str]
_HANDLING = (Role.HANDLER, Role.UNIT_HEAD, Role.LAWYER, Role.CONSUMER_COUNCIL)
# These clocks run against the platform's own desk.
_DESK = {ClockKind.REVIEW: Role.MODERATOR, ClockKind.ASSIGN: Role.COORDINATOR}


def tell_citizen(event: CaseEvent, turn: Turn) -> None:
    """Tells the author in the app, and by mail and SMS where they left an address."""
    case = event.case
    if case.author is None or turn.why_untrue(event):
        return
    word = say(event.step, "citizen", case, _facts(event), f"/mine/{case.number}/")
    about = About(case.pk, event.pk, is_urgent=is_urgent(case))
    turn.tell(Telling(word, _key(event), event.at, about, people=[case.author], phone=case.author.phone))


def tell_unit(event: CaseEvent, turn: Turn) -> None:
    """Tells the people who work on cases in the units that now have something to do, and the units' groups."""
    if event.step == Step.WARN and event.data["clock"] in _DESK:
        return
    roles = list(_HANDLING)
    if event.data.get("clock") == ClockKind.POST_APPROVAL:
        roles.append(Role.UNIT_REVIEWER)
    for unit_id in _units(event):
        _tell_as_unit(event, turn, "unit", unit_id, roles)


def tell_head(event: CaseEvent, turn: Turn) -> None:
    """Tells the heads of the unit that an order goes to; other acts of supervision are told by whoever does them."""
    if "order" in event.data:
        _tell_as_unit(event, turn, "head", event.data["unit"], [Role.UNIT_HEAD])


def tell_desk(event: CaseEvent, turn: Turn) -> None:
    """Tells the platform's own desk that one of its own clocks warns, or of a pause, or of any while no unit leads."""
    is_paused = event.data["clock"] == ClockKind.PAUSE
    is_theirs = is_paused or (event.case.lead_unit_id is None and event.data["rung"] == Rung.YELLOW)
    if role := _DESK.get(event.data["clock"], Role.COORDINATOR if is_theirs else None):
        _tell_in_region(event, turn, "desk", [role])


def tell_oversight(event: CaseEvent, turn: Turn) -> None:
    """Tells the oversight of the region what is late, and which danger was brought under control."""
    if event.data.get("rung") != Rung.YELLOW:
        _tell_in_region(event, turn, "oversight", list(OVERSIGHT))


def tell_issuer(event: CaseEvent, turn: Turn) -> None:
    """Tells the person who issued an order, and whoever stands in for them, that it was answered."""
    if "order" not in event.data or turn.why_untrue(event):
        return
    person = _order(event).issued_by
    people = [person, *(p for p in turn.directory.deputies_of([person.pk], at=event.at) if p.pk != person.pk)]
    word, about = _word(event, "issuer")
    turn.tell(Telling(word, _key(event), event.at, about, people=people, texts_staff=about.is_loud))


def tell_leader(event: CaseEvent, turn: Turn) -> None:
    """Tells the leader who gave an instruction, and whoever stands in for them, what a unit reported back."""
    if "instruction_task" not in event.data or turn.why_untrue(event):
        return
    leader = _task(event).instruction.leader
    people = [leader, *(p for p in turn.directory.deputies_of([leader.pk], at=event.at) if p.pk != leader.pk)]
    word, about = _word(event, "leader")
    turn.tell(Telling(word, _key(event), event.at, about, people=people))


def tell_decider(event: CaseEvent, turn: Turn) -> None:
    """Tells who may let a held text pass: the unit's own, or those above it where none of them may."""
    if turn.why_untrue(event):
        return
    override, case = _override(event), event.case
    inspectors = turn.directory.of_region(case.region_id, [Role.QUALITY_INSPECTOR], at=event.at)
    near = [*turn.directory.of_unit(override.unit_id, [Role.UNIT_HEAD], at=event.at), *inspectors]
    above = turn.directory.of_region(case.region_id, gate_access.ABOVE_UNITS, at=event.at)
    people = _deciding(override, near, at=event.at) or _deciding(override, above, at=event.at)
    word, about = _word(event, "decider")
    turn.tell(Telling(word, _key(event), event.at, about, people=turn.seeing(case, people, at=event.at)))


def tell_asker(event: CaseEvent, turn: Turn) -> None:
    """Tells whoever asked to let a held text pass what was decided."""
    if not turn.why_untrue(event):
        word, about = _word(event, "asker")
        turn.tell(Telling(word, _key(event), event.at, about, people=[_override(event).asked_by]))


def is_urgent(case: Case) -> bool:
    """Whether notices about the case do not wait for the morning."""
    return case.urgency in {Urgency.URGENT, Urgency.CRITICAL} or case.lane == Lane.URGENT


def must_be_read(event: CaseEvent) -> bool:
    """Whether the notice climbs to the deputy and the superior while nobody reads it."""
    return event.step == Step.SUPERVISE or event.data.get("rung") in {Rung.RED, Rung.BLACK}


def _tell_as_unit(event: CaseEvent, turn: Turn, audience: str, unit_id: int, roles: list[Role]) -> None:
    if turn.why_untrue(event):
        return
    word, about = _word(event, audience, unit_id)
    people = turn.seeing(event.case, turn.directory.of_unit(unit_id, roles, at=event.at), at=event.at)
    group = unit_id if people or not event.case.is_report else None
    key, loud = _key(event), about.is_loud
    turn.tell(Telling(word, key, event.at, about, people=people, texts_staff=loud, group_of=group))
    if must_be_read(event):
        turn.wait_for(Await(event.pk, unit_id, event.at, about.is_urgent))


def _tell_in_region(event: CaseEvent, turn: Turn, audience: str, roles: list[Role]) -> None:
    if turn.why_untrue(event):
        return
    word, about = _word(event, audience)
    people = turn.directory.of_region(event.case.region_id, roles, at=event.at)
    people = turn.seeing(event.case, people, at=event.at)
    turn.tell(Telling(word, _key(event), event.at, about, people=people, texts_staff=about.is_loud))


def _key(event: CaseEvent) -> str:
    return f"event:{event.pk}"


def _word(event: CaseEvent, audience: str, unit_id: int | None = None) -> tuple[Word, About]:
    case, facts, url = event.case, _facts(event), _url(event)
    is_loud = must_be_read(event) or event.step == Step.INSTRUCT
    about = About(
        case.pk, event.pk, unit_id, is_urgent=is_urgent(case), is_loud=is_loud,
        outside=say(event.step, audience, case, facts, url, outside=True),
    )  # fmt: skip
    return say(event.step, audience, case, facts, url), about


def _url(event: CaseEvent) -> str:
    """Where to read on: a task of an instruction may be of a unit that has nothing else to do with the case."""
    if event.data.get("clock") == ClockKind.INSTRUCTION:
        return f"/desk/tasks/#task-{event.data['task']}"
    return desk_url(event.case)


def subject_of(event: CaseEvent) -> str:
    """What a unit's notice of the event is headed with."""
    audience = "head" if event.step == Step.SUPERVISE else "unit"
    return say(event.step, audience, event.case, _facts(event), "").subject


def _units(event: CaseEvent) -> list[int]:
    if event.step == Step.INSTRUCT:
        return list(dict.fromkeys(event.data["units"]))
    if event.step == Step.RETURN_REPLY:
        return [Reply.objects.values_list("unit_id", flat=True).get(pk=event.data["reply"])]
    unit_id: int | None = event.data.get("unit") or event.case.lead_unit_id
    return [unit_id] if unit_id else []


def _facts(event: CaseEvent) -> dict[str, str]:
    return {name: fact(event) for name, fact in FACTS.get(Step(event.step), {}).items()}


def _why_declined(event: CaseEvent) -> str:
    reason = reason_of(event.data["code"])
    return f"{reason.explanation}{reason.other_door}" if reason else "没有在期限内补充材料。需要时可以重新留言。"


def _unit_name(event: CaseEvent) -> str:
    unit_id, lead = event.data.get("unit") or event.case.lead_unit_id, event.case.lead_unit
    if lead is not None and lead.pk == unit_id:
        # It was read together with the case.
        return lead.name
    unit = Unit.objects.filter(pk=unit_id).first() if unit_id else None
    return unit.name if unit else "平台"


def _order(event: CaseEvent) -> SupervisionOrder:
    return SupervisionOrder.objects.select_related("issued_by").get(pk=event.data["order"])


def _task(event: CaseEvent) -> InstructionTask:
    rows = InstructionTask.objects.select_related("instruction__leader", "unit")
    return rows.get(pk=event.data["instruction_task"])


def _override(event: CaseEvent) -> GateOverride:
    rows = GateOverride.objects.select_related("reply__case", "reply__unit", "asked_by", "unit")
    return rows.get(pk=event.data["override"])


def _deciding(override: GateOverride, people: Iterable[User], *, at: datetime) -> list[User]:
    return [p for p in people if gate_access.may_decide_override(actor_of(p, at=at), override)]


def _reporting_unit(event: CaseEvent) -> str:
    return _task(event).unit.name if "instruction_task" in event.data else ""


def _first_due(event: CaseEvent) -> str:
    tasks = InstructionTask.objects.filter(instruction=event.data["instruction"])
    return spoken_before(tasks.earliest("due_at").due_at, event.at)


def _given_name(event: CaseEvent) -> str:
    return str(event.data["unit_name"])


def _still_owed(event: CaseEvent) -> str:
    """That the limit of the answer runs on, for the unit to which a case was passed on; empty on its first way."""
    ends = event.data.get("answer_due_at")
    if ends is None:
        return ""
    return f"。这件留言早已受理，答复期限不重新计算，仍是{spoken(datetime.fromisoformat(ends), event.at)}"


def _until(event: CaseEvent) -> str:
    expected = event.data.get("expected_on")
    return f"预计{spoken(date.fromisoformat(expected), event.at)}有结果。" if expected else ""


_DECLINED: dict[str, Fact] = {"why": _why_declined}
_GIVEN: dict[str, Fact] = {"unit_name": _given_name}
# What each step's templates may speak of, besides the case's title and number.
FACTS: dict[Step, dict[str, Fact]] = {
    Step.ASK_SUPPLEMENT: {
        "question": lambda e: str(e.data["question"]),
        "due": lambda e: spoken_before(due(e.case, ClockKind.SUPPLEMENT, e.at), e.at),
    },
    Step.REJECT: _DECLINED,
    Step.DIVERT: _DECLINED,
    Step.LAPSE: _DECLINED,
    Step.MERGE: {"into": lambda e: str(e.data["into"])},
    Step.ASSIGN: {**_GIVEN, "owed": _still_owed},
    Step.TRANSFER: {**_GIVEN, "owed": _still_owed},
    Step.CLAIM: _GIVEN,
    Step.WARN: {
        "clock": lambda e: CLOCK_LABELS[ClockKind(e.data["clock"])],
        "rung": lambda e: RungLabel(e.data["rung"]).label,
        "due": lambda e: spoken(datetime.fromisoformat(e.data["due_at"]), e.at),
        "unit_name": _unit_name,
    },
    Step.SUPERVISE: {
        "order": lambda e: str(e.data["number"]),
        "due": lambda e: spoken_before(_order(e).due_at, e.at),
    },
    Step.INSTRUCT: {"due": _first_due},
    Step.NOTE: {"unit_name": _reporting_unit},
    Step.PAUSE: {
        "label": lambda e: PauseReason(e.data["reason"]).label,
        "explanation": lambda e: str(e.data["explanation"]),
        "until": _until,
    },
    Step.FINALIZE: {
        "document": lambda e: str(e.data["document"]),
        "explanation": lambda e: str(e.data["explanation"]),
    },
    Step.ANSWER_SUPERVISION: {"order": lambda e: str(e.data["number"]), "unit_name": _unit_name},
    Step.ASK_OVERRIDE: {"unit_name": lambda e: _override(e).unit.name, "faults": lambda e: str(e.data["faults"])},
    Step.LOG_CONTROL: {"what": lambda e: str(e.data["what"])},
}
_CITIZEN = {
    Step.APPROVE, Step.ASK_SUPPLEMENT, Step.REJECT, Step.DIVERT, Step.LAPSE, Step.MERGE, Step.ASSIGN, Step.TRANSFER,
    Step.CLAIM, Step.ACCEPT, Step.PAUSE, Step.PUBLISH_REPLY, Step.EXTEND, Step.CONCLUDE, Step.CONCLUDE_WITH_PROMISE,
    Step.KEEP_PROMISE, Step.HAND_OVER, Step.CLOSE_UNRATED, Step.REOPEN, Step.FINALIZE,
}  # fmt: skip
_UNIT = {
    Step.ASSIGN, Step.ADD_SUPPORT, Step.TRANSFER, Step.OVERRULE_OBJECTION, Step.REOPEN, Step.SUPPLEMENT,
    Step.RETURN_REPLY, Step.WARN, Step.INSTRUCT,
}  # fmt: skip
# Who is told of which step; each pair has its template in `notices/words/`.
AUDIENCES: dict[str, tuple[Teller, set[Step]]] = {
    "citizen": (tell_citizen, _CITIZEN),
    "unit": (tell_unit, _UNIT),
    "head": (tell_head, {Step.SUPERVISE}),
    "desk": (tell_desk, {Step.WARN}),
    "oversight": (tell_oversight, {Step.WARN, Step.LOG_CONTROL}),
    "issuer": (tell_issuer, {Step.ANSWER_SUPERVISION}),
    "leader": (tell_leader, {Step.NOTE}),
    "decider": (tell_decider, {Step.ASK_OVERRIDE}),
    "asker": (tell_asker, {Step.GRANT_OVERRIDE, Step.REFUSE_OVERRIDE}),
}


def tellers_of(step: Step) -> list[Teller]:
    """Those who tell of a step, in the order in which they do."""
    return [teller for teller, steps in AUDIENCES.values() if step in steps]
