"""The lifecycle table: complete, and shut where it must be shut."""

import pytest

from huixiang.rules.lifecycle import ENDED, TRANSITIONS, IllegalTransition, State, Step, allowed_pairs, may, target_of


def test_every_step_has_a_row():
    assert set(TRANSITIONS) == set(Step)


def test_every_state_but_the_first_can_be_reached():
    reached = {target for _, target in allowed_pairs()} | {State.SUBMITTED}
    assert reached == set(State)


def test_nothing_leads_out_of_a_final_state_except_reopening_and_finalizing():
    ways_out = {(a, b) for a, b in allowed_pairs() if a in ENDED}
    assert ways_out == {(State.CLOSED, State.REOPENED), (State.CLOSED, State.FINALIZED)}


def test_message_cannot_be_answered_before_it_is_accepted():
    with pytest.raises(IllegalTransition, match="conclude is not possible in state assigned"):
        target_of(State.ASSIGNED, Step.CONCLUDE)


def test_closed_without_a_reply_is_impossible():
    sources = {a for a, b in allowed_pairs() if b == State.CLOSED}
    assert sources == {State.AWAITING_RATING}


def test_withdrawing_is_over_once_the_case_is_closed():
    assert may(State.HANDLING, Step.WITHDRAW)
    assert not may(State.CLOSED, Step.WITHDRAW)
