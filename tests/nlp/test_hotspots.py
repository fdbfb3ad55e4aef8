"""Messages about one matter come together, others stay apart, and the heat follows its formula."""

import math
from datetime import datetime, timedelta

import pytest

from huixiang.nlp.hotspots import HALF_LIFE, Post, heat, hotspots, name_of
from huixiang.nlp.linkage import joined
from huixiang.nlp.pairs import Message

NOW = datetime(2026, 3, 1, 8)


def post(number, title, detail, days=0, *, user=None, likes=0):
    return Post(str(number), Message(title, detail, user, NOW - timedelta(days=days)), likes)


WATER = [
    post(1, "阳光新城小区连续停水", "阳光新城小区三栋连续停水五天，供水公司没有通知，居民无法生活。", 3, user="u1"),
    post(2, "反映阳光新城小区停水问题", "阳光新城小区停水多日，供水公司一直没有恢复供水，居民生活困难。", 2, user="u2"),
    post(3, "阳光新城小区停水何时恢复", "阳光新城小区已经停水好几天，请问供水公司什么时候恢复供水？", 1, user="u3"),
]
OTHERS = [
    post(4, "松林路夜间施工噪音扰民", "松林路工地凌晨还在施工，噪音让人无法入睡。", 5, user="u4"),
    post(5, "咨询教师资格证认定", "请问今年教师资格证认定什么时候开始？", 9, user="u5"),
]


def test_messages_about_one_matter_come_together_and_others_stay_apart():
    found = hotspots([*OTHERS, *WATER])
    assert {"1", "2", "3"} in [set(spot.ids) for spot in found]
    assert sorted(i for spot in found for i in spot.ids) == ["1", "2", "3", "4", "5"]


def test_the_hottest_stands_first_with_place_and_problem_in_its_name():
    spot = hotspots([*OTHERS, *WATER])[0]
    assert "阳光新城" in spot.name and "停水" in spot.name
    assert (spot.first, spot.last) == (NOW - timedelta(days=3), NOW - timedelta(days=1))


def test_the_same_answer_whatever_the_order():
    one, other = hotspots([*WATER, *OTHERS]), hotspots([*reversed(OTHERS), *reversed(WATER)])
    assert {frozenset(s.ids) for s in one} == {frozenset(s.ids) for s in other}


@pytest.mark.parametrize("posts", [[], [WATER[0]], [post(1, "", ""), post(2, "", "")], [post(1, "😀", "\ud800")] * 2])
def test_few_and_empty_messages_are_no_trouble(posts):
    assert sum(len(spot.ids) for spot in hotspots(posts)) == len(posts)


def test_heat_counts_votes_age_and_people():
    fresh = post(1, "a", "b", user="u", likes=9)
    assert heat([fresh], NOW) == pytest.approx(1 + math.log(10), abs=0.001)
    old = post(2, "a", "b", days=HALF_LIFE.days, user="v", likes=9)
    assert heat([old], NOW) == pytest.approx((1 + math.log(10)) / 2, abs=0.001)
    again = post(3, "a", "b", user="u")
    assert heat([fresh, again], NOW) == pytest.approx(1 + math.log(10) + 0.5, abs=0.001)


def test_a_name_loses_what_opens_and_closes_any_title():
    assert name_of("再次投诉：星河湾小区油烟扰民的问题！") == "星河湾小区油烟扰民"
    assert name_of("投诉") == "投诉"


def test_average_linkage_does_not_chain():
    chain = [(0, 1, 0.9), (1, 2, 0.8)]
    assert joined(3, chain, 0.5) == [[0, 1], [2]]
    assert joined(3, [*chain, (0, 2, 0.8)], 0.5) == [[0, 1, 2]]
    assert joined(3, chain, 0.3) == [[0, 1, 2]]


def test_nothing_is_joined_below_the_threshold():
    assert joined(4, [(0, 1, 0.4), (2, 3, 0.6)], 0.5) == [[0], [1], [2, 3]]
