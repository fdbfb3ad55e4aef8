"""Personal data: found where it stands, left alone where it only looks like it, and gone from the masked text."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.nlp.redaction import DETECTORS, Finding, PersonalData, find, mask
from huixiang.nlp.redaction.folding import fold
from huixiang.nlp.redaction.numbers import is_id_card, passes_luhn

ROWS = [json.loads(line) for line in Path(__file__).with_name("personal_data.jsonl").read_text("utf-8").splitlines()]
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


def _expected(row):
    return Counter((span["kind"], span["span"]) for span in row["spans"])


def _found(row):
    return Counter((finding.kind.value, finding.span) for finding in find(row["text"]))


def test_the_set_is_large_varied_and_correct():
    assert len(ROWS) >= 300
    assert sum(not row["spans"] for row in ROWS) >= 150
    assert {span["kind"] for row in ROWS for span in row["spans"]} == set(PersonalData)
    assert all(span["span"] in row["text"] for row in ROWS for span in row["spans"])
    assert len({row["text"] for row in ROWS}) == len(ROWS)


def test_recall_and_precision_over_the_set():
    right = sum((_expected(row) & _found(row)).total() for row in ROWS)
    missed = {row["text"]: _expected(row) - _found(row) for row in ROWS if _expected(row) - _found(row)}
    invented = {row["text"]: _found(row) - _expected(row) for row in ROWS if _found(row) - _expected(row)}
    assert right / sum(_expected(row).total() for row in ROWS) >= 0.99, missed
    assert right / sum(_found(row).total() for row in ROWS) >= 0.97, invented


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:16])
def test_a_masked_text_has_nothing_left_to_mask(row):
    assert find(mask(row["text"])) == []


def test_every_kind_has_a_detector():
    assert set(DETECTORS) == set(PersonalData)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812341234。", "电话138****1234。"),
        ("电话+86 138-1234-1234。", "电话138****1234。"),
        ("家里电话0731-84512233", "家里电话0731-****33"),
        ("身份证430104199001011230", "身份证4****************0"),
        ("卡号6217002920001234561", "卡号***************4561"),
        ("车牌湘A·12345", "车牌湘A·***45"),
        ("车牌湘AD12345", "车牌湘A·****45"),
        ("邮箱xiaoman@163.com", "邮箱x***@163.com"),
        ("微信号xiaoman_88", "微信号x****"),
        ("QQ：845122337", "QQ：8****"),
        ("住岳麓区洋湖街道和悦小区3栋2单元501室，漏水", "住岳麓区洋湖街道（具体地址已隐去），漏水"),
        ("和悦小区3栋2单元501室漏水", "和悦小区（具体地址已隐去）漏水"),
        ("我叫王小满，住在河边", "我叫王某，住在河边"),
        ("我叫欧阳晓燕。", "我叫欧阳某。"),
        ("联系人：马立新先生", "联系人：马某先生"),
        ("我儿子王小宝在洋湖小学三年级2班被打", "我儿子王某在洋湖小学某班被打"),
    ],
)
def test_mask_forms(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "G107国道坑洼",
        "合同总价13800138000元",
        "自20260101起执行",
        "订单号13873100123没有发货",
        "合同编号：430104202603120043",
        "民法典第1254条",
        "请拨打12345或0731-88881234",
        "联系人：张三局长",
        "我是王某，反映噪音",
        "联系人：李先生",
        "和悦小区3栋电梯坏了",
        "政务中心3号楼501室没有人",
        "洋湖小学三年级2班的教室没有空调",
        "邮箱12345@changsha.gov.cn没有回音",
        "王府井百货门前没有斑马线",
    ],
)
def test_near_misses_stay_as_written(text):
    assert find(text) == []
    assert mask(text) == text


def test_what_was_introduced_once_is_masked_everywhere():
    text = "我叫王小满，电话138 1234 1234。王小满再次请求，13812341234白天可打。"
    assert mask(text) == "我叫王某，电话138****1234。王某再次请求，138****1234白天可打。"


def test_a_number_hidden_behind_invisible_characters_is_found_whole():
    text = "电话138\u200b1234\u202e1234"
    assert [(finding.kind, finding.span) for finding in find(text)] == [(PersonalData.PHONE, "138\u200b1234\u202e1234")]


def test_only_the_chosen_findings_are_masked():
    text = "我叫王小满，电话13812341234"
    phone_only = [finding for finding in find(text) if finding.kind is PersonalData.PHONE]
    assert mask(text, phone_only) == "我叫王小满，电话138****1234"
    assert mask(text, []) == text


def test_findings_of_another_text_are_refused():
    findings = find("电话13812341234")
    with pytest.raises(ValueError, match="does not belong"):
        mask("我的电话是13812341234", findings)
    with pytest.raises(ValueError, match="does not belong"):
        mask("电话13812341234", [*findings, *findings])


def test_identity_checksum_and_birth_date_are_checked():
    assert is_id_card("11010519491231002X")
    assert is_id_card("11010519491231002x")
    assert not is_id_card("110105194912310021")
    assert not is_id_card("11010519491331002X")
    assert not is_id_card("99010519491231002X")


def test_luhn_accepts_a_right_and_refuses_a_wrong_check_digit():
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")


@given(ANY_TEXT)
def test_findings_are_sorted_apart_and_where_they_say(text):
    findings = find(text)
    assert all(text[finding.start : finding.end] == finding.span != "" for finding in findings)
    assert all(one.end <= other.start for one, other in zip(findings, findings[1:], strict=False))
    assert isinstance(mask(text), str)


def _mobiles():
    def written(digits, style):
        groups = [digits[:3], digits[3:7], digits[7:]]
        full_width = digits.translate({ord("0") + i: chr(ord("０") + i) for i in range(10)})
        return {"plain": digits, "wide": full_width, "+86": f"+86{digits}"}.get(style) or style.join(groups)

    number = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
    return st.builds(written, number, st.sampled_from(["plain", "wide", "+86", " ", "-", "\u200b"]))


def _plates():
    return st.from_regex(r"湘[A-HJ-NP-U][·. -]?[0-9]{5}", fullmatch=True)


def _identities():
    def with_check(head):
        return next(head + check for check in "0123456789X" if is_id_card(head + check))

    head = st.from_regex(r"4301[0-2][0-9](19[3-9][0-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True)
    return head.map(with_check)


def _cards():
    def with_check(head):
        return next(head + check for check in "0123456789" if passes_luhn(head + check))

    return st.from_regex(r"62[0-9]{16}", fullmatch=True).map(with_check)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["电话", "身份证", "卡号", "车牌", "，我叫王小满，", "。\n", "联系人：", "洋湖街道", "（"]),
            _mobiles() | _identities() | _cards() | _plates(),
            st.sampled_from(["。", "，", "\n", "元，", "）", "；请回复。", " "]),
        ),
        max_size=5,
    )
)
def test_the_digits_of_what_was_found_are_nowhere_in_the_masked_text(pieces):
    text = "".join(f"{before}{number}{after}" for before, number, after in pieces)
    left = re.sub(r"[ ·.-]", "", fold(mask(text)).text)
    for finding in find(text):
        # A plate's five digits may rightly stand in an amount, so a plate is looked for as a whole.
        unwanted = r"[ ·.-]" if finding.kind is PersonalData.PLATE else r"\D"
        written = re.sub(unwanted, "", fold(finding.span).text)
        assert not written or written not in left


@given(
    st.sampled_from(["电话", "手机号码：", "请打 ", "（", "\n"]),
    _mobiles(),
    st.sampled_from(["", "。", "（王）", " 谢谢"]),
)
def test_a_mobile_number_is_found_in_every_form(before, number, after):
    assert [finding.kind for finding in find(before + number + after)] == [PersonalData.PHONE]


@given(_identities())
def test_an_identity_number_is_found_without_being_called_one(number):
    assert [finding.kind for finding in find(f"我的号{number}，请查。")] == [PersonalData.ID_CARD]


def test_a_finding_cannot_be_changed():
    finding = find("电话13812341234")[0]
    assert isinstance(finding, Finding)
    with pytest.raises(AttributeError):
        finding.masked = finding.span
