"""Known cases on the same matter: found by place, object and problem, within what a person may see."""

from datetime import timedelta

import pytest
from tests.cast import MORNING

from huixiang.cases import access
from huixiang.cases.models import Case
from huixiang.nlp import matters
from huixiang.triage.hot import hot_matters
from huixiang.triage.likeness import keep_keys, same_matter
from huixiang.triage.models import MatterKey
from huixiang.units.access import actor_of

ONE = ("和悦小区二次供水水泵坏了", "和悦小区六楼以上早晚没有水，水泵坏了一个月。")
AGAIN = ("和悦小区水泵坏了没人修", "我们和悦小区高层没有水，物业说水泵坏了。")
ELSEWHERE = ("天元区夜间施工噪音", "天元区工地半夜打桩，睡不着。")


def known(town, *texts, **more):
    cases = [town.approved(title=title, body=body, **more) for title, body in texts]
    keep_keys(cases)
    return cases


def test_a_message_finds_the_earlier_one_on_its_matter_and_no_other(town):
    first, _ = known(town, ONE, ELSEWHERE)
    found = same_matter(*AGAIN, Case.objects.all())
    assert [one.case for one in found] == [first]
    assert found[0].is_likely


def test_only_cases_that_the_asker_may_see_are_found(town):
    known(town, ONE, visibility="private")
    stranger = actor_of(town.people["雨花承办人"], at=MORNING)
    assert same_matter(*AGAIN, access.visible(stranger)) == []


def test_the_same_trouble_on_another_numbered_line_counts_less():
    near = matters.likeness(matters.keys("地铁3号线噪音", ""), matters.keys("地铁4号线噪音", ""))
    assert near > 0
    assert matters.is_elsewhere("地铁3号线噪音", "地铁4号线噪音")
    assert not matters.is_elsewhere("地铁3号线噪音", "地铁噪音")


def test_a_report_leaves_no_words_to_be_found_by(town):
    case = town.submit(kind="report", title=ONE[0], body=ONE[1])
    keep_keys([case])
    assert not MatterKey.objects.exists()


def test_words_are_kept_anew_when_the_text_changes(town):
    (case,) = known(town, ONE)
    case.title, case.body = ELSEWHERE
    keep_keys([case])
    assert same_matter(*AGAIN, Case.objects.all()) == []


@pytest.mark.parametrize("text", ["", "。", "😀", "\x00", "a" * 100_000, "水" * 100_000])
def test_any_text_finds_nothing_without_trouble(town, text):
    assert same_matter(text[:60], text, Case.objects.all()) == []


def test_hot_matters_join_cases_and_count_those_who_met_the_same(town):
    known(town, ONE, AGAIN, ELSEWHERE)
    Case.objects.filter(title=AGAIN[0]).update(supporters_count=5)
    (matter,) = hot_matters(Case.objects.all(), at=MORNING)
    assert {case.title for case in matter.cases} == {ONE[0], AGAIN[0]}
    assert matter.voices == 7


def test_a_matter_cools_and_is_gone_after_three_months(town):
    known(town, ONE, AGAIN)
    now, later = (hot_matters(Case.objects.all(), at=MORNING + timedelta(days=days)) for days in (0, 30))
    assert later[0].heat < now[0].heat
    assert hot_matters(Case.objects.all(), at=MORNING + timedelta(days=120)) == []


def test_the_hot_page_offers_to_merge_into_the_oldest(town, desk):
    known(town, ONE, AGAIN)
    page = desk("交办员").get("/desk/triage/hot/").content.decode()
    assert "2件留言" in page
    assert page.count("并入最早的一件") == 1
