"""Where a message belongs: real Hunan names and short forms, letters for names, and names that must be asked about."""

import csv
from pathlib import Path

import pytest

from huixiang.nlp.regions import Division, Gazetteer

REGIONS = Path(__file__).parents[2] / "data" / "regions.csv"


@pytest.fixture(scope="module")
def hunan():
    with REGIONS.open(encoding="utf-8") as rows:
        return Gazetteer.of(Division(r["code"], r["name"], r["short_name"], r["level"]) for r in csv.DictReader(rows))


def place(hunan, title, detail="", given=""):
    found = hunan.region(title, detail, given)
    return found.division.name if found and found.division else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("岳麓区洋湖街道的路灯不亮", "洋湖街道"),
        ("我住岳麓区洋湖，晚上一片黑", "洋湖街道"),
        ("长沙县星沙街道噪音大", "星沙街道"),
        ("星沙泉塘街道噪音大", "泉塘街道"),
        ("衡阳县西渡镇修路", "西渡镇"),
        ("宁乡县人民医院收费", "宁乡市"),
        ("望城县老城区拆迁", "望城区"),
        ("株洲县渌口镇的桥", "渌口镇"),
        ("江华县沱江停水", "沱江镇"),
        ("湘西州吉首停电", "吉首市"),
        ("永州市道县梅花镇", "梅花镇"),
        ("长沙的公交", "长沙市"),
        ("长沙路灯坏了", "长沙市"),
        ("平江县三市镇", "三市镇"),
        ("怀化通道县修路", "通道侗族自治县"),
        ("湘西凤凰古城的门票", "凤凰县"),
    ],
)
def test_names_and_short_forms_lead_to_the_nearest_division(hunan, text, name):
    assert place(hunan, text) == name


@pytest.mark.parametrize(
    "text",
    [
        "小区消防通道被堵",
        "请住建局会同公安局处理",
        "隧道洞口没有灯",
        "凤凰古城门票太贵",
        "岳麓大道堵车",
        "长沙路与建设路口积水",
        "芙蓉中路的井盖",
        "你好，请问怎么办",
        "",
    ],
)
def test_words_and_roads_are_not_taken_for_places(hunan, text):
    assert hunan.region(text, "") is None


def test_a_name_that_several_places_share_is_asked_about(hunan):
    found = hunan.region("太平镇停电三天", "")
    assert found.division is None
    assert len(found.choices) > 1
    assert {choice.name for choice in found.choices} == {"太平镇"}


def test_the_county_named_beside_it_decides_between_places_of_one_name(hunan):
    assert place(hunan, "石门县太平镇停电三天") == "太平镇"
    assert place(hunan, "太平镇停电三天", given="常德市石门县") == "太平镇"


def test_what_the_form_says_stands_when_the_text_speaks_of_a_journey(hunan):
    assert place(hunan, "医保报销", "在长沙看病，老家的医保怎么报？", "邵阳市武冈市") == "武冈市"


def test_the_place_of_the_title_comes_before_a_deeper_one_of_the_text(hunan):
    assert place(hunan, "邵东市落户", "我以前住在长沙县星沙街道。") == "邵东市"


def test_a_full_name_is_firm_and_a_short_one_in_passing_is_not(hunan):
    assert hunan.region("落户", "我在岳麓区买了房").is_firm
    assert not hunan.region("落户", "去长沙开会").is_firm


@pytest.mark.parametrize("text", ["A市A3区洋湖街道路灯不亮", "西地省A市A3区洋湖街道路灯不亮"])
def test_letters_for_names_are_read_down_to_the_street_office(hunan, text):
    found = hunan.region(text, "")
    assert found.text == text.removesuffix("路灯不亮")
    assert found.division.name == "洋湖街道"


def test_letters_alone_are_told_as_they_stand(hunan):
    found = hunan.region("B5县修路", "")
    assert (found.text, found.division, found.choices) == ("B5县", None, ())
