"""What lies under the reefs: roles of clauses, binding, claims, likeness, contradictions, units and other faults."""

from datetime import date

import pytest

from huixiang.nlp.reefs.judging import Draft, Message, judge
from huixiang.nlp.replies.claims import ClaimKind, claims, rebuttals, unbacked
from huixiang.nlp.replies.contradictions import Against, contradictions
from huixiang.nlp.replies.likeness import near, near_copies
from huixiang.nlp.replies.reading import COURTESY, ECHO, POINTING, ROUTING, SUBSTANCE, WAITING, Reading
from huixiang.nlp.replies.remarks import RemarkKind, remarks
from huixiang.nlp.replies.slots import filled
from huixiang.nlp.replies.units import answering_unit


def _reading(reply, *, title="", detail="", asked=None, written=None):
    return Reading.of(title, detail, reply, asked, written)


@pytest.mark.parametrize(
    ("clause", "role"),
    [
        ("您好", COURTESY),
        ("您的留言已收悉", COURTESY),
        ("感谢您对我们工作的支持", COURTESY),
        ("现将有关情况回复如下", COURTESY),
        ("您反映的问题已转县城管局调查处理", ROUTING),
        ("请您向市公交公司咨询", POINTING),
        ("请您耐心等待", WAITING),
        ("6月3日已更换路灯12盏", SUBSTANCE),
        ("交警大队每天安排两组人员巡逻", SUBSTANCE),
        ("该片区将新建农贸中转市场", SUBSTANCE),
    ],
)
def test_each_clause_does_one_thing(clause, role):
    assert _reading(clause).roles == [role]


def test_repeating_the_message_is_not_substance():
    reading = _reading("关于您反映幸福路路灯三个月不亮的问题，6月3日已修复。", detail="幸福路路灯三个月不亮")
    assert reading.roles[0] == ECHO
    assert "修复" in reading.said


def test_spans_are_places_in_the_reply_even_in_pasted_pages():
    reply = "<p>您好！</p><p>6月3日已更换<b>路灯</b>12盏。</p>"
    for clause in _reading(reply).clauses:
        assert reply[clause.start : clause.end] == clause.text


def test_the_texts_own_date_counts_as_the_delay():
    reply = "路灯已修好。2019年3月8日"
    reading = _reading(reply, asked=date(2019, 3, 1), written=date(2019, 5, 1))
    assert reading.delay == 7


def test_slots_say_who_when_where_and_how_many():
    found = filled("6月3日，城管局在幸福路更换路灯12盏，依据《城市照明管理规定》第十二条")
    assert found["when"] and found["who"] and found["where"] and found["number"] == ["12盏"] and found["document"]


def test_each_demand_is_bound_to_the_part_that_speaks_to_it():
    detail = "幸福路的路灯坏了三个月，请问什么时候修好？建议在小学门口增设减速带。"
    reply = "您好！小学门口的减速带已列入6月施工计划。幸福路的路灯因电缆被挖断，6月10日前修好。"
    judged = judge(Message("", detail, date(2024, 6, 1)), Draft(reply, date(2024, 6, 3)))
    lamp = next(d for d in judged.demands if "路灯" in d.span or "什么时候" in d.span)
    assert "路灯" in lamp.part
    assert all(d.span in detail for d in judged.demands)


def test_claims_carry_their_numbers_and_their_evidence():
    (claim,) = claims("已拆除钓台8处（照片附后）。")
    assert claim.kind is ClaimKind.COUNT and claim.numbers == ("8处",) and "照片" in claim.evidence
    assert unbacked("问题已全部整改到位。") and not unbacked("6月3日已全部整改到位，验收报告附后。")


def test_a_citizen_can_only_rebut_the_same_matter():
    reply = "已拆除钓台31处。"
    assert rebuttals(reply, ["钓台一处都没拆，还在营业"])
    assert not rebuttals(reply, ["路灯还是不亮"])


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("经查，该校没有这名教师。", "已对该教师批评教育。", Against.EXISTENCE),
        ("车库防水已全部完成。", "车库防水尚未完成，材料待采购。", Against.DONE),
        ("东湖共拆除钓台55处。", "东湖共拆除钓台8处。", Against.NUMBER),
        ("听证会定于2024年6月3日召开。", "听证会定于2024年6月21日召开。", Against.DATE),
    ],
)
def test_replies_that_cannot_both_be_true_are_found(one, other, kind):
    assert kind in {found.kind for found in contradictions(one, other)}


def test_replies_about_different_things_do_not_contradict():
    assert not contradictions("幸福路路灯12盏已更换。", "和平路井盖3个已更换。")


def test_copied_replies_are_found_and_notes_of_receipt_are_not():
    text = (
        "您好！关于公租房申请，请携带身份证、户口簿和收入证明到街道便民服务中心办理，"
        "工作日上午九点至下午五点受理，审核需要二十个工作日。"
    )
    assert near_copies(text, [("K9", text.replace("您好", "你好")), ("K10", "路灯已修好。")])[0].id == "K9"
    assert not near_copies("您的留言已收悉。", [("K9", "您的留言已收悉。")])
    assert near(text, text) == 1.0


@pytest.mark.parametrize(
    ("reply", "unit"),
    [
        ("路灯已修好。幸福街道办事处 2024年6月3日", "幸福街道办事处"),
        ("我局已派人处理。", None),
        ("相关部门已处理。", None),
    ],
)
def test_the_answering_unit_is_the_one_named(reply, unit):
    assert answering_unit(reply) == unit


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("工程将于2022年11月31日完工。", RemarkKind.DATE),
        ("您于2018年5月13日反映的问题已处理。", RemarkKind.DATE),
        ("您的父亲在信用社有贷款45万元未还，所以不能办理。", RemarkKind.PRIVACY),
        ("请您不要在网上反复发帖。", RemarkKind.TONE),
        ("您反映的问题已经答复。链接：", RemarkKind.TRUNCATED),
    ],
)
def test_other_faults_are_found(reply, kind):
    reading = _reading(reply, asked=date(2022, 10, 1), written=date(2022, 10, 8))
    found = remarks(reading)
    assert kind in {remark.kind for remark in found}
    assert all(remark.span in reply for remark in found)


def test_a_plain_reply_has_no_other_faults():
    reply = "您好！6月3日已更换路灯12盏，7月1日前全部巡检一遍。幸福街道办事处 2024年6月3日"
    assert not remarks(_reading(reply, asked=date(2024, 6, 1), written=date(2024, 6, 3)))
