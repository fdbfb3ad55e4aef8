"""Suggestions name the nearest unit whose remit fits, and say why."""

from huixiang.units.models import Remit, Topic, Unit
from huixiang.units.suggesting import topics_for, units_for


def names(suggestions):
    return [s.unit.short_name for s in suggestions]


def test_unit_with_the_exact_topic_comes_before_one_with_the_topic_above(town):
    found = units_for(town.regions["岳麓区"], Topic.objects.get(pk="housing.water"))
    assert names(found) == ["供水公司", "住建局"]
    assert "权责清单" in found[0].reason
    assert "供水" in found[0].reason


def test_nearest_division_comes_first_whatever_the_topic(town):
    city = Unit.objects.create(
        key="city", name="长沙市供水局", short_name="市供水", kind="water", region=town.regions["长沙市"], path="/900/"
    )
    Remit.objects.create(unit=city, topic_id="housing.water", region=town.regions["长沙市"])
    found = units_for(town.regions["望月湖街道"], Topic.objects.get(pk="housing.water"))
    assert names(found) == ["供水公司", "住建局", "市供水"]
    assert "上级（市州）" in found[-1].reason


def test_units_of_other_districts_and_closed_units_are_not_suggested(town):
    Remit.objects.create(unit=town.units["雨花住建局"], topic_id="housing.water", region=town.regions["雨花区"])
    Unit.objects.filter(pk=town.units["供水公司"].pk).update(is_active=False)
    assert names(units_for(town.regions["岳麓区"], Topic.objects.get(pk="housing.water"))) == ["住建局"]


def test_a_unit_with_two_fitting_remits_is_named_once_for_the_better_one(town):
    Remit.objects.create(unit=town.units["住建局"], topic_id="housing.property", region=town.regions["岳麓区"])
    found = units_for(town.regions["岳麓区"], Topic.objects.get(pk="housing.property"))
    assert names(found) == ["住建局"]
    assert "物业与小区管理" in found[0].reason


def test_without_a_remit_the_nearest_government_is_suggested_and_said_so(town):
    for topic in (None, Topic.objects.create(code="art", name="文艺")):
        found = units_for(town.regions["望月湖街道"], topic)
        assert names(found) == ["区政府"]
        assert "没有查到对应的权责清单" in found[0].reason


def test_topics_follow_the_words_of_title_and_body(town):
    found = topics_for("小区停水三天", "物业说自来水压力不够")
    assert found[0].code == "housing.water"
    assert "停水" in found[0].reason
    assert topics_for("天气真好", "谢谢") == []


def test_topics_are_read_again_when_one_is_added(town):
    topics_for("小区停水", "")
    Topic.objects.create(code="pets", name="养犬", words=["遛狗"])
    assert [t.code for t in topics_for("有人遛狗不牵绳", "")] == ["pets"]
