"""House tokens: what search stores and asks for."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.nlp.segment import LONGEST_TOKEN, bigrams, query_tokens, words

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


def test_words_are_cut_folded_and_lower_cased():
    assert words("岳麓区停水，１２３４５热线 Wi-Fi 没人接！") == [
        "岳麓区",
        "停水",
        "12345",
        "热线",
        "wi",
        "fi",
        "没人接",
    ]


def test_traditional_characters_are_kept_as_written():
    assert "".join(words("區政府門前積水")) == "區政府門前積水"


def test_bigrams_pair_han_characters_and_keep_latin_and_digit_runs_whole():
    assert bigrams("停水三天了 G107国道 水") == ["停水", "水三", "三天", "天了", "g107", "国道", "水"]


def test_bigrams_do_not_reach_across_punctuation():
    assert bigrams("停水，停电") == ["停水", "停电"]


def test_rare_han_characters_outside_the_basic_plane_are_han():
    assert bigrams("𠮷野家") == ["𠮷野", "野家"]


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\u2060", "\ufeff", "\u00ad", "\x00", "\ud800"])
def test_invisible_characters_cannot_split_a_token(hidden):
    assert words(f"热{hidden}线123{hidden}45") == ["热线", "12345"]


@pytest.mark.parametrize("text", ["", "  ", "😀🚰", "\ue000\ue001", "\x00", "“”—…", '"*()^:-', "\ud83d"])
def test_text_without_letters_gives_no_tokens(text):
    assert words(text) == []
    assert bigrams(text) == []


def test_long_runs_are_capped_alike_in_both_columns():
    run = "a1" * 200
    assert words(run) == bigrams(run) == [run[:LONGEST_TOKEN]]


def test_query_tokens_are_distinct_and_keep_their_order():
    assert query_tokens("停水 停水 供水") == (["停水", "供水"], ["停水", "供水"])


@given(ANY_TEXT)
def test_tokens_hold_only_letters_and_digits(text):
    for token in words(text) + bigrams(text):
        assert re.fullmatch(r"[^\W_]+", token)
        assert len(token) <= LONGEST_TOKEN
        token.encode()


@given(ANY_TEXT)
def test_every_token_is_a_valid_full_text_query(text):
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE found USING fts5(words)")
    for token in {*words(text), *bigrams(text)}:
        base.execute("SELECT 1 FROM found WHERE found MATCH ?", [f'words : "{token}"']).fetchall()


@given(st.text(alphabet="停水供热线路牌岳麓区aB3５ ，。", min_size=1, max_size=40))
def test_full_text_search_finds_a_message_by_each_of_its_tokens(text):
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE found USING fts5(words, bigrams)")
    base.execute("INSERT INTO found VALUES (?, ?)", [" ".join(words(text)), " ".join(bigrams(text))])
    asked = query_tokens(text)
    for column, tokens in asked._asdict().items():
        for token in tokens:
            assert base.execute("SELECT 1 FROM found WHERE found MATCH ?", [f"{column} : {token}"]).fetchone()
