"""Dates a reply names and what it promises."""

from datetime import date

import numpy as np
import pytest

from huixiang.nlp.commitments import find_commitments
from huixiang.nlp.dates import moments, number, signature
from huixiang.nlp.promise_cues import CUES, PLACES, Cut, sight
from huixiang.rules.calendar import WorkingCalendar, Year

WRITTEN = date(2019, 9, 18)  # a Wednesday
CALENDAR = WorkingCalendar(
    {
        2019: Year(
            frozenset({date(2019, 10, d) for d in (1, 2, 3, 4, 7)}), frozenset({date(2019, 9, 29), date(2019, 10, 12)})
        )
    }
)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("本月底", "2019-09-30"),
        ("下个月中旬", "2019-10-20"),
        ("10月上旬", "2019-10-10"),
        ("10月份", "2019-10-31"),
        ("2019年10月15日前", "2019-10-15"),
        ("10月15号", "2019-10-15"),
        ("二〇一九年十月十五日", "2019-10-15"),
        ("2019.10.15", "2019-10-15"),
        ("下周三前", "2019-09-25"),
        ("本周内", "2019-09-22"),
        ("明天", "2019-09-19"),
        ("3天内", "2019-09-21"),
        ("两周内", "2019-10-02"),
        ("半个月内", "2019-10-02"),
        ("三个月内", "2019-12-18"),
        ("48小时内", "2019-09-20"),
        ("年内", "2019-12-31"),
        ("今年年底", "2019-12-31"),
        ("明年上半年", "2020-06-30"),
        ("2020年二季度", "2020-06-30"),
        ("2020年", "2020-12-31"),
        ("春节前", "2020-01-24"),
        ("元旦前", "2020-01-01"),
        ("2月底前", "2020-02-29"),
        ("8月底", "2019-08-31"),
        ("两年内", "2021-09-18"),
        ("2019年内", "2019-12-31"),
        ("2020年初", "2020-01-31"),
        ("明年年初", "2020-01-31"),
        ("11月前", "2019-11-30"),
        ("11月20日前", "2019-11-20"),
        ("11月底前", "2019-11-30"),
    ],
)
def test_moments_mean_a_day(words, day):
    assert [moment.day.isoformat() for moment in moments(f"预计{words}完成", WRITTEN)] == [day]


@pytest.mark.parametrize(
    "words",
    [
        "明年秋季投入使用",
        "今年冬天实施",
        "制定《教育三年行动计划（2019-2021）》",
        "在收到通知后一周内回复",
        "自受理之日起30日内办结",
        "每晚21点至次日2点收运",
    ],
)
def test_what_names_no_day_of_its_own_is_no_moment(words):
    """Seasons have no last day here, a year in a title dates the title, a span after an event starts when that does."""
    assert not moments(words, WRITTEN)


def test_without_a_calendar_working_days_are_plain_weeks():
    assert moments("10个工作日内答复", WRITTEN)[0].day == date(2019, 10, 2)


def test_working_days_over_the_holidays():
    # 19, 20, 23-27 September, then Sunday 29 (made up), 30, then the holiday until Tuesday 8 October.
    assert moments("10个工作日内", WRITTEN, CALENDAR)[0].day == date(2019, 10, 8)


def test_a_year_without_a_table_falls_back_to_plain_weeks():
    assert moments("5个工作日内", date(2035, 9, 19), CALENDAR)[0].day == date(2035, 9, 26)


def test_without_the_day_of_writing_only_named_years_resolve():
    assert not moments("下周三前、本月底、8月底", None)
    assert moments("2020年8月底", None)[0].day == date(2020, 8, 31)


def test_impossible_days_are_no_moments():
    assert not [m for m in moments("2019年11月31日", WRITTEN) if m.day.day == 31 and m.day.month == 11]


@pytest.mark.parametrize(("text", "value"), [("十五", 15), ("二十", 20), ("30", 30), ("元", 1), ("两", 2)])
def test_chinese_numbers(text, value):
    assert number(text) == value


def test_the_signature_is_the_date_at_the_end():
    assert signature("路灯已修。2019年9月10日", WRITTEN).day == date(2019, 9, 10)
    assert signature("2019年9月10日路灯已修。", WRITTEN) is None


def test_promises_are_exact_words_with_their_day():
    reply = "您好！幸福路路灯因电缆老化不亮。我局将于10月15日前更换全部电缆并在本帖公布结果。感谢您的支持！"
    found = find_commitments(reply, WRITTEN)
    assert any(p.due == date(2019, 10, 15) for p in found)
    assert all(reply[p.start : p.end] == p.span for p in found)


def test_each_day_to_come_has_a_promise_of_its_own():
    reply = "您好！幸福路改造工程计划于10月15日前开工，预计2020年3月底完工。感谢您的支持！"
    assert [p.due for p in find_commitments(reply, WRITTEN)] == [date(2019, 10, 15), date(2020, 3, 31)]


@pytest.mark.parametrize(
    ("reply", "due"),
    [
        ("水管预计下周三前修好。", "2019-09-25"),
        ("您好，水管预计下周三前修好，感谢理解。", "2019-09-25"),
        ("您好！路灯将于9月30日前换好。", "2019-09-30"),
    ],
)
def test_a_brief_reply_promises_in_plain_words(reply, due):
    assert [str(found.due) for found in find_commitments(reply, WRITTEN)] == [due]


def test_a_brief_reply_that_asks_the_citizen_to_come_promises_nothing():
    assert find_commitments("您好，请您于9月30日前到政务大厅办理，谢谢。", WRITTEN) == []


def test_a_date_that_stands_before_the_promise_belongs_to_it():
    reply = "您好！经查，您反映的情况属实。2019年底前，我局将更换全部路灯。感谢您的支持！"
    (found,) = find_commitments(reply, WRITTEN)
    assert found.due == date(2019, 12, 31)
    assert found.span.startswith("2019年底前")


def test_a_reply_posted_twice_promises_once():
    once = "您好！经查，路灯确已损坏，我局将尽快安排人员更换。感谢您的支持！"
    assert len(find_commitments(once, WRITTEN)) == 1
    assert len(find_commitments(once + "\n" + once, WRITTEN)) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "您好！路灯已于9月10日修复，目前照明正常。感谢您的支持！",
        "您好！请您携带身份证到政务中心办理，联系电话0000-0000。",
        "您好！由于管道老化，导致小区多次停水，给您的生活造成不便。",
    ],
)
def test_what_is_done_asked_or_explained_is_no_promise(reply):
    assert not find_commitments(reply, WRITTEN)


def test_every_clause_is_seen_with_the_cues_of_its_own_words():
    cut = Cut.of("您好！我局将尽快维修，请您放心。", WRITTEN)
    seen = sight(cut)
    names = list(CUES)
    shown = [{names[column] for column in np.flatnonzero(row)} for row in seen.own]
    assert [cut.reply[c.start : c.end] for c in cut.clauses] == ["您好", "我局将尽快维修", "请您放心"]
    assert {"shall", "soon", "we", "repair"} <= shown[1]
    assert "please" in shown[2]
    assert "please" not in shown[1]
    assert seen.place.shape == (3, PLACES)
    assert (seen.after[1] == seen.own[2]).all()
    assert (seen.so_far[2] == seen.own[1]).all()
    assert not seen.so_far[1].any()


def test_courtesy_promises_nothing():
    assert not find_commitments("您好！您的留言已收悉。感谢您的支持！", WRITTEN)
    assert not find_commitments("", WRITTEN)
