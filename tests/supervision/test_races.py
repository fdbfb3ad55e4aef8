"""Every "only one" of supervision that people may do at once, under real concurrency on PostgreSQL."""

from datetime import timedelta

import pytest
from tests import racing
from tests.cast import MORNING, build_town, restore_migrated_rows

from huixiang.cases.refusals import Refused
from huixiang.supervision.actions import inspecting
from huixiang.supervision.models import Finding, Inspection
from huixiang.units.actions import limiting
from huixiang.units.models import PublishFirstLimit

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(transactional_db):
    yield build_town()
    restore_migrated_rows()


def refused(do):
    """How many of eight who do it at once are refused."""
    met = (Refused, limiting.BadLimit)
    return sum(isinstance(one, met) for one in racing.at_once(do, met=met))


def test_one_limit_begins_on_a_day_whoever_sets_it(town):
    today, region, by = MORNING.date(), town.regions["岳麓区"], town.people["督办员"]
    begins = today + timedelta(days=7)

    def set_limit(n):
        limiting.set_limit(region, n, source="区办发〔2026〕9号", effective_from=begins, today=today, by=by)

    assert refused(set_limit) == racing.WRITERS - 1
    assert PublishFirstLimit.objects.filter(region_code=region.code, effective_from=begins).count() == 1


def test_a_case_is_listed_once_a_week_whoever_lists_it(town):
    case, region = town.handling(), town.regions["岳麓区"]

    def list_it(n):
        inspecting.list_case(case, region, town.act("督办员"), reason="群众说围墙要倒了")

    assert refused(list_it) == racing.WRITERS - 1
    assert (Inspection.objects.count(), Finding.objects.filter(case=case).count()) == (1, 1)
    assert case.events.filter(step="supervise").count() == 1
