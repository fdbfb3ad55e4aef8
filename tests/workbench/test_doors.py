"""What all pages of the desk lean on."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from tests.cast import MORNING, fresh

from huixiang.cases import access
from huixiang.cases.ledger import Stale
from huixiang.rules.lifecycle import IllegalTransition, Step
from huixiang.units.access import actor_of
from huixiang.workbench.differences import difference
from huixiang.workbench.doors import CAPACITIES, act_of, address_of, attempt, desk_case


@pytest.fixture
def request_of(town):
    def build(who, **form):
        request = RequestFactory().post("/desk/", form)
        request.actor, request.at = actor_of(town.people[who], at=MORNING), MORNING
        return request

    return build


def test_every_step_of_a_person_names_its_capacity():
    named = set(CAPACITIES) | {Step.NOTE}
    assert set(access._PERMISSIONS) <= named


def test_case_is_given_only_for_a_step_that_may_be_taken_now(town, request_of):
    case = town.assigned()
    seen = case.event_count
    assert desk_case(request_of("承办人", seen=seen), case.number, Step.ACCEPT) == case
    with pytest.raises(PermissionDenied):
        desk_case(request_of("审核人", seen=seen), case.number, Step.ACCEPT)
    with pytest.raises(IllegalTransition):
        desk_case(request_of("承办人", seen=seen), case.number, Step.RESUME)
    with pytest.raises(access.NotVisible):
        desk_case(request_of("雨花承办人", seen=seen), case.number, Step.ACCEPT)


@pytest.mark.parametrize("seen", ["", "0", "x", "-1", "１", "99"])
def test_page_that_does_not_know_the_present_state_is_stale(town, request_of, seen):
    case = town.assigned()
    with pytest.raises(Stale):
        desk_case(request_of("承办人", seen=seen), case.number, Step.ACCEPT)


@pytest.mark.parametrize(
    ("who", "step", "capacity"),
    [
        ("承办人", Step.ACCEPT, ("承办人", "住建局")),
        ("负责人", Step.OBJECT, ("单位负责人", "住建局")),
        ("审核人", Step.PASS_REVIEW, ("单位审核人", "住建局")),
        ("交办员", Step.TRANSFER, ("交办员", None)),
        ("质检员", Step.RETURN_REPLY, ("质检员", None)),
        ("督办员", Step.REOPEN, ("督办员", None)),
    ],
)
def test_act_says_in_which_capacity(town, request_of, who, step, capacity):
    act = act_of(request_of(who), town.assigned(), step)
    role, unit = capacity
    assert (act.by, act.role, act.unit) == (town.people[who], role, town.units.get(unit))


def test_trouble_lists_what_changed_since_the_page_was_opened(town, request_of):
    case = town.handling()
    seen = fresh(case).event_count - 1
    request = request_of("承办人", seen=seen)

    def late():
        raise Stale

    trouble = attempt(request, case, late)
    assert trouble.status == 409
    assert [e.step for e in trouble.changes] == ["accept"]


def test_address_behind_a_trusted_proxy_is_the_last_one_forwarded(settings):
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="6.6.6.6, 10.0.0.7", REMOTE_ADDR="127.0.0.1")
    settings.TRUST_PROXY = False
    assert address_of(request) == "127.0.0.1"
    settings.TRUST_PROXY = True
    assert address_of(request) == "10.0.0.7"


def test_difference_shows_words_added_and_gone_and_escapes_them():
    assert difference("水泵坏了", "水泵已修好了<b>") == ("水泵<del>坏</del><ins>已修好</ins>了<ins>&lt;b&gt;</ins>")
    assert difference("一样", "一样") == "一样"
