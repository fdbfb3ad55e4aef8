"""Clocks read off a ledger, the lights they show and the rungs they climb."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.rules.calendar import CHINA, WorkingCalendar
from huixiang.rules.clocks import ClockKind, Happening, Light, Standard, clocks_of, light_of
from huixiang.rules.ladder import Means, Rung, climbs, next_look
from huixiang.rules.lifecycle import Step
from huixiang.rules.spans import OpenHours, WallHours, WorkingDays

TABLES = json.loads((Path(__file__).parents[2] / "data" / "holidays.json").read_text(encoding="utf-8"))
CALENDAR = WorkingCalendar.from_tables({y: t for y, t in TABLES.items() if y.isdecimal()})
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=CHINA)


def standard_of(kind, lane):
    urgent = lane == "urgent"
    table = {
        ClockKind.REVIEW: Standard(kind, WallHours(2 * HOUR), "s", 0.5),
        ClockKind.SIGN: Standard(kind, WallHours(HOUR / 2) if urgent else WorkingDays(1), "s", 0.6),
        ClockKind.FIRST_WORD: Standard(kind, WallHours(5 * HOUR) if urgent else OpenHours(5 * HOUR), "s", 0.6),
        ClockKind.ANSWER: Standard(kind, WorkingDays(7 if lane == "standard" else 1), "s", yellow_days=1),
        ClockKind.SILENCE: Standard(kind, WorkingDays(10), "s", 0.5),
        ClockKind.COMMITMENT: Standard(kind, WorkingDays(5), "s", 0.8),
        ClockKind.PAUSE: Standard(kind, WorkingDays(5), "s", yellow_days=1),
        ClockKind.SUPERVISION: Standard(kind, WorkingDays(2), "s", 0.5),
        ClockKind.SAFETY_CONTROL: Standard(kind, WallHours(2 * HOUR), "s", 0.5) if urgent else None,
    }
    return table.get(kind)


def clocks(*events):
    return clocks_of([Happening(step, at, data) for step, at, data in events], standard_of, CALENDAR)


def one(kind, *events):
    [found] = [c for c in clocks(*events) if c.kind == kind]
    return found


CLAIM = (Step.CLAIM, MONDAY, {})


def said(kind, after, **data):
    step = Step.CONCLUDE if kind == "final" else Step.PUBLISH_REPLY
    return (step, MONDAY + after, {"reply": 1, "kind": kind, **data})


def test_first_word_and_answer_are_two_clocks():
    initial = said("initial", 2 * HOUR)
    assert one(ClockKind.FIRST_WORD, CLAIM, initial).stopped_at == MONDAY + 2 * HOUR
    assert one(ClockKind.ANSWER, CLAIM, initial).stopped_at is None


@pytest.mark.parametrize("kind", ["ack", "correction"])
def test_empty_acknowledgement_stops_no_clock(kind):
    found = clocks(CLAIM, said(kind, HOUR))
    assert all(c.stopped_at is None for c in found if c.kind in {ClockKind.FIRST_WORD, ClockKind.ANSWER})


BEFORE_IT_IS_OUT = [Step.DRAFT_REPLY, Step.SEND_TO_REVIEW, Step.RETURN_REPLY, Step.PASS_REVIEW, Step.DISCARD_REPLY]


@pytest.mark.parametrize("kind", ["initial", "progress", "final"])
@pytest.mark.parametrize("until", range(1, len(BEFORE_IT_IS_OUT) + 1))
def test_only_publication_stops_what_waits_for_a_word(kind, until):
    first = said("initial", HOUR, next_report_on="2026-11-18")
    desk = [
        (step, MONDAY + (2 + n) * HOUR, {"reply": 2, "kind": kind}) for n, step in enumerate(BEFORE_IT_IS_OUT[:until])
    ]
    assert one(ClockKind.FIRST_WORD, CLAIM, *desk).stopped_at is None
    assert one(ClockKind.SILENCE, CLAIM, first, *desk).stopped_at is None
    assert one(ClockKind.COMMITMENT, CLAIM, first, *desk).stopped_at is None
    out = said(kind, 9 * HOUR)
    assert one(ClockKind.FIRST_WORD, CLAIM, *desk, out).stopped_at == MONDAY + 9 * HOUR
    assert one(ClockKind.COMMITMENT, CLAIM, first, *desk, out).stopped_at == MONDAY + 9 * HOUR


def test_pause_moves_the_due_day_by_its_working_days():
    plain = one(ClockKind.ANSWER, CLAIM)
    paused = one(
        ClockKind.ANSWER,
        CLAIM,
        (Step.PAUSE, MONDAY + timedelta(days=1), {}),
        (Step.RESUME, MONDAY + timedelta(days=7), {}),
    )
    assert plain.due_at == datetime(2026, 11, 25, 17, tzinfo=CHINA)
    assert paused.due_at == datetime(2026, 12, 1, 17, tzinfo=CHINA)
    assert "依规暂停" in paused.reasons[-1]


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def test_golden_hours_after_an_evening_pause_are_due_by_day():
    events = (Step.CLAIM, at(16, 16, 30), {}), (Step.PAUSE, at(16, 17), {}), (Step.RESUME, at(16, 21, 30), {})
    assert one(ClockKind.FIRST_WORD, *events).due_at == at(17, 11)


def test_word_said_during_a_pause_begins_no_silence_until_it_is_over():
    first = (Step.PUBLISH_REPLY, at(17, 9), {"reply": 1, "kind": "progress"})
    paused = [CLAIM, (Step.PAUSE, at(16, 17), {}), first]
    assert one(ClockKind.SILENCE, *paused).paused_at == at(17, 9)
    resumed = one(ClockKind.SILENCE, *paused, (Step.RESUME, at(19, 9), {}))
    assert resumed.due_at == WorkingDays(12).after(at(17, 9), CALENDAR)


def test_case_that_becomes_urgent_while_paused_keeps_only_the_rest_of_the_pause():
    urgent = (Step.CHANGE_LANE, at(18, 9), {"lane": "urgent"})
    events = CLAIM, (Step.PAUSE, at(16, 10), {}), urgent, (Step.RESUME, at(19, 9), {})
    assert one(ClockKind.ANSWER, *events).due_at == at(20, 17)


def test_pause_that_took_no_time_of_the_limit_says_so():
    night = (Step.PAUSE, at(16, 17, 30), {}), (Step.RESUME, at(17, 8), {})
    answer = one(ClockKind.ANSWER, CLAIM, *night)
    assert answer.due_at == one(ClockKind.ANSWER, CLAIM).due_at
    assert "期限不变" in answer.reasons[-1]


def test_paused_clock_climbs_no_rung():
    found = [c for c in clocks(CLAIM, (Step.PAUSE, MONDAY + HOUR, {})) if c.kind != ClockKind.PAUSE]
    assert climbs(found, CALENDAR, MONDAY + timedelta(days=60)) == []
    assert next_look(found, CALENDAR, MONDAY) is None


def test_pause_warns_of_the_day_that_was_named_and_asks_for_no_supervision():
    pause = (Step.PAUSE, MONDAY + HOUR, {"expected_on": "2026-12-08"})
    found = climbs(clocks(CLAIM, pause), CALENDAR, datetime(2026, 12, 8, 17, tzinfo=CHINA))
    assert [(c.kind, c.rung, c.moment.day, c.asks) for c in found] == [
        (ClockKind.PAUSE, Rung.YELLOW, 7, None), (ClockKind.PAUSE, Rung.RED, 8, None),
    ]  # fmt: skip
    assert one(ClockKind.PAUSE, CLAIM, pause, (Step.RESUME, at(20, 9), {})).stopped_at == at(20, 9)


def test_pause_from_before_a_day_was_named_ends_by_the_standard():
    assert one(ClockKind.PAUSE, CLAIM, (Step.PAUSE, at(16, 10), {})).due_at == at(23, 17)


PASSED_ON = [
    [(Step.TRANSFER, at(20, 9), {}), (Step.ACCEPT, at(20, 15), {})],
    [(Step.SEND_BACK, at(20, 9), {}), (Step.ASSIGN, at(20, 10), {}), (Step.ACCEPT, at(20, 15), {})],
    [(Step.SEND_BACK, at(20, 9), {}), (Step.CLAIM, at(20, 15), {})],
    [(Step.TRANSFER, at(20, 9), {}), (Step.OBJECT, at(20, 10), {}), (Step.UPHOLD_OBJECTION, at(20, 11), {})],
]


@pytest.mark.parametrize("passing", PASSED_ON)
def test_passing_a_case_on_leaves_its_limits_as_they_stand(passing):
    before, after = clocks(CLAIM), clocks(CLAIM, *passing)
    for kind in (ClockKind.ANSWER, ClockKind.FIRST_WORD):
        assert [c for c in after if c.kind == kind] == [c for c in before if c.kind == kind]


def test_each_unit_has_its_own_time_for_signing():
    signs = [c for c in clocks((Step.ASSIGN, MONDAY, {}), CLAIM, *PASSED_ON[1]) if c.kind == ClockKind.SIGN]
    assert [c.started_at for c in signs] == [MONDAY, at(20, 10)]
    assert all(c.stopped_at for c in signs)


def test_silence_goes_on_when_the_case_is_passed_on():
    assert one(ClockKind.SILENCE, CLAIM, said("initial", HOUR), *PASSED_ON[0]).stopped_at is None


def test_first_word_is_owed_once_a_round_whoever_has_the_case():
    events = [CLAIM, said("initial", HOUR), *PASSED_ON[0]]
    assert one(ClockKind.FIRST_WORD, *events).stopped_at == MONDAY + HOUR
    again = [*events, said("final", 200 * HOUR), (Step.REOPEN, at(25, 9), {}), (Step.ACCEPT, at(25, 10), {})]
    assert [c.stopped_at is None for c in clocks(*again) if c.kind == ClockKind.FIRST_WORD] == [False, True]


ASSIGN = (Step.ASSIGN, MONDAY, {})


def test_golden_hours_run_from_the_assignment_and_the_answer_from_the_signature():
    events = [(Step.SUBMIT, at(13, 9), {}), (Step.APPROVE, at(13, 10), {"lane": "standard"}), ASSIGN]
    events += [(Step.ACCEPT, at(16, 13), {})]
    assert one(ClockKind.FIRST_WORD, *events).due_at == MONDAY + 5 * HOUR
    assert one(ClockKind.ANSWER, *events).started_at == at(16, 13)


@pytest.mark.parametrize("kind", [ClockKind.FIRST_WORD, ClockKind.SAFETY_CONTROL])
def test_what_is_urgent_runs_from_the_day_it_last_came_in(kind):
    came = [(Step.SUBMIT, at(12, 9), {}), (Step.ASK_SUPPLEMENT, at(12, 10), {}), (Step.SUPPLY, at(13, 9), {})]
    urgent = [*came, (Step.APPROVE, at(13, 11), {"lane": "urgent"}), ASSIGN, (Step.ACCEPT, MONDAY + HOUR, {})]
    assert one(kind, *urgent).started_at == at(13, 9)
    plain = [*came, (Step.APPROVE, at(13, 11), {"lane": "standard"})]
    later = [*plain, (Step.CHANGE_LANE, at(14, 9), {"lane": "urgent"}), ASSIGN]
    assert one(kind, *later).started_at == at(14, 9)


def test_case_that_becomes_urgent_after_its_assignment_owes_its_first_word_sooner_never_later():
    urgent = (Step.CHANGE_LANE, at(16, 20), {"lane": "urgent"})
    assert one(ClockKind.FIRST_WORD, (Step.ASSIGN, at(16, 19), {}), urgent).due_at == at(17, 1)
    assert one(ClockKind.FIRST_WORD, ASSIGN, urgent).due_at == MONDAY + 5 * HOUR


def test_reopened_case_owes_a_word_from_that_moment():
    events = [ASSIGN, (Step.ACCEPT, MONDAY, {}), said("final", HOUR), (Step.REOPEN, at(17, 9), {})]
    assert [c.started_at for c in clocks(*events) if c.kind == ClockKind.FIRST_WORD] == [MONDAY, at(17, 9)]


def test_case_that_becomes_simple_is_due_by_the_simple_limit_if_that_is_sooner():
    simple = {"lane": "simple"}
    moved = one(ClockKind.ANSWER, CLAIM, (Step.CHANGE_LANE, at(17, 9), simple))
    assert moved.due_at == at(18, 17) and "转入简易通道" in moved.reasons[-1]
    assert one(ClockKind.ANSWER, CLAIM, (Step.CHANGE_LANE, at(25, 9), simple)).due_at == at(25, 17)
    back = (Step.CHANGE_LANE, at(17, 10), {"lane": "standard"})
    assert one(ClockKind.ANSWER, CLAIM, (Step.CHANGE_LANE, at(17, 9), simple), back).due_at == at(18, 17)


@pytest.mark.parametrize("lane", ["urgent", "simple"])
def test_promised_day_stands_in_every_lane(lane):
    first = said("initial", HOUR, next_report_on="2026-12-20")
    promise = one(ClockKind.COMMITMENT, CLAIM, first, (Step.CHANGE_LANE, at(17, 9), {"lane": lane}))
    assert promise.due_at == datetime(2026, 12, 20, 17, tzinfo=CHINA)


def test_hand_over_ends_the_day_for_the_next_word_and_keeps_promises():
    first = said("initial", HOUR, next_report_on="2026-11-18", commitments={"7": "2026-12-01"})
    found = clocks(CLAIM, first, (Step.HAND_OVER, at(17, 9), {"reply": 2, "kind": "transfer"}))
    assert {c.key for c in found if c.kind == ClockKind.COMMITMENT and c.stopped_at is None} == {"commitment:7"}


def test_word_after_the_answer_begins_no_silence():
    events = [CLAIM, said("final", HOUR), (Step.PUBLISH_REPLY, at(18, 9), {"reply": 2, "kind": "progress"})]
    assert [c for c in clocks(*events) if c.kind == ClockKind.SILENCE] == []


def test_hand_over_to_another_authority_ends_the_limits():
    found = clocks(CLAIM, (Step.HAND_OVER, at(20, 9), {"reply": 1, "kind": "transfer"}))
    assert all(c.stopped_at for c in found)


def test_reopened_case_is_signed_for_and_answered_anew():
    events = [CLAIM, said("final", HOUR), (Step.REOPEN, MONDAY + 50 * HOUR, {}), (Step.ACCEPT, MONDAY + 60 * HOUR, {})]
    answers = [c for c in clocks(*events) if c.kind == ClockKind.ANSWER]
    assert [c.stopped_at for c in answers] == [MONDAY + HOUR, None]


def test_extension_moves_only_the_answer():
    found = one(
        ClockKind.ANSWER, CLAIM, (Step.EXTEND, MONDAY + HOUR, {"kind": "extension", "extended_to": "2026-12-04"})
    )
    assert found.due_at == datetime(2026, 12, 4, 17, tzinfo=CHINA)
    assert "延期" in found.reasons[-1]


def test_case_that_becomes_urgent_is_due_sooner_never_later():
    urgent = (Step.CHANGE_LANE, MONDAY + HOUR, {"lane": "urgent"})
    assert one(ClockKind.ANSWER, CLAIM, urgent).due_at == datetime(2026, 11, 17, 17, tzinfo=CHINA)
    late = (Step.CHANGE_LANE, datetime(2026, 11, 25, 10, tzinfo=CHINA), {"lane": "urgent"})
    assert one(ClockKind.ANSWER, CLAIM, late).due_at == datetime(2026, 11, 25, 17, tzinfo=CHINA)


def test_danger_not_under_control_in_time_asks_for_a_written_order():
    found = clocks(CLAIM, (Step.CHANGE_LANE, MONDAY, {"lane": "urgent"}))
    reached = [c for c in climbs(found, CALENDAR, MONDAY + 2 * HOUR) if c.kind == ClockKind.SAFETY_CONTROL]
    assert [(c.rung, c.asks) for c in reached] == [(Rung.YELLOW, Means.PHONE), (Rung.RED, Means.WRITTEN)]


def test_logged_control_stops_the_danger_clock():
    events = [CLAIM, (Step.CHANGE_LANE, MONDAY, {"lane": "urgent"}), (Step.LOG_CONTROL, MONDAY + HOUR, {})]
    assert one(ClockKind.SAFETY_CONTROL, *events).stopped_at == MONDAY + HOUR


def test_promised_next_word_is_a_clock_that_the_next_word_stops():
    first = said("initial", HOUR, next_report_on="2026-11-18")
    promise = one(ClockKind.COMMITMENT, CLAIM, first)
    assert promise.due_at == datetime(2026, 11, 18, 17, tzinfo=CHINA)
    assert one(ClockKind.COMMITMENT, CLAIM, first, said("progress", 3 * HOUR)).stopped_at == MONDAY + 3 * HOUR


def test_each_order_has_its_own_answer_clock():
    events = [
        (Step.SUPERVISE, MONDAY, {"order": 1}),
        (Step.SUPERVISE, MONDAY, {"order": 2}),
        (Step.ANSWER_SUPERVISION, MONDAY + HOUR, {"order": 1}),
    ]
    stopped = {c.key: c.stopped_at is not None for c in clocks(*events)}
    assert stopped == {"1": True, "2": False}


@pytest.mark.parametrize("step", [Step.WITHDRAW, Step.MERGE])
def test_nothing_runs_on_a_withdrawn_or_merged_case(step):
    found = clocks((Step.SUBMIT, MONDAY, {}), CLAIM, (step, MONDAY + HOUR, {}))
    assert found and all(c.stopped_at for c in found)


def test_lights_in_their_order():
    clock = one(ClockKind.ANSWER, CLAIM)
    days = [0, 8.5, 9.5, 20]
    lights = [light_of(clock, CALENDAR, MONDAY + timedelta(days=d)) for d in days]
    assert lights == [Light.GREEN, Light.YELLOW, Light.RED, Light.BLACK]


SPRING = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
offsets = st.lists(st.integers(0, 60 * 24), min_size=1, max_size=12).map(sorted)
steps = st.sampled_from(
    ["submit", "approve", "assign", "accept", "pause", "resume", "publish_reply", "conclude", "reopen"]
).map(Step)


@given(offsets, st.data())
def test_no_ledger_gives_two_running_clocks_of_one_kind_or_a_due_time_before_its_start(hours, data):
    events = [(data.draw(steps), SPRING + HOUR * h, {"reply": 1, "kind": "progress"}) for h in hours]
    found = clocks(*events)
    running = [(c.kind, c.key) for c in found if c.stopped_at is None]
    assert len(running) == len(set(running))
    assert all(c.due_at > c.started_at for c in found)


@given(offsets, st.data(), st.integers(0, 90 * 24))
def test_looking_again_when_told_misses_no_rung(hours, data, until):
    """Waking only at the moments `next_look` names finds every rung that a look at the end finds."""
    events = [(data.draw(steps), SPRING + HOUR * h, {"reply": 1, "kind": "progress"}) for h in hours]
    found, end = clocks(*events), SPRING + HOUR * until
    seen, here = set(climbs(found, CALENDAR, SPRING)), SPRING
    while (moment := next_look(found, CALENDAR, here)) and moment <= end:
        here = moment
        seen |= set(climbs(found, CALENDAR, here))
    assert seen == set(climbs(found, CALENDAR, end))
