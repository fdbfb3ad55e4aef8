"""A claim that was disproved (虚报) is as grave as a black clock; mere discontent is not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import MORNING, fresh

from huixiang.cases.actions import promising, submitting
from huixiang.followup.actions import rating, reopening
from huixiang.followup.models import SCORES
from huixiang.supervision import disproving
from huixiang.supervision.actions import inspecting
from huixiang.supervision.models import Finding

DAY = timedelta(days=1)
NEXT_WEEK = MORNING + 7 * DAY


def denied(town, case, at=MORNING + DAY):
    act = town.act("小满", at, submitting.CITIZEN)
    rating.rate(fresh(case), act, outcome="unresolved", scores=dict.fromkeys(SCORES, 3))
    return fresh(case)


def listed(town, at=NEXT_WEEK, region="岳麓区"):
    made = inspecting.make_list(town.regions[region], town.act("督办员", at))
    return dict(made.findings.values_list("case_id", "why"))


def inspect(town, case, at, *, is_true):
    finding = Finding.objects.get(case=case, at=None)
    inspecting.record_finding(finding, town.act("督办员", at), found="水泵没有换", is_true_to_reply=is_true)


def test_citizen_who_says_unresolved_disproves_what_the_unit_called_resolved(town):
    case = denied(town, town.answered())
    assert listed(town) == {case.pk: disproving.DONE}
    assert listed(town, region="雨花区") == {}


def test_unresolved_case_of_which_the_unit_claimed_less_is_no_false_claim(town):
    denied(town, town.published(town.handling(), claimed_resolution="partly"))
    town.closed(score=3, outcome="partly")
    assert listed(town) == {}


def test_kept_promise_that_the_citizen_denies_is_a_false_claim(town):
    day = (MORNING + 2 * DAY).date()
    case = town.published(town.handling(), claimed_resolution="partly", promise="换新水泵", promise_due_on=day)
    promising.keep_all(case, town.act("负责人", MORNING + DAY), evidence="11月19日换了新泵，照片附后。")
    case = denied(town, case, MORNING + 2 * DAY)
    assert listed(town) == {case.pk: disproving.KEPT}


def test_closed_case_is_looked_into_as_long_as_it_can_be_opened_again(town):
    denied(town, town.answered())
    assert listed(town, MORNING + 40 * DAY) == {}


def test_reopened_case_is_still_listed_for_what_was_claimed_before(town):
    case = denied(town, town.answered())
    reopening.reopen(case, town.act("小满", MORNING + 2 * DAY, submitting.CITIZEN), reason="还是没有水")
    assert listed(town, MORNING + 40 * DAY) == {case.pk: disproving.DONE}


def test_case_that_was_looked_into_since_is_listed_no_more(town):
    case = denied(town, town.answered())
    listed(town)
    inspect(town, case, NEXT_WEEK, is_true=True)
    assert listed(town, NEXT_WEEK + 7 * DAY) == {}


def test_living_case_whose_reply_was_found_untrue_comes_back_until_it_is_true(town):
    case = town.published(town.handling(), kind="initial")
    inspecting.list_case(case, town.regions["岳麓区"], town.act("督办员"), reason="居民来电说没有人到场")
    inspect(town, case, MORNING, is_true=False)
    assert listed(town) == {case.pk: disproving.SEEN}
    inspect(town, case, NEXT_WEEK, is_true=True)
    assert listed(town, NEXT_WEEK + 7 * DAY) == {}


@pytest.mark.parametrize("number", [1, 4])
def test_looking_for_false_claims_needs_six_statements_for_one_and_for_four(town, number):
    for _ in range(number):
        denied(town, town.answered())
    with CaptureQueriesContext(connection) as seen:
        assert len(disproving.disproved("430104", NEXT_WEEK)) == number
    assert len(seen) == 6
