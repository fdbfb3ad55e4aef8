"""How many replies may go out first is a figure of the region, with its source, and holds from a day to come."""

from datetime import date

import pytest
from tests.cast import MORNING

from huixiang.cases.actions import accepting, assigning, publishing
from huixiang.cases.refusals import Refused
from huixiang.units.actions import limiting
from huixiang.units.models import PublishFirstLimit
from huixiang.units.publish_first import most_unapproved

URL = "/desk/standards/publish-first/430104/"
GIVEN = {"most": "1", "source": "岳政办发〔2026〕9号", "effective_from": "2026-12-01"}


def set_limit(town, most, day, region="岳麓区"):
    limiting.set_limit(
        town.regions[region], most, source="岳政办发〔2026〕9号", effective_from=day, today=date(2015, 1, 1),
        by=town.people["系统管理员"],
    )  # fmt: skip


def test_default_is_three_and_says_where_it_comes_from(town, desk, today):
    assert most_unapproved("430104", date(2026, 11, 24)) == 3
    told = desk("交办员").get("/desk/standards/").content.decode()
    assert "<strong>3份</strong>" in told and "本平台默认值" in told


def test_own_limit_of_a_county_holds_from_its_day_and_there_alone(town):
    set_limit(town, 1, date(2026, 12, 1))
    limits = {day: most_unapproved("430104001", date(2026, *day)) for day in ((11, 30), (12, 1))}
    assert limits == {(11, 30): 3, (12, 1): 1}
    assert most_unapproved("430111", date(2026, 12, 1)) == 3


@pytest.mark.parametrize(("most", "words"), [(0, "本地区现在不许先发后审"), (1, "已有1份先发的回复没有补审")])
def test_limit_of_the_region_binds_its_units(town, most, words):
    set_limit(town, most, MORNING.date())

    def first_word():
        case = assigning.assign(town.approved(urgency="urgent"), town.units["住建局"], town.act("交办员"))
        case = accepting.accept(case, town.act("承办人"))
        publishing.publish_first(town.drafted(case, kind="initial"), town.act("承办人"))

    for _ in range(most):
        first_word()
    with pytest.raises(Refused, match=words):
        first_word()


def test_administrator_sets_it_and_readers_see_it(town, desk, today):
    assert desk("系统管理员").post(URL, GIVEN).status_code == 302
    row = PublishFirstLimit.objects.get(region_code="430104")
    assert (row.most, row.created_by) == (1, town.people["系统管理员"])
    today(2026, 12, 2)
    told = desk("交办员").get("/desk/standards/?region=430104").content.decode()
    assert "<strong>1份</strong>" in told and "岳政办发〔2026〕9号" in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"effective_from": "2026-11-24"}, "最早从明天起生效"),
        ({"source": " "}, "依据"),
        ({"most": "21"}, "20"),
        ({"most": "-1"}, "0"),
    ],
)
def test_what_cannot_hold_is_refused_beside_its_field(town, desk, today, change, words):
    answer = desk("系统管理员").post(URL, {**GIVEN, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not PublishFirstLimit.objects.filter(region_code="430104").exists()


def test_two_limits_of_one_day_are_refused(town):
    set_limit(town, 1, date(2026, 12, 1))
    with pytest.raises(limiting.BadLimit, match="已经定了另一个限额"):
        set_limit(town, 2, date(2026, 12, 1))


def test_only_the_administrator_sets_it(town, desk, today):
    assert desk("交办员").get(URL).status_code == 403
    assert desk("督办员").post(URL, GIVEN).status_code == 403
