"""What the gate finds, for the eyes of writers and reviewers: marked words, faults, checklist, promises to confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from huixiang.cases import gate, gate_access
from huixiang.cases.actions.promising import MOST, Promised
from huixiang.cases.choices import MessageKind, ReplyKind, ReplyState
from huixiang.cases.gate_choices import CommitmentState, OverrideState
from huixiang.cases.gate_faults import Fault
from huixiang.cases.gate_guards import CARES, DISCLOSURES, LESSONS, Lessons, lessons_of, needs_lessons
from huixiang.cases.gate_querysets import today
from huixiang.cases.models import Case, GateOverride, Reply
from huixiang.cases.models import Commitment as CaseCommitment
from huixiang.nlp.commitments import Commitment as Found
from huixiang.rules.lifecycle import Step, may
from huixiang.units.access import Actor

# What stands beside each demand: words, icon and tone, never colour alone.
ANSWERS = {
    "full": ("已答", "check-circle-fill", "green"),
    "partial": ("部分答", "exclamation-triangle", "amber"),
    "none": ("未答", "x-circle", "red"),
}
# Kinds of reply that answer demands, and so have a checklist.
_ANSWERING = frozenset({ReplyKind.PROGRESS, ReplyKind.FINAL, ReplyKind.CORRECTION})


@dataclass(frozen=True)
class Piece:
    """A stretch of the text; `labels` name the faults that end here, `is_marked` says that one covers it."""

    text: str
    is_marked: bool = False
    is_grave: bool = False
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Demand:
    """One demand of the message with what the draft says to it."""

    span: str
    words: str
    icon: str
    tone: str
    part: str


@dataclass(frozen=True)
class Promise:
    """One promise found in the draft, to be dated and tracked or left out."""

    place: int
    what: str
    due_on: date | None
    is_tracked: bool
    is_past: bool = False


@dataclass(frozen=True)
class Panel:
    """All that is shown beside one text of a reply."""

    reply: Reply
    faults: Sequence[Fault]
    pieces: Sequence[Piece]
    demands: Sequence[Demand]
    cares: Sequence[tuple[str, bool]]
    disclosures: Sequence[tuple[str, bool]]
    promises: Sequence[Promise]
    narrowed: Sequence[str]
    # 四不放过 as (name, text, whether it is said not to apply), for those who review.
    lessons: Sequence[tuple[str, str, bool]] = ()

    @property
    def tracked(self) -> list[Promise]:
        """The promises that will run from publication on."""
        return [p for p in self.promises if p.is_tracked and not p.is_past]

    @property
    def grave(self) -> list[Fault]:
        """The faults that hold the reply back."""
        return [f for f in self.faults if f.is_grave]

    @property
    def warnings(self) -> list[Fault]:
        """The faults that only warn."""
        return [f for f in self.faults if not f.is_grave]

    @property
    def has_marks(self) -> bool:
        """Whether any words are marked."""
        return any(p.is_marked for p in self.pieces)


@dataclass
class Waiver:
    """The override of a reply as one person sees it: what stands, and what they may do about it."""

    standing: GateOverride | None = None
    earlier: Sequence[GateOverride] = ()
    may_ask: bool = False
    may_decide: bool = False
    needs_superior: bool = False
    reason: str = field(default="")


def panel(
    reply: Reply, *, at: datetime, lessons: Lessons | None = None, posted: Mapping[str, Any] | None = None
) -> Panel:
    """Looks at `reply` as it stands in memory; `posted` holds what was ticked and dated in the panel before."""
    found = gate.look(reply, at=at, lessons=lessons)
    judged, kind = found.judged, ReplyKind(reply.kind)
    elements = judged.elements
    is_trouble = reply.case.kind in {MessageKind.HELP, MessageKind.COMPLAINT, MessageKind.REPORT}
    answers = judged.demands if kind in _ANSWERING else []
    return Panel(
        reply=reply,
        faults=found.faults,
        pieces=pieces(reply.body, found.faults),
        demands=[Demand(d.span, *ANSWERS[d.answered], d.part) for d in answers],
        cares=[(words, elements[name]) for name, words in CARES.items()] if is_trouble else [],
        disclosures=[(words, elements[name]) for name, words in DISCLOSURES.items()] if kind == ReplyKind.FINAL else [],
        promises=_promises(reply, judged.commitments, at, posted),
        narrowed=judged.narrowed,
        lessons=_lessons(reply, lessons),
    )


def pieces(body: str, faults: Sequence[Fault]) -> list[Piece]:
    """The text cut at every edge of a fault, each piece knowing what covers it and what ends there."""
    placed = [(f.start, f.end, f) for f in faults if f.start is not None and f.end is not None]
    edges = sorted({0, len(body), *(a for a, _, _ in placed), *(b for _, b, _ in placed)})
    cut = []
    for start, end in zip(edges, edges[1:], strict=False):
        over = [f for a, b, f in placed if a <= start and end <= b]
        ending = tuple(dict.fromkeys(f.label for _, b, f in placed if b == end))
        cut.append(Piece(body[start:end], bool(over), any(f.is_grave for f in over), ending))
    return cut


def promised(data: Mapping[str, Any]) -> list[Promised]:
    """What was ticked and dated in the panel; a tick without a day tracks nothing."""
    rows = []
    for place in range(MOST):
        what = str(data.get(f"promise{place}_what", "")).strip()
        due_on = _day(data.get(f"promise{place}_due"))
        if what and due_on:
            rows.append(Promised(what, due_on, is_tracked=bool(data.get(f"promise{place}_on"))))
    return rows


def speaks_of_promises(data: Mapping[str, Any]) -> bool:
    """Whether a form came with the panel's promises in it."""
    return "promises" in data


def waiver(actor: Actor, reply: Reply, grave: Sequence[Fault]) -> Waiver:
    """The override of a held reply, for this person; an empty one where nothing holds it."""
    kept = list(reply.overrides.select_related("asked_by", "decided_by"))
    for one in kept:
        one.reply = reply
    standing = next((o for o in kept if o.state in OverrideState.open()), None)
    is_open = reply.state in ReplyState.open()
    return Waiver(
        standing=standing,
        earlier=[o for o in kept if o.state not in OverrideState.open()],
        may_ask=bool(grave) and standing is None and is_open and gate_access.may_ask_override(actor, reply),
        may_decide=is_open
        and standing is not None
        and standing.state == OverrideState.ASKED
        and gate_access.may_decide_override(actor, standing),
        needs_superior=gate.needs_superior(grave),
    )


def promises_of(actor: Actor, case: Case, at: datetime) -> list[tuple[CaseCommitment, bool, bool]]:
    """The public promises of a case: each with whether it is overdue, and whether the person may report it kept."""
    rows = CaseCommitment.objects.public().filter(case=case).select_related("unit")
    return [
        (one, one.state == CommitmentState.OPEN and one.due_on < today(at), _may_keep(actor, case, one)) for one in rows
    ]


def tally(overrides: Any) -> dict[str, int]:
    """How many of these requests wait, were granted and were refused."""
    counts: dict[str, int] = overrides.aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in OverrideState.values}
    )
    return counts


def _promises(reply: Reply, found: Sequence[Found], at: datetime, posted: Mapping[str, Any] | None) -> list[Promise]:
    typed = {p.what: p for p in promised(posted)} if posted is not None else {}
    kept = {c.what: c for c in reply.commitments.all()} if reply.pk else {}
    rows, seen = [], set()
    for place, one in enumerate(found[:MOST]):
        if one.span in seen:
            continue
        seen.add(one.span)
        due_on, is_tracked = one.due, one.due is not None and one.due >= today(at)
        if one.span in typed:
            due_on, is_tracked = typed[one.span].due_on, typed[one.span].is_tracked
        elif one.span in kept:
            due_on, is_tracked = kept[one.span].due_on, kept[one.span].state != CommitmentState.DECLINED
        rows.append(Promise(place, one.span, due_on, is_tracked, due_on is not None and due_on < today(at)))
    return rows


def _may_keep(actor: Actor, case: Case, one: CaseCommitment) -> bool:
    return one.state == CommitmentState.OPEN and may(case.state, Step.KEEP_ONE) and gate_access.may_keep(actor, one)


def _lessons(reply: Reply, typed: Lessons | None) -> list[tuple[str, str, bool]]:
    if not needs_lessons(reply.case, reply.kind):
        return []
    said = typed or lessons_of(reply)
    return [(words, getattr(said, name), name in said.waived) for name, words in LESSONS.items()]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None
