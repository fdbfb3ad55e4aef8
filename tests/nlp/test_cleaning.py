"""What the door takes out of a text and what it leaves alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huixiang.nlp.cleaning import neutralise

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
NASTY_TEXT = st.text(alphabet="水a \n\r\t\u3000\u200b\u202e\x00\u2028\u0301e\ud800\ufeff\ufffe\u2000")


def test_the_citizens_own_characters_stay():
    text = "１２３４５热线，①㎡ﬁ “停水”——😀\n第二行"
    assert neutralise(text) == text


def test_composes_accents_even_when_something_invisible_stood_between():
    assert neutralise("cafe\u200b\u0301") == "café"


@pytest.mark.parametrize("broken", ["一\r\n二", "一\r二", "一\u2028二", "一\u2029二", "一\x85二", "一\x0b二"])
def test_every_line_break_becomes_a_newline(broken):
    assert neutralise(broken) == "一\n二"


@pytest.mark.parametrize(
    "hidden",
    ["\x00", "\x07", "\x1b", "\x7f", "\u200b", "\u200d", "\u200e", "\u202e", "\u2066", "\ufeff", "\u00ad", "\ud800"]
    + ["\udfff", "\u3164", "\ufffe", "\U000e0041"],
)
def test_what_nobody_sees_is_removed(hidden):
    assert neutralise(f"停{hidden}水") == "停水"


def test_tabs_become_spaces_so_that_words_stay_apart():
    assert neutralise("name\tphone") == "name phone"


def test_at_most_two_blank_lines_stay():
    assert neutralise("一\n\n\n二\n \n\u3000\n\t\n\n三") == "一\n\n\n二\n\n\n三"


def test_ends_are_stripped_also_of_full_width_spaces():
    assert neutralise(" \n\u3000停水 \n\n") == "停水"


@given(ANY_TEXT | NASTY_TEXT)
def test_applying_it_twice_changes_nothing(text):
    once = neutralise(text)
    assert neutralise(once) == once


@given(ANY_TEXT | NASTY_TEXT)
def test_the_result_can_be_stored_anywhere(text):
    clean = neutralise(text)
    clean.encode("utf-8")
    assert unicodedata.is_normalized("NFC", clean)
    assert not [char for char in clean if char != "\n" and unicodedata.category(char) in {"Cc", "Cs"}]
    assert "\n\n\n\n" not in clean
    assert clean == clean.strip()
