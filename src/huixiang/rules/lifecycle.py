"""What may happen to a case, as one table: every step, the states it may start from and the state it leads to.

The database enforces the same table (`cases.triggers`), so a state can change by no other way.
Source: design domain §C2; reply states live on the reply (see docs/decisions/0003-reply-states-live-on-the-reply.md).
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a case stands; stored codes never change."""

    SUBMITTED = "submitted"
    MODERATING = "moderating"
    NEED_SUPPLEMENT = "need_supplement"
    REJECTED = "rejected"
    DIVERTED = "diverted"
    MERGED = "merged"
    TO_ASSIGN = "to_assign"
    ASSIGNED = "assigned"
    OBJECTED = "objected"
    HANDLING = "handling"
    PAUSED = "paused"
    TRACKING = "tracking"
    AWAITING_RATING = "awaiting_rating"
    CLOSED = "closed"
    REOPENED = "reopened"
    TRANSFERRED = "transferred"
    FINALIZED = "finalized"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """One thing that can happen to a case; the kind of a ledger event."""

    SUBMIT = "submit"
    IMPORT = "import"
    TAKE_REVIEW = "take_review"
    RELEASE_REVIEW = "release_review"
    APPROVE = "approve"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLY = "supply"
    LAPSE = "lapse"
    REJECT = "reject"
    DIVERT = "divert"
    MERGE = "merge"
    ASSIGN = "assign"
    ADD_SUPPORT = "add_support"
    CLAIM = "claim"
    ACCEPT = "accept"
    OBJECT = "object"
    UPHOLD_OBJECTION = "uphold_objection"
    OVERRULE_OBJECTION = "overrule_objection"
    SEND_BACK = "send_back"
    TRANSFER = "transfer"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    NOTE = "note"
    FINISH_TASK = "finish_task"
    DRAFT_REPLY = "draft_reply"
    SEND_TO_REVIEW = "send_to_review"
    RETURN_REPLY = "return_reply"
    PASS_REVIEW = "pass_review"
    DISCARD_REPLY = "discard_reply"
    PUBLISH_REPLY = "publish_reply"
    CONCLUDE = "conclude"
    CONCLUDE_WITH_PROMISE = "conclude_with_promise"
    KEEP_PROMISE = "keep_promise"
    HAND_OVER = "hand_over"
    SUPPLEMENT = "supplement"
    APPROVE_SUPPLEMENT = "approve_supplement"
    HIDE_SUPPLEMENT = "hide_supplement"
    REDACT = "redact"
    CHANGE_VISIBILITY = "change_visibility"
    RATE = "rate"
    CLOSE_UNRATED = "close_unrated"
    REOPEN = "reopen"
    FINALIZE = "finalize"
    WITHDRAW = "withdraw"
    CHANGE_LANE = "change_lane"
    WARN = "warn"
    SUPERVISE = "supervise"
    ANSWER_SUPERVISION = "answer_supervision"
    LOG_CONTROL = "log_control"
    APPROVE_AFTER = "approve_after"
    INSTRUCT = "instruct"
    ASK_OVERRIDE = "ask_override"
    GRANT_OVERRIDE = "grant_override"
    REFUSE_OVERRIDE = "refuse_override"
    KEEP_ONE = "keep_one"


class IllegalTransition(Exception):
    """The step is not possible in the state the case is in."""

    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"{step} is not possible in state {state}")
        self.state = state
        self.step = step


@dataclass(frozen=True)
class Transition:
    """One row of the table: `step` leads from any of `sources` to `target`; None keeps the state."""

    step: Step
    sources: frozenset[State]
    target: State | None


S = State
# In the hands of a unit: work on it may go on.
OPEN_WITH_UNIT = frozenset({S.ASSIGNED, S.OBJECTED, S.HANDLING, S.PAUSED, S.TRACKING, S.REOPENED})
# Nothing more is expected of anyone.
ENDED = frozenset({S.REJECTED, S.DIVERTED, S.MERGED, S.CLOSED, S.TRANSFERRED, S.FINALIZED, S.WITHDRAWN})
# May be shown to the public, if the citizen chose so.
PUBLISHABLE = frozenset(
    {
        S.TO_ASSIGN, S.ASSIGNED, S.OBJECTED, S.HANDLING, S.PAUSED, S.TRACKING,
        S.AWAITING_RATING, S.CLOSED, S.REOPENED, S.TRANSFERRED, S.FINALIZED,
    }
)  # fmt: skip
BEFORE_REVIEW = frozenset({S.SUBMITTED, S.MODERATING, S.NEED_SUPPLEMENT})
ALIVE = frozenset(State) - ENDED
ALL = frozenset(State)


def _row(step: Step, sources: set[State] | frozenset[State], target: State | None = None) -> Transition:
    return Transition(step, frozenset(sources), target)


TRANSITIONS: dict[Step, Transition] = {
    row.step: row
    for row in (
        _row(Step.SUBMIT, {S.SUBMITTED}),
        _row(Step.IMPORT, ALL),
        _row(Step.TAKE_REVIEW, {S.SUBMITTED}, S.MODERATING),
        _row(Step.RELEASE_REVIEW, {S.MODERATING}, S.SUBMITTED),
        _row(Step.APPROVE, {S.MODERATING}, S.TO_ASSIGN),
        _row(Step.ASK_SUPPLEMENT, {S.MODERATING}, S.NEED_SUPPLEMENT),
        _row(Step.SUPPLY, {S.NEED_SUPPLEMENT}, S.SUBMITTED),
        _row(Step.LAPSE, {S.NEED_SUPPLEMENT}, S.REJECTED),
        _row(Step.REJECT, {S.MODERATING}, S.REJECTED),
        _row(Step.DIVERT, {S.MODERATING}, S.DIVERTED),
        _row(Step.MERGE, {S.MODERATING, S.TO_ASSIGN}, S.MERGED),
        _row(Step.ASSIGN, {S.TO_ASSIGN}, S.ASSIGNED),
        _row(Step.ADD_SUPPORT, OPEN_WITH_UNIT),
        _row(Step.CLAIM, {S.TO_ASSIGN}, S.HANDLING),
        _row(Step.ACCEPT, {S.ASSIGNED, S.REOPENED}, S.HANDLING),
        _row(Step.OBJECT, {S.ASSIGNED}, S.OBJECTED),
        _row(Step.UPHOLD_OBJECTION, {S.OBJECTED}, S.TO_ASSIGN),
        _row(Step.OVERRULE_OBJECTION, {S.OBJECTED}, S.ASSIGNED),
        _row(Step.SEND_BACK, {S.ASSIGNED, S.HANDLING, S.REOPENED}, S.TO_ASSIGN),
        _row(Step.TRANSFER, {S.ASSIGNED, S.HANDLING, S.REOPENED}, S.ASSIGNED),
        _row(Step.PAUSE, {S.HANDLING}, S.PAUSED),
        _row(Step.RESUME, {S.PAUSED}, S.HANDLING),
        _row(Step.EXTEND, {S.HANDLING}),
        _row(Step.NOTE, ALL),
        _row(Step.FINISH_TASK, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED}),
        _row(Step.DRAFT_REPLY, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.SEND_TO_REVIEW, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.RETURN_REPLY, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.PASS_REVIEW, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.DISCARD_REPLY, ALL),
        _row(Step.PUBLISH_REPLY, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.CONCLUDE, {S.HANDLING}, S.AWAITING_RATING),
        _row(Step.CONCLUDE_WITH_PROMISE, {S.HANDLING}, S.TRACKING),
        _row(Step.KEEP_PROMISE, {S.TRACKING}, S.AWAITING_RATING),
        _row(Step.HAND_OVER, {S.HANDLING}, S.TRANSFERRED),
        _row(Step.SUPPLEMENT, ALIVE | {S.CLOSED, S.TRANSFERRED}),
        _row(Step.APPROVE_SUPPLEMENT, ALL),
        _row(Step.HIDE_SUPPLEMENT, ALL),
        _row(Step.REDACT, ALL),
        _row(Step.CHANGE_VISIBILITY, ALL),
        _row(Step.RATE, {S.AWAITING_RATING}, S.CLOSED),
        _row(Step.CLOSE_UNRATED, {S.AWAITING_RATING}, S.CLOSED),
        _row(Step.REOPEN, {S.AWAITING_RATING, S.CLOSED, S.TRACKING}, S.REOPENED),
        _row(Step.FINALIZE, {S.CLOSED}, S.FINALIZED),
        _row(Step.CHANGE_LANE, ALIVE),
        _row(Step.WARN, ALL - {S.WITHDRAWN, S.MERGED}),
        _row(Step.SUPERVISE, ALL - {S.WITHDRAWN, S.MERGED}),
        _row(Step.ANSWER_SUPERVISION, ALL),
        _row(Step.LOG_CONTROL, ALIVE),
        _row(Step.APPROVE_AFTER, ALL),
        _row(Step.INSTRUCT, ALL - {S.WITHDRAWN, S.MERGED}),
        _row(Step.ASK_OVERRIDE, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.GRANT_OVERRIDE, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.REFUSE_OVERRIDE, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.KEEP_ONE, OPEN_WITH_UNIT | {S.AWAITING_RATING, S.CLOSED, S.TRANSFERRED}),
        _row(Step.WITHDRAW, BEFORE_REVIEW | {S.TO_ASSIGN} | OPEN_WITH_UNIT | {S.AWAITING_RATING}, S.WITHDRAWN),
    )
}


def target_of(state: State | str, step: Step) -> State:
    """The state that `step` leads to from `state`; raises IllegalTransition where it may not happen."""
    row = TRANSITIONS[step]
    if state not in row.sources:
        raise IllegalTransition(str(state), step)
    return row.target or State(state)


def may(state: State | str, step: Step) -> bool:
    """Whether `step` may happen in `state`."""
    return state in TRANSITIONS[step].sources


def allowed_pairs() -> list[tuple[State, State]]:
    """Every (from, to) pair of different states that some step allows, sorted: what the database trigger admits."""
    return sorted({(s, r.target) for r in TRANSITIONS.values() if r.target for s in r.sources if s != r.target})
