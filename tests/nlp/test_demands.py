"""Demands are exact stretches of the message, told apart and put in order of weight."""

import pytest

from huixiang.nlp.clauses import clauses
from huixiang.nlp.demands import MOST, DemandKind, find_demands

TITLE = "反映阳光小区停水的问题"
DETAIL = "您好，我家住在阳光小区三栋。最近一周每天晚上都停水，老人孩子没法洗澡。请问什么时候能恢复供水？另外，希望物业尽快检修水泵。谢谢！"


def test_spans_stand_where_they_say():
    found = find_demands(TITLE, DETAIL)
    assert 1 <= len(found) <= MOST
    for demand in found:
        assert (TITLE if demand.in_title else DETAIL)[demand.start : demand.end] == demand.span


def test_a_question_and_a_request_are_two_demands():
    found = find_demands(TITLE, DETAIL)
    asked = [d for d in found if "什么时候能恢复供水" in d.span]
    wanted = [d for d in found if "检修水泵" in d.span]
    assert asked and asked[0].kind is DemandKind.ASK
    assert wanted and wanted[0] is not asked[0]


def test_the_weightiest_demand_stands_first_and_none_overlap():
    found = find_demands(TITLE, DETAIL * 3)
    assert [d.weight for d in found] == sorted((d.weight for d in found), reverse=True)
    inside = sorted((d.start, d.end) for d in found if not d.in_title)
    assert all(before[1] <= after[0] for before, after in zip(inside, inside[1:], strict=False))


@pytest.mark.parametrize(
    "text",
    ["", " \n", "水", "😀😀😀", "\x00\x01", "\ud800", "Hello?", "，。！", "請問何時恢復供水？", "停水了。" * 25_000],
)
def test_any_text_gets_an_answer(text):
    for title, detail in ((text, text), ("", text), (text, "")):
        found = find_demands(title, detail)
        assert bool(found) == bool(clauses(detail) or title.strip())


def test_the_number_of_a_listed_point_belongs_to_no_clause():
    text = "1、路灯不亮。2、井盖松动。（三）没有垃圾桶"
    assert [text[c.start : c.end] for c in clauses(text)] == ["路灯不亮", "井盖松动", "没有垃圾桶"]
