"""A unit that is talked to or written about hears of it through its heads."""

import pytest
from tests.cast import MORNING, fresh

from huixiang.cases.actions import accepting, assigning
from huixiang.moderation.actions import reviewing
from huixiang.notices.models import Channel, Notice
from huixiang.supervision.actions import admonishing, inspecting

SAID = {"reason": "本月第三次超时", "text": "一周内报送整改方案。"}


def told():
    rows = Notice.objects.filter(channel=Channel.IN_APP, subject__endswith="约谈")
    rows = rows | Notice.objects.filter(channel=Channel.IN_APP, subject__endswith="通报")
    return {n.user.username: n for n in rows.select_related("user")}


@pytest.mark.parametrize(("kind", "words"), [("talk", "约谈"), ("circular", "通报")])
def test_heads_of_the_unit_are_told_with_the_reason_and_nobody_else(town, kind, words):
    admonishing.admonish(town.units["住建局"], town.act("督办员"), kind=kind, **SAID)
    notice = told()
    assert set(notice) == {"负责人"}
    assert notice["负责人"].subject == f"岳麓区住房和城乡建设局被{words}"
    assert "本月第三次超时" in notice["负责人"].body and notice["负责人"].url == "/desk/admonitions/"


def test_measure_of_an_inspection_is_told_like_any_other(town):
    case = town.published(town.handling(), kind="initial")
    finding = inspecting.list_case(case, town.regions["岳麓区"], town.act("督办员"), reason="居民来电说没有人到场")
    inspecting.record_finding(finding, town.act("督办员"), found="没有换泵", is_true_to_reply=False, measure="talk")
    assert set(told()) == {"负责人"}


def test_accused_unit_hears_nothing_of_a_report_through_a_talk(town):
    case = town.submit(kind="report")
    act = town.act("审核员")
    reviewing.take(case, act)
    case = reviewing.approve(fresh(case), act, title="举报", body="有人收钱", accused=[town.units["住建局"]])
    case = assigning.assign(case, town.units["人社局"], town.act("交办员"))
    accepting.accept(case, town.act("消保委", unit="人社局"))
    admonishing.admonish(town.units["住建局"], town.act("督办员"), kind="talk", case=fresh(case), **SAID)
    assert told() == {}


def test_talk_about_a_case_of_the_unit_is_told_once(town):
    case = town.handling()
    admonishing.admonish(town.units["住建局"], town.act("督办员", MORNING), kind="talk", case=case, **SAID)
    assert (
        Notice.objects.filter(channel=Channel.IN_APP, user=town.people["负责人"], url="/desk/admonitions/").count() == 1
    )
