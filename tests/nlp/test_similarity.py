"""Ranking fetched messages by likeness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.nlp.similarity import Similar, similar

WATER = "洋湖街道和悦小区停水三天"
CANDIDATES = [
    (1, "和悦小区门口的路灯不亮"),
    (2, "洋湖街道和悦小区又停水了，已经三天"),
    (3, "公交202路改线的建议"),
]


def test_the_message_on_the_same_matter_comes_first_and_strangers_are_left_out():
    assert [found.id for found in similar(WATER, CANDIDATES)] == [2, 1]


def test_the_same_text_scores_one():
    assert similar(WATER, [("same", WATER)]) == [Similar("same", pytest.approx(1.0))]


def test_rare_tokens_decide_when_weights_are_given():
    candidates = [("place", "和悦小区"), ("matter", "停水")]
    idf = {"停水": 9.0, "和悦": 1.0, "小区": 1.0, "悦小": 1.0, "和": 1.0, "悦": 1.0}
    assert [found.id for found in similar("和悦小区停水", candidates, idf=idf)][0] == "matter"


def test_a_token_without_weight_counts_as_the_rarest():
    candidates = [("known", "小区"), ("unknown", "塌方")]
    assert [found.id for found in similar("小区塌方", candidates, idf={"小区": 1.0, "停水": 5.0})][0] == "unknown"


def test_limit_and_lowest_score_are_kept_and_ties_stay_as_given():
    twins = [(7, "停水"), (8, "停水"), (9, "停水了好几天没有人管")]
    assert [found.id for found in similar("停水", twins, limit=2)] == [7, 8]
    assert [found.id for found in similar("停水", twins, at_least=0.9)] == [7, 8]


@pytest.mark.parametrize("nothing", ["", "！？", "\x00"])
def test_nothing_is_similar_to_nothing(nothing):
    assert similar(nothing, CANDIDATES) == []
    assert similar(WATER, [(1, nothing)]) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_mutual_and_between_zero_and_one(one, other):
    there, back = similar(one, [(0, other)]), similar(other, [(0, one)])
    assert [found.score for found in there] == [found.score for found in back]
    assert all(0.0 < found.score <= 1.0 for found in there)
