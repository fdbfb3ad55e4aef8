"""Promising: a writer confirms the dated promises of a draft, publication opens them, a unit proves each was kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huixiang.rules.calendar import at_clock
from huixiang.rules.lifecycle import State, Step
from huixiang.rules.spans import DAY_ENDS

from ..choices import ReplyState
from ..gate_choices import CommitmentState
from ..gate_querysets import today
from ..ledger import Act, advance, read_for_change
from ..models import Case, Commitment, Reply
from ..refusals import Refused

MOST = 20
LONGEST_WORDS = 300
LONGEST_EVIDENCE = 500


@dataclass(frozen=True)
class Promised:
    """One dated promise of a draft, and whether its writer wants it tracked."""

    what: str
    due_on: date
    is_tracked: bool = True


@transaction.atomic
def confirm(reply: Reply, promised: Sequence[Promised], act: Act) -> list[Commitment]:
    """Puts `promised` in the place of what was confirmed for this draft; words that the text lost are left out."""
    reply = Reply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
    if reply.state != ReplyState.DRAFT:
        raise Refused("这份回复已送审，承诺不能再改。")
    if any(p.is_tracked and p.due_on < today(act.at) for p in promised):
        raise Refused("承诺的日期不能早于今天。", field="promise_due_on")
    Commitment.objects.filter(reply=reply, state__in=CommitmentState.unpublished()).delete()
    return Commitment.objects.bulk_create(_rows(reply, promised))


def open_up(reply: Reply, act: Act) -> list[Commitment]:
    """Opens what was confirmed for a reply that is being published, and the promise of its own field."""
    wanted = [Promised(c.what, c.due_on) for c in reply.commitments.filter(state=CommitmentState.CONFIRMED)]
    if reply.promise.strip() and reply.promise_due_on:
        wanted.append(Promised(reply.promise.strip(), reply.promise_due_on))
    late = next((p for p in wanted if p.due_on < today(act.at)), None)
    if late:
        raise Refused(f"承诺“{late.what}”的日期已经过了，请退回改写。")
    Commitment.objects.filter(reply=reply, state__in=CommitmentState.unpublished()).delete()
    rows = _rows(reply, {p.what: p for p in wanted}.values(), kept_without_place=reply.promise.strip())
    for row in rows:
        row.state, row.opened_at = CommitmentState.OPEN, act.at
    return Commitment.objects.bulk_create(rows)


@transaction.atomic
def keep_one(commitment: Commitment, act: Act, *, evidence: str) -> Case:
    """Records with evidence that one promise was kept; with the last one of an answered case the citizen may rate."""
    case = read_for_change(commitment.case_id)
    now = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if now.state != CommitmentState.OPEN:
        raise Refused(f"这项承诺现在是“{CommitmentState(now.state).label}”。")
    evidence = _proof(evidence)
    _close([now], act, evidence)
    rest = list(Commitment.objects.open().filter(case=case))
    data = {"commitment": now.pk, "what": now.what, "evidence": evidence}
    if case.state == State.TRACKING and not rest:
        advance(case, Step.KEEP_PROMISE, act, data=data, is_public=True, due_at=None)
        return case
    changes = {"due_at": due_at(rest)} if case.state == State.TRACKING else {}
    advance(case, Step.KEEP_ONE, act, data=data, is_public=True, **changes)
    return case


@transaction.atomic
def keep_all(case: Case, act: Act, *, evidence: str) -> Case:
    """Records that every open promise of an answered case was kept; only then is the citizen asked for a rating."""
    case = read_for_change(case.pk)
    evidence = _proof(evidence)
    _close(list(Commitment.objects.open().filter(case=case)), act, evidence)
    advance(case, Step.KEEP_PROMISE, act, data={"evidence": evidence}, is_public=True, due_at=None)
    return case


def broken(case: Case, *, at: datetime) -> Commitment | None:
    """The longest overdue open promise of a case, which must not be closed while there is one (guard G6)."""
    return Commitment.objects.overdue(at).filter(case=case).first()


def due_at(commitments: Iterable[Commitment]) -> datetime | None:
    """When the soonest of these promises is due; None without any."""
    days = [c.due_on for c in commitments]
    return at_clock(min(days), DAY_ENDS) if days else None


def _proof(evidence: str) -> str:
    if not evidence.strip():
        raise Refused("请写明兑现的情况和凭据。", field="evidence")
    return evidence.strip()[:LONGEST_EVIDENCE]


def _close(commitments: Iterable[Commitment], act: Act, evidence: str) -> None:
    for one in commitments:
        one.state, one.kept_at, one.kept_by, one.evidence = CommitmentState.KEPT, act.at, act.by, evidence
        one.save(update_fields=["state", "kept_at", "kept_by", "evidence"])


def _rows(reply: Reply, promised: Iterable[Promised], *, kept_without_place: str = "") -> list[Commitment]:
    rows, seen = [], set()
    for one in promised:
        what = one.what.strip()[:LONGEST_WORDS]
        start = reply.body.find(what)
        if not what or what in seen or (start < 0 and what != kept_without_place):
            continue
        seen.add(what)
        place = (start, start + len(what)) if start >= 0 else (None, None)
        rows.append(
            Commitment(case_id=reply.case_id, reply=reply, unit_id=reply.unit_id, what=what, start=place[0],
                       end=place[1], due_on=one.due_on,
                       state=CommitmentState.CONFIRMED if one.is_tracked else CommitmentState.DECLINED)
        )  # fmt: skip
    return rows[:MOST]
