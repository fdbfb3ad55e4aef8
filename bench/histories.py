"""Which way cases have gone: states by age as a working platform shows them, and the steps that lead there."""

import random
from datetime import datetime, timedelta

from huixiang.rules.lifecycle import State, Step, target_of

S = Step
_REVIEW = (S.SUBMIT, S.TAKE_REVIEW)
_OPEN = (*_REVIEW, S.APPROVE)
_GIVEN = (*_OPEN, S.ASSIGN)
_TAKEN = (*_GIVEN, S.ACCEPT)
_SAID = (*_TAKEN, S.DRAFT_REPLY, S.SEND_TO_REVIEW, S.PASS_REVIEW)
PATHS: dict[State, tuple[Step, ...]] = {
    State.SUBMITTED: (S.SUBMIT,),
    State.MODERATING: _REVIEW,
    State.NEED_SUPPLEMENT: (*_REVIEW, S.ASK_SUPPLEMENT),
    State.REJECTED: (*_REVIEW, S.REJECT),
    State.DIVERTED: (*_REVIEW, S.DIVERT),
    State.TO_ASSIGN: _OPEN,
    State.WITHDRAWN: (*_OPEN, S.WITHDRAW),
    State.ASSIGNED: _GIVEN,
    State.OBJECTED: (*_GIVEN, S.OBJECT),
    State.HANDLING: _TAKEN,
    State.PAUSED: (*_TAKEN, S.PAUSE),
    State.AWAITING_RATING: (*_SAID, S.CONCLUDE),
    State.TRACKING: (*_SAID, S.CONCLUDE_WITH_PROMISE),
    State.TRANSFERRED: (*_SAID, S.HAND_OVER),
    State.CLOSED: (*_SAID, S.CONCLUDE, S.CLOSE_UNRATED),
    State.REOPENED: (*_SAID, S.CONCLUDE, S.CLOSE_UNRATED, S.REOPEN),
}
# Up to this age in days: state -> share in percent.
_BY_AGE: tuple[tuple[float, dict[State, int]], ...] = (
    (3, {State.SUBMITTED: 45, State.MODERATING: 5, State.TO_ASSIGN: 15, State.ASSIGNED: 20, State.HANDLING: 15}),
    (
        10,
        {
            State.NEED_SUPPLEMENT: 1, State.TO_ASSIGN: 2, State.ASSIGNED: 7, State.OBJECTED: 1, State.HANDLING: 50,
            State.PAUSED: 2, State.AWAITING_RATING: 17, State.CLOSED: 15, State.REJECTED: 5,
        },
    ),
    (
        35,
        {
            State.HANDLING: 12, State.TRACKING: 5, State.AWAITING_RATING: 20, State.CLOSED: 55, State.REJECTED: 4,
            State.DIVERTED: 2, State.REOPENED: 1, State.TRANSFERRED: 1,
        },
    ),
)  # fmt: skip
_OLD = {
    State.CLOSED: 930, State.REJECTED: 35, State.DIVERTED: 10, State.TRANSFERRED: 10, State.WITHDRAWN: 8,
    State.TRACKING: 3, State.HANDLING: 2, State.REOPENED: 2,
}  # fmt: skip


def state_at(age: timedelta, chance: random.Random) -> State:
    """The state of a case submitted so long ago."""
    days = age / timedelta(days=1)
    shares = next((s for limit, s in _BY_AGE if days < limit), _OLD)
    return chance.choices(list(shares), weights=list(shares.values()))[0]


def moments(count: int, start: datetime, now: datetime, chance: random.Random) -> list[datetime]:
    """Growing times of so many steps: the first at `start`, all before `now`, within about ten days."""
    span = min(now - start, timedelta(days=chance.uniform(3, 12)))
    shares = sorted(chance.random() for _ in range(count - 1))
    return [start, *(start + span * share for share in shares)]


def walk(state: State) -> list[tuple[Step, str, str]]:
    """The steps to `state` as (step, from, to); the first comes from nowhere."""
    found: list[tuple[Step, str, str]] = []
    here = State.SUBMITTED
    for step in PATHS[state]:
        there = target_of(here, step)
        found.append((step, "" if step == S.SUBMIT else str(here), str(there)))
        here = there
    return found
