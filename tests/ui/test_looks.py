import pytest

from huixiang.cases.choices import AssignmentState, ReplyKind, ReplyState, Resolution, Urgency
from huixiang.rules.lifecycle import State
from huixiang.ui import track, vocabulary

ENUMS = {
    "state": State,
    "resolution": Resolution,
    "kind": ReplyKind,
    "reply_state": ReplyState,
    "task": AssignmentState,
    "urgency": Urgency,
}


@pytest.mark.parametrize("family", ENUMS)
def test_every_stored_code_has_a_look(family):
    assert set(vocabulary.FAMILIES[family]) == {code.value for code in ENUMS[family]}


@pytest.mark.parametrize("family", vocabulary.FAMILIES)
def test_every_look_has_words_an_icon_that_exists_and_a_known_tone(family, icons):
    tones = {"blue", "teal", "green", "amber", "red", "violet", "grey", "black"}
    for code, mark in vocabulary.FAMILIES[family].items():
        assert mark.label, code
        assert mark.icon in icons, code
        assert mark.tone in tones, code


def test_an_unknown_code_is_shown_rather_than_hidden():
    assert vocabulary.mark("state", "brand_new").label == "brand_new"


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_place_on_the_track(state):
    steps = track.steps(state)
    assert len(steps) == 5
    assert sum(step.status in {"current", "stopped"} for step in steps) == (
        0 if state in {"closed", "finalized"} else 1
    )


def test_a_case_in_hand_has_passed_three_steps():
    assert [step.status for step in track.steps("handling")] == ["done", "done", "done", "current", "todo"]


def test_a_refused_case_says_where_it_stopped():
    stopped = [step for step in track.steps("rejected") if step.status == "stopped"]
    assert [step.label for step in stopped] == ["不予受理"]
