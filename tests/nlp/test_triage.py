"""One message in, one judgement out: told when sure, silent when not, and never a crash."""

import json

import pytest

from huixiang.nlp import topics, urgency, vectors
from huixiang.nlp.lines import judged, posts
from huixiang.nlp.regions import Division, Gazetteer
from huixiang.nlp.triage import BadMessage, Tables, judge
from huixiang.nlp.urgency import Urgency

GAZETTEER = Gazetteer.of(
    [
        Division("43", "湖南省", "湖南", "province"),
        Division("4301", "长沙市", "长沙", "prefecture"),
        Division("430104", "岳麓区", "岳麓", "county"),
        Division("430104015", "洋湖街道", "洋湖", "township"),
        Division("4304", "衡阳市", "衡阳", "prefecture"),
        Division("430104099", "东湖街道", "东湖", "township"),
        Division("430406001", "东湖街道", "东湖", "township"),
    ]
)
TABLES = Tables(GAZETTEER, {"城乡建设": {"水电气供应": ["停水", "供水"], "物业": ["物业费"]}})


def message(title, detail, **more):
    return judge({"id": "1", "title": title, "detail": detail, **more}, TABLES)


@pytest.mark.parametrize(
    ("title", "detail", "topic"),
    [
        ("小区停水三天", "阳光小区自来水停了三天，物业也不管，希望尽快恢复供水。", "城乡建设"),
        ("饭店油烟扰民", "楼下餐馆的油烟直接排到居民家里，气味刺鼻，晚上噪音也很大。", "环境保护"),
        ("小学乱收补课费", "学校老师在周末组织有偿补课，每个学生收费八百元。", "教育文体"),
        ("公司拖欠工资", "公司拖欠员工三个月工资，也没有缴纳社保，请劳动部门处理。", "劳动和社会保障"),
        ("派出所不立案", "被诈骗后去派出所报案，民警一直不予立案。", "政法"),
    ],
)
def test_a_plain_matter_finds_its_topic(title, detail, topic):
    judgement = message(title, detail)
    assert judgement["topic"] == topic
    assert judgement["topics"][0]["name"] == topic


def test_a_message_without_a_matter_finds_no_topic():
    assert message("您好", "谢谢领导")["topic"] is None


def test_probabilities_of_all_topics_add_up_and_come_likeliest_first():
    seen = vectors.shipped().read("公交车太少", "希望增加班次")
    ranked = topics.shipped().topics(seen)
    assert len(ranked) == 15
    assert sum(topic.p for topic in ranked) == pytest.approx(1, abs=0.01)
    assert [t.p for t in ranked] == sorted((t.p for t in ranked), reverse=True)


def test_a_clear_second_topic_is_told_below_the_first():
    judgement = message("出租车拒载乱收费", "在火车站打出租车，司机拒载还不打表，出租车管理部门管不管？")
    assert (judgement["topic"], judgement["topic2"]) == ("交通运输", "出租车管理")


def test_without_a_first_topic_there_is_no_second():
    assert message("您好", "谢谢领导")["topic2"] is None


def test_danger_to_a_child_is_critical_and_the_words_are_named():
    judgement = message("电梯坠落", "电梯突然坠落，孩子被困受伤，随时有生命危险。")
    assert judgement["urgency"] == "critical"
    assert "坠落" in judgement["urgency_why"]


def test_a_question_about_a_park_is_normal_and_needs_no_reason():
    judgement = message("公园何时建成", "请问城北公园什么时候建成开放？")
    assert (judgement["urgency"], judgement["urgency_why"]) == ("normal", [])


def test_the_reasons_for_an_urgency_stand_in_the_message():
    title, detail = "井水有毒", "化工厂废水排放，井水发臭，孩子喝了中毒住院。"
    found = urgency.shipped().judge(title, detail, vectors.shipped().read(title, detail))
    assert found.urgency is not Urgency.NORMAL
    assert all(word in title + detail for word in found.why)


def test_pay_goes_to_the_labour_bureau_and_school_fees_to_the_education_bureau():
    assert "人力资源和社会保障" in message("拖欠工资", "公司拖欠工资，没有买社保。")["unit_kinds"][:3]
    assert "教育" in message("幼儿园乱收费", "幼儿园学费太高，老师还乱收费。")["unit_kinds"][:3]


def test_the_nearest_division_wins():
    region = message("停水", "长沙市岳麓区洋湖街道今天停水")["region"]
    assert (region["code"], region["choices"]) == ("430104015", [])


def test_a_shared_name_is_asked_about_unless_something_above_it_is_named():
    asked = message("路灯不亮", "东湖街道路灯不亮")["region"]
    assert asked["code"] is None
    assert {choice["code"] for choice in asked["choices"]} == {"430104099", "430406001"}
    assert message("路灯不亮", "东湖街道路灯不亮", region="岳麓区")["region"]["code"] == "430104099"


def test_a_road_named_after_a_city_is_not_that_city():
    assert GAZETTEER.region("长沙路堵车", "每天早上都堵") is None


def test_letters_for_names_are_read_down_to_the_township():
    assert message("路灯不亮", "A市A3区洋湖街道路灯不亮")["region"]["text"] == "A市A3区洋湖街道"
    assert GAZETTEER.region("A市A3区梅花街道停水", "").text == "A市A3区梅花街道"


def test_personal_data_are_reported_with_their_field_and_masked():
    judgement = message("停水", "请打我电话13812345678")
    (found,) = judgement["personal_data"]
    assert (found["kind"], found["field"], found["span"]) == ("phone", "detail", "13812345678")
    assert "13812345678" not in judgement["masked_detail"]


@pytest.mark.parametrize(
    "text",
    [
        "水", "😀😀", "\x00\x07", "\ud800", "Where is the bus?", "請問何時恢復供水？", "\u200b啊",
        "啊" * 100_000, "1" * 100_000,
        "138 " * 25_000, "一" * 100_000, "(" * 100_000, "\n水" * 50_000, "小区3栋2单元" * 15_000, "老板王大" * 25_000,
        "我叫王" * 30_000, "A市A3区" * 20_000, "长沙市岳麓区" * 16_000, "a@" * 50_000, "😀" * 100_000,
    ],
    ids=lambda text: ascii(text[:6]),
)  # fmt: skip
def test_any_text_gets_a_judgement(text):
    assert message(text, text)["urgency"] in {"critical", "urgent", "normal"}


@pytest.mark.parametrize("line", ["", "{", "[1]", "null", '{"id": 1}', '{"title": 5, "detail": "x"}', "[" * 100_000])
def test_a_bad_line_says_which_line_and_why(line):
    answer = json.loads(judged(line, 7, TABLES))
    assert answer["line"] == 7 and answer["error"]


def test_an_empty_message_is_refused():
    with pytest.raises(BadMessage):
        message(" ", "\n")


def test_what_is_written_can_be_read_again():
    line = json.dumps({"id": "x", "title": "停水", "detail": "\ud800停水"})
    assert json.loads(judged(line, 1, TABLES))["masked_detail"] == "\ud800停水"
    judged(line, 1, TABLES).encode("utf-8")


def test_posts_keep_going_after_a_bad_line():
    good = '{"id": "1", "title": "停水", "detail": "停水", "time": "2026-01-02T03:04:05"}'
    first, bad, last = posts([good, '{"id": "2", "title": "x", "time": "gestern"}', good])
    assert first == last and json.loads(bad)["line"] == 2
