"""Which unit should answer: remits first, then practice of this place, then the wording; each with its reason."""

import pytest

from huixiang.cases.models import Case
from huixiang.triage.ranking import is_sure, of_column, ranked_units, without
from huixiang.units.models import Topic


def names(ranked):
    return [one.unit.short_name for one in ranked]


@pytest.fixture
def water(town):
    return Topic.objects.get(pk="housing.water")


def test_the_unit_with_the_exact_remit_comes_first_and_says_so(town, water):
    ranked = ranked_units(town.regions["岳麓区"], [(water, 1.0)])
    assert names(ranked)[0] == "供水公司"
    assert ranked[0].reasons == ("权责清单：岳麓区的“供水”归它管",)
    assert is_sure(ranked)


def test_who_answered_such_messages_here_gains_on_who_has_the_remit_above(town, water):
    for n in range(6):
        town.closed(title=f"水压低第{n}次", unit="住建局")
    Case.objects.update(topic=water)
    ranked = ranked_units(town.regions["岳麓区"], [(Topic.objects.get(pk="housing.property"), 1.0)])
    assert names(ranked) == ["住建局"]
    ranked = ranked_units(town.regions["岳麓区"], [(water, 1.0)])
    assert (
        "本地近来答复的6件“供水”留言里，有6件由它答复"
        in dict(zip(names(ranked), ranked, strict=True))["住建局"].reasons
    )


def test_practice_of_another_county_proves_nothing_here(town, water):
    town.closed(title="水压低", unit="住建局")
    Case.objects.update(topic=water)
    assert all("近来答复" not in one.reason for one in ranked_units(town.regions["荷塘区"], [(water, 1.0)]))


def test_the_wording_names_a_unit_of_the_kind_that_answers_such_things(town):
    ranked = ranked_units(town.regions["岳麓区"], [], ["人力资源和社会保障"], "拖欠工资")
    assert names(ranked) == ["人社局"]
    assert "人力资源和社会保障类单位" in ranked[0].reason
    assert not is_sure(ranked)


def test_without_any_evidence_the_government_may_study_it(town):
    ranked = ranked_units(town.regions["望月湖街道"], [])
    assert names(ranked) == ["区政府"]
    assert "没有查到" in ranked[0].reason


def test_doubt_about_the_topic_spreads_over_the_units_of_each(town, water):
    wages = Topic.objects.get(pk="labour.wages")
    ranked = ranked_units(town.regions["岳麓区"], [(water, 0.5), (wages, 0.3)])
    assert names(ranked)[:2] == ["供水公司", "住建局"]
    assert "人社局" in names(ranked)
    assert not is_sure(ranked)


def test_law_questions_go_to_the_lawyers_and_the_accused_are_left_out(town, water):
    assert names(of_column("legal", town.regions["望月湖街道"])) == ["律师团"]
    ranked = ranked_units(town.regions["岳麓区"], [(water, 1.0)])
    assert "供水公司" not in names(without(ranked, [town.units["供水公司"]]))


def test_what_happened_lately_counts_and_not_what_a_report_says(town, water):
    town.closed(title="水压低", unit="住建局")
    Case.objects.update(topic=water, kind="report", visibility="private", public_at=None)
    assert all("近来答复" not in one.reason for one in ranked_units(town.regions["岳麓区"], [(water, 1.0)]))
