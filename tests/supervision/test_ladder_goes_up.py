"""The ladder is climbed and not descended: a graver act makes the milder ones that were asked for needless."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import MORNING, fresh

from huixiang.supervision import access, watching
from huixiang.supervision.actions import inspecting, ordering
from huixiang.supervision.models import SupervisionStep
from huixiang.units.access import actor_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def states(case):
    return dict(SupervisionStep.objects.filter(case=case).values_list("means", "state"))


def issued(town, case, at):
    act = town.act("督办员", at, "督办员")
    return ordering.issue(case, act, region=town.regions["岳麓区"], reason="超时未答复", demands="三天内答复")


def inspected(town, case, at):
    made = inspecting.make_list(town.regions["岳麓区"], town.act("督办员", at))
    act = town.act("督办员", at)
    return inspecting.record_finding(made.findings.get(case=case), act, found="水泵没有换", is_true_to_reply=False)


@pytest.fixture
def red(town):
    """A case whose first word is late by an hour: a call and a letter are asked for."""
    case = town.handling(kind="complaint")
    watching.sweep(at=case.due_at + HOUR)
    assert states(case) == {"phone": "asked", "written": "asked"}
    return case


@pytest.fixture
def black(town):
    case = town.handling(kind="complaint")
    watching.sweep(at=case.answer_due_at + 12 * DAY)
    assert set(states(case).values()) == {"asked"}
    return case


def test_letter_makes_the_call_needless(town, red):
    issued(town, fresh(red), red.due_at + 2 * HOUR)
    assert states(red) == {"phone": "void", "written": "done"}
    assert not access.next_acts(actor_of(town.people["督办员"], at=MORNING)).exists()


def test_inspection_makes_call_and_letter_needless(town, black):
    inspected(town, black, black.answer_due_at + 13 * DAY)
    assert states(black) == {"phone": "void", "written": "void", "inspection": "done"}


def test_letter_leaves_an_inspection_that_was_asked_for(town, black):
    issued(town, fresh(black), black.answer_due_at + 13 * DAY)
    assert states(black) == {"phone": "void", "written": "done", "inspection": "asked"}


def test_letter_on_one_case_leaves_the_call_on_another(town, red):
    other = town.handling(kind="complaint")
    watching.sweep(at=red.due_at + HOUR)
    issued(town, fresh(red), red.due_at + 2 * HOUR)
    assert states(other) == {"phone": "asked", "written": "asked"}


def test_other_clock_asks_for_no_call_while_a_letter_is_to_be_answered(town):
    case = town.handling(kind="complaint")
    order = issued(town, case, MORNING)
    watching.sweep(at=case.due_at - timedelta(minutes=30))
    assert case.alerts.get(clock="first_word").rung == "yellow"
    assert "phone" not in states(case)
    ordering.answer(order, town.act("负责人", MORNING + 5 * HOUR), text="今天已更换水泵。")
    watching.sweep(at=case.answer_due_at - HOUR)
    assert states(case)["phone"] == "asked"


def test_letter_that_nobody_answers_asks_for_a_call_about_itself(town):
    case = town.handling(kind="complaint")
    order = issued(town, case, MORNING)
    watching.sweep(at=order.due_at - timedelta(minutes=1))
    step = SupervisionStep.objects.get(case=case, means="phone")
    assert (step.state, step.alert.clock) == ("asked", "supervision")


def test_sweep_needs_as_many_statements_for_five_late_cases(town):
    def sweep(number):
        cases = [town.handling(kind="complaint") for _ in range(number)]
        with CaptureQueriesContext(connection) as seen:
            watching.sweep(at=cases[0].answer_due_at + HOUR)
        return [q["sql"].split()[0:4] for q in seen if "supervisionorder" in q["sql"] or "finding" in q["sql"]]

    assert len(sweep(1)) == len(sweep(5)) == 2


def test_acts_left_over_from_before_are_taken_back(town, red):
    order = issued(town, fresh(red), red.due_at + 2 * HOUR)
    other = town.handling(kind="complaint")
    watching.sweep(at=order.issued_at)
    SupervisionStep.objects.filter(case=red, means="phone").update(state="asked")
    import_module("huixiang.supervision.migrations.0006_void_overtaken_steps").void(apps, None)
    assert states(red)["phone"] == "void"
    assert states(other) == {"phone": "asked", "written": "asked"}
